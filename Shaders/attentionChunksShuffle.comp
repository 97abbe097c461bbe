// attentionChunks by shuffles (attentionShuffle.glsl).
#version 450
#extension GL_GOOGLE_include_directive : require
#include "attentionShuffle.glsl"

layout(set = 0, binding = 8, std430) writeonly buffer Parts { vec4 partQuads[]; };  // [rows][heads][chunks][(headSize + PART_WORDS) / 4]

// The group's first chunk.
uint firstChunk() { return gl_WorkGroupID.y / (p.heads / HEADS) * p.chunksPerGroup; }

// The first quad of vector v's part of a chunk.
uint partStart(uint v, uint chunk) {
  uint place = tileRow(v / HEADS) * p.heads + firstHead() + v % HEADS;
  return (place * p.chunks + chunk) * ((p.headSize + PART_WORDS) / 4u);
}

// Rows past the end would be the last one again.
bool isRow(uint row) { return gl_WorkGroupID.x * ROWS + row < p.rows; }

void takeChunk(uint lane, uint pass, uint first) {
  for (uint v = 0u; v < VECTORS; v++) {
    if (pass > 0u && v / HEADS != pass - 1u) continue;
    if (!isRow(v / HEADS)) continue;
    uint to = partStart(v, first / ATTENTION_CHUNK);
    [[unroll]] for (uint part = 0u; part < PARTS; part++) {
      uint d = ownColumns(lane, part);
      if (d < p.headSize) {
        partQuads[to + d / 4u] = chunkValues[v * PARTS + part].low;
        partQuads[to + d / 4u + 1u] = chunkValues[v * PARTS + part].high;
      }
    }
    if (lane == 0u) partQuads[to + p.headSize / 4u] = vec4(chunkMaxima[v], chunkSums[v], 1.0, 0.0);
  }
}

// Lanes share the chunks that the row does not have.
void finishRow(uint lane, uint row, uint count) {
  if (!isRow(row)) return;
  uint begin = max(firstChunk(), (count + ATTENTION_CHUNK - 1u) / ATTENTION_CHUNK);
  uint end = min(firstChunk() + p.chunksPerGroup, p.chunks);
  for (uint chunk = begin + lane; chunk < end; chunk += LANES) {
    for (uint h = 0u; h < HEADS; h++) {
      partQuads[partStart(row * HEADS + h, chunk) + p.headSize / 4u][PART_EXISTS] = 0.0;
    }
  }
}

void main() {
  uint begin = firstChunk();
  attend(gl_SubgroupInvocationID, begin * ATTENTION_CHUNK, (begin + p.chunksPerGroup) * ATTENTION_CHUNK);
}
