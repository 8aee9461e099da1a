// What is drawn, as shaders read it; mirrored by src/render/gpu_types.hpp. Scalar layout.
struct Vertex { // scene::CookedVertex
    uvec2 position; // steps of the mesh's grid, 3 x 21 bits
    uint normal;    // octahedral, snorm16 x 2
};

struct Attributes { // scene::CookedAttributes
    vec2 uv;
    uint tangent; // octahedral, lowest bit: handedness
    uint colour;  // sRGB
};

// `grid`: origin and step. The node's frame.
vec3 positionOf(Vertex v, vec4 grid) {
    uint x = v.position.x & 0x1FFFFFu, y = (v.position.x >> 21 | v.position.y << 11) & 0x1FFFFFu, z = v.position.y >> 10 & 0x1FFFFFu;
    return grid.xyz + vec3(x, y, z) * grid.w;
}

struct Instance {
    vec4 rows[3]; // relativeFromNode
    vec4 tint;
    vec4 fillPlane; // relative
    uint material;
    uint node;
    uint flags; // 1: selected, 2: hovered, 4: encloses a volume, 8: has attributes
    uint firstAttributes; // add a vertex's number, modulo 2^32
    vec4 grid;
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
