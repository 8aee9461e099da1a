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
const uint cullThreads = 64;    // instances or candidates of a group
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
const uint placedHidden = 4u, placedMirrored = 8u, placedBothSides = 16u, placedLoose = 32u;

// Instances that stand near one another: a box around their spheres, world frame, and the largest of their radii.
struct Group {
    vec3 centre;
    float mostRadius;
    vec3 boxHalf;
    uint first; // of `members`, or `loose`
    uint count;
};
const uint groupLoose = 0x80000000u;            // in `count`: of instances drawn otherwise than when groups were made, anywhere
const uint lateMembers = 1u, lateWhole = 2u;    // what of a group was put off to the second phase

struct CullMesh {
    vec4 sphere; // around it and all spheres of its clusters' groups
    vec3 boxCentre;
    uint firstLevel;
    vec3 boxHalf;
    uint levelCount;
    vec4 grid;
    uint firstAttributes;
    uint flags; // of its instances
    float residentError; // how far what is in memory of it may lie off what is not, its units
};

struct ClusterLevel {
    uint firstCluster;
    uint clusterCount; // 0: not in memory
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
    uint candidates;      // clusters that may be drawn; those of the second phase come after those of the first
    uint firstCandidates; // of the first phase
    uint firstBuckets[buckets + 1]; // where each bucket's begin there
    uint clusters[3];     // chosen before the first, second phase, after it
    uint triangles[3];
    uint places;                    // of instances, of groups looked at in this phase
    uint bucketPlaces[buckets + 1]; // where each bucket's begin there
    uvec3 instanceGroups; // VkDispatchIndirectCommand
    uvec3 candidateGroups;
    uvec3 clusterGroups;
    DrawCommand draws[3 * buckets]; // of the first phase, then two a bucket: of what was put off by itself, of what was with its instance
};

layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer PlacedList { Placed p[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Vertices { Vertex v[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Materials { Material m[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer MeshList { CullMesh m[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer Groups { Group g[]; };
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
    uint groupCount;
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
    uint bucketFirst[buckets + 1]; // places in `groups`
    uint pyramidFirst[pyramidLevels]; // floats
    PlacedList placed;
    Groups groups;            // bucket by bucket, nearest first
    Numbers members;          // instances, group by group
    Numbers loose;            // the same of loose groups
    Numbers groupLate;        // parallel to `groups`
    Pairs groupStarts;        // x: place in `groupSeen`; one more than groups
    Numbers groupSeen;        // groups whose instances are looked at in this phase
    Numbers order;            // of those instances, each group with room for `cullThreads`
    Materials materials;
    Vertices vertices;
    MeshList meshes;
    LevelList levels;
    ClusterList clusters;
    Numbers indices;          // of all triangles
    InstanceList instances;   // for drawing, one an instance
    Pairs instanceStarts;     // x: candidates; parallel to `order`, one more
    Numbers late;             // by instance: 1, behind something in the frame before
    Pairs candidates;         // instance, cluster and state
    Pairs candidateStarts;    // clusters, triangles; one more than candidates
    Pairs chosen;             // instance, first vertex; for drawing
    Pairs chosenWork;         // cluster, first triangle
    Numbers chosenIndices;    // for drawing
    Depths pyramid;
    TotalsData totals;
};

// A draw of glass: a box around it, relative.
struct Glass {
    vec3 centre;
    vec3 turn[3]; // columns of relativeFromNode
    vec3 boxHalf; // node's frame
};
layout(buffer_reference, scalar, buffer_reference_align = 16) readonly buffer GlassList { Glass g[]; };
layout(buffer_reference, scalar, buffer_reference_align = 16) buffer DrawCommands { DrawCommand d[]; };

layout(push_constant, scalar) uniform Push {
    CullData cull;
    uint phase; // 0, 1; of the scan over instances: 2, 3; of the pyramid: level
    uint depthImage; // heap index, of the pyramid's finest level
    GlassList glass; // of cull_glass.comp alone
    DrawCommands glassDraws;
    uint glassCount;
} push;

// Groups of passes with `local_size_x_id` have as many threads as the device runs at once: a CPU driver does what is the same for all
// of a group again for each so many. Each thread takes every so many of the group's share.
uint rowed(uvec3 group, uint local) { return (group.y * widestRow + group.x) * cullThreads + local; }

// What every thread needs of the frame. lavapipe reads it once for all threads of a group if it is read before they part ways, and
// for each of them by itself afterwards: `begin` comes first.
CullView firstView;
uint viewCount, occlusion, pyramidStride, pyramidDepth;
float pixelError, minimumPixels, near;
vec3 origin, originRest;
uvec2 extent;
PlacedList placedList;
MeshList meshList;
LevelList levelList;
ClusterList clusterList;
Pairs instanceStarts, candidates, candidateStarts;
Numbers order, late;
Depths pyramid;

void begin() {
    firstView = push.cull.views[0];
    viewCount = push.cull.viewCount;
    occlusion = push.cull.occlusion;
    pyramidStride = push.cull.pyramidStride;
    pyramidDepth = push.cull.pyramidDepth;
    pixelError = push.cull.pixelError;
    minimumPixels = push.cull.minimumPixels;
    near = push.cull.near;
    origin = push.cull.origin;
    originRest = push.cull.originRest;
    extent = push.cull.extent;
    placedList = push.cull.placed;
    meshList = push.cull.meshes;
    levelList = push.cull.levels;
    clusterList = push.cull.clusters;
    instanceStarts = push.cull.instanceStarts;
    candidates = push.cull.candidates;
    candidateStarts = push.cull.candidateStarts;
    order = push.cull.order;
    late = push.cull.late;
    pyramid = push.cull.pyramid;
}

// Whether the view that the pyramid was made in showed nothing of the box that `behind` was asked for last.
bool outside = false;

// Whether all of a box (centre relative, half its size along its axes) is behind what the pyramid holds. `before`: seen as in the
// frame that the pyramid was made in.
bool behind(CullView view, uint index, bool before, vec3 centre, mat3 relativeFromBox, vec3 boxHalf) {
    mat4 viewFrom = before ? view.pyramidFromRelative : view.viewFromRelative;
    vec4 project = before ? view.pyramidProject : view.project;
    mat3 axes = mat3(viewFrom) * relativeFromBox;
    vec3 half_ = abs(axes[0]) * boxHalf.x + abs(axes[1]) * boxHalf.y + abs(axes[2]) * boxHalf.z;
    vec3 c = (viewFrom * vec4(centre, 1)).xyz;
    float nearest = -c.z - half_.z, farthest = -c.z + half_.z;
    outside = farthest <= near;
    if (nearest <= near) return false;
    vec2 low = min((c.xy - half_.xy) / nearest, (c.xy - half_.xy) / farthest);
    vec2 high = max((c.xy + half_.xy) / nearest, (c.xy + half_.xy) / farthest);
    vec2 a = project.xy * low - project.zw, b = project.xy * high - project.zw;
    vec2 size = vec2(extent);
    vec2 from = (min(a, b) * 0.5 + 0.5) * size, to = (max(a, b) * 0.5 + 0.5) * size;
    outside = any(greaterThanEqual(from, size)) || any(lessThan(to, vec2(0)));
    if (outside) return false;
    ivec2 first = ivec2(clamp(from, vec2(0), size - 1)), last = ivec2(clamp(to, vec2(0), size - 1));
    // Of the level where it covers at most 5 x 5.
    int level = clamp(findMSB(max(last.x - first.x, last.y - first.y)) - 2, 0, int(pyramidDepth) - 1);
    int width = int(extent.x + (2u << level) - 1u) >> (level + 1);
    first >>= level + 1;
    last >>= level + 1;
    float nearestDepth = near / nearest; // reversed: what is nearer has more
    uint start = index * pyramidStride + push.cull.pyramidFirst[level];
    for (int y = first.y; y <= last.y; ++y)
        for (int x = first.x; x <= last.x; ++x)
            if (pyramid.d[start + uint(y * width + x)] <= nearestDepth) return false;
    return true;
}

// Things that came into the picture with a turn of the eye, and of which nothing is known, are put off where they are smaller than
// this: what is larger hides most of them.
const float hidesPixels = 24;

// Whether something is put off to the second phase; `away` from the eye, `radius` of the largest thing in the box.
bool putOff(CullView view, uint index, vec3 centre, mat3 relativeFromBox, vec3 boxHalf, float radius, float away) {
    if (behind(view, index, true, centre, relativeFromBox, boxHalf)) return true;
    return outside && 2 * radius * view.pixelsPerRadian < hidesPixels * away;
}

bool inside(CullView view, vec3 centre, float radius) {
    for (int i = 0; i < 5; ++i)
        if (dot(view.planes[i].xyz, centre) + view.planes[i].w < -radius) return false;
    return true;
}

// No cut of the mesh at hand is finer, metres: finer clusters are not in memory.
float finest = 0;

float leastErrorIn(CullView view, vec3 centre, float radius) {
    return pixelError * max(distance(centre, view.eye) - radius, 0) / view.pixelsPerRadian;
}
// How far surfaces may lie off anywhere in the sphere, metres …
float leastError(vec3 centre, float radius) {
    float allowed = leastErrorIn(firstView, centre, radius);
    for (uint v = 1; v < viewCount; ++v) allowed = min(allowed, leastErrorIn(push.cull.views[v], centre, radius));
    return max(allowed, finest);
}
// … and nowhere in it more.
float mostError(vec3 centre, float radius) {
    float allowed = leastErrorIn(firstView, centre, -radius);
    for (uint v = 1; v < viewCount; ++v) allowed = min(allowed, leastErrorIn(push.cull.views[v], centre, -radius));
    return max(allowed, finest);
}

// An instance's frame.
struct Standing {
    mat3 turn; // relativeFromNode
    vec3 at;
    float scale; // metres per unit, the largest direction
    vec3 centre; // of its sphere, relative
    float radius;
};

Standing standing(vec4 rows[3], vec4 sphere) {
    Standing s;
    s.turn = transpose(mat3(rows[0].xyz, rows[1].xyz, rows[2].xyz));
    s.at = (vec3(rows[0].w, rows[1].w, rows[2].w) - origin) - originRest;
    s.scale = sqrt(max(dot(s.turn[0], s.turn[0]), max(dot(s.turn[1], s.turn[1]), dot(s.turn[2], s.turn[2]))));
    s.centre = s.turn * sphere.xyz + s.at;
    s.radius = sphere.w * s.scale;
    return s;
}

// Whether clusters of a level may be drawn where errors of `least` to `most` are allowed.
bool levelMatters(ClusterLevel level, float scale, float least, float most) {
    return level.mostParentError * scale > least && level.leastError * scale <= most;
}
