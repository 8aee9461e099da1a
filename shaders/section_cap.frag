#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "gbuffer.glsl"
#include "shading.glsl"
#include "section_cap.glsl"
#include "section_surface.glsl"

// Caps of the forward path: every sample by itself, as its edges come from counting.
layout(set = 0, binding = 1) uniform texture2DMSArray multisampledTextures[];
layout(location = 0) sample in vec3 direction; // relative frame, not of unit length
layout(location = 0) out vec4 colour;

void main() {
    vec3 eye = push.frame.views[gl_ViewIndex].eye.xyz;
    Cap cap = capAlong(direction, push.frame.views[gl_ViewIndex].clipFromRelative, eye);
    vec4 sum = texelFetch(sampler2DMSArray(multisampledTextures[push.frame.sectionSums], samplers[nearestClamp]), ivec3(gl_FragCoord.xy, gl_ViewIndex), gl_SampleID);
    Surface s = capSurface(cap, sum);
    Lit lit = shade(s, 0, cap.relative, normalize(eye - cap.relative), s.normal, 1);
    if (!cap.there || !isInside(sum)) discard;
    gl_FragDepth = cap.depth;
    const vec3 luminance = vec3(0.2126, 0.7152, 0.0722);
    colour = vec4(lit.total, clamp(dot(lit.ambient, luminance) / max(dot(lit.total, luminance), 1e-4), 0, 1));
}
