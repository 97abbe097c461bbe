/// The instructions of a SPIR-V module, as far as reflection and the contract lint need them.
struct SpirvModule {
  struct Instruction {
    let opcode: UInt16
    let operands: ArraySlice<UInt32>
    subscript(index: Int) -> UInt32 { operands[operands.startIndex + index] }
    var count: Int { operands.count }
  }

  let instructions: [Instruction]
  private(set) var names: [UInt32: String] = [:]
  /// decoration -> operands, of each id
  private(set) var decorations: [UInt32: [UInt32: [UInt32]]] = [:]
  private(set) var memberDecorations: [UInt32: [UInt32: [UInt32: [UInt32]]]] = [:]
  private(set) var definitions: [UInt32: Instruction] = [:]

  init(words: [UInt32]) {
    var list: [Instruction] = []
    var at = 5
    while at < words.count {
      let length = Int(words[at] >> 16)
      precondition(length > 0 && at + length <= words.count, "malformed SPIR-V")
      list.append(Instruction(opcode: UInt16(words[at] & 0xffff), operands: words[at + 1..<at + length]))
      at += length
    }
    instructions = list
    for i in list {
      switch i.opcode {
      case 5: names[i[0]] = Self.text(i.operands.dropFirst())
      case 71: decorations[i[0], default: [:]][i[1]] = Array(i.operands.dropFirst(2))
      case 72:
        memberDecorations[i[0], default: [:]][i[1], default: [:]][i[2]] = Array(i.operands.dropFirst(3))
      case 19...39: definitions[i[0]] = i  // types
      default: if i.count >= 2, Self.hasResult(i.opcode) { definitions[i[1]] = i }
      }
    }
  }

  /// Whether operand 0 is the result type and operand 1 the result.
  private static func hasResult(_ opcode: UInt16) -> Bool {
    (41...52).contains(opcode) || (54...61).contains(opcode) && opcode != 56 || (65...70).contains(opcode)
      || (77...191).contains(opcode) || (194...216).contains(opcode) || opcode == 12 || opcode == 245
      || (227...242).contains(opcode) && opcode != 228 || (333...366).contains(opcode)
  }

  private static func text(_ words: ArraySlice<UInt32>) -> String {
    var bytes: [UInt8] = []
    for word in words {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        let byte = UInt8(truncatingIfNeeded: word >> shift)
        if byte == 0 { return String(decoding: bytes, as: UTF8.self) }
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether the type is a float or a vector of floats.
  func isFloat(_ type: UInt32) -> Bool {
    guard let definition = definitions[type] else { return false }
    if definition.opcode == 22 { return true }
    return definition.opcode == 23 && isFloat(definition[1])
  }

  func constant(_ id: UInt32) -> UInt32 { definitions[id].map { $0[2] } ?? 0 }
}
