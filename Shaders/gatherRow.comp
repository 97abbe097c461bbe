// Copies the hidden row of the node that gave each sequence's root its token; its first row if the state names none of its
// rows. One invocation an element.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "shared/tree.h"
#include "elements.glsl"

layout(push_constant) uniform Push { GatherRow p; };
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };             // f32 bits [rows][columns]
layout(set = 0, binding = 1, std430) readonly buffer State { uint state[]; };     // [sequences][STATE_WORDS]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outValues[]; };  // f32 bits [sequences][columns]

void main() {
  uint element = elementIndex();
  uint sequence = element / p.columns;
  if (sequence >= p.sequences) return;
  uint start = sequence * STATE_WORDS;
  bool isAlone = p.sequences == 1u;
  uint root = isAlone ? 0u : state[start + STATE_FIRST_NODE];
  if (root >= p.rows) root = 0u;
  uint node = state[start + STATE_LAST_NODE];
  bool isOwn = node < p.rows - root && (isAlone || node < state[start + STATE_NODES]);
  outValues[element] = x[(isOwn ? root + node : root) * p.columns + element % p.columns];
}
