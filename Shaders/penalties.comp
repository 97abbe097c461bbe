// Repetition (Keskar et al., 2019), presence and frequency penalties, additive bias and token mask; one group a row.
// Token v belongs to lane v mod LANES in both loops, so a lane only reads back logits that it wrote itself.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "shared/tree.h"
#include "numerics.glsl"
#include "workgroup.glsl"

layout(push_constant) uniform Push { Penalties p; };
layout(set = 0, binding = 0, std430) buffer Logits { float logits[]; };            // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer History { uint history[]; };  // [STATE_LENGTH + 1]
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 3, std430) readonly buffer Tokens { uint tokens[]; };    // [rows]
layout(set = 0, binding = 4, std430) readonly buffer Parents { uint parents[]; };  // [rows]
layout(set = 0, binding = 5, std430) readonly buffer Bias { float bias[]; };       // [vocabulary]
layout(set = 0, binding = 6, std430) readonly buffer Mask { uint mask[]; };        // [1 or rows][maskWords]

shared uint path[MAXIMUM_NODES];  // tokens from the row's node up, root left out
shared uint pathLength;

// Token i of the text: the history, then the path downwards.
uint textToken(uint i, uint historyLength) {
  return i < historyLength ? history[i] : path[pathLength - 1u - (i - historyLength)];
}

// How often text token i occurs in begin ..< end; 0 if it already occurs before i.
uint occurrences(uint i, uint begin, uint end, uint historyLength) {
  uint token = textToken(i, historyLength);
  uint count = 0u;
  for (uint j = begin; j < end; j++) {
    if (textToken(j, historyLength) != token) continue;
    if (j < i) return 0u;
    count++;
  }
  return count;
}

float penalized(float logit, uint count) {
  float z = flush(logit);
  z = flush(multiply(z, z > 0.0 ? p.inverseRepetition : p.repetition));
  z = flush(subtract(z, flush(multiply(float(count), p.frequency))));
  return flush(subtract(z, p.presence));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint start = row * p.vocabulary;

  if (lane == 0u) {
    uint node = row;
    uint length = 0u;
    while (parents[node] < node) {
      path[length] = tokens[node];
      length++;
      node = parents[node];
    }
    pathLength = length;
  }
  barrier();

  uint historyLength = min(state[STATE_LENGTH], p.historyCapacity - 1u) + 1u;
  uint end = historyLength + pathLength;
  for (uint i = end - min(end, p.window); i < end; i++) {
    uint token = textToken(i, historyLength);
    if (token >= p.vocabulary || token % LANES != lane) continue;
    uint count = occurrences(i, end - min(end, p.window), end, historyLength);
    if (count > 0u) logits[start + token] = penalized(logits[start + token], count);
  }

  if (p.hasBias == 0u && p.maskWords == 0u) return;
  uint maskStart = p.rowMasks != 0u ? row * p.maskWords : 0u;
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    if (p.hasBias != 0u) logits[start + token] = flush(add(flush(logits[start + token]), flush(bias[token])));
    if (p.maskWords > 0u && ((mask[maskStart + token / 32u] >> (token % 32u)) & 1u) == 0u) {
      logits[start + token] = negativeInfinity();
    }
  }
}
