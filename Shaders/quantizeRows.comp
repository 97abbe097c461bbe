// Rows as signed bytes with one scale each, for matmulInt8; a group of 64 lanes a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/rows.h"
#include "ahead.glsl"
#include "byteScale.glsl"

layout(local_size_x = 64) in;

layout(push_constant) uniform Push { QuantizeRows p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };           // [rows][columns]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outWords[]; };  // [rows][words], in sixteens of bytes

shared uint greatest;

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint start = gl_WorkGroupID.x * p.columns;

  if (lane == 0u) greatest = 0u;
  barrier();
  uint own = 0u;
  float values[AHEAD];
  EACH_AHEAD(first, lane, 64u, p.columns) {
    LOAD_AHEAD(values, i, first, 64u, p.columns, flush(x[start + i]))
    USE_AHEAD(n, i, first, 64u, p.columns) own = max(own, magnitudeBits(values[n]));
  }
  atomicMax(greatest, own);
  barrier();
  ByteScale s = byteScale(greatest);

  uint bytesWords = (p.columns + 15u) / 16u * 4u;
  uint to = gl_WorkGroupID.x * (bytesWords + 4u);
  for (uint w = lane; w < bytesWords; w += 64u) {
    uint word = 0u;
    for (uint i = 0u; i < 4u; i++) {
      uint column = 4u * w + i;
      if (column < p.columns) word |= quantized(flush(x[start + column]), s) << (8u * i);
    }
    outWords[to + w] = word;
  }
  if (lane < 4u) outWords[to + bytesWords + lane] = lane == 0u ? floatBitsToUint(s.scale) : 0u;
}
