#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "sky.glsl"
#include "tonemap.glsl"
#include "shadow.glsl"

layout(constant_id = 0) const bool direct = false;
layout(constant_id = 1) const bool encodeSrgb = true;
layout(constant_id = 2) const int shadowTaps = 3;
layout(constant_id = 5) const bool single = false; // one view, and one shadow cascade at most
layout(location = 0) in vec3 relative;
layout(location = 1) flat in vec3 gridIn; // origin modulo the coarse grid; spacing of the fine one, 0: no grid
layout(location = 0) out vec4 colour;

// Coverage of lines of `width` metres every `spacing` metres, as wide as a pixel at least and fainter instead of thinner.
float gridLines(vec2 p, vec2 footprint, float spacing, float width) {
    vec2 drawn = max(vec2(width), footprint * 1.2);
    vec2 distance = abs(fract(p / spacing - 0.5) - 0.5) * spacing;
    vec2 line = clamp((drawn * 0.5 + footprint * 0.5 - distance) / footprint, 0, 1) * clamp(width / drawn, 0, 1);
    line *= 1 - smoothstep(spacing * 0.15, spacing * 0.5, footprint);
    return max(line.x, line.y);
}

void main() {
    Light light = push.light;
    vec3 toPoint = single ? relative : relative - push.frame.views[gl_ViewIndex].eye.xyz; // the first view's eye is the origin
    float distance = length(toPoint);
    vec3 d = toPoint / distance;
    vec3 albedo = vec3(0.42, 0.418, 0.412);
    if (gridIn.z > 0) {
        vec2 p = (relative.xz + gridIn.xy) / gridIn.z;
        vec2 footprint = max(fwidth(relative.xz) / gridIn.z, vec2(1e-4));
        float lines = max(gridLines(p, footprint, 1, 0.012) * 0.40, gridLines(p, footprint, 10, 0.03) * 0.75);
        albedo *= 1 - 0.40 * lines * (1 - smoothstep(25, 110, distance));
    }
    vec3 n = vec3(0, 1, 0);
    float visible = sunlight(relative, n, shadowTaps, single);
    vec3 lit = light.sunColour.rgb * (albedo * 0.31830989 * light.towardsSun.w * max(light.towardsSun.y, 0) * visible);
    vec3 ambient = albedo * skyIrradiance(n) * light.skyStrength;
    vec3 total = lit + ambient;
    // Distance haze: the floor meets the sky without an edge.
    float haze = 1 - exp2(-max(distance - 20, 0) * 0.011);
    float grazing = smoothstep(0.12, 0.0, -d.y);
    vec3 horizon = skyBackground(vec3(d.x, 0, d.z)) * light.skyStrength;
    float fade = max(haze, grazing * grazing);
    total = mix(total, horizon, fade);
    if (direct) {
        colour = vec4(encode(total, light.sunColour.w, gl_FragCoord.xy, encodeSrgb), 1);
    } else {
        const vec3 luminance = vec3(0.2126, 0.7152, 0.0722);
        colour = vec4(total, (1 - fade) * dot(ambient, luminance) / dot(lit + ambient, luminance));
    }
}
