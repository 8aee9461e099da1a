// Begins label.vert and label.frag.
#define LABELS
#include "common.glsl"
