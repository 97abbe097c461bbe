// Chosen columns of each row; one group OUTPUTS * 64 outputs of a row, neighbouring lanes neighbouring outputs.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "shared/rows.h"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { GatherColumns p; };
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };              // [rows][columns]
layout(set = 0, binding = 1, std430) readonly buffer Indices { uint indices[]; };  // [1 or rows][count]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };    // [rows][count]

#define OUTPUTS 4u  // of a lane, all of whose loads are on the way at a time

void main() {
  uint row = gl_WorkGroupID.y;
  uint first = gl_WorkGroupID.x * 64u * OUTPUTS + gl_LocalInvocationID.x;
  uint list = p.rowLists != 0u ? row * p.count : 0u;
  uint columns[OUTPUTS];
  uint words[OUTPUTS];
  [[unroll]] for (uint i = 0u; i < OUTPUTS; i++) {
    uint place = first + 64u * i;
    columns[i] = place < p.count ? indices[list + place] : p.columns;
  }
  [[unroll]] for (uint i = 0u; i < OUTPUTS; i++) {
    words[i] = columns[i] < p.columns ? x[row * p.columns + columns[i]] : p.missing;
  }
  [[unroll]] for (uint i = 0u; i < OUTPUTS; i++) {
    uint place = first + 64u * i;
    if (place < p.count) outWords[row * p.count + place] = words[i];
  }
}
