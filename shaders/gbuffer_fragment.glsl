// Body of gbuffer.frag and gbuffer_plain.frag: kept, to be lit by shade.frag.
#include "common.glsl"
#include "mesh_surface.glsl"

layout(location = 0) out uvec2 kept;

void main() {
#ifdef KEPT
    kept = materialIn | uvec2(packNormal(gl_FrontFacing ? normalIn : -normalIn), 0);
#else
    float alpha, occlusion;
    Surface s = surfaceHere(alpha, occlusion);
    s.base *= occlusion;
    kept = packMaterial(s) | uvec2(packNormal(gl_FrontFacing ? s.normal : -s.normal), 0);
#endif
}
