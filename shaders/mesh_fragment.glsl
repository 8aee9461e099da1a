// Body of mesh.frag and mesh_plain.frag.
#include "common.glsl"
#include "sky.glsl"
#include "tonemap.glsl"
#include "shadow.glsl"

layout(constant_id = 0) const bool direct = false;     // tone-map here: no later pass does
layout(constant_id = 1) const bool encodeSrgb = true;  // the target's format does not encode by itself
layout(constant_id = 2) const int shadowTaps = 3;
layout(constant_id = 3) const bool clipped = false;    // alpha mask or fill plane
layout(constant_id = 4) const bool blended = false;
layout(constant_id = 5) const bool single = false;     // one view, and one shadow cascade at most

layout(location = 0) in vec3 relative;
layout(location = 1) in vec3 normalIn;
#ifdef PLAIN
layout(location = 2) flat in vec4 plainColour;
layout(location = 3) flat in vec4 plainEmissive;
#else
layout(location = 2) in vec4 tangentIn;
layout(location = 3) in vec2 uv;
layout(location = 4) in vec4 vertexColour;
layout(location = 5) flat in uint instanceIndex;
#endif
layout(location = 0) out vec4 colour; // alpha: share of ambient light, for the ambient occlusion that comes later

#ifndef PLAIN
vec4 sampleImage(uint image) { return texture(sampler2DArray(textures[nonuniformEXT(image)], samplers[linearRepeat]), vec3(uv, 0)); }

vec3 bump(Material material, vec3 n) {
    if (material.normalImage == noImage) return n;
    vec3 t = normalize(tangentIn.xyz - n * dot(n, tangentIn.xyz));
    vec3 b = cross(n, t) * tangentIn.w;
    vec3 s = sampleImage(material.normalImage).xyz * 2 - 1;
    return normalize(t * s.x + b * s.y + n * s.z);
}
#endif

// Analytic fit of the split-sum BRDF (Karis 2014, after Lazarov).
vec3 environmentBrdf(vec3 f0, float roughness, float nv) {
    const vec4 c0 = vec4(-1, -0.0275, -0.572, 0.022);
    const vec4 c1 = vec4(1, 0.0425, 1.04, -0.04);
    vec4 r = roughness * c0 + c1;
    float grazing = (1 - nv) * (1 - nv);
    float a = min(r.x * r.x, direct ? grazing * grazing * (1 - nv) : exp2(-9.28 * nv)) * r.x + r.y;
    vec2 ab = vec2(-1.04, 1.04) * a + r.zw;
    return f0 * ab.x + ab.y;
}

// GGX with Smith visibility in the form of Hammon 2017, Schlick's Fresnel.
vec3 sunSpecular(vec3 f0, float roughness, vec3 n, vec3 v, vec3 l, float nl, float nv) {
    vec3 h = normalize(v + l);
    float nh = clamp(dot(n, h), 0, 1);
    float a = roughness * roughness;
    float a2 = a * a;
    float d = nh * nh * (a2 - 1) + 1;
    float distribution = a2 / (3.14159265 * d * d);
    float visibility = 0.5 / max(mix(2 * nl * nv, nl + nv, a), 1e-3);
    float vh = 1 - clamp(dot(v, h), 0, 1);
    float vh2 = vh * vh;
    vec3 fresnel = f0 + (1 - f0) * (vh2 * vh2 * vh);
    return fresnel * (distribution * visibility);
}

void main() {
    Light light = push.light;
    vec3 n = normalize(normalIn);
    float occlusion = 1;
#ifdef PLAIN
    vec4 base = vec4(plainColour.rgb, 1);
    float roughness = plainColour.a;
    float metallic = plainEmissive.a;
    vec3 emissive = plainEmissive.rgb;
#else
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
        vec4 s = sampleImage(material.metallicRoughnessImage);
        roughness *= s.g;
        metallic *= s.b;
    }
    base.rgb = mix(base.rgb, instance.tint.rgb, instance.tint.a);
    metallic *= 1 - instance.tint.a;
    roughness = clamp(roughness, 0.06, 1);
    vec3 emissive = material.emissive;
    if (material.emissiveImage != noImage) emissive *= sampleImage(material.emissiveImage).rgb;
    if (material.occlusionImage != noImage) occlusion = sampleImage(material.occlusionImage).r;
    n = bump(material, n);
#endif
    // The first view's eye is the origin.
    vec3 towardsEye = normalize((single ? vec3(0) : push.frame.views[gl_ViewIndex].eye.xyz) - relative);
    // Seen from behind (double-sided sheets, files with careless winding): light the side that is seen.
    if (dot(n, towardsEye) < 0 && !gl_FrontFacing) n = -n;
    // Edges and fillets of CAD shrink to less than a pixel: what the normal does within one is roughness (Tokuyoshi & Kaplanyan 2019).
    vec3 dx = dFdx(n), dy = dFdy(n);
    float spread = min(0.5 * (dot(dx, dx) + dot(dy, dy)), 0.18);
    roughness = sqrt(sqrt(clamp(roughness * roughness * roughness * roughness + spread, 0, 1)));

    float nv = max(abs(dot(n, towardsEye)), 1e-3);
    vec3 f0 = mix(vec3(0.04), base.rgb, metallic);
    vec3 diffuse = base.rgb * (1 - metallic);
    vec3 sun = light.towardsSun.xyz;
    float nl = dot(n, sun);
    vec3 lit = vec3(0);
    if (nl > 0) {
        float visible = sunlight(relative, normalize(normalIn) * (gl_FrontFacing ? 1 : -1), shadowTaps, single);
        lit = light.sunColour.rgb * (light.towardsSun.w * nl * visible) * (diffuse * 0.31830989 + sunSpecular(f0, roughness, n, towardsEye, sun, nl, nv));
    }
    vec3 reflected = reflect(-towardsEye, n);
    vec3 specular = skyReflection(reflected, roughness, direct) * environmentBrdf(f0, roughness, nv);
    vec3 ambient = (diffuse * skyIrradiance(n) + specular) * (light.skyStrength * occlusion);
    vec3 total = lit + ambient + emissive;

    if (blended) {
        // Glass: what it reflects stays bright however clear it is.
        float gloss = clamp(dot(specular, vec3(0.3333)), 0, 1);
        float alpha = clamp(base.a + gloss * (1 - base.a), 0, 1);
        colour = vec4(direct ? encode(total, light.sunColour.w, gl_FragCoord.xy, encodeSrgb) : total, alpha);
    } else if (direct) {
        colour = vec4(encode(total, light.sunColour.w, gl_FragCoord.xy, encodeSrgb), 1);
    } else {
        const vec3 luminance = vec3(0.2126, 0.7152, 0.0722);
        colour = vec4(total, clamp(dot(ambient, luminance) / max(dot(total, luminance), 1e-4), 0, 1));
    }
}
