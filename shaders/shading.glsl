// Light on a surface: the sun with its shadow, and the hall around.
#include "sky.glsl"
#include "tonemap.glsl"
#include "shadow.glsl"

layout(constant_id = 0) const bool direct = false;     // tone-map here: no later pass does
layout(constant_id = 1) const bool encodeSrgb = true;  // the target's format does not encode by itself
layout(constant_id = 2) const int shadowTaps = 3;
layout(constant_id = 5) const bool single = false;     // one view, and one shadow cascade at most

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

struct Lit {
    vec3 total;
    vec3 ambient;  // the part of it that ambient occlusion may darken
    vec3 specular; // what the hall's reflection adds
};

// Edges and fillets of CAD shrink to less than a pixel: what the normal does within one is roughness (Tokuyoshi & Kaplanyan 2019).
float roughnessOf(vec3 dx, vec3 dy) { return min(0.5 * (dot(dx, dx) + dot(dy, dy)), 0.18); }

// `spread`: see roughnessOf. `towardsSide`: normal of the geometry on the side that is seen, for the shadow. `flatOcclusion`: from an
// image, 1 for none.
Lit shade(Surface s, float spread, vec3 relative, vec3 towardsEye, vec3 towardsSide, float flatOcclusion) {
    Light light = push.light;
    vec3 n = s.normal;
    float square = s.roughness * s.roughness;
    float roughness = sqrt(sqrt(clamp(square * square + spread, 0, 1)));

    float nv = max(abs(dot(n, towardsEye)), 1e-3);
    vec3 f0 = mix(vec3(0.04), s.base, s.metallic);
    vec3 diffuse = s.base * (1 - s.metallic);
    vec3 sun = light.towardsSun.xyz;
    float nl = dot(n, sun);
    vec3 lit = vec3(0);
    if (nl > 0) {
        float visible = sunlight(relative, towardsSide, shadowTaps, single);
        lit = light.sunColour.rgb * (light.towardsSun.w * nl * visible) * (diffuse * 0.31830989 + sunSpecular(f0, roughness, n, towardsEye, sun, nl, nv));
    }
    Lit result;
    result.specular = skyReflection(reflect(-towardsEye, n), roughness, direct) * environmentBrdf(f0, roughness, nv);
    result.ambient = (diffuse * skyIrradiance(n) + result.specular) * (light.skyStrength * flatOcclusion);
    result.total = lit + result.ambient + s.emissive;
    return result;
}
