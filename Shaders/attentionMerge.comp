// Joins the chunks of attentionChunks in order; one group a row and head, lanes take pairs of columns.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "attentionMerge.glsl"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { AttentionMerge p; };
layout(set = 0, binding = 0, std430) readonly buffer Parts { vec2 parts[]; };     // [rows][heads][chunks][(headSize + PART_WORDS) / 2]
layout(set = 0, binding = 1, std430) writeonly buffer Out { vec2 outValues[]; };  // [rows][heads * headSize / 2]

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint rowHead = gl_WorkGroupID.x * p.heads + gl_WorkGroupID.y;
  uint partPairs = (p.headSize + PART_WORDS) / 2u;

  // Pairs of columns lane and lane + 64.
  uvec2 pair = min(uvec2(lane, lane + 64u), p.headSize / 2u - 1u);
  float runningMaximum = negativeInfinity();
  float runningSum = 0.0;
  vec4 running = vec4(0.0);
  uint chunk = 0u;
  for (; chunk < p.chunks; chunk++) {
    uint from = (rowHead * p.chunks + chunk) * partPairs;
    uint tail = from + p.headSize / 2u;
    if (parts[tail + 1u].x == 0.0) break;
    vec2 sums = parts[tail];
    vec4 values = vec4(parts[from + pair.x], parts[from + pair.y]);
    if (chunk == 0u) {
      runningMaximum = sums.x;
      runningSum = sums.y;
      running = values;
    } else {
      MergeWeights weights = mergeWeights(runningMaximum, sums.x);
      runningSum = merge(runningSum, sums.y, weights);
      running = merge(running, values, weights);
    }
  }

  float inverse = reciprocal(runningSum);
  for (uint i = 0u; i < 2u; i++) {
    uint own = lane + i * 64u;
    if (own >= p.headSize / 2u) break;
    vec2 value = i == 0u ? running.xy : running.zw;
    if (chunk > 0u) {
      value = vec2(normalized(value.x, inverse, p.significantBits), normalized(value.y, inverse, p.significantBits));
    }
    outValues[rowHead * (p.headSize / 2u) + own] = value;
  }
}
