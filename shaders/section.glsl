// What section planes leave. Clipping, unlike dropping fragments, keeps edges smooth and needs no fragment shader.
out float gl_ClipDistance[maximumSections];

void cutAway(vec3 relative) {
    for (int i = 0; i < maximumSections; ++i) gl_ClipDistance[i] = dot(push.frame.sections[i], vec4(relative, 1));
}
