// out[r][n] = sum over k of x[r][k] * weights[n][k], 32 outputs and ROWS rows a group.
// The includer defines its format (see shared/matmul.h): GROUP_INPUTS, PLANES, BLOCK_SCALES if it has scales, SEGMENT_INPUTS
// (inputs whose x a lane holds at a time, 4 or 8), segmentWord(word, segment) and of that the inputs weightPair(word, pair).
// Order: chunks of DOT_CHUNK inputs, one accumulator in index order each (blocks: one a block, scaled, then added to the
// chunk), chunks added in order; no tile changes it.
#include "matmulInputs.glsl"

layout(local_size_x = 32) in;  // MATMUL_TILE
layout(constant_id = 0) const uint ROWS = 1u;
// Outputs a lane. CPU drivers load lane by lane, so there fewer lanes with larger tiles load less: 0 keeps eight lanes
// busy, with 4 x ROWS or, for 8 rows and more, 8 x ROWS / 2 outputs and rows each.
layout(constant_id = 1) const uint TUNED_OUTPUTS = 0u;
const uint OUTPUTS = TUNED_OUTPUTS != 0u ? TUNED_OUTPUTS : ROWS < 8u ? 4u : ROWS % 2u == 0u ? 8u : 4u;
const uint OUTPUT_LANES = 32u / OUTPUTS;
const uint ROW_LANES = OUTPUTS > 4u ? OUTPUTS / 4u : 1u;
const uint LANE_ROWS = ROWS / ROW_LANES;

uint xStarts[LANE_ROWS];
vec4 quads[LANE_ROWS * SEGMENT_QUADS];  // x of one segment, for each row
float chunk[LANE_ROWS * OUTPUTS];
float total[LANE_ROWS * OUTPUTS];
#ifdef BLOCK_SCALES
float block[LANE_ROWS * OUTPUTS];
#define SUMS block
#else
#define SUMS chunk
#endif

// x of a segment; the quads of a whole group are aligned and inside the row.
void loadQuads(uint firstInput, bool isWhole) {
  for (uint r = 0u; r < LANE_ROWS; r++) {
    for (uint q = 0u; q < SEGMENT_QUADS; q++) {
      quads[r * SEGMENT_QUADS + q] = inputQuad(xStarts[r], firstInput + 4u * q, isWhole);
    }
  }
}

// Adds the products of `quads` and a segment of each output.
void accumulate(uint firstWord, uint segment) {
  for (uint n = 0u; n < OUTPUTS; n++) {
    uint from = firstWord + segment * PLANES / SEGMENTS * MATMUL_TILE + n * OUTPUT_LANES;
    uvec4 word = segmentWord(weights[from], segment);
    for (uint q = 0u; q < SEGMENT_QUADS; q++) {
      vec4 w = vec4(weightPair(word, 2u * q), weightPair(word, 2u * q + 1u));
      for (uint r = 0u; r < LANE_ROWS; r++) {
        SUMS[r * OUTPUTS + n] = addQuad(SUMS[r * OUTPUTS + n], quads[r * SEGMENT_QUADS + q], w);
      }
    }
  }
}

#ifdef BLOCK_SCALES
// Scales the block sums, adds them to the chunks and starts new ones.
void addBlocks(uint firstScaleWord, uint tileColumn, uint group) {
  for (uint n = 0u; n < OUTPUTS; n++) {
    uint column = tileColumn + n * OUTPUT_LANES;
    float scale = wordHalf(weights[firstScaleWord + column / 8u], column % 8u);
    for (uint r = 0u; r < LANE_ROWS; r++) {
      float own = sumScale(scale, rowScale(xStarts[r], group));
      chunk[r * OUTPUTS + n] = addProduct(chunk[r * OUTPUTS + n], block[r * OUTPUTS + n], own);
      block[r * OUTPUTS + n] = 0.0;
    }
  }
}
#endif

void main() {
  uint lane = gl_LocalInvocationID.x;
  Place place = groupPlace(ROWS);
  if (!hasProducts(place, ROWS, lane, MATMUL_TILE)) return;
  if (lane >= OUTPUT_LANES * ROW_LANES) return;
  uint tileColumn = lane % OUTPUT_LANES;
  uint first = lane / OUTPUT_LANES * LANE_ROWS;  // of the group's rows
  uint groups = (p.inputs + GROUP_INPUTS - 1u) / GROUP_INPUTS;
  uint tile = firstTileWord(place, groups * GROUP_WORDS);

  for (uint r = 0u; r < LANE_ROWS; r++) xStarts[r] = rowStart(inputRow(place, first + r));
  for (uint i = 0u; i < LANE_ROWS * OUTPUTS; i++) total[i] = 0.0;
#ifdef BLOCK_SCALES
  for (uint i = 0u; i < LANE_ROWS * OUTPUTS; i++) block[i] = 0.0;
#endif

  for (uint begin = 0u; begin < groups; begin += CHUNK_GROUPS) {
    uint end = min(begin + CHUNK_GROUPS, groups);
    for (uint i = 0u; i < LANE_ROWS * OUTPUTS; i++) chunk[i] = 0.0;
    for (uint group = begin; group < end; group++) {
      uint firstWord = tile + group * GROUP_WORDS;
      for (uint segment = 0u; segment < SEGMENTS; segment++) {
        loadQuads(group * GROUP_INPUTS + segment * SEGMENT_INPUTS, group < wholeGroups());
        accumulate(firstWord + tileColumn, segment);
      }
#ifdef BLOCK_SCALES
      addBlocks(firstWord + PLANES * MATMUL_TILE, tileColumn, group);
#endif
    }
    for (uint i = 0u; i < LANE_ROWS * OUTPUTS; i++) total[i] = add(total[i], chunk[i]);
  }

  for (uint r = 0u; r < LANE_ROWS; r++) {
    uint row = outputRow(place, first + r);
    if (row == NO_ROW) break;
    for (uint n = 0u; n < OUTPUTS; n++) {
      uint column = place.firstColumn + tileColumn + n * OUTPUT_LANES;
      if (column >= p.outputs) break;
      storeSum(row, column, total[r * OUTPUTS + n]);
      if (needsFinish()) finish(place, row, column);
    }
  }
}
