// The running softmax of Contract.md, chunk after chunk.
#ifndef ESPALIER_ATTENTION_MERGE_GLSL
#define ESPALIER_ATTENTION_MERGE_GLSL

#include "numerics.glsl"

// The least maximum of keys of which one has a slot: -infinity stands for none, whatever the scores are.
float leastMaximum(bool hasSlot) { return hasSlot ? uintBitsToFloat(SIGN_BIT | (INFINITY_BITS - 1u)) : negativeInfinity(); }

// Of all keys of a row.
bool hasSlots(float maximum) { return floatBitsToUint(maximum) != (SIGN_BIT | INFINITY_BITS); }

struct MergeWeights {
  float running;
  float chunk;
};

// Brings the running maximum up to date.
MergeWeights mergeWeights(inout float runningMaximum, float chunkMaximum) {
  float maximum = greater(runningMaximum, chunkMaximum);
  MergeWeights weights = MergeWeights(
      expNonPositive(subtract(runningMaximum, maximum)), expNonPositive(subtract(chunkMaximum, maximum)));
  runningMaximum = maximum;
  return weights;
}

// flush(running * a) + flush(chunk * b)
float merge(float running, float chunk, MergeWeights weights) {
  return add(flush(multiply(running, weights.running)), flush(multiply(chunk, weights.chunk)));
}

vec4 merge(vec4 running, vec4 chunk, MergeWeights weights) {
  return vec4(
      merge(running.x, chunk.x, weights), merge(running.y, chunk.y, weights), merge(running.z, chunk.z, weights),
      merge(running.w, chunk.w, weights));
}

float normalized(float value, float inverseSum, uint significantBits) {
  return roundBits(multiply(flush(value), inverseSum), significantBits);
}

vec4 normalized(vec4 values, float inverseSum, uint significantBits) {
  return vec4(
      normalized(values.x, inverseSum, significantBits), normalized(values.y, inverseSum, significantBits),
      normalized(values.z, inverseSum, significantBits), normalized(values.w, inverseSum, significantBits));
}

#endif
