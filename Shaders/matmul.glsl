// out[r][n] = sum over k of x[r][k] * weights[n][k]. A lane is an output, an invocation has ROWS rows.
// The includer defines WORD_INPUTS (inputs in a 16-byte word) and weightQuad(word, q): inputs 4q ..< 4q + 4 of the word.
// Order: chunks of DOT_CHUNK inputs, one accumulator in index order each, chunks added in order; the same for any ROWS.
#include "shared/matmul.h"
#include "numerics.glsl"

layout(local_size_x = 32) in;  // MATMUL_TILE
layout(constant_id = 0) const uint ROWS = 1u;

layout(push_constant) uniform Push { Matmul p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };          // [rows][inputs]
layout(set = 0, binding = 0, std430) readonly buffer XQuads { vec4 xQuads[]; }; // the same, for inputs % 4 == 0
layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][MATMUL_TILE]
layout(set = 0, binding = 2, std430) buffer Out { float outValues[]; };         // [rows][outputs]

#define WORD_QUADS (WORD_INPUTS / 4u)
#define CHUNK_WORDS (DOT_CHUNK / WORD_INPUTS)

vec4 weightQuad(uvec4 word, uint q);

// Inputs k ..< k + 4 of a row, zeros past the end: adding +0 changes no accumulator, none is ever -0.
vec4 inputQuad(uint row, uint k) {
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

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint column = gl_WorkGroupID.x * MATMUL_TILE + lane;
  uint firstRow = gl_WorkGroupID.y * ROWS;
  uint groups = (p.inputs + WORD_INPUTS - 1u) / WORD_INPUTS;
  uint wholeGroups = p.inputs % 4u == 0u ? p.inputs / WORD_INPUTS : 0u;  // all quads aligned and inside
  uint tile = gl_WorkGroupID.x * groups * MATMUL_TILE + lane;

  // Rows past the end repeat the last one and are not written.
  uint rowStart[ROWS];
  float total[ROWS];
  float chunk[ROWS];
  for (uint r = 0u; r < ROWS; r++) {
    rowStart[r] = min(firstRow + r, p.rows - 1u);
    total[r] = 0.0;
  }

  for (uint begin = 0u; begin < groups; begin += CHUNK_WORDS) {
    uint end = min(begin + CHUNK_WORDS, groups);
    uint wholeEnd = min(end, max(begin, wholeGroups));
    for (uint r = 0u; r < ROWS; r++) chunk[r] = 0.0;
    for (uint group = begin; group < wholeEnd; group++) {
      uvec4 word = weights[tile + group * MATMUL_TILE];
      for (uint q = 0u; q < WORD_QUADS; q++) {
        vec4 w = weightQuad(word, q);
        for (uint r = 0u; r < ROWS; r++) {
          chunk[r] = addQuad(chunk[r], xQuads[rowStart[r] * (p.inputs / 4u) + group * WORD_QUADS + q], w);
        }
      }
    }
    for (uint group = wholeEnd; group < end; group++) {
      uvec4 word = weights[tile + group * MATMUL_TILE];
      for (uint q = 0u; q < WORD_QUADS; q++) {
        vec4 w = weightQuad(word, q);
        for (uint r = 0u; r < ROWS; r++) {
          chunk[r] = addQuad(chunk[r], inputQuad(rowStart[r], group * WORD_INPUTS + 4u * q), w);
        }
      }
    }
    for (uint r = 0u; r < ROWS; r++) total[r] = add(total[r], chunk[r]);
  }

  if (column >= p.outputs) return;
  for (uint r = 0u; r < ROWS; r++) {
    if (firstRow + r >= p.rows) break;
    uint to = (firstRow + r) * p.outputs + column;
    outValues[to] = flush(p.accumulate != 0u ? add(outValues[to], total[r]) : total[r]);
  }
}
