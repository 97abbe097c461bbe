// Rows to where their targets say, last part: each row that its target belongs to.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "rowLanes.glsl"

layout(push_constant) uniform Push { ScatterRows p; };
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };              // [sequences][count][columns]
layout(set = 0, binding = 1, std430) readonly buffer Targets { uint targets[]; };  // [sequences][count]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };    // [sequences][rows][columns]
layout(set = 0, binding = 3, std430) readonly buffer Workspace { uint owners[]; };  // [sequences][rows]

void moveRow(uint row) {
  uint target = targets[row];
  if (target >= p.rows) return;
  target += row / p.count * p.rows;
  if (owners[target] != row + 1u) return;
  EACH_WORD(column) outWords[target * p.columns + column] = x[row * p.columns + column];
}

void main() { moveRows(p.sequences * p.count); }
