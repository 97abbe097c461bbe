// rotary and keyValueAppend in one launch; one invocation a pair of elements of the query heads, the first ones of a row also
// a unit of columns of its key and value.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "elements.glsl"

// 0: one invocation a unit, with its share of the pairs. A CPU driver, whose lanes all go through both parts, wants that.
layout(constant_id = 1) const uint SPREADS = 1u;

layout(push_constant) uniform Push { RotaryAppend p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][inputColumns]
layout(set = 0, binding = 1, std430) readonly buffer Table { vec2 table[]; };      // [positions][rotarySize / 2] (cos, sin)
layout(set = 0, binding = 2, std430) readonly buffer Depths { uint depths[]; };    // [firstRow + rows]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };      // [sequences][STATE_WORDS]
layout(set = 0, binding = 4, std430) readonly buffer Owners { uint owners[]; };    // [firstRow + rows]
layout(set = 0, binding = 5, std430) readonly buffer Pages { uint pages[]; };      // [sequences][pagesPerSequence]
layout(set = 0, binding = 6, std430) writeonly buffer Out { float outValues[]; };  // [rows][(heads + keyHeads) * headSize]
layout(set = 0, binding = 7, std430) buffer Keys { uint keyWords[]; };             // [slots][rowWords]
layout(set = 0, binding = 8, std430) buffer Values { uint valueWords[]; };         // [slots][rowWords]

#include "rotation.glsl"

// Element e of the key head that starts at element `start` of x.
float keyElement(uint start, uint e) {
  uint turns = p.rotarySize / 2u;
  bool neighbours = p.pairing == ROTARY_INTERLEAVED || e >= p.rotarySize;
  vec2 pair = rotatedPair(start, neighbours ? e / 2u : e % turns);
  return flush((neighbours ? e % 2u == 0u : e < turns) ? pair.x : pair.y);
}

float element(bool isValue, uint row, uint column) {
  uint keys = row * p.inputColumns + p.heads * p.headSize;
  if (isValue) return x[keys + p.keyColumns + column];
  if (position == NO_POSITION) return 0.0;
  uint e = column % p.headSize;
  return keyElement(keys + column - e, e);
}

#include "cacheStore.glsl"

void main() {
  uint units = unitCount();
  uint pairs = p.headSize / 2u;
  uint rowPairs = p.heads * pairs;
  uint lanes = SPREADS != 0u ? max(units, rowPairs) : units;  // of a row
  uint row = elementIndex() / lanes;
  uint lane = elementIndex() % lanes;
  if (row >= p.rows) return;
  position = positionOf(row);
  if (lane < units) storeUnit(row, lane);
  for (uint pair = lane; pair < rowPairs; pair += lanes) rotatePair(row, pair / pairs, pair % pairs, p.significantBits);
}
