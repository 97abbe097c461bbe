// Tests each tree node against its parent's row: which tokens a lossy rule would let pass. One invocation a node.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/contract.h"
#include "shared/tree.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { LossyAccept p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };          // [capacity][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Statistics { float statistics[]; };  // [capacity][4]
layout(set = 0, binding = 2, std430) readonly buffer Best { uint best[]; };               // [capacity][count]
layout(set = 0, binding = 3, std430) readonly buffer Divergences { float divergence[]; }; // [capacity]
layout(set = 0, binding = 4, std430) readonly buffer Tokens { uint tokens[]; };           // [capacity]
layout(set = 0, binding = 5, std430) readonly buffer Parents { uint parents[]; };         // [capacity]
layout(set = 0, binding = 6, std430) readonly buffer Owners { uint owners[]; };           // [capacity]
layout(set = 0, binding = 7, std430) readonly buffer State { uint state[]; };             // [sequences][STATE_WORDS]
layout(set = 0, binding = 8, std430) buffer Accept { uint accept[]; };                    // [capacity]
layout(set = 0, binding = 9, std430) writeonly buffer Score { uint scores[]; };           // f32 [capacity]
layout(set = 0, binding = 10, std430) readonly buffer Warps { uint warps[]; };            // [capacity][WARP_WORDS]

#include "owners.glsl"
#include "temperature.glsl"

bool isNaN(float x) { return magnitudeBits(x) > INFINITY_BITS; }

// Whether `token` passes on row v; l is its log-probability there.
bool passes(uint v, uint token, float logit, float l) {
  float adaptive = flush(subtract(flush(p.logDelta), flush(multiply(flush(p.entropyScale), statistics[v * 4u + 2u]))));
  float epsilon = flush(p.logEpsilon);
  if (!(l > (adaptive < epsilon ? adaptive : epsilon))) return false;
  if (!(flush(subtract(statistics[v * 4u], logit)) <= flush(p.gap))) return false;
  if (!(statistics[v * 4u + 2u] <= flush(p.maximumEntropy))) return false;
  if (!(statistics[v * 4u + 3u] >= flush(p.minimumGap))) return false;
  if (p.readsDivergence != 0u && (isNaN(divergence[v]) || !(divergence[v] <= flush(p.divergence)))) return false;
  if (p.count == 0u) return true;
  uint top = best[v * p.count];
  if (p.distance != NO_TOKEN) return max(token, top) - min(token, top) <= p.distance;
  for (uint i = 0u; i < p.count; i++) {
    if (best[v * p.count + i] == token) return true;
  }
  return false;
}

void main() {
  uint n = elementIndex();
  if (n >= p.capacity) return;
  bool wasAccepted = p.combines == 0u || accept[n] != 0u;
  accept[n] = 0u;
  scores[n] = NAN_BITS;
  uint start = stateStart(n, p.sequences);
  if (start == NO_NODE) return;
  uint first = state[start + STATE_FIRST_NODE];
  if (n < first || n - first >= state[start + STATE_NODES]) return;
  if (n == first) {
    accept[n] = 1u;
    scores[n] = 0u;
    return;
  }
  uint token = tokens[n];
  if (parents[n] >= n - first || token >= p.vocabulary) return;
  uint v = first + parents[n];
  float logSum = statistics[v * 4u + 1u];
  if (isNaN(logSum) || readTemperature(v) != STATUS_OK) return;
  float logit = tempered(logits[v * p.vocabulary + token]);
  float l = flush(subtract(logit, logSum));
  scores[n] = floatBitsToUint(l);
  accept[n] = wasAccepted && passes(v, token, logit, l) ? 1u : 0u;
}
