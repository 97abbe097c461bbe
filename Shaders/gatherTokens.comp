// Fills tree nodes from ranked candidates, by one source table for all sequences; one invocation a node of a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/tree.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { GatherTokens p; };
layout(set = 0, binding = 0, std430) readonly buffer Candidates { uint candidates[]; };  // [sequences][candidates]
layout(set = 0, binding = 1, std430) readonly buffer Source { uint source[]; };          // [count]
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 3, std430) buffer Tokens { uint tokens[]; };                   // [capacity]

#include "packed.glsl"

void main() {
  uint i = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
  uint sequence = gl_WorkGroupID.y;
  uint first = p.sequences == 1u ? 0u : stateWord(sequence, STATE_FIRST_NODE);
  if (i >= p.count || first >= p.capacity) return;
  uint nodes = p.capacity - first;
  if (p.sequences > 1u) nodes = min(nodes, stateWord(sequence, STATE_NODES));  // behind them are another sequence's
  if (p.first + i >= nodes) return;
  uint from = source[i];
  tokens[first + p.first + i] = from < p.candidates ? candidates[sequence * p.candidates + from] : NO_TOKEN;
}
