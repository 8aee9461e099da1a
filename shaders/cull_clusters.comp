#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// Candidates: whether each one's cluster is drawn in this phase. The first phase puts off what was behind something in the frame
// before; the second looks at that again, and at the instances that were put off, with the depth of what the first has drawn.
layout(local_size_x_id = 0) in;

const uint lateBit = 0x80000000u;

// The place of the instance whose candidates hold number t.
uint placeOf(uint t, uint places) {
    uint low = 0, high = places;
    while (high - low > 1) {
        uint middle = (low + high) / 2;
        if (instanceStarts.p[middle].x <= t)
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

bool seen, hidden;

struct Piece { // a cluster where it stands
    vec3 centre;
    float radius;
    vec3 axis; // of its cone
    float axisLength;
    float cutoff; // 1: no cone
    vec3 boxCentre;
    vec3 boxHalf;
};

void lookFrom(CullView view, uint index, bool again, Piece piece, mat3 turn) {
    if (!inside(view, piece.centre, piece.radius)) return;
    vec3 towards = piece.centre - view.eye;
    if (piece.cutoff < 1 && dot(towards, piece.axis) >= (piece.cutoff * length(towards) + piece.radius) * piece.axisLength) return;
    seen = true;
    hidden = hidden && (occlusion & (again ? 2u : 1u)) != 0u && behind(view, index, !again, piece.boxCentre, turn, piece.boxHalf);
}

void look(uint t, bool again, uint fromFirst, uint places) {
    seen = false;
    hidden = true;
    bool known = again && t < fromFirst; // by the first phase
    candidateStarts.p[t] = uvec2(0);
    uvec2 candidate = uvec2(0);
    if (known) {
        candidate = candidates.p[t];
        if ((candidate.y & lateBit) == 0u) return;
    }
    uint place = known ? 0u : placeOf(t, places);
    uint owner = known ? candidate.x : order.n[place];
    vec4 rows[3] = placedList.p[owner].rows;
    uint flags = placedList.p[owner].flags, mesh = placedList.p[owner].mesh;
    Standing s = standing(rows, meshList.m[mesh].sphere);
    finest = meshList.m[mesh].residentError * s.scale;
    float least = leastError(s.centre, s.radius), most = mostError(s.centre, s.radius);
    uint index = candidate.y & ~lateBit;
    if (!known) {
        uint rest = t - instanceStarts.p[place].x, firstLevel = meshList.m[mesh].firstLevel, levels = meshList.m[mesh].levelCount;
        for (uint l = 0; l < levels; ++l) {
            ClusterLevel level = levelList.l[firstLevel + l];
            if (!levelMatters(level, s.scale, least, most)) continue;
            if (rest < level.clusterCount) {
                index = level.firstCluster + rest;
                break;
            }
            rest -= level.clusterCount;
        }
        candidates.p[t] = uvec2(owner, index);
    }

    const float uniformly = 1.25; // where the allowed error varies by no more across a mesh, one for all of it will do
    bool same = most <= least * uniformly;
    if (!within(s, same, least, clusterList.c[index].own, clusterList.c[index].ownError) ||
        within(s, same, least, clusterList.c[index].parent, clusterList.c[index].parentError))
        return;

    vec4 bounds = clusterList.c[index].bounds, cone = clusterList.c[index].cone;
    Piece piece;
    piece.centre = s.turn * bounds.xyz + s.at;
    piece.radius = bounds.w * s.scale;
    piece.axis = s.turn * cone.xyz;
    piece.axisLength = length(piece.axis);
    float smallest = min(dot(s.turn[0], s.turn[0]), min(dot(s.turn[1], s.turn[1]), dot(s.turn[2], s.turn[2])));
    bool coned = (flags & (placedBothSides | placedMirrored)) == 0u && piece.axisLength > 0 && s.scale * s.scale <= 1.001 * smallest;
    piece.cutoff = coned ? cone.w : 1;
    piece.boxCentre = s.turn * clusterList.c[index].boxCentre + s.at;
    piece.boxHalf = clusterList.c[index].boxHalf;
    lookFrom(firstView, 0, again, piece, s.turn);
    for (uint v = 1; v < viewCount; ++v) lookFrom(push.cull.views[v], v, again, piece, s.turn);
    if (!seen) return;
    if (hidden) {
        candidates.p[t] = uvec2(owner, index | lateBit);
        return;
    }
    candidateStarts.p[t] = uvec2(1, clusterList.c[index].triangleCount);
}

void main() {
    begin();
    uint count = min(push.cull.totals.t.candidates, push.cull.candidateLimit), fromFirst = push.cull.totals.t.firstCandidates;
    uint places = push.cull.totals.t.places;
    for (uint k = gl_LocalInvocationID.x; k < cullThreads; k += gl_WorkGroupSize.x) {
        uint t = rowed(gl_WorkGroupID, k);
        if (t >= count) return;
        look(t, push.phase == 1u, fromFirst, places);
    }
}
