// The spans of treeAttention apart, so that a long context spreads over many groups; attentionMerge joins them in order.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "attentionChunk.glsl"

layout(set = 0, binding = 8, std430) writeonly buffer Parts { vec2 parts[]; };  // [rows][heads][spans][(headSize + PART_WORDS) / 2]

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint firstHead = gl_WorkGroupID.y % (p.heads / HEADS) * HEADS;
  uint head = firstHead + ownHead(lane);
  bool isFirst = lane % HEAD_LANES == 0u;  // of the head's lanes
  uint begin = gl_WorkGroupID.y / (p.heads / HEADS) * p.spansPerGroup;
  uint column = head / (p.heads / p.keyHeads) * p.headSize;
  uint queryStart = row * p.queryColumns + firstHead * p.headSize;
  RowKeys keys = findKeys(lane, p.firstRow + row);

  for (uint span = begin; span < min(begin + p.spansPerGroup, p.spans); span++) {
    uint to = ((row * p.heads + head) * p.spans + span) * (p.headSize + PART_WORDS);
    uint tail = (to + p.headSize + PART_EXISTS) / 2u;
    if (span * SPAN_KEYS >= keys.count) {
      if (isFirst) parts[tail].x = 0.0;
      continue;
    }
    OwnColumns own = attendSpan(lane, keys, span * SPAN_KEYS, queryStart, column);
    vec2 pairs[4] = vec2[](own.values.low.xy, own.values.low.zw, own.values.high.xy, own.values.high.zw);
    for (uint part = 0u; part < 4u && ownColumn(lane, part) < p.headSize; part++) {
      parts[(to + ownColumn(lane, part)) / 2u] = pairs[part];
    }
    if (isFirst) {
      parts[tail - 1u] = vec2(own.maximum, own.sum);
      parts[tail] = vec2(1.0, 0.0);
    }
  }
}
