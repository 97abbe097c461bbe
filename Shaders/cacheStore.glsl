// Storing keys and values of in-flight rows in the cache's format, a unit of columns at a time. Include after the push constants
// `p`, the buffers state, owners, pages, keyWords and valueWords and the function element(isValue, row, column), which says
// what a column holds, are declared. Every `isValue` is a literal where the calls begin, so no buffer is chosen at run time.
#ifndef ESPALIER_CACHE_STORE_GLSL
#define ESPALIER_CACHE_STORE_GLSL

#include "shared/attention.h"
#include "batch.glsl"
#include "cacheSlots.glsl"
#include "numerics.glsl"

layout(constant_id = 0) const uint FORMAT = CACHE_F16;

// Two columns of f16 and bf16, the 64 that share a word of scales of q8.
#define UNIT_COLUMNS (FORMAT == CACHE_Q8 ? 2u * CACHE_Q8_BLOCK : 2u)

float block[CACHE_Q8_BLOCK];

void storeWord(bool isValue, uint at, uint word) {
  if (isValue) {
    valueWords[at] = word;
  } else {
    keyWords[at] = word;
  }
}

// The half that scales the block; 0x7e00 if it cannot be stored.
uint blockScale() {
  uint greatest = 0u;
  for (uint i = 0u; i < CACHE_Q8_BLOCK; i++) greatest = max(greatest, magnitudeBits(flush(block[i])));
  if (greatest >= INFINITY_BITS) return 0x7e00u;
  uint scale = halfBits(flush(multiply(uintBitsToFloat(greatest), INVERSE_127)));
  return scale >= 0x7c00u ? 0x7e00u : scale;
}

uint byteOf(float x, float inverse) {
  float nearest = floor(add(flush(multiply(flush(x), inverse)), 0.5));
  return uint(clamp(int(nearest), -127, 127)) & 0xffu;
}

// Columns of one block as bytes, from word `to`; the result is the scale. A row's last block may have 8, 16 or 24 columns.
uint storeBlock(bool isValue, uint row, uint column, uint to) {
  uint columns = min(p.keyColumns - column, CACHE_Q8_BLOCK);
  for (uint i = 0u; i < CACHE_Q8_BLOCK; i++) {
    float value = element(isValue, row, column + min(i, columns - 1u));
    block[i] = i < columns ? value : 0.0;
  }
  uint scale = blockScale();
  bool isZero = scale == 0u || scale == 0x7e00u;
  float inverse = isZero ? 0.0 : reciprocal(unpackHalf2x16(scale).x);
  for (uint word = 0u; word < columns / 4u; word++) {
    uint bytes = 0u;
    for (uint i = 0u; i < 4u && !isZero; i++) bytes |= byteOf(block[4u * word + i], inverse) << (8u * i);
    storeWord(isValue, to + word, bytes);
  }
  return scale;
}

// Two blocks, or the last one, and the word of their scales; `start` is the row's first word. The last unit of a row also
// zeroes what pads it.
void storeBlocks(bool isValue, uint row, uint column, uint start) {
  uint second = column + CACHE_Q8_BLOCK;
  uint scales = storeBlock(isValue, row, column, start + column / 4u);
  if (second < p.keyColumns) scales |= storeBlock(isValue, row, second, start + second / 4u) << 16;
  uint end = p.keyColumns / 4u + column / UNIT_COLUMNS;
  storeWord(isValue, start + end, scales);
  if (column + UNIT_COLUMNS < p.keyColumns) return;
  for (uint word = end + 1u; word < p.rowWords; word++) storeWord(isValue, start + word, 0u);
}

void storePair(bool isValue, uint row, uint column, uint start) {
  float even = element(isValue, row, column);
  float odd = element(isValue, row, column + 1u);
  bool isBfloat = FORMAT == CACHE_BF16;
  uint word = isBfloat ? bfloatBits(even) | (bfloatBits(odd) << 16) : halfBits(even) | (halfBits(odd) << 16);
  storeWord(isValue, start + column / 2u, word);
}

// Where packed row `row` is stored; NO_SLOT if nowhere.
uint inFlightSlot(uint row) {
  uint sequence;
  if (!findSequence(row, sequence)) return NO_SLOT;
  uint inFlight = row - firstNode(sequence);
  uint slot = stateWord(sequence, STATE_LENGTH) + inFlight;
  return slot < inFlight ? NO_SLOT : physicalSlot(sequence, slot);  // the sum wrapped
}

// Units of a row's key, and of its value.
uint unitCount() { return (p.keyColumns + UNIT_COLUMNS - 1u) / UNIT_COLUMNS; }

// Stores one unit of the key and of the value of row `row` of the call.
void storeUnit(uint row, uint unit) {
  uint slot = inFlightSlot(p.firstRow + row);
  if (slot == NO_SLOT) return;
  uint start = slot * p.rowWords;
  uint column = unit * UNIT_COLUMNS;
  if (FORMAT == CACHE_Q8) {
    storeBlocks(false, row, column, start);
    storeBlocks(true, row, column, start);
  } else {
    storePair(false, row, column, start);
    storePair(true, row, column, start);
  }
}

#endif
