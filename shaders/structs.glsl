// What is drawn, as shaders read it; mirrored by src/render/gpu_types.hpp. Scalar layout.
struct Vertex {
    vec3 position;
    uint normal;  // octahedral, snorm16 x 2
    uint tangent; // octahedral, lowest bit: handedness
    vec2 uv;
    uint colour;  // sRGB
};

struct Instance {
    vec4 rows[3]; // relativeFromNode
    vec4 tint;
    vec4 fillPlane; // relative
    uint material;
    uint node;
    uint flags; // 1: selected, 2: hovered, 4: encloses a volume
    uint pad;
    uvec2 kept; // its material as packMaterial makes it; of instances that the culling passes wrote
};

struct Material {
    vec4 baseColour;
    vec3 emissive;
    float metallic;
    float roughness;
    float alphaCutoff;
    uint flags; // 1: alpha mask, 2: double sided, 4: blended, 8: has vertex colours
    uint baseColourImage;
    uint metallicRoughnessImage;
    uint normalImage;
    uint emissiveImage;
    uint occlusionImage;
};
