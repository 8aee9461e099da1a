// How much of the sun reaches a point: 1 lit, 0 in shadow. `taps` per side: 1 or 3.
float sunlight(FrameData frame, vec3 relative, vec3 normal, int taps) {
    float slope = clamp(1 - dot(normal, frame.towardsSun.xyz), 0, 1);
    for (uint i = 0; i < frame.cascades; ++i) {
        float texel = frame.shadowTexel[i];
        vec3 p = (frame.shadowFromRelative[i] * vec4(relative + normal * texel * (0.7 + 1.6 * slope), 1)).xyz;
        vec2 uv = p.xy * 0.5 + 0.5;
        if (any(lessThan(uv, vec2(0.002))) || any(greaterThan(uv, vec2(0.998)))) continue;
        if (p.z > 1) return 1;
        float size = float(textureSize(sampler2DArray(textures[frame.shadowMaps[i]], samplers[nearestClamp]), 0).x);
        if (taps == 1) return texture(sampler2DArrayShadow(textures[frame.shadowMaps[i]], shadowSamplers[shadowCompare]), vec4(uv, 0, p.z));
        float sum = 0;
        for (int y = -1; y <= 1; ++y) {
            for (int x = -1; x <= 1; ++x) {
                sum += texture(sampler2DArrayShadow(textures[frame.shadowMaps[i]], shadowSamplers[shadowCompare]),
                               vec4(uv + vec2(x, y) * 1.25 / size, 0, p.z));
            }
        }
        return sum / 9;
    }
    return 1;
}
