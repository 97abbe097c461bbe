// Rows that a group's lanes walk in the contract's order: a lane loads AHEAD elements before it uses the first. A GPU's memory
// answers late and has many requests on the way; CPU drivers load one by one.
#ifndef ESPALIER_AHEAD_GLSL
#define ESPALIER_AHEAD_GLSL

#extension GL_EXT_control_flow_attributes : require

// A specialization constant, so that the driver unrolls: what the compiler unrolls before it loses `precise`.
layout(constant_id = 0) const uint AHEAD = 1u;

// for (uint first = lane; first < end; first += lanes), AHEAD passes at a time
#define EACH_AHEAD(first, lane, lanes, end) for (uint first = lane; first < end; first += AHEAD * lanes)

// values[n] = expression, in which `item` is the n-th element from `first` on, past the end the first again: a lane reads none
// but its own, which it may write over later.
#define LOAD_AHEAD(values, item, first, lanes, end, expression)  \
  [[unroll]] for (uint n = 0u; n < AHEAD; n++) {                 \
    uint item = AHEAD == 1u || first + n * lanes < end ? first + n * lanes : first; \
    values[n] = expression;                                      \
  }

// for the n-th element `item` from `first` on that exists
#define USE_AHEAD(n, item, first, lanes, end)                                                  \
  [[unroll]] for (uint n = 0u, item = first; n < AHEAD; n++, item += lanes) \
    if (AHEAD == 1u || item < end)

#endif
