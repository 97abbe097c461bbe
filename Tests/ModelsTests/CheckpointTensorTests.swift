import Numerics
import Testing

@testable import Models

@Suite struct CheckpointTensorTests {
  private func tensor(_ dataType: String, _ count: Int, _ bytes: [UInt8]) throws -> CheckpointTensor {
    var builder = FileBuilder()
    builder.add("x", dataType, [count], bytes)
    return try CheckpointTensor(SafetensorsFile(bytes: builder.build(), label: "t").tensor(named: "x"))
  }

  @Test func halvesConvertExactly() throws {
    let all = (0...UInt16.max).map { $0 }
    let x = try tensor("F16", all.count, bytes(all))
    let floats = x.floats()
    for bits in all where floats[Int(bits)].bitPattern != Float(Float16(bitPattern: bits)).bitPattern {
      // A signalling NaN may become quiet in the processor's own conversion.
      #expect(Float16(bitPattern: bits).isNaN && floats[Int(bits)].isNaN, "0x\(String(bits, radix: 16))")
    }
    #expect(try x.float16Bits() == all)
    #expect(try x.withFloat16Bits { Array($0) } == all)
    #expect(x.withFloats { $0.map(\.bitPattern) } == floats.map(\.bitPattern))
  }

  @Test func floatsRoundToNearestEven() throws {
    // Every 40,961st pattern, and the neighbours of every half and of every midpoint.
    var patterns = stride(from: UInt32(0), through: .max - 40_961, by: 40_961).map { $0 }
    for half in stride(from: UInt16(0), through: 0x7bff, by: 7) {
      let value = Float(Float16(bitPattern: half)).bitPattern
      let middle = (Float(Float16(bitPattern: half)) + Float(Float16(bitPattern: half + 1))) / 2
      patterns += [
        value, value + 1, value &- 1, middle.bitPattern, middle.bitPattern + 1, middle.bitPattern - 1,
      ]
    }
    var wrong = 0
    for pattern in patterns {
      let value = Float(bitPattern: pattern)
      let half = halfBits(of: value)
      if value.isNaN {
        wrong += half & 0x7fff == 0x7e00 ? 0 : 1
      } else {
        wrong += half == Float16(value).bitPattern ? 0 : 1
      }
    }
    #expect(wrong == 0)
    #expect(patterns.count > 100_000)
  }

  @Test func bfloatsConvertExactly() throws {
    let values: [UInt16] = [0, 0x8000, 0x3f80, 0xc0a0, 0x7f80, 0x0001, 0x3f81]
    let x = try tensor("BF16", values.count, bytes(values))
    #expect(x.floats().map(\.bitPattern) == values.map { UInt32($0) << 16 })
    // 1.0078125 is a half exactly; 2^-133 is not.
    #expect(
      throws: CheckpointError.weights(
        .inexact(file: "t", tensor: "x", index: 5, value: Float(bitPattern: 0x1_0000)))
    ) { try x.float16Bits() }
    #expect(
      try x.float16Bits(rounding: .nearestEven) == [0, 0x8000, 0x3c00, 0xc500, 0x7c00, 0, 0x3c08])
  }

  @Test func roundingIsAskedFor() throws {
    let values: [Float] = [1, -0.0, 0.1, .infinity]
    let x = try tensor("F32", 4, bytes(values.map(\.bitPattern)))
    #expect(x.withFloats { Array($0) } == values)
    #expect(throws: CheckpointError.weights(.inexact(file: "t", tensor: "x", index: 2, value: 0.1))) {
      try x.withFloat16Bits { $0.count }
    }
    #expect(try x.float16Bits(rounding: .nearestEven) == [0x3c00, 0x8000, 0x2e66, 0x7c00])
    let large = try tensor("F32", 2, bytes(Float(65_519).bitPattern, Float(-65_520).bitPattern))
    #expect(throws: CheckpointError.weights(.overflow(file: "t", tensor: "x", index: 1, value: -65_520))) {
      try large.float16Bits(rounding: .nearestEven)
    }
    #expect(try large.rows(0..<1).float16Bits(rounding: .nearestEven) == [0x7bff])
  }

  @Test func otherTypesAreRefused() {
    #expect(
      throws: SafetensorsError.unsupportedDataType(
        file: "t", tensor: "x", dataType: .float64, supported: CheckpointTensor.supportedDataTypes)
    ) { try tensor("F64", 1, bytes(UInt64(0))) }
  }

  @Test func typedErrorsPassThrough() throws {
    struct Stop: Error, Equatable {}
    let x = try tensor("F32", 1, bytes(Float(1).bitPattern))
    #expect(throws: Stop()) { try x.withFloats { (_) throws(Stop) in throw Stop() } }
  }
}
