// What all shaders share: the data of a frame, mirrored by src/render/gpu_types.hpp. Scalar layout.
// "Relative" positions are world positions minus the frame's origin (the first view's eye), so that plants of kilometres stay precise.
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_scalar_block_layout : require
#extension GL_EXT_shader_explicit_arithmetic_types_int64 : require
#extension GL_EXT_multiview : require
#extension GL_EXT_nonuniform_qualifier : require

const uint noImage = 0xFFFFFFFFu;
const int maximumViews = 4;
const int maximumCascades = 3;
const int maximumSections = 3;

struct ViewData {
    mat4 clipFromRelative;
    mat4 viewFromRelative;
    mat4 relativeDirectionFromClip; // of a point at infinity: xyz is the (unnormalised) direction
    vec4 eye;                       // relative
    vec4 project;                   // clipFromView [0][0], [1][1], [2][0], [2][1]
};

#include "structs.glsl"

layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer ChosenClusters { uvec2 c[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer AttributeList { Attributes a[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer FrameData {
    ViewData views[maximumViews];
    mat4 shadowFromRelative[maximumCascades];
    vec4 shadowTexel; // per cascade: metres a texel
    vec4 towardsSun;  // xyz; w: strength
    vec4 sunColour;   // rgb; w: exposure
    vec4 ground;      // x: height, relative; y, z: origin modulo the grid; w: sky strength
    vec4 ao;          // x: radius in metres; y: near plane; z: strength; w: of the floor's grid, metres
    vec4 selectionColour; // sRGB
    vec4 hoverColour;
    uvec2 extent;
    uint shadowMaps[maximumCascades]; // heap indices
    uint cascades;    // 0: no shadow
    uint flags;       // 1: grid
    uint lit;         // heap indices of the passes' images
    uint depth;
    uint occlusion;
    uint occlusionRaw;
    uint mask;
    uint frameNumber;
    vec4 sections[maximumSections]; // planes, relative; cut away is where one of them is negative. Unused: 1 everywhere.
    vec4 hatchU[maximumSections];   // directions in the planes; w: of the origin along them, modulo 16 m
    vec4 hatchV[maximumSections];
    uint sectionSums;               // heap indices
    uint pickSums;
    uint edgeDepth;                 // heap index of the depth that lines are found in
    float edgeReach;                // metres: from where on lines fade
    uint padding;
    ChosenClusters chosen; // by the culling passes
    AttributeList attributes;
};
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Vertices { Vertex v[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Instances { Instance i[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Materials { Material m[]; };

#ifdef LABELS
#include "label_shape.glsl"
#endif

// What every pixel needs. Push constants, because CPU drivers read memory lane by lane in fragment shaders.
struct Light {
    vec4 shadowRows[3]; // shadowFromRelative of the first cascade
    vec4 towardsSun;    // xyz; w: strength
    vec4 sunColour;     // rgb; w: exposure
    float skyStrength;
    float shadowTexel;  // of the first cascade: metres a texel
    uint shadow;        // heap index of the first map; from bit 16: number of cascades, 0 for no shadow
    float surfaceError; // how far what is drawn may lie from what throws shadows, metres a metre of distance
};

layout(push_constant, scalar) uniform Push {
    FrameData frame;
#ifdef LIGHTS_KEPT
    uint depthImage; // heap indices, as CPU drivers sample pixel by pixel where these are not known to be the same for all
    uint keptImage;
#elif defined(LABELS)
    LabelShapes labels;
#else
    Instances instances;
#endif
    Vertices vertices;
    Materials materials;
#ifdef OWN_CAMERA
    mat4 clipFromRelative; // of passes that do not draw views: shadow cascade, pick
#else
    Light light;
#endif
} push;

const int linearRepeat = 0, linearClamp = 1, nearestClamp = 2, shadowCompare = 3;
layout(set = 0, binding = 0) uniform sampler samplers[4];
layout(set = 0, binding = 0) uniform samplerShadow shadowSamplers[4];
layout(set = 0, binding = 1) uniform texture2DArray textures[];

vec3 decodeOctahedral(vec2 e) {
    vec3 n = vec3(e, 1 - abs(e.x) - abs(e.y));
    float t = max(-n.z, 0);
    n.xy += vec2(n.x >= 0 ? -t : t, n.y >= 0 ? -t : t);
    return normalize(n);
}

vec3 toLinear(vec3 c) { return c * (c * (c * 0.305306011 + 0.682171111) + 0.012522878); }
vec3 toSrgb(vec3 c) {
    c = clamp(c, 0, 1);
    vec3 low = c * 12.92;
    vec3 high = 1.055 * pow(c, vec3(1 / 2.4)) - 0.055;
    return mix(high, low, lessThan(c, vec3(0.0031308)));
}

// Within half an 8-bit step of toSrgb, without powers.
vec3 toSrgbRoughly(vec3 c) {
    vec3 root = sqrt(clamp(c, 0, 1));
    vec3 fourth = sqrt(root);
    return 0.662002687 * root + 0.684122060 * fourth - 0.323583601 * sqrt(fourth) - 0.0225411470 * c;
}

// Interleaved gradient noise (Jimenez 2014): 0…1, spread well over any 3x3 pixels.
float gradientNoise(vec2 pixel) { return fract(52.9829189 * fract(dot(pixel, vec2(0.06711056, 0.00583715)))); }
