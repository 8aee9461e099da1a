#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "gbuffer.glsl"
#include "section_cap.glsl"
#include "section_surface.glsl"

// Caps of the deferred path: kept, to be lit by shade.frag.
layout(location = 0) in vec3 direction; // relative frame, not of unit length
layout(location = 0) out uvec2 kept;

void main() {
    Cap cap = capAlong(direction, push.frame.views[gl_ViewIndex].clipFromRelative, push.frame.views[gl_ViewIndex].eye.xyz);
    vec4 sum = texelFetch(sampler2DArray(textures[push.frame.sectionSums], samplers[nearestClamp]), ivec3(gl_FragCoord.xy, gl_ViewIndex), 0);
    Surface s = capSurface(cap, sum);
    if (!cap.there || !isInside(sum)) discard;
    gl_FragDepth = cap.depth;
    kept = packMaterial(s) | uvec2(packNormal(s.normal), 0);
}
