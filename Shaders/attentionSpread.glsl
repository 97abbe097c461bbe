// Chunks of keys for ROWS rows and HEADS heads of one key head, by a group of 64 lanes of a GPU. Lanes take keys for the scores,
// columns of a head for the values, so that each key and value is loaded once for all rows and heads. Keys pass through shared
// memory: neighbouring lanes load neighbouring words of them, and values are loaded ahead. Head sizes are multiples of eight.
#ifndef ESPALIER_ATTENTION_SPREAD_GLSL
#define ESPALIER_ATTENTION_SPREAD_GLSL

#extension GL_EXT_control_flow_attributes : require

layout(local_size_x = 64) in;  // ATTENTION_CHUNK
#define LANES 64u
#define LANE gl_LocalInvocationID.x
layout(constant_id = 0) const uint ROWS = 1u;
layout(constant_id = 2) const uint HEADS = 1u;  // headSize / 8 * HEADS <= LANES
layout(constant_id = 3) const uint AHEAD = 8u;  // values that a lane loads before it uses the first; divides the chunk

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

#define FUSED
#include "attentionOperands.glsl"

const uint VECTORS = ROWS * HEADS;
const uint HEAD_LANES = LANES / HEADS;
#define GROUP_OF_KEYS 8u
#define KEY_GROUPS (ATTENTION_CHUNK / GROUP_OF_KEYS)

// A lane has columns of one head, of each row.
#define OWN ROWS
#define PARTS 1u
#define EACH_OWN(i) [[unroll]] for (uint i = 0u; i < OWN; i++)
#include "attentionRows.glsl"

uint rowOf(uint own) { return own; }
uint headOf(uint lane, uint own) { return firstHead() + lane / HEAD_LANES; }
uint ownColumns(uint lane, uint part) { return lane % HEAD_LANES * 8u; }
void openGroup(uint lane) {}

#define TILE_COLUMNS 64u                     // of a head, that lie in shared memory at a time
#define TILE_QUADS (TILE_COLUMNS / 8u)       // of halves
#define TILE_STRIDE (TILE_QUADS + 1u)        // lanes' keys begin in different banks

shared uvec4 keyTile[ATTENTION_CHUNK * TILE_STRIDE];  // not of CACHE_Q8, whose rows do not begin at whole quads
shared uint chunkSlots[ATTENTION_CHUNK];
shared float chunkScores[VECTORS * ATTENTION_CHUNK];  // then e_t
shared float groupMaxima[VECTORS * KEY_GROUPS];

bool counts(uint row, uint only) { return only == ALL_ROWS || row == only; }

// Loads columns `column` ..< + TILE_COLUMNS of the chunk's keys, as far as the head has them. Has barriers.
void loadTile(uint lane, uint column, uint columns) {
  barrier();  // nobody reads the tile before this one any more
  uint quad = lane % TILE_QUADS;
  uvec4 words[TILE_QUADS];
  if (quad * 8u < columns) {
    [[unroll]] for (uint i = 0u; i < TILE_QUADS; i++) {
      uint slot = chunkSlots[lane / TILE_QUADS + i * (LANES / TILE_QUADS)];
      words[i] = keyQuads[((slot == NO_SLOT ? 0u : slot) * p.rowWords + column / 2u) / 4u + quad];
    }
    [[unroll]] for (uint i = 0u; i < TILE_QUADS; i++) {
      keyTile[(lane / TILE_QUADS + i * (LANES / TILE_QUADS)) * TILE_STRIDE + quad] = words[i];
    }
  }
  barrier();
}

// The dot products of the lane's key with each query, in chunks of DOT_CHUNK elements. Has barriers.
void scoreKey(uint lane, uint column, uint only, out float scores[VECTORS]) {
  uint slot = chunkSlots[lane];
  uint row = (slot == NO_SLOT ? 0u : slot) * p.rowWords;
  float dots[VECTORS];
  [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
    scores[v] = 0.0;
    dots[v] = 0.0;
  }
  for (uint begin = 0u; begin < p.headSize; begin += TILE_COLUMNS) {
    uint columns = min(TILE_COLUMNS, p.headSize - begin);
    if (FORMAT != CACHE_Q8) loadTile(lane, column + begin, columns);
    for (uint d = 0u; d < columns; d += 8u) {
      Eight k;
      if (FORMAT == CACHE_Q8) {
        k = loadKeyEight(row, column + begin + d);
      } else {
        k = eightHalves(keyTile[lane * TILE_STRIDE + d / 8u]);
      }
      [[unroll]] for (uint r = 0u; r < ROWS; r++) {
        if (!counts(r, only)) continue;
        uint from = (tileRow(r) * p.queryColumns + firstHead() * p.headSize + begin + d) / 4u;
        [[unroll]] for (uint h = 0u; h < HEADS; h++) {
          uint v = r * HEADS + h;
          vec4 low = queryQuads[from + h * p.headSize / 4u];
          vec4 high = queryQuads[from + h * p.headSize / 4u + 1u];
          dots[v] = addQuad(addQuad(dots[v], low, k.low), high, k.high);
        }
      }
    }
    if ((begin + columns) % DOT_CHUNK != 0u && begin + columns < p.headSize) continue;
    [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
      scores[v] = add(scores[v], dots[v]);
      dots[v] = 0.0;
    }
  }
}

float maximumOf(uint vector) {
  float maximum = negativeInfinity();
  [[unroll]] for (uint i = 0u; i < KEY_GROUPS; i++) maximum = greater(maximum, groupMaxima[vector * KEY_GROUPS + i]);
  return maximum;
}

// Turns scores to weights. Has barriers.
void weighKeys(uint lane, uint only, float scores[VECTORS]) {
  bool exists = chunkSlots[lane] != NO_SLOT;
  [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
    if (!counts(v / HEADS, only)) continue;
    chunkScores[v * ATTENTION_CHUNK + lane] = exists ? scoreOf(scores[v]) : negativeInfinity();
  }
  barrier();
  // Order-free maxima in two steps of eight; keys past the end have no slot.
  for (uint i = lane; i < VECTORS * KEY_GROUPS; i += LANES) {
    if (!counts(i / KEY_GROUPS / HEADS, only)) continue;
    float maximum = negativeInfinity();
    [[unroll]] for (uint t = 0u; t < GROUP_OF_KEYS; t++) {
      maximum = greater(maximum, leastMaximum(chunkSlots[i % KEY_GROUPS * GROUP_OF_KEYS + t] != NO_SLOT));
      maximum = greater(maximum, chunkScores[i * GROUP_OF_KEYS + t]);
    }
    groupMaxima[i] = maximum;
  }
  barrier();
  [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
    if (!counts(v / HEADS, only)) continue;
    uint at = v * ATTENTION_CHUNK + lane;
    chunkScores[at] = weightOf(chunkScores[at], maximumOf(v));
  }
  barrier();
}

// Weighted values of the chunk's first `count` keys; those past the end weigh +0.
void sumValues(uint lane, uint count, uint column, uint only) {
  uint head = lane / HEAD_LANES;
  uint d = ownColumns(lane, 0u);
  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    if (!counts(r, only)) continue;
    chunkMaxima[r] = maximumOf(r * HEADS + head);
    chunkSums[r] = 0.0;
    chunkValues[r] = Eight(vec4(0.0), vec4(0.0));
  }
  if (d >= p.headSize) return;
  for (uint begin = 0u; begin < count; begin += AHEAD) {
    Eight value[AHEAD];
    [[unroll]] for (uint i = 0u; i < AHEAD; i++) {
      uint slot = chunkSlots[begin + i];
      value[i] = loadValueEight((slot == NO_SLOT ? 0u : slot) * p.rowWords, column + d);
    }
    [[unroll]] for (uint i = 0u; i < AHEAD; i++) {
      // What lies in a slot that is not there may be infinite.
      if (chunkSlots[begin + i] == NO_SLOT) value[i] = Eight(vec4(0.0), vec4(0.0));
      [[unroll]] for (uint r = 0u; r < ROWS; r++) {
        if (!counts(r, only)) continue;
        float e = chunkScores[(r * HEADS + head) * ATTENTION_CHUNK + begin + i];
        chunkSums[r] = add(chunkSums[r], e);
        chunkValues[r].low = addWeighted(chunkValues[r].low, e, value[i].low);
        chunkValues[r].high = addWeighted(chunkValues[r].high, e, value[i].high);
      }
    }
  }
}

void attendChunk(uint lane, RowKeys keys, uint first, uint column, uint only) {
  uint count = min(ATTENTION_CHUNK, keys.count - first);
  chunkSlots[lane] = lane < count ? keySlot(keys, first + lane) : NO_SLOT;
  barrier();
  float scores[VECTORS];
  scoreKey(lane, column, only, scores);
  weighKeys(lane, only, scores);
  sumValues(lane, count, column, only);
  barrier();  // the next chunk overwrites the slots
}

#endif
