import Foundation
import Numerics
import Testing

@testable import Models

@Suite struct SafetensorsFuzzTests {
  /// Pieces that headers are sensitive to.
  private static let tokens = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "0", "-1", "1e9", "9223372036854775807",
    "18446744073709551615",
    "null", "true", "dtype", "shape", "data_offsets", "__metadata__", "F16", "F4", "BOOL", "[[[[[[[[",
    "\u{e9}",
  ].map { Array($0.utf8) }

  private func seedFile() -> [UInt8] {
    var builder = FileBuilder()
    builder.add("model.norm.weight", "F32", [3], bytes([1, 2, 3].map { Float($0).bitPattern }))
    builder.add("x", "F16", [2, 2], bytes(UInt16(0x3c00), 0, 0x7e00, 1))
    builder.add("empty", "BF16", [0], [])
    builder.add("scalar", "U8", [], [1])
    return builder.build()
  }

  private func mutate(_ bytes: inout [UInt8], _ generator: inout SplitMix64) {
    let headerEnd = min(bytes.count, 8 + Int(bytes.count > 8 ? bytes[0] : 0) + 256)
    let position = Int.random(
      in: 0..<max(1, Bool.random(using: &generator) ? headerEnd : bytes.count), using: &generator)
    guard position < bytes.count else {
      bytes.append(UInt8.random(in: .min ... .max, using: &generator))
      return
    }
    switch Int.random(in: 0..<8, using: &generator) {
    case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 1: bytes[position] = UInt8.random(in: .min ... .max, using: &generator)
    case 2: bytes.remove(at: position)
    case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: position)
    case 4: bytes.removeSubrange(position...)
    case 5:
      let token = Self.tokens.randomElement(using: &generator) ?? []
      bytes.replaceSubrange(position..<min(bytes.count, position + token.count), with: token)
    case 6: bytes.insert(contentsOf: Self.tokens.randomElement(using: &generator) ?? [], at: position)
    default:
      let end = Int.random(in: position...min(bytes.count, position + 64), using: &generator)
      bytes.insert(contentsOf: bytes[position..<end], at: position)
    }
  }

  /// Reads every byte and converts what converts.
  private func touch(_ file: SafetensorsFile) throws(SafetensorsError) -> Int {
    var sum = 0
    for name in file.names {
      let tensor = try file.tensor(named: name)
      sum &+= tensor.withUnsafeBytes { $0.reduce(0) { $0 &+ Int($1) } }
      if let convertible = try? CheckpointTensor(tensor) {
        sum &+=
          convertible.floats().count + ((try? convertible.float16Bits(rounding: .nearestEven).count) ?? 0)
      }
    }
    return sum
  }

  @Test func mutatedFilesFailByName() throws {
    let seed = ProcessInfo.processInfo.environment["ESPALIER_SEED"].flatMap { UInt64($0) } ?? 0x5afe_7e45
    print("safetensors fuzz: ESPALIER_SEED=\(seed)")
    var generator = SplitMix64(seed)
    let original = seedFile()
    var (opened, failed) = (0, Set<String>())
    for _ in 0..<4_000 {
      var mutated = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&mutated, &generator) }
      // Half of the time let the size be right, so that the header itself is reached.
      if Bool.random(using: &generator), mutated.count >= 8 {
        let header = min(mutated.count - 8, Int(original[0]) | Int(original[1]) << 8)
        mutated.replaceSubrange(0..<8, with: bytes(UInt64(header)))
      }
      do throws(SafetensorsError) {
        let file = try SafetensorsFile(bytes: mutated)
        _ = try touch(file)
        opened += 1
      } catch {
        failed.insert(String(error.description.prefix(400)))
        #expect(!error.description.isEmpty)
      }
    }
    // Data that means something: some files survive, and failures differ.
    #expect(opened > 50, "seed \(seed)")
    #expect(failed.count > 200, "seed \(seed)")
  }

  @Test func mutatedConfigurationsFailByName() {
    let seed: UInt64 = 0xc0_4f16
    print("configuration fuzz: seed \(seed)")
    var generator = SplitMix64(seed)
    var opened = 0
    for _ in 0..<1_500 {
      var mutated = Array(ModelConfigurationTests.published.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &generator) { mutate(&mutated, &generator) }
      if (try? ModelConfiguration(json: mutated)) != nil { opened += 1 }
    }
    #expect((50..<1_450).contains(opened))
  }
}
