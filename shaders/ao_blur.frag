#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Removes the noise of ao.frag: a 5x5 average over what lies at about the same distance.
layout(location = 0) in vec2 uv;
layout(location = 0) out vec2 result;

void main() {
    FrameData frame = push.frame;
    ivec2 size = textureSize(sampler2DArray(textures[frame.occlusionRaw], samplers[nearestClamp]), 0).xy;
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec2 own = texelFetch(sampler2DArray(textures[frame.occlusionRaw], samplers[nearestClamp]), ivec3(pixel, gl_ViewIndex), 0).rg;
    float sum = own.r, weights = 1;
    for (int y = -2; y <= 2; ++y) {
        for (int x = -2; x <= 2; ++x) {
            if (x == 0 && y == 0) continue;
            ivec2 at = clamp(pixel + ivec2(x, y), ivec2(0), size - 1);
            vec2 s = texelFetch(sampler2DArray(textures[frame.occlusionRaw], samplers[nearestClamp]), ivec3(at, gl_ViewIndex), 0).rg;
            float weight = max(0, 1 - abs(s.g - own.g) / (own.g * 0.02));
            sum += s.r * weight;
            weights += weight;
        }
    }
    result = vec2(sum / weights, own.g);
}
