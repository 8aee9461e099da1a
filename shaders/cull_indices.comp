#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// One group a chosen cluster: its triangles, as indices that say which cluster (upper 25 bits) and which of its vertices (lower 7).
// Triangles that no pixel can see become points, whose vertices need not be shaded: small ones are most of what far things have.
layout(local_size_x_id = 0) in;

// Within half a step of the rasteriser's grid a corner may come to lie on either side of a pixel's centre.
const float snap = 1.0 / 256;

// Corners as the view sees them, metres.
bool turnedAway(vec3 a, vec3 b, vec3 c) {
    vec3 normal = cross(b - a, c - a);
    return dot(normal, a) > 1e-5 * length(normal) * length(a);
}

bool betweenPixels(vec3 a, vec3 b, vec3 c) {
    if (max(a.z, max(b.z, c.z)) > -near) return false; // cut by the near plane
    vec4 project = firstView.project;
    vec2 size = vec2(extent);
    vec2 p = (project.xy * a.xy / -a.z - project.zw), q = (project.xy * b.xy / -b.z - project.zw), r = (project.xy * c.xy / -c.z - project.zw);
    vec2 low = (min(p, min(q, r)) * 0.5 + 0.5) * size - 0.5 - snap, high = (max(p, max(q, r)) * 0.5 + 0.5) * size - 0.5 + snap;
    return any(lessThan(high, vec2(0))) || any(greaterThan(low, size)) || any(greaterThan(ceil(low), floor(high)));
}

void main() {
    begin();
    uint mostClusters = push.cull.clusterLimit, mostTriangles = push.cull.triangleLimit, tests = push.cull.triangleTests;
    uint slot = gl_WorkGroupID.y * widestRow + gl_WorkGroupID.x + min(push.cull.totals.t.clusters[push.phase], mostClusters);
    uint end = min(push.cull.totals.t.clusters[push.phase + 1], mostClusters);
    Numbers indices = push.cull.indices, chosenIndices = push.cull.chosenIndices;
    Vertices vertices = push.cull.vertices;
    // The same for the whole group, so read before threads part ways.
    uint read = min(slot, max(end, 1u) - 1);
    uvec2 chosen = push.cull.chosen.p[read], work = push.cull.chosenWork.p[read];
    uint firstIndex = 3 * clusterList.c[work.x].firstTriangle, triangles = clusterList.c[work.x].triangleCount;
    uint flags = placedList.p[chosen.x].flags;
    Standing s = standing(placedList.p[chosen.x].rows, vec4(0));
    vec4 grid = meshList.m[placedList.p[chosen.x].mesh].grid;
    if (slot >= end) return;
    uint count = min(triangles, mostTriangles - min(work.y, mostTriangles));
    mat3 turn = mat3(firstView.viewFromRelative) * s.turn;
    vec3 at = (firstView.viewFromRelative * vec4(s.at, 1)).xyz;
    bool bothSides = (flags & placedBothSides) != 0u, mirrored = (flags & placedMirrored) != 0u;
    for (uint k = gl_LocalInvocationID.x; k < count; k += gl_WorkGroupSize.x) {
        uvec3 corners = uvec3(indices.n[firstIndex + 3 * k], indices.n[firstIndex + 3 * k + 1], indices.n[firstIndex + 3 * k + 2]);
        if (mirrored) corners = corners.xzy; // so that front is front
        if (tests != 0u) {
            vec3 a = turn * positionOf(vertices.v[corners.x], grid) + at, b = turn * positionOf(vertices.v[corners.y], grid) + at,
                 c = turn * positionOf(vertices.v[corners.z], grid) + at;
            if ((!bothSides && turnedAway(a, b, c)) || (tests == 2u && betweenPixels(a, b, c))) corners = uvec3(chosen.y);
        }
        uvec3 packed = uvec3(slot << 7) | (corners - chosen.y);
        uint to = 3 * (work.y + k);
        chosenIndices.n[to] = packed.x;
        chosenIndices.n[to + 1] = packed.y;
        chosenIndices.n[to + 2] = packed.z;
    }
}
