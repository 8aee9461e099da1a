#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) out vec3 direction; // times depth's reciprocal: from the eye to the surface

void main() {
    vec2 uv = vec2((gl_VertexIndex << 1) & 2, gl_VertexIndex & 2);
    gl_Position = vec4(uv * 2 - 1, 0, 1); // depth 0: infinitely far
    direction = (push.frame.views[gl_ViewIndex].relativeDirectionFromClip * gl_Position).xyz * push.frame.ao.y;
}
