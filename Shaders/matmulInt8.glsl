// Matmul of rows of signed bytes (quantizeRows) with int8 weights, 32 outputs and ROWS rows a group; one lane or PARTS lanes
// have an output, and each lane COLUMNS of them (see matmulSpread.glsl). Integer sums are exact, so their order is free.
#include "byteProducts.glsl"
#include "int8Sum.glsl"
#include "matmulCall.glsl"

layout(local_size_x = 32, local_size_x_id = 1) in;  // MATMUL_TILE for a CPU driver, some times that for a GPU
layout(constant_id = 0) const uint ROWS = 1u;
layout(constant_id = 2) const uint COLUMNS = 1u;  // 1, 2 or 4
#define LANES gl_WorkGroupSize.x
#define COLUMN_LANES (MATMUL_TILE / COLUMNS)  // a lane's columns are so many apart
#define PARTS (LANES / COLUMN_LANES)

layout(set = 0, binding = 0, std430) readonly buffer X { uvec4 x[]; };              // [rows][groups + 1]
layout(set = 0, binding = 1, std430) readonly buffer Weights { uvec4 weights[]; };  // [tiles][groups][MATMUL_TILE], scales

#define GROUP_INPUTS 16u
#define SCALE_WORDS (MATMUL_TILE / 4u)  // behind the groups of a tile

shared int partSums[ROWS * MATMUL_TILE];

uint xStarts[ROWS];
int sums[ROWS * COLUMNS];

// The sums of all lanes of an output, in partSums. Has barriers.
void addParts(uint lane) {
  for (uint i = lane; i < ROWS * MATMUL_TILE; i += LANES) partSums[i] = 0;
  barrier();
  for (uint r = 0u; r < ROWS; r++) {
    for (uint c = 0u; c < COLUMNS; c++) {
      atomicAdd(partSums[r * MATMUL_TILE + lane % COLUMN_LANES + c * COLUMN_LANES], sums[r * COLUMNS + c]);
    }
  }
  barrier();
}

// Adds the products of a group of inputs.
void addGroup(uint tile, uint group, uint column) {
  Bytes a[COLUMNS];
  Bytes b[COLUMNS];
  Bytes c[COLUMNS];
  Bytes d[COLUMNS];
  for (uint i = 0u; i < COLUMNS; i++) {
    uvec4 word = weights[tile + group * MATMUL_TILE + column + i * COLUMN_LANES];
    a[i] = signedBytes(word.x);
    b[i] = signedBytes(word.y);
    c[i] = signedBytes(word.z);
    d[i] = signedBytes(word.w);
  }
  for (uint r = 0u; r < ROWS; r++) {
    uvec4 values = x[xStarts[r] + group];
    for (uint i = 0u; i < COLUMNS; i++) {
      sums[r * COLUMNS + i] +=
          products(values.x, a[i]) + products(values.y, b[i]) + products(values.z, c[i]) + products(values.w, d[i]);
    }
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  Place place = groupPlace(ROWS);
  if (!hasProducts(place, ROWS, lane, LANES)) return;
  uint groups = (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS;
  uint tile = firstTileWord(place, groups * MATMUL_TILE + SCALE_WORDS);

  for (uint r = 0u; r < ROWS; r++) xStarts[r] = inputRow(place, r) * (groups + 1u);
  for (uint i = 0u; i < ROWS * COLUMNS; i++) sums[i] = 0;
  for (uint group = lane / COLUMN_LANES; group < groups; group += PARTS) addGroup(tile, group, lane % COLUMN_LANES);
  if (PARTS > 1u) addParts(lane);

  // From here on each lane has one column, and of its rows one in `owners`.
  uint owners = LANES / MATMUL_TILE;
  uint own = lane % MATMUL_TILE;
  uint column = place.firstColumn + own;
  if (column >= p.outputs) return;
  uvec4 scaleWord = weights[tile + groups * MATMUL_TILE + own / 4u];
  float scale = uintBitsToFloat(scaleWord[own % 4u]);
  for (uint r = 0u; r < ROWS; r++) {
    uint row = outputRow(place, r);
    if (row == NO_ROW) break;
    if (r % owners != lane / MATMUL_TILE) continue;
    int sum = PARTS > 1u ? partSums[r * MATMUL_TILE + own] : sums[r];
    float inputScale = uintBitsToFloat(x[xStarts[r] + groups].x);
    storeSum(row, column, scaledSum(sum, inputScale, scale));
    if (needsFinish()) finish(place, row, column);
  }
}
