// Kernels over rows whose groups have a chunk each: chunk gl_WorkGroupID.x of row gl_WorkGroupID.y. Lanes load four
// neighbouring tokens at a time. The workspace is [rows][chunks][ROW_CHUNK_WORDS].
#ifndef ESPALIER_ROW_CHUNK_GLSL
#define ESPALIER_ROW_CHUNK_GLSL

#include "shared/distribution.h"
#include "chunk.glsl"
#include "workgroup.glsl"

// Words of a chunk, of ROW_CHUNK_WORDS: ordered bits of its greatest logit, its status, and its best token or a sum in two words.
#define BEST_WORD 0u
#define STATUS_WORD 1u
#define TOKEN_WORD 2u
#define SUM_WORD 2u

// The first word of a chunk of a row.
uint chunkWord(uint row, uint chunk) { return (row * chunkCount() + chunk) * ROW_CHUNK_WORDS; }

// The chunk that a lane looks at; lanes past the last one repeat it, which changes no maximum, minimum or union.
uint repeatedChunk(uint lane) { return min(lane, chunkCount() - 1u); }

uint ownChunkWord() { return chunkWord(gl_WorkGroupID.y, gl_WorkGroupID.x); }

// The lane's quads of the group's chunk.
#define EACH_QUAD(first)                                                                                     \
  for (uint first = gl_WorkGroupID.x * CHUNK_TOKENS + 4u * lane, endOfQuads = chunkTokens(gl_WorkGroupID.x).y; \
       first < endOfQuads; first += 4u * LANES)

// The sum of a row's chunk number `lane`; 0 past the last one.
Wide sumOfChunk(uint lane, uint row) {
  if (lane >= chunkCount()) return Wide(0u);
  uint from = chunkWord(row, lane) + SUM_WORD;
  return Wide(workspace[from], workspace[from + 1u]);
}

// Leaves the sum of the group's chunk.
void writeSum(uint lane, Wide sum) {
  if (lane != 0u) return;
  workspace[ownChunkWord() + SUM_WORD] = sum.x;
  workspace[ownChunkWord() + SUM_WORD + 1u] = sum.y;
}

#endif
