import CShaderc

/// Refuses, by opcode, what the numeric contract of exact kernels does not allow; the only rounded operations it
/// allows are add, subtract and multiply, each under `precise` (NoContraction).
enum ContractLint {
  struct Violation: Hashable {
    /// `path:line` of the source, if the module has debug information.
    var place: String?
    var message: String
  }

  static func violations(_ module: SpirvModule) -> [Violation] {
    var extended: [UInt32: String] = [:]
    var place: String?
    var found: [Violation] = []
    for instruction in module.instructions {
      switch instruction.opcode {
      case .extInstImport: extended[instruction[0]] = instruction.string(at: 1)
      case .line: place = "\(module.strings[instruction[0]] ?? "?"):\(instruction[1])"
      case .noLine, .label: place = nil
      default:
        guard let message = complaint(instruction, module, extended, place) else { continue }
        let violation = Violation(place: place, message: message)
        if !found.contains(violation) { found.append(violation) }
      }
    }
    return found
  }

  private static func complaint(
    _ i: SpirvInstruction, _ module: SpirvModule, _ extended: [UInt32: String], _ place: String?
  ) -> String? {
    if i.opcode == .extInst {
      if let place, place.contains("/exactProducts.glsl:"), i[3] == fma { return nil }
      return extendedComplaint(i, set: extended[i[2]] ?? "?")
    }
    if rounded.contains(i.opcode) {
      return module.has(.noContraction, i[1]) ? nil : "\(name(i.opcode)) without `precise`"
    }
    if i.opcode == .fConvert {
      return module.floatWidth(i[0]) == 32 ? nil : "OpFConvert to fewer bits, which may round any way"
    }
    if i.opcode == .typeFloat { return i[1] > 32 ? "64-bit floats are outside the numeric contract" : nil }
    return refused.contains(i.opcode.rawValue) ? "\(name(i.opcode)) is outside the numeric contract" : nil
  }

  /// In exactProducts.glsl alone, which says when it may be used.
  private static let fma: UInt32 = 50

  private static let rounded: Set<Opcode> = [.fAdd, .fSub, .fMul, .vectorTimesScalar]

  /// Floating-point operations that round freely, by number; the tests hold the list against their names.
  static let refused: [UInt16] = [
    116,  // OpQuantizeToF16
    136, 140, 141,  // OpFDiv, OpFRem, OpFMod
    143, 144, 145, 146, 147, 148,  // OpMatrixTimesScalar ... OpDot
    265, 266, 269, 6402,  // OpGroupFAdd, FMin, FMax, FMul
    350, 352, 355, 358,  // OpGroupNonUniformFAdd, FMul, FMin, FMax
    4459, 5361,  // OpCooperativeMatrixMulAddKHR, NV
    5001, 5002, 5005,  // OpGroupFAddNonUniformAMD, FMin, FMax
    5614, 5615, 6035,  // OpAtomicFMinEXT, FMaxEXT, FAddEXT
  ]

  private static func extendedComplaint(_ i: SpirvInstruction, set: String) -> String? {
    if set.hasPrefix("NonSemantic.") { return nil }
    let isStandard = set == "GLSL.std.450"
    if isStandard, allowedExtended.contains(i[3]) { return nil }
    let name = isStandard ? extendedNames[i[3]] : nil
    return "\(name ?? "instruction \(i[3])") of \(set) is outside the numeric contract"
  }

  static func name(_ opcode: Opcode) -> String {
    "Op" + (spvOpcodeString(UInt32(opcode.rawValue)).map { String(cString: $0) } ?? "\(opcode.rawValue)")
  }

  /// FAbs, SAbs, SSign, Floor, UMin, SMin, UMax, SMax, UClamp, SClamp, UnpackHalf2x16, FindILsb, FindSMsb, FindUMsb.
  private static let allowedExtended: Set<UInt32> = [4, 5, 7, 8, 38, 39, 41, 42, 44, 45, 62, 73, 74, 75]

  /// Names of GLSL.std.450 that people meet in shaders.
  private static let extendedNames: [UInt32: String] = [
    1: "Round", 2: "RoundEven", 3: "Trunc", 6: "FSign", 9: "Ceil", 10: "Fract",
    13: "Sin", 14: "Cos", 15: "Tan", 21: "Tanh", 25: "Atan2",
    26: "Pow", 27: "Exp", 28: "Log", 29: "Exp2", 30: "Log2", 31: "Sqrt", 32: "InverseSqrt",
    37: "FMin", 40: "FMax", 43: "FClamp", 46: "FMix", 48: "Step", 49: "SmoothStep", 50: "Fma",
    53: "Ldexp", 58: "PackHalf2x16", 66: "Length", 67: "Distance", 69: "Normalize",
    79: "NMin", 80: "NMax", 81: "NClamp",
  ]
}
