import Foundation
import Testing

@testable import espalier_cli

@Suite("Text at the edges")
struct TextBytesTests {
  @Test("valid UTF-8 of every length passes")
  func valid() {
    #expect(TextBytes.firstInvalid(Array("aé€😀\u{0}\u{10FFFF}".utf8)) == nil)
    #expect(TextBytes.firstInvalid([]) == nil)
  }

  @Test(
    "the first broken byte is named",
    arguments: [
      ([0x61, 0xff], 1, 0xff), ([0xc3], 0, 0xc3), ([0x61, 0x62, 0xe2, 0x82], 2, 0xe2), ([0x80], 0, 0x80),
      ([0xc0, 0x80], 0, 0xc0), ([0xed, 0xa0, 0x80], 0, 0xed), ([0xf4, 0x90, 0x80, 0x80], 0, 0xf4),
      ([0xf0, 0x9f, 0x98, 0x80, 0xfe], 4, 0xfe),
    ] as [([UInt8], Int, UInt8)])
  func invalid(_ bytes: [UInt8], _ offset: Int, _ byte: UInt8) {
    #expect(TextBytes.firstInvalid(bytes) == TextBytes.Invalid(offset: offset, byte: byte))
    #expect(throws: Failure.self) { try Prompt.decode(Data(bytes), from: "a test") }
  }

  @Test("a stream gives the same text however it is cut")
  func stream() {
    let samples: [[UInt8]] = [
      Array("def f(x):\n    return \"é€😀\"\n".utf8), [0xe2, 0x82],
      [0xff, 0x61, 0xe2, 0x28, 0xa1, 0xf0, 0x9f],
    ]
    for bytes in samples {
      for size in 1...5 {
        var stream = TextStream()
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: size) {
          text += stream.append(bytes[start..<min(bytes.count, start + size)])
        }
        text += stream.finish()
        #expect(text == String(decoding: bytes, as: UTF8.self))
      }
    }
  }
}
