// Chunks of keys for VECTORS query vectors of one key head, HEADS a row, for drivers whose subgroup is one vector of eight lanes
// (llvmpipe), where a load from memory costs some twenty cycles a lane and a shuffle one instruction. Each key and value is
// loaded once for all vectors. Lanes take keys for the scores, columns for the values.
// llvmpipe leaves every loop of an invocation after 65,535 passes in total (AttentionTuning.swift counts them).
#ifndef ESPALIER_ATTENTION_SHUFFLE_GLSL
#define ESPALIER_ATTENTION_SHUFFLE_GLSL

#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require

layout(local_size_x = 8) in;
#define LANE gl_SubgroupInvocationID
// Specialization constants, so that no loop bound is known before the driver compiles: spirv-opt drops `precise` from the
// loops that it unrolls.
layout(constant_id = 0) const uint VECTORS = 4u;
layout(constant_id = 2) const uint HEADS = 4u;
layout(constant_id = 3) const uint PARTS = 2u;  // of eight columns that a lane has of a head
layout(constant_id = 4) const uint LANES = 8u;
layout(constant_id = 5) const uint STEP = 4u;  // keys a lane whose scores share a load of the query
layout(constant_id = 6) const uint TIMES = 2u;  // keys whose values are summed in a pass of the loop

void listBarrier() {
  subgroupMemoryBarrierShared();
  subgroupBarrier();
}

layout(set = 0, binding = 1, std430) readonly buffer KeyQuads { uvec4 keyQuads[]; };      // [slots][rowWords / 4]
layout(set = 0, binding = 2, std430) readonly buffer ValueQuads { uvec4 valueQuads[]; };  // [slots][rowWords / 4]

// A binding of one declaration alone has a texel form, so pairs and words are parts of quads.
uvec2 pairOfQuad(uvec4 quad, uint word) { return word % 4u == 0u ? quad.xy : quad.zw; }
uvec2 keyPair(uint word) { return pairOfQuad(keyQuads[word / 4u], word); }
uint keyWord(uint word) { return keyQuads[word / 4u][word % 4u]; }
uvec2 valuePair(uint word) { return pairOfQuad(valueQuads[word / 4u], word); }
uint valueWord(uint word) { return valueQuads[word / 4u][word % 4u]; }

#include "attentionOperands.glsl"

layout(set = 0, binding = 0, std430) readonly buffer QueryValues { float queryValues[]; };

const uint ROWS = VECTORS / HEADS;
const uint KEY_GROUPS = ATTENTION_CHUNK / LANES;
const uint BLOCKS = PARTS * LANES;  // of eight columns of a head, at most
const uint SCORES = VECTORS * KEY_GROUPS;
const uint SUMS = VECTORS * PARTS;

// A lane has a part of each vector. Loops over registers are unrolled; arrays that other loops index lie in memory.
#define OWN VECTORS
#define EACH_OWN(i) for (uint i = 0u; i < OWN; i++)
#include "attentionRows.glsl"

uint rowOf(uint own) { return own / HEADS; }
uint headOf(uint lane, uint own) { return firstHead() + own % HEADS; }
uint ownColumns(uint lane, uint part) { return (part * LANES + lane) * 8u; }

float queries[VECTORS * BLOCKS];

// Loads the queries of all rows.
void openGroup(uint lane) {
  for (uint v = 0u; v < VECTORS; v++) {
    uint from = tileRow(v / HEADS) * p.queryColumns + (firstHead() + v % HEADS) * p.headSize + lane;
    for (uint block = 0u; block * 8u < p.headSize; block++) queries[v * BLOCKS + block] = queryValues[from + block * 8u];
  }
}

// All vectors, also where those of one row alone count.
void attendChunk(uint lane, RowKeys keys, uint first, uint column, uint only) {
  uint places[KEY_GROUPS];
  float scores[SCORES];
  for (uint g = 0u; g < KEY_GROUPS; g += STEP) {
    uint rows[STEP];
    [[unroll]] for (uint s = 0u; s < STEP; s++) {
      uint number = first + (g + s) * LANES + lane;
      uint place = number < keys.count ? keySlot(keys, number) : NO_SLOT;
      rows[s] = (place == NO_SLOT ? 0u : place) * p.rowWords;
      places[g + s] = place;
    }
    float totals[VECTORS * STEP];
    [[unroll]] for (uint i = 0u; i < VECTORS * STEP; i++) totals[i] = 0.0;
    for (uint start = 0u; start < p.headSize; start += DOT_CHUNK) {
      float dots[VECTORS * STEP];
      [[unroll]] for (uint i = 0u; i < VECTORS * STEP; i++) dots[i] = 0.0;
      for (uint d = start; d < min(start + DOT_CHUNK, p.headSize); d += 8u) {
        Eight k[STEP];
        [[unroll]] for (uint s = 0u; s < STEP; s++) k[s] = loadKeyEight(rows[s], column + d);
        [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
          float q = queries[v * BLOCKS + d / 8u];
          vec4 low = vec4(subgroupShuffle(q, 0u), subgroupShuffle(q, 1u), subgroupShuffle(q, 2u), subgroupShuffle(q, 3u));
          vec4 high = vec4(subgroupShuffle(q, 4u), subgroupShuffle(q, 5u), subgroupShuffle(q, 6u), subgroupShuffle(q, 7u));
          [[unroll]] for (uint s = 0u; s < STEP; s++) {
            uint i = v * STEP + s;
            dots[i] = addQuad(addQuad(dots[i], low, k[s].low), high, k[s].high);
          }
        }
      }
      [[unroll]] for (uint i = 0u; i < VECTORS * STEP; i++) totals[i] = add(totals[i], dots[i]);
    }
    [[unroll]] for (uint i = 0u; i < VECTORS * STEP; i++) scores[i / STEP * KEY_GROUPS + g + i % STEP] = totals[i];
  }

  bool hasSlot = false;
  [[unroll]] for (uint g = 0u; g < KEY_GROUPS; g++) hasSlot = hasSlot || places[g] != NO_SLOT;
  for (uint v = 0u; v < VECTORS; v++) {
    float maximum = leastMaximum(hasSlot);
    [[unroll]] for (uint g = 0u; g < KEY_GROUPS; g++) {
      uint i = v * KEY_GROUPS + g;
      scores[i] = places[g] == NO_SLOT ? negativeInfinity() : scoreOf(scores[i]);
      maximum = greater(maximum, scores[i]);
    }
    [[unroll]] for (uint step = 1u; step < LANES; step *= 2u) {
      maximum = greater(maximum, subgroupShuffleXor(maximum, step));
    }
    chunkMaxima[v] = maximum;
    [[unroll]] for (uint g = 0u; g < KEY_GROUPS; g++) {
      uint i = v * KEY_GROUPS + g;
      scores[i] = weightOf(scores[i], maximum);
    }
  }

  float sums[VECTORS];
  Eight values[SUMS];
  [[unroll]] for (uint v = 0u; v < VECTORS; v++) sums[v] = 0.0;
  [[unroll]] for (uint i = 0u; i < SUMS; i++) values[i] = Eight(vec4(0.0), vec4(0.0));
  for (uint g = 0u; g < KEY_GROUPS; g++) {
    uint own = places[g];
    float weights[VECTORS];
    [[unroll]] for (uint v = 0u; v < VECTORS; v++) weights[v] = scores[v * KEY_GROUPS + g];
    // Lane 0 has key t; after each pass everything moves down by TIMES lanes.
    uint next = (lane + TIMES) % LANES;
    for (uint first = 0u; first < LANES; first += TIMES) {
      [[unroll]] for (uint t = 0u; t < TIMES; t++) {
        uint place = subgroupShuffle(own, t);
        Eight value[PARTS];
        [[unroll]] for (uint part = 0u; part < PARTS; part++) {
          uint d = ownColumns(lane, part);
          value[part] = Eight(vec4(0.0), vec4(0.0));
          if (place != NO_SLOT && d < p.headSize) value[part] = loadValueEight(place * p.rowWords, column + d);
        }
        [[unroll]] for (uint v = 0u; v < VECTORS; v++) {
          float e = subgroupShuffle(weights[v], t);
          sums[v] = add(sums[v], e);
          [[unroll]] for (uint part = 0u; part < PARTS; part++) {
            uint i = v * PARTS + part;
            values[i].low = addWeighted(values[i].low, e, value[part].low);
            values[i].high = addWeighted(values[i].high, e, value[part].high);
          }
        }
      }
      own = subgroupShuffle(own, next);
      [[unroll]] for (uint v = 0u; v < VECTORS; v++) weights[v] = subgroupShuffle(weights[v], next);
    }
  }
  [[unroll]] for (uint v = 0u; v < VECTORS; v++) chunkSums[v] = sums[v];
  [[unroll]] for (uint i = 0u; i < SUMS; i++) chunkValues[i] = values[i];
}

#endif
