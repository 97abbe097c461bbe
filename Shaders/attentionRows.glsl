// Attention of ROWS rows by one group, span after span: a chunk of keys is merged with its span, a whole span is handed on.
// A lane has OWN sums, each of one row and head, with PARTS times eight columns of the head. The includer defines them, the loop
// EACH_OWN over them, and what follows.
#ifndef ESPALIER_ATTENTION_ROWS_GLSL
#define ESPALIER_ATTENTION_ROWS_GLSL

#include "attentionMerge.glsl"

uint rowOf(uint own);  // of the group's rows
uint headOf(uint lane, uint own);
uint ownColumns(uint lane, uint part);  // the first of eight; at or above headSize if the lane has none

// Finds chunkMaxima, chunkSums and chunkValues of keys first ..< first + 64: of row `only` alone, or of all rows. `column` is the
// key head's first.
void attendChunk(uint lane, RowKeys keys, uint first, uint column, uint only);
#define ALL_ROWS ROWS

// What becomes of span number `span` of one of the lane's sums, once it is whole.
void takeSpan(uint lane, uint own, uint span);

// After the spans of a row that sees `count` keys.
void finishRow(uint lane, uint row, uint count);

float chunkMaxima[OWN];
float chunkSums[OWN];
Eight chunkValues[OWN * PARTS];

// The merged chunks of the latest span.
float spanMaxima[OWN];
float spanSums[OWN];
Eight spanValues[OWN * PARTS];

uint tileRow(uint row) { return min(gl_WorkGroupID.x * ROWS + row, p.rows - 1u); }  // the last row again, past the end
bool isRow(uint row) { return gl_WorkGroupID.x * ROWS + row < p.rows; }

uint firstHead() { return gl_WorkGroupID.y % (p.heads / HEADS) * HEADS; }

// Keys in whole chunks that all rows of the group see at the same places.
RowKeys findCommonKeys() {
  RowKeys together;
  for (uint r = 0u; r < ROWS; r++) {
    uint row = p.firstRow + tileRow(r);
    RowKeys keys = findPrefix(row);
    if (isPlain()) keys.count += inFlightRows(keys, row);
    if (r == 0u) together = keys;
    bool isSame = keys.sequence == together.sequence && keys.first == together.first;
    together.count = isSame ? min(together.count, keys.count) : 0u;
  }
  together.count -= together.count % ATTENTION_CHUNK;
  return together;
}

// Adds the chunk that begins at key `first` to the spans of row `only`, or of all rows. `begin` is the group's first key.
void takeChunk(uint lane, uint first, uint begin, uint only) {
  bool isNew = first % SPAN_KEYS == 0u;
  EACH_OWN(i) {
    if (only != ALL_ROWS && rowOf(i) != only) continue;
    if (isNew && first > begin) takeSpan(lane, i, first / SPAN_KEYS - 1u);
    if (isNew) {
      spanMaxima[i] = chunkMaxima[i];
      spanSums[i] = chunkSums[i];
      [[unroll]] for (uint part = 0u; part < PARTS; part++) spanValues[i * PARTS + part] = chunkValues[i * PARTS + part];
      continue;
    }
    MergeWeights weights = mergeWeights(spanMaxima[i], chunkMaxima[i]);
    spanSums[i] = merge(spanSums[i], chunkSums[i], weights);
    [[unroll]] for (uint part = 0u; part < PARTS; part++) {
      uint at = i * PARTS + part;
      spanValues[at].low = merge(spanValues[at].low, chunkValues[at].low, weights);
      spanValues[at].high = merge(spanValues[at].high, chunkValues[at].high, weights);
    }
  }
}

// Spans that begin at keys begin ..< end, multiples of SPAN_KEYS: first the chunks that all rows see; then the rest of each row.
void attend(uint lane, uint begin, uint end) {
  uint column = firstHead() / (p.heads / p.keyHeads) * p.headSize;
  RowKeys together = findCommonKeys();
  for (uint pass = 0u; pass <= ROWS; pass++) {
    RowKeys keys = together;
    uint from = begin;
    uint only = pass == 0u ? ALL_ROWS : pass - 1u;
    if (pass > 0u) {
      keys = findKeys(lane, p.firstRow + tileRow(only));
      from = max(begin, together.count);
    }
    for (uint first = from; first < min(keys.count, end); first += ATTENTION_CHUNK) {
      attendChunk(lane, keys, first, column, only);
      takeChunk(lane, first, begin, only);
    }
    if (pass == 0u) continue;
    uint last = min(keys.count, end);
    EACH_OWN(i) {
      if (rowOf(i) == only && last > begin) takeSpan(lane, i, (last - 1u) / SPAN_KEYS);
    }
    finishRow(lane, only, keys.count);
  }
}

#endif
