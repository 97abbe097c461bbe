// The `count` greatest logits of a row, best first, ties to the lowest token; one group a row, count <= 256.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"
#include "numerics.glsl"
#include "select.glsl"

layout(push_constant) uniform Push { TopTokens p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };  // [rows][vocabulary]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outTokens[]; };  // [rows][count]

shared uvec2 candidates[LANES];  // key, token; in any order
shared uint candidateCount;

uint keyOf(uint token) { return ~orderedBits(logits[gl_WorkGroupID.x * p.vocabulary + token]); }

uint amountOf(uint key) { return 1u; }

bool isBetter(uvec2 a, uvec2 b) { return a.x < b.x || (a.x == b.x && a.y < b.y); }

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint kept = min(min(p.count, p.vocabulary), LANES);
  Cut cut = findCut(lane, p.vocabulary, kept);

  if (lane == 0u) candidateCount = 0u;
  barrier();
  for (uint token = lane; token < p.vocabulary; token += LANES) {
    uint key = keyOf(token);
    if (isKept(cut, key, token)) candidates[atomicAdd(candidateCount, 1u)] = uvec2(key, token);
  }
  barrier();

  // A candidate's rank is the number of better ones, whatever the order they arrived in.
  uint start = gl_WorkGroupID.x * p.count;
  if (lane < kept) {
    uvec2 own = candidates[lane];
    uint rank = 0u;
    for (uint i = 0u; i < kept; i++) rank += isBetter(candidates[i], own) ? 1u : 0u;
    outTokens[start + rank] = own.y;
  }
  for (uint i = kept + lane; i < p.count; i += LANES) outTokens[start + i] = NO_TOKEN;
}
