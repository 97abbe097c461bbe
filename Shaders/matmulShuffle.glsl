// The sums of matmul.glsl for drivers whose subgroup is one vector of eight lanes (llvmpipe). There a load
// costs far more than a shuffle, which is one instruction: each weight and each x is loaded once a group (as texels, see
// Tuning), lane l has outputs l, l + 8, l + 16, l + 24 of every row, and x reaches the other lanes by shuffles.
// The includer defines its format as for matmul.glsl.
#extension GL_KHR_shader_subgroup_shuffle : require
#include "matmulCall.glsl"
#define STRIDE_ID 2
#include "stride.glsl"

layout(local_size_x = 8) in;
layout(constant_id = 0) const uint ROWS = 1u;
// The number of lanes is a specialization constant so that no loop bound is known before the driver compiles:
// spirv-opt drops `precise` from the loops that it unrolls.
layout(constant_id = 1) const uint LANES = 8u;  // also the inputs of a step

layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };              // [rows][inputs]
layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][GROUP_WORDS]

#define SEGMENT_PAIRS (SEGMENT_INPUTS / 2u)
#define SEGMENTS (GROUP_INPUTS / SEGMENT_INPUTS)
const uint OUTPUTS = MATMUL_TILE / LANES;
const uint WORDS = LANES / SEGMENT_INPUTS;  // segments of a step
const uint CHUNK_STEPS = DOT_CHUNK / LANES;
const uint SUMS = ROWS * OUTPUTS;

#ifdef BLOCK_SCALES
#define GROUP_WORDS (PLANES * MATMUL_TILE + MATMUL_TILE / 8u)
#else
#define GROUP_WORDS MATMUL_TILE
#endif

void main() {
  uint lane = gl_SubgroupInvocationID;
  Place place = groupPlace(ROWS);
  if (!hasProducts(place, ROWS, lane, LANES)) return;
  uint segments = (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS * SEGMENTS;
  uint steps = (p.inputs + LANES - 1u) / LANES;
  uint tile = firstTileWord(place, segments / SEGMENTS * GROUP_WORDS);

  // All loops over rows and outputs are unrolled, so that these arrays are registers.
  uint rowStarts[ROWS];
  float total[SUMS];
  [[unroll]] for (uint r = 0u; r < ROWS; r++) rowStarts[r] = inputRow(place, r) * p.inputs;
  [[unroll]] for (uint i = 0u; i < SUMS; i++) total[i] = 0.0;

  for (uint begin = 0u; begin < steps; begin += CHUNK_STEPS) {
    uint end = min(begin + CHUNK_STEPS, steps);
    float chunk[SUMS];
    [[unroll]] for (uint i = 0u; i < SUMS; i++) chunk[i] = 0.0;
#ifdef BLOCK_SCALES
    float block[SUMS];
    [[unroll]] for (uint i = 0u; i < SUMS; i++) block[i] = 0.0;
#define RUNNING block
#else
#define RUNNING chunk
#endif
    EACH(s, begin, end) {
      uvec4 words[WORDS * OUTPUTS];
      [[unroll]] for (uint i = 0u; i < WORDS; i++) {
        uint segment = s * WORDS + i;
        uint from = tile + segment / SEGMENTS * GROUP_WORDS + segment % SEGMENTS * PLANES / SEGMENTS * MATMUL_TILE;
        [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
          words[i * OUTPUTS + n] = uvec4(0u);
          if (i == 0u || segment < segments) {
            words[i * OUTPUTS + n] = segmentWord(weights[from + n * LANES + lane], segment % SEGMENTS);
          }
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
          w[n] = weightPair(words[pair / SEGMENT_PAIRS * OUTPUTS + n], pair % SEGMENT_PAIRS);
        }
        [[unroll]] for (uint r = 0u; r < ROWS; r++) {
          float a = subgroupShuffle(values[r], 2u * pair);
          float b = subgroupShuffle(values[r], 2u * pair + 1u);
          [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
            uint i = r * OUTPUTS + n;
            RUNNING[i] = addProduct(addProduct(RUNNING[i], a, w[n].x), b, w[n].y);
          }
        }
      }
#ifdef BLOCK_SCALES
      if (s % SEGMENTS == SEGMENTS - 1u || s + 1u == end) {
        [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
          uint column = n * LANES + lane;
          uint from = tile + s / SEGMENTS * GROUP_WORDS + PLANES * MATMUL_TILE + column / 8u;
          float scale = wordHalf(weights[from], column % 8u);
          [[unroll]] for (uint r = 0u; r < ROWS; r++) {
            uint i = r * OUTPUTS + n;
            chunk[i] = addProduct(chunk[i], block[i], scale);
            block[i] = 0.0;
          }
        }
      }
#endif
    }
    [[unroll]] for (uint i = 0u; i < SUMS; i++) total[i] = add(total[i], chunk[i]);
  }

  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    uint row = outputRow(place, r);
    [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
      uint column = place.firstColumn + n * LANES + lane;
      if (row != NO_ROW && column < p.outputs) storeSum(row, column, total[r * OUTPUTS + n]);
    }
  }
  if (!needsFinish()) return;
  uint endColumn = min(place.firstColumn + MATMUL_TILE, p.outputs);
  for (uint r = 0u; r < ROWS; r++) {
    uint row = outputRow(place, r);
    if (row == NO_ROW) break;
    for (uint column = place.firstColumn + lane; column < endColumn; column += LANES) finish(place, row, column);
  }
}
