#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout(location = 0) in vec3 relative;
layout(location = 1) flat in uint instanceIndex;
layout(location = 0) out uvec4 picked; // node + 1, then the relative position as float bits

void main() {
    Instance instance = push.instances.i[instanceIndex];
    if (dot(instance.fillPlane.xyz, instance.fillPlane.xyz) > 0 && dot(instance.fillPlane, vec4(relative, 1)) < 0) discard;
    picked = uvec4(instance.node + 1, floatBitsToUint(relative));
}
