#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "sky.glsl"
#include "tonemap.glsl"

layout(constant_id = 0) const bool direct = false;
layout(constant_id = 1) const bool encodeSrgb = true;
layout(location = 0) in vec2 uv;
layout(location = 0) out vec4 colour;

void main() {
    FrameData frame = push.frame;
    vec4 d = frame.views[gl_ViewIndex].relativeDirectionFromClip * vec4(uv * 2 - 1, 0, 1);
    vec3 light = skyBackground(normalize(d.xyz)) * frame.ground.w;
    colour = direct ? vec4(encode(light, frame.sunColour.w, gl_FragCoord.xy, encodeSrgb), 1) : vec4(light, 0); // nothing occludes the sky
}
