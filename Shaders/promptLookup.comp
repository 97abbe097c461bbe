// Proposes what followed the earliest occurrence of the longest suffix n-gram of the history (prompt-lookup decoding). One group
// a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/tree.h"
#include "workgroup.glsl"
#define STRIDE_ID 0
#include "stride.glsl"

layout(push_constant) uniform Push { PromptLookup p; };
layout(set = 0, binding = 0, std430) readonly buffer History { uint history[]; };  // [sequences][historyCapacity]
layout(set = 0, binding = 1, std430) buffer State { uint state[]; };               // [sequences][STATE_WORDS]
layout(set = 0, binding = 2, std430) buffer Tokens { uint tokens[]; };             // [capacity]

#define WRITES_STATE
#include "packed.glsl"

// How many of the sequence's tokens before `end` equal its last ones, which end before `last`, at most `most`.
uint sameTokens(uint end, uint last, uint most) {
  uint same = most;
  EACH(i, 0u, same) {
    if (history[end - 1u - i] != history[last - 1u - i]) same = i;
  }
  return same;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint sequence = gl_WorkGroupID.x;
  bool isAlone = p.sequences == 1u;
  if (!isAlone && !nodesFit(sequence, 1u + p.count, p.capacity)) {
    if (lane == 0u) addStatus(sequence, STATUS_MALFORMED_TREE);
    return;
  }
  uint start = sequence * p.historyCapacity;
  uint length = min(stateWord(sequence, STATE_LENGTH), p.historyCapacity - 1u) + 1u;

  // One token at least follows an occurrence that ends before `end`.
  uint longest = 0u;
  uint ownEnd = 0u;
  for (uint end = 1u + lane; end < length; end += LANES) {
    uint same = sameTokens(start + end, start + length, min(p.maximum, end));
    if (same > longest) {
      longest = same;
      ownEnd = end;
    }
  }
  uint n = groupMaximum(lane, longest);
  uint end = groupMinimum(lane, longest == n ? ownEnd : 0xffffffffu);

  uint proposed = n >= p.minimum ? min(p.count, length - end) : 0u;
  uint root = isAlone ? 0u : stateWord(sequence, STATE_FIRST_NODE);
  for (uint i = lane; i < proposed; i += LANES) tokens[root + 1u + i] = history[start + end + i];
  if (lane == 0u) {
    tokens[root] = history[start + length - 1u];
    state[sequence * STATE_WORDS + STATE_NODES] = 1u + proposed;
  }
}
