// Linear recurrence with decay along the ancestors of each row. One invocation an element of a head's value: it owns
// that column of every state, so rows follow one another without barriers.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/scan.h"
#include "numerics.glsl"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { TreeScan p; };
layout(set = 0, binding = 0, std430) readonly buffer Query { float query[]; };     // [rows][groups][stateSize]
layout(set = 0, binding = 1, std430) readonly buffer Key { float key[]; };         // [rows][groups][stateSize]
layout(set = 0, binding = 2, std430) readonly buffer Value { float value[]; };     // [rows][heads][headSize]
layout(set = 0, binding = 3, std430) readonly buffer Decay { float decay[]; };     // [rows][heads][decays], logarithms
layout(set = 0, binding = 4, std430) readonly buffer Parents { uint parents[]; };  // [rows]
layout(set = 0, binding = 5, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 6, std430) buffer Committed { float committed[]; };      // [sequences][heads][stateSize][headSize]
layout(set = 0, binding = 7, std430) buffer States { float states[]; };            // [rows][heads][stateSize][headSize]
layout(set = 0, binding = 8, std430) writeonly buffer Out { float outValues[]; };  // [rows][heads][headSize]

#include "packed.glsl"

float decayOf(uint row, uint head, uint n) {
  float d = decay[(row * p.heads + head) * p.decays + (p.decays == 1u ? 0u : n)];
  return expNonPositive(d > 0.0 ? 0.0 : d);
}

// The element of the state after a row, from that of the state before it.
float nextState(float before, float factor, float valueElement, float keyElement) {
  return flush(add(flush(multiply(factor, flush(before))), flush(multiply(valueElement, flush(keyElement)))));
}

void main() {
  uint channel = gl_WorkGroupID.x * 64u + gl_LocalInvocationID.x;
  if (channel >= p.heads * p.headSize) return;
  uint sequence = gl_WorkGroupID.y;
  uvec2 own = rowsOf(sequence, p.sequences, p.rows);
  uint head = channel / p.headSize;
  uint group = head / (p.heads / p.groups);
  uint words = p.heads * p.stateSize * p.headSize;
  uint column = head * p.stateSize * p.headSize + channel % p.headSize;

  for (uint i = 0u; i < own.y; i++) {
    uint row = own.x + i;
    uint parent = p.isTree != 0u && i > 0u ? parents[row] : NO_NODE;
    bool hasParent = parent < i;
    uint from = (hasParent ? own.x + parent : sequence) * words + column;
    uint to = (p.isTree != 0u ? row : sequence) * words + column;
    uint groupStart = (row * p.groups + group) * p.stateSize;
    float valueElement = flush(value[row * p.heads * p.headSize + channel]);
    float factor = decayOf(row, head, 0u);
    float sum = 0.0;
    for (uint n = 0u; n < p.stateSize; n++) {
      uint offset = n * p.headSize;
      float before = hasParent ? states[from + offset] : committed[from + offset];
      if (p.decays > 1u) factor = decayOf(row, head, n);
      float after = nextState(before, factor, valueElement, key[groupStart + n]);
      if (p.isTree != 0u) states[to + offset] = after;
      else committed[to + offset] = after;
      sum = add(sum, flush(multiply(flush(query[groupStart + n]), after)));
    }
    outValues[row * p.heads * p.headSize + channel] = roundBits(sum, p.significantBits);
  }
}
