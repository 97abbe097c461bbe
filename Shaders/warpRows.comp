// The words of a warp for each row, with a temperature or a top-p of its own; one invocation a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { WarpRows p; };
layout(set = 0, binding = 0, std430) readonly buffer Temperatures { float temperatures[]; };  // [rows]
layout(set = 0, binding = 1, std430) readonly buffer TopP { float topP[]; };                  // [rows]
layout(set = 0, binding = 2, std430) writeonly buffer Warps { uint warps[]; };                // [rows][WARP_WORDS]

// floor(x * 2^32) for x in 0 ... 1 - 2^-24, in two halves: not every driver converts floats of 2^31 and more.
uint fraction(float x) {
  float high = floor(multiply(x, 65536.0));
  float low = floor(multiply(subtract(multiply(x, 65536.0), high), 65536.0));
  return (uint(high) << 16) + uint(low);
}

uint inverseBits(float temperature) {
  bool isInRange = temperature >= 9.5367431640625e-7 && temperature <= 1.152921504606846976e18;  // 2^-20 ... 2^60
  return isInRange ? floatBitsToUint(reciprocal(temperature)) : NAN_BITS;
}

void main() {
  uint row = elementIndex();
  if (row >= p.rows) return;
  uint factor = p.hasTemperatures != 0u ? inverseBits(temperatures[row]) : floatBitsToUint(p.inverseTemperature);
  uint share = p.topP;
  if (p.hasTopP != 0u) {
    float own = flush(topP[row]);
    share = own >= 0.0 && own < 1.0 ? max(1u, fraction(own)) : 0u;
    if (!(own >= 0.0 && own <= 1.0)) factor = NAN_BITS;
  }
  uint to = row * WARP_WORDS;
  warps[to] = factor;
  warps[to + 1u] = p.topK;
  warps[to + 2u] = share;
  warps[to + 3u] = p.leastWeight;
  warps[to + 4u] = p.typicalP;
}
