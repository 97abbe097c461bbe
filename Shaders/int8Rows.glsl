// Rows of quantizeRows as the x of matmulShuffle.glsl: bytes as floats, whose sums over a chunk are exact.
#include "int8Sum.glsl"

layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };  // [rows][four words a group, scale, three zeros]

uint byteWords() { return (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS * (GROUP_INPUTS / 4u); }

uint rowStart(uint row) { return row * (byteWords() + 4u); }

// Zeros past the end, as quantizeRows wrote them.
float inputOrZero(uint start, uint k) { return bitfieldExtract(int(x[start + k / 4u]), int(k % 4u * 8u), 8); }

float inputScale(uint start) { return uintBitsToFloat(x[start + byteWords()]); }

#define Total int
#define TILE_SCALE_WORDS (MATMUL_TILE / 4u)  // behind the groups of a tile
int addChunk(int total, float chunk) { return total + int(chunk); }

float rowSum(int total, uint start, uint tile, uint groups, uint own) {
  uvec4 scales = weights[tile + groups * MATMUL_TILE + own / 4u];
  return scaledSum(total, inputScale(start), uintBitsToFloat(scales[own % 4u]));
}
