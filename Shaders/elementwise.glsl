// The results of one element an invocation, or with QUADS of four neighbours. The includer declares the buffer outValues, with
// QUADS outQuads that are the same, and defines the functions below. Each invocation reads its own elements alone, before it
// writes them.
#ifndef ESPALIER_ELEMENTWISE_GLSL
#define ESPALIER_ELEMENTWISE_GLSL

#include "elements.glsl"
#include "neighbours.glsl"

uint elementCount();
float resultAt(uint element);

#ifdef QUADS
// Whether what is read of four elements from a multiple of 4 on lies in whole four-vectors.
bool hasQuads();
vec4 resultsAt(uint first);

void main() {
  uint first = NEIGHBOURS * elementIndex();
  uint count = elementCount();
  if (first >= count) return;
  if (count - first >= NEIGHBOURS && hasQuads()) {
    outQuads[first / 4u] = resultsAt(first);
  } else {
    for (uint element = first; element < min(first + NEIGHBOURS, count); element++) outValues[element] = resultAt(element);
  }
}
#else
void main() {
  uint element = elementIndex();
  if (element >= elementCount()) return;
  outValues[element] = resultAt(element);
}
#endif

#endif
