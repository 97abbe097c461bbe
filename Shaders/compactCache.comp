// Moves the slots of the accepted path to follow the prefix; one invocation a sequence and word of a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "shared/tree.h"
#include "elements.glsl"

layout(push_constant) uniform Push { CompactCache p; };
layout(set = 0, binding = 0, std430) readonly buffer Result { uint result[]; };  // [sequences][RESULT_PATH + RESULT_ARRAYS * maximumNodes]
layout(set = 0, binding = 1, std430) readonly buffer Pages { uint pages[]; };    // [sequences][pagesPerSequence]
layout(set = 0, binding = 2, std430) buffer Keys { uint keyWords[]; };           // [slots][rowWords]
layout(set = 0, binding = 3, std430) buffer Values { uint valueWords[]; };       // [slots][rowWords]

#include "cacheSlots.glsl"

void main() {
  uint element = elementIndex();
  uint sequence = element / p.rowWords;
  if (sequence >= p.sequences) return;
  uint word = element % p.rowWords;

  uint round = sequence * (RESULT_PATH + RESULT_ARRAYS * p.maximumNodes);
  uint accepted = result[round + RESULT_ACCEPTED];
  uint base = result[round + RESULT_LENGTH] - accepted - 1u;  // slot of the root
  uint last = min(accepted, p.maximumNodes - 1u);
  // path[j] >= j: ascending j never reads what it wrote over.
  for (uint j = 1u; j <= last; j++) {
    uint from = physicalSlot(sequence, base + result[round + RESULT_PATH + j]);
    uint to = physicalSlot(sequence, base + j);
    if (from != NO_SLOT && to != NO_SLOT && from != to) {
      keyWords[to * p.rowWords + word] = keyWords[from * p.rowWords + word];
      valueWords[to * p.rowWords + word] = valueWords[from * p.rowWords + word];
    }
  }
}
