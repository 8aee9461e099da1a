#version 460

layout(location = 0) flat in vec4 counted;
layout(location = 0) out vec4 sum; // blended: added

void main() { sum = gl_FrontFacing ? -counted : counted; }
