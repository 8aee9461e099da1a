#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "sky.glsl"
#include "tonemap.glsl"

layout(constant_id = 0) const bool direct = false;
layout(constant_id = 1) const bool encodeSrgb = true;
layout(location = 0) in vec3 direction;
layout(location = 0) out vec4 colour;

void main() {
    vec3 light = skyBackground(normalize(direction)) * push.light.skyStrength;
    colour = direct ? vec4(encode(light, push.light.sunColour.w, gl_FragCoord.xy, encodeSrgb), 1) : vec4(light, 0); // nothing occludes the sky
}
