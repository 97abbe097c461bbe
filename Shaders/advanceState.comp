// Commits the slots of a prompt slice.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/tree.h"

layout(local_size_x = 1) in;

layout(push_constant) uniform Push { AdvanceState p; };
layout(set = 0, binding = 0, std430) buffer State { uint state[]; };

void main() { state[STATE_LENGTH] += p.rows; }
