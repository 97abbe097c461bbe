// Unsigned integers of two words, Wide(low, high), or of three where WIDE_WORDS is 3; no device needs shaderInt64.
#ifndef ESPALIER_WIDE_GLSL
#define ESPALIER_WIDE_GLSL

#extension GL_EXT_control_flow_attributes : require

// Bits up to the highest one that is set; 0 for 0.
uint bitLength(uint x) { return x == 0u ? 0u : uint(findMSB(x)) + 1u; }

// 2^n - 1; all bits from n = 32 on, none below n = 0
uint wordMask(int n) { return n <= 0 ? 0u : n >= 32 ? 0xffffffffu : (1u << uint(n)) - 1u; }

#ifndef WIDE_WORDS
#define WIDE_WORDS 2
#endif
#if WIDE_WORDS == 3
#include "wide96.glsl"
#else
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

// shift 0...63
Wide wideShiftRight(Wide a, uint shift) {
  if (shift == 0u) return a;
  if (shift >= 32u) return Wide(a.y >> (shift - 32u), 0u);
  return Wide((a.x >> shift) | (a.y << (32u - shift)), a.y >> shift);
}

// x * 2^shift, shift 0...63
Wide widenShifted(uint x, uint shift) {
  if (shift == 0u) return widen(x);
  if (shift >= 32u) return Wide(0u, x << (shift - 32u));
  return Wide(x << shift, x >> (32u - shift));
}

uint wideBitLength(Wide a) { return a.y != 0u ? 32u + bitLength(a.y) : bitLength(a.x); }

// 2^n - 1, n = 0...64
Wide wideMask(uint n) { return Wide(wordMask(int(n)), wordMask(int(n) - 32)); }

// floor((high * 2^16 + next) / divisor) for divisor >= 2^31, high < divisor and next < 2^16 (Knuth's algorithm D).
uint quotientDigit(uint high, uint next, uint divisor) {
  uint digit = high / (divisor >> 16u);
  uint rest = high - digit * (divisor >> 16u);
  // An estimate from half of the divisor is at most two too great.
  [[unroll]] for (uint i = 0u; i < 2u; i++) {
    bool isTooGreat = digit > 0xffffu || digit * (divisor & 0xffffu) > ((rest << 16u) | next);
    if (rest <= 0xffffu && isTooGreat) {
      digit--;
      rest += divisor >> 16u;
    }
  }
  return digit;
}

// floor(a / b) for a quotient below 2^32
uint wideQuotient(Wide a, uint b) {
  uint shift = 32u - bitLength(b);
  uint divisor = b << shift;
  uint high = shift == 0u ? a.y : (a.y << shift) | (a.x >> (32u - shift));
  uint low = a.x << shift;
  uint first = quotientDigit(high, low >> 16u, divisor);
  high = (high << 16u) + (low >> 16u) - first * divisor;
  return (first << 16u) + quotientDigit(high, low & 0xffffu, divisor);
}

// The low 64 bits of a block of random words.
Wide wideBits(uvec4 words) { return words.xy; }
#endif

bool wideIsZero(Wide a) { return a == Wide(0u); }

// Whether y lies in the interval from `begin` on that is `size` long.
bool holds(Wide begin, Wide size, Wide y) { return !wideLess(y, begin) && wideLess(y, wideAdd(begin, size)); }

// max(a - b, 0)
Wide wideExcess(Wide a, Wide b) { return wideLess(b, a) ? wideSubtract(a, b) : Wide(0u); }

#endif
