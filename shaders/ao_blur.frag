#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Removes the pattern of ao.frag: an average over one 4x4 period, of what lies on the same face.
layout(location = 0) in vec2 uv;
layout(location = 0) out vec2 result;

void main() {
    FrameData frame = push.frame;
    ivec2 size = textureSize(sampler2DArray(textures[frame.occlusionRaw], samplers[nearestClamp]), 0).xy;
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec2 own = texelFetch(sampler2DArray(textures[frame.occlusionRaw], samplers[nearestClamp]), ivec3(pixel, gl_ViewIndex), 0).rg;
    // On slanted faces depth changes from texel to texel: what matters is the distance from the face's plane.
    vec2 slope = vec2(dFdx(own.g), dFdy(own.g));
    float tolerance = own.g * 0.008 + 0.25 * (abs(slope.x) + abs(slope.y));
    float sum = own.r, weights = 1;
    for (int y = -2; y <= 2; ++y) {
        for (int x = -2; x <= 2; ++x) {
            if (x == 0 && y == 0) continue;
            float share = (abs(x) == 2 ? 0.5 : 1.0) * (abs(y) == 2 ? 0.5 : 1.0);
            ivec2 at = clamp(pixel + ivec2(x, y), ivec2(0), size - 1);
            vec2 s = texelFetch(sampler2DArray(textures[frame.occlusionRaw], samplers[nearestClamp]), ivec3(at, gl_ViewIndex), 0).rg;
            float weight = share * max(0, 1 - abs(s.g - own.g - dot(slope, vec2(x, y))) / tolerance);
            sum += s.r * weight;
            weights += weight;
        }
    }
    result = vec2(sum / weights, own.g);
}
