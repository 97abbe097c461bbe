// Tables of a batch whose sequences go on from others: fork, reorder, evict; one invocation an entry of a table.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/pages.h"
#include "elements.glsl"

layout(push_constant) uniform Push { ForkPages p; };
layout(set = 0, binding = 0, std430) readonly buffer Sources { uint sources[]; };  // [sequences]
layout(set = 0, binding = 1, std430) readonly buffer State { uint state[]; };      // [sequences][STATE_WORDS], of the sources
layout(set = 0, binding = 2, std430) readonly buffer Old { uint old[]; };          // [sequences][pagesPerSequence]
layout(set = 0, binding = 3, std430) writeonly buffer Table { uint table[]; };     // [sequences][pagesPerSequence]
layout(set = 0, binding = 4, std430) buffer Counts { uint counts[]; };             // [pages]

#include "pages.glsl"

void main() {
  uint element = elementIndex();
  if (element >= p.sequences * p.pagesPerSequence) return;
  uint entry = element % p.pagesPerSequence;
  uint source = sources[element / p.pagesPerSequence];
  uint page = NO_PAGE;
  if (source < p.sequences && entry < pagesOf(stateWord(source, STATE_LENGTH))) page = old[entryAt(source, entry)];
  if (page >= p.pages) page = NO_PAGE;
  table[element] = page;
  if (page != NO_PAGE) atomicAdd(counts[page], 1u);
  if (old[element] < p.pages) atomicAdd(counts[old[element]], 0xffffffffu);
}
