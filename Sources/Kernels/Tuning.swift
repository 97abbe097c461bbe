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
  /// Whether shaders for subgroups of eight lanes stand in: on llvmpipe, whose loads cost far more than its shuffles.
  let shuffles: Bool

  static let processor = Tuning(matmulOutputsPerLane: 0, attentionKeysPerLane: 4, shuffles: false)
  static let vectorProcessor = Tuning(matmulOutputsPerLane: 0, attentionKeysPerLane: 4, shuffles: true)
  static let graphics = Tuning(matmulOutputsPerLane: 1, attentionKeysPerLane: 1, shuffles: false)

  init(matmulOutputsPerLane: UInt32, attentionKeysPerLane: UInt32, shuffles: Bool) {
    self.matmulOutputsPerLane = matmulOutputsPerLane
    self.attentionKeysPerLane = attentionKeysPerLane
    self.shuffles = shuffles
  }

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
    case .matmulF16, .matmulF32:
      guard call.specialization.count == 1 else { return (stem, call.specialization) }
      return shuffles
        ? (stem + "Shuffle", call.specialization) : (stem, call.specialization + [matmulOutputsPerLane])
    case .treeAttention, .attentionChunks:
      let keysPerLane = call.specialization[0]
      return (stem, [keysPerLane == 0 ? attentionKeysPerLane : keysPerLane] + call.specialization[1...])
    default: return (stem, call.specialization)
    }
  }
}
