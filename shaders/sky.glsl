// The light of the hall, in closed form: what a reflection of a given roughness sees, and what arrives at a surface from everywhere.
// A soft daylight sky over a light floor, with bands of roof lights that give metal something to reflect.

const vec3 skyZenith = vec3(0.52, 0.66, 0.86);
const vec3 skyHorizon = vec3(0.93, 0.95, 0.97);
const vec3 floorBounce = vec3(0.52, 0.51, 0.49);

vec3 skyBackground(vec3 d) {
    float h = max(d.y, 0);
    vec3 sky = mix(skyHorizon, skyZenith, 1 - exp2(-h * 4.5));
    vec3 below = mix(skyHorizon, floorBounce * 1.25, smoothstep(0.0, 0.35, -d.y));
    return d.y >= 0 ? sky : below;
}

// Share of a roof with light bands that a cone of the given width around `d` sees: bands along x, every 11 m, 9 m up.
float roofLights(vec3 d, float roughness) {
    if (d.y < 0.06) return 0;
    vec2 p = d.xz / d.y * 9;
    float blur = 0.9 + roughness * roughness * 16;
    float band = abs(fract(p.y / 11 + 0.5) - 0.5) * 11;
    float lit = 1 - smoothstep(1.4 - min(blur, 1.3), 1.4 + blur, band);
    float mean = 0.28;
    float far = exp2(-dot(p, p) * 0.0016);
    return mix(lit, mean, smoothstep(0.9, 5.0, blur)) * far * smoothstep(0.10, 0.45, d.y);
}

// The same with less arithmetic.
float roofLightsRoughly(vec3 d, float roughness) {
    vec2 p = d.xz * (9 / max(d.y, 0.06));
    float blur = 0.9 + roughness * roughness * 16;
    float band = abs(fract(p.y / 11 + 0.5) - 0.5) * 11;
    float lit = clamp((1.4 + blur - band) / (min(blur, 1.3) + blur), 0, 1);
    float far = max(1 - dot(p, p) * 0.0009, 0);
    return mix(lit, 0.28, clamp(blur * 0.25 - 0.225, 0, 1)) * far * clamp(d.y * 2.8 - 0.28, 0, 1);
}

// Radiance around `d`, blurred as a GGX lobe of that roughness blurs it.
vec3 skyReflection(vec3 d, float roughness, bool roughly) {
    float blur = roughness * roughness;
    float width = 0.03 + blur * 0.9;
    float up = smoothstep(-width, width, d.y);
    vec3 sky = mix(skyHorizon, skyZenith, clamp(d.y * 1.1, 0, 1) * (1 - 0.5 * blur));
    vec3 low = mix(vec3(0.30, 0.30, 0.305), floorBounce * 0.85, smoothstep(0.0, 0.6, -d.y));
    vec3 c = mix(low, sky * 0.62, up);
    return c + vec3(1.0, 0.97, 0.92) * (roughly ? roofLightsRoughly(d, roughness) : roofLights(d, roughness)) * 1.1;
}

// Irradiance over pi on a surface facing `n`.
vec3 skyIrradiance(vec3 n) {
    float up = n.y * 0.5 + 0.5;
    vec3 c = mix(floorBounce * 0.50, vec3(0.72, 0.77, 0.84), up * up * (3 - 2 * up));
    return c + vec3(0.10, 0.10, 0.09) * (1 - abs(n.y));
}
