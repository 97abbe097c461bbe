// Amounts by digit, in shared memory. They are integers, so atomics leave no trace of order.
// Every function but countDigit has barriers: call it in uniform control flow.
#ifndef ESPALIER_HISTOGRAM_GLSL
#define ESPALIER_HISTOGRAM_GLSL

#include "cut.glsl"
#include "workgroup.glsl"

#ifndef DIGITS
#define DIGITS 256u
#endif

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

#endif
