// Body of mesh.vert, mesh_plain.vert and gbuffer_plain.vert.
#include "common.glsl"
#ifdef KEPT
#include "gbuffer.glsl"
#endif
#ifdef CUT
#include "section.glsl"
#endif

layout(location = 0) out vec3 relativeOut;
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
    Vertex v = push.vertices.v[gl_VertexIndex];
    Instance instance = push.instances.i[gl_InstanceIndex];
    vec4 p = vec4(v.position, 1);
    vec3 relative = vec3(dot(instance.rows[0], p), dot(instance.rows[1], p), dot(instance.rows[2], p));
    mat3 m = transpose(mat3(instance.rows[0].xyz, instance.rows[1].xyz, instance.rows[2].xyz));
    // The cofactor matrix turns normals under any scale, mirrored or not.
    mat3 cofactor = mat3(cross(m[1], m[2]), cross(m[2], m[0]), cross(m[0], m[1]));
    float side = dot(m[0], cofactor[0]) < 0 ? -1 : 1;
    relativeOut = relative;
    normalOut = normalize(cofactor * decodeOctahedral(unpackSnorm2x16(v.normal))) * side;
#if defined(KEPT) || defined(PLAIN)
    Material material = push.materials.m[instance.material];
    vec3 base = mix(material.baseColour.rgb, instance.tint.rgb, instance.tint.a);
    float metallic = material.metallic * (1 - instance.tint.a);
    float roughness = clamp(material.roughness, 0.06, 1);
#endif
#if defined(KEPT)
    materialOut = packMaterial(Surface(vec3(0), base, material.emissive, roughness, metallic));
#elif defined(PLAIN)
    colourOut = vec4(base, roughness);
    emissiveOut = vec4(material.emissive, metallic);
#else
    tangentOut = vec4(m * decodeOctahedral(unpackSnorm2x16(v.tangent)), (v.tangent & 1u) == 0u ? 1 : -1);
    uvOut = v.uv;
    colourOut = unpackUnorm4x8(v.colour);
    instanceOut = gl_InstanceIndex;
#endif
    gl_Position = push.frame.views[gl_ViewIndex].clipFromRelative * vec4(relative, 1);
#ifdef CUT
    cutAway(relative);
#endif
}
