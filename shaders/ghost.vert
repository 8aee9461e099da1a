#version 460
#extension GL_GOOGLE_include_directive : require
#define CUT
#define PLAIN
#include "mesh_vertex.glsl"
