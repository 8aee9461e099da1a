#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// One thread a candidate: those that are drawn in this phase take their place.
layout(local_size_x = cullThreads) in;

void main() {
    uint t = rowed(gl_WorkGroupID, gl_LocalInvocationID.x);
    if (t >= min(push.cull.totals.t.candidates, push.cull.candidateLimit)) return;
    uvec2 at = push.cull.candidateStarts.p[t];
    if (push.cull.candidateStarts.p[t + 1].x == at.x || at.x >= push.cull.clusterLimit) return;
    uvec2 candidate = push.cull.candidates.p[t];
    uint index = candidate.y & 0x7FFFFFFFu;
    push.cull.chosen.p[at.x] = uvec2(candidate.x, push.cull.clusters.c[index].firstVertex);
    push.cull.chosenWork.p[at.x] = uvec2(index, at.y);
}
