#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Of each sample by itself: lines are then as smooth as everything else.
layout(set = 0, binding = 1) uniform texture2DMSArray multisampledTextures[];
const int samples = 4;
float depthAt(ivec2 pixel, int s) {
    return texelFetch(sampler2DMSArray(multisampledTextures[push.frame.edgeDepth], samplers[nearestClamp]), ivec3(pixel, gl_ViewIndex), s).r;
}

#include "edges.glsl"
