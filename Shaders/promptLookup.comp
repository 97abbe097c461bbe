// Proposes what followed the earliest occurrence of the longest suffix n-gram of the history (prompt-lookup decoding).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/tree.h"
#include "workgroup.glsl"

layout(push_constant) uniform Push { PromptLookup p; };
layout(set = 0, binding = 0, std430) readonly buffer History { uint history[]; };  // [state length + 1]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };             // [1 + count]

#define NOT_FOUND 0xffffffffu

// Earliest start of another occurrence of the last n tokens; one token at least follows it.
uint findSuffix(uint lane, uint n, uint length) {
  uint found = NOT_FOUND;
  for (uint start = lane; start + n < length && found == NOT_FOUND; start += LANES) {
    uint same = 0u;
    while (same < n && history[start + same] == history[length - n + same]) same++;
    if (same == n) found = start;
  }
  return groupMinimum(lane, found);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint length = min(state[STATE_LENGTH], uint(history.length()) - 1u) + 1u;

  uint start = NOT_FOUND;
  uint n = min(p.maximum, length - 1u);
  for (; n > 0u && n >= p.minimum; n--) {
    start = findSuffix(lane, n, length);
    if (start != NOT_FOUND) break;
  }

  uint proposed = start == NOT_FOUND ? 0u : min(p.count, length - (start + n));
  for (uint i = lane; i < proposed; i += LANES) tokens[1u + i] = history[start + n + i];
  if (lane == 0u) {
    tokens[0] = history[length - 1u];
    state[STATE_NODES] = 1u + proposed;
  }
}
