// Body of edges.frag and edges_sampled.frag: dark lines where surfaces end or meet at an angle, as CAD systems draw them. They cost
// pixels, not triangles.
//
// Depth is near / distance, which is linear across the picture on any plane. So slopes of depth are the plane, and where two pairs of
// neighbouring pixels disagree on it, there is an edge between them.

layout(constant_id = 0) const bool encodeSrgb = true;
layout(location = 0) in vec2 uv;
layout(location = 0) out vec4 colour;

const float flatAngle = 0.30, sharpAngle = 0.52; // radians: where lines begin, and are full
const float opacity = 0.82;

/// Normal, of any length, of a plane with these slopes of depth a pixel.
vec3 normalOf(vec2 slope, vec2 perTangent, vec2 tangent, float depth) {
    vec2 s = slope * perTangent;
    return vec3(s, depth - dot(s, tangent));
}

float angleBetween(vec3 a, vec3 b) { return acos(clamp(dot(a, b) * inversesqrt(dot(a, a) * dot(b, b)), -1, 1)); }

/// How far depths at two neighbours are from what each side's slope expects of the other, relative to the nearer.
float jump(float before, float a, float b, float after) {
    float expected = min(abs(b - (2 * a - before)), abs(a - (2 * b - after)));
    return expected / max(max(a, b), 1e-9);
}

/// Along one axis: d[2] is here, the others up to two pixels before and three after. x: the line of a silhouette, y: of a crease.
vec2 linesAlong(float d[6], vec2 axis, float across, vec2 perTangent, vec2 tangent) {
    const float here = d[2];
    vec2 lines = vec2(0);
    // Silhouettes are drawn on what is nearer.
    const float pixel = 1.0 / float(push.frame.extent.y);
    float slope = min(abs(here - d[1]), abs(d[3] - here)) / max(here, 1e-9);
    float tolerance = 0.6 * pixel + 1.5 * slope;
    float ends = smoothstep(tolerance, 2 * tolerance, jump(d[1], here, d[3], d[4]));
    if (here > d[3]) lines.x = ends;
    if (here > d[1]) lines.x = max(lines.x, smoothstep(tolerance, 2 * tolerance, jump(d[3], here, d[1], d[0])));
    // Creases between here and the next pixel, where both sides are planes: not in what is too fine for the picture.
    float left = here - d[1], right = d[4] - d[3], bend = max(abs(left - (d[1] - d[0])), abs(d[5] - d[4] - right));
    vec2 aside = across * (vec2(1) - axis);
    vec3 a = normalOf(left * axis + aside, perTangent, tangent, here), b = normalOf(right * axis + aside, perTangent, tangent, here);
    float flatness = 1 - smoothstep(0.15, 0.5, bend / max(abs(left - right), 1e-12));
    if (d[3] > 0 && d[4] > 0) lines.y = smoothstep(flatAngle, sharpAngle, angleBetween(a, b)) * flatness * (1 - ends);
    return lines;
}

float gentler(float a, float b) { return abs(a) < abs(b) ? a : b; }

void main() {
    float sum = 0;
    ivec2 pixel = ivec2(gl_FragCoord.xy), last = ivec2(push.frame.extent) - 1;
    vec4 project = push.frame.views[gl_ViewIndex].project;
    vec2 tangent = (uv * 2 - 1 + project.zw) / project.xy, perTangent = project.xy * vec2(push.frame.extent) * 0.5;
    float nearest = 0;
    for (int s = 0; s < samples; ++s) {
        float x[6], y[6];
        for (int i = 0; i < 6; ++i) {
            x[i] = depthAt(clamp(pixel + ivec2(i - 2, 0), ivec2(0), last), s);
            y[i] = i == 2 ? x[2] : depthAt(clamp(pixel + ivec2(0, i - 2), ivec2(0), last), s);
        }
        if (x[2] <= 0) continue;
        nearest = max(nearest, x[2]);
        vec2 across = vec2(gentler(x[3] - x[2], x[2] - x[1]), gentler(y[3] - y[2], y[2] - y[1]));
        vec2 h = linesAlong(x, vec2(1, 0), across.y, perTangent, tangent), v = linesAlong(y, vec2(0, 1), across.x, perTangent, tangent);
        // The picture's own border is no edge.
        if (pixel.x < 2 || pixel.x > last.x - 3) h = vec2(0);
        if (pixel.y < 2 || pixel.y > last.y - 3) v = vec2(0);
        sum += max(max(h.x, v.x), max(h.y, v.y));
    }
    float distance = push.frame.ao.y / max(nearest, 1e-9);
    float fade = 1 / (1 + pow(distance / push.frame.edgeReach, 2));
    const vec3 ink = vec3(0.07, 0.08, 0.10);
    colour = vec4(encodeSrgb ? ink : toLinear(ink), sum / float(samples) * opacity * fade);
}
