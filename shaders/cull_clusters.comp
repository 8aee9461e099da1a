#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// One thread a candidate: whether its cluster is drawn in this phase. The first phase puts off what was behind something in the frame
// before; the second looks at that again, with the depth of what the first has drawn.
layout(local_size_x = cullThreads) in;

const uint lateBit = 0x80000000u;

// The place of the instance whose candidates hold number t.
uint placeOf(uint t) {
    uint low = 0, high = push.cull.instanceCount;
    while (high - low > 1) {
        uint middle = (low + high) / 2;
        if (push.cull.instanceStarts.p[middle].x <= t)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool within(Standing s, bool same, float least, vec4 sphere, float error) {
    if (same || error <= 0 || isinf(error)) return error * s.scale <= least;
    return error * s.scale <= leastError(s.turn * sphere.xyz + s.at, sphere.w * s.scale);
}

void main() {
    uint t = rowed(gl_WorkGroupID, gl_LocalInvocationID.x);
    if (t >= min(push.cull.totals.t.candidates, push.cull.candidateLimit)) return;
    bool again = push.phase == 1u;
    uint place = again ? 0u : placeOf(t);
    uint owner = again ? push.cull.candidates.p[t].x : push.cull.order.n[place];
    push.cull.candidateStarts.p[t] = uvec2(0);
    if (again && (push.cull.candidates.p[t].y & lateBit) == 0u) return;

    Placed p = push.cull.placed.p[owner];
    CullMesh mesh = push.cull.meshes.m[p.mesh];
    Standing s = standing(p, mesh.sphere);
    float least = leastError(s.centre, s.radius), most = mostError(s.centre, s.radius);
    uint index = 0, ofLevel = 0;
    if (again) {
        index = push.cull.candidates.p[t].y & ~lateBit;
    } else {
        uint rest = t - push.cull.instanceStarts.p[place].x;
        for (uint l = 0; l < mesh.levelCount; ++l) {
            ClusterLevel level = push.cull.levels.l[mesh.firstLevel + l];
            if (!levelMatters(level, s.scale, least, most)) continue;
            if (rest < level.clusterCount) {
                index = level.firstCluster + rest;
                break;
            }
            rest -= level.clusterCount;
        }
    }
    Cluster c = push.cull.clusters.c[index];
    bool late = !again && push.cull.instances.i[owner].late != 0u;
    push.cull.candidates.p[t] = uvec2(owner, late ? index | lateBit : index);
    if (late) return;

    const float uniformly = 1.25; // where the allowed error varies by no more across a mesh, one for all of it will do
    bool same = most <= least * uniformly;
    if (!within(s, same, least, c.own, c.ownError) || within(s, same, least, c.parent, c.parentError)) return;

    vec3 centre = s.turn * c.bounds.xyz + s.at;
    float radius = c.bounds.w * s.scale;
    vec3 axis = s.turn * c.cone.xyz;
    float axisLength = length(axis), smallest = min(dot(s.turn[0], s.turn[0]), min(dot(s.turn[1], s.turn[1]), dot(s.turn[2], s.turn[2])));
    bool cone = (p.flags & (placedBothSides | placedMirrored)) == 0u && c.cone.w < 1 && axisLength > 0 && s.scale * s.scale <= 1.001 * smallest;
    bool seen = false, hidden = true;
    for (uint v = 0; v < push.cull.viewCount; ++v) {
        if (!inside(v, centre, radius)) continue;
        vec3 towards = centre - push.cull.views[v].eye;
        if (cone && dot(towards, axis) >= (c.cone.w * length(towards) + radius) * axisLength) continue;
        seen = true;
        bool hides = (push.cull.occlusion & (again ? 2u : 1u)) != 0u && behind(v, !again, s.turn * c.boxCentre + s.at, s.turn, c.boxHalf);
        if (again && !hides) hides = behind(v, false, s.turn * mesh.boxCentre + s.at, s.turn, mesh.boxHalf);
        hidden = hidden && hides;
    }
    if (!seen) return;
    if (hidden) {
        push.cull.candidates.p[t] = uvec2(owner, index | lateBit);
        return;
    }
    push.cull.candidateStarts.p[t] = uvec2(1, c.triangleCount);
}
