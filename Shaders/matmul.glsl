// out[r][n] = sum over k of x[r][k] * weights[n][k], 32 outputs and ROWS rows a group.
// The includer defines WORD_INPUTS (inputs in a 16-byte word) and weightQuad(word, q): inputs 4q ..< 4q + 4 of the word.
// Order: chunks of DOT_CHUNK inputs, one accumulator in index order each, chunks added in order; no tile changes it.
#include "shared/matmul.h"
#include "numerics.glsl"

layout(local_size_x = 32) in;  // MATMUL_TILE
layout(constant_id = 0) const uint ROWS = 1u;
// Outputs a lane: 1 suits GPUs. CPU drivers load lane by lane, so there fewer lanes with larger tiles load less:
// 0 keeps eight lanes busy, with 4 x ROWS or, for 8 rows and more, 8 x ROWS / 2 outputs and rows each.
layout(constant_id = 1) const uint TUNED_OUTPUTS = 0u;
const uint OUTPUTS = TUNED_OUTPUTS != 0u ? TUNED_OUTPUTS : ROWS < 8u ? 4u : ROWS % 2u == 0u ? 8u : 4u;
const uint OUTPUT_LANES = 32u / OUTPUTS;
const uint ROW_LANES = OUTPUTS > 4u ? OUTPUTS / 4u : 1u;
const uint LANE_ROWS = ROWS / ROW_LANES;

layout(push_constant) uniform Push { Matmul p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };              // [rows][inputs]
layout(set = 0, binding = 0, std430) readonly buffer XQuads { vec4 xQuads[]; };     // the same, for inputs % 4 == 0
layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][MATMUL_TILE]
layout(set = 0, binding = 2, std430) buffer Out { float outValues[]; };             // [rows][outputs]

#define WORD_QUADS (WORD_INPUTS / 4u)
#define CHUNK_WORDS (DOT_CHUNK / WORD_INPUTS)

uint laneRows[LANE_ROWS];
vec4 quads[LANE_ROWS * WORD_QUADS];    // inputs of one word, for each row
float chunk[LANE_ROWS * OUTPUTS];
float total[LANE_ROWS * OUTPUTS];

vec4 weightQuad(uvec4 word, uint q);

// Inputs k ..< k + 4 of a row, zeros past the end: adding +0 changes no accumulator, none is ever -0.
vec4 partialQuad(uint row, uint k) {
  uint from = row * p.inputs + k;
  vec4 quad = vec4(0.0);
  if (k < p.inputs) quad.x = x[from];
  if (k + 1u < p.inputs) quad.y = x[from + 1u];
  if (k + 2u < p.inputs) quad.z = x[from + 2u];
  if (k + 3u < p.inputs) quad.w = x[from + 3u];
  return quad;
}

float addQuad(float sum, vec4 a, vec4 b) {
  return addProduct(addProduct(addProduct(addProduct(sum, a.x, b.x), a.y, b.y), a.z, b.z), a.w, b.w);
}

// Adds the products of `quads` and one word of each output to the chunks.
void accumulate(uint firstWord) {
  for (uint n = 0u; n < OUTPUTS; n++) {
    uvec4 word = weights[firstWord + n * OUTPUT_LANES];
    for (uint q = 0u; q < WORD_QUADS; q++) {
      vec4 w = weightQuad(word, q);
      for (uint r = 0u; r < LANE_ROWS; r++) {
        chunk[r * OUTPUTS + n] = addQuad(chunk[r * OUTPUTS + n], quads[r * WORD_QUADS + q], w);
      }
    }
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  if (lane >= OUTPUT_LANES * ROW_LANES) return;
  uint tileColumn = lane % OUTPUT_LANES;
  uint firstRow = gl_WorkGroupID.y * ROWS + lane / OUTPUT_LANES * LANE_ROWS;
  uint groups = (p.inputs + WORD_INPUTS - 1u) / WORD_INPUTS;
  uint wholeGroups = p.inputs % 4u == 0u ? p.inputs / WORD_INPUTS : 0u;  // their quads are aligned and inside the row
  uint tile = gl_WorkGroupID.x * groups * MATMUL_TILE + tileColumn;

  // Rows past the end repeat the last one and are not written.
  for (uint r = 0u; r < LANE_ROWS; r++) laneRows[r] = min(firstRow + r, p.rows - 1u);
  for (uint i = 0u; i < LANE_ROWS * OUTPUTS; i++) total[i] = 0.0;

  for (uint begin = 0u; begin < groups; begin += CHUNK_WORDS) {
    uint end = min(begin + CHUNK_WORDS, groups);
    uint wholeEnd = min(end, max(begin, wholeGroups));
    for (uint i = 0u; i < LANE_ROWS * OUTPUTS; i++) chunk[i] = 0.0;
    for (uint group = begin; group < wholeEnd; group++) {
      for (uint r = 0u; r < LANE_ROWS; r++) {
        uint from = laneRows[r] * (p.inputs / 4u) + group * WORD_QUADS;
        for (uint q = 0u; q < WORD_QUADS; q++) quads[r * WORD_QUADS + q] = xQuads[from + q];
      }
      accumulate(tile + group * MATMUL_TILE);
    }
    for (uint group = wholeEnd; group < end; group++) {
      for (uint r = 0u; r < LANE_ROWS; r++) {
        for (uint q = 0u; q < WORD_QUADS; q++) {
          quads[r * WORD_QUADS + q] = partialQuad(laneRows[r], group * WORD_INPUTS + 4u * q);
        }
      }
      accumulate(tile + group * MATMUL_TILE);
    }
    for (uint i = 0u; i < LANE_ROWS * OUTPUTS; i++) total[i] = add(total[i], chunk[i]);
  }

  for (uint r = 0u; r < LANE_ROWS; r++) {
    if (firstRow + r >= p.rows) break;
    for (uint n = 0u; n < OUTPUTS; n++) {
      uint column = gl_WorkGroupID.x * MATMUL_TILE + tileColumn + n * OUTPUT_LANES;
      if (column >= p.outputs) break;
      uint to = (firstRow + r) * p.outputs + column;
      float sum = total[r * OUTPUTS + n];
      outValues[to] = flush(p.accumulate != 0u ? add(outValues[to], sum) : sum);
    }
  }
}
