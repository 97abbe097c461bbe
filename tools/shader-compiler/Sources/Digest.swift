import Foundation

/// 128 bits that tell files apart (MurmurHash3, Appleby, 2011): against accidents, not against attacks.
struct Digest: Equatable, CustomStringConvertible {
  private let high, low: UInt64

  init(_ bytes: UnsafeRawBufferPointer) {
    var (a, b): (UInt64, UInt64) = (0, 0)
    // Plain loops: a debug build of the tool reads itself with them.
    var i = 0
    while i + 16 <= bytes.count {
      let first = bytes.loadUnaligned(fromByteOffset: i, as: UInt64.self)
      let second = bytes.loadUnaligned(fromByteOffset: i + 8, as: UInt64.self)
      Self.mix(first, second, &a, &b)
      i += 16
    }
    var rest: (UInt64, UInt64) = (0, 0)
    withUnsafeMutableBytes(of: &rest) { $0.copyBytes(from: bytes[i...]) }
    Self.mix(rest.0, rest.1, &a, &b)
    a ^= UInt64(bytes.count)
    b ^= UInt64(bytes.count)
    a &+= b
    b &+= a
    a = Self.finish(a)
    b = Self.finish(b)
    a &+= b
    (high, low) = (a, b &+ a)
  }

  init(_ bytes: some ContiguousBytes) { self = bytes.withUnsafeBytes { Digest($0) } }

  /// Of texts and their lengths, so that none runs into the next.
  init(texts: [String]) {
    var bytes: [UInt8] = []
    for text in texts {
      withUnsafeBytes(of: UInt64(text.utf8.count)) { bytes.append(contentsOf: $0) }
      bytes.append(contentsOf: text.utf8)
    }
    self.init(bytes)
  }

  var description: String { String(high, radix: 16) + "-" + String(low, radix: 16) }

  private static func mix(_ first: UInt64, _ second: UInt64, _ a: inout UInt64, _ b: inout UInt64) {
    let (c, d): (UInt64, UInt64) = (0x87c3_7b91_1142_53d5, 0x4cf5_ad43_2745_937f)
    var k = first &* c
    k = (k &<< 31 | k &>> 33) &* d
    a ^= k
    a = ((a &<< 27 | a &>> 37) &+ b) &* 5 &+ 0x52dc_e729
    k = second &* d
    k = (k &<< 33 | k &>> 31) &* c
    b ^= k
    b = ((b &<< 31 | b &>> 33) &+ a) &* 5 &+ 0x3849_5ab5
  }

  private static func finish(_ value: UInt64) -> UInt64 {
    var k = value
    k = (k ^ k &>> 33) &* 0xff51_afd7_ed55_8ccd
    k = (k ^ k &>> 33) &* 0xc4ce_b9fe_1a85_ec53
    return k ^ k &>> 33
  }
}
