// The `count` greatest logits of a row, best first, ties to the lowest token; one group a row, count <= 256.
#include "shared/distribution.h"
#include "numerics.glsl"
#define WRITES_BEST
#include "top.glsl"

layout(push_constant) uniform Push { TopTokens p; };
layout(set = 0, binding = 0, std430) readonly buffer Logits { float logits[]; };  // [rows][vocabulary]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outTokens[]; };  // [rows][count]
layout(set = 0, binding = 2, std430) writeonly buffer Values { uint values[]; };  // f32 bits [rows][count]

#include "topValues.glsl"

uint keyOf(uint token) { return ~orderedBits(logits[gl_WorkGroupID.x * p.vocabulary + token]); }

#ifdef QUADS
#include "logitQuads.glsl"

uvec4 keysOf(uint first) { return ~orderedQuad(logitQuad(gl_WorkGroupID.x, first)); }
#endif

void writeBest(uint rank, uint key, uint token) { writeRank(rank, key, token); }

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint kept = min(min(p.count, p.vocabulary), MAXIMUM_BEST);
  writeAllBest(lane, p.vocabulary, kept);
  writeNone(lane, kept);
}
