#version 460
#extension GL_GOOGLE_include_directive : require
#define PAIRS coherent // one thread reads what others wrote
#include "cull.glsl"

// Lists the groups whose instances are to be looked at in this phase, in one group of threads, so that they stay in order.
const uint threads = 256;
layout(local_size_x = threads) in;
shared uint sums[threads];

void main() {
    TotalsData totals = push.cull.totals;
    Pairs starts = push.cull.groupStarts;
    Numbers seen = push.cull.groupSeen;
    uint count = push.cull.groupCount;
    uint id = gl_LocalInvocationID.x;
    uint each = (count + threads - 1) / threads;
    uint first = min(id * each, count), last = min(first + each, count);
    uint sum = 0;
    for (uint k = first; k < last; ++k) sum += starts.p[k].x;
    sums[id] = sum;
    barrier();
    uint at = 0;
    for (uint k = 0; k < id; ++k) at += sums[k];
    for (uint k = first; k < last; ++k) {
        uint own = starts.p[k].x;
        if (own != 0u) seen.n[at] = k;
        starts.p[k].x = at;
        at += own;
    }
    if (id == threads - 1) {
        starts.p[count].x = at;
        totals.t.places = at * cullThreads;
        totals.t.instanceGroups = uvec3(min(at, widestRow), (at + widestRow - 1) / widestRow, 1);
    }
    memoryBarrierBuffer();
    barrier();
    if (id <= buckets) totals.t.bucketPlaces[id] = starts.p[push.cull.bucketFirst[id]].x * cullThreads;
}
