#version 460
#extension GL_GOOGLE_include_directive : require
#define PLAIN
#include "gbuffer_fragment.glsl"
