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
layout(set = 0, binding = 5, std430) readonly buffer Bias { float bias[]; };       // [1 or rows][vocabulary]
layout(set = 0, binding = 6, std430) readonly buffer Mask { uint mask[]; };        // [1 or rows][maskWords]
layout(set = 0, binding = 7, std430) readonly buffer Owners { uint owners[]; };    // [rows]
layout(set = 0, binding = 8, std430) readonly buffer Settings { uint settings[]; };  // [rows][PENALTY_WORDS]

#include "owners.glsl"

shared uint path[MAXIMUM_NODES];  // tokens from the row's node up, root left out
shared uint pathLength;
shared uint counts[COUNTED_TOKENS];

// The same on every lane.
uint historyStart;
uint historyLength;
float repetition;
float inverseRepetition;
float presence;
float frequency;
uint window;

void readSettings(uint row) {
  uint at = row * PENALTY_WORDS;
  bool isOwn = p.rowSettings != 0u;
  repetition = flush(isOwn ? uintBitsToFloat(settings[at]) : p.repetition);
  inverseRepetition = flush(isOwn ? uintBitsToFloat(settings[at + 1u]) : p.inverseRepetition);
  presence = isOwn ? uintBitsToFloat(settings[at + 2u]) : p.presence;
  frequency = isOwn ? uintBitsToFloat(settings[at + 3u]) : p.frequency;
  window = isOwn ? settings[at + 4u] : p.window;
}

// Token i of the text: the history, then the path downwards.
uint textToken(uint i) {
  return i < historyLength ? history[historyStart + i] : path[pathLength - 1u - (i - historyLength)];
}

float penalized(float logit, uint count) {
  float z = flush(logit);
  z = flush(multiply(z, z > 0.0 ? inverseRepetition : repetition));
  z = flush(subtract(z, flush(multiply(float(count), frequency))));
  return flush(subtract(z, presence));
}

// Bit i: whether the mask lets token + i pass, within the mask's word.
uint allowedBits(uint token, uint maskStart) {
  return p.maskWords > 0u ? mask[maskStart + token / 32u] >> (token % 32u) : 0xffffffffu;
}

uint biasRow(uint row) { return p.rowBiases != 0u ? row : 0u; }

// A logit whose token occurs `count` times.
float changed(float logit, uint count, float ownBias, uint isAllowed) {
  if (isAllowed == 0u) return negativeInfinity();
  if (count > 0u) logit = penalized(logit, count);
  return p.hasBias != 0u ? flush(add(flush(logit), flush(ownBias))) : logit;
}

#ifdef QUADS
#include "quads.glsl"

layout(set = 0, binding = 0, std430) buffer LogitQuads { vec4 logitQuads[]; };         // the same as logits
layout(set = 0, binding = 5, std430) readonly buffer BiasQuads { vec4 biasQuads[]; };  // the same as bias

LOADS_QUADS(vec4, logitQuad, logits, logitQuads, 0.0)
LOADS_QUADS(vec4, biasQuad, bias, biasQuads, 0.0)
STORES_QUADS(vec4, writeQuad, logits, logitQuads)

// Changes the logits of the tokens begin ..< end of a row, whose `counts` are counted.
void changeLogits(uint lane, uint row, uint begin, uint end, bool changesAll, uint maskStart) {
  for (uint token = begin + 4u * lane; token < end; token += 4u * LANES) {
    uint at = token - begin;
    uvec4 count = uvec4(counts[at], counts[at + 1u], counts[at + 2u], counts[at + 3u]);
    if (count == uvec4(0u) && !changesAll) continue;
    vec4 quad = logitQuad(row, token);
    vec4 biases = p.hasBias != 0u ? biasQuad(biasRow(row), token) : vec4(0.0);
    uvec4 allowed = uvec4(allowedBits(token, maskStart)) & uvec4(1u, 2u, 4u, 8u);
    // Four calls, since spirv-opt drops `precise` from loops that it unrolls.
    quad = vec4(
        changed(quad.x, count.x, biases.x, allowed.x), changed(quad.y, count.y, biases.y, allowed.y),
        changed(quad.z, count.z, biases.z, allowed.z), changed(quad.w, count.w, biases.w, allowed.w));
    writeQuad(row, token, quad);
  }
}
#else
void changeLogits(uint lane, uint row, uint begin, uint end, bool changesAll, uint maskStart) {
  for (uint token = begin + lane; token < end; token += LANES) {
    uint count = counts[token - begin];
    if (count == 0u && !changesAll) continue;
    uint at = row * p.vocabulary + token;
    float ownBias = p.hasBias != 0u ? bias[biasRow(row) * p.vocabulary + token] : 0.0;
    logits[at] = changed(logits[at], count, ownBias, allowedBits(token, maskStart) & 1u);
  }
}
#endif

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint stateAt = stateStart(row, p.sequences);
  if (stateAt == NO_NODE) return;
  uint firstNode = p.sequences > 1u ? state[stateAt + STATE_FIRST_NODE] : 0u;
  uint ownNode = row - firstNode;
  if (firstNode > row || ownNode >= MAXIMUM_NODES) return;
  readSettings(row);

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
  uint begin = end - min(end, window);
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
    changeLogits(lane, row, first, min(first + COUNTED_TOKENS, p.vocabulary), changesAll, maskStart);
    barrier();  // the counts may be written again
  }
}
