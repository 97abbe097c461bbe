// The law of the best of PATHS independent paths, token by token.
//
// Prefixes of one length lie side by side on a line in the order of their ranks, each as long as its probability. The best
// path begins with the prefix that covers A ..< A + B with probability (A + B)^PATHS - A^PATHS, and A and B of a path follow
// from the rows along it alone.
#ifndef ESPALIER_PATH_SKEW_GLSL
#define ESPALIER_PATH_SKEW_GLSL

#include "wide.glsl"

layout(constant_id = 1) const uint PATHS = 2u;

// Of the prefix, in a common unit; their sum is at most 2^TOTAL_BITS.
uint lower;  // A
uint width;  // B

// Of the row after it.
uint rowTotal;                // S
Wide rowPosition;             // A S: where its tokens begin on the line
uint positionShift;           // brings positions to TOTAL_BITS bits
uint powerShifts[MAXIMUM_PATHS];
uint weightShift;             // brings its weights to a total of some REDUCED_TOTAL_BITS bits

void openSkew() {
  lower = 0u;
  width = 1u;
}

uint shiftTo(uint bits, Wide x) {
  uint length = wideBitLength(x);
  return length > bits ? length - bits : 0u;
}

// Below it lies this mass of the row, and all that ranks below the prefix.
Wide positionOf(uint mass) { return wideAdd(rowPosition, wideProduct(width, mass)); }

uint shortPosition(Wide position) { return wideShiftRight(position, positionShift).x; }

// The shifts with which no power sum of positions up to `most` outgrows a word.
void setPowerShifts(uint most) {
  uint sum = 1u;
  uint power = 1u;
  [[unroll]] for (uint k = 1u; k < PATHS; k++) {
    Wide last = wideProduct(power, most);
    Wide next = wideAdd(wideProduct(sum, most), last);
    powerShifts[k] = shiftTo(TOTAL_BITS + 1u, next);
    sum = wideShiftRight(next, powerShifts[k]).x;
    power = wideShiftRight(last, powerShifts[k]).x;
  }
}

// (a^PATHS - b^PATHS) / (a - b): the sum of a^j b^(PATHS - 1 - j), in common units.
uint powerSum(uint a, uint b) {
  uint sum = 1u;
  uint power = 1u;  // of b
  [[unroll]] for (uint k = 1u; k < PATHS; k++) {
    Wide last = wideProduct(power, b);
    sum = wideShiftRight(wideAdd(wideProduct(sum, a), last), powerShifts[k]).x;
    power = wideShiftRight(last, powerShifts[k]).x;
  }
  return sum;
}

// Turns to the row after the prefix.
void openRow(uint total) {
  rowTotal = total;
  rowPosition = wideProduct(lower, total);
  Wide end = positionOf(total);
  positionShift = shiftTo(TOTAL_BITS, end);
  setPowerShifts(shortPosition(end));
  // The mean of a row's power sums is that of its ends.
  uint mean = powerSum(shortPosition(end), shortPosition(rowPosition));
  weightShift = shiftTo(REDUCED_TOTAL_BITS, wideProduct(total, mean));
}

// The weight that the best path's law gives a token, at least 1.
uint skewedWeight(uint drafted, uint above) {
  uint reached = rowTotal - above;
  uint sum = powerSum(shortPosition(positionOf(reached)), shortPosition(positionOf(reached - drafted)));
  Wide weight = wideProduct(drafted, sum);
  if (weightShift != 0u) weight = wideAdd(weight, widenShifted(1u, weightShift - 1u));
  return max(wideShiftRight(weight, weightShift).x, 1u);
}

// Lengthens the prefix by a token.
void descend(uint drafted, uint above) {
  Wide end = positionOf(rowTotal - above);
  Wide begin = positionOf(rowTotal - above - drafted);
  uint shift = shiftTo(TOTAL_BITS, end);
  Wide own = wideProduct(width, drafted);
  lower = wideShiftRight(begin, shift).x;
  width = max(wideShiftRight(own, shift).x, 1u);
}

#endif
