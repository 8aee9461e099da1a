#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

// Ground-truth ambient occlusion (Jimenez et al. 2016) from the depth buffer. Output: r how open (1: nothing near), g distance.
layout(constant_id = 0) const int slices = 3;
layout(constant_id = 1) const int steps = 5;
layout(location = 0) in vec2 uv;
layout(location = 0) out vec2 result;

float depthAt(vec2 at) { return textureLod(sampler2DArray(textures[push.frame.depth], samplers[nearestClamp]), vec3(at, gl_ViewIndex), 0).r; }

vec3 viewPosition(vec2 at, float depth) {
    vec4 p = push.frame.views[gl_ViewIndex].project;
    float z = push.frame.ao.y / max(depth, 1e-7);
    return vec3((at * 2 - 1 + p.zw) / p.xy * z, -z);
}

// From the nearer neighbour on each axis, so that silhouettes do not bend it.
vec3 viewNormal(vec2 at, vec3 p, vec2 texel) {
    vec3 l = viewPosition(at - vec2(texel.x, 0), depthAt(at - vec2(texel.x, 0)));
    vec3 r = viewPosition(at + vec2(texel.x, 0), depthAt(at + vec2(texel.x, 0)));
    vec3 t = viewPosition(at - vec2(0, texel.y), depthAt(at - vec2(0, texel.y)));
    vec3 b = viewPosition(at + vec2(0, texel.y), depthAt(at + vec2(0, texel.y)));
    vec3 dx = abs(p.z - l.z) < abs(r.z - p.z) ? p - l : r - p;
    vec3 dy = abs(p.z - t.z) < abs(b.z - p.z) ? p - t : b - p;
    return normalize(cross(dy, dx));
}

void main() {
    FrameData frame = push.frame;
    float depth = depthAt(uv);
    if (depth <= 0) {
        result = vec2(1, 60000);
        return;
    }
    vec2 texel = 1 / vec2(frame.extent);
    vec3 p = viewPosition(uv, depth);
    vec3 n = viewNormal(uv, p, texel);
    vec3 v = normalize(-p);
    if (dot(n, v) < 0) n = -n;
    vec4 project = frame.views[gl_ViewIndex].project;
    float radius = frame.ao.x * (1 + 0.02 * -p.z);
    vec2 screenRadius = radius * abs(project.xy) * 0.5 / -p.z;
    screenRadius *= min(1, 0.15 / max(screenRadius.x, screenRadius.y));
    if (screenRadius.y * frame.extent.y < 1.5) {
        result = vec2(1, -p.z);
        return;
    }
    // Sixteen rotations that repeat every 4x4 texels: the blur that follows averages over exactly one period.
    uvec2 cell = uvec2(gl_FragCoord.xy) & 3u;
    uint order = ((cell.x ^ cell.y) & 1u) << 3 | (cell.y & 1u) << 2 | ((cell.x ^ cell.y) & 2u) | (cell.y & 2u) >> 1;
    float noise = (float(order) + 0.5) / 16;
    float jitter = fract(noise * 5.0 + 0.5);
    float open = 0;
    for (int slice = 0; slice < slices; ++slice) {
        float angle = (float(slice) + noise) * 3.14159265 / float(slices);
        vec2 direction = vec2(cos(angle), sin(angle));
        vec3 sliceDirection = vec3(direction * sign(project.xy), 0); // screen y points down, view y up
        vec3 orthogonal = sliceDirection - dot(sliceDirection, v) * v;
        vec3 axis = normalize(cross(sliceDirection, v));
        vec3 projected = n - axis * dot(n, axis);
        float lengthProjected = max(length(projected), 1e-4);
        float cosine = clamp(dot(projected, v) / lengthProjected, -1, 1);
        float normalAngle = sign(dot(orthogonal, projected)) * acos(cosine);
        float horizons[2] = float[](-1, -1);
        for (int side = 0; side < 2; ++side) {
            float sign_ = side == 0 ? 1 : -1;
            float lowest = cos(normalAngle + sign_ * 1.5707963);
            float horizon = lowest;
            for (int i = 0; i < steps; ++i) {
                float t = (float(i) + jitter) / float(steps);
                vec2 at = uv + direction * sign_ * (screenRadius * t * t + texel);
                vec3 s = viewPosition(at, depthAt(at)) - p;
                float d2 = dot(s, s);
                float falloff = clamp(1 - d2 / (radius * radius), 0, 1);
                horizon = max(horizon, mix(lowest, dot(s, v) * inversesqrt(max(d2, 1e-9)), falloff));
            }
            horizons[side] = horizon;
        }
        float h0 = -acos(clamp(horizons[1], -1, 1));
        float h1 = acos(clamp(horizons[0], -1, 1));
        float sine = sin(normalAngle);
        float arc0 = cosine + 2 * h0 * sine - cos(2 * h0 - normalAngle);
        float arc1 = cosine + 2 * h1 * sine - cos(2 * h1 - normalAngle);
        open += lengthProjected * 0.25 * (arc0 + arc1);
    }
    open = clamp(open / float(slices), 0, 1);
    result = vec2(pow(open, frame.ao.z), -p.z);
}
