// What a row's logits are multiplied with: the call's inverse temperature, or the row's own. Include after the parameters p
// and the buffer warps are declared.
#ifndef ESPALIER_TEMPERATURE_GLSL
#define ESPALIER_TEMPERATURE_GLSL

#include "shared/distribution.h"
#include "numerics.glsl"

float inverseTemperature;  // the row's

// Gives the row's status: out of range it is none, and counts as 1.
uint readTemperature(uint row) {
  uint bits = p.rowWarps != 0u ? warps[row * WARP_WORDS] : floatBitsToUint(p.inverseTemperature);
  bool isInRange = bits >= LEAST_INVERSE_TEMPERATURE_BITS && bits <= GREATEST_INVERSE_TEMPERATURE_BITS;
  inverseTemperature = isInRange ? uintBitsToFloat(bits) : 1.0;
  return isInRange ? STATUS_OK : STATUS_NOT_FINITE;
}

float tempered(float logit) { return flush(multiply(flush(logit), inverseTemperature)); }

#endif
