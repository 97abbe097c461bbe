// Gumbel-top-k: the tokens of the greatest perturbed log-probabilities of a row, without replacement; one group a row.
#include "shared/distribution.h"
#include "gumbel.glsl"
#define WRITES_BEST
#include "top.glsl"

layout(push_constant) uniform Push { DrawGumbel p; };
layout(set = 0, binding = 0, std430) readonly buffer Weights { uint weights[]; };      // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Totals { uint totals[]; };        // [rows][2]: total, status
layout(set = 0, binding = 2, std430) readonly buffer Depths { uint depths[]; };        // [rows]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 4, std430) readonly buffer Owners { uint owners[]; };        // [rows]
layout(set = 0, binding = 5, std430) writeonly buffer Tokens { uint outTokens[]; };    // [rows][count]
layout(set = 0, binding = 6, std430) writeonly buffer Keys { uint outKeys[]; };        // f32 [rows][count]

#include "owners.glsl"

uvec2 seed;
uint position;
uint stream;
float logTotal;

// Greatest key first; tokens without weight come last.
uint keyOfWeight(uint weight, uint token) {
  if (weight == 0u) return ~ORDERED_NEGATIVE_INFINITY;
  float logProbability = subtract(logPositive(leadingFloat(weight)), logTotal);
  return ~orderedBits(flush(add(logProbability, gumbelNoise(seed, position, token, stream))));
}

uint keyOf(uint token) { return keyOfWeight(weights[gl_WorkGroupID.x * p.vocabulary + token], token); }

#ifdef QUADS
#include "quads.glsl"

layout(set = 0, binding = 0, std430) readonly buffer WeightQuads { uvec4 weightQuads[]; };  // the same as weights

LOADS_QUADS(uvec4, weightQuad, weights, weightQuads, 0u)

// Four calls, since spirv-opt drops `precise` from loops that it unrolls.
uvec4 keysOf(uint first) {
  uvec4 quad = weightQuad(gl_WorkGroupID.x, first);
  return uvec4(
      keyOfWeight(quad.x, first), keyOfWeight(quad.y, first + 1u), keyOfWeight(quad.z, first + 2u),
      keyOfWeight(quad.w, first + 3u));
}
#endif

void writeBest(uint rank, uint key, uint token) {
  uint to = gl_WorkGroupID.x * p.count + rank;
  bool isDrawn = key != ~ORDERED_NEGATIVE_INFINITY;
  outTokens[to] = isDrawn ? token : NO_TOKEN;
  outKeys[to] = floatBitsToUint(orderedValue(~key));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint start = stateStart(row, p.sequences);
  uint total = totals[row * 2u];
  uint kept = 0u;
  if (start != NO_NODE && total != 0u) {
    seed = seedAt(start);
    position = state[start + STATE_LENGTH] + depths[row] + 1u;
    uint node = p.sequences > 1u ? row - state[start + STATE_FIRST_NODE] : row;
    stream = p.stream + (p.rowStreams != 0u ? node : 0u);
    logTotal = logPositive(leadingFloat(total));
    kept = min(min(p.count, p.vocabulary), MAXIMUM_BEST);
    writeAllBest(lane, p.vocabulary, kept);
  }
  for (uint i = kept + lane; i < p.count; i += LANES) {
    outTokens[row * p.count + i] = NO_TOKEN;
    outKeys[row * p.count + i] = SIGN_BIT | INFINITY_BITS;
  }
}
