// Proposes what followed the earliest occurrence of the longest suffix n-gram of the history (prompt-lookup decoding).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/tree.h"
#include "workgroup.glsl"
#define STRIDE_ID 0
#include "stride.glsl"

layout(push_constant) uniform Push { PromptLookup p; };
layout(set = 0, binding = 0, std430) readonly buffer History { uint history[]; };  // [state length + 1]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };             // [1 + count]

// How many tokens before `end` equal the last ones of the history, at most `most`.
uint sameTokens(uint end, uint length, uint most) {
  uint same = most;
  EACH(i, 0u, same) {
    if (history[end - 1u - i] != history[length - 1u - i]) same = i;
  }
  return same;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint length = min(state[STATE_LENGTH], uint(history.length()) - 1u) + 1u;

  // One token at least follows an occurrence that ends before `end`.
  uint longest = 0u;
  uint ownEnd = 0u;
  for (uint end = 1u + lane; end < length; end += LANES) {
    uint same = sameTokens(end, length, min(p.maximum, end));
    if (same > longest) {
      longest = same;
      ownEnd = end;
    }
  }
  uint n = groupMaximum(lane, longest);
  uint end = groupMinimum(lane, longest == n ? ownEnd : 0xffffffffu);

  uint proposed = n >= p.minimum ? min(p.count, length - end) : 0u;
  for (uint i = lane; i < proposed; i += LANES) tokens[1u + i] = history[end + i];
  if (lane == 0u) {
    tokens[0] = history[length - 1u];
    state[STATE_NODES] = 1u + proposed;
  }
}
