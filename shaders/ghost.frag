#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "tonemap.glsl"

// What is seen through: clear where it faces the eye, a line where it turns away. One colour for all, so that the order of blending
// does not matter.
layout(constant_id = 0) const bool direct = false;
layout(constant_id = 1) const bool encodeSrgb = true;
layout(constant_id = 5) const bool single = false; // one view
layout(location = 0) in vec3 relative;
layout(location = 1) in vec3 normal;
layout(location = 0) out vec4 colour;

void main() {
    vec3 towardsEye = normalize((single ? vec3(0) : push.frame.views[gl_ViewIndex].eye.xyz) - relative);
    float grazing = 1 - abs(dot(normalize(normal), towardsEye));
    float square = grazing * grazing;
    const vec3 ink = vec3(0.16, 0.27, 0.38);
    colour = vec4(direct ? encode(ink, push.light.sunColour.w, gl_FragCoord.xy, encodeSrgb) : ink, 0.04 + 0.30 * square * grazing);
}
