// Keyed random numbers: Philox4x32-10 (Salmon et al., 2011). Depends on seed, position, role and index alone.
#ifndef ESPALIER_PHILOX_GLSL
#define ESPALIER_PHILOX_GLSL

#extension GL_EXT_control_flow_attributes : require
#include "wide.glsl"

#define UNIFORM_TRIES 128u

uvec4 philox(uvec4 counter, uvec2 key) {
  [[unroll]] for (uint i = 0u; i < 10u; i++) {
    Wide a = wideProduct(0xd2511f53u, counter.x);
    Wide b = wideProduct(0xcd9e8d57u, counter.z);
    counter = uvec4(b.y ^ counter.y ^ key.x, b.x, a.y ^ counter.w ^ key.y, a.x);
    key += uvec2(0x9e3779b9u, 0xbb67ae85u);
  }
  return counter;
}

// Uniform below n, n >= 1: the first masked candidate that is below it.
Wide uniformBelow(Wide n, uvec2 seed, uint role, uint position, uint index) {
  Wide last = wideSubtract(n, widen(1u));
  Wide mask = wideMask(wideBitLength(last));
  for (uint attempt = 0u; attempt < UNIFORM_TRIES; attempt++) {
    uvec4 words = philox(uvec4(position, index, role, attempt), seed);
    Wide candidate = wideBits(words) & mask;
    if (wideLess(candidate, n)) return candidate;
  }
  return last;
}

#endif
