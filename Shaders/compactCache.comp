// Moves the slots of the accepted path to follow the prefix; one invocation a word of a slot and plane.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "shared/tree.h"
#include "elements.glsl"

layout(push_constant) uniform Push { CompactCache p; };
layout(set = 0, binding = 0, std430) readonly buffer Result { uint result[]; };
layout(set = 0, binding = 1, std430) buffer Cache { uint cache[]; };  // [planes][slots][rowWords]

void main() {
  uint element = elementIndex();
  if (element >= p.rowWords * p.planes) return;
  uint plane = element / p.rowWords;
  uint word = element - plane * p.rowWords;
  uint origin = plane * p.slots * p.rowWords + word;

  uint accepted = result[RESULT_ACCEPTED];
  uint base = result[RESULT_LENGTH] - accepted - 1u;  // slot of the root
  uint last = min(accepted, uint(result.length()) - RESULT_PATH - 1u);
  // path[j] >= j: ascending j never reads what it wrote over.
  for (uint j = 1u; j <= last; j++) {
    uint from = base + result[RESULT_PATH + j];
    uint to = base + j;
    if (from < p.slots && to < p.slots && from != to) {
      cache[origin + to * p.rowWords] = cache[origin + from * p.rowWords];
    }
  }
}
