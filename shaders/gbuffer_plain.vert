#version 460
#extension GL_GOOGLE_include_directive : require
#define KEPT
#include "mesh_vertex.glsl"
