#version 460
#extension GL_GOOGLE_include_directive : require
#define CUT
#include "mesh_vertex.glsl"
