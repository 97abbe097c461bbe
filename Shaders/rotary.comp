// Rotary position embedding of query and key heads; one invocation a pair of elements.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "elements.glsl"

layout(push_constant) uniform Push { Rotary p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][inputColumns]
layout(set = 0, binding = 1, std430) readonly buffer Table { vec2 table[]; };      // [positions][rotarySize / 2] (cos, sin)
layout(set = 0, binding = 2, std430) readonly buffer Depths { uint depths[]; };    // [firstRow + rows]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };      // [sequences][STATE_WORDS]
layout(set = 0, binding = 4, std430) readonly buffer Owners { uint owners[]; };    // [firstRow + rows]
layout(set = 0, binding = 5, std430) writeonly buffer Out { float outValues[]; };  // [rows][(heads + keyHeads) * headSize]

#include "rotation.glsl"

void main() {
  uint pairs = p.headSize / 2u;
  uint rowPairs = (p.heads + p.keyHeads) * pairs;
  uint index = elementIndex();
  if (index >= p.rows * rowPairs) return;
  uint row = index / rowPairs;
  uint head = index % rowPairs / pairs;
  position = positionOf(row);
  rotatePair(row, head, index % pairs, head < p.heads ? p.significantBits : 24u);
}
