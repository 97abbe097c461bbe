// Repetition (Keskar et al., 2019), presence and frequency penalties, additive bias and token mask; one group a row.
// Occurrences are counted for some thousand tokens at a time.
#include "shared/distribution.h"
#include "shared/tree.h"
#include "numerics.glsl"
#include "stride.glsl"
#include "workgroup.glsl"

layout(push_constant) uniform Push { Penalties p; };
layout(set = 0, binding = 0, std430) buffer Logits { float logits[]; };            // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer History { uint history[]; };  // [sequences][historyCapacity]
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 3, std430) readonly buffer Tokens { uint tokens[]; };    // [rows]
layout(set = 0, binding = 4, std430) readonly buffer Parents { uint parents[]; };  // [rows]
layout(set = 0, binding = 5, std430) readonly buffer Bias { float bias[]; };       // [vocabulary]
layout(set = 0, binding = 6, std430) readonly buffer Mask { uint mask[]; };        // [1 or rows][maskWords]
layout(set = 0, binding = 7, std430) readonly buffer Owners { uint owners[]; };    // [rows]

#include "owners.glsl"

shared uint path[MAXIMUM_NODES];  // tokens from the row's node up, root left out
shared uint pathLength;
shared uint counts[COUNTED_TOKENS];

uint historyStart;
uint historyLength;

// Token i of the text: the history, then the path downwards.
uint textToken(uint i) {
  return i < historyLength ? history[historyStart + i] : path[pathLength - 1u - (i - historyLength)];
}

float penalized(float logit, uint count) {
  float z = flush(logit);
  z = flush(multiply(z, z > 0.0 ? p.inverseRepetition : p.repetition));
  z = flush(subtract(z, flush(multiply(float(count), p.frequency))));
  return flush(subtract(z, p.presence));
}

float biasedAndMasked(float logit, uint token, uint maskStart) {
  if (p.maskWords > 0u && ((mask[maskStart + token / 32u] >> (token % 32u)) & 1u) == 0u) return negativeInfinity();
  return p.hasBias != 0u ? flush(add(flush(logit), flush(bias[token]))) : logit;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint stateAt = stateStart(row, p.sequences);
  if (stateAt == NO_NODE) return;
  uint firstNode = p.sequences > 1u ? state[stateAt + STATE_FIRST_NODE] : 0u;
  uint ownNode = row - firstNode;
  if (firstNode > row || ownNode >= MAXIMUM_NODES) return;

  if (lane == 0u) {
    uint node = ownNode;
    uint length = 0u;
    while (parents[firstNode + node] < node) {
      path[length] = tokens[firstNode + node];
      length++;
      node = parents[firstNode + node];
    }
    pathLength = length;
  }
  barrier();

  historyStart = stateAt / STATE_WORDS * p.historyCapacity;
  historyLength = min(state[stateAt + STATE_LENGTH], p.historyCapacity - 1u) + 1u;
  uint end = historyLength + pathLength;
  uint begin = end - min(end, p.window);
  uint own = (end - begin + LANES - 1u - lane) / LANES;  // tokens of the lane
  bool changesAll = p.hasBias != 0u || p.maskWords > 0u;
  uint maskStart = p.rowMasks != 0u ? row * p.maskWords : 0u;
  for (uint first = 0u; first < p.vocabulary; first += COUNTED_TOKENS) {
    for (uint i = lane; i < COUNTED_TOKENS; i += LANES) counts[i] = 0u;
    barrier();
    EACH(i, 0u, own) {
      uint offset = textToken(begin + lane + i * LANES) - first;
      if (offset < COUNTED_TOKENS) atomicAdd(counts[offset], 1u);
    }
    barrier();
    uint past = min(first + COUNTED_TOKENS, p.vocabulary);
    for (uint token = first + lane; token < past; token += LANES) {
      uint count = counts[token - first];
      if (count == 0u && !changesAll) continue;
      uint at = row * p.vocabulary + token;
      float logit = logits[at];
      if (count > 0u) logit = penalized(logit, count);
      logits[at] = biasedAndMasked(logit, token, maskStart);
    }
    barrier();  // the counts may be written again
  }
}
