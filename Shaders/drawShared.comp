// One draw from each of two laws under the same Gumbel noise: a row's softmax, and its geometric mixture with a second row's
// (adaptive parallel decoding: Israel et al., 2025). One group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "shared/distribution.h"
#include "gumbel.glsl"
#include "best.glsl"

layout(push_constant) uniform Push { DrawShared p; };
layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };           // [rows][vocabulary]
layout(set = 0, binding = 1, std430) readonly buffer B { float b[]; };           // [rows][vocabulary]
layout(set = 0, binding = 2, std430) readonly buffer Depths { uint depths[]; };  // [rows]
layout(set = 0, binding = 3, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 4, std430) readonly buffer Owners { uint owners[]; };  // [rows]
layout(set = 0, binding = 5, std430) writeonly buffer Out { uint outWords[]; };  // [rows][4]: token, status, twice
layout(set = 0, binding = 6, std430) readonly buffer Warps { uint warps[]; };    // [rows][WARP_WORDS]

#include "owners.glsl"
#include "temperature.glsl"

void writePick(uint lane, uint to, Best best) {
  best = bestOfLanes(lane, best);
  uint status = rowStatus(best);
  if (lane == 0u) {
    outWords[to] = status == STATUS_OK ? best.token : 0u;
    outWords[to + 1u] = status;
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint start = stateStart(row, p.sequences);
  if (start == NO_NODE) {
    if (lane < 4u) outWords[row * 4u + lane] = (lane & 1u) == 0u ? 0u : STATUS_MALFORMED_TREE;
    return;
  }
  uvec2 seed = seedAt(start);
  uint position = state[start + STATE_LENGTH] + depths[row] + 1u;
  uvec2 best = uvec2(ORDERED_NEGATIVE_INFINITY);
  uvec2 token = uvec2(0u);
  uvec2 status = uvec2(readTemperature(row));
  for (uint v = lane; v < p.vocabulary; v += LANES) {
    float first = a[row * p.vocabulary + v];
    float second = b[row * p.vocabulary + v];
    if (isNaNOrPlusInfinity(first)) status = uvec2(STATUS_NOT_FINITE);
    if (isNaNOrPlusInfinity(second)) status.y = STATUS_NOT_FINITE;
    if (orderedBits(first) <= ORDERED_NEGATIVE_INFINITY) continue;
    float noise = gumbelNoise(seed, position, v, p.stream);
    float y = tempered(first);
    uint key = orderedBits(add(y, noise));
    if (key > best.x) {
      best.x = key;
      token.x = v;
    }
    if (orderedBits(second) <= ORDERED_NEGATIVE_INFINITY) continue;
    float z = tempered(second);
    float mixed = flush(add(flush(multiply(p.ratio, y)), flush(multiply(p.rest, z))));
    key = orderedBits(add(mixed, noise));
    if (key > best.y) {
      best.y = key;
      token.y = v;
    }
  }
  writePick(lane, row * 4u, Best(best.x, token.x, status.x));
  writePick(lane, row * 4u + 2u, Best(best.y, token.y, status.y));
}
