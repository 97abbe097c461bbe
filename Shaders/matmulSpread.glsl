// The sums of matmul.glsl for GPUs, spread over outputs and chunks: of the PARTS lanes of an output, lane i has chunks i,
// i + PARTS ... Their sums meet in shared memory and are added in order. A lane loads DEPTH groups before it uses the first: a
// GPU's memory answers late, and has many requests on the way.
// The includer defines its format as for matmul.glsl.
#extension GL_EXT_control_flow_attributes : require
#define FUSED
#include "matmulInputs.glsl"

#define PARTS 8u
layout(local_size_x = 256) in;  // PARTS x MATMUL_TILE
layout(constant_id = 0) const uint ROWS = 1u;
// Specialization constants, so that no loop is unrolled before the driver compiles (see matmulShuffle.glsl).
layout(constant_id = 1) const uint GREATEST_DEPTH = 8u;
const uint WANTED_DEPTH = (ROWS <= 4u ? GREATEST_DEPTH : GREATEST_DEPTH / 2u) / PLANES;
const uint DEPTH = WANTED_DEPTH < CHUNK_GROUPS ? WANTED_DEPTH : CHUNK_GROUPS;  // groups of inputs
const uint OWN_ROWS = (ROWS + PARTS - 1u) / PARTS;

shared float chunkSums[PARTS * ROWS * MATMUL_TILE];

uvec4 words[DEPTH * PLANES];
uint xRows[ROWS];
float chunk[ROWS];
float total[OWN_ROWS];  // of rows part, part + PARTS ...
#ifdef BLOCK_SCALES
float scales[DEPTH];
float block[ROWS];
#define SUMS block
#else
#define SUMS chunk
#endif

// Loads a group's words as the i-th.
void loadGroup(uint i, uint tile, uint group, uint column) {
  uint from = tile + group * GROUP_WORDS;
  [[unroll]] for (uint plane = 0u; plane < PLANES; plane++) {
    words[i * PLANES + plane] = weights[from + plane * MATMUL_TILE + column];
  }
#ifdef BLOCK_SCALES
  scales[i] = wordHalf(weights[from + PLANES * MATMUL_TILE + column / 8u], column % 8u);
#endif
}

// Adds the products of a group, whose words were loaded as the i-th.
void addGroup(uint i, uint group, bool isWhole) {
  [[unroll]] for (uint segment = 0u; segment < SEGMENTS; segment++) {
    uvec4 word = segmentWord(words[i * PLANES + segment * PLANES / SEGMENTS], segment);
    uint k = group * GROUP_INPUTS + segment * SEGMENT_INPUTS;
    [[unroll]] for (uint q = 0u; q < SEGMENT_QUADS; q++) {
      vec4 w = vec4(weightPair(word, 2u * q), weightPair(word, 2u * q + 1u));
      [[unroll]] for (uint r = 0u; r < ROWS; r++) SUMS[r] = addQuad(SUMS[r], inputQuad(xRows[r], k + 4u * q, isWhole), w);
    }
  }
#ifdef BLOCK_SCALES
  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    chunk[r] = addProduct(chunk[r], block[r], scales[i]);
    block[r] = 0.0;
  }
#endif
}

// The sums of the lane's chunk, groups begin ..< end, for the others to read.
void sumChunk(uint tile, uint begin, uint end, uint part, uint column) {
  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    chunk[r] = 0.0;
    SUMS[r] = 0.0;
  }
  uint whole = clamp(wholeGroups(), begin, end);
  uint first = begin;
  for (; first + DEPTH <= whole; first += DEPTH) {
    [[unroll]] for (uint i = 0u; i < DEPTH; i++) loadGroup(i, tile, first + i, column);
    [[unroll]] for (uint i = 0u; i < DEPTH; i++) addGroup(i, first + i, true);
  }
  for (; first < end; first++) {
    loadGroup(0u, tile, first, column);
    addGroup(0u, first, false);
  }
  [[unroll]] for (uint r = 0u; r < ROWS; r++) chunkSums[(part * ROWS + r) * MATMUL_TILE + column] = chunk[r];
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint column = lane % MATMUL_TILE;
  uint part = lane / MATMUL_TILE;
  Place place = groupPlace(ROWS);
  if (!hasProducts(place, ROWS, lane, PARTS * MATMUL_TILE)) return;
  uint groups = (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS;
  uint tile = firstTileWord(place, groups * GROUP_WORDS);
  [[unroll]] for (uint r = 0u; r < ROWS; r++) xRows[r] = inputRow(place, r);
  [[unroll]] for (uint i = 0u; i < OWN_ROWS; i++) total[i] = 0.0;

  for (uint window = 0u; window < groups; window += PARTS * CHUNK_GROUPS) {
    uint begin = min(window + part * CHUNK_GROUPS, groups);
    sumChunk(tile, begin, min(begin + CHUNK_GROUPS, groups), part, column);
    barrier();
    uint chunks = min(PARTS, (groups - window + CHUNK_GROUPS - 1u) / CHUNK_GROUPS);
    [[unroll]] for (uint i = 0u; i < OWN_ROWS; i++) {
      uint r = part + i * PARTS;
      uint end = r < ROWS ? chunks : 0u;
      for (uint c = 0u; c < end; c++) total[i] = add(total[i], chunkSums[(c * ROWS + r) * MATMUL_TILE + column]);
    }
    barrier();  // the sums may be written again
  }

  column += place.firstColumn;
  [[unroll]] for (uint i = 0u; i < OWN_ROWS; i++) {
    uint r = part + i * PARTS;
    uint row = r < ROWS ? outputRow(place, r) : NO_ROW;
    if (row != NO_ROW && column < p.outputs) {
      storeSum(row, column, total[i]);
      if (needsFinish()) finish(place, row, column);
    }
  }
}
