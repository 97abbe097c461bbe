// The sequence that a packed row belongs to. Include after the buffers state and owners are declared.
#ifndef ESPALIER_OWNERS_GLSL
#define ESPALIER_OWNERS_GLSL

#include "shared/contract.h"
#include "shared/tree.h"

// Where the state of a row's sequence starts; NO_NODE for a row of none. A sequence alone owns every row.
uint stateStart(uint row, uint sequences) {
  if (sequences <= 1u) return 0u;
  uint owner = owners[row];
  return owner < sequences ? owner * STATE_WORDS : NO_NODE;
}

uvec2 seedAt(uint start) { return uvec2(state[start + STATE_SEED_LOW], state[start + STATE_SEED_HIGH]); }

#endif
