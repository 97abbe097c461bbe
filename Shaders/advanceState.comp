// Commits the slots of a prompt slice; one invocation a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/tree.h"
#include "elements.glsl"

layout(push_constant) uniform Push { AdvanceState p; };
layout(set = 0, binding = 0, std430) buffer State { uint state[]; };  // [sequences][STATE_WORDS]

void main() {
  uint sequence = elementIndex();
  if (sequence >= p.sequences) return;
  uint start = sequence * STATE_WORDS;
  state[start + STATE_LENGTH] += p.ownNodes != 0u ? state[start + STATE_NODES] : p.rows;
}
