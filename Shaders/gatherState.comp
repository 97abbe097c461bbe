// The state of the last accepted row becomes the committed one; one invocation a word of a sequence's state.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/scan.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { GatherState p; };
layout(set = 0, binding = 0, std430) readonly buffer Result { uint result[]; };  // [sequences][resultWords]
layout(set = 0, binding = 1, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 2, std430) readonly buffer States { uint states[]; };  // [rows][words]
layout(set = 0, binding = 3, std430) buffer Committed { uint committed[]; };     // [sequences][words]

#include "packed.glsl"
#include "accepted.glsl"

void main() {
  uint word = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
  uint sequence = gl_WorkGroupID.y;
  if (word >= p.words || !hasPath(sequence)) return;
  uint first = p.sequences == 1u ? 0u : stateWord(sequence, STATE_FIRST_NODE);
  uint node = pathNode(sequence, acceptedNodes(sequence));
  if (!isRow(first, node, p.rows)) return;
  committed[sequence * p.words + word] = states[(first + node) * p.words + word];
}
