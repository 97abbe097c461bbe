// A mixture of two integer distributions, or what the first has more of; the row is ROW.
#ifndef ESPALIER_COMBINED_GLSL
#define ESPALIER_COMBINED_GLSL

#include "shared/distribution.h"
#include "shared/contract.h"
#include "wide.glsl"

layout(push_constant) uniform Push { CombineDistributions p; };
layout(set = 0, binding = 0, std430) readonly buffer A { uint a[]; };              // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer TotalsA { uint totalsA[]; };  // [rows][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer B { uint b[]; };              // [rows][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer TotalsB { uint totalsB[]; };  // [rows][2]: total, status

uvec2 factors;  // of a and b

void setFactors() {
  uint totalA = totalsA[ROW * 2u];
  uint totalB = totalsB[ROW * 2u];
  factors = uvec2(totalB, totalA);
  if (p.mode != COMBINE_MIXTURE) return;
  Wide f = wideProduct(p.share, totalB);
  Wide g = wideProduct(0x80000000u - p.share, totalA);
  uint length = max(wideBitLength(f), wideBitLength(g));
  uint drop = length > 31u ? length - 31u : 0u;
  factors = uvec2(wideShiftRight(f, drop).x, wideShiftRight(g, drop).x);
}

Wide combined(uint token) {
  uint index = ROW * p.vocabulary + token;
  Wide x = wideProduct(a[index], factors.x);
  Wide y = wideProduct(b[index], factors.y);
  return p.mode == COMBINE_RESIDUAL ? wideExcess(x, y) : wideAdd(x, y);
}

#endif
