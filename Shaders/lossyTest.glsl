// What a lossy rule asks of a tree node on its parent's row. Include after the parameters p and the buffers logits, statistics,
// best, divergence, tokens, parents and warps are declared.
#ifndef ESPALIER_LOSSY_TEST_GLSL
#define ESPALIER_LOSSY_TEST_GLSL

#include "numerics.glsl"
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

// Whether packed node n passes, and the bits of its score; `first` is the root of its tree.
uvec2 lossyVerdict(uint first, uint n) {
  const uvec2 refused = uvec2(0u, NAN_BITS);
  if (n == first) return uvec2(1u, 0u);
  uint token = tokens[n];
  if (parents[n] >= n - first || token >= p.vocabulary) return refused;
  uint v = first + parents[n];
  float logSum = statistics[v * 4u + 1u];
  if (isNaN(logSum) || readTemperature(v) != STATUS_OK) return refused;
  float logit = tempered(logits[v * p.vocabulary + token]);
  float l = flush(subtract(logit, logSum));
  return uvec2(passes(v, token, logit, l) ? 1u : 0u, floatBitsToUint(l));
}

#endif
