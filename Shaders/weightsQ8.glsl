// Blocks of 32 signed bytes with a scale (q8_0), sixteen bytes in a word. x has 16 significant bits, so products are exact.
#define GROUP_INPUTS 32u
#define SEGMENT_INPUTS 8u
#define PLANES 2u
#define BLOCK_SCALES
#include "bytePairs.glsl"

// Sixteen inputs of the group as signed bytes, from the word of their plane.
uvec4 halfBytes(uvec4 word, uint second) { return word; }
