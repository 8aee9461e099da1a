#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "tonemap.glsl"

layout(constant_id = 0) const bool occluded = false; // there is ambient occlusion
layout(constant_id = 1) const bool encodeSrgb = true;
layout(location = 0) in vec2 uv;
layout(location = 0) out vec4 colour;

float viewDistance(float depth) { return push.frame.ao.y / max(depth, 1e-7); }

// The four half-size texels around this pixel, weighed by how close their depth is to the pixel's own.
float occlusionHere() {
    FrameData frame = push.frame;
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    float own = viewDistance(texelFetch(sampler2DArray(textures[frame.depth], samplers[nearestClamp]), ivec3(pixel, gl_ViewIndex), 0).r);
    vec2 size = vec2(textureSize(sampler2DArray(textures[frame.occlusion], samplers[nearestClamp]), 0).xy);
    vec2 at = uv * size - 0.5;
    ivec2 first = ivec2(floor(at));
    vec2 f = at - vec2(first);
    float sum = 0, weights = 0;
    for (int i = 0; i < 4; ++i) {
        ivec2 offset = ivec2(i & 1, i >> 1);
        ivec2 texel = clamp(first + offset, ivec2(0), ivec2(size) - 1);
        vec2 s = texelFetch(sampler2DArray(textures[frame.occlusion], samplers[nearestClamp]), ivec3(texel, gl_ViewIndex), 0).rg;
        vec2 w = mix(1 - f, f, vec2(offset));
        float weight = (w.x * w.y + 0.001) / (0.002 + abs(s.g - own) / own);
        sum += s.r * weight;
        weights += weight;
    }
    return sum / weights;
}

void main() {
    FrameData frame = push.frame;
    vec4 lit = texelFetch(sampler2DArray(textures[frame.lit], samplers[nearestClamp]), ivec3(gl_FragCoord.xy, gl_ViewIndex), 0);
    vec3 light = lit.rgb;
    if (occluded && lit.a > 0.004) {
        float open = occlusionHere();
        // Light that bounces in a light-coloured corner brightens it again (after Jimenez et al. 2016, with one albedo for all).
        float bounced = open / (open + (1 - open) * 0.72);
        light *= mix(1, mix(open, bounced, 0.35), lit.a) * mix(1, open, 0.12);
    }
    colour = vec4(encode(light, frame.sunColour.w, gl_FragCoord.xy, encodeSrgb), 1);
}
