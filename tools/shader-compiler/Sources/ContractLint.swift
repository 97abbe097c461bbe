/// Refuses operations outside the exact contract, by opcode, so that nobody has to remember.
enum ContractLint {
  private static let forbidden: [UInt16: String] = [
    136: "OpFDiv", 140: "OpFRem", 141: "OpFMod", 143: "OpVectorTimesScalar (not precise)",
    144: "OpVectorTimesMatrix",
    145: "OpMatrixTimesVector", 146: "OpMatrixTimesMatrix", 147: "OpOuterProduct", 148: "OpDot",
    350: "OpGroupNonUniformFAdd", 352: "OpGroupNonUniformFMul", 355: "OpGroupNonUniformFMin",
    358: "OpGroupNonUniformFMax", 265: "OpGroupFAdd", 6035: "OpAtomicFAddEXT", 5614: "OpAtomicFMinEXT",
    5615: "OpAtomicFMaxEXT", 207: "OpDPdx",
  ]
  /// GLSL.std.450: Floor, FAbs, SAbs, integer min, max and clamp, FindLsb, FindSMsb, FindUMsb, UnpackHalf2x16.
  private static let allowedExtended: Set<UInt32> = [4, 5, 8, 38, 39, 41, 42, 44, 45, 62, 73, 74, 75]
  private static let rounded: [UInt16: String] = [129: "OpFAdd", 131: "OpFSub", 133: "OpFMul"]

  /// One line a violation.
  static func violations(_ module: SpirvModule) -> [String] {
    var set: [UInt32] = []
    var found: [String] = []
    for i in module.instructions {
      if i.opcode == 11 { set.append(i[0]) }
      if let name = forbidden[i.opcode], !(i.opcode == 143 && isExact(i, module)) { found.append(name) }
      if i.opcode == 12, set.contains(i[2]), !allowedExtended.contains(i[3]) {
        found.append("extended instruction \(i[3]) of GLSL.std.450")
      }
      if let name = rounded[i.opcode], !isExact(i, module) {
        found.append("\(name) without NoContraction (declare the result precise)")
      }
    }
    return found
  }

  private static func isExact(_ i: SpirvModule.Instruction, _ module: SpirvModule) -> Bool {
    module.decorations[i[1]]?[42] != nil
  }
}
