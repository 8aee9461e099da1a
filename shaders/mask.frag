#version 460
layout(location = 0) flat in uint flags;
layout(location = 0) out vec2 mask; // r: selected, g: hovered
void main() { mask = vec2((flags & 1u) != 0u ? 1 : 0, (flags & 2u) != 0u ? 1 : 0); }
