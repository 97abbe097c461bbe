// What every matmul shader shares: the rows and the weights that a group has, and what becomes of its sums.
// A group in x is a tile of outputs, a group in y a tile of rows of one block.
#ifndef ESPALIER_MATMUL_CALL_GLSL
#define ESPALIER_MATMUL_CALL_GLSL

#include "shared/matmul.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { Matmul p; };
layout(set = 0, binding = 2, std430) buffer Out { float outValues[]; };            // [blocks * rows][outputs]
layout(set = 0, binding = 3, std430) readonly buffer Bias { float bias[]; };       // [matrices][outputs]
layout(set = 0, binding = 4, std430) readonly buffer Choices { uint choices[]; };  // [blocks], or [blocks][1 + sorted]

struct Place {
  uint matrix;
  uint firstRow;     // of out; with sorted choices where it stands among them
  uint endRow;       // of those that share the matrix
  uint firstColumn;
};

Place groupPlace(uint rowsPerGroup) {
  uint sharing = p.sorted != 0u ? p.sorted : p.rows;
  uint rowTiles = (sharing + rowsPerGroup - 1u) / rowsPerGroup;
  uint block = gl_WorkGroupID.y / rowTiles + (p.choices == 0u ? p.firstMatrix : 0u);
  uint firstOfBlock = p.sorted != 0u ? block * (1u + p.sorted) + 1u : block * p.rows;
  Place place;
  place.matrix = p.choices == 0u ? block : choices[p.sorted != 0u ? firstOfBlock - 1u : block];
  place.firstRow = firstOfBlock + gl_WorkGroupID.y % rowTiles * rowsPerGroup;
  place.endRow = firstOfBlock + sharing;
  place.firstColumn = (p.firstTile + gl_WorkGroupID.x) * MATMUL_TILE;
  return place;
}

// The row of out that a group has at `index`, NO_ROW past its last one.
uint outputRow(Place place, uint index) {
  uint row = place.firstRow + index;
  if (row >= place.endRow) return NO_ROW;
  if (p.sorted == 0u) return row;
  row = choices[row];
  return row < p.rows ? row : NO_ROW;
}

// The row of x for it; past the last one the first again, which is then not written.
uint inputRow(Place place, uint index) {
  uint row = outputRow(place, index);
  if (row == NO_ROW) row = outputRow(place, 0u);
  return p.choices == 0u ? row : row / p.choices;
}

// One of the eight halves in a word.
float wordHalf(uvec4 word, uint index) {
  vec2 pair = unpackHalf2x16(word[index / 2u]);
  return index % 2u == 0u ? pair.x : pair.y;
}

// Whether the group has rows, and their matrix is bound. One that does not exist is no reason to read it: the rows are +0.
bool hasProducts(Place place, uint rowsPerGroup, uint lane, uint lanes) {
  if (outputRow(place, 0u) == NO_ROW) return false;
  if (place.matrix - p.firstMatrix < p.boundMatrices) return true;
  if (place.matrix < p.matrices) return false;
  uint endColumn = min(place.firstColumn + MATMUL_TILE, p.outputs);
  for (uint r = 0u; r < rowsPerGroup; r++) {
    uint row = outputRow(place, r);
    if (row == NO_ROW) break;
    for (uint column = place.firstColumn + lane; column < endColumn; column += lanes) {
      outValues[row * p.outputs + column] = 0.0;
    }
  }
  return false;
}

// The first 16-byte word of the group's tile, where a tile has tileWords of them.
uint firstTileWord(Place place, uint tileWords) {
  uint tiles = (p.outputs + MATMUL_TILE - 1u) / MATMUL_TILE;
  uint lines = (tiles * tileWords + MATMUL_LINE - 1u) / MATMUL_LINE;
  return (place.matrix - p.firstMatrix) * lines * MATMUL_LINE + gl_WorkGroupID.x * tileWords;
}

void storeSum(uint row, uint column, float sum) {
  uint to = row * p.outputs + column;
  if (p.accumulate != 0u) sum = add(outValues[to], sum);
  outValues[to] = flush(sum);
}

bool needsFinish() { return p.hasBias != 0u || p.transform != MATMUL_PLAIN || p.significantBits < 24u; }

// Bias, transform and rounding, apart from storeSum so that unrolled stores stay short.
void finish(Place place, uint row, uint column) {
  uint to = row * p.outputs + column;
  float y = outValues[to];
  if (p.hasBias != 0u) y = flush(add(y, bias[place.matrix * p.outputs + column]));
  if (p.transform == MATMUL_SILU) y = flush(multiply(y, sigmoid(y)));
  if (p.transform == MATMUL_GELU) y = gelu(y);
  if (p.transform == MATMUL_GELU_ERF) y = geluErf(y);
  if (p.transform == MATMUL_SOFTPLUS) y = softplus(y);
  outValues[to] = roundBits(y, p.significantBits);
}

#endif
