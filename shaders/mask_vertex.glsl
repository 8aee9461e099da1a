// Body of mask.vert and mask_cut.vert.
#include "common.glsl"
#ifdef CUT
#include "section.glsl"
#endif

layout(location = 0) flat out uint flagsOut;

void main() {
    Instance instance = push.instances.i[gl_InstanceIndex];
    vec4 p = vec4(positionOf(push.vertices.v[gl_VertexIndex], instance.grid), 1);
    vec3 relative = vec3(dot(instance.rows[0], p), dot(instance.rows[1], p), dot(instance.rows[2], p));
    flagsOut = instance.flags;
    gl_Position = push.frame.views[gl_ViewIndex].clipFromRelative * vec4(relative, 1);
#ifdef CUT
    cutAway(relative);
#endif
}
