// Gives back the pages beyond what a sequence keeps: rollback and eviction; one invocation an entry of a table.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/pages.h"
#include "elements.glsl"

layout(push_constant) uniform Push { ReleasePages p; };
layout(set = 0, binding = 0, std430) readonly buffer State { uint state[]; };  // [sequences][STATE_WORDS]
layout(set = 0, binding = 1, std430) buffer Table { uint table[]; };           // [sequences][pagesPerSequence]
layout(set = 0, binding = 2, std430) buffer Counts { uint counts[]; };         // [pages]

#include "pages.glsl"

void main() {
  uint element = elementIndex();
  if (element >= p.sequences * p.pagesPerSequence) return;
  uint sequence = element / p.pagesPerSequence;
  uint kept = min(stateWord(sequence, STATE_LENGTH), p.keep);
  if (element % p.pagesPerSequence < pagesOf(kept)) return;
  uint page = table[element];
  if (page < p.pages) atomicAdd(counts[page], 0xffffffffu);
  table[element] = NO_PAGE;
}
