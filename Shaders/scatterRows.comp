// Rows to where their targets say, last part: each row that its target belongs to.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "rowLanes.glsl"

layout(push_constant) uniform Push { ScatterRows p; };
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };              // [count][columns]
layout(set = 0, binding = 1, std430) readonly buffer Targets { uint targets[]; };  // [count]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };    // [rows][columns]
layout(set = 0, binding = 3, std430) readonly buffer Workspace { uint owners[]; };  // [rows]

void moveRow(uint row) {
  uint target = targets[row];
  if (target < p.rows && owners[target] == row + 1u) {
    EACH_WORD(column) outWords[target * p.columns + column] = x[row * p.columns + column];
  }
}

void main() { moveRows(p.count); }
