// scaleA * a + scaleB * b where a is plausible, -infinity elsewhere (contrastive decoding: Li et al., 2023), of logits or of
// log-probabilities; or a less a part of what its probabilities exceed b's by (RAPID: Chen et al., 2025); one group a row;
// out may be a.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "softmax.glsl"

layout(constant_id = 1) const uint MODE = MIX_LOGITS;  // p.mode, so that the driver leaves out the others

layout(push_constant) uniform Push { MixLogits p; };
layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };           // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer B { float b[]; };           // [rows][vocabulary]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };  // f32 [rows][vocabulary]

float givenLogit(uint matrix, uint token) {
  uint index = gl_WorkGroupID.x * p.vocabulary + token;
  return flush(matrix == 0u ? a[index] : b[index]);
}

float tempered(float logit) { return multiply(logit, p.inverseTemperature); }

float logitOf(uint matrix, uint token) { return tempered(givenLogit(matrix, token)); }

// The greatest logit of a below +infinity.
float greatestOfA(uint lane) {
  uint best = ORDERED_NEGATIVE_INFINITY;
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint key = orderedBits(givenLogit(0u, token));
    if (key < ORDERED_INFINITY) best = max(best, key);
  }
  return orderedValue(groupMaximum(lane, best));
}

SoftmaxSums ofA = SoftmaxSums(STATUS_OK, 0.0, 1.0);
SoftmaxSums ofB = ofA;

uint linear(float y, float z, float least, float logA, float logB) {
  if (isNaNOrPlusInfinity(y) || isNaNOrPlusInfinity(z)) return NAN_BITS;
  bool isBanned = min(orderedBits(y), orderedBits(z)) == ORDERED_NEGATIVE_INFINITY;
  if (isBanned || y < least) return SIGN_BIT | INFINITY_BITS;
  if (MODE == MIX_LOG_PROBABILITIES) {
    y = flush(subtract(subtract(y, ofA.maximum), logA));
    z = flush(subtract(subtract(z, ofB.maximum), logB));
  }
  return floatBitsToUint(flush(add(flush(multiply(p.scaleA, y)), flush(multiply(p.scaleB, z)))));
}

uint transferred(float y, float z, float partA, float partB) {
  if (orderedBits(y) == ORDERED_NEGATIVE_INFINITY) return SIGN_BIT | INFINITY_BITS;
  float exponent = flush(belowMaximum(tempered(z), ofB.maximum));
  float difference = 0.0;
  if (!(exponent < p.threshold)) {
    float ofTarget = multiply(expNonPositive(belowMaximum(tempered(y), ofA.maximum)), partA);
    difference = subtract(flush(ofTarget), flush(multiply(expNonPositive(exponent), partB)));
  }
  return floatBitsToUint(flush(subtract(y, flush(multiply(p.scaleB, difference)))));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint start = gl_WorkGroupID.x * p.vocabulary;
  bool transfers = MODE == MIX_TRANSFER;
  if (MODE != MIX_LOGITS) {
    ofA = softmaxOf(lane, 0u, p.vocabulary);
    ofB = softmaxOf(lane, 1u, p.vocabulary);
    if ((ofA.status | ofB.status) != STATUS_OK) {
      for (uint token = lane; token < p.vocabulary; token += LANES) outWords[start + token] = NAN_BITS;
      return;
    }
  } else {
    ofA.maximum = greatestOfA(lane);
  }
  float least = add(ofA.maximum, p.threshold);
  float ofSumA = transfers ? reciprocal(ofA.sum) : logPositive(ofA.sum);
  float ofSumB = transfers ? reciprocal(ofB.sum) : logPositive(ofB.sum);

  float ownA[AHEAD];
  float ownB[AHEAD];
  EACH_AHEAD(first, lane, LANES, p.vocabulary) {
    LOAD_AHEAD(ownA, token, first, LANES, p.vocabulary, givenLogit(0u, token))
    LOAD_AHEAD(ownB, token, first, LANES, p.vocabulary, givenLogit(1u, token))
    USE_AHEAD(n, token, first, LANES, p.vocabulary) {
      outWords[start + token] = transfers ? transferred(ownA[n], ownB[n], ofSumA, ofSumB)
                                          : linear(ownA[n], ownB[n], least, ofSumA, ofSumB);
    }
  }
}
