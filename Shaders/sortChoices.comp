// The rows of each matrix together, in groups of one size; one group of lanes in all.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/contract.h"
#include "shared/matmul.h"
#define STRIDE_ID 0
#include "stride.glsl"

layout(local_size_x = 256) in;

layout(push_constant) uniform Push { SortChoices p; };
layout(set = 0, binding = 0, std430) readonly buffer Choices { uint choices[]; };     // [rows]
layout(set = 0, binding = 1, std430) writeonly buffer Schedule { uint schedule[]; };  // [groups][1 + rowsPerGroup]

shared uint counts[MAXIMUM_SORTED_MATRICES + 1u];  // rows of each matrix, then those without one

// Groups of all matrices before `matrix`.
uint groupsBefore(uint matrix) {
  uint groups = 0u;
  for (uint m = 0u; m < matrix; m++) groups += (counts[m] + p.rowsPerGroup - 1u) / p.rowsPerGroup;
  return groups;
}

// Each lane places the rows of its own matrices, in ascending order.
void placeRows(uint matrix) {
  uint to = groupsBefore(matrix) * (1u + p.rowsPerGroup);
  uint end = groupsBefore(matrix + 1u) * (1u + p.rowsPerGroup);
  EACH(row, 0u, p.rows) {
    if (min(choices[row], p.matrices) == matrix) {
      if (to % (1u + p.rowsPerGroup) == 0u) schedule[to++] = matrix < p.matrices ? matrix : NO_MATRIX;
      schedule[to++] = row;
    }
  }
  for (; to < end; to++) schedule[to] = NO_ROW;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  for (uint m = lane; m <= p.matrices; m += 256u) counts[m] = 0u;
  barrier();
  for (uint row = lane; row < p.rows; row += 256u) atomicAdd(counts[min(choices[row], p.matrices)], 1u);
  barrier();
  for (uint m = lane; m <= p.matrices; m += 256u) placeRows(m);
  uint end = p.groups * (1u + p.rowsPerGroup);
  for (uint i = groupsBefore(p.matrices + 1u) * (1u + p.rowsPerGroup) + lane; i < end; i += 256u) schedule[i] = NO_ROW;
}
