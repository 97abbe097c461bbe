// Rotary position embedding (Su et al., 2021) of query and key heads; one invocation a pair of elements.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "shared/tree.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { Rotary p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][inputColumns]
layout(set = 0, binding = 1, std430) readonly buffer Table { vec2 table[]; };      // [positions][rotarySize / 2] (cos, sin)
layout(set = 0, binding = 2, std430) readonly buffer Depths { uint depths[]; };    // [firstRow + rows]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };      // [sequences][STATE_WORDS]
layout(set = 0, binding = 4, std430) readonly buffer Owners { uint owners[]; };    // [firstRow + rows]
layout(set = 0, binding = 5, std430) writeonly buffer Out { float outValues[]; };  // [rows][(heads + keyHeads) * headSize]

#include "batch.glsl"

void main() {
  uint element = elementIndex();
  uint pairs = p.headSize / 2u;
  uint rotatedHeads = p.heads + p.keyHeads;
  uint rowPairs = rotatedHeads * pairs;
  if (element >= p.rows * rowPairs) return;
  uint row = element / rowPairs;
  uint rest = element - row * rowPairs;
  uint head = rest / pairs;
  uint i = rest - head * pairs;

  // Elements that do not turn pass as neighbours: pair i holds 2 * i, which lies beyond rotarySize.
  uint turns = p.rotarySize / 2u;
  bool neighbours = p.pairing == ROTARY_INTERLEAVED || i >= turns;
  uint first = head * p.headSize + (neighbours ? 2u * i : i);
  uint apart = neighbours ? 1u : turns;

  uint sequence;
  bool isRow = findSequence(p.firstRow + row, sequence);
  uint base = isRow ? stateWord(sequence, STATE_LENGTH) : 0u;
  uint position = base + depths[p.firstRow + row];
  // Below base only if the sum wrapped.
  bool inTable = isRow && position >= base && position < uint(table.length()) / turns;
  float low = 0.0;
  float high = 0.0;
  if (inTable) {
    float a = x[row * p.inputColumns + first];
    float b = x[row * p.inputColumns + first + apart];
    low = a;
    high = b;
    if (i < turns) {
      vec2 turn = table[position * turns + i];
      // Flushed products: their sum is a multiple of 2^-87, never subnormal.
      low = subtract(flush(multiply(a, turn.x)), flush(multiply(b, turn.y)));
      high = add(flush(multiply(b, turn.x)), flush(multiply(a, turn.y)));
    }
    uint bits = head < p.heads ? p.significantBits : 24u;
    low = roundBits(low, bits);
    high = roundBits(high, bits);
  }
  uint to = row * rotatedHeads * p.headSize + first;
  outValues[to] = low;
  outValues[to + apart] = high;
}
