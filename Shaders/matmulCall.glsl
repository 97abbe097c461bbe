// What every matmul shader shares: the rows and the weights that a group has, and what becomes of its sums.
// A group in x is a tile of outputs, a group in y a tile of rows of one block.
#ifndef ESPALIER_MATMUL_CALL_GLSL
#define ESPALIER_MATMUL_CALL_GLSL

#include "shared/matmul.h"
#include "numerics.glsl"

layout(push_constant) uniform Push { Matmul p; };
layout(set = 0, binding = 2, std430) buffer Out { float outValues[]; };            // [blocks * rows][outputs]
layout(set = 0, binding = 3, std430) readonly buffer Bias { float bias[]; };       // [matrices][outputs]
layout(set = 0, binding = 4, std430) readonly buffer Choices { uint choices[]; };  // [blocks]

struct Place {
  uint matrix;
  uint firstRow;  // of out
  uint endRow;    // of the block
  uint firstColumn;
};

Place groupPlace(uint rowsPerGroup) {
  uint rowTiles = (p.rows + rowsPerGroup - 1u) / rowsPerGroup;
  uint block = gl_WorkGroupID.y / rowTiles + (p.choices == 0u ? p.firstMatrix : 0u);
  Place place;
  place.matrix = p.choices == 0u ? block : choices[block];
  place.firstRow = block * p.rows + gl_WorkGroupID.y % rowTiles * rowsPerGroup;
  place.endRow = (block + 1u) * p.rows;
  place.firstColumn = (p.firstTile + gl_WorkGroupID.x) * MATMUL_TILE;
  return place;
}

// One of the eight halves in a word.
float wordHalf(uvec4 word, uint index) {
  vec2 pair = unpackHalf2x16(word[index / 2u]);
  return index % 2u == 0u ? pair.x : pair.y;
}

// Whether the matrix is bound. One that does not exist is no reason to read it: the rows are +0.
bool isBound(Place place, uint rowsPerGroup, uint lane, uint lanes) {
  if (place.matrix - p.firstMatrix < p.boundMatrices) return true;
  if (place.matrix < p.matrices) return false;
  uint lastRow = min(place.firstRow + rowsPerGroup, place.endRow);
  uint lastColumn = min(place.firstColumn + MATMUL_TILE, p.outputs);
  for (uint row = place.firstRow; row < lastRow; row++) {
    for (uint column = place.firstColumn + lane; column < lastColumn; column += lanes) {
      outValues[row * p.outputs + column] = 0.0;
    }
  }
  return false;
}

// The row of x that belongs to a row of out; rows past the end repeat the last one and are not written.
uint inputRow(Place place, uint row) {
  uint inside = min(row, place.endRow - 1u);
  return p.choices == 0u ? inside : inside / p.choices;
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
  outValues[to] = roundBits(y, p.significantBits);
}

#endif
