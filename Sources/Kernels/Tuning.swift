import ShaderInterface
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

  /// How a call runs on a device: its shader, specialization and work groups.
  struct Layout {
    var stem: String
    var specialization: [UInt32]
    var groups: (x: Int, y: Int)
  }

  /// This device's layout where the call leaves it open.
  func layout(of call: Invocation) -> Layout {
    var layout = Layout(stem: call.kernel.rawValue, specialization: call.specialization, groups: call.groups)
    switch call.kernel {
    case .matmulF16, .matmulF32:
      guard call.specialization.count == 1 else { break }
      if shuffles { layout.stem += "Shuffle" } else { layout.specialization.append(matmulOutputsPerLane) }
    case .treeAttention, .attentionChunks: attention(call, &layout)
    default: break
    }
    return layout
  }

  /// A call carries keys a lane, the cache's format and rows a group; zeros are open.
  private func attention(_ call: Invocation, _ layout: inout Layout) {
    let (keysPerLane, format, rowsPerGroup) = (
      call.specialization[0], call.specialization[1], call.specialization[2]
    )
    let p = call.constants.withUnsafeBytes { $0.loadUnaligned(as: ShaderInterface.TreeAttention.self) }
    guard shuffles && call.kernel == .treeAttention && keysPerLane == 0 && p.headSize % 8 == 0 else {
      layout.specialization = [keysPerLane == 0 ? attentionKeysPerLane : keysPerLane, format]
      return
    }
    let sharing = p.heads / p.keyHeads  // query heads of a key head
    let heads: U32 = (1...Self.attentionVectors).last(where: { sharing % $0 == 0 }) ?? 1
    let fitting: U32 =
      [4, 2, 1].first(where: { $0 * heads <= Self.attentionVectors && $0 < 2 * p.rows }) ?? 1
    let rows = rowsPerGroup == 0 ? fitting : rowsPerGroup
    layout.stem += "Shuffle"
    layout.specialization = [rows * heads, format, heads, (p.headSize + 63) / 64]
    layout.groups = (Int((p.rows + rows - 1) / rows), Int(p.heads / heads))
  }

  /// Query vectors that share the keys of a group: more spill, and take the driver seconds to compile.
  private static let attentionVectors: UInt32 = 4
}
