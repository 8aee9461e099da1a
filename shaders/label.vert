#version 460
#extension GL_GOOGLE_include_directive : require
#include "label.glsl"

layout(location = 0) out vec2 atOut;             // characters: in the atlas; else pixels from the shape's middle
layout(location = 1) flat out vec2 halfOut;      // half the shape, pixels
layout(location = 2) flat out vec4 colourOut;
layout(location = 3) flat out uint imageOut;
layout(location = 4) flat out float sharpnessOut;

// A shape upright in the picture, as many pixels from where its anchor is seen as the layout says.
void main() {
    LabelShape s = push.labels.s[gl_InstanceIndex];
    const vec2 corners[6] = vec2[](vec2(0, 0), vec2(0, 1), vec2(1, 1), vec2(0, 0), vec2(1, 1), vec2(1, 0));
    vec2 c = corners[gl_VertexIndex], along = vec2(1, 0), across = vec2(0, 1);
    vec2 size = abs(s.size), middle = s.corner + s.size / 2;
    if (s.image == labelLine) {
        float length = max(length(s.size), 1e-3);
        along = s.size / length;
        across = vec2(-along.y, along.x);
        size = vec2(length, 2 * s.sharpness);
    }
    float soft = s.image >= labelLine ? 1 : 0; // room for an edge half covered
    vec2 fromMiddle = (c - 0.5) * (size + 2 * soft);
    atOut = s.image >= labelLine ? fromMiddle : mix(s.texture.xy, s.texture.zw, c);
    halfOut = size / 2;
    colourOut = s.colour;
    imageOut = s.image;
    sharpnessOut = s.sharpness;

    vec4 anchor = push.frame.views[gl_ViewIndex].clipFromRelative * vec4(s.anchor, 1);
    if (anchor.w <= 0) { // behind the eye
        gl_Position = vec4(2, 2, 0, 1);
        return;
    }
    vec2 extent = vec2(push.frame.extent);
    vec2 pixel = (anchor.xy / anchor.w * 0.5 + 0.5) * extent + middle + along * fromMiddle.x + across * fromMiddle.y;
    gl_Position = vec4(pixel / extent * 2 - 1, 0, 1);
}
