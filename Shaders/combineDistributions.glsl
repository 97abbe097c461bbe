// A mixture of two integer distributions, or what the first has more of, brought back to at most 2^30; one group a row.
#include "shared/distribution.h"
#include "shared/contract.h"
#include "workgroup.glsl"

layout(push_constant) uniform Push { CombineDistributions p; };
layout(set = 0, binding = 0, std430) readonly buffer A { uint a[]; };              // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer TotalsA { uint totalsA[]; };  // [rows][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer B { uint b[]; };              // [rows][vocabulary]
layout(set = 0, binding = 3, std430) readonly buffer TotalsB { uint totalsB[]; };  // [rows][2]: total, status
layout(set = 0, binding = 4, std430) writeonly buffer Weights { uint weights[]; }; // [rows][vocabulary]
layout(set = 0, binding = 5, std430) writeonly buffer Totals { uint totals[]; };   // [rows][2]: total, status
layout(set = 0, binding = 6, std430) writeonly buffer Mass { uint mass[]; };       // [rows][4]: T, D in two words each

uvec2 factors;  // of a and b

Wide combined(uint token) {
  uint index = gl_WorkGroupID.x * p.vocabulary + token;
  Wide x = wideProduct(a[index], factors.x);
  Wide y = wideProduct(b[index], factors.y);
  return p.mode == COMBINE_RESIDUAL ? wideExcess(x, y) : wideAdd(x, y);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint totalA = totalsA[row * 2u];
  uint totalB = totalsB[row * 2u];
  factors = uvec2(totalB, totalA);
  if (p.mode == COMBINE_MIXTURE) {
    Wide f = wideProduct(p.share, totalB);
    Wide g = wideProduct(0x80000000u - p.share, totalA);
    uint length = max(wideBitLength(f), wideBitLength(g));
    uint drop = length > 31u ? length - 31u : 0u;
    factors = uvec2(wideShiftRight(f, drop).x, wideShiftRight(g, drop).x);
  }

  uvec2 block = ownBlock(lane, p.vocabulary);
  Wide own = Wide(0u);
  for (uint token = block.x; token < block.y; token++) own = wideAdd(own, combined(token));
  Wide sum;
  Wide running = wideSubtract(scanAdd(lane, own, sum), own);
  uint length = wideBitLength(sum);
  uint shift = length > REDUCED_TOTAL_BITS ? length - REDUCED_TOTAL_BITS : 0u;
  uint below = wideShiftRight(running, shift).x;
  for (uint token = block.x; token < block.y; token++) {
    running = wideAdd(running, combined(token));
    uint reached = wideShiftRight(running, shift).x;
    weights[row * p.vocabulary + token] = reached - below;
    below = reached;
  }

  if (lane != 0u) return;
  uint total = wideShiftRight(sum, shift).x;
  uint status = totalsA[row * 2u + 1u] | totalsB[row * 2u + 1u];
  totals[row * 2u] = total;
  totals[row * 2u + 1u] = total == 0u ? status | STATUS_EMPTY_ROW : status;
  Wide whole = p.mode == COMBINE_RESIDUAL ? wideProduct(totalA, totalB) : sum;
  mass[row * 4u] = sum.x;
  mass[row * 4u + 1u] = sum.y;
  mass[row * 4u + 2u] = whole.x;
  mass[row * 4u + 3u] = whole.y;
}
