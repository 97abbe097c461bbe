// What the contract relies on, computed by the device for the host to compare. No push constants.
// Output words of pair i = (a, b), both the bits of an f32:
//   0 a + b   1 a - b   2 a * b   3 a * b + a in two roundings   4 floor(a)   5 round(a, 13)
//   6 unpackHalf2x16(b).x   7 unpackHalf2x16(b).y
//   8 round(a, 13) * unpackHalf2x16(b).x + 1, fused (the product is exact)   9 half(a)   10 exp(-|a|)   11 reciprocal(|a|)
//   12 reciprocalRoot(|a|)   13 sigmoid(a)   14 a > b, a >= b, a == b in bits 0...2   15 uint(|a|) below 2^31, else 0
//   16 log(|a|)
#version 450
#extension GL_GOOGLE_include_directive : require
#include "elements.glsl"
#include "exactProducts.glsl"
#include "numerics.glsl"

layout(set = 0, binding = 0, std430) readonly buffer Pairs { uvec2 pairs[]; };
layout(set = 0, binding = 1, std430) writeonly buffer Results { uint results[]; };  // [pairs][PROBE_WORDS]

#define PROBE_WORDS 17u

void main() {
  uint i = elementIndex();
  if (i >= uint(pairs.length())) return;
  float a = uintBitsToFloat(pairs[i].x);
  float b = uintBitsToFloat(pairs[i].y);
  float magnitude = uintBitsToFloat(pairs[i].x & ~SIGN_BIT);
  float rounded = roundBits(a, ACTIVATION_BITS_F16);
  vec2 halves = unpackHalf2x16(pairs[i].y);
  uint to = i * PROBE_WORDS;
  results[to] = floatBitsToUint(add(a, b));
  results[to + 1u] = floatBitsToUint(subtract(a, b));
  results[to + 2u] = floatBitsToUint(multiply(a, b));
  results[to + 3u] = floatBitsToUint(addProduct(a, a, b));
  results[to + 4u] = floatBitsToUint(floor(a));
  results[to + 5u] = floatBitsToUint(rounded);
  results[to + 6u] = floatBitsToUint(halves.x);
  results[to + 7u] = floatBitsToUint(halves.y);
  results[to + 8u] = floatBitsToUint(addExactProduct(1.0, rounded, halves.x));
  results[to + 9u] = halfBits(a);
  results[to + 10u] = floatBitsToUint(expNonPositive(uintBitsToFloat(pairs[i].x | SIGN_BIT)));
  results[to + 11u] = floatBitsToUint(reciprocal(magnitude));
  results[to + 12u] = floatBitsToUint(reciprocalRoot(magnitude));
  results[to + 13u] = floatBitsToUint(sigmoid(a));
  results[to + 14u] = (a > b ? 1u : 0u) | (a >= b ? 2u : 0u) | (a == b ? 4u : 0u);
  results[to + 15u] = magnitude < 2147483648.0 ? uint(magnitude) : 0u;
  results[to + 16u] = floatBitsToUint(logPositive(magnitude));
}
