// The best elements of a row, tokens as a rule: in order (smaller key, then lower token) until their amounts reach a need.
// Radix selection with a histogram of digits.
#ifndef ESPALIER_SELECT_GLSL
#define ESPALIER_SELECT_GLSL

#include "histogram.glsl"

// All are defined by the includer. An amount of 0 means the element does not take part; the sum of all is below 2^32.
uint tokenOf(uint element);
#ifdef SELECTS_QUADS
#extension GL_EXT_control_flow_attributes : require
#define ELEMENTS 4u  // that a lane looks at at a time
void elementsOf(uint first, out uvec4 keys, out uvec4 amounts);  // of elements first ... first + 3; past the last one any
#else
#define ELEMENTS 1u
uint keyOf(uint element);
uint amountOf(uint key, uint element);
#endif
uint leastAmountOf(uint key);  // a lower bound for every token with this key that takes part

#define EACH_ELEMENTS(first, elements) \
  for (uint first = ELEMENTS * lane; first < elements; first += ELEMENTS * LANES)

// Counts keys by their digit at `shift`, of those with `key` where the mask is.
void countKeys(uint first, uint elements, uint key, uint mask, int shift) {
#ifdef SELECTS_QUADS
  uvec4 keys;
  uvec4 amounts;
  elementsOf(first, keys, amounts);
  [[unroll]] for (uint i = 0u; i < 4u; i++) {
    if (first + i < elements && (keys[i] & mask) == key) countDigit((keys[i] >> shift) & 255u, amounts[i]);
  }
#else
  uint candidate = keyOf(first);
  if ((candidate & mask) == key) countDigit((candidate >> shift) & 255u, amountOf(candidate, first));
#endif
}

// Counts the tokens of a key by their digit at `shift`, of those with `token` where the mask is.
void countTokens(uint first, uint elements, uint key, uint token, uint mask, int shift) {
#ifdef SELECTS_QUADS
  uvec4 keys;
  uvec4 amounts;
  elementsOf(first, keys, amounts);
  [[unroll]] for (uint i = 0u; i < 4u; i++) {
    if (first + i >= elements || keys[i] != key) continue;
    uint candidate = tokenOf(first + i);
    if ((candidate & mask) == token) countDigit((candidate >> shift) & 255u, amounts[i]);
  }
#else
  uint candidate = tokenOf(first);
  if ((candidate & mask) == token && keyOf(first) == key) {
    countDigit((candidate >> shift) & 255u, amountOf(key, first));
  }
#endif
}

// For need >= 1, or this share of all amounts unless it is 0. Same cut on every lane.
Cut findCut(uint lane, uint elements, uint need, uint share) {
  uint key = 0u;
  uint keyMask = 0u;
  uint digitSum = 0u;
  for (int shift = 24; shift >= 0; shift -= 8) {
    beginCount(lane);
    EACH_ELEMENTS(first, elements) countKeys(first, elements, key, keyMask, shift);
    endCount();
    uint digit = chooseDigit(lane, keyMask == 0u ? share : 0u, need, digitSum);
    if (digit == KEEP_ALL) return Cut(KEEP_ALL, KEEP_ALL);
    key |= digit << shift;
    keyMask |= 255u << shift;
  }
  if (digitSum - need < leastAmountOf(key)) return Cut(key, KEEP_ALL);  // every token with this key is needed

  uint last = 0u;
  uint lastMask = 0u;
  for (int shift = 16; shift >= 0; shift -= 8) {
    beginCount(lane);
    EACH_ELEMENTS(first, elements) countTokens(first, elements, key, last, lastMask, shift);
    endCount();
    last |= chooseDigit(lane, 0u, need, digitSum) << shift;
    lastMask |= 255u << shift;
  }
  return Cut(key, last);
}

Cut findCut(uint lane, uint elements, uint need) { return findCut(lane, elements, need, 0u); }

#endif
