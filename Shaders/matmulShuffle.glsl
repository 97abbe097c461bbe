// The sums of matmul.glsl for drivers whose subgroup is one vector of eight lanes (llvmpipe). There a load
// costs far more than a shuffle, which is one instruction: each weight and each x is loaded once a group (as texels, see
// Tuning), lane l has outputs l, l + 8, l + 16, l + 24 of every row, and x reaches the other lanes by shuffles.
// The includer defines WORD_INPUTS (inputs in a 16-byte word) and weightPair(word, pair): inputs 2 * pair and + 1 of the word.
#extension GL_EXT_control_flow_attributes : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "shared/matmul.h"
#include "numerics.glsl"

layout(local_size_x = 8) in;
layout(constant_id = 0) const uint ROWS = 1u;
// The number of lanes is a specialization constant so that no loop bound is known before the driver compiles:
// spirv-opt drops `precise` from the loops that it unrolls.
layout(constant_id = 1) const uint LANES = 8u;  // also the inputs of a step

layout(push_constant) uniform Push { Matmul p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };              // [rows][inputs]
layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][MATMUL_TILE]
layout(set = 0, binding = 2, std430) buffer Out { float outValues[]; };             // [rows][outputs]

#define WORD_PAIRS (WORD_INPUTS / 2u)
const uint OUTPUTS = MATMUL_TILE / LANES;
const uint WORDS = LANES / WORD_INPUTS;
const uint CHUNK_STEPS = DOT_CHUNK / LANES;
const uint SUMS = ROWS * OUTPUTS;

vec2 weightPair(uvec4 word, uint pair);

void main() {
  uint lane = gl_SubgroupInvocationID;
  uint firstRow = gl_WorkGroupID.y * ROWS;
  uint groups = (p.inputs + WORD_INPUTS - 1u) / WORD_INPUTS;
  uint steps = (p.inputs + LANES - 1u) / LANES;
  uint tile = gl_WorkGroupID.x * groups * MATMUL_TILE + lane;

  // All loops over rows and outputs are unrolled, so that these arrays are registers.
  uint rowStarts[ROWS];
  float total[SUMS];
  [[unroll]] for (uint r = 0u; r < ROWS; r++) rowStarts[r] = min(firstRow + r, p.rows - 1u) * p.inputs;  // the last row again
  [[unroll]] for (uint i = 0u; i < SUMS; i++) total[i] = 0.0;

  for (uint begin = 0u; begin < steps; begin += CHUNK_STEPS) {
    uint end = min(begin + CHUNK_STEPS, steps);
    float chunk[SUMS];
    [[unroll]] for (uint i = 0u; i < SUMS; i++) chunk[i] = 0.0;
    for (uint s = begin; s < end; s++) {
      uvec4 words[WORDS * OUTPUTS];
      [[unroll]] for (uint i = 0u; i < WORDS; i++) {
        uint group = s * WORDS + i;
        [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
          words[i * OUTPUTS + n] = uvec4(0u);
          if (i == 0u || group < groups) words[i * OUTPUTS + n] = weights[tile + group * MATMUL_TILE + n * LANES];
        }
      }
      // Zeros past the end: adding +0 changes no accumulator, none is ever -0.
      uint k = s * LANES + lane;
      float values[ROWS];
      [[unroll]] for (uint r = 0u; r < ROWS; r++) {
        values[r] = 0.0;
        if (k < p.inputs) values[r] = x[rowStarts[r] + k];
      }
      [[unroll]] for (uint pair = 0u; pair < LANES / 2u; pair++) {
        vec2 w[OUTPUTS];
        [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
          w[n] = weightPair(words[pair / WORD_PAIRS * OUTPUTS + n], pair % WORD_PAIRS);
        }
        [[unroll]] for (uint r = 0u; r < ROWS; r++) {
          float a = subgroupShuffle(values[r], 2u * pair);
          float b = subgroupShuffle(values[r], 2u * pair + 1u);
          [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
            uint i = r * OUTPUTS + n;
            chunk[i] = addProduct(addProduct(chunk[i], a, w[n].x), b, w[n].y);
          }
        }
      }
    }
    [[unroll]] for (uint i = 0u; i < SUMS; i++) total[i] = add(total[i], chunk[i]);
  }

  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
      uint column = gl_WorkGroupID.x * MATMUL_TILE + n * LANES + lane;
      if (firstRow + r < p.rows && column < p.outputs) {
        uint to = (firstRow + r) * p.outputs + column;
        float sum = total[r * OUTPUTS + n];
        if (p.accumulate != 0u) sum = add(outValues[to], sum);
        outValues[to] = flush(sum);
      }
    }
  }
}
