// Elementary operations of Contract.md. Each fp32 operation is rounded on its own (`precise`); what IEEE 754 leaves to
// the driver (division, roots, exp, f16 rounding) is done with integer operations and polynomials.
#ifndef ESPALIER_NUMERICS_GLSL
#define ESPALIER_NUMERICS_GLSL

#include "shared/contract.h"

#define SIGN_BIT 0x80000000u
#define INFINITY_BITS 0x7f800000u

float negativeInfinity() { return uintBitsToFloat(SIGN_BIT | INFINITY_BITS); }

uint magnitudeBits(float x) { return floatBitsToUint(x) & ~SIGN_BIT; }

// Compares bits, so drivers that flush subnormals agree with those that keep them.
float flush(float x) { return magnitudeBits(x) < FLUSH_BITS ? 0.0 : x; }

// n significant bits, ties to even; NaN and infinity stay. The carry may run into the exponent, as it should.
float roundBits(float x, uint significantBits) {
  uint magnitude = magnitudeBits(x);
  if (magnitude >= INFINITY_BITS) return x;
  if (magnitude < FLUSH_BITS) return 0.0;
  if (significantBits >= 24u) return x;
  uint bits = floatBitsToUint(x);
  uint drop = 24u - significantBits;
  bits += ((1u << (drop - 1u)) - 1u) + ((bits >> drop) & 1u);
  return uintBitsToFloat((bits >> drop) << drop);
}

float add(float a, float b) {
  precise float result = a + b;
  return result;
}

float subtract(float a, float b) {
  precise float result = a - b;
  return result;
}

float multiply(float a, float b) {
  precise float result = a * b;
  return result;
}

// sum + a * b in two roundings.
float addProduct(float sum, float a, float b) {
  precise float product = a * b;
  precise float result = sum + product;
  return result;
}

// The rule of `max` over a set: a NaN never wins.
float greater(float maximum, float x) { return x > maximum ? x : maximum; }

// (e^r - 1) / r, r in about -ln 2 / 2 ... ln 2 / 2.
float expQuotient(float r) {
  precise float p = EXP_C6 * r + EXP_C5;
  p = p * r + EXP_C4;
  p = p * r + EXP_C3;
  p = p * r + EXP_C2;
  p = p * r + 1.0;
  return p;
}

// e^r * 2^n, r as above, n an integer.
float expSeries(float r, float n) {
  precise float p = expQuotient(r) * r + 1.0;
  return uintBitsToFloat(floatBitsToUint(p) + (uint(int(n)) << 23));
}

// x <= 0. +0 below EXP_LOWEST and for NaN, so the exponent field never underflows.
float expNonPositive(float x) {
  if (!(x >= EXP_LOWEST)) return 0.0;
  precise float n = floor(x * EXP_LOG2E + 0.5);
  precise float r = (x - n * EXP_LN2_HIGH) - n * EXP_LN2_LOW;
  return expSeries(r, n);
}

// e^(x - d), x <= 0 and d in 0 ... 1/16: an exponent of more bits than one float has. +0 where x is below EXP_LOWEST.
float expDifference(float x, float d) {
  if (!(x >= EXP_LOWEST)) return 0.0;
  precise float n = floor((x - d) * EXP_LOG2E + 0.5);
  precise float r = ((x - n * EXP_LN2_HIGH) - n * EXP_LN2_LOW) - d;
  return expSeries(r, n);
}

// ln (1 + f) + n ln 2, f in sqrt(1/2) - 1 ... sqrt(2) - 1, n an integer.
float logSeries(float f, float n) {
  precise float square = f * f;
  precise float p = LOG_C10 * f + LOG_C9;
  p = p * f + LOG_C8;
  p = p * f + LOG_C7;
  p = p * f + LOG_C6;
  p = p * f + LOG_C5;
  p = p * f + LOG_C4;
  p = p * f + LOG_C3;
  precise float y = (f * square) * p;
  y = y + n * EXP_LN2_LOW;
  y = y - 0.5 * square;
  y = (f + y) + n * EXP_LN2_HIGH;
  return y;
}

// ln x for positive normal x: x = m * 2^n with m in sqrt(1/2) ... sqrt(2).
float logPositive(float x) {
  int n = (int(floatBitsToUint(x)) - LOG_ROOT_HALF_BITS) >> 23;
  return logSeries(subtract(uintBitsToFloat(floatBitsToUint(x) - (uint(n) << 23)), 1.0), float(n));
}

// 1 / x for x in 2^-60...2^60, three Newton steps.
float reciprocal(float x) {
  precise float y = uintBitsToFloat(RECIPROCAL_SEED - floatBitsToUint(x));
  y = y * (2.0 - x * y);
  y = y * (2.0 - x * y);
  y = y * (2.0 - x * y);
  return y;
}

// 1 / sqrt(x) for x of 2^-60 and more, three Newton steps.
float reciprocalRoot(float x) {
  precise float y = uintBitsToFloat(RECIPROCAL_ROOT_SEED - (floatBitsToUint(x) >> 1));
  precise float h = 0.5 * x;
  y = y * (1.5 - (h * y) * y);
  y = y * (1.5 - (h * y) * y);
  y = y * (1.5 - (h * y) * y);
  return y;
}

float sigmoid(float x) {
  float e = expNonPositive(uintBitsToFloat(floatBitsToUint(x) | SIGN_BIT));
  float s = reciprocal(add(1.0, e));
  return flush(x >= 0.0 ? s : multiply(e, s));
}

float hyperbolicTangent(float x) {
  uint bits = floatBitsToUint(x);
  if ((bits & ~SIGN_BIT) > INFINITY_BITS) return x;
  float e = expNonPositive(multiply(uintBitsToFloat(bits | SIGN_BIT), 2.0));
  float magnitude = flush(multiply(subtract(1.0, e), reciprocal(add(1.0, e))));
  return magnitude == 0.0 ? 0.0 : uintBitsToFloat(floatBitsToUint(magnitude) | (bits & SIGN_BIT));
}

// x / 2 * (1 + tanh(y)) = x * sigmoid(2 * y). A subnormal square vanishes beside GELU_LINEAR.
float gelu(float x) {
  precise float square = x * x;
  precise float twice = x * (GELU_CUBE * square + GELU_LINEAR);
  return flush(multiply(x, sigmoid(twice)));
}

// e^(-a * a / 2) for a in 0 ... 16. The head's square is exact: the rounding of a * a would be an error of the exponent.
float gaussian(float a) {
  float head = uintBitsToFloat(floatBitsToUint(a) & NORMAL_HEAD_MASK);
  precise float exponent = -0.5 * (head * head);
  precise float rest = 0.5 * ((a - head) * (a + head));
  return expDifference(exponent, rest);
}

// Phi(x), the standard normal law below x: its tail beyond |x|, or what that leaves of 1.
float normalDistribution(float x) {
  float a = uintBitsToFloat(min(magnitudeBits(x), NORMAL_LARGEST_BITS));
  precise float p = NORMAL_P4 * a + NORMAL_P3;
  p = p * a + NORMAL_P2;
  p = p * a + NORMAL_P1;
  p = p * a + 0.5;
  precise float q = NORMAL_Q5 * a + NORMAL_Q4;
  q = q * a + NORMAL_Q3;
  q = q * a + NORMAL_Q2;
  q = q * a + NORMAL_Q1;
  q = q * a + 1.0;
  float tail = multiply(gaussian(a), multiply(p, reciprocal(q)));
  return x >= 0.0 ? subtract(1.0, tail) : tail;
}

float geluErf(float x) { return flush(multiply(x, normalDistribution(x))); }

// log(1 + e^x). Where e^-|x| is small its logarithm is taken without forming 1 + e^-|x|.
float softplus(float x) {
  float e = expNonPositive(uintBitsToFloat(floatBitsToUint(x) | SIGN_BIT));
  float rest = e < 0.25 ? logSeries(e, 0.0) : logPositive(add(1.0, e));
  return flush(x <= 0.0 ? rest : add(x, rest));
}

// log(1 - e^x) for x <= 0, -infinity at 0. Near 0, 1 - e^x is taken without forming e^x; far below, without forming 1 - e^x.
float logOneMinusExp(float x) {
  if (!(x < 0.0)) return negativeInfinity();
  float e = expNonPositive(x);
  if (e < 0.25) return logSeries(-e, 0.0);
  return logPositive(x >= -0.25 ? multiply(-x, expQuotient(x)) : subtract(1.0, e));
}

// f16 bits of x, nearest even, subnormal halves kept. packHalf2x16 may round otherwise.
uint halfBits(float x) {
  uint sign = (floatBitsToUint(x) >> 16) & 0x8000u;
  uint magnitude = magnitudeBits(x);
  if (magnitude > INFINITY_BITS) return sign | 0x7e00u;
  if (magnitude >= 0x47800000u) return sign | 0x7c00u;  // 2^16 and more
  if (magnitude >= 0x38800000u) {                       // 2^-14 and more: a normal half
    uint rebased = magnitude - 0x38000000u;             // exponent bias 127 to 15
    return sign | ((rebased + 0xfffu + ((rebased >> 13) & 1u)) >> 13);
  }
  uint exponent = magnitude >> 23;
  if (exponent < 102u) return sign;                     // below 2^-25, half of the smallest subnormal
  uint significand = (magnitude & 0x7fffffu) | 0x800000u;
  uint drop = 126u - exponent;                          // 14...24 bits below the unit 2^-24
  uint quotient = significand >> drop;
  uint remainder = significand & ((1u << drop) - 1u);
  uint tie = 1u << (drop - 1u);
  return sign | (quotient + (remainder > tie || (remainder == tie && (quotient & 1u) == 1u) ? 1u : 0u));
}

// bf16 bits of x: nearest even, magnitudes below 2^-40 are zero.
uint bfloatBits(float x) {
  uint sign = (floatBitsToUint(x) >> 16) & 0x8000u;
  if (magnitudeBits(x) > INFINITY_BITS) return sign | 0x7fc0u;
  return magnitudeBits(x) < NORM_FLUSH_BITS ? 0u : floatBitsToUint(roundBits(x, 8u)) >> 16;
}

// Orders floats as unsigned integers: -0 equals +0, NaN equals -infinity. Integers, so that subnormals count everywhere.
uint orderedBits(float x) {
  uint bits = floatBitsToUint(x);
  uint magnitude = bits & ~SIGN_BIT;
  if (magnitude == 0u) return SIGN_BIT;
  if (magnitude > INFINITY_BITS) return ~(SIGN_BIT | INFINITY_BITS);
  return (bits & SIGN_BIT) != 0u ? ~bits : bits | SIGN_BIT;
}

// The float that orderedBits gave this key.
float orderedValue(uint key) { return uintBitsToFloat((key & SIGN_BIT) != 0u ? key & ~SIGN_BIT : ~key); }

#define ORDERED_NEGATIVE_INFINITY 0x007fffffu
#define ORDERED_INFINITY 0xff800000u

// What spoils a row of logits; -infinity is legal there.
bool isNaNOrPlusInfinity(float x) {
  uint bits = floatBitsToUint(x);
  return bits == INFINITY_BITS || (bits & ~SIGN_BIT) > INFINITY_BITS;
}

#endif
