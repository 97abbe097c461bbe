// Attention of an in-flight row over the cached prefix and the in-flight rows it sees; one group a row and head.
// Keys are numbered in logical order (prefix, then visible rows); mask and slot only say where a key is stored.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "shared/tree.h"
#include "numerics.glsl"

layout(local_size_x = 64) in;  // ATTENTION_CHUNK: lane t scores key t of a chunk

layout(push_constant) uniform Push { TreeAttention p; };
layout(set = 0, binding = 0, std430) readonly buffer Query { vec2 query[]; };      // [rows][(heads + keyHeads) * headSize / 2]
layout(set = 0, binding = 1, std430) readonly buffer Cache { uint cache[]; };      // [2][slots][keyHeads * headSize / 2]
layout(set = 0, binding = 2, std430) readonly buffer Mask { uint mask[]; };        // [in-flight rows][maskWords]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 4, std430) writeonly buffer Out { vec2 outValues[]; };   // [rows][heads * headSize / 2]

#define GROUP_OF_LANES 8u
#define HEAD_WORDS_PER_LANE 2u  // headSize is at most 256
#define DOT_CHUNK_WORDS (DOT_CHUNK / 2u)

shared uint visibleRows[MAXIMUM_NODES];  // ascending; unused when causal
shared float chunkScores[ATTENTION_CHUNK];
shared float groupMaxima[ATTENTION_CHUNK / GROUP_OF_LANES];
shared float chunkWeights[ATTENTION_CHUNK];
shared uint chunkSlots[ATTENTION_CHUNK];

// Word of a mask row without the bits that name no row.
uint maskWord(uint row, uint word, uint limit) {
  if (limit <= word * 32u) return 0u;
  uint bits = mask[row * p.maskWords + word];
  uint valid = limit - word * 32u;
  return valid >= 32u ? bits : bits & ((1u << valid) - 1u);
}

// Lists the in-flight rows that `row` sees; the result is their number. Rows beyond the cache are dropped.
uint listVisibleRows(uint lane, uint row, uint length) {
  uint limit = min(p.slots - length, MAXIMUM_NODES);
  if (p.maskWords == 0u) return min(row + 1u, limit);
  limit = min(limit, uint(mask.length()) / p.maskWords);
  uint words = min(p.maskWords, MAXIMUM_NODES / 32u);
  uint before = 0u;
  uint count = 0u;
  for (uint word = 0u; word < words; word++) {
    if (word == lane) before = count;
    count += uint(bitCount(maskWord(row, word, limit)));
  }
  if (lane < words) {
    for (uint bits = maskWord(row, lane, limit); bits != 0u; bits &= bits - 1u) {
      visibleRows[before] = lane * 32u + uint(findLSB(bits));
      before++;
    }
  }
  barrier();
  return count;
}

// dot(query, key) * scale, in chunks of DOT_CHUNK elements.
float scoreOf(uint queryStart, uint keyStart, uint headWords) {
  float total = 0.0;
  for (uint begin = 0u; begin < headWords; begin += DOT_CHUNK_WORDS) {
    uint end = min(begin + DOT_CHUNK_WORDS, headWords);
    float chunk = 0.0;
    for (uint word = begin; word < end; word++) {
      vec2 q = query[queryStart + word];
      vec2 k = unpackHalf2x16(cache[keyStart + word]);
      chunk = addProduct(addProduct(chunk, q.x, k.x), q.y, k.y);
    }
    total = add(total, chunk);
  }
  return multiply(total, p.scale);
}

// flush(running * a) + flush(chunk * b)
float merge(float running, float a, float chunk, float b) {
  return add(flush(multiply(running, a)), flush(multiply(chunk, b)));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint head = gl_WorkGroupID.y;
  uint headWords = p.headSize / 2u;
  uint rowWords = p.keyHeads * headWords;
  uint keyHeadStart = head / (p.heads / p.keyHeads) * headWords;
  uint valueHeadStart = p.slots * rowWords + keyHeadStart;
  uint queryStart = (row * (p.heads + p.keyHeads) + head) * headWords;

  uint length = min(state[STATE_LENGTH], p.slots);
  uint keys = length + listVisibleRows(lane, p.firstRow + row, length);

  float runningMaximum = negativeInfinity();
  float runningSum = 0.0;
  vec2 running[HEAD_WORDS_PER_LANE];
  for (uint i = 0u; i < HEAD_WORDS_PER_LANE; i++) running[i] = vec2(0.0);

  for (uint first = 0u; first < keys; first += ATTENTION_CHUNK) {
    uint count = min(ATTENTION_CHUNK, keys - first);
    float score = negativeInfinity();
    if (lane < count) {
      uint key = first + lane;
      uint slot = key;
      if (key >= length && p.maskWords != 0u) slot = length + visibleRows[key - length];
      chunkSlots[lane] = slot;
      score = scoreOf(queryStart, slot * rowWords + keyHeadStart, headWords);
    }
    chunkScores[lane] = score;
    barrier();
    // Order-free maximum in two steps of eight.
    if (lane < ATTENTION_CHUNK / GROUP_OF_LANES) {
      float maximum = negativeInfinity();
      for (uint i = 0u; i < GROUP_OF_LANES; i++) maximum = greater(maximum, chunkScores[lane * GROUP_OF_LANES + i]);
      groupMaxima[lane] = maximum;
    }
    barrier();
    float chunkMaximum = negativeInfinity();
    for (uint i = 0u; i < ATTENTION_CHUNK / GROUP_OF_LANES; i++) chunkMaximum = greater(chunkMaximum, groupMaxima[i]);
    // 13 bits times the 11 of a value: exact products.
    chunkWeights[lane] = roundBits(expNonPositive(subtract(score, chunkMaximum)), ACTIVATION_BITS_F16);
    barrier();

    float chunkSum = 0.0;
    vec2 chunk[HEAD_WORDS_PER_LANE];
    for (uint i = 0u; i < HEAD_WORDS_PER_LANE; i++) chunk[i] = vec2(0.0);
    if (lane < headWords) {
      for (uint t = 0u; t < count; t++) {
        float weight = chunkWeights[t];
        chunkSum = add(chunkSum, weight);
        uint valueStart = valueHeadStart + chunkSlots[t] * rowWords;
        for (uint i = 0u; i < HEAD_WORDS_PER_LANE; i++) {
          uint word = lane + i * ATTENTION_CHUNK;
          if (word < headWords) {
            vec2 value = unpackHalf2x16(cache[valueStart + word]);
            chunk[i] = vec2(addProduct(chunk[i].x, weight, value.x), addProduct(chunk[i].y, weight, value.y));
          }
        }
      }
    }

    if (first == 0u) {
      runningMaximum = chunkMaximum;
      runningSum = chunkSum;
      for (uint i = 0u; i < HEAD_WORDS_PER_LANE; i++) running[i] = chunk[i];
    } else {
      float maximum = greater(runningMaximum, chunkMaximum);
      float a = expNonPositive(subtract(runningMaximum, maximum));
      float b = expNonPositive(subtract(chunkMaximum, maximum));
      runningSum = merge(runningSum, a, chunkSum, b);
      for (uint i = 0u; i < HEAD_WORDS_PER_LANE; i++) {
        running[i] = vec2(merge(running[i].x, a, chunk[i].x, b), merge(running[i].y, a, chunk[i].y, b));
      }
      runningMaximum = maximum;
    }
    barrier();  // the next chunk overwrites slots and weights
  }

  float inverse = reciprocal(runningSum);
  for (uint i = 0u; i < HEAD_WORDS_PER_LANE; i++) {
    uint word = lane + i * ATTENTION_CHUNK;
    if (word >= headWords) break;
    vec2 value = vec2(0.0);
    if (keys > 0u) {
      value = vec2(
          roundBits(multiply(flush(running[i].x), inverse), p.significantBits),
          roundBits(multiply(flush(running[i].y), inverse), p.significantBits));
    }
    outValues[(row * p.heads + head) * headWords + word] = value;
  }
}
