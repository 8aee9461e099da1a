#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// One thread a draw of glass, which the CPU lists from the back: it becomes one of no instances where it is behind what the first phase
// has drawn.
layout(local_size_x = cullThreads) in;

void main() {
    begin();
    GlassList glass = push.glass;
    uint g = rowed(gl_WorkGroupID, gl_LocalInvocationID.x);
    if (g >= push.glassCount) return;
    vec3 centre = glass.g[g].centre, boxHalf = glass.g[g].boxHalf;
    mat3 turn = mat3(glass.g[g].turn[0], glass.g[g].turn[1], glass.g[g].turn[2]);
    bool hidden = behind(firstView, 0, false, centre, turn, boxHalf);
    for (uint v = 1; v < viewCount; ++v) hidden = hidden && behind(push.cull.views[v], v, false, centre, turn, boxHalf);
    if (hidden) push.glassDraws.d[g].instanceCount = 0;
}
