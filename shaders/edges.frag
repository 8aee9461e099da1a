#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

const int samples = 1;
float depthAt(ivec2 pixel, int s) { return texelFetch(sampler2DArray(textures[push.frame.edgeDepth], samplers[nearestClamp]), ivec3(pixel, gl_ViewIndex), 0).r; }

#include "edges.glsl"
