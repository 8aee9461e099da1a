// Body of mesh.frag and mesh_plain.frag: lit as it is drawn.
#include "common.glsl"
#include "mesh_surface.glsl"
#include "shading.glsl"

layout(constant_id = 4) const bool blended = false;
layout(location = 0) out vec4 colour; // alpha: share of ambient light, for the ambient occlusion that comes later

void main() {
    float alpha = 1, occlusion = 1;
#ifdef PLAIN
    Surface s = Surface(normalize(normalIn), plainColour.rgb, plainEmissive.rgb, plainColour.a, plainEmissive.a);
#else
    Surface s = surfaceHere(alpha, occlusion);
#endif
    // The first view's eye is the origin.
    vec3 towardsEye = normalize((single ? vec3(0) : push.frame.views[gl_ViewIndex].eye.xyz) - relative);
    s.normal = faced(s.normal, towardsEye);
    float spread = roughnessOf(dFdx(s.normal), dFdy(s.normal));
    Lit lit = shade(s, spread, relative, towardsEye, normalize(normalIn) * (gl_FrontFacing ? 1 : -1), occlusion);
    float exposure = push.light.sunColour.w;
    if (blended) {
        // Glass: what it reflects stays bright however clear it is.
        float gloss = clamp(dot(lit.specular, vec3(0.3333)), 0, 1);
        colour = vec4(direct ? encode(lit.total, exposure, gl_FragCoord.xy, encodeSrgb) : lit.total, clamp(alpha + gloss * (1 - alpha), 0, 1));
    } else if (direct) {
        colour = vec4(encode(lit.total, exposure, gl_FragCoord.xy, encodeSrgb), 1);
    } else {
        const vec3 luminance = vec3(0.2126, 0.7152, 0.0722);
        colour = vec4(lit.total, clamp(dot(lit.ambient, luminance) / max(dot(lit.total, luminance), 1e-4), 0, 1));
    }
}
