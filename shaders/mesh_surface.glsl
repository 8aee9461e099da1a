// What a mesh's fragment shaders get, and the surface that it makes.
#include "gbuffer.glsl"

layout(constant_id = 3) const bool clipped = false; // alpha mask or fill plane
#ifndef KEPT
layout(location = 0) in vec3 relative;
#endif
layout(location = 1) in vec3 normalIn;
#if defined(KEPT)
layout(location = 2) flat in uvec2 materialIn; // as packMaterial made it
#elif defined(PLAIN)
layout(location = 2) flat in vec4 plainColour;   // alpha: roughness
layout(location = 3) flat in vec4 plainEmissive; // alpha: metallic
#else
layout(location = 2) in vec4 tangentIn;
layout(location = 3) in vec2 uv;
layout(location = 4) in vec4 vertexColour;
layout(location = 5) flat in uint instanceIndex;

vec4 sampleImage(uint image) { return texture(sampler2DArray(textures[nonuniformEXT(image)], samplers[linearRepeat]), vec3(uv, 0)); }

vec3 bump(Material material, vec3 n) {
    if (material.normalImage == noImage) return n;
    vec3 t = normalize(tangentIn.xyz - n * dot(n, tangentIn.xyz));
    vec3 b = cross(n, t) * tangentIn.w;
    vec3 s = sampleImage(material.normalImage).xyz * 2 - 1;
    return normalize(t * s.x + b * s.y + n * s.z);
}

Surface surfaceHere(out float alpha, out float occlusion) {
    Surface s;
    Instance instance = push.instances.i[instanceIndex];
    Material material = push.materials.m[instance.material];
    if (clipped && dot(instance.fillPlane.xyz, instance.fillPlane.xyz) > 0 && dot(instance.fillPlane, vec4(relative, 1)) < 0) discard;

    vec4 base = material.baseColour;
    if (material.baseColourImage != noImage) base *= sampleImage(material.baseColourImage);
    if ((material.flags & 8u) != 0u) base *= vec4(toLinear(vertexColour.rgb), vertexColour.a);
    if (clipped && (material.flags & 1u) != 0u && base.a < material.alphaCutoff) discard;
    float metallic = material.metallic;
    float roughness = material.roughness;
    if (material.metallicRoughnessImage != noImage) {
        vec4 m = sampleImage(material.metallicRoughnessImage);
        roughness *= m.g;
        metallic *= m.b;
    }
    s.base = mix(base.rgb, instance.tint.rgb, instance.tint.a);
    s.metallic = metallic * (1 - instance.tint.a);
    s.roughness = clamp(roughness, 0.06, 1);
    s.emissive = material.emissive;
    if (material.emissiveImage != noImage) s.emissive *= sampleImage(material.emissiveImage).rgb;
    alpha = base.a;
    occlusion = material.occlusionImage != noImage ? sampleImage(material.occlusionImage).r : 1;
    s.normal = bump(material, normalize(normalIn));
    return s;
}
#endif

// Seen from behind (double-sided sheets, files with careless winding): the side that is seen.
vec3 faced(vec3 n, vec3 towardsEye) { return dot(n, towardsEye) < 0 && !gl_FrontFacing ? -n : n; }
