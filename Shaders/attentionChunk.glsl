// Spans of keys for one row and HEADS heads that share a key head, by a group of 64 lanes: lanes take keys for the scores,
// columns of a head for the values.
#ifndef ESPALIER_ATTENTION_CHUNK_GLSL
#define ESPALIER_ATTENTION_CHUNK_GLSL

#extension GL_EXT_control_flow_attributes : require

layout(local_size_x = 64) in;  // ATTENTION_CHUNK
#define LANES 64u
// Keys that a lane scores in one pass over the query: 1 suits GPUs, more suits CPU drivers, which load lane by lane.
layout(constant_id = 0) const uint KEYS = 4u;
// 1, or with head sizes that are a multiple of 8 as many as the lanes have columns for: headSize / 8 * HEADS <= LANES.
layout(constant_id = 2) const uint HEADS = 1u;

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
#include "attentionMerge.glsl"

const uint SCORES = HEADS * KEYS;
#define SCORE_LANES (ATTENTION_CHUNK / KEYS)
#define HEAD_LANES (LANES / HEADS)
#define GROUP_OF_KEYS 8u
#define KEY_GROUPS (ATTENTION_CHUNK / GROUP_OF_KEYS)

shared uint chunkSlots[ATTENTION_CHUNK];
shared float chunkScores[HEADS * ATTENTION_CHUNK];  // then e_t
shared float groupMaxima[HEADS * KEY_GROUPS];

// Columns of a head that a lane sums: eight neighbours, or with odd sizes two pairs that lie 64 pairs apart.
struct OwnColumns {
  Eight values;
  float sum;
  float maximum;
};

bool isAligned() { return p.headSize % 8u == 0u; }

// First column of `part` (0...3), a pair of the lane's own.
uint ownColumn(uint lane, uint part) {
  return isAligned() ? lane % HEAD_LANES * 8u + part * 2u : (lane + part * LANES) * 2u;
}

// The head that a lane has columns of, of those of the group.
uint ownHead(uint lane) { return lane / HEAD_LANES; }

// dot(query, key) of KEYS keys with each head, in chunks of DOT_CHUNK elements. `rows` are words of the keys, `column` the
// key head's first.
void scoreKeys(uint queryStart, uint rows[KEYS], uint column, out float scores[SCORES]) {
  float chunk[SCORES];
  [[unroll]] for (uint i = 0u; i < SCORES; i++) scores[i] = 0.0;
  for (uint begin = 0u; begin < p.headSize; begin += DOT_CHUNK) {
    uint end = min(begin + DOT_CHUNK, p.headSize);
    uint alignedEnd = isAligned() ? end : begin;
    [[unroll]] for (uint i = 0u; i < SCORES; i++) chunk[i] = 0.0;
    for (uint d = begin; d < alignedEnd; d += 8u) {
      Eight k[KEYS];
      [[unroll]] for (uint i = 0u; i < KEYS; i++) k[i] = loadKeyEight(rows[i], column + d);
      [[unroll]] for (uint h = 0u; h < HEADS; h++) {
        vec4 low = queryQuads[(queryStart + h * p.headSize + d) / 4u];
        vec4 high = queryQuads[(queryStart + h * p.headSize + d) / 4u + 1u];
        [[unroll]] for (uint i = 0u; i < KEYS; i++) {
          chunk[h * KEYS + i] = addQuad(addQuad(chunk[h * KEYS + i], low, k[i].low), high, k[i].high);
        }
      }
    }
    for (uint d = alignedEnd; d < end; d += 2u) {  // one head
      vec2 q = query[(queryStart + d) / 2u];
      [[unroll]] for (uint i = 0u; i < KEYS; i++) {
        chunk[i] = addPair(chunk[i], q, pairOf(keyWords[rows[i] + (column + d) / 2u]));
      }
    }
    [[unroll]] for (uint i = 0u; i < SCORES; i++) scores[i] = add(scores[i], chunk[i]);
  }
}

// Weighted values of the chunk's first `count` keys.
void sumValues(uint lane, uint count, uint column, inout OwnColumns own) {
  own.sum = 0.0;
  own.values = Eight(vec4(0.0), vec4(0.0));
  if (ownColumn(lane, 0u) >= p.headSize) return;
  bool hasSecond = ownColumn(lane, 1u) < p.headSize;
  for (uint t = 0u; t < count; t++) {
    uint slot = chunkSlots[t];
    if (slot == NO_SLOT) continue;  // e is +0
    float e = chunkScores[ownHead(lane) * ATTENTION_CHUNK + t];
    uint row = slot * p.rowWords;
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

float maximumOf(uint head) {
  float maximum = negativeInfinity();
  for (uint i = 0u; i < KEY_GROUPS; i++) maximum = greater(maximum, groupMaxima[head * KEY_GROUPS + i]);
  return maximum;
}

// Maximum, sum and weighted values of keys first ..< first + 64 of a row. Has barriers.
OwnColumns attendChunk(uint lane, RowKeys keys, uint first, uint queryStart, uint column) {
  uint count = min(ATTENTION_CHUNK, keys.count - first);
  chunkSlots[lane] = lane < count ? keySlot(keys, first + lane) : NO_SLOT;
  barrier();
  if (lane < min(count, SCORE_LANES)) {
    uint rows[KEYS];
    float scores[SCORES];
    [[unroll]] for (uint i = 0u; i < KEYS; i++) {
      uint slot = chunkSlots[min(lane + i * SCORE_LANES, count - 1u)];  // the last key again, past the end
      rows[i] = (slot == NO_SLOT ? 0u : slot) * p.rowWords;
    }
    scoreKeys(queryStart, rows, column, scores);
    [[unroll]] for (uint i = 0u; i < SCORES; i++) {
      uint t = lane + i % KEYS * SCORE_LANES;
      chunkScores[i / KEYS * ATTENTION_CHUNK + t] = chunkSlots[t] == NO_SLOT ? negativeInfinity() : scoreOf(scores[i]);
    }
  }
  barrier();
  // Order-free maximum in two steps of eight.
  if (lane < HEADS * KEY_GROUPS) {
    float maximum = negativeInfinity();
    uint begin = lane % KEY_GROUPS * GROUP_OF_KEYS;
    for (uint t = begin; t < min(count, begin + GROUP_OF_KEYS); t++) {
      maximum = greater(maximum, leastMaximum(chunkSlots[t] != NO_SLOT));
      maximum = greater(maximum, chunkScores[lane / KEY_GROUPS * ATTENTION_CHUNK + t]);
    }
    groupMaxima[lane] = maximum;
  }
  barrier();
  if (lane < count) {
    [[unroll]] for (uint h = 0u; h < HEADS; h++) {
      uint at = h * ATTENTION_CHUNK + lane;
      chunkScores[at] = weightOf(chunkScores[at], maximumOf(h));
    }
  }
  OwnColumns own;
  own.maximum = maximumOf(ownHead(lane));
  barrier();
  sumValues(lane, count, column, own);
  barrier();  // the next chunk overwrites the keys
  return own;
}

void mergeColumns(inout OwnColumns running, OwnColumns next) {
  MergeWeights weights = mergeWeights(running.maximum, next.maximum);
  running.sum = merge(running.sum, next.sum, weights);
  running.values.low = merge(running.values.low, next.values.low, weights);
  running.values.high = merge(running.values.high, next.values.high, weights);
}

// The merged chunks of the span from key `first` on.
OwnColumns attendSpan(uint lane, RowKeys keys, uint first, uint queryStart, uint column) {
  OwnColumns span = attendChunk(lane, keys, first, queryStart, column);
  uint end = min(first + SPAN_KEYS, keys.count);
  for (first += ATTENTION_CHUNK; first < end; first += ATTENTION_CHUNK) {
    mergeColumns(span, attendChunk(lane, keys, first, queryStart, column));
  }
  return span;
}

#endif
