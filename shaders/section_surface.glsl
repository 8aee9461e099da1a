// The surface of a cap: the part's own colour, hatched as on a drawing, neighbours in different directions.

// How much of lines `spacing` metres apart covers a place, 1.3 pixels wide.
float hatch(float along, float footprint, float spacing) {
    float distance = abs(fract(along / spacing) - 0.5) * spacing;
    return clamp(1.15 - distance / max(footprint, 1e-9), 0, 1);
}

Surface capSurface(Cap cap, vec4 sum) {
    float count = round(sum.a / 256);
    if (count == 0) count = 1;
    vec3 own = clamp(sum.rgb / count, 0, 1);
    uint style = uint(clamp(sum.a / count - 256, 0, 3) + 0.5);
    vec4 u = push.frame.hatchU[cap.plane], v = push.frame.hatchV[cap.plane];
    vec2 p = vec2(dot(cap.relative, u.xyz) + u.w, dot(cap.relative, v.xyz) + v.w);
    // Some eleven pixels apart at any distance: a power of two in metres, whose every second line fades where they get dense.
    vec4 project = push.frame.views[gl_ViewIndex].project;
    float metresPerPixel = push.frame.ao.y / max(cap.depth, 1e-9) * 2 / (abs(project.y) * float(push.frame.extent.y));
    float level = log2(metresPerPixel * ((style & 2u) == 0u ? 11 : 8));
    float spacing = exp2(floor(level) + 1);
    float along = (style & 1u) == 0u ? p.x + p.y : p.x - p.y;
    float footprint = min(fwidth(along), metresPerPixel * 8);
    float lines = max(hatch(along, footprint, spacing), hatch(along, footprint, spacing * 0.5) * (1 - fract(level)));
    float light = dot(own, vec3(0.2126, 0.7152, 0.0722));
    vec3 ground = mix(own, vec3(1), 0.12);                            // never quite black
    vec3 ink = light > 0.18 ? own * 0.32 : mix(own, vec3(0.75), 0.5); // on dark parts, light lines
    return Surface(-normalize(push.frame.sections[cap.plane].xyz), mix(ground, ink, 0.7 * lines), vec3(0), 0.75, 0);
}
