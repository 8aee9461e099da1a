#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// One group a chosen cluster: its triangles, as indices that say which cluster (upper 25 bits) and which of its vertices (lower 7).
// Triangles that no pixel can see become points, whose vertices need not be shaded: small ones are most of what far things have.
layout(local_size_x = cullThreads) in;

// Within half a step of the rasteriser's grid a corner may come to lie on either side of a pixel's centre.
const float snap = 1.0 / 256;

// Corners as the view sees them, metres.
bool turnedAway(vec3 a, vec3 b, vec3 c) {
    vec3 normal = cross(b - a, c - a);
    return dot(normal, a) > 1e-5 * length(normal) * length(a);
}

bool betweenPixels(vec3 a, vec3 b, vec3 c) {
    if (max(a.z, max(b.z, c.z)) > -push.cull.near) return false; // cut by the near plane
    vec4 project = push.cull.views[0].project;
    vec2 extent = vec2(push.cull.extent);
    vec2 p = (project.xy * a.xy / -a.z - project.zw), q = (project.xy * b.xy / -b.z - project.zw), r = (project.xy * c.xy / -c.z - project.zw);
    vec2 low = (min(p, min(q, r)) * 0.5 + 0.5) * extent - 0.5 - snap, high = (max(p, max(q, r)) * 0.5 + 0.5) * extent - 0.5 + snap;
    return any(lessThan(high, vec2(0))) || any(greaterThan(low, extent)) || any(greaterThan(ceil(low), floor(high)));
}

void main() {
    uint slot = gl_WorkGroupID.y * widestRow + gl_WorkGroupID.x + min(push.cull.totals.t.clusters[push.phase], push.cull.clusterLimit);
    if (slot >= min(push.cull.totals.t.clusters[push.phase + 1], push.cull.clusterLimit)) return;
    uvec2 chosen = push.cull.chosen.p[slot], work = push.cull.chosenWork.p[slot];
    uint firstIndex = 3 * push.cull.clusters.c[work.x].firstTriangle;
    uint count = min(push.cull.clusters.c[work.x].triangleCount, push.cull.triangleLimit - min(work.y, push.cull.triangleLimit));
    Placed p = push.cull.placed.p[chosen.x];
    mat4 viewFromRelative = push.cull.views[0].viewFromRelative;
    Standing s = standing(p, vec4(0));
    mat3 turn = mat3(viewFromRelative) * s.turn;
    vec3 at = (viewFromRelative * vec4(s.at, 1)).xyz;
    bool bothSides = (p.flags & placedBothSides) != 0u, mirrored = (p.flags & placedMirrored) != 0u;
    for (uint k = gl_LocalInvocationID.x; k < count; k += cullThreads) {
        uvec3 corners = uvec3(push.cull.indices.n[firstIndex + 3 * k], push.cull.indices.n[firstIndex + 3 * k + 1],
                              push.cull.indices.n[firstIndex + 3 * k + 2]);
        if (mirrored) corners = corners.xzy; // so that front is front
        if (push.cull.triangleTests != 0u) {
            vec3 a = turn * push.cull.vertices.v[corners.x].position + at, b = turn * push.cull.vertices.v[corners.y].position + at,
                 c = turn * push.cull.vertices.v[corners.z].position + at;
            if ((!bothSides && turnedAway(a, b, c)) || (push.cull.triangleTests == 2u && betweenPixels(a, b, c))) corners = uvec3(chosen.y);
        }
        uvec3 packed = uvec3(slot << 7) | (corners - chosen.y);
        uint to = 3 * (work.y + k);
        push.cull.chosenIndices.n[to] = packed.x;
        push.cull.chosenIndices.n[to + 1] = packed.y;
        push.cull.chosenIndices.n[to + 2] = packed.z;
    }
}
