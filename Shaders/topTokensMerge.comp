// topTokens.glsl for GPUs, second part: the best of what a row's chunks offer; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/distribution.h"

layout(push_constant) uniform Push { TopTokens p; };
#define WORKSPACE 1
#include "rowChunk.glsl"
#define WRITES_BEST
#include "top.glsl"

layout(set = 0, binding = 0, std430) writeonly buffer Out { uint outTokens[]; };  // [rows][count]
layout(set = 0, binding = 2, std430) writeonly buffer Values { uint values[]; };  // f32 bits [rows][count]

#include "topChunk.glsl"
#include "topValues.glsl"

uint keyOf(uint offer) { return workspace[offerWord(gl_WorkGroupID.x, offer)]; }

void writeBest(uint rank, uint key, uint offer) {
  writeRank(rank, key, workspace[offerWord(gl_WorkGroupID.x, offer) + 1u]);
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint kept = min(p.count, p.vocabulary);
  writeAllBest(lane, chunkCount() * p.count, kept);
  writeNone(lane, kept);
}
