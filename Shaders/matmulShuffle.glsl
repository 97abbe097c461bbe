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

layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][GROUP_WORDS]

#ifdef BYTE_ROWS
#include "byteRows.glsl"
float inputOrZero(uint start, uint k) {
  return bitfieldExtract(int(rowWord(bytesWord(start, k))), int(k % 4u * 8u), 8);
}
#elif defined(ROW_SCALES)
#include "int8Rows.glsl"
#else
#include "floatRows.glsl"
// Zeros past the end: adding +0 changes no accumulator, none is ever -0.
float inputOrZero(uint start, uint k) {
  float value = 0.0;
  if (k < p.inputs) value = x[start + k];
  return value;
}
#endif

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

#ifndef ROW_SCALES
#define Total float
#define TILE_SCALE_WORDS 0u
float addChunk(float total, float chunk) { return add(total, chunk); }
float rowSum(float total, uint start, uint tile, uint groups, uint own) { return total; }
#endif

void main() {
  uint lane = gl_SubgroupInvocationID;
  Place place = groupPlace(ROWS);
  if (!hasProducts(place, ROWS, lane, LANES)) return;
  uint segments = (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS * SEGMENTS;
  uint steps = (p.inputs + LANES - 1u) / LANES;
  uint groups = segments / SEGMENTS;
  uint tile = firstTileWord(place, groups * GROUP_WORDS + TILE_SCALE_WORDS);

  // All loops over rows and outputs are unrolled, so that these arrays are registers.
  uint xStarts[ROWS];
  Total total[SUMS];
  [[unroll]] for (uint r = 0u; r < ROWS; r++) xStarts[r] = rowStart(inputRow(place, r));
  [[unroll]] for (uint i = 0u; i < SUMS; i++) total[i] = Total(0);

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
      float values[ROWS];
      [[unroll]] for (uint r = 0u; r < ROWS; r++) values[r] = inputOrZero(xStarts[r], s * LANES + lane);
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
        float rowScales[ROWS];
        [[unroll]] for (uint r = 0u; r < ROWS; r++) rowScales[r] = rowScale(xStarts[r], s / SEGMENTS);
        [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
          uint column = n * LANES + lane;
          uint from = tile + s / SEGMENTS * GROUP_WORDS + PLANES * MATMUL_TILE + column / 8u;
          float scale = wordHalf(weights[from], column % 8u);
          [[unroll]] for (uint r = 0u; r < ROWS; r++) {
            uint i = r * OUTPUTS + n;
            chunk[i] = addProduct(chunk[i], block[i], sumScale(scale, rowScales[r]));
            block[i] = 0.0;
          }
        }
      }
#endif
    }
    [[unroll]] for (uint i = 0u; i < SUMS; i++) total[i] = addChunk(total[i], chunk[i]);
  }

  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    uint row = outputRow(place, r);
    [[unroll]] for (uint n = 0u; n < OUTPUTS; n++) {
      uint own = n * LANES + lane;
      uint column = place.firstColumn + own;
      if (row != NO_ROW && column < p.outputs) {
        storeSum(row, column, rowSum(total[r * OUTPUTS + n], xStarts[r], tile, groups, own));
      }
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
