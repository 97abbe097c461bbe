// A mixture of two integer distributions, what the first has more of, or what both have; the row is ROW.
#ifndef ESPALIER_COMBINED_GLSL
#define ESPALIER_COMBINED_GLSL

#include "shared/distribution.h"
#include "shared/contract.h"
#include "neighbours.glsl"
#include "wide.glsl"

layout(push_constant) uniform Push { CombineDistributions p; };
layout(set = 0, binding = 0, std430) readonly buffer A { uint a[]; };              // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer TotalsA { uint totalsA[]; };  // [rows][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer B { uint b[]; };              // [rows][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer TotalsB { uint totalsB[]; };  // [rows][2]: total, status

uvec2 factors;     // of a and b
uvec2 leftShifts;  // of their weights

// Of a total: 0 where factors are equal, which then cancel.
uint leftShiftOf(uint total) {
  return p.factorA == p.factorB ? 0u : TOTAL_BITS - min(bitLength(total), TOTAL_BITS);
}

void setFactors() {
  uint totalA = totalsA[ROW * 2u];
  uint totalB = totalsB[ROW * 2u];
  leftShifts = uvec2(leftShiftOf(totalA), leftShiftOf(totalB));
  Wide f = wideProduct(p.factorA, totalB << leftShifts.y);
  Wide g = wideProduct(p.factorB, totalA << leftShifts.x);
  uint length = max(wideBitLength(f), wideBitLength(g));
  uint drop = length > 31u ? length - 31u : 0u;
  factors = uvec2(wideShiftRight(f, drop).x, wideShiftRight(g, drop).x);
}

Wide combine(uint weightA, uint weightB) {
  Wide x = wideProduct(weightA << leftShifts.x, factors.x);
  Wide y = wideProduct(weightB << leftShifts.y, factors.y);
  if (p.mode == COMBINE_RESIDUAL) return wideExcess(x, y);
  if (p.mode == COMBINE_MINIMUM) return wideLess(y, x) ? y : x;
  return wideAdd(x, y);
}

#ifdef QUADS
#include "quads.glsl"

layout(set = 0, binding = 0, std430) readonly buffer QuadsA { uvec4 quadsA[]; };  // the same as a
layout(set = 0, binding = 2, std430) readonly buffer QuadsB { uvec4 quadsB[]; };  // the same as b

LOADS_QUADS(uvec4, quadA, a, quadsA, 0u)
LOADS_QUADS(uvec4, quadB, b, quadsB, 0u)

void combined(uint first, out Wide values[NEIGHBOURS]) {
  uvec4 x = quadA(ROW, first);
  uvec4 y = quadB(ROW, first);
  [[unroll]] for (uint i = 0u; i < NEIGHBOURS; i++) values[i] = combine(x[i], y[i]);
}
#else
void combined(uint token, out Wide values[NEIGHBOURS]) {
  uint index = ROW * p.vocabulary + token;
  values[0] = combine(a[index], b[index]);
}
#endif

Wide combinedSum(uint first) {
  Wide values[NEIGHBOURS];
  combined(first, values);
  Wide sum = values[0];
  [[unroll]] for (uint i = 1u; i < NEIGHBOURS; i++) sum = wideAdd(sum, values[i]);
  return sum;
}

#endif
