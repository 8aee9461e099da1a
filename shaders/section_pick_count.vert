#version 460
#extension GL_GOOGLE_include_directive : require
#define OWN_CAMERA
#include "section_count.glsl"
