// Attention of an in-flight row over the cached prefix and the in-flight rows it sees; one group a row and HEADS heads.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "attentionChunk.glsl"

layout(set = 0, binding = 8, std430) writeonly buffer Out { vec2 outValues[]; };  // [rows][heads * headSize / 2]

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.x;
  uint firstHead = gl_WorkGroupID.y * HEADS;
  uint head = firstHead + ownHead(lane);
  uint column = head / (p.heads / p.keyHeads) * p.headSize;
  uint queryStart = row * p.queryColumns + firstHead * p.headSize;
  RowKeys keys = findKeys(lane, p.firstRow + row);

  OwnColumns running;
  running.maximum = negativeInfinity();
  running.sum = 0.0;
  running.values = Eight(vec4(0.0), vec4(0.0));
  for (uint first = 0u; first < keys.count; first += SPAN_KEYS) {
    OwnColumns span = attendSpan(lane, keys, first, queryStart, column);
    if (first == 0u) {
      running = span;
    } else {
      mergeColumns(running, span);
    }
  }

  float inverse = reciprocal(running.sum);
  vec2 pairs[4] = vec2[](running.values.low.xy, running.values.low.zw, running.values.high.xy, running.values.high.zw);
  for (uint part = 0u; part < 4u; part++) {
    uint d = ownColumn(lane, part);
    if (d >= p.headSize) break;
    vec2 value = vec2(0.0);
    if (hasSlots(running.maximum)) {
      value = vec2(
          normalized(pairs[part].x, inverse, p.significantBits), normalized(pairs[part].y, inverse, p.significantBits));
    }
    outValues[((row * p.heads + head) * p.headSize + d) / 2u] = value;
  }
}
