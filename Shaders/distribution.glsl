// Softmax with temperature, min-p, top-k, top-p and typical-p into integer weights with an exact total; one group a row.
// A lane only reads back weights that it wrote itself, so the buffer needs no barrier.
#include "shared/distribution.h"
#include "weight.glsl"
#include "select.glsl"

layout(push_constant) uniform Push { Distribution p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };   // [rows][vocabulary]
layout(set = 0, binding = 1, std430) buffer Weights { uint weights[]; };           // [rows][vocabulary]
layout(set = 0, binding = 2, std430) writeonly buffer Totals { uint totals[]; };   // [rows][2]: total, status

#define BY_NUMBER 0u      // the greatest weights, each counts as 1
#define BY_SHARE 1u       // the greatest weights
#define BY_TYPICALITY 2u  // the weights whose logarithm is nearest to the mean

uint selection;
uint meanLogarithm;  // of BY_TYPICALITY

uint weightHere(uint token) { return weights[gl_WorkGroupID.x * p.vocabulary + token]; }

uint keyOf(uint token) {
  uint weight = weightHere(token);
  if (selection != BY_TYPICALITY) return ~weight;
  if (weight == 0u) return KEEP_ALL;
  return uint(abs(int(weightLogarithm(weight)) - int(meanLogarithm)));
}

// Zeros are kept or dropped alike.
uint amountOf(uint key, uint token) {
  if (selection == BY_TYPICALITY) return weightHere(token);
  return selection == BY_SHARE ? ~key : min(~key, 1u);
}

uint leastAmountOf(uint key) { return selection == BY_SHARE ? ~key : 1u; }

// Keeps the best tokens until their amounts reach `need`; the others become 0. Gives the sum of the kept.
Wide keepBest(uint lane, uint start, uint need) {
  Cut cut = findCut(lane, p.vocabulary, need);
  Wide sum = Wide(0u);
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint weight = weights[start + token];
    if (weight == 0u) continue;
    if (isKept(cut, keyOf(token), token)) {
      sum = wideAdd(sum, widen(weight));
    } else {
      weights[start + token] = 0u;
    }
  }
  Wide total;
  scanAdd(lane, sum, total);
  return total;
}

uint keepShare(uint lane, uint start, uint total, uint share) {
  Wide need = wideProduct(total, share);
  return keepBest(lane, start, max(1u, need.y + min(need.x, 1u))).x;
}

// floor(sum of weight * logarithm / total): the mean logarithm, below 2^25.
uint meanOfLogarithms(uint lane, uint start, uint total) {
  Wide sum = Wide(0u);
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint weight = weights[start + token];
    if (weight != 0u) sum = wideAdd(sum, wideProduct(weight, weightLogarithm(weight)));
  }
  Wide all;
  scanAdd(lane, sum, all);
  uint mean = 0u;
  for (int bit = 24; bit >= 0; bit--) {
    uint tried = mean | (1u << bit);
    if (!wideLess(all, wideProduct(tried, total))) mean = tried;
  }
  return mean;
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

  float maximum = orderedValue(best);
  bool limitsNumber = p.topK > 0u && p.topK < p.vocabulary;
  Wide own = Wide(0u);
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint weight = softmaxWeight(logits[start + token], maximum, p.inverseTemperature, p.leastWeight);
    if (limitsNumber) weights[start + token] = weight;
    own = wideAdd(own, widen(weight));
  }
  Wide sum;
  if (limitsNumber) {
    selection = BY_NUMBER;
    sum = keepBest(lane, start, p.topK);
  } else {
    scanAdd(lane, own, sum);
  }

  // Without top-k the weights are computed again: their first writing would cost more.
  uint shift = totalShift(sum);
  uint kept = 0u;
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint weight = limitsNumber
      ? weights[start + token]
      : softmaxWeight(logits[start + token], maximum, p.inverseTemperature, p.leastWeight);
    weights[start + token] = weight >> shift;
    kept += weight >> shift;
  }
  uint total = groupAdd(lane, kept);

  if (p.topP > 0u) {
    selection = BY_SHARE;
    total = keepShare(lane, start, total, p.topP);
  }
  if (p.typicalP > 0u) {
    selection = BY_TYPICALITY;
    meanLogarithm = meanOfLogarithms(lane, start, total);
    total = keepShare(lane, start, total, p.typicalP);
  }

  if (lane == 0u) {
    totals[row * 2u] = total;
    totals[row * 2u + 1u] = STATUS_OK;
  }
}
