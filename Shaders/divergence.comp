// Kullback-Leibler divergence KL(p || q) of two rows of logits over their temperature, in nats; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "softmax.glsl"

layout(push_constant) uniform Push { Divergence p; };
layout(set = 0, binding = 0, std430) readonly buffer P { float logitsP[]; };         // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Q { float logitsQ[]; };         // [rows][vocabulary]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };      // f32 [rows]
layout(set = 0, binding = 3, std430) writeonly buffer Status { uint statuses[]; };   // [rows]
layout(set = 0, binding = 4, std430) readonly buffer Warps { uint warps[]; };       // [rows][WARP_WORDS]

#define TEMPERED_ID 1
#include "temperature.glsl"

float logitOf(uint matrix, uint token) {
  uint element = gl_WorkGroupID.x * p.vocabulary + token;
  return tempered(matrix == 0u ? logitsP[element] : logitsQ[element]);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint status = readTemperature(row);
  SoftmaxSums a = softmaxOf(lane, 0u, p.vocabulary);
  SoftmaxSums b = softmaxOf(lane, 1u, p.vocabulary);

  // Where the share is not zero the difference is at least -44, so no infinities cancel.
  float weighted = 0.0;
  float ownP[AHEAD];
  float ownQ[AHEAD];
  EACH_AHEAD(first, lane, LANES, p.vocabulary) {
    LOAD_AHEAD(ownP, token, first, LANES, p.vocabulary, logitOf(0u, token))
    LOAD_AHEAD(ownQ, token, first, LANES, p.vocabulary, logitOf(1u, token))
    USE_AHEAD(n, token, first, LANES, p.vocabulary) {
      float below = belowMaximum(ownP[n], a.maximum);
      float share = expNonPositive(below);
      if (share > 0.0) {
        float difference = subtract(below, belowMaximum(ownQ[n], b.maximum));
        weighted = add(weighted, flush(multiply(share, difference)));
      }
    }
  }
  weighted = groupSum(lane, weighted);

  if (lane != 0u) return;
  status |= a.status | b.status;
  float mean = multiply(weighted, reciprocal(a.sum));
  float result = add(subtract(mean, logPositive(a.sum)), logPositive(b.sum));
  statuses[row] = status;
  outWords[row] = status != STATUS_OK ? NAN_BITS : result > 0.0 ? floatBitsToUint(flush(result)) : 0u;
}
