// Linear recurrence with decay along the ancestors of each row. A group has 64 elements of values, each a column of every
// state; one lane or several have a column, and each has the same chunks of it in every row, so rows follow one another.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/scan.h"
#include "numerics.glsl"
#include "stride.glsl"

layout(local_size_x = 64, local_size_x_id = 0) in;

#define COLUMNS 64u
#define PARTS (gl_WorkGroupSize.x / COLUMNS)  // lanes of a column

layout(push_constant) uniform Push { TreeScan p; };
layout(set = 0, binding = 0, std430) readonly buffer Query { float query[]; };     // [rows][queryStride]: [groups][stateSize] in it
layout(set = 0, binding = 1, std430) readonly buffer Key { float key[]; };         // [rows][keyStride]: [groups][stateSize]
layout(set = 0, binding = 2, std430) readonly buffer Value { float value[]; };     // [rows][valueStride]: [heads][headSize]
layout(set = 0, binding = 3, std430) readonly buffer Decay { float decay[]; };     // [rows][decayStride]: [heads][decays], logarithms
layout(set = 0, binding = 4, std430) readonly buffer Parents { uint parents[]; };  // [rows]
layout(set = 0, binding = 5, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 6, std430) buffer Committed { float committed[]; };      // [sequences][heads][stateSize][headSize]
layout(set = 0, binding = 7, std430) buffer States { float states[]; };            // [rows][heads][stateSize][headSize]
layout(set = 0, binding = 8, std430) writeonly buffer Out { float outValues[]; };  // [rows][heads][headSize]

#include "packed.glsl"

float decayOf(uint row, uint head, uint n) {
  float d = decay[row * p.decayStride + p.decayFirst + head * p.decays + (p.decays == 1u ? 0u : n)];
  return expNonPositive(d > 0.0 ? 0.0 : d);
}

// The element of the state after a row, from that of the state before it.
float nextState(float before, float factor, float valueElement, float keyElement) {
  return flush(add(flush(multiply(factor, flush(before))), flush(multiply(valueElement, flush(keyElement)))));
}

shared float chunkSums[MAXIMUM_STATE_SIZE / SCAN_CHUNK * COLUMNS];

// What a lane needs to know of a row.
struct Row {
  bool hasParent;
  uint from;      // the column in the state before the row
  uint to;        // and after it
  uint index;
  uint head;
  uint queryStart;
  uint keyStart;
  float value;
};

// Moves one chunk of a column past the row; its part of the output.
float scanChunk(Row row, uint chunk) {
  float sum = 0.0;
  uint end = min((chunk + 1u) * SCAN_CHUNK, p.stateSize);
  float factor = decayOf(row.index, row.head, 0u);
  EACH(n, chunk * SCAN_CHUNK, end) {
    uint offset = n * p.headSize;
    float before = row.hasParent ? states[row.from + offset] : committed[row.from + offset];
    if (p.decays > 1u) factor = decayOf(row.index, row.head, n);
    float after = nextState(before, factor, row.value, key[row.keyStart + n]);
    if (p.isTree != 0u) states[row.to + offset] = after;
    else committed[row.to + offset] = after;
    sum = add(sum, flush(multiply(flush(query[row.queryStart + n]), after)));
  }
  return sum;
}

Row rowOf(uint i, uint first, uint sequence, uint channel) {
  uint row = first + i;
  uint head = channel / p.headSize;
  uint words = p.heads * p.stateSize * p.headSize;
  uint column = head * p.stateSize * p.headSize + channel % p.headSize;
  uint parent = p.isTree != 0u && i > 0u ? parents[row] : NO_NODE;
  bool hasParent = parent < i;
  uint from = (hasParent ? first + parent : sequence) * words + column;
  uint to = (p.isTree != 0u ? row : sequence) * words + column;
  uint ofGroup = head / (p.heads / p.groups) * p.stateSize;
  uint queryStart = row * p.queryStride + p.queryFirst + ofGroup;
  uint keyStart = row * p.keyStride + p.keyFirst + ofGroup;
  float own = flush(value[row * p.valueStride + p.valueFirst + channel]);
  return Row(hasParent, from, to, row, head, queryStart, keyStart, own);
}

void main() {
  uint column = gl_LocalInvocationID.x % COLUMNS;
  uint part = gl_LocalInvocationID.x / COLUMNS;
  uint channel = gl_WorkGroupID.x * COLUMNS + column;
  bool exists = channel < p.heads * p.headSize;
  uint sequence = gl_WorkGroupID.y;
  uvec2 own = rowsOf(sequence, p.sequences, p.rows);
  uint chunks = (p.stateSize + SCAN_CHUNK - 1u) / SCAN_CHUNK;

  for (uint i = 0u; i < own.y; i++) {
    if (exists) {
      Row row = rowOf(i, own.x, sequence, channel);
      for (uint chunk = part; chunk < chunks; chunk += PARTS) {
        chunkSums[chunk * COLUMNS + column] = scanChunk(row, chunk);
      }
    }
    barrier();
    if (exists && part == 0u) {
      float sum = 0.0;
      EACH(chunk, 0u, chunks) sum = add(sum, chunkSums[chunk * COLUMNS + column]);
      outValues[(own.x + i) * p.heads * p.headSize + channel] = roundBits(sum, p.significantBits);
    }
    barrier();  // the sums may be written again
  }
}
