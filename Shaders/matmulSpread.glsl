// The sums of matmul.glsl for GPUs, spread over outputs and chunks: of the PARTS lanes of an output, lane i has chunks i,
// i + PARTS ... Their sums meet in shared memory and are added in order. A lane loads AHEAD words of weights before it uses the
// first: a GPU's memory answers late, and has many requests on the way. It has COLUMNS outputs, so that four inputs of a row,
// which cost a load of 16 bytes, are used for 4 * COLUMNS products.
// The includer defines its format as for matmul.glsl.
#extension GL_EXT_control_flow_attributes : require
#define FUSED
#include "matmulInputs.glsl"
#if defined(BLOCK_SCALES) && !defined(BYTE_ROWS)
#define BLOCK_SUMS
#endif

layout(local_size_x = 256, local_size_x_id = 3) in;
layout(constant_id = 0) const uint ROWS = 1u;
// Specialization constants, so that no loop is unrolled before the driver compiles (see matmulShuffle.glsl).
layout(constant_id = 1) const uint AHEAD = 8u;
layout(constant_id = 2) const uint COLUMNS = 1u;  // 1, 2 or 4
#define LANES gl_WorkGroupSize.x
const uint COLUMN_LANES = MATMUL_TILE / COLUMNS;  // a lane's columns are so many apart
const uint PARTS = LANES / COLUMN_LANES;
#ifdef BLOCK_SCALES
const uint WANTED_DEPTH = AHEAD / (PLANES * (COLUMNS > 1u ? 2u * COLUMNS : 1u));  // sums of blocks, or bytes, take registers
#else
const uint WANTED_DEPTH = AHEAD / (PLANES * COLUMNS);
#endif
const uint LEAST_DEPTH = WANTED_DEPTH < 1u ? 1u : WANTED_DEPTH;
const uint DEPTH = LEAST_DEPTH < CHUNK_GROUPS ? LEAST_DEPTH : CHUNK_GROUPS;  // groups of inputs

// Rows whose sums meet at a time: 16 KiB of them at most, as every device has.
const uint MEETING_ROWS = ROWS < 8u ? ROWS : 8u;
const uint MEETINGS = (ROWS + MEETING_ROWS - 1u) / MEETING_ROWS;
// Of a meeting's rows a lane adds up every OWNERS-th, of one column.
const uint OWNERS = LANES / MATMUL_TILE;
const uint OWN_ROWS = (MEETING_ROWS + OWNERS - 1u) / OWNERS;

shared float chunkSums[PARTS * MEETING_ROWS * MATMUL_TILE];

uvec4 words[DEPTH * PLANES * COLUMNS];
uint xStarts[ROWS];
float chunk[ROWS * COLUMNS];
float total[MEETINGS * OWN_ROWS];
#ifdef BLOCK_SCALES
float scales[DEPTH * COLUMNS];
#endif
#ifdef BLOCK_SUMS
float block[ROWS * COLUMNS];
#define SUMS block
#else
#define SUMS chunk
#endif

// Loads a group's words as the i-th; `column` is the lane's first.
void loadGroup(uint i, uint tile, uint group, uint column) {
  uint from = tile + group * GROUP_WORDS;
  [[unroll]] for (uint c = 0u; c < COLUMNS; c++) {
    uint own = column + c * COLUMN_LANES;
    [[unroll]] for (uint plane = 0u; plane < PLANES; plane++) {
      words[(i * COLUMNS + c) * PLANES + plane] = weights[from + plane * MATMUL_TILE + own];
    }
#ifdef BLOCK_SCALES
    scales[i * COLUMNS + c] = wordHalf(weights[from + PLANES * MATMUL_TILE + own / 8u], own % 8u);
#endif
  }
}

#ifdef BYTE_ROWS
#include "matmulSpreadBytes.glsl"
#else
// Adds the products of a group, whose words were loaded as the i-th.
void addGroup(uint i, uint group, bool isWhole) {
  [[unroll]] for (uint segment = 0u; segment < SEGMENTS; segment++) {
    uint plane = segment * PLANES / SEGMENTS;
    uint k = group * GROUP_INPUTS + segment * SEGMENT_INPUTS;
    [[unroll]] for (uint q = 0u; q < SEGMENT_QUADS; q++) {
      vec4 w[COLUMNS];
      [[unroll]] for (uint c = 0u; c < COLUMNS; c++) {
        uvec4 word = segmentWord(words[(i * COLUMNS + c) * PLANES + plane], segment);
        w[c] = vec4(weightPair(word, 2u * q), weightPair(word, 2u * q + 1u));
      }
      [[unroll]] for (uint r = 0u; r < ROWS; r++) {
        vec4 quad = inputQuad(xStarts[r], k + 4u * q, isWhole);
        [[unroll]] for (uint c = 0u; c < COLUMNS; c++) SUMS[r * COLUMNS + c] = addQuad(SUMS[r * COLUMNS + c], quad, w[c]);
      }
    }
  }
#ifdef BLOCK_SUMS
  [[unroll]] for (uint s = 0u; s < ROWS * COLUMNS; s++) {
    chunk[s] = addProduct(chunk[s], block[s], scales[i * COLUMNS + s % COLUMNS]);
    block[s] = 0.0;
  }
#endif
}
#endif

// The sums of the lane's chunk, groups begin ..< end.
void sumChunk(uint tile, uint begin, uint end, uint column) {
  [[unroll]] for (uint s = 0u; s < ROWS * COLUMNS; s++) {
    chunk[s] = 0.0;
    SUMS[s] = 0.0;
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
}

// Which row a lane adds up as its i-th at a meeting; ROWS or more: none.
uint ownRow(uint lane, uint meeting, uint i) {
  uint row = lane / MATMUL_TILE + i * OWNERS;
  return row < MEETING_ROWS ? meeting * MEETING_ROWS + row : ROWS;
}

uint sumIndex(uint part, uint row, uint column) { return (part * MEETING_ROWS + row % MEETING_ROWS) * MATMUL_TILE + column; }

// Adds the sums of this many chunks, one of each part, to the totals. Has barriers.
void addChunks(uint lane, uint chunks) {
  uint part = lane / COLUMN_LANES;
  [[unroll]] for (uint meeting = 0u; meeting < MEETINGS; meeting++) {
    [[unroll]] for (uint i = 0u; i < MEETING_ROWS; i++) {
      uint row = meeting * MEETING_ROWS + i;
      if (row >= ROWS) break;
      [[unroll]] for (uint c = 0u; c < COLUMNS; c++) {
        chunkSums[sumIndex(part, row, lane % COLUMN_LANES + c * COLUMN_LANES)] = chunk[row * COLUMNS + c];
      }
    }
    barrier();
    [[unroll]] for (uint i = 0u; i < OWN_ROWS; i++) {
      uint row = ownRow(lane, meeting, i);
      uint end = row < ROWS ? chunks : 0u;
      uint own = meeting * OWN_ROWS + i;
      for (uint c = 0u; c < end; c++) total[own] = add(total[own], chunkSums[sumIndex(c, row, lane % MATMUL_TILE)]);
    }
    barrier();  // the sums may be written again
  }
}

void storeTotals(Place place, uint lane) {
  uint column = place.firstColumn + lane % MATMUL_TILE;
  [[unroll]] for (uint meeting = 0u; meeting < MEETINGS; meeting++) {
    [[unroll]] for (uint i = 0u; i < OWN_ROWS; i++) {
      uint own = ownRow(lane, meeting, i);
      uint row = own < ROWS ? outputRow(place, own) : NO_ROW;
      if (row != NO_ROW && column < p.outputs) {
        storeSum(row, column, total[meeting * OWN_ROWS + i]);
        if (needsFinish()) finish(place, row, column);
      }
    }
  }
}

void main() {
  uint lane = gl_LocalInvocationID.x;
  uint part = lane / COLUMN_LANES;
  Place place = groupPlace(ROWS);
  if (!hasProducts(place, ROWS, lane, LANES)) return;
  uint groups = (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS;
  uint tile = firstTileWord(place, groups * GROUP_WORDS);
  [[unroll]] for (uint r = 0u; r < ROWS; r++) xStarts[r] = rowStart(inputRow(place, r));
  [[unroll]] for (uint i = 0u; i < MEETINGS * OWN_ROWS; i++) total[i] = 0.0;

  for (uint window = 0u; window < groups; window += PARTS * CHUNK_GROUPS) {
    uint begin = min(window + part * CHUNK_GROUPS, groups);
    sumChunk(tile, begin, min(begin + CHUNK_GROUPS, groups), lane % COLUMN_LANES);
    addChunks(lane, min(PARTS, (groups - window + CHUNK_GROUPS - 1u) / CHUNK_GROUPS));
  }
  storeTotals(place, lane);
}
