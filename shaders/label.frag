#version 460
#extension GL_GOOGLE_include_directive : require
#include "label.glsl"

layout(constant_id = 0) const bool encodeSrgb = true;
layout(location = 0) in vec2 at;
layout(location = 1) flat in vec2 halfSize;
layout(location = 2) flat in vec4 tint;
layout(location = 3) flat in uint image;
layout(location = 4) flat in float sharpness;
layout(location = 0) out vec4 colour;

// Distance to the outline, pixels, positive inside.
float depthInShape() {
    if (image < labelLine) {
        float field = textureLod(sampler2DArray(textures[nonuniformEXT(image)], samplers[linearClamp]), vec3(at, 0), 0).r;
        return (field - 0.5) * sharpness;
    }
    float radius = image == labelBox ? min(sharpness, min(halfSize.x, halfSize.y)) : 0;
    vec2 outside = abs(at) - halfSize + radius;
    return radius - length(max(outside, 0)) - min(max(outside.x, outside.y), 0);
}

void main() {
    float covered = clamp(depthInShape() + 0.5, 0, 1);
    colour = vec4(encodeSrgb ? tint.rgb : toLinear(tint.rgb), tint.a * covered);
}
