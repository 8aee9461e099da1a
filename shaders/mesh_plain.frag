#version 460
#extension GL_GOOGLE_include_directive : require
#define PLAIN
#include "mesh_fragment.glsl"
