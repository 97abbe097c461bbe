// Softmax with temperature, top-k and top-p into integer weights with an exact total; one group a row.
// A lane only reads back weights that it wrote itself, so the buffer needs no barrier.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "numerics.glsl"
#include "select.glsl"

layout(push_constant) uniform Push { Distribution p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };   // [rows][vocabulary]
layout(set = 0, binding = 1, std430) buffer Weights { uint weights[]; };           // [rows][vocabulary]
layout(set = 0, binding = 2, std430) writeonly buffer Totals { uint totals[]; };   // [rows][2]: total, status

bool countsWeight;  // selection by share instead of by number

// Greatest weight first.
uint keyOf(uint token) { return ~weights[gl_WorkGroupID.x * p.vocabulary + token]; }

uint amountOf(uint key) {
  uint weight = ~key;
  return countsWeight ? weight : min(weight, 1u);  // zeros are kept or dropped alike
}

// Keeps the best tokens until their amounts reach `need`; the others become 0.
void keepBest(uint lane, uint start, uint need) {
  Cut cut = findCut(lane, p.vocabulary, need);
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    if (!isKept(cut, ~weights[start + token], token)) weights[start + token] = 0u;
  }
}

Wide sumOfWeights(uint lane, uint start) {
  Wide sum = Wide(0u);
  for (uint token = lane; token < p.vocabulary; token += LANES) sum = wideAdd(sum, widen(weights[start + token]));
  Wide total;
  scanAdd(lane, sum, total);
  return total;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint start = row * p.vocabulary;

  uint best = ORDERED_NEGATIVE_INFINITY;
  uint status = STATUS_OK;
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    float logit = logits[start + token];
    if (isNaNOrPlusInfinity(logit)) status = STATUS_NOT_FINITE;
    best = max(best, orderedBits(flush(logit)));
  }
  best = groupMaximum(lane, best);
  if (best == ORDERED_NEGATIVE_INFINITY) status = STATUS_NOT_FINITE;
  status = groupOr(lane, status);

  if (status != STATUS_OK) {
    for (uint token = lane; token < p.vocabulary; token += LANES) weights[start + token] = 0u;
    if (lane == 0u) {
      totals[row * 2u] = 0u;
      totals[row * 2u + 1u] = status;
    }
    return;
  }

  // Flushed logits are multiples of 2^-87, so no difference is subnormal.
  float maximum = orderedValue(best);
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    float below = subtract(flush(logits[start + token]), maximum);
    float share = expNonPositive(multiply(below, p.inverseTemperature));
    uint weight = uint(floor(multiply(share, WEIGHT_SCALE)));
    weights[start + token] = weight < p.leastWeight ? 0u : weight;
  }

  if (p.topK > 0u && p.topK < p.vocabulary) {
    countsWeight = false;
    keepBest(lane, start, p.topK);
  }

  Wide sum = sumOfWeights(lane, start);
  uint length = wideBitLength(sum);
  uint total = sum.x;
  if (length > TOTAL_BITS) {
    uint shift = length - TOTAL_BITS;
    for (uint token = lane; token < p.vocabulary; token += LANES) weights[start + token] >>= shift;
    total = sumOfWeights(lane, start).x;
  }

  if (p.topP > 0u) {
    Wide need = wideProduct(total, p.topP);
    countsWeight = true;
    keepBest(lane, start, max(1u, need.y + min(need.x, 1u)));
    total = sumOfWeights(lane, start).x;
  }

  if (lane == 0u) {
    totals[row * 2u] = total;
    totals[row * 2u + 1u] = STATUS_OK;
  }
}
