// Rotary position embedding (Su et al., 2021) of heads. Include after the push constants `p` and the buffers x, table, depths,
// state, owners and outValues are declared; set `position` to the row's before anything is rotated.
#ifndef ESPALIER_ROTATION_GLSL
#define ESPALIER_ROTATION_GLSL

#include "shared/rows.h"
#include "batch.glsl"
#include "numerics.glsl"

#define NO_POSITION 0xffffffffu

uint position;  // NO_POSITION: everything is +0

// Position of a row of the call, NO_POSITION for a void row or outside the table.
uint positionOf(uint row) {
  uint sequence;
  if (!findSequence(p.firstRow + row, sequence)) return NO_POSITION;
  uint base = stateWord(sequence, STATE_LENGTH);
  uint sum = base + depths[p.firstRow + row];
  // Below base only if the sum wrapped.
  return sum >= base && sum < uint(table.length()) / (p.rotarySize / 2u) ? sum : NO_POSITION;
}

// Whether pair i is 2i and 2i + 1, not i and i + rotarySize / 2. Elements that do not turn pass as neighbours: pair i holds
// 2i, which lies beyond rotarySize.
bool areNeighbours(uint i) { return p.pairing == ROTARY_INTERLEAVED || i >= p.rotarySize / 2u; }

// Pair i of the head that starts at element `start` of x, turned but not rounded.
vec2 rotatedPair(uint start, uint i) {
  uint turns = p.rotarySize / 2u;
  bool neighbours = areNeighbours(i);
  uint first = start + (neighbours ? 2u * i : i);
  vec2 pair = vec2(x[first], x[first + (neighbours ? 1u : turns)]);
  if (i >= turns) return pair;
  vec2 turn = table[position * turns + i];
  // Flushed products: their sum is a multiple of 2^-87, never subnormal.
  return vec2(
      subtract(flush(multiply(pair.x, turn.x)), flush(multiply(pair.y, turn.y))),
      add(flush(multiply(pair.y, turn.x)), flush(multiply(pair.x, turn.y))));
}

// Writes pair i of a head of a row, rounded to `bits`.
void rotatePair(uint row, uint head, uint i, uint bits) {
  vec2 pair = vec2(0.0);
  if (position != NO_POSITION) {
    pair = rotatedPair(row * p.inputColumns + head * p.headSize, i);
    pair = vec2(roundBits(pair.x, bits), roundBits(pair.y, bits));
  }
  bool neighbours = areNeighbours(i);
  uint to = (row * (p.heads + p.keyHeads) + head) * p.headSize + (neighbours ? 2u * i : i);
  outValues[to] = pair.x;
  outValues[to + (neighbours ? 1u : p.rotarySize / 2u)] = pair.y;
}

#endif
