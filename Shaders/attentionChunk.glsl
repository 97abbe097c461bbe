// One chunk of keys for one row and head, by a group of 64 lanes: lanes take keys for the scores, columns for the values.
#ifndef ESPALIER_ATTENTION_CHUNK_GLSL
#define ESPALIER_ATTENTION_CHUNK_GLSL

layout(local_size_x = 64) in;  // ATTENTION_CHUNK
#define LANES 64u
// Keys that a lane scores in one pass over the query: 1 suits GPUs, more suits CPU drivers, which load lane by lane.
layout(constant_id = 0) const uint KEYS = 4u;

void listBarrier() { barrier(); }

layout(set = 0, binding = 1, std430) readonly buffer Keys { uint keyWords[]; };  // [slots][rowWords]
layout(set = 0, binding = 1, std430) readonly buffer KeyPairs { uvec2 keyPairs[]; };
layout(set = 0, binding = 1, std430) readonly buffer KeyQuads { uvec4 keyQuads[]; };
layout(set = 0, binding = 2, std430) readonly buffer Values { uint valueWords[]; };  // [slots][rowWords]
layout(set = 0, binding = 2, std430) readonly buffer ValuePairs { uvec2 valuePairs[]; };
layout(set = 0, binding = 2, std430) readonly buffer ValueQuads { uvec4 valueQuads[]; };

uvec2 keyPair(uint word) { return keyPairs[word / 2u]; }
uint keyWord(uint word) { return keyWords[word]; }
uvec2 valuePair(uint word) { return valuePairs[word / 2u]; }
uint valueWord(uint word) { return valueWords[word]; }

#include "attentionOperands.glsl"

#define SCORE_LANES (ATTENTION_CHUNK / KEYS)
#define GROUP_OF_KEYS 8u
#define DOT_CHUNK_EIGHTS (DOT_CHUNK / 8u)

shared float chunkScores[ATTENTION_CHUNK];
shared float groupMaxima[ATTENTION_CHUNK / GROUP_OF_KEYS];
shared uvec2 chunkKeys[ATTENTION_CHUNK];  // slot, bits of e_t

// Columns of a head that a lane sums: eight neighbours, or with odd sizes two pairs that lie 64 pairs apart.
struct OwnColumns {
  Eight values;
  float sum;
  float maximum;
};

bool isAligned() { return p.headSize % 8u == 0u; }

// First column of `part` (0...3), a pair of the lane's own.
uint ownColumn(uint lane, uint part) { return isAligned() ? lane * 8u + part * 2u : (lane + part * LANES) * 2u; }

// dot(query, key) of KEYS keys, in chunks of DOT_CHUNK elements. `rows` are words of the keys, `column` a head's first.
void scoreKeys(uint queryStart, uint rows[KEYS], uint column, out float scores[KEYS]) {
  float chunk[KEYS];
  for (uint i = 0u; i < KEYS; i++) scores[i] = 0.0;
  for (uint begin = 0u; begin < p.headSize; begin += DOT_CHUNK) {
    uint end = min(begin + DOT_CHUNK, p.headSize);
    uint alignedEnd = isAligned() ? end : begin;
    for (uint i = 0u; i < KEYS; i++) chunk[i] = 0.0;
    for (uint d = begin; d < alignedEnd; d += 8u) {
      vec4 low = queryQuads[(queryStart + d) / 4u];
      vec4 high = queryQuads[(queryStart + d) / 4u + 1u];
      for (uint i = 0u; i < KEYS; i++) {
        Eight k = loadKeyEight(rows[i], column + d);
        chunk[i] = addQuad(addQuad(chunk[i], low, k.low), high, k.high);
      }
    }
    for (uint d = alignedEnd; d < end; d += 2u) {
      vec2 q = query[(queryStart + d) / 2u];
      for (uint i = 0u; i < KEYS; i++) chunk[i] = addPair(chunk[i], q, pairOf(keyWords[rows[i] + (column + d) / 2u]));
    }
    for (uint i = 0u; i < KEYS; i++) scores[i] = add(scores[i], chunk[i]);
  }
}

// Weighted values of the chunk's first `count` keys.
void sumValues(uint lane, uint count, uint column, inout OwnColumns own) {
  own.sum = 0.0;
  own.values = Eight(vec4(0.0), vec4(0.0));
  if (ownColumn(lane, 0u) >= p.headSize) return;
  bool hasSecond = ownColumn(lane, 1u) < p.headSize;
  for (uint t = 0u; t < count; t++) {
    uvec2 key = chunkKeys[t];
    if (key.x == NO_SLOT) continue;  // e is +0
    float e = uintBitsToFloat(key.y);
    uint row = key.x * p.rowWords;
    own.sum = add(own.sum, e);
    Eight value = Eight(vec4(0.0), vec4(0.0));
    if (isAligned()) {
      value = loadValueEight(row, column + ownColumn(lane, 0u));
    } else {
      value.low.xy = pairOf(valueWords[row + (column + ownColumn(lane, 0u)) / 2u]);
      if (hasSecond) value.low.zw = pairOf(valueWords[row + (column + ownColumn(lane, 1u)) / 2u]);
    }
    own.values.low = addWeighted(own.values.low, e, value.low);
    if (isAligned()) own.values.high = addWeighted(own.values.high, e, value.high);
  }
}

// Maximum, sum and weighted values of keys first ..< first + 64 of a row. Has barriers.
OwnColumns attendChunk(uint lane, RowKeys keys, uint first, uint queryStart, uint column) {
  uint count = min(ATTENTION_CHUNK, keys.count - first);
  chunkKeys[lane].x = lane < count ? keySlot(keys, first + lane) : NO_SLOT;
  barrier();
  if (lane < min(count, SCORE_LANES)) {
    uint rows[KEYS];
    float scores[KEYS];
    for (uint i = 0u; i < KEYS; i++) {
      uint slot = chunkKeys[min(lane + i * SCORE_LANES, count - 1u)].x;  // the last key again, past the end
      rows[i] = (slot == NO_SLOT ? 0u : slot) * p.rowWords;
    }
    scoreKeys(queryStart, rows, column, scores);
    for (uint i = 0u; i < KEYS; i++) {
      uint t = lane + i * SCORE_LANES;
      chunkScores[t] = chunkKeys[t].x == NO_SLOT ? negativeInfinity() : scoreOf(scores[i]);
    }
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
  OwnColumns own;
  own.maximum = negativeInfinity();
  for (uint i = 0u; i < ATTENTION_CHUNK / GROUP_OF_KEYS; i++) own.maximum = greater(own.maximum, groupMaxima[i]);
  if (lane < count) chunkKeys[lane].y = floatBitsToUint(weightOf(chunkScores[lane], own.maximum));
  barrier();
  sumValues(lane, count, column, own);
  barrier();  // the next chunk overwrites the keys
  return own;
}

#endif
