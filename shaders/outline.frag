#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// A line around what mask.frag marked, drawn outside of it, two pixels wide with a soft edge.
layout(constant_id = 0) const bool encodeSrgb = true;
layout(location = 0) in vec2 uv;
layout(location = 0) out vec4 colour;

void main() {
    FrameData frame = push.frame;
    ivec2 size = ivec2(frame.extent);
    ivec2 pixel = ivec2(gl_FragCoord.xy);
    vec2 own = texelFetch(sampler2DArray(textures[frame.mask], samplers[nearestClamp]), ivec3(pixel, gl_ViewIndex), 0).rg;
    vec2 nearest = vec2(9);
    for (int y = -3; y <= 3; ++y) {
        for (int x = -3; x <= 3; ++x) {
            ivec2 at = clamp(pixel + ivec2(x, y), ivec2(0), size - 1);
            vec2 s = texelFetch(sampler2DArray(textures[frame.mask], samplers[nearestClamp]), ivec3(at, gl_ViewIndex), 0).rg;
            float d = length(vec2(x, y));
            if (s.r > 0.5) nearest.r = min(nearest.r, d);
            if (s.g > 0.5) nearest.g = min(nearest.g, d);
        }
    }
    vec2 line = clamp(3.0 - nearest, 0, 1) * (1 - own);
    vec3 c = line.r >= line.g ? frame.selectionColour.rgb : frame.hoverColour.rgb;
    colour = vec4(encodeSrgb ? c : toLinear(c), max(line.r, line.g));
}
