#version 460
#extension GL_GOOGLE_include_directive : require
#define PAIRS coherent // one thread reads what others wrote
#include "cull.glsl"

// Turns the counts of instances or candidates into where each one's results begin, in one group, so that everything stays in the
// order of instances however the threads run; then what depends on the sums.
const uint threads = 256;
layout(local_size_x = threads) in;
shared uvec2 sums[threads];

uvec3 groupsOf(uint count) { return uvec3(min(count, widestRow), (count + widestRow - 1) / widestRow, 1); }

DrawCommand drawOf(uint fromCandidate, uint toCandidate) {
    uint first = min(push.cull.candidateStarts.p[fromCandidate].y, push.cull.triangleLimit);
    uint end = min(push.cull.candidateStarts.p[toCandidate].y, push.cull.triangleLimit);
    return DrawCommand(3 * (end - first), 1, 3 * first, 0, 0);
}

// Where a bucket's candidates begin, of the phase at hand.
uint bucketStart(uint bucket) { return push.cull.instanceStarts.p[push.cull.totals.t.bucketPlaces[bucket]].x; }

void main() {
    bool overInstances = push.phase >= 2u, again = (push.phase & 1u) != 0u;
    TotalsData totals = push.cull.totals;
    Pairs list = push.cull.candidateStarts;
    uint count = 0;
    uvec2 base = uvec2(0);
    if (overInstances) {
        list = push.cull.instanceStarts;
        count = totals.t.places;
        if (again) base.x = totals.t.firstCandidates;
    } else {
        count = min(totals.t.candidates, push.cull.candidateLimit);
        if (again) base = uvec2(totals.t.clusters[1], totals.t.triangles[1]);
    }
    uint id = gl_LocalInvocationID.x;
    uint each = (count + threads - 1) / threads;
    uint first = min(id * each, count), last = min(first + each, count);
    uvec2 sum = uvec2(0);
    for (uint k = first; k < last; ++k) sum += list.p[k];
    sums[id] = sum;
    barrier();
    uvec2 at = base;
    for (uint k = 0; k < id; ++k) at += sums[k];
    for (uint k = first; k < last; ++k) {
        uvec2 own = list.p[k];
        list.p[k] = at;
        at += own;
    }
    if (id == threads - 1) {
        list.p[count] = at;
        if (overInstances) {
            totals.t.candidates = at.x;
            totals.t.candidateGroups = groupsOf((min(at.x, push.cull.candidateLimit) + cullThreads - 1) / cullThreads);
            if (!again) {
                totals.t.firstCandidates = at.x;
                totals.t.clusters[0] = 0;
                totals.t.triangles[0] = 0;
            }
        } else {
            for (uint after = push.phase + 1; after < 3; ++after) {
                totals.t.clusters[after] = at.x;
                totals.t.triangles[after] = at.y;
            }
            totals.t.clusterGroups = groupsOf(min(at.x, push.cull.clusterLimit) - min(base.x, push.cull.clusterLimit));
        }
    }
    memoryBarrierBuffer();
    barrier();
    if (overInstances) {
        if (!again && id <= buckets) totals.t.firstBuckets[id] = bucketStart(id);
    } else if (id < buckets) {
        uint from = min(totals.t.firstBuckets[id], count), to = min(totals.t.firstBuckets[id + 1], count);
        if (!again) {
            totals.t.draws[id] = drawOf(from, to);
        } else {
            totals.t.draws[buckets + 2 * id] = drawOf(from, to);
            totals.t.draws[buckets + 2 * id + 1] = drawOf(min(bucketStart(id), count), min(bucketStart(id + 1), count));
        }
    }
}
