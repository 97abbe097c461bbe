// warpChunk.glsl: lists the tokens of a chunk that the row's first selection can keep.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#define DIGITS SELECTION_BINS
#include "histogram.glsl"

layout(push_constant) uniform Push { Distribution p; };
#include "warpChunk.glsl"

layout(set = 0, binding = 3, std430) writeonly buffer List { uint list[]; };  // [rows][vocabulary]: tokens in any order

// The last bin that the selection reaches; KEEP_ALL if it keeps everything. Has barriers.
uint lastBin(uint lane) {
  uint from = selectionWord(gl_WorkGroupID.y);
  uint own = 0u;
  for (uint bin = lane; bin < SELECTION_BINS; bin += LANES) {
    histogram[bin] = workspace[from + bin];
    own += histogram[bin];
  }
  uint total = groupAdd(lane, own);
  uint need = topK;
  if (selection != BY_NUMBER) need = needOfShare(total, selection == BY_SHARE ? topP : typicalP);
  if (lane == 0u && gl_WorkGroupID.x == 0u) workspace[from + NEED_WORD] = need;
  uint amount;
  return chooseDigit(lane, 0u, need, amount);
}

uint isListed(uint weight, uint last) { return weight != 0u && binOf(weight) <= last ? 1u : 0u; }

void main() {
  uint lane = gl_LocalInvocationID.x;
  if (!beginSelection(lane, gl_WorkGroupID.y)) return;
  if (selection == BY_TYPICALITY) readMean(gl_WorkGroupID.y);
  uint last = lastBin(lane);
  uint listed = 0u;  // a bit for each token of the lane: at most 32 of a chunk of 8,192
  uint place = 0u;
  EACH_QUAD(first) {
    uvec4 weights = weightQuad(first) >> shift;
    listed |= (isListed(weights.x, last) | isListed(weights.y, last) << 1u | isListed(weights.z, last) << 2u
               | isListed(weights.w, last) << 3u) << place;
    place += 4u;
  }

  uint own = uint(bitCount(listed));
  Wide all;
  uint slot = scanAdd(lane, widen(own), all).x - own;
  uint begin = 0u;
  if (lane == 0u && all.x != 0u) begin = atomicAdd(workspace[selectionWord(gl_WorkGroupID.y) + LISTED_WORD], all.x);
  slot += gl_WorkGroupID.y * p.vocabulary + broadcast(lane, lane == 0u, begin, 0u);
  uint chunk = gl_WorkGroupID.x * CHUNK_TOKENS + 4u * lane;
  for (; listed != 0u; listed &= listed - 1u) {
    uint bit = uint(findLSB(listed));
    list[slot] = chunk + bit / 4u * 4u * LANES + bit % 4u;
    slot++;
  }
}
