// Attention of an in-flight row over the cached prefix and the in-flight rows it sees; one group a row and head.
// Keys are numbered in logical order (prefix, then visible rows); mask and slot only say where a key is stored.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "shared/tree.h"
#include "numerics.glsl"

layout(local_size_x = 64) in;  // ATTENTION_CHUNK
// Keys that a lane scores in one pass over the query: 1 suits GPUs, more suits CPU drivers, which load lane by lane.
layout(constant_id = 0) const uint KEYS = 4u;

layout(push_constant) uniform Push { TreeAttention p; };
layout(set = 0, binding = 0, std430) readonly buffer Query { vec2 query[]; };      // [rows][(heads + keyHeads) * headSize / 2]
layout(set = 0, binding = 0, std430) readonly buffer QueryQuads { vec4 queryQuads[]; };
layout(set = 0, binding = 1, std430) readonly buffer Cache { uint cache[]; };      // [2][slots][keyHeads * headSize / 2]
layout(set = 0, binding = 1, std430) readonly buffer CacheQuads { uvec4 cacheQuads[]; };
layout(set = 0, binding = 2, std430) readonly buffer Mask { uint mask[]; };        // [in-flight rows][maskWords]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 4, std430) writeonly buffer Out { vec2 outValues[]; };   // [rows][heads * headSize / 2]

#define SCORE_LANES (ATTENTION_CHUNK / KEYS)
#define GROUP_OF_KEYS 8u
#define OWN_WORDS 4u
#define DOT_CHUNK_WORDS (DOT_CHUNK / 2u)

shared uint visibleRows[MAXIMUM_NODES];  // ascending; unused when causal
shared float chunkScores[ATTENTION_CHUNK];
shared float groupMaxima[ATTENTION_CHUNK / GROUP_OF_KEYS];
shared uvec2 chunkKeys[ATTENTION_CHUNK];  // slot, bits of e_t

uint headWords;  // f16 pairs of a head
bool isAligned;  // heads start at multiples of 16 bytes, so a load takes four words

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

float addPair(float sum, vec2 a, uint halves) {
  vec2 b = unpackHalf2x16(halves);
  return addProduct(addProduct(sum, a.x, b.x), a.y, b.y);
}

// dot(query, key) * scale of KEYS keys, in chunks of DOT_CHUNK elements. `keyStarts` are words of the cache.
void scoreKeys(uint queryStart, uint keyStarts[KEYS], out float scores[KEYS]) {
  float total[KEYS];
  float chunk[KEYS];
  for (uint i = 0u; i < KEYS; i++) total[i] = 0.0;
  for (uint begin = 0u; begin < headWords; begin += DOT_CHUNK_WORDS) {
    uint end = min(begin + DOT_CHUNK_WORDS, headWords);
    uint alignedEnd = isAligned ? end : begin;
    for (uint i = 0u; i < KEYS; i++) chunk[i] = 0.0;
    for (uint word = begin; word < alignedEnd; word += 4u) {
      vec4 low = queryQuads[(queryStart + word) / 2u];
      vec4 high = queryQuads[(queryStart + word) / 2u + 1u];
      for (uint i = 0u; i < KEYS; i++) {
        uvec4 k = cacheQuads[(keyStarts[i] + word) / 4u];
        chunk[i] = addPair(addPair(chunk[i], low.xy, k.x), low.zw, k.y);
        chunk[i] = addPair(addPair(chunk[i], high.xy, k.z), high.zw, k.w);
      }
    }
    for (uint word = alignedEnd; word < end; word++) {
      vec2 q = query[queryStart + word];
      for (uint i = 0u; i < KEYS; i++) chunk[i] = addPair(chunk[i], q, cache[keyStarts[i] + word]);
    }
    for (uint i = 0u; i < KEYS; i++) total[i] = add(total[i], chunk[i]);
  }
  for (uint i = 0u; i < KEYS; i++) scores[i] = multiply(total[i], p.scale);
}

// flush(running * a) + flush(chunk * b)
float merge(float running, float a, float chunk, float b) {
  return add(flush(multiply(running, a)), flush(multiply(chunk, b)));
}

vec2 addWeighted(vec2 sum, float weight, uint halves) {
  vec2 value = unpackHalf2x16(halves);
  return vec2(addProduct(sum.x, weight, value.x), addProduct(sum.y, weight, value.y));
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint head = gl_WorkGroupID.y;
  headWords = p.headSize / 2u;
  isAligned = headWords % 4u == 0u;
  uint rowWords = p.keyHeads * headWords;
  uint keyHeadStart = head / (p.heads / p.keyHeads) * headWords;
  uint valueHeadStart = p.slots * rowWords + keyHeadStart;
  uint queryStart = (row * (p.heads + p.keyHeads) + head) * headWords;

  // Words of the output that this lane sums: four neighbours, or up to two a chunk width apart.
  uint firstWord = isAligned ? lane * OWN_WORDS : lane;
  uint wordStep = isAligned ? 1u : ATTENTION_CHUNK;

  uint length = min(state[STATE_LENGTH], p.slots);
  uint keys = length + listVisibleRows(lane, p.firstRow + row, length);

  float runningMaximum = negativeInfinity();
  float runningSum = 0.0;
  vec2 running[OWN_WORDS];
  for (uint i = 0u; i < OWN_WORDS; i++) running[i] = vec2(0.0);

  for (uint first = 0u; first < keys; first += ATTENTION_CHUNK) {
    uint count = min(ATTENTION_CHUNK, keys - first);
    uint slot = first + lane;
    if (lane < count && slot >= length && p.maskWords != 0u) slot = length + visibleRows[slot - length];
    chunkKeys[lane].x = slot;
    barrier();
    if (lane < min(count, SCORE_LANES)) {
      uint keyStarts[KEYS];
      float scores[KEYS];
      for (uint i = 0u; i < KEYS; i++) {
        uint t = min(lane + i * SCORE_LANES, count - 1u);  // the last key again, past the end
        keyStarts[i] = chunkKeys[t].x * rowWords + keyHeadStart;
      }
      scoreKeys(queryStart, keyStarts, scores);
      for (uint i = 0u; i < KEYS; i++) chunkScores[lane + i * SCORE_LANES] = scores[i];
    }
    barrier();
    // Order-free maximum in two steps of eight; -infinity stands for keys past the end.
    if (lane < ATTENTION_CHUNK / GROUP_OF_KEYS) {
      float maximum = negativeInfinity();
      for (uint t = lane * GROUP_OF_KEYS; t < min(count, (lane + 1u) * GROUP_OF_KEYS); t++) {
        maximum = greater(maximum, chunkScores[t]);
      }
      groupMaxima[lane] = maximum;
    }
    barrier();
    float chunkMaximum = negativeInfinity();
    for (uint i = 0u; i < ATTENTION_CHUNK / GROUP_OF_KEYS; i++) chunkMaximum = greater(chunkMaximum, groupMaxima[i]);
    if (lane < count) {
      // 13 bits times the 11 of a value: exact products.
      float e = roundBits(expNonPositive(subtract(chunkScores[lane], chunkMaximum)), ACTIVATION_BITS_F16);
      chunkKeys[lane].y = floatBitsToUint(e);
    }
    barrier();

    float chunkSum = 0.0;
    vec2 chunk[OWN_WORDS];
    for (uint i = 0u; i < OWN_WORDS; i++) chunk[i] = vec2(0.0);
    if (firstWord < headWords) {
      for (uint t = 0u; t < (isAligned ? count : 0u); t++) {
        uvec2 key = chunkKeys[t];
        float e = uintBitsToFloat(key.y);
        uvec4 value = cacheQuads[(valueHeadStart + key.x * rowWords + firstWord) / 4u];
        chunkSum = add(chunkSum, e);
        for (uint i = 0u; i < OWN_WORDS; i++) chunk[i] = addWeighted(chunk[i], e, value[i]);
      }
      for (uint t = 0u; t < (isAligned ? 0u : count); t++) {
        uvec2 key = chunkKeys[t];
        float e = uintBitsToFloat(key.y);
        uint from = valueHeadStart + key.x * rowWords + firstWord;
        chunkSum = add(chunkSum, e);
        chunk[0] = addWeighted(chunk[0], e, cache[from]);
        if (firstWord + wordStep < headWords) chunk[1] = addWeighted(chunk[1], e, cache[from + wordStep]);
      }
    }

    if (first == 0u) {
      runningMaximum = chunkMaximum;
      runningSum = chunkSum;
      for (uint i = 0u; i < OWN_WORDS; i++) running[i] = chunk[i];
    } else {
      float maximum = greater(runningMaximum, chunkMaximum);
      float a = expNonPositive(subtract(runningMaximum, maximum));
      float b = expNonPositive(subtract(chunkMaximum, maximum));
      runningSum = merge(runningSum, a, chunkSum, b);
      for (uint i = 0u; i < OWN_WORDS; i++) {
        running[i] = vec2(merge(running[i].x, a, chunk[i].x, b), merge(running[i].y, a, chunk[i].y, b));
      }
      runningMaximum = maximum;
    }
    barrier();  // the next chunk overwrites the keys
  }

  float inverse = reciprocal(runningSum);
  for (uint i = 0u; i < OWN_WORDS; i++) {
    uint word = firstWord + i * wordStep;
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
