// topTokens.glsl for GPUs, first part: the `count` best of a chunk of a row, best first.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { TopTokens p; };
#define WORKSPACE 1
#define QUADS
#include "logitChunk.glsl"
#define WRITES_BEST
#include "top.glsl"
#include "topChunk.glsl"

uint tokenAt(uint element) { return gl_WorkGroupID.x * CHUNK_TOKENS + element; }

uint keyOf(uint element) { return ~orderedBits(logits[gl_WorkGroupID.y * p.vocabulary + tokenAt(element)]); }

uvec4 keysOf(uint element) { return ~orderedQuad(logitQuad(tokenAt(element))); }

void offer(uint rank, uint key, uint token) {
  uint to = offerWord(gl_WorkGroupID.y, gl_WorkGroupID.x * p.count + rank);
  workspace[to] = key;
  workspace[to + 1u] = token;
}

void writeBest(uint rank, uint key, uint element) { offer(rank, key, tokenAt(element)); }

void main() {
  uint lane = gl_LocalInvocationID.x;
  uvec2 tokens = chunkTokens(gl_WorkGroupID.x);
  uint kept = min(p.count, tokens.y - tokens.x);
  writeAllBest(lane, tokens.y - tokens.x, kept);
  // The last chunk may be short: behind its tokens nothing is better than anything.
  for (uint rank = kept + lane; rank < p.count; rank += LANES) offer(rank, KEEP_ALL, NO_TOKEN);
}
