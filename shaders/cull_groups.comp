#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"

// One thread a group: whether any of its instances may be seen. The first phase puts off what was behind something in the frame before;
// the second looks at that again, and at groups of which some instances were put off.
layout(local_size_x = cullThreads) in;

bool seen = false, hidden = true;

void lookFrom(CullView view, uint index, bool again, vec3 centre, vec3 boxHalf, float mostRadius) {
    for (int i = 0; i < 5; ++i) {
        vec3 normal = view.planes[i].xyz;
        if (dot(normal, centre) + view.planes[i].w < -dot(abs(normal), boxHalf)) return;
    }
    // No instance is nearer than the box; what is computed for each may differ in the last digits.
    float away = 0.999 * length(max(abs(view.eye - centre) - boxHalf, 0));
    if (away > mostRadius && 2 * mostRadius * view.pixelsPerRadian < minimumPixels * away) return;
    seen = true;
    if (again)
        hidden = hidden && (occlusion & 2u) != 0u && behind(view, index, false, centre, mat3(1), boxHalf);
    else
        hidden = hidden && (occlusion & 1u) != 0u && putOff(view, index, centre, mat3(1), boxHalf, mostRadius, away);
}

void main() {
    begin();
    uint count = push.cull.groupCount;
    Groups groups = push.cull.groups;
    Pairs groupStarts = push.cull.groupStarts;
    Numbers groupLate = push.cull.groupLate;
    bool again = push.phase == 1u;
    uint g = rowed(gl_WorkGroupID, gl_LocalInvocationID.x);
    if (g >= count) return;
    groupStarts.p[g] = uvec2(0);
    if (again) {
        uint late = groupLate.n[g];
        if (late == lateMembers) groupStarts.p[g] = uvec2(1, 0);
        if (late != lateWhole) return;
    } else {
        groupLate.n[g] = 0;
    }
    if ((groups.g[g].count & groupLoose) == 0u) {
        vec3 centre = (groups.g[g].centre - origin) - originRest, boxHalf = groups.g[g].boxHalf;
        float mostRadius = groups.g[g].mostRadius;
        lookFrom(firstView, 0, again, centre, boxHalf, mostRadius);
        for (uint v = 1; v < viewCount; ++v) lookFrom(push.cull.views[v], v, again, centre, boxHalf, mostRadius);
        if (!seen) return;
        if (hidden) {
            groupLate.n[g] = lateWhole;
            return;
        }
    }
    groupStarts.p[g] = uvec2(1, 0);
}
