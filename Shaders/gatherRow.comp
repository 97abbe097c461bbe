// Copies the hidden row of the node that gave the root its token; row 0 if the state names none of the rows.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "shared/tree.h"
#include "elements.glsl"

layout(push_constant) uniform Push { GatherRow p; };
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };             // f32 bits [rows][columns]
layout(set = 0, binding = 1, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outValues[]; };  // f32 bits [columns]

void main() {
  uint column = elementIndex();
  if (column >= p.columns) return;
  uint node = state[STATE_LAST_NODE];
  uint row = node < p.rows ? node : 0u;
  outValues[column] = x[row * p.columns + column];
}
