#version 460
#extension GL_GOOGLE_include_directive : require
#define LIGHTS_KEPT
#include "common.glsl"
#include "gbuffer.glsl"
#include "shading.glsl"

// Lights what gbuffer.frag kept, each pixel once however small its triangle.
layout(set = 0, binding = 1) uniform utexture2DArray unsignedTextures[];
layout(location = 0) in vec3 direction;
layout(location = 0) out vec4 colour;

void main() {
    ivec3 pixel = ivec3(gl_FragCoord.xy, gl_ViewIndex);
    float depth = texelFetch(sampler2DArray(textures[push.depthImage], samplers[nearestClamp]), pixel, 0).r;
    Surface s = unpackSurface(texelFetch(usampler2DArray(unsignedTextures[push.keptImage], samplers[nearestClamp]), pixel, 0).rg);
    // Beside the sky nothing was kept to compare with.
    float there = depth > 0 ? 1 : 0;
    vec3 dx = dFdx(there) == 0 ? dFdx(s.normal) : vec3(0), dy = dFdy(there) == 0 ? dFdy(s.normal) : vec3(0);
    vec3 fromEye = direction / depth;
    vec3 relative = single ? fromEye : fromEye + push.frame.views[gl_ViewIndex].eye.xyz;
    Lit lit = shade(s, roughnessOf(dx, dy), relative, -normalize(fromEye), s.normal, 1);
    colour = vec4(encode(lit.total, push.light.sunColour.w, gl_FragCoord.xy, encodeSrgb), 1);
}
