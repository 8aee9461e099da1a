#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// Candidates: those that are drawn in this phase take their place.
layout(local_size_x_id = 0) in;

void main() {
    begin();
    uint count = min(push.cull.totals.t.candidates, push.cull.candidateLimit), most = push.cull.clusterLimit;
    Pairs chosen = push.cull.chosen, chosenWork = push.cull.chosenWork;
    for (uint k = gl_LocalInvocationID.x; k < cullThreads; k += gl_WorkGroupSize.x) {
        uint t = rowed(gl_WorkGroupID, k);
        if (t >= count) return;
        uvec2 at = candidateStarts.p[t];
        if (candidateStarts.p[t + 1].x == at.x || at.x >= most) continue;
        uvec2 candidate = candidates.p[t];
        uint index = candidate.y & 0x7FFFFFFFu;
        chosen.p[at.x] = uvec2(candidate.x, clusterList.c[index].firstVertex);
        chosenWork.p[at.x] = uvec2(index, at.y);
    }
}
