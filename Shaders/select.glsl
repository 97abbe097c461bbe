// The best elements of a row, tokens as a rule: in order (smaller key, then lower token) until their amounts reach a need.
// Radix selection with a histogram of 256 digits; the histogram holds integers, so atomics leave no trace of order.
#ifndef ESPALIER_SELECT_GLSL
#define ESPALIER_SELECT_GLSL

#include "workgroup.glsl"

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

#define KEEP_ALL 0xffffffffu

// Last key and, among tokens with that key, last token to keep.
struct Cut {
  uint key;
  uint token;
};

bool isKept(Cut cut, uint key, uint token) { return key < cut.key || (key == cut.key && token <= cut.token); }

#define DIGITS 256u

shared uint histogram[DIGITS];

void clearHistogram(uint lane) {
  for (uint digit = lane; digit < DIGITS; digit += LANES) histogram[digit] = 0u;
  barrier();
}

uint countedDigit;
uint countedAmount;

// Amounts enter the histogram once the lane meets another digit: where many keys are equal, all lanes want the same word.
void countDigit(uint digit, uint amount) {
  if (digit != countedDigit) {
    if (countedAmount != 0u) atomicAdd(histogram[countedDigit], countedAmount);
    countedDigit = digit;
    countedAmount = 0u;
  }
  countedAmount += amount;
}

void beginCount(uint lane) {
  countedDigit = 0u;
  countedAmount = 0u;
  clearHistogram(lane);
}

void endCount() {
  if (countedAmount != 0u) atomicAdd(histogram[countedDigit], countedAmount);
  barrier();
}

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

// What a share, in units of 2^-32, of a total needs at least, and 1.
uint needOfShare(uint total, uint share) {
  Wide need = wideProduct(total, share);
  return max(1u, need.y + min(need.x, 1u));
}

// The digit whose interval of the running sum holds `need`, or this share of the sum of all unless it is 0, and the digit's sum;
// KEEP_ALL if the sum of all is less. `need` becomes what is needed inside the digit.
uint chooseDigit(uint lane, uint share, inout uint need, out uint digitSum) {
  uint owned = max(DIGITS / LANES, 1u);
  uint first = lane * owned;
  uint own = 0u;
  for (uint i = first; i < min(first + owned, DIGITS); i++) own += histogram[i];
  Wide total;
  uint below = scanAdd(lane, widen(own), total).x - own;
  if (share != 0u) need = needOfShare(total.x, share);
  bool isOwner = below < need && need - below <= own;
  uint digit = first;
  uint here = 0u;
  if (isOwner) {
    for (; digit < DIGITS; digit++) {
      here = histogram[digit];
      if (need - below <= here) break;
      below += here;
    }
  }
  digit = broadcast(lane, isOwner, digit, KEEP_ALL);
  if (digit == KEEP_ALL) return KEEP_ALL;
  need = broadcast(lane, isOwner, need - below, 0u);
  digitSum = broadcast(lane, isOwner, here, 0u);
  return digit;
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
