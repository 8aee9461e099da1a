// How much of the sun reaches a point: 1 lit, 0 in shadow. `taps` per side: 1 or 3.
float sunlightFrom(vec3 p, uint map, int taps) {
    vec2 uv = p.xy * 0.5 + 0.5;
    if (taps == 1) return texture(sampler2DArrayShadow(textures[map], shadowSamplers[shadowCompare]), vec4(uv, 0, p.z));
    float size = float(textureSize(sampler2DArray(textures[map], samplers[nearestClamp]), 0).x);
    float sum = 0;
    for (int y = -1; y <= 1; ++y) {
        for (int x = -1; x <= 1; ++x) {
            sum += texture(sampler2DArrayShadow(textures[map], shadowSamplers[shadowCompare]),
                           vec4(uv + vec2(x, y) * 1.25 / size, 0, p.z));
        }
    }
    return sum / 9;
}

bool outsideOf(vec3 p) { return any(greaterThan(abs(p.xy), vec2(0.996))); }

// `single`: there is one cascade at most.
float sunlight(vec3 relative, vec3 normal, int taps, bool single) {
    if (push.light.shadow < 0x10000u) return 1;
    float slope = clamp(1 - dot(normal, push.light.towardsSun.xyz), 0, 1);
    // Against shadows that a surface throws on itself: texels, and coarser triangles here than in the map or there than here.
    float away = 0.7 + 1.6 * slope;
    float off = push.light.surfaceError * length(single ? relative : relative - push.frame.views[gl_ViewIndex].eye.xyz);
    if (single) {
        vec4 from = vec4(relative + normal * (push.light.shadowTexel * away + off), 1);
        vec3 p = vec3(dot(push.light.shadowRows[0], from), dot(push.light.shadowRows[1], from), dot(push.light.shadowRows[2], from));
        float lit = sunlightFrom(p, push.light.shadow & 0xFFFFu, taps);
        float edge = max(abs(p.x), abs(p.y)); // shadows end softly where the map does
        return p.z > 1 ? 1 : mix(lit, 1, clamp((edge - 0.9) * 10.5, 0, 1));
    }
    FrameData frame = push.frame;
    for (uint i = 0; i < frame.cascades; ++i) {
        vec3 p = (frame.shadowFromRelative[i] * vec4(relative + normal * (frame.shadowTexel[i] * away + off), 1)).xyz;
        if (outsideOf(p)) continue;
        if (p.z > 1) return 1;
        return sunlightFrom(p, frame.shadowMaps[i], taps);
    }
    return 1;
}
