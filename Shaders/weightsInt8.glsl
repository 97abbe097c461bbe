// Rows of signed bytes, sixteen in a word, with a scale a row behind the groups of a tile.
#define GROUP_INPUTS 16u
#define SEGMENT_INPUTS 8u
#define PLANES 1u
#define ROW_SCALES
#include "bytePairs.glsl"
