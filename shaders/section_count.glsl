// Body of section_count.vert and section_pick.vert. See section_cap.glsl for what is counted.
#include "common.glsl"

out float gl_ClipDistance[maximumSections];
layout(location = 0) flat out vec4 countedOut;

const uint solidFlag = 4u;

void main() {
    Instance instance = push.instances.i[gl_InstanceIndex];
    vec4 p = vec4(positionOf(push.vertices.v[gl_VertexIndex], instance.grid), 1);
    vec3 relative = vec3(dot(instance.rows[0], p), dot(instance.rows[1], p), dot(instance.rows[2], p));
    // Only planes that the eye is beyond: what the others cut away still says whether the first point seen is inside.
    vec4 eye = vec4(push.frame.views[gl_ViewIndex].eye.xyz, 1);
    for (int i = 0; i < maximumSections; ++i) {
        vec4 plane = push.frame.sections[i];
        gl_ClipDistance[i] = dot(plane, eye) < 0 ? dot(plane, vec4(relative, 1)) : 1;
    }
    mat3 m = mat3(instance.rows[0].xyz, instance.rows[1].xyz, instance.rows[2].xyz);
    float side = determinant(m) < 0 ? -1 : 1;
#ifdef OWN_CAMERA
    uint node = instance.node + 1; // in two halves: sums of floats stay exact
    countedOut = side * vec4(float(node & 0xFFFu), float(node >> 12), 0, 256);
    gl_Position = push.clipFromRelative * vec4(relative, 1);
#else
    vec3 base = mix(push.materials.m[instance.material].baseColour.rgb, instance.tint.rgb, instance.tint.a);
    countedOut = side * vec4(base, float(256u + (instance.node * 2654435761u >> 30)));
    gl_Position = push.frame.views[gl_ViewIndex].clipFromRelative * vec4(relative, 1);
#endif
    if ((instance.flags & solidFlag) == 0u) gl_Position = vec4(0); // a triangle without area: open sheets stay open
}
