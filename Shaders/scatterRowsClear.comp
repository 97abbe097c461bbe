// scatterRows.comp, first part: no target belongs to a row yet; what is no target is not looked at. One invocation a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"

layout(push_constant) uniform Push { ScatterRows p; };
layout(set = 0, binding = 0, std430) readonly buffer Targets { uint targets[]; };  // [sequences][count]
layout(set = 0, binding = 1, std430) buffer Workspace { uint owners[]; };          // [sequences][rows]

void main() {
  uint row = elementIndex();
  if (row >= p.sequences * p.count) return;
  uint target = targets[row];
  if (target < p.rows) atomicExchange(owners[row / p.count * p.rows + target], 0u);
}
