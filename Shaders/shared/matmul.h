#ifndef ESPALIER_MATMUL_H
#define ESPALIER_MATMUL_H

#include "contract.h"
#include "scalars.h"

// Packed weights: tiles of 32 outputs; inside a tile, for each group of inputs, planes of 32 neighbouring 16-byte words,
// one an output, lowest input in the lowest bits. Outputs are padded to 32 and inputs to whole groups with zeros, a matrix
// to whole lines of 256 bytes, so that matrices can be stacked and bound one by one.
//   f32: groups of 4.  f16, bf16: groups of 8.
//   q8_0: groups of 32, two planes of 16 bytes, then the f16 scales of the 32 outputs (64 bytes).
//   int8: groups of 16; behind all groups of a tile the f32 scales of the 32 outputs (128 bytes).
//   q4_0: groups of 32, one plane, then the scales; low nibbles are inputs 0 ..< 16, high nibbles 16 ..< 32, 8 is zero.
#define MATMUL_TILE 32u
#define MATMUL_LINE 16u  // 16-byte words of a line

// Rows of signed bytes with a scale for each block of inputs: 32-bit words of a chunk of DOT_CHUNK inputs, its bytes and then
// the f32 scales of its blocks.
#define QUANTIZED_CHUNK_WORDS 36u

// What becomes of a sum.
#define MATMUL_PLAIN 0u
#define MATMUL_SILU 1u
#define MATMUL_GELU 2u
#define MATMUL_GELU_ERF 3u
#define MATMUL_SOFTPLUS 4u

#define NO_ROW 0xffffffffu
#define NO_MATRIX 0xffffffffu
#define MAXIMUM_SORTED_MATRICES 1024u

struct SortChoices {
  U32 rows;
  U32 matrices;
  U32 rowsPerGroup;
  U32 groups;  // of the schedule
};

struct Matmul {
  U32 rows;             // rows of out that share a matrix; all rows of out with sorted choices
  U32 inputs;           // K
  U32 outputs;          // N
  U32 accumulate;       // 1: the sum is added to the previous output
  U32 hasBias;
  U32 transform;        // MATMUL_...
  U32 significantBits;  // of the output
  U32 choices;          // matrices that each row of x chose; 0: block b of rows has matrix b
  U32 sorted;           // rows a group of sorted choices, 0 if they are not sorted
  U32 matrices;
  U32 firstMatrix;      // the first one bound
  U32 boundMatrices;
  U32 firstTile;        // of outputs, the first one bound
};

#endif
