// What a row's logits are multiplied with: the call's inverse temperature, or the row's own. Include after the parameters p
// and the buffer warps are declared.
#ifndef ESPALIER_TEMPERATURE_GLSL
#define ESPALIER_TEMPERATURE_GLSL

#include "shared/distribution.h"
#include "numerics.glsl"

#ifdef TEMPERED_ID
layout(constant_id = TEMPERED_ID) const uint IS_TEMPERED = 1u;  // 0: every temperature is 1
#else
#define IS_TEMPERED 1u
#endif

float inverseTemperature;  // the row's

// Gives the row's status: out of range it is none, and counts as 1.
uint readTemperature(uint row) {
  uint bits = p.rowWarps != 0u ? warps[row * WARP_WORDS] : floatBitsToUint(p.inverseTemperature);
  bool isInRange = bits >= LEAST_INVERSE_TEMPERATURE_BITS && bits <= GREATEST_INVERSE_TEMPERATURE_BITS;
  inverseTemperature = isInRange ? uintBitsToFloat(bits) : 1.0;
  return isInRange ? STATUS_OK : STATUS_NOT_FINITE;
}

// At a temperature of 1 the logit as it is, which every use flushes.
float tempered(float logit) {
  return IS_TEMPERED != 0u ? flush(multiply(flush(logit), inverseTemperature)) : logit;
}

#endif
