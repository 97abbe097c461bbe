// distribution (temperature and min-p) and drawTarget in one kernel that keeps no weights; one group a row.
// A tile of the row is held in registers while its weights are summed under the greatest logit so far. Tiles before the
// greatest logit of all are read once more, then the drawn one: about one and a half passes if its place is anywhere.
#extension GL_EXT_control_flow_attributes : require
#include "shared/distribution.h"
#include "weight.glsl"
#include "neighbours.glsl"
#include "philox.glsl"
#include "workgroup.glsl"

layout(push_constant) uniform Push { DrawLogits p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };  // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer Depths { uint depths[]; };   // [rows]
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 3, std430) readonly buffer Owners { uint owners[]; };   // [rows]
layout(set = 0, binding = 4, std430) writeonly buffer Out { uint outWords[]; };   // [rows][2]: token, status
layout(set = 0, binding = 5, std430) readonly buffer Warps { uint warps[]; };     // [rows][WARP_WORDS]

#include "owners.glsl"
#include "temperature.glsl"

// Tokens of a tile that a lane holds, a multiple of 4; a specialization constant since spirv-opt drops `precise` from loops that it unrolls.
layout(constant_id = 1) const uint LANE_TOKENS = 16u;
#ifdef ONE_SUBGROUP
#define TILES 1024u      // of eight lanes: the host gives a lane 32 tokens where a vocabulary needs them
#else
#define TILES 512u       // 8,192 tokens a lane
#endif
#define SHIFTS 4u        // a tile's sums are kept for so many shifts from its own on

shared uint tileBest[TILES];             // ordered bits of the tile's greatest logit
shared uint tileReference[TILES];        // of the greatest logit that its weights were taken under
shared uint tileShift[TILES];            // the first of its shifts
shared uint tileSums[TILES * SHIFTS];    // of the weights, each shifted

// The same on every lane, as the row's temperature is.
uint leastWeight;
uint best;     // ordered bits of the greatest logit so far
Wide known;    // sum of the weights of all tiles that are summed under it
uint status;   // of this lane's logits

// Gives the row's status.
uint readWarp(uint row) {
  uint warpStatus = readTemperature(row);
  bool isOwn = p.rowWarps != 0u;
  uint at = row * WARP_WORDS;
  leastWeight = min(isOwn ? warps[at + 3u] : p.leastWeight, uint(WEIGHT_SCALE));
  bool isSelective = isOwn && (warps[at + 1u] | warps[at + 2u] | warps[at + 4u]) != 0u;
  return isSelective ? STATUS_SELECTIVE_WARP : warpStatus;
}

uint weightOf(float logit) {
  return softmaxWeight(logit, orderedValue(best), inverseTemperature, leastWeight);
}

float logitAt(uint token) {
  return token < p.vocabulary ? logits[gl_WorkGroupID.x * p.vocabulary + token] : negativeInfinity();
}

#ifdef QUADS
#include "logitQuads.glsl"

vec4 quadAt(uint first) {
  return first < p.vocabulary ? logitQuad(gl_WorkGroupID.x, first) : vec4(negativeInfinity());
}

void logitsAt(uint first, out float values[NEIGHBOURS]) {
  vec4 quad = quadAt(first);
  [[unroll]] for (uint i = 0u; i < NEIGHBOURS; i++) values[i] = quad[i];
}

// Four calls, since spirv-opt drops `precise` from loops that it unrolls.
uint shiftedWeights(uint first, uint shift) {
  vec4 quad = quadAt(first);
  return (weightOf(quad.x) >> shift) + (weightOf(quad.y) >> shift) + (weightOf(quad.z) >> shift)
      + (weightOf(quad.w) >> shift);
}
#else
void logitsAt(uint token, out float values[NEIGHBOURS]) { values[0] = logitAt(token); }

uint shiftedWeights(uint token, uint shift) { return weightOf(logitAt(token)) >> shift; }
#endif

// Sums of up to 2^12 lane values below 2^36 each, in two halves.
Wide groupSum(uint lane, Wide value) {
  uint low = groupAdd(lane, value.x & 0xffffu);
  Wide rest = wideShiftRight(value, 16u);
  uint high = groupAdd(lane, rest.x);
  return wideAdd(widen(low), wideProduct(high, 0x10000u));
}

// Reads a tile and sums its weights; on the first reading its greatest logit counts too.
void sumTile(uint lane, uint tile, bool isFirst, bool isKnown) {
  float own[LANE_TOKENS];
  uint here = ORDERED_NEGATIVE_INFINITY;
  [[unroll]] for (uint i = 0u; i < LANE_TOKENS; i += NEIGHBOURS) {
    float values[NEIGHBOURS];
    logitsAt((tile * LANE_TOKENS + i) * LANES + NEIGHBOURS * lane, values);
    [[unroll]] for (uint j = 0u; j < NEIGHBOURS; j++) {
      own[i + j] = values[j];
      if (isNaNOrPlusInfinity(values[j])) status = STATUS_NOT_FINITE;
      here = max(here, orderedBits(flush(values[j])));
    }
  }
  if (isFirst) {
    here = groupMaximum(lane, here);
    if (here > best) known = Wide(0u);
    best = max(best, here);
    if (lane == 0u) tileBest[tile] = here;
  }

  Wide sum = Wide(0u);
  uint weights[LANE_TOKENS];
  [[unroll]] for (uint i = 0u; i < LANE_TOKENS; i++) {
    weights[i] = weightOf(own[i]);
    sum = wideAdd(sum, widen(weights[i]));
  }
  if (!isKnown) known = wideAdd(known, groupSum(lane, sum));
  uint shift = totalShift(known);
  [[unroll]] for (uint s = 0u; s < SHIFTS; s++) {
    uint shifted = 0u;
    [[unroll]] for (uint i = 0u; i < LANE_TOKENS; i++) shifted += weights[i] >> (shift + s);
    shifted = groupAdd(lane, shifted);
    if (lane == 0u) tileSums[tile * SHIFTS + s] = shifted;
  }
  if (lane == 0u) {
    tileReference[tile] = best;
    tileShift[tile] = shift;
  }
  barrier();
}

// Sums the tiles again whose weights were taken under a lesser logit.
void sumStaleTiles(uint lane, uint tiles) {
  for (uint tile = 0u; tile < tiles; tile++) {
    if (tileReference[tile] == best) continue;
    // exp falls strictly where weights vanish, so nothing in the tile outweighs its greatest logit.
    if (softmaxWeight(orderedValue(tileBest[tile]), orderedValue(best), inverseTemperature, 0u) != 0u) {
      sumTile(lane, tile, false, false);
      continue;
    }
    if (lane < SHIFTS) tileSums[tile * SHIFTS + lane] = 0u;  // nothing in it weighs anything
    barrier();
  }
}

// Sum of a tile's weights at a shift, if it was kept for it.
uint sumAt(uint tile, uint shift) {
  uint s = min(shift - tileShift[tile], SHIFTS - 1u);
  return tileSums[tile * SHIFTS + s];
}

// The token of the tile where its running sum of shifted weights exceeds y.
uint pickInTile(uint lane, uint tile, uint shift, uint y) {
  uint first = (tile * LANES + lane) * LANE_TOKENS;
  uint own = 0u;
  for (uint i = 0u; i < LANE_TOKENS; i += NEIGHBOURS) own += shiftedWeights(first + i, shift);
  Wide all;
  uint running = scanAdd(lane, widen(own), all).x - own;
  bool isOwner = y >= running && y - running < own;
  uint token = first;
  if (isOwner) {
    for (; token < first + LANE_TOKENS; token++) {
      running += weightOf(logitAt(token)) >> shift;
      if (y < running) break;
    }
  }
  return broadcast(lane, isOwner, token, 0u);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint start = stateStart(row, p.sequences);
  uint tileTokens = LANE_TOKENS * LANES;
  uint tiles = min((p.vocabulary + tileTokens - 1u) / tileTokens, TILES);
  best = ORDERED_NEGATIVE_INFINITY;
  known = Wide(0u);
  status = STATUS_OK;
  uint warpStatus = readWarp(row);
  for (uint tile = 0u; tile < tiles; tile++) sumTile(lane, tile, true, false);
  status = groupOr(lane, status);
  if (best == ORDERED_NEGATIVE_INFINITY) status = STATUS_NOT_FINITE;

  uint token = 0u;
  if (start == NO_NODE) {
    status = STATUS_MALFORMED_TREE;
  } else if (warpStatus == STATUS_SELECTIVE_WARP) {
    status = warpStatus;
  } else if ((status | warpStatus) != STATUS_OK) {
    status |= warpStatus | STATUS_EMPTY_ROW;
  } else {
    sumStaleTiles(lane, tiles);
    uint shift = totalShift(known);
    uint total = 0u;
    for (uint tile = 0u; tile < tiles; tile++) {
      bool isZero = tileReference[tile] != best;
      if (!isZero && shift - tileShift[tile] >= SHIFTS) sumTile(lane, tile, false, true);
      total += sumAt(tile, shift);
    }
    uint position = state[start + STATE_LENGTH] + depths[row] + 1u;
    uint y = uniformBelow(widen(total), seedAt(start), ROLE_TARGET, position, p.stream).x;
    uint tile = 0u;
    for (; tile + 1u < tiles; tile++) {
      uint here = sumAt(tile, shift);
      if (y < here) break;
      y -= here;
    }
    token = pickInTile(lane, tile, shift, y);
  }
  if (lane == 0u) {
    outWords[row * 2u] = token;
    outWords[row * 2u + 1u] = status;
  }
}
