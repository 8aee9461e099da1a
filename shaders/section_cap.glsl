// Where a section plane cuts a solid it is filled. Along each ray, section_count.frag has added up the surfaces of solids behind the
// plane: back faces count +1 and front faces -1, so that what is left is what the ray is inside of where it passes the plane,
// whatever else touches or pierces it farther on. With the count comes the sum of colours, or of numbers.

struct Cap {
    bool there;
    int plane;
    vec3 relative;
    float depth;
};

// `direction` need not be of unit length.
Cap capAlong(vec3 direction, mat4 clipFromRelative, vec3 eye) {
    Cap cap = Cap(false, 0, vec3(0), 0);
    float enter = 0;
    for (int i = 0; i < maximumSections; ++i) {
        vec4 plane = push.frame.sections[i];
        float atEye = dot(plane, vec4(eye, 1)), along = dot(plane.xyz, direction);
        if (atEye >= 0) continue;
        if (along <= 0) return cap; // never leaves what is cut away
        float t = -atEye / along;
        if (t <= enter) continue;
        enter = t;
        cap.plane = i;
    }
    if (enter <= 0) return cap;
    cap.relative = eye + direction * enter;
    for (int i = 0; i < maximumSections; ++i) {
        if (i != cap.plane && dot(push.frame.sections[i], vec4(cap.relative, 1)) < 0) return cap;
    }
    vec4 clip = clipFromRelative * vec4(cap.relative, 1);
    cap.depth = clip.z / clip.w;
    cap.there = clip.w > 0 && cap.depth <= 1;
    return cap;
}

bool isInside(vec4 sum) { return abs(sum.a) > 128; }
