// Body of pick.vert and pick_cut.vert.
#define OWN_CAMERA
#include "common.glsl"
#ifdef CUT
#include "section.glsl"
#endif

layout(location = 0) out vec3 relativeOut;
layout(location = 1) flat out uint instanceOut;

void main() {
    Instance instance = push.instances.i[gl_InstanceIndex];
    vec4 p = vec4(positionOf(push.vertices.v[gl_VertexIndex], instance.grid), 1);
    relativeOut = vec3(dot(instance.rows[0], p), dot(instance.rows[1], p), dot(instance.rows[2], p));
    instanceOut = gl_InstanceIndex;
    gl_Position = push.clipFromRelative * vec4(relativeOut, 1);
#ifdef CUT
    cutAway(relativeOut);
#endif
}
