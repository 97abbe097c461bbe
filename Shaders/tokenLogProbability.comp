// Log-probabilities of given tokens of a row at its temperature; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "softmax.glsl"

layout(push_constant) uniform Push { TokenLogProbability p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };     // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Tokens { uint tokens[]; };      // [rows][count]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };      // f32 [rows][count]
layout(set = 0, binding = 3, std430) writeonly buffer Status { uint statuses[]; };   // [rows]
layout(set = 0, binding = 4, std430) readonly buffer Warps { uint warps[]; };       // [rows][WARP_WORDS]

#define TEMPERED_ID 1
#include "temperature.glsl"

float logitOf(uint matrix, uint token) { return tempered(logits[gl_WorkGroupID.x * p.vocabulary + token]); }

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint status = readTemperature(row);
  SoftmaxSums softmax = softmaxOf(lane, 0u, p.vocabulary);
  status |= softmax.status;
  uint malformed = STATUS_OK;
  for (uint j = lane; j < p.count; j += LANES) {
    uint token = tokens[row * p.count + j];
    uint bits = NAN_BITS;
    if (token >= p.vocabulary) {
      malformed = STATUS_MALFORMED_DRAFT;
    } else if (status == STATUS_OK) {
      float below = belowMaximum(logitOf(0u, token), softmax.maximum);
      bits = floatBitsToUint(flush(subtract(below, logPositive(softmax.sum))));
    }
    outWords[row * p.count + j] = bits;
  }
  malformed = groupOr(lane, malformed);
  if (lane == 0u) statuses[row] = status | malformed;
}
