import VulkanCompute

/// Work layouts that suit a device: they change speed, never bits.
///
/// A CPU driver loads lane by lane, so it wants few lanes with much work each; a GPU wants neighbouring lanes on
/// neighbouring words.
struct Tuning {
  /// Outputs that one lane of a matmul has; 0 lets the shader choose for a CPU driver.
  let matmulOutputsPerLane: UInt32
  /// Keys that one lane of an attention group scores.
  let attentionKeysPerLane: UInt32
  /// Lanes of a group that walks a row of the vocabulary: each one costs a CPU driver its barriers.
  let rowLanes: UInt32
  /// Lanes of a scan's group, which has 64 columns.
  let scanLanes: UInt32
  /// Whether shaders for subgroups of eight lanes stand in: on llvmpipe, whose loads cost far more than its shuffles.
  let shuffles: Bool
  /// Whether kernels take their texel forms: llvmpipe loads a storage buffer in a loop over lanes, some twenty cycles for
  /// each word of a lane, but a texel without branches.
  let texels: Bool

  /// Kernels over a row of the vocabulary that have a shader for subgroups of eight lanes.
  private static let hasShuffle: Set<Kernel> = [
    .topTokens, .distribution, .drawTarget, .drawLogits, .drawGumbel, .combineDistributions, .penalties,
  ]

  static let processor = Tuning(
    matmulOutputsPerLane: 0, attentionKeysPerLane: 4, rowLanes: 8, scanLanes: 64, shuffles: false,
    texels: false)
  static let vectorProcessor = Tuning(
    matmulOutputsPerLane: 0, attentionKeysPerLane: 4, rowLanes: 8, scanLanes: 64, shuffles: true, texels: true
  )
  static let graphics = Tuning(
    matmulOutputsPerLane: 1, attentionKeysPerLane: 1, rowLanes: 256, scanLanes: 256, shuffles: false,
    texels: false)
}

extension Tuning {
  init(for device: DeviceDescription) {
    let limits = device.limits
    let canShuffle = limits.subgroupSupportedOperations & 0x10 != 0  // VK_SUBGROUP_FEATURE_SHUFFLE_BIT
    let hasEightLanes =
      limits.subgroupSize == 8 && limits.minSubgroupSize == 8 && limits.maxSubgroupSize == 8
    self =
      device.kind != .cpu ? .graphics : canShuffle && hasEightLanes ? .vectorProcessor : .processor
  }

  /// The stem of the shader that runs a call, and its specialization, with this device's layout where the call
  /// leaves it open.
  func shader(of call: Invocation) -> (stem: String, specialization: [UInt32]) {
    let stem = call.kernel.rawValue
    switch call.kernel {
    case .matmulF32, .matmulF16, .matmulBf16, .matmulQ8, .matmulQ4:
      guard call.specialization.count == 1 else { return (stem, call.specialization) }
      return shuffles
        ? (stem + "Shuffle", call.specialization) : (stem, call.specialization + [matmulOutputsPerLane])
    case .treeAttention where call.specialization.isEmpty: return (stem, [attentionKeysPerLane])
    case .argmax, .topTokens, .distribution,
      .drawTarget, .drawLogits, .drawGumbel, .drawShared,
      .combineDistributions, .penalties:
      let (lanes, least) = (call.specialization[0], call.specialization[1])
      if lanes != 0 { return (stem, [lanes]) }
      if shuffles, least <= 8, Self.hasShuffle.contains(call.kernel) { return (stem + "Shuffle", []) }
      return (stem, [max(rowLanes, least)])
    case .treeScan where call.specialization.isEmpty: return (stem, [scanLanes])
    default: return (stem, call.specialization)
    }
  }
}
