// Rows by index, of one matrix or of one for each sequence of a batch.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "rowLanes.glsl"

layout(push_constant) uniform Push { GatherRows p; };
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };              // [sequences][rows][columns]
layout(set = 0, binding = 1, std430) readonly buffer Sources { uint sources[]; };  // [sequences][sourceStride]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };    // [sequences][count][columns]

layout(constant_id = 3) const uint IS_BATCH = 0u;  // 1: more than one sequence; a division costs a CPU driver most

void moveRow(uint row) {
  uint sequence = IS_BATCH != 0u ? row / p.count : 0u;
  uint source = sources[sequence * p.sourceStride + p.firstSource + (row - sequence * p.count)];
  uint from = (sequence * p.rows + source) * p.columns;
  uint to = row * p.columns;
  if (source < p.rows) {
    EACH_WORD(column) outWords[to + column] = x[from + column];
  } else {
    EACH_WORD(column) outWords[to + column] = p.missing;
  }
}

void main() { moveRows(p.sequences * p.count); }
