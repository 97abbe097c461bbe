// Joins the spans of attentionSpans in order; one group a row and head, lanes take pairs of columns.
// The weights of a merge depend on the maxima alone, so that lanes find those of TILE spans at once; what is left to do in order
// is short.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
#include "shared/attention.h"
#include "attentionMerge.glsl"

#define TILE 64u
layout(local_size_x = 64) in;  // TILE
layout(constant_id = 0) const uint AHEAD = 1u;  // spans that a lane loads before it uses the first

layout(push_constant) uniform Push { AttentionMerge p; };
layout(set = 0, binding = 0, std430) readonly buffer Parts { vec2 parts[]; };     // [rows][heads][spans][(headSize + PART_WORDS) / 2]
layout(set = 0, binding = 1, std430) writeonly buffer Out { vec2 outValues[]; };  // [rows][heads * headSize / 2]

// Of the tile's spans.
shared float maxima[TILE];
shared float sums[TILE];
shared MergeWeights weights[TILE];
shared uint existing;          // those before the first that does not exist
shared float runningMaximum;   // of all spans up to the last one

uint partStart(uint span) {
  uint rowHead = gl_WorkGroupID.x * p.heads + gl_WorkGroupID.y;
  return (rowHead * p.spans + span) * ((p.headSize + PART_WORDS) / 2u);
}

// Finds the weights of the spans from `first` on. Has barriers.
void weighTile(uint lane, uint first) {
  uint tail = partStart(min(first + lane, p.spans - 1u)) + p.headSize / 2u;
  vec2 own = parts[tail];
  bool exists = first + lane < p.spans && parts[tail + 1u].x != 0.0;
  if (lane == 0u) existing = TILE;
  maxima[lane] = own.x;
  sums[lane] = own.y;
  barrier();
  float maximum = first == 0u ? maxima[0] : runningMaximum;
  for (uint i = first == 0u ? 1u : 0u; i < lane; i++) maximum = greater(maximum, maxima[i]);
  weights[lane] = mergeWeights(maximum, own.x);
  if (!exists) atomicMin(existing, lane);
  barrier();
  if (lane == TILE - 1u) runningMaximum = maximum;
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  // Pairs of columns lane and lane + 64.
  uvec2 pair = min(uvec2(lane, lane + 64u), p.headSize / 2u - 1u);
  float maximum = negativeInfinity();
  float runningSum = 0.0;
  vec4 running = vec4(0.0);
  bool isEmpty = true;
  for (uint first = 0u; first < p.spans; first += TILE) {
    weighTile(lane, first);
    uint count = existing;
    for (uint begin = 0u; begin < count; begin += AHEAD) {
      vec4 values[AHEAD];
      [[unroll]] for (uint i = 0u; i < AHEAD; i++) {
        uint from = partStart(first + min(begin + i, count - 1u));
        values[i] = vec4(parts[from + pair.x], parts[from + pair.y]);
      }
      [[unroll]] for (uint i = 0u; i < AHEAD; i++) {
        uint span = begin + i;
        if (span >= count) break;
        maximum = greater(maximum, maxima[span]);
        runningSum = isEmpty ? sums[span] : merge(runningSum, sums[span], weights[span]);
        running = isEmpty ? values[i] : merge(running, values[i], weights[span]);
        isEmpty = false;
      }
    }
    barrier();  // the next tile overwrites this one
    if (count < TILE) break;
  }

  float inverse = reciprocal(runningSum);
  for (uint i = 0u; i < 2u; i++) {
    uint own = lane + i * 64u;
    if (own >= p.headSize / 2u) break;
    vec2 value = vec2(0.0);
    if (hasSlots(maximum)) {
      vec2 sum = i == 0u ? running.xy : running.zw;
      value = vec2(normalized(sum.x, inverse, p.significantBits), normalized(sum.y, inverse, p.significantBits));
    }
    uint rowHead = gl_WorkGroupID.x * p.heads + gl_WorkGroupID.y;
    outValues[rowHead * (p.headSize / 2u) + own] = value;
  }
}
