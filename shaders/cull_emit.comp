#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// One thread a candidate: those that are drawn in this phase take their place.
layout(local_size_x = cullThreads) in;

void main() {
    begin();
    uint count = min(push.cull.totals.t.candidates, push.cull.candidateLimit), most = push.cull.clusterLimit;
    Pairs chosen = push.cull.chosen, chosenWork = push.cull.chosenWork;
    uint t = rowed(gl_WorkGroupID, gl_LocalInvocationID.x);
    if (t >= count) return;
    uvec2 at = candidateStarts.p[t];
    if (candidateStarts.p[t + 1].x == at.x || at.x >= most) return;
    uvec2 candidate = candidates.p[t];
    uint index = candidate.y & 0x7FFFFFFFu;
    chosen.p[at.x] = uvec2(candidate.x, clusterList.c[index].firstVertex);
    chosenWork.p[at.x] = uvec2(index, at.y);
}
