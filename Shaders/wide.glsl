// Unsigned 64-bit integers as uvec2(low, high); no device needs shaderInt64.
#ifndef ESPALIER_WIDE_GLSL
#define ESPALIER_WIDE_GLSL

#define Wide uvec2

Wide widen(uint x) { return Wide(x, 0u); }

Wide wideAdd(Wide a, Wide b) {
  uint carry;
  uint low = uaddCarry(a.x, b.x, carry);
  return Wide(low, a.y + b.y + carry);
}

Wide wideSubtract(Wide a, Wide b) {
  uint borrow;
  uint low = usubBorrow(a.x, b.x, borrow);
  return Wide(low, a.y - b.y - borrow);
}

Wide wideProduct(uint a, uint b) {
  uint high;
  uint low;
  umulExtended(a, b, high, low);
  return Wide(low, high);
}

bool wideLess(Wide a, Wide b) { return a.y < b.y || (a.y == b.y && a.x < b.x); }

bool wideIsZero(Wide a) { return (a.x | a.y) == 0u; }

// max(a - b, 0)
Wide wideExcess(Wide a, Wide b) { return wideLess(b, a) ? wideSubtract(a, b) : Wide(0u); }

// shift 0...63
Wide wideShiftRight(Wide a, uint shift) {
  if (shift == 0u) return a;
  if (shift >= 32u) return Wide(a.y >> (shift - 32u), 0u);
  return Wide((a.x >> shift) | (a.y << (32u - shift)), a.y >> shift);
}

// Bits up to the highest one that is set; 0 for 0.
uint bitLength(uint x) { return x == 0u ? 0u : uint(findMSB(x)) + 1u; }

uint wideBitLength(Wide a) { return a.y != 0u ? 32u + bitLength(a.y) : bitLength(a.x); }

// 2^n - 1, n = 0...64
Wide wideMask(uint n) {
  uint low = n >= 32u ? 0xffffffffu : (1u << n) - 1u;
  uint high = n >= 64u ? 0xffffffffu : n > 32u ? (1u << (n - 32u)) - 1u : 0u;
  return Wide(low, high);
}

#endif
