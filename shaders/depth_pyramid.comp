#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_nonuniform_qualifier : require
#include "cull.glsl"

// A level of the depth pyramid: the farthest of each four of the level before, at first of the picture's depth.
layout(local_size_x = 8, local_size_y = 8) in;
layout(set = 0, binding = 0) uniform sampler samplers[4];
layout(set = 0, binding = 1) uniform texture2DArray textures[];

void main() {
    begin();
    uint level = push.phase;
    uint own = push.cull.pyramidFirst[level], before = push.cull.pyramidFirst[max(level, 1u) - 1u];
    uvec2 full = extent;
    uvec2 size = (full + (2u << level) - 1u) >> (level + 1u);
    uvec2 at = gl_GlobalInvocationID.xy;
    uint view = gl_GlobalInvocationID.z;
    if (any(greaterThanEqual(at, size))) return;
    uvec2 finer = level == 0u ? full : (full + (1u << level) - 1u) >> level;
    uvec2 a = 2u * at, b = min(a + 1u, finer - 1u);
    uint start = view * pyramidStride;
    vec4 four;
    if (level == 0u) {
        four = vec4(texelFetch(sampler2DArray(textures[push.depthImage], samplers[2]), ivec3(a, view), 0).r,
                    texelFetch(sampler2DArray(textures[push.depthImage], samplers[2]), ivec3(b.x, a.y, view), 0).r,
                    texelFetch(sampler2DArray(textures[push.depthImage], samplers[2]), ivec3(a.x, b.y, view), 0).r,
                    texelFetch(sampler2DArray(textures[push.depthImage], samplers[2]), ivec3(b, view), 0).r);
    } else {
        uint first = start + before;
        four = vec4(pyramid.d[first + a.y * finer.x + a.x], pyramid.d[first + a.y * finer.x + b.x],
                    pyramid.d[first + b.y * finer.x + a.x], pyramid.d[first + b.y * finer.x + b.x]);
    }
    pyramid.d[start + own + at.y * size.x + at.x] = min(min(four.x, four.y), min(four.z, four.w));
}
