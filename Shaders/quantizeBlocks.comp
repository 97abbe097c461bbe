// Rows as signed bytes with a scale for each block of 32, for matmulQ8Int8 and matmulQ4Int8; a group has a chunk of four blocks,
// a lane four inputs of it.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/matmul.h"
#include "shared/rows.h"
#include "byteScale.glsl"

layout(local_size_x = 32) in;  // DOT_CHUNK / 4

layout(push_constant) uniform Push { QuantizeRows p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };           // [rows][columns]
layout(set = 0, binding = 1, std430) writeonly buffer Out { uint outWords[]; };  // [rows][chunks][QUANTIZED_CHUNK_WORDS]

#define CHUNK_BLOCKS (DOT_CHUNK / BLOCK_INPUTS)

shared uint greatest[CHUNK_BLOCKS];

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint row = gl_WorkGroupID.y;
  uint first = gl_WorkGroupID.x * DOT_CHUNK + 4u * lane;

  if (lane < CHUNK_BLOCKS) greatest[lane] = 0u;
  barrier();
  float values[4];
  uint own = 0u;
  for (uint i = 0u; i < 4u; i++) {
    values[i] = 0.0;
    if (first + i < p.columns) values[i] = flush(x[row * p.columns + first + i]);
    own = max(own, magnitudeBits(values[i]));
  }
  uint block = 4u * lane / BLOCK_INPUTS;
  atomicMax(greatest[block], own);
  barrier();

  ByteScale s = byteScale(greatest[block]);
  uint word = 0u;
  for (uint i = 0u; i < 4u; i++) word |= quantized(values[i], s) << (8u * i);
  uint to = (row * gl_NumWorkGroups.x + gl_WorkGroupID.x) * QUANTIZED_CHUNK_WORDS;
  outWords[to + lane] = word;
  if (lane < CHUNK_BLOCKS) outWords[to + DOT_CHUNK / 4u + lane] = floatBitsToUint(byteScale(greatest[lane]).scale);
}
