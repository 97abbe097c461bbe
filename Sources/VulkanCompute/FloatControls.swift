/// Asks a shader's compiler, where the device offers it, to round 32-bit floats to nearest even and to keep signed zeros,
/// infinities and NaNs: Vulkan leaves both open otherwise.
///
/// Written into the module (`OpExecutionMode` RoundingModeRTE and SignedZeroInfNanPreserve of SPIR-V 1.5), since which of them
/// a device has is known only when it is opened.
enum FloatControls {
  private static let modes: [(feature: DeviceFeatures, capability: UInt32, mode: UInt32)] = [
    (.shaderRoundingModeRTEFloat32, 4467, 4462),
    (.shaderSignedZeroInfNanPreserveFloat32, 4466, 4461),
  ]
  private static let (entryPoint, executionMode, capability): (UInt32, UInt32, UInt32) = (15, 16, 17)
  /// Of the words before the first instruction.
  private static let headerCount = 5

  /// Has the modes without an extension.
  private static let leastVersion: UInt32 = 0x1_0400

  /// The module with the modes that `features` have; capabilities stand first in a module, modes behind its entry point. A module
  /// older than SPIR-V 1.4 stays as it is.
  static func declare(_ features: DeviceFeatures, in spirv: [UInt32]) -> [UInt32] {
    let wanted = modes.filter { features.contains($0.feature) }
    guard !wanted.isEmpty, spirv.count > headerCount, spirv[1] >= leastVersion,
      let entry = instruction(entryPoint, in: spirv)
    else { return spirv }
    let function = spirv[entry.lowerBound + 2]
    let capabilities = wanted.flatMap { [2 << 16 | capability, $0.capability] }
    let executionModes = wanted.flatMap { [4 << 16 | executionMode, function, $0.mode, 32] }
    return spirv[..<headerCount] + capabilities + spirv[headerCount..<entry.upperBound] + executionModes
      + spirv[entry.upperBound...]
  }

  /// The words of the first instruction with this opcode.
  private static func instruction(_ opcode: UInt32, in spirv: [UInt32]) -> Range<Int>? {
    var at = headerCount
    while at < spirv.count {
      let count = Int(spirv[at] >> 16)
      guard count > 0, at + count <= spirv.count else { return nil }
      if spirv[at] & 0xffff == opcode { return at..<at + count }
      at += count
    }
    return nil
  }
}
