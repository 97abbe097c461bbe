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

  static let processor = Tuning(matmulOutputsPerLane: 0, attentionKeysPerLane: 4)
  static let graphics = Tuning(matmulOutputsPerLane: 1, attentionKeysPerLane: 1)

  init(matmulOutputsPerLane: UInt32, attentionKeysPerLane: UInt32) {
    self.matmulOutputsPerLane = matmulOutputsPerLane
    self.attentionKeysPerLane = attentionKeysPerLane
  }

  init(for device: DeviceDescription) { self = device.kind == .cpu ? .processor : .graphics }

  /// A call's specialization, with this device's layout where the call leaves it open.
  func specialization(of call: Invocation) -> [UInt32] {
    switch call.kernel {
    case .matmulF16, .matmulF32:
      call.specialization.count == 1 ? call.specialization + [matmulOutputsPerLane] : call.specialization
    case .treeAttention where call.specialization.isEmpty: [attentionKeysPerLane]
    default: call.specialization
    }
  }
}
