#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec2 uv;

void main() {
    gl_FragDepth = texelFetch(sampler2DArray(textures[push.frame.depth], samplers[nearestClamp]), ivec3(gl_FragCoord.xy, gl_ViewIndex), 0).r;
}
