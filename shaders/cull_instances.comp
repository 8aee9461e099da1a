#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"
#include "gbuffer.glsl"

// Instances of the groups that may be seen, a group at a time: whether each is seen, how many of its clusters may have to be drawn, and
// where it is this frame. The first phase puts off what was behind something in the frame before; the second looks at that again.
layout(local_size_x_id = 0) in;

bool seen, hidden;

void lookFrom(CullView view, uint index, bool again, Standing s, vec3 boxCentre, vec3 boxHalf) {
    if (!inside(view, s.centre, s.radius)) return;
    float away = distance(s.centre, view.eye);
    if (away > s.radius && 2 * s.radius * view.pixelsPerRadian < minimumPixels * away) return;
    seen = true;
    if (again)
        hidden = hidden && (occlusion & 2u) != 0u && behind(view, index, false, boxCentre, s.turn, boxHalf);
    else
        hidden = hidden && (occlusion & 1u) != 0u && putOff(view, index, boxCentre, s.turn, boxHalf, s.radius, away);
}

void main() {
    begin();
    uint slot = gl_WorkGroupID.y * widestRow + gl_WorkGroupID.x, slots = push.cull.totals.t.places / cullThreads;
    uint group = push.cull.groupSeen.n[min(slot, max(slots, 1u) - 1)];
    Numbers groupLate = push.cull.groupLate, members = push.cull.members;
    uint first = push.cull.groups.g[group].first, count = push.cull.groups.g[group].count;
    bool loose = (count & groupLoose) != 0u;
    if (loose) members = push.cull.loose;
    InstanceList instances = push.cull.instances;
    Materials materials = push.cull.materials;
    bool again = push.phase == 1u;
    bool some = again && groupLate.n[group] == lateMembers;
    if (slot >= slots) return;
    for (uint member = gl_LocalInvocationID.x; member < cullThreads; member += gl_WorkGroupSize.x) {
        seen = false;
        hidden = true;
        uint place = slot * cullThreads + member;
        instanceStarts.p[place] = uvec2(0);
        if (member >= (count & ~groupLoose)) continue;
        uint i = members.n[first + member];
        order.n[place] = i;
        if (some && late.n[i] == 0u) continue;
        uint flags = placedList.p[i].flags;
        if (!again) late.n[i] = 0;
        if ((flags & placedHidden) != 0u || ((flags & placedLoose) != 0u && !loose)) continue;
        vec4 rows[3] = placedList.p[i].rows;
        uint mesh = placedList.p[i].mesh;
        Standing s = standing(rows, meshList.m[mesh].sphere);
        vec3 boxCentre = s.turn * meshList.m[mesh].boxCentre + s.at, boxHalf = meshList.m[mesh].boxHalf;
        lookFrom(firstView, 0, again, s, boxCentre, boxHalf);
        for (uint v = 1; v < viewCount; ++v) lookFrom(push.cull.views[v], v, again, s, boxCentre, boxHalf);
        if (!seen) continue;
        if (hidden) {
            late.n[i] = 1;
            if (!again) groupLate.n[group] = lateMembers;
            continue;
        }

        finest = meshList.m[mesh].residentError * s.scale;
        float least = leastError(s.centre, s.radius), most = mostError(s.centre, s.radius);
        uint clusters = 0, firstLevel = meshList.m[mesh].firstLevel, levels = meshList.m[mesh].levelCount;
        for (uint l = 0; l < levels; ++l) {
            ClusterLevel level = levelList.l[firstLevel + l];
            if (levelMatters(level, s.scale, least, most)) clusters += level.clusterCount;
        }
        instanceStarts.p[place] = uvec2(clusters, 0);

        vec4 plane = placedList.p[i].fillPlane;
        plane.w += dot(plane.xyz, origin) + dot(plane.xyz, originRest);
        vec4 relativeRows[3] = vec4[3](vec4(rows[0].xyz, s.at.x), vec4(rows[1].xyz, s.at.y), vec4(rows[2].xyz, s.at.z));
        uint index = placedList.p[i].material;
        vec4 tint = placedList.p[i].tint;
        Material material = materials.m[index];
        vec3 base = mix(material.baseColour.rgb, tint.rgb, tint.a);
        float metallic = material.metallic * (1 - tint.a), roughness = clamp(material.roughness, 0.06, 1);
        uvec2 kept = packMaterial(Surface(vec3(0), base, material.emissive, roughness, metallic));
        instances.i[i] = Instance(relativeRows, tint, plane, index, placedList.p[i].node, (flags & placedMarks) | meshList.m[mesh].flags,
                                  meshList.m[mesh].firstAttributes, meshList.m[mesh].grid, kept);
    }
}
