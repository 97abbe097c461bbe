// Stores keys and values of in-flight rows in the cache's format; one invocation a unit of columns (two of f16 and bf16,
// the 64 that share a word of scales of q8), all units of the keys first.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(constant_id = 0) const uint FORMAT = CACHE_F16;

layout(push_constant) uniform Push { KeyValueAppend p; };
layout(set = 0, binding = 0, std430) readonly buffer Rotated { float rotated[]; };      // [rows][keyStride]
layout(set = 0, binding = 1, std430) readonly buffer Projected { float projected[]; };  // [rows][valueStride]
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };           // [sequences][STATE_WORDS]
layout(set = 0, binding = 3, std430) readonly buffer Owners { uint owners[]; };         // [firstRow + rows]
layout(set = 0, binding = 4, std430) readonly buffer Pages { uint pages[]; };           // [sequences][pagesPerSequence]
layout(set = 0, binding = 5, std430) buffer Cache { uint cache[]; };                    // [2][slots][rowWords]

#include "batch.glsl"
#include "cacheSlots.glsl"

#define UNIT_COLUMNS (FORMAT == CACHE_Q8 ? 2u * CACHE_Q8_BLOCK : 2u)

bool isValue;

float element(uint row, uint column) {
  return isValue ? projected[row * p.valueStride + p.valueOffset + column] : rotated[row * p.keyStride + p.keyOffset + column];
}

// The half that scales 32 columns; 0x7e00 if they cannot be stored.
uint blockScale(uint row, uint column) {
  uint greatest = 0u;
  for (uint i = 0u; i < CACHE_Q8_BLOCK; i++) greatest = max(greatest, magnitudeBits(flush(element(row, column + i))));
  if (greatest >= INFINITY_BITS) return 0x7e00u;
  uint scale = halfBits(flush(multiply(uintBitsToFloat(greatest), INVERSE_127)));
  return scale >= 0x7c00u ? 0x7e00u : scale;
}

uint byteOf(float x, float inverse) {
  float nearest = floor(add(flush(multiply(flush(x), inverse)), 0.5));
  return uint(clamp(int(nearest), -127, 127)) & 0xffu;
}

// Columns of one block as bytes, from word `to`; the result is the scale.
uint storeBlock(uint row, uint column, uint to) {
  uint scale = blockScale(row, column);
  bool isZero = scale == 0u || scale == 0x7e00u;
  float inverse = isZero ? 0.0 : reciprocal(unpackHalf2x16(scale).x);
  for (uint word = 0u; word < CACHE_Q8_BLOCK / 4u; word++) {
    uint bytes = 0u;
    for (uint i = 0u; i < 4u && !isZero; i++) bytes |= byteOf(element(row, column + 4u * word + i), inverse) << (8u * i);
    cache[to + word] = bytes;
  }
  return scale;
}

void main() {
  uint units = (p.keyColumns + UNIT_COLUMNS - 1u) / UNIT_COLUMNS;
  uint unit = elementIndex();
  if (unit >= 2u * p.rows * units) return;
  isValue = unit >= p.rows * units;
  uint rest = isValue ? unit - p.rows * units : unit;
  uint row = rest / units;
  uint column = rest % units * UNIT_COLUMNS;

  uint packed = p.firstRow + row;
  uint sequence;
  if (!findSequence(packed, sequence)) return;
  uint slot = stateWord(sequence, STATE_LENGTH) + (packed - firstNode(sequence));
  if (slot < packed - firstNode(sequence)) return;  // wrapped
  slot = physicalSlot(sequence, slot);
  if (slot == NO_SLOT) return;
  uint start = ((isValue ? p.slots : 0u) + slot) * p.rowWords;

  if (FORMAT == CACHE_Q8) {
    uint second = column + CACHE_Q8_BLOCK;
    uint scales = storeBlock(row, column, start + column / 4u);
    if (second < p.keyColumns) scales |= storeBlock(row, second, start + second / 4u) << 16;
    cache[start + p.keyColumns / 4u + column / UNIT_COLUMNS] = scales;
    // The last unit also zeroes what pads the row.
    uint end = p.keyColumns / 4u + units;
    if (rest % units == units - 1u) {
      for (uint word = end; word < p.rowWords; word++) cache[start + word] = 0u;
    }
  } else {
    float even = element(row, column);
    float odd = element(row, column + 1u);
    cache[start + column / 2u] =
        FORMAT == CACHE_BF16 ? bfloatBits(even) | (bfloatBits(odd) << 16) : halfBits(even) | (halfBits(odd) << 16);
  }
}
