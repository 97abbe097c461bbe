// Rows of quantizeBlocks as a matmul's x: bytes as floats, whose products and sums of a block are exact in any order.
#ifdef FUSED  // a GPU's widest loads are of 16 bytes
layout(set = 0, binding = 0, std430) readonly buffer X { uvec4 x[]; };  // [rows][chunks][QUANTIZED_CHUNK_WORDS / 4]
uint rowWord(uint index) { return x[index / 4u][index % 4u]; }
#else
layout(set = 0, binding = 0, std430) readonly buffer X { uint x[]; };  // [rows][chunks][QUANTIZED_CHUNK_WORDS]
uint rowWord(uint index) { return x[index]; }
#endif

// Where a row starts.
uint rowStart(uint row) { return row * ((p.inputs + DOT_CHUNK - 1u) / DOT_CHUNK) * QUANTIZED_CHUNK_WORDS; }

// The word with the inputs from k, a multiple of four.
uint bytesWord(uint start, uint k) { return start + k / DOT_CHUNK * QUANTIZED_CHUNK_WORDS + k % DOT_CHUNK / 4u; }

// Four inputs from k: zeros past the end, as quantizeBlocks wrote them.
vec4 inputQuad(uint start, uint k, bool isWhole) {
  int bytes = int(rowWord(bytesWord(start, k)));
  return vec4(bitfieldExtract(bytes, 0, 8), bitfieldExtract(bytes, 8, 8), bitfieldExtract(bytes, 16, 8), bytes >> 24);
}

float rowScale(uint start, uint block) {
  uint blocks = DOT_CHUNK / BLOCK_INPUTS;
  return uintBitsToFloat(rowWord(start + block / blocks * QUANTIZED_CHUNK_WORDS + DOT_CHUNK / 4u + block % blocks));
}

// What a block's sum is multiplied by.
float sumScale(float weightScale, float rowScale) { return multiply(weightScale, rowScale); }

uint wholeGroups() { return (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS; }
