/// One instruction: its words after the first, which holds opcode and length.
struct SpirvInstruction {
  let opcode: Opcode
  let operands: ArraySlice<UInt32>

  init(opcode: Opcode, operands: ArraySlice<UInt32>) { (self.opcode, self.operands) = (opcode, operands) }
  init(_ opcode: Opcode, _ operands: [UInt32]) { self.init(opcode: opcode, operands: operands[...]) }

  var words: [UInt32] { [UInt32(count + 1) << 16 | UInt32(opcode.rawValue)] + operands }
  var count: Int { operands.count }
  subscript(index: Int) -> UInt32 { operands[operands.startIndex + index] }

  /// The literal string that starts at operand `index`.
  func string(at index: Int) -> String {
    let bytes = operands.dropFirst(index).lazy.flatMap { word in
      (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
    }
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// A SPIR-V opcode. Those that reflection and lint read have names.
struct Opcode: RawRepresentable, Hashable {
  let rawValue: UInt16

  static let sourceContinued = Opcode(rawValue: 2)
  static let source = Opcode(rawValue: 3)
  static let sourceExtension = Opcode(rawValue: 4)
  static let name = Opcode(rawValue: 5)
  static let memberName = Opcode(rawValue: 6)
  static let string = Opcode(rawValue: 7)
  static let line = Opcode(rawValue: 8)
  static let extInstImport = Opcode(rawValue: 11)
  static let extInst = Opcode(rawValue: 12)
  static let executionMode = Opcode(rawValue: 16)
  static let capability = Opcode(rawValue: 17)
  static let typeBool = Opcode(rawValue: 20)
  static let typeInt = Opcode(rawValue: 21)
  static let typeFloat = Opcode(rawValue: 22)
  static let typeVector = Opcode(rawValue: 23)
  static let typeMatrix = Opcode(rawValue: 24)
  static let typeImage = Opcode(rawValue: 25)
  static let typeArray = Opcode(rawValue: 28)
  static let typeRuntimeArray = Opcode(rawValue: 29)
  static let typeStruct = Opcode(rawValue: 30)
  static let typePointer = Opcode(rawValue: 32)
  static let constant = Opcode(rawValue: 43)
  static let constantComposite = Opcode(rawValue: 44)
  static let specConstantTrue = Opcode(rawValue: 48)
  static let specConstantFalse = Opcode(rawValue: 49)
  static let specConstant = Opcode(rawValue: 50)
  static let specConstantComposite = Opcode(rawValue: 51)
  static let specConstantOp = Opcode(rawValue: 52)
  static let function = Opcode(rawValue: 54)
  static let variable = Opcode(rawValue: 59)
  static let load = Opcode(rawValue: 61)
  static let decorate = Opcode(rawValue: 71)
  static let memberDecorate = Opcode(rawValue: 72)
  static let vectorExtractDynamic = Opcode(rawValue: 77)
  static let compositeExtract = Opcode(rawValue: 81)
  static let copyObject = Opcode(rawValue: 83)
  static let imageRead = Opcode(rawValue: 98)
  static let fConvert = Opcode(rawValue: 115)
  static let bitcast = Opcode(rawValue: 124)
  static let fAdd = Opcode(rawValue: 129)
  static let fSub = Opcode(rawValue: 131)
  static let fMul = Opcode(rawValue: 133)
  static let vectorTimesScalar = Opcode(rawValue: 142)
  static let label = Opcode(rawValue: 248)
  static let noLine = Opcode(rawValue: 317)
  static let moduleProcessed = Opcode(rawValue: 330)

  /// `OpAccessChain` and `OpInBoundsAccessChain`.
  static let accessChains: Set<Opcode> = [Opcode(rawValue: 65), Opcode(rawValue: 66)]

  /// What `OpName`, `OpLine` and their kin say is for people and for the lint; it is not embedded.
  static let debug: Set<Opcode> = [
    sourceContinued, source, sourceExtension, name, memberName, string, line, noLine, moduleProcessed,
  ]
}
