// scaleA * a + scaleB * b where a is plausible, -infinity elsewhere (contrastive decoding: Li et al., 2023); one group
// a row; out may be a.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "numerics.glsl"
#include "workgroup.glsl"

layout(push_constant) uniform Push { MixLogits p; };
layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };           // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer B { float b[]; };           // [rows][vocabulary]
layout(set = 0, binding = 2, std430) writeonly buffer Out { uint outWords[]; };  // f32 [rows][vocabulary]

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint start = gl_WorkGroupID.x * p.vocabulary;

  uint best = ORDERED_NEGATIVE_INFINITY;
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint key = orderedBits(flush(a[start + token]));
    if (key < ORDERED_INFINITY) best = max(best, key);
  }
  float least = add(orderedValue(groupMaximum(lane, best)), p.threshold);

  for (uint token = lane; token < p.vocabulary; token += LANES) {
    float y = flush(a[start + token]);
    float z = flush(b[start + token]);
    uint bits = NAN_BITS;
    if (!isNaNOrPlusInfinity(y) && !isNaNOrPlusInfinity(z)) {
      bool isKept = min(orderedBits(y), orderedBits(z)) > ORDERED_NEGATIVE_INFINITY && !(y < least);
      float mixed = flush(add(flush(multiply(p.scaleA, y)), flush(multiply(p.scaleB, z))));
      bits = isKept ? floatBitsToUint(mixed) : SIGN_BIT | INFINITY_BITS;
    }
    outWords[start + token] = bits;
  }
}
