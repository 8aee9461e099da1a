// Body of mesh.vert, mesh_plain.vert and gbuffer_plain.vert.
#include "common.glsl"
#ifdef CUT
#include "section.glsl"
#endif

// Drawn from what the culling passes chose: indices say which cluster and which of its vertices.
layout(constant_id = 6) const bool chosen = false;

#ifndef KEPT
layout(location = 0) out vec3 relativeOut;
#endif
layout(location = 1) out vec3 normalOut;
// PLAIN, KEPT: nothing to look up in a pixel. The whole material travels along, as most of CAD has neither textures nor vertex colours.
#if defined(KEPT)
layout(location = 2) flat out uvec2 materialOut;
#elif defined(PLAIN)
layout(location = 2) flat out vec4 colourOut;   // alpha: roughness
layout(location = 3) flat out vec4 emissiveOut; // alpha: metallic
#else
layout(location = 2) out vec4 tangentOut;
layout(location = 3) out vec2 uvOut;
layout(location = 4) out vec4 colourOut;
layout(location = 5) flat out uint instanceOut;
#endif

void main() {
    uint vertexIndex = gl_VertexIndex, instanceIndex = gl_InstanceIndex;
    if (chosen) {
        uvec2 cluster = push.frame.chosen.c[vertexIndex >> 7]; // instance, first vertex
        instanceIndex = cluster.x;
        vertexIndex = cluster.y + (vertexIndex & 127u);
    }
    Vertex v = push.vertices.v[vertexIndex];
    Instance instance = push.instances.i[instanceIndex];
    vec4 p = vec4(positionOf(v, instance.grid), 1);
    vec3 relative = vec3(dot(instance.rows[0], p), dot(instance.rows[1], p), dot(instance.rows[2], p));
    mat3 m = transpose(mat3(instance.rows[0].xyz, instance.rows[1].xyz, instance.rows[2].xyz));
    // The cofactor matrix turns normals under any scale, mirrored or not.
    mat3 cofactor = mat3(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1]));
    float side = dot(m[0], cofactor[0]) < 0 ? -1 : 1;
#ifndef KEPT
    relativeOut = relative;
#endif
    normalOut = normalize(cofactor * decodeOctahedral(unpackSnorm2x16(v.normal))) * side;
#if defined(PLAIN)
    Material material = push.materials.m[instance.material];
    vec3 base = mix(material.baseColour.rgb, instance.tint.rgb, instance.tint.a);
    float metallic = material.metallic * (1 - instance.tint.a);
    float roughness = clamp(material.roughness, 0.06, 1);
#endif
#if defined(KEPT)
    materialOut = instance.kept;
#elif defined(PLAIN)
    colourOut = vec4(base, roughness);
    emissiveOut = vec4(material.emissive, metallic);
#else
    Attributes a = Attributes(vec2(0), 0u, 0xFFFFFFFFu);
    if ((instance.flags & 8u) != 0u) a = push.frame.attributes.a[instance.firstAttributes + vertexIndex];
    tangentOut = vec4(m * decodeOctahedral(unpackSnorm2x16(a.tangent)), (a.tangent & 1u) == 0u ? 1 : -1);
    uvOut = a.uv;
    colourOut = unpackUnorm4x8(a.colour);
    instanceOut = instanceIndex;
#endif
    gl_Position = push.frame.views[gl_ViewIndex].clipFromRelative * vec4(relative, 1);
#ifdef CUT
    cutAway(relative);
#endif
}
