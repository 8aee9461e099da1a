#version 460
#extension GL_GOOGLE_include_directive : require
#include "cull.glsl"
#include "gbuffer.glsl"

// One thread an instance: whether it is seen, how many of its clusters may have to be drawn, and where it is this frame.
layout(local_size_x = cullThreads) in;

void main() {
    uint place = rowed(gl_WorkGroupID, gl_LocalInvocationID.x);
    if (place >= push.cull.instanceCount) return;
    uint i = push.cull.order.n[place];
    Placed p = push.cull.placed.p[i];
    push.cull.instanceStarts.p[place] = uvec2(0);
    if ((p.flags & placedHidden) != 0u) return;
    CullMesh mesh = push.cull.meshes.m[p.mesh];
    Standing s = standing(p, mesh.sphere);

    vec3 boxCentre = s.turn * mesh.boxCentre + s.at;
    bool seen = false, late = true;
    for (uint v = 0; v < push.cull.viewCount; ++v) {
        if (!inside(v, s.centre, s.radius)) continue;
        float away = distance(s.centre, push.cull.views[v].eye);
        if (away > s.radius && 2 * s.radius * push.cull.views[v].pixelsPerRadian < push.cull.minimumPixels * away) continue;
        seen = true;
        late = late && (push.cull.occlusion & 1u) != 0u && behind(v, true, boxCentre, s.turn, mesh.boxHalf);
    }
    if (!seen) return;

    float least = leastError(s.centre, s.radius), most = mostError(s.centre, s.radius);
    uint count = 0;
    for (uint l = 0; l < mesh.levelCount; ++l) {
        ClusterLevel level = push.cull.levels.l[mesh.firstLevel + l];
        if (levelMatters(level, s.scale, least, most)) count += level.clusterCount;
    }
    push.cull.instanceStarts.p[place] = uvec2(count, 0);

    vec4 plane = vec4(p.fillPlane.xyz, p.fillPlane.w + dot(p.fillPlane.xyz, push.cull.origin) + dot(p.fillPlane.xyz, push.cull.originRest));
    vec4 rows[3] = vec4[3](vec4(p.rows[0].xyz, s.at.x), vec4(p.rows[1].xyz, s.at.y), vec4(p.rows[2].xyz, s.at.z));
    Material material = push.cull.materials.m[p.material];
    vec3 base = mix(material.baseColour.rgb, p.tint.rgb, p.tint.a);
    float metallic = material.metallic * (1 - p.tint.a), roughness = clamp(material.roughness, 0.06, 1);
    uvec2 kept = packMaterial(Surface(vec3(0), base, material.emissive, roughness, metallic));
    push.cull.instances.i[i] = Instance(rows, p.tint, plane, p.material, p.node, p.flags & placedMarks, late ? 1u : 0u, kept);
}
