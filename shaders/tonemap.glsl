// Khronos PBR Neutral (2024): colours of the model stay what they are up to 0.8, and highlights roll off without turning grey.
vec3 toneMap(vec3 c) {
    const float start = 0.8 - 0.04;
    const float desaturation = 0.15;
    float low = min(c.r, min(c.g, c.b));
    float offset = low < 0.08 ? low - 6.25 * low * low : 0.04;
    c -= offset;
    float peak = max(c.r, max(c.g, c.b));
    if (peak < start) return c;
    const float d = 1 - start;
    float newPeak = 1 - d * d / (peak + d - start);
    c *= newPeak / peak;
    float g = 1 - 1 / (desaturation * (peak - newPeak) + 1);
    return mix(c, vec3(newPeak), g);
}

// From linear light to what the target stores, where a shader lights and finishes a pixel at once; half a step of noise hides the steps of 8 bits.
vec3 encode(vec3 light, float exposure, vec2 pixel, bool srgb) {
    vec3 c = toneMap(light * exposure);
    if (srgb) c = toSrgbRoughly(c);
    return c + (gradientNoise(pixel) - 0.5) / 255;
}
