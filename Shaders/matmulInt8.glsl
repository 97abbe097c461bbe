// Matmul of rows of signed bytes (quantizeRows) with int8 weights, 32 outputs and ROWS rows a group; one lane or PARTS lanes
// have an output. Integer sums are exact, so their order is free.
#include "matmulCall.glsl"

layout(local_size_x = 32, local_size_x_id = 1) in;  // MATMUL_TILE for a CPU driver, eight times that for a GPU
layout(constant_id = 0) const uint ROWS = 1u;
#define LANES gl_WorkGroupSize.x
#define PARTS (LANES / MATMUL_TILE)

layout(set = 0, binding = 0, std430) readonly buffer X { uvec4 x[]; };              // [rows][groups + 1]
layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][MATMUL_TILE], scales

#define GROUP_INPUTS 16u
#define SCALE_WORDS (MATMUL_TILE / 4u)  // behind the groups of a tile

shared int partSums[ROWS * MATMUL_TILE];

uint xStarts[ROWS];
int sums[ROWS];

// The sum of the products of four signed bytes, of x and of a weight word made ready by signedBytes.
#ifdef PACKED_DOT
#define Bytes uint
Bytes signedBytes(uint word) { return word; }

spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6019, 6018], id = 4450)  // OpSDot
int packedDot(uint a, uint b, spirv_literal uint format);
int products(uint a, Bytes b) { return packedDot(a, b, 0u); }  // PackedVectorFormat4x8Bit
#else
#define Bytes ivec4
Bytes signedBytes(uint word) {
  int bytes = int(word);
  return ivec4(bitfieldExtract(bytes, 0, 8), bitfieldExtract(bytes, 8, 8), bitfieldExtract(bytes, 16, 8), bytes >> 24);
}

int products(uint a, Bytes b) {
  ivec4 product = signedBytes(a) * b;
  return product.x + product.y + product.z + product.w;
}
#endif

// Both parts are exact, so the sum rounds once.
float exactFloat(int i) { return add(multiply(float(i >> 12), 4096.0), float(i & 4095)); }

// The sums of all lanes of an output. Has barriers.
void addParts(uint part, uint column) {
  if (part == 0u) {
    for (uint r = 0u; r < ROWS; r++) partSums[r * MATMUL_TILE + column] = 0;
  }
  barrier();
  for (uint r = 0u; r < ROWS; r++) atomicAdd(partSums[r * MATMUL_TILE + column], sums[r]);
  barrier();
  for (uint r = 0u; r < ROWS; r++) sums[r] = partSums[r * MATMUL_TILE + column];
}

void main() {
  uint column = gl_LocalInvocationID.x % MATMUL_TILE;
  uint part = gl_LocalInvocationID.x / MATMUL_TILE;
  Place place = groupPlace(ROWS);
  if (!hasProducts(place, ROWS, gl_LocalInvocationID.x, LANES)) return;
  uint groups = (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS;
  uint tile = firstTileWord(place, groups * MATMUL_TILE + SCALE_WORDS);

  for (uint r = 0u; r < ROWS; r++) {
    xStarts[r] = inputRow(place, r) * (groups + 1u);
    sums[r] = 0;
  }
  for (uint group = part; group < groups; group += PARTS) {
    uvec4 word = weights[tile + group * MATMUL_TILE + column];
    Bytes a = signedBytes(word.x);
    Bytes b = signedBytes(word.y);
    Bytes c = signedBytes(word.z);
    Bytes d = signedBytes(word.w);
    for (uint r = 0u; r < ROWS; r++) {
      uvec4 values = x[xStarts[r] + group];
      sums[r] += products(values.x, a) + products(values.y, b) + products(values.z, c) + products(values.w, d);
    }
  }
  if (PARTS > 1u) addParts(part, column);

  uvec4 scaleWord = weights[tile + groups * MATMUL_TILE + column / 4u];
  float scale = uintBitsToFloat(scaleWord[column % 4u]);
  column += place.firstColumn;
  if (column >= p.outputs) return;
  for (uint r = 0u; r < ROWS; r++) {
    uint row = outputRow(place, r);
    if (row == NO_ROW) break;
    if (r % PARTS != part) continue;
    float inputScale = uintBitsToFloat(x[xStarts[r] + groups].x);
    storeSum(row, column, multiply(multiply(exactFloat(sums[r]), inputScale), scale));
    if (needsFinish()) finish(place, row, column);
  }
}
