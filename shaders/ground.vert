#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) out vec3 relativeOut;
layout(location = 1) flat out vec3 gridOut; // origin modulo the coarse grid; spacing of the fine one, 0: no grid

// A square of 8 km around the eye: the fragment shader fades it into the horizon long before its edge.
void main() {
    const vec2 corners[6] = vec2[](vec2(-1, -1), vec2(-1, 1), vec2(1, 1), vec2(-1, -1), vec2(1, 1), vec2(1, -1));
    vec2 c = corners[gl_VertexIndex] * 4000;
    relativeOut = vec3(c.x, push.frame.ground.x, c.y);
    gridOut = vec3(push.frame.ground.yz, (push.frame.flags & 1u) != 0u ? push.frame.ao.w : 0);
    gl_Position = push.frame.views[gl_ViewIndex].clipFromRelative * vec4(relativeOut, 1);
}
