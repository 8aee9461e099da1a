#version 460
#extension GL_GOOGLE_include_directive : require
#include "mesh_vertex.glsl"
