// What the culling passes share (docs/rendering.md, "What is drawn"); mirrored by src/render/cull_types.hpp. Scalar layout.
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_scalar_block_layout : require
#include "structs.glsl"
#ifndef PAIRS
#define PAIRS
#endif

const uint maximumViews = 4;
const uint buckets = 6;
const uint pyramidLevels = 14;
const uint cullThreads = 64;    // of a group of the passes with one thread an instance or candidate
const uint widestRow = 32768;   // groups; more of them are rows of as many

struct CullView {
    mat4 viewFromRelative;
    mat4 pyramidFromRelative; // of the view that the depth pyramid was made from in the frame before
    vec4 planes[5];           // relative; dot(xyz, p) + w >= 0 is inside
    vec4 project;             // clipFromView [0][0], [1][1], [2][0], [2][1]
    vec4 pyramidProject;
    vec3 eye;                 // relative
    float pixelsPerRadian;
};

// An instance where it stands, kept from frame to frame. 96 bytes.
struct Placed {
    vec4 rows[3];   // worldFromNode
    vec4 tint;
    vec4 fillPlane; // world frame
    uint material;
    uint node;
    uint mesh;
    uint flags;
};
const uint placedMarks = 3u; // selected and hovered, as in Instance
const uint placedHidden = 4u, placedMirrored = 8u, placedBothSides = 16u;

struct CullMesh {
    vec4 sphere; // around it and all spheres of its clusters' groups
    vec3 boxCentre;
    uint firstLevel;
    vec3 boxHalf;
    uint levelCount;
};

struct ClusterLevel {
    uint firstCluster;
    uint clusterCount;
    float leastError;
    float mostParentError;
};

struct Cluster { // see scene/cooked.hpp
    vec4 bounds;
    vec4 own;
    vec4 parent;
    vec4 cone;
    vec3 boxCentre; // of the box around it, node's frame: flat clusters hide better than their spheres
    float ownError;
    vec3 boxHalf;
    float parentError;
    uint firstVertex;
    uint firstTriangle;
    uint triangleCount;
    uint pad;
};

struct DrawCommand { // VkDrawIndexedIndirectCommand
    uint indexCount;
    uint instanceCount;
    uint firstIndex;
    int vertexOffset;
    uint firstInstance;
};

// What has been found so far this frame.
struct Totals {
    uint candidates;      // clusters that may be drawn
    uint clusters[3];     // chosen before the first, second phase, after it
    uint triangles[3];
    uvec3 candidateGroups; // VkDispatchIndirectCommand
    uvec3 clusterGroups;
    DrawCommand draws[2 * buckets];
};

layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer PlacedList { Placed p[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Vertices { Vertex v[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Materials { Material m[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer MeshList { CullMesh m[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer LevelList { ClusterLevel l[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer ClusterList { Cluster c[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer InstanceList { Instance i[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer Numbers { uint n[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) PAIRS buffer Pairs { uvec2 p[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer Depths { float d[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer TotalsData { Totals t; };

layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer CullData {
    CullView views[maximumViews];
    uint viewCount;
    uint instanceCount;
    float pixelError;    // 0: all as modelled
    float minimumPixels;
    vec3 origin;         // world frame, to float's digits …
    float near;          // metres
    vec3 originRest;     // … and the rest of them
    uint occlusion;      // 1: the pyramid holds the frame before, 2: it will hold this frame's first phase
    uvec2 extent;        // pixels
    uint candidateLimit; // what the lists have room for
    uint clusterLimit;
    uint triangleLimit;
    uint pyramidStride;  // floats a view
    uint pyramidDepth;   // levels in it
    uint triangleTests;  // 0: none, 1: those turned away are left out, 2: and those that fall between pixels
    uint pad;
    uint bucketFirst[buckets + 1]; // places in `order`
    uint pyramidFirst[pyramidLevels]; // floats
    PlacedList placed;
    Numbers order;            // of instances: bucket by bucket, nearest first
    Materials materials;
    Vertices vertices;
    MeshList meshes;
    LevelList levels;
    ClusterList clusters;
    Numbers indices;          // of all triangles
    InstanceList instances;   // for drawing, one an instance
    Pairs instanceStarts;     // x: candidates; in `order`, one more than instances
    Pairs candidates;         // instance, cluster and state
    Pairs candidateStarts;    // clusters, triangles; one more than candidates
    Pairs chosen;             // instance, first vertex; for drawing
    Pairs chosenWork;         // cluster, first triangle
    Numbers chosenIndices;    // for drawing
    Depths pyramid;
    TotalsData totals;
};

layout(push_constant, scalar) uniform Push {
    CullData cull;
    uint phase; // 0, 1; of the scan: 2 over instances; of the pyramid: level
    uint depthImage; // heap index, of the pyramid's finest level
} push;

uint rowed(uvec3 group, uint local) { return (group.y * widestRow + group.x) * cullThreads + local; }

// Whether all of a box (centre relative, half its size along the view's axes) is behind what the pyramid holds. `before`: seen as in
// the frame that the pyramid was made in.
bool behind(uint view, bool before, vec3 centre, mat3 relativeFromBox, vec3 boxHalf) {
    mat4 viewFrom = before ? push.cull.views[view].pyramidFromRelative : push.cull.views[view].viewFromRelative;
    vec4 project = before ? push.cull.views[view].pyramidProject : push.cull.views[view].project;
    mat3 axes = mat3(viewFrom) * relativeFromBox;
    vec3 half_ = abs(axes[0]) * boxHalf.x + abs(axes[1]) * boxHalf.y + abs(axes[2]) * boxHalf.z;
    vec3 c = (viewFrom * vec4(centre, 1)).xyz;
    float nearest = -c.z - half_.z, farthest = -c.z + half_.z;
    if (nearest <= push.cull.near) return false;
    vec2 low = min((c.xy - half_.xy) / nearest, (c.xy - half_.xy) / farthest);
    vec2 high = max((c.xy + half_.xy) / nearest, (c.xy + half_.xy) / farthest);
    vec2 a = project.xy * low - project.zw, b = project.xy * high - project.zw;
    vec2 extent = vec2(push.cull.extent);
    vec2 from = (min(a, b) * 0.5 + 0.5) * extent, to = (max(a, b) * 0.5 + 0.5) * extent;
    if (any(greaterThanEqual(from, extent)) || any(lessThan(to, vec2(0)))) return false;
    ivec2 first = ivec2(clamp(from, vec2(0), extent - 1)), last = ivec2(clamp(to, vec2(0), extent - 1));
    // Of the level where it covers at most 5 x 5.
    int level = clamp(findMSB(max(last.x - first.x, last.y - first.y)) - 2, 0, int(push.cull.pyramidDepth) - 1);
    int width = int(push.cull.extent.x + (2u << level) - 1u) >> (level + 1);
    first >>= level + 1;
    last >>= level + 1;
    float nearestDepth = push.cull.near / nearest; // reversed: what is nearer has more
    uint start = view * push.cull.pyramidStride + push.cull.pyramidFirst[level];
    for (int y = first.y; y <= last.y; ++y)
        for (int x = first.x; x <= last.x; ++x)
            if (push.cull.pyramid.d[start + uint(y * width + x)] <= nearestDepth) return false;
    return true;
}

bool inside(uint view, vec3 centre, float radius) {
    for (int i = 0; i < 5; ++i)
        if (dot(push.cull.views[view].planes[i].xyz, centre) + push.cull.views[view].planes[i].w < -radius) return false;
    return true;
}

// How far surfaces may lie off anywhere in the sphere, metres …
float leastError(vec3 centre, float radius) {
    float allowed = 3e38;
    for (uint v = 0; v < push.cull.viewCount; ++v)
        allowed = min(allowed, push.cull.pixelError * max(distance(centre, push.cull.views[v].eye) - radius, 0) /
                                   push.cull.views[v].pixelsPerRadian);
    return allowed;
}
// … and nowhere in it more.
float mostError(vec3 centre, float radius) {
    float allowed = 3e38;
    for (uint v = 0; v < push.cull.viewCount; ++v)
        allowed = min(allowed, push.cull.pixelError * (distance(centre, push.cull.views[v].eye) + radius) /
                                   push.cull.views[v].pixelsPerRadian);
    return allowed;
}

// An instance's frame.
struct Standing {
    mat3 turn; // relativeFromNode
    vec3 at;
    float scale; // metres per unit, the largest direction
    vec3 centre; // of its sphere, relative
    float radius;
};

Standing standing(Placed p, vec4 sphere) {
    Standing s;
    s.turn = transpose(mat3(p.rows[0].xyz, p.rows[1].xyz, p.rows[2].xyz));
    s.at = (vec3(p.rows[0].w, p.rows[1].w, p.rows[2].w) - push.cull.origin) - push.cull.originRest;
    s.scale = sqrt(max(dot(s.turn[0], s.turn[0]), max(dot(s.turn[1], s.turn[1]), dot(s.turn[2], s.turn[2]))));
    s.centre = s.turn * sphere.xyz + s.at;
    s.radius = sphere.w * s.scale;
    return s;
}

// Whether clusters of a level may be drawn where errors of `least` to `most` are allowed.
bool levelMatters(ClusterLevel level, float scale, float least, float most) {
    return level.mostParentError * scale > least && level.leastError * scale <= most;
}
