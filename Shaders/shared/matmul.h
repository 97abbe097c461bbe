#ifndef ESPALIER_MATMUL_H
#define ESPALIER_MATMUL_H

#include "scalars.h"

// Packed weights: tiles of 32 outputs; inside a tile, for each group of inputs, 32 neighbouring 16-byte words,
// one an output. A word holds 8 f16 (K group of 8) or 4 f32 (K group of 4), lowest index in the lowest bits.
// Outputs are padded to 32 and inputs to 8 (f16) or 4 (f32) with zeros.
#define MATMUL_TILE 32u

struct Matmul {
  U32 rows;
  U32 inputs;      // K
  U32 outputs;     // N
  U32 accumulate;  // 1: result = flush(previous output + sum)
};

#endif
