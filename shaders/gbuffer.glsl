// What the deferred path keeps of a surface until it is lit: 64 bits a pixel.
// x: normal (3 x 10 bits), metallic (2). y: colour (square roots, 3 x 8), roughness (5), glow (3).
// CPU drivers run the shader that writes this for whole blocks of pixels however small the triangle: it has to be short.

const float brightestGlow = 4; // times the colour

struct Surface {
    vec3 normal;
    vec3 base;
    vec3 emissive;
    float roughness;
    float metallic;
};

// Need not be of unit length, but not longer.
uint packNormal(vec3 n) {
    uvec3 q = uvec3(n * 511 + 512);
    return q.x | q.y << 10 | q.z << 20;
}

// All but the normal. What glows reflects in the colour it glows in; what glows brightly is not seen to reflect at all.
uvec2 packMaterial(Surface s) {
    float brightness = max(s.emissive.r, max(s.emissive.g, s.emissive.b));
    float lightness = max(s.base.r, max(s.base.g, s.base.b));
    vec3 colour = s.base;
    float glow = 0;
    if (brightness > 0.01) {
        float scale = max(lightness, min(brightness, 1));
        colour = s.emissive * (scale / brightness);
        glow = brightness / scale;
    }
    uvec3 c = uvec3(sqrt(clamp(colour, 0, 1)) * 255 + 0.5);
    uint strength = glow > 0 ? uint(clamp(glow / brightestGlow * 7 + 0.5, 1, 7)) : 0u;
    return uvec2(uint(clamp(s.metallic, 0, 1) * 3 + 0.5) << 30,
                 c.r | c.g << 8 | c.b << 16 | uint(clamp(s.roughness, 0, 1) * 31 + 0.5) << 24 | strength << 29);
}

Surface unpackSurface(uvec2 packed) {
    Surface s;
    s.normal = normalize(vec3(uvec3(packed.x, packed.x >> 10, packed.x >> 20) & 0x3FFu) - 512);
    s.roughness = float(packed.y >> 24 & 0x1Fu) / 31;
    vec3 colour = vec3(packed.y & 0xFFu, packed.y >> 8 & 0xFFu, packed.y >> 16 & 0xFFu) / 255;
    float glow = float(packed.y >> 29) * (brightestGlow / 7);
    colour *= colour;
    s.base = glow > 1 ? vec3(0) : colour;
    s.emissive = colour * glow;
    s.metallic = float(packed.x >> 30) / 3;
    return s;
}
