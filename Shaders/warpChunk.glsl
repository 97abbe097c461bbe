// distribution for GPUs, whose groups share a row, in shaders one after another; what each leaves:
//   Maxima       the greatest logit of each chunk
//   Sums         the sum of each chunk's weights, unless the first selection is by number, which comes before the sum
//   Information  what the mean logarithm of the row is made of, if the first selection is by typicality
//   Histograms   the row's amounts by bins of their keys
//   Collect      a list of the tokens up to the bin where the first selection ends
//   Cuts         where the first selection ends, and those after it, found among the listed tokens alone
//   Weights      the row
// Without selections Histograms, Collect and Cuts are left out.
#ifndef ESPALIER_WARP_CHUNK_GLSL
#define ESPALIER_WARP_CHUNK_GLSL

#define WORKSPACE 1
#include "logitChunk.glsl"
layout(set = 0, binding = 2, std430) readonly buffer Warps { uint warps[]; };  // [rows][WARP_WORDS]
#include "warp.glsl"

// Behind the words of all chunks are those of the rows' selections; ROW_SELECTION_WORDS each, first of all bins.
#define NEED_WORD SELECTION_BINS                // amount that the first selection keeps at least
#define LISTED_WORD (SELECTION_BINS + 1u)       // tokens in the list
#define TOTAL_WORD (SELECTION_BINS + 2u)        // of the weights whose information is known
#define INFORMATION_WORD (SELECTION_BINS + 3u)  // 2: sum of weight * logarithm
#define SHIFT_WORD (SELECTION_BINS + 5u)
#define MEAN_WORD (SELECTION_BINS + 6u)
#define CUT_WORD (SELECTION_BINS + 7u)          // 6: key and token of three cuts

uint selectionWord(uint row) { return p.rows * chunkCount() * ROW_CHUNK_WORDS + row * ROW_SELECTION_WORDS; }

uint firstSelection() { return selectsByNumber() ? BY_NUMBER : topP > 0u ? BY_SHARE : BY_TYPICALITY; }

// What the chunks have found of a row; gives its status. Has barriers.
uint beginRow(uint lane, uint row) {
  readWarp(row);
  uint from = chunkWord(row, repeatedChunk(lane));
  uint best = groupMaximum(lane, workspace[from + BEST_WORD]);
  uint status = groupOr(lane, workspace[from + STATUS_WORD]);
  beginWarp(orderedValue(best));
  return statusOfRow(status, best);
}

// Has barriers.
void shiftTotal(uint lane, uint row) { shift = totalShift(sumOfLanes(lane, sumOfChunk(lane, row))); }

// The row before its first selection; false if it has none, or a status. Has barriers.
bool beginSelection(uint lane, uint row) {
  uint status = beginRow(lane, row);
  selection = firstSelection();
  if (selection != BY_NUMBER) shiftTotal(lane, row);
  return status == STATUS_OK && hasSelection();
}

// floor(sum of weight * logarithm / total), once distributionInformation has summed them up.
void readMean(uint row) {
  uint from = selectionWord(row);
  Wide information = Wide(workspace[from + INFORMATION_WORD], workspace[from + INFORMATION_WORD + 1u]);
  meanLogarithm = wideQuotient(information, workspace[from + TOTAL_WORD]);
}

void writeCut(uint at, Cut cut) {
  workspace[at] = cut.key;
  workspace[at + 1u] = cut.token;
}

Cut readCut(uint at) { return Cut(workspace[at], workspace[at + 1u]); }

void writeCuts(uint row) {
  uint from = selectionWord(row);
  workspace[from + SHIFT_WORD] = shift;
  workspace[from + MEAN_WORD] = meanLogarithm;
  writeCut(from + CUT_WORD, cutOfNumber);
  writeCut(from + CUT_WORD + 2u, cutOfShare);
  writeCut(from + CUT_WORD + 4u, cutOfTypicality);
}

void readCuts(uint row) {
  uint from = selectionWord(row);
  shift = workspace[from + SHIFT_WORD];
  meanLogarithm = workspace[from + MEAN_WORD];
  cutOfNumber = readCut(from + CUT_WORD);
  cutOfShare = readCut(from + CUT_WORD + 2u);
  cutOfTypicality = readCut(from + CUT_WORD + 4u);
}

// Ascends with the key of a weight above 0: for typicality 2^14 keys a bin, else 64 bins for each power of two of weights.
uint binOf(uint weight) {
  if (selection == BY_TYPICALITY) return typicality(weight) >> 14u;  // below 2^25
  uint length = bitLength(weight);                                   // at most 31
  uint leading = length > 7u ? weight >> (length - 7u) : weight << (7u - length);
  return SELECTION_BINS - 1u - (length * 64u + (leading & 63u));
}

// Four calls, since spirv-opt drops `precise` from loops that it unrolls.
uvec4 weightQuad(uint first) {
  vec4 quad = logitQuad(first);
  return uvec4(softmaxWeight(quad.x), softmaxWeight(quad.y), softmaxWeight(quad.z), softmaxWeight(quad.w));
}

#endif
