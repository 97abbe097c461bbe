// Softmax with temperature, min-p, top-k, top-p and typical-p into integer weights with an exact total; one group a row.
// Weights are computed anew in each pass over the logits and written in the last one. The tokens of a top-k of up to
// MAXIMUM_BEST are collected, so that what follows looks at those alone.
#include "shared/distribution.h"
#include "weight.glsl"
#include "top.glsl"

layout(push_constant) uniform Push { Distribution p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };    // [rows][vocabulary]
layout(set = 0, binding = 1, std430) writeonly buffer Weights { uint weights[]; };  // [rows][vocabulary]
layout(set = 0, binding = 2, std430) writeonly buffer Totals { uint totals[]; };    // [rows][2]: total, status

#define BY_NUMBER 0u      // the greatest weights, each counts as 1
#define BY_SHARE 1u       // the greatest weights
#define BY_TYPICALITY 2u  // the weights whose logarithm is nearest to the mean

// The same on every lane.
float maximum;
uint selection;      // what the keys are for
bool isCollected;    // elements are the collected candidates instead of all tokens
Cut cutOfNumber;     // each keeps everything until it is found
Cut cutOfShare;
Cut cutOfTypicality;
uint shift;
uint meanLogarithm;

uint tokenOf(uint element) { return isCollected ? candidates[element].y : element; }

uint typicality(uint weight) { return uint(abs(int(weightLogarithm(weight)) - int(meanLogarithm))); }

uint rowWeight(uint token) {
  float logit = logits[gl_WorkGroupID.x * p.vocabulary + token];
  return softmaxWeight(logit, maximum, p.inverseTemperature, p.leastWeight);
}

// A weight of the row as far as it is decided; 0 once it is dropped.
uint decided(uint weight, uint token) {
  weight = isKept(cutOfNumber, ~weight, token) ? weight >> shift : 0u;
  weight = isKept(cutOfShare, ~weight, token) ? weight : 0u;
  if (cutOfTypicality.key != KEEP_ALL && weight != 0u) {
    weight = isKept(cutOfTypicality, typicality(weight), token) ? weight : 0u;
  }
  return weight;
}

uint weightOf(uint element) {
  if (isCollected) return decided(~candidates[element].x, candidates[element].y);
  return decided(rowWeight(element), element);
}

uint keyOf(uint element) {
  uint weight = weightOf(element);
  if (selection != BY_TYPICALITY) return ~weight;
  return weight == 0u ? KEEP_ALL : typicality(weight);
}

uint amountOf(uint key, uint element) {
  if (selection == BY_TYPICALITY) return weightOf(element);
  return selection == BY_SHARE ? ~key : 1u;
}

uint leastAmountOf(uint key) { return selection == BY_SHARE ? ~key : 1u; }

Wide sumOfWeights(uint lane, uint elements) {
  Wide sum = Wide(0u);
  if (!isCollected && shift == 0u && (cutOfNumber.key & cutOfShare.key) == KEEP_ALL) {
    for (uint token = lane; token < elements; token += LANES) sum = wideAdd(sum, widen(rowWeight(token)));
  } else {
    for (uint element = lane; element < elements; element += LANES) sum = wideAdd(sum, widen(weightOf(element)));
  }
  Wide total;
  scanAdd(lane, sum, total);
  return total;
}

Cut findCutOfShare(uint lane, uint elements, uint total, uint share) {
  Wide need = wideProduct(total, share);
  return findCut(lane, elements, max(1u, need.y + min(need.x, 1u)));
}

// floor(sum of weight * logarithm / total): the mean logarithm, below 2^25.
uint meanOfLogarithms(uint lane, uint elements, uint total) {
  Wide sum = Wide(0u);
  for (uint element = lane; element < elements; element += LANES) {
    uint weight = weightOf(element);
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

// Finds all cuts and the shift.
void decide(uint lane) {
  uint elements = p.vocabulary;
  if (p.topK > 0u && p.topK < p.vocabulary) {
    selection = BY_NUMBER;
    if (p.topK <= MAXIMUM_BEST) {
      elements = collectBest(lane, p.vocabulary, p.topK);
      cutOfNumber = cutAtRank(lane, elements, p.topK - 1u);
      isCollected = true;
    } else {
      cutOfNumber = findCut(lane, p.vocabulary, p.topK);
    }
  }
  shift = totalShift(sumOfWeights(lane, elements));
  if (p.topP > 0u) {
    selection = BY_SHARE;
    cutOfShare = findCutOfShare(lane, elements, sumOfWeights(lane, elements).x, p.topP);
  }
  if (p.typicalP > 0u) {
    selection = BY_TYPICALITY;
    uint total = sumOfWeights(lane, elements).x;
    meanLogarithm = meanOfLogarithms(lane, elements, total);
    cutOfTypicality = findCutOfShare(lane, elements, total, p.typicalP);
  }
  isCollected = false;
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

  maximum = orderedValue(best);
  shift = 0u;
  isCollected = false;
  cutOfNumber = Cut(KEEP_ALL, KEEP_ALL);
  cutOfShare = cutOfNumber;
  cutOfTypicality = cutOfNumber;
  if (status == STATUS_OK) decide(lane);

  // Drivers that run both sides of a branch lane by lane want the plain cases apart.
  uint kept = 0u;
  bool hasCuts = (cutOfNumber.key & cutOfShare.key & cutOfTypicality.key) != KEEP_ALL;
  if (status != STATUS_OK) {
    for (uint token = lane; token < p.vocabulary; token += LANES) weights[start + token] = 0u;
  } else if (hasCuts) {
    for (uint token = lane; token < p.vocabulary; token += LANES) {
      uint weight = decided(rowWeight(token), token);
      weights[start + token] = weight;
      kept += weight;
    }
  } else {
    for (uint token = lane; token < p.vocabulary; token += LANES) {
      uint weight = rowWeight(token) >> shift;
      weights[start + token] = weight;
      kept += weight;
    }
  }
  kept = groupAdd(lane, kept);
  if (lane == 0u) {
    totals[row * 2u] = kept;
    totals[row * 2u + 1u] = status;
  }
}
