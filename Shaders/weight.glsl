// Integer weights of a softmax and their logarithms.
#ifndef ESPALIER_WEIGHT_GLSL
#define ESPALIER_WEIGHT_GLSL

#include "numerics.glsl"
#include "wide.glsl"

// Flushed logits are multiples of 2^-87, so no difference is subnormal.
uint softmaxWeight(float logit, float maximum, float inverseTemperature, uint leastWeight) {
  float below = subtract(flush(logit), maximum);
  float share = expNonPositive(multiply(below, inverseTemperature));
  uint weight = uint(floor(multiply(share, WEIGHT_SCALE)));
  return weight < leastWeight ? 0u : weight;
}

// The smallest shift that brings a sum of weights below 2^TOTAL_BITS.
uint totalShift(Wide sum) {
  uint length = wideBitLength(sum);
  return length > TOTAL_BITS ? length - TOTAL_BITS : 0u;
}

// x without what lies below its 24 highest bits, which a float holds exactly.
float leadingFloat(uint x) {
  uint length = bitLength(x);
  uint drop = length > 24u ? length - 24u : 0u;
  float significand = float(x >> drop);
  return x == 0u ? 0.0 : uintBitsToFloat(floatBitsToUint(significand) + (drop << 23));
}

// floor(log(weight) * LOGARITHM_SCALE), below 2^25; weight >= 1.
uint weightLogarithm(uint weight) {
  return uint(floor(multiply(logPositive(leadingFloat(weight)), LOGARITHM_SCALE)));
}

#endif
