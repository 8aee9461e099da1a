#version 460
#extension GL_GOOGLE_include_directive : require
#define OWN_CAMERA
#include "common.glsl"
#include "section_cap.glsl"

// What a pick meets on a cap: as pick.frag.
layout(location = 0) out uvec4 picked;

void main() {
    // The one ray it asks about lies in the planes where clip x and y are 0; it starts at the origin.
    mat4 rows = transpose(push.clipFromRelative);
    vec3 direction = cross(rows[0].xyz, rows[1].xyz);
    direction *= dot(rows[3].xyz, direction) < 0 ? -1 : 1;
    Cap cap = capAlong(direction, push.clipFromRelative, vec3(0));
    vec4 sum = texelFetch(sampler2DArray(textures[push.frame.pickSums], samplers[nearestClamp]), ivec3(0), 0);
    float count = round(sum.a / 256);
    if (!cap.there || abs(count) != 1) discard; // where two solids overlap, what is behind decides
    gl_FragDepth = cap.depth;
    uvec2 node = uvec2(round(max(sum.xy / count, vec2(0))));
    picked = uvec4(node.x + (node.y << 12), floatBitsToUint(cap.relative));
}
