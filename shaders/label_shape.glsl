// What the label shaders share; mirrored by src/render/label_pass.hpp. Scalar layout.
struct LabelShape {
    vec3 anchor; // relative
    vec2 corner; // pixels from the anchor's, y down; of a line: its beginning
    vec2 size;   // of a line: from there to its end
    vec4 texture;
    vec4 colour; // sRGB
    uint image;  // heap index of the characters, or one of the two below
    float sharpness;
};
const uint labelBox = 0xFFFFFFFFu, labelLine = 0xFFFFFFFEu;

layout(buffer_reference, scalar, buffer_reference_align = 4) readonly buffer LabelShapes { LabelShape s[]; };
