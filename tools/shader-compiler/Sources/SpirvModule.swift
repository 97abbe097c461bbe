/// A SPIR-V module taken apart: names, decorations, types, constants and variables by id.
struct SpirvModule {
  struct Member: Hashable {
    let type: UInt32
    let index: UInt32
  }

  let instructions: [SpirvInstruction]
  private let header: ArraySlice<UInt32>
  private(set) var names: [UInt32: String] = [:]
  private(set) var memberNames: [Member: String] = [:]
  private(set) var strings: [UInt32: String] = [:]
  private(set) var decorations: [UInt32: [Decoration: UInt32]] = [:]
  private(set) var memberDecorations: [Member: [Decoration: UInt32]] = [:]
  /// Types, constants and variables of the module's head.
  private(set) var definitions: [UInt32: SpirvInstruction] = [:]

  init(words: [UInt32]) throws(ShaderFailure) {
    guard words.count >= 5, words[0] == 0x0723_0203 else { throw ShaderFailure("not a SPIR-V module") }
    header = words[..<5]
    instructions = try Self.split(words)
    for instruction in instructions { note(instruction) }
  }

  private static func split(_ words: [UInt32]) throws(ShaderFailure) -> [SpirvInstruction] {
    var instructions: [SpirvInstruction] = []
    var at = 5
    while at < words.count {
      let end = at + Int(words[at] >> 16)
      guard end > at, end <= words.count else { throw ShaderFailure("malformed SPIR-V at word \(at)") }
      let opcode = Opcode(rawValue: UInt16(truncatingIfNeeded: words[at]))
      instructions.append(SpirvInstruction(opcode: opcode, operands: words[(at + 1)..<end]))
      at = end
    }
    return instructions
  }

  private mutating func note(_ i: SpirvInstruction) {
    switch i.opcode {
    case .name: names[i[0]] = i.string(at: 1)
    case .memberName: memberNames[Member(type: i[0], index: i[1])] = i.string(at: 2)
    case .string: strings[i[0]] = i.string(at: 1)
    case .decorate: decorate(&decorations[i[0], default: [:]], i, at: 1)
    case .memberDecorate:
      decorate(&memberDecorations[Member(type: i[0], index: i[1]), default: [:]], i, at: 2)
    default:
      switch i.opcode.rawValue {
      case 19...39: definitions[i[0]] = i  // OpType...
      case 41...52, Opcode.variable.rawValue: definitions[i[1]] = i  // Op...Constant..., OpVariable
      default: break
      }
    }
  }

  private func decorate(_ set: inout [Decoration: UInt32], _ i: SpirvInstruction, at index: Int) {
    set[Decoration(rawValue: i[index])] = i.count > index + 1 ? i[index + 1] : 0
  }

  /// The words without debug instructions.
  var strippedWords: [UInt32] {
    instructions.lazy.filter { !Opcode.debug.contains($0.opcode) }.reduce(into: Array(header)) {
      $0.append(contentsOf: $1.words)
    }
  }

  /// One more than the greatest id.
  var bound: UInt32 { header[3] }

  /// The header of a module with more ids.
  func header(bound: UInt32) -> [UInt32] { Array(header[..<3]) + [bound] + header[4...] }

  func has(_ decoration: Decoration, _ id: UInt32) -> Bool { decorations[id]?[decoration] != nil }

  func members(of type: UInt32) -> [Member] {
    guard let definition = definitions[type], definition.opcode == .typeStruct else { return [] }
    return (0..<(definition.count - 1)).map { Member(type: type, index: UInt32($0)) }
  }

  /// The value of an integer constant, or the default of a specialization constant; nil for others.
  func constant(_ id: UInt32) -> UInt32? {
    guard let definition = definitions[id] else { return nil }
    switch definition.opcode {
    case .constant, .specConstant: return definition[2]
    case .specConstantTrue: return 1
    case .specConstantFalse: return 0
    default: return nil
    }
  }
}

/// A SPIR-V decoration. Those that reflection and lint read have names.
struct Decoration: RawRepresentable, Hashable {
  let rawValue: UInt32

  static let specId = Decoration(rawValue: 1)
  static let arrayStride = Decoration(rawValue: 6)
  static let builtIn = Decoration(rawValue: 11)
  static let nonWritable = Decoration(rawValue: 24)
  static let nonReadable = Decoration(rawValue: 25)
  static let binding = Decoration(rawValue: 33)
  static let descriptorSet = Decoration(rawValue: 34)
  static let offset = Decoration(rawValue: 35)
  static let noContraction = Decoration(rawValue: 42)
}
