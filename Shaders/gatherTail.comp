// The last inputs of a convolution, once rows are accepted: old tail, then those rows; one invocation a channel of a sequence.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/scan.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { GatherTail p; };
layout(set = 0, binding = 0, std430) readonly buffer Result { uint result[]; };  // [sequences][resultWords]
layout(set = 0, binding = 1, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 2, std430) readonly buffer X { uint x[]; };            // [rows][inputStride]: [channels] in it
layout(set = 0, binding = 3, std430) buffer Tail { uint tail[]; };               // [sequences][width - 1][channels]

#include "packed.glsl"
#include "accepted.glsl"

void main() {
  uint channel = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
  uint sequence = gl_WorkGroupID.y;
  if (channel >= p.channels) return;
  if (p.isTree != 0u && !hasPath(sequence)) return;
  uvec2 own = rowsOf(sequence, p.sequences, p.rows);
  uint first = p.sequences == 1u ? 0u : stateWord(sequence, STATE_FIRST_NODE);
  uint taken = p.isTree != 0u ? acceptedNodes(sequence) + 1u : own.y;

  uint entries = p.width - 1u;
  uint origin = sequence * entries * p.channels + channel;
  // Ascending: an old entry is read before its place is written.
  for (uint j = 0u; j < entries; j++) {
    uint back = entries - 1u - j;
    if (back >= taken) {
      tail[origin + j * p.channels] = tail[origin + (j + taken) * p.channels];
      continue;
    }
    uint step = taken - 1u - back;
    uint node = p.isTree != 0u ? pathNode(sequence, step) : step;
    if (!isRow(first, node, p.rows)) continue;
    tail[origin + j * p.channels] = x[(first + node) * p.inputStride + p.inputFirst + channel];
  }
}
