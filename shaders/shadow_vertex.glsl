// Body of shadow.vert and shadow_cut.vert.
#define OWN_CAMERA
#include "common.glsl"
#ifdef CUT
#include "section.glsl"
#endif

void main() {
    Instance instance = push.instances.i[gl_InstanceIndex];
    vec4 p = vec4(positionOf(push.vertices.v[gl_VertexIndex], instance.grid), 1);
    vec3 relative = vec3(dot(instance.rows[0], p), dot(instance.rows[1], p), dot(instance.rows[2], p));
    gl_Position = push.clipFromRelative * vec4(relative, 1);
#ifdef CUT
    cutAway(relative);
#endif
}
