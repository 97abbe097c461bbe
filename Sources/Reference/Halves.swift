/// The even and odd halves of four words, exactly, without subnormal arithmetic: a subnormal half is an integer
/// placed below 2^-14 and brought down by an exact subtraction.
@inline(__always)
func floats(halves words: SIMD4<UInt32>) -> (even: SIMD4<Float>, odd: SIMD4<Float>) {
  (floats(lowHalves: words), floats(lowHalves: words &>> 16))
}

@inline(__always)
private func floats(lowHalves words: SIMD4<UInt32>) -> SIMD4<Float> {
  let sign = (words & 0x8000) &<< 16
  let magnitude = (words & 0x7fff) &<< 13
  let normal = magnitude &+ (112 << 23)
  let special = magnitude | 0x7f80_0000
  let shifted = SIMD4<Float>(bitPattern: magnitude &+ (113 << 23)) - 0x1p-14
  var bits = normal.replacing(with: special, where: magnitude .>= 0x7c00 << 13)
  bits.replace(with: SIMD4<UInt32>(bitPattern: shifted), where: magnitude .< 0x400 << 13)
  return SIMD4<Float>(bitPattern: bits | sign)
}

extension SIMD4<Float> {
  fileprivate init(bitPattern: SIMD4<UInt32>) { self = unsafeBitCast(bitPattern, to: Self.self) }
}

extension SIMD4<UInt32> {
  fileprivate init(bitPattern: SIMD4<Float>) { self = unsafeBitCast(bitPattern, to: Self.self) }
}
