// What the chunks of a row offer: `count` pairs of key and token each, best first. Where keys are equal, the order of offers is
// that of tokens.
#ifndef ESPALIER_TOP_CHUNK_GLSL
#define ESPALIER_TOP_CHUNK_GLSL

uint offerWord(uint row, uint offer) { return (row * chunkCount() * p.count + offer) * 2u; }

#endif
