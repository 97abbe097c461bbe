// The functions of wide.glsl for three words.
#define Wide uvec3

Wide widen(uint x) { return Wide(x, 0u, 0u); }

Wide wideAdd(Wide a, Wide b) {
  uint carry;
  uint carryOn;
  uint low = uaddCarry(a.x, b.x, carry);
  uint middle = uaddCarry(a.y, carry, carry);
  middle = uaddCarry(middle, b.y, carryOn);
  return Wide(low, middle, a.z + b.z + carry + carryOn);
}

Wide wideSubtract(Wide a, Wide b) {
  uint borrow;
  uint borrowOn;
  uint low = usubBorrow(a.x, b.x, borrow);
  uint middle = usubBorrow(a.y, borrow, borrow);
  middle = usubBorrow(middle, b.y, borrowOn);
  return Wide(low, middle, a.z - b.z - borrow - borrowOn);
}

Wide wideProduct(uint a, uint b) {
  uint high;
  uint low;
  umulExtended(a, b, high, low);
  return Wide(low, high, 0u);
}

// The low 96 bits of the product.
Wide wideScale(Wide a, uint b) {
  uint carry;
  Wide low = wideProduct(a.x, b);
  Wide middle = wideProduct(a.y, b);
  uint y = uaddCarry(low.y, middle.x, carry);
  return Wide(low.x, y, a.z * b + middle.y + carry);
}

bool wideLess(Wide a, Wide b) {
  if (a.z != b.z) return a.z < b.z;
  return a.y < b.y || (a.y == b.y && a.x < b.x);
}

// shift 0...95
Wide wideShiftRight(Wide a, uint shift) {
  if (shift >= 64u) a = Wide(a.z, 0u, 0u);
  else if (shift >= 32u) a = Wide(a.yz, 0u);
  shift %= 32u;
  if (shift == 0u) return a;
  return Wide(
      (a.x >> shift) | (a.y << (32u - shift)), (a.y >> shift) | (a.z << (32u - shift)), a.z >> shift);
}

// x * 2^shift, shift 0...95
Wide widenShifted(uint x, uint shift) {
  uint low = x << (shift % 32u);
  uint high = shift % 32u == 0u ? 0u : x >> (32u - shift % 32u);
  return shift < 32u ? Wide(low, high, 0u) : shift < 64u ? Wide(0u, low, high) : Wide(0u, 0u, low);
}

uint wideBitLength(Wide a) {
  return a.z != 0u ? 64u + bitLength(a.z) : a.y != 0u ? 32u + bitLength(a.y) : bitLength(a.x);
}

// 2^n - 1, n = 0...96
Wide wideMask(uint n) { return Wide(wordMask(int(n)), wordMask(int(n) - 32), wordMask(int(n) - 64)); }

// The low 96 bits of a block of random words.
Wide wideBits(uvec4 words) { return words.xyz; }
