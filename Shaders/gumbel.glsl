// Gumbel noise keyed by seed, position, token and stream.
#ifndef ESPALIER_GUMBEL_GLSL
#define ESPALIER_GUMBEL_GLSL

#include "philox.glsl"
#include "weight.glsl"

// -log(-log(1 - u)) with u = leading(word | 1) * 2^-32. Near 0, log(1 - u) is taken without forming 1 - u.
float gumbel(uint word) {
  float u = multiply(leadingFloat(word | 1u), 2.3283064365386963e-10);
  float exponential = -(u < 0.25 ? logSeries(-u, 0.0) : logPositive(subtract(1.0, u)));
  return -logPositive(exponential);
}

float gumbelNoise(uvec2 seed, uint position, uint token, uint stream) {
  return gumbel(philox(uvec4(position, token, ROLE_NOISE, stream), seed).x);
}

#endif
