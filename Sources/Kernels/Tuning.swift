import ShaderInterface
import ShaderLibrary
import VulkanCompute

/// The devices that kernels have work layouts for; a layout changes speed, never bits.
public enum LayoutKind: String, Sendable, CaseIterable {
  /// A CPU driver: it loads lane by lane, so it wants few lanes with much work each.
  case processor
  /// A CPU driver whose subgroup is a vector of eight lanes, and whose shuffles are cheaper than its loads.
  case vectorProcessor
  /// A GPU: it wants many lanes, and neighbouring lanes on neighbouring words.
  case graphics
}

/// Work layouts that suit a device.
struct Tuning {
  /// Outputs that one lane of a matmul has; 0 lets the shader choose for a CPU driver, 1 shares each output's chunks among lanes.
  let matmulOutputsPerLane: UInt32
  /// How the lanes of matmulSpread.glsl share a group's outputs.
  var matmulSpread = MatmulSpread.small
  /// Keys that one lane of an attention group scores.
  let attentionKeysPerLane: UInt32
  /// Rows that share the loaded keys of a group of attentionSpread.glsl, at most; nil: another shader. For GPUs.
  var spreadRows: UInt32?
  /// Groups of a call of attention from which on none of them shares its keys with others.
  var attentionGroups = 0
  /// Lanes of a group that walks a row of the vocabulary: each one costs a CPU driver its barriers, and hides a GPU's wait for
  /// memory.
  var rowLanes: UInt32
  /// How groups share such a row, where they do.
  var rowChunks: RowChunks?
  /// How groups share the rows that a rejection rule looks at, where they do.
  var rejectionStages: RejectionStages?
  /// Lanes of a group that walks a tree or a long row in order; nil: by the length.
  let walkLanes: UInt32?
  /// Lanes of a scan's group, which has 64 columns.
  let scanLanes: UInt32
  /// Whether shaders for subgroups of eight lanes stand in: on llvmpipe, whose loads cost far more than its shuffles.
  let shuffles: Bool
  /// Whether kernels take their texel forms: llvmpipe loads a storage buffer in a loop over lanes, some twenty cycles for
  /// each word of a lane, but a texel without branches.
  let texels: Bool
  /// Whether lanes take four neighbouring tokens or elements at a time: on GPUs, whose widest loads are of 16 bytes.
  var quads = false
  /// Whether a subgroup shares a block of tokens where their order counts, and lanes of its group: on GPUs, which load
  /// what neighbouring lanes want at once.
  var teamLanes: UInt32?
  /// Elements of a row that a lane loads before it uses the first, where lanes are part of the order of a sum.
  var elementsAhead: UInt32 = 1
  /// Values, and parts of attention, that a lane loads before it uses the first.
  var valuesAhead: UInt32 = 1
  /// Whether matmuls of bytes take the device's dot product of four.
  var dotProducts = false
  /// llvmpipe leaves a loop once an invocation's loops have had so many passes in total, and computes on; nil elsewhere.
  var loopPasses: Int?
  /// What each word of the workspace holds before a call: a test's, for memory that is not zeroed.
  var staleWorkspace: UInt32?

  /// Whether lanes are a CPU's, which loads for one after another.
  var isProcessor: Bool { matmulOutputsPerLane == 0 }

  /// Kernels over a row of the vocabulary that have a shader for subgroups of eight lanes; `drawLogits` has one for any
  /// vocabulary.
  private static let hasShuffle: Set<Kernel> = [
    .topTokens, .distribution, .drawTarget, .drawGumbel, .combineDistributions, .penalties,
  ]

  /// Kernels over whole rows of the vocabulary that have a shader whose lanes take four tokens at a time.
  private static let hasQuads: Set<Kernel> = [
    .topTokens, .distribution, .drawLogits, .drawGumbel, .combineDistributions, .penalties,
  ]

  static let processor = Tuning(
    matmulOutputsPerLane: 0, attentionKeysPerLane: 4, rowLanes: 8, walkLanes: 32, scanLanes: 64,
    shuffles: false, texels: false)
  static let vectorProcessor = Tuning(
    matmulOutputsPerLane: 0, attentionKeysPerLane: 4, rowLanes: 8, walkLanes: 32, scanLanes: 64,
    shuffles: true, texels: true)
  static let graphics = Tuning(
    matmulOutputsPerLane: 1, attentionKeysPerLane: 1, rowLanes: 256, walkLanes: nil, scanLanes: 256,
    shuffles: false, texels: false)  // rowLanes: up to 1,024, see init
}

extension Tuning {
  /// The kinds whose layouts run on a device, the one that suits it first.
  static func kinds(for device: DeviceDescription) -> [LayoutKind] {
    let limits = device.limits
    let canShuffle = limits.subgroupSupportedOperations & 0x10 != 0  // VK_SUBGROUP_FEATURE_SHUFFLE_BIT
    let hasEightLanes =
      limits.subgroupSize == 8 && limits.minSubgroupSize == 8 && limits.maxSubgroupSize == 8
    let processors: [LayoutKind] =
      canShuffle && hasEightLanes ? [.vectorProcessor, .processor] : [.processor]
    return device.kind == .cpu ? processors + [.graphics] : [.graphics] + processors
  }

  /// - Parameter features: those that are enabled.
  init(_ kind: LayoutKind, for device: DeviceDescription, features: DeviceFeatures) {
    self =
      switch kind {
      case .processor: .processor
      case .vectorProcessor: .vectorProcessor
      case .graphics: .graphics
      }
    let limits = device.limits
    let groupLanes = min(limits.maxComputeWorkGroupInvocations, limits.maxComputeWorkGroupSize[0])
    if kind == .graphics {
      elementsAhead = device.kind == .cpu ? 8 : 32
      valuesAhead = 8
      quads = true
      spreadRows = limits.maxComputeSharedMemorySize >= 32 * 1024 ? 4 : 1
      attentionGroups = device.kind == .cpu ? 8 : 1024
      matmulSpread = device.kind == .cpu ? .small : .graphics
      // A lane beyond the 256 that shaders are built with takes eight bytes more of shared memory.
      if limits.maxComputeSharedMemorySize >= 32 * 1024 {
        for lanes in [512, 1024] where lanes <= groupLanes { rowLanes = UInt32(lanes) }
      }
      // On a CPU's driver these layouts are tried for their bits alone: short chunks, so that short rows have several.
      rowChunks = RowChunks(leastTokens: device.kind == .cpu ? 64 : 4096)
      if limits.maxPerStageDescriptorStorageBuffers >= 10 && limits.maxComputeSharedMemorySize >= 32 * 1024 {
        rejectionStages = device.kind == .cpu ? .small : .graphics
      }
    }
    dotProducts =
      kind == .graphics && features.contains(.shaderIntegerDotProduct)
      && ShaderLibrary.modules["matmulInt8Dot"] != nil
    let canAdd = limits.subgroupSupportedOperations & 0x4 != 0  // VK_SUBGROUP_FEATURE_ARITHMETIC_BIT
    if kind == .graphics && canAdd && limits.minSubgroupSize >= 2 {  // at most 256 subgroups a group
      teamLanes = UInt32(min(512, groupLanes))
    }
    loopPasses = device.driverName == "llvmpipe" ? 65_535 : nil
  }

  /// How a call runs on a device: its shader, specialization and work groups.
  struct Layout {
    var stem: String
    var specialization: [UInt32]
    var groups: (x: Int, y: Int)
    /// The call's operands by the shader's bindings, nil for the workspace; nil: all in their order.
    var operands: [Int?]?
    var workspaceWords = 0
    /// The word of the workspace where a shader before this one leaves the numbers of groups in x, y and z; nil: `groups`.
    var groupWords: Int?
    /// The shader's parameters, byte for byte, where they are others than the call's.
    var parameters: [UInt8]?
  }

  /// This device's layouts where the call leaves them open; several run one after another.
  func layouts(of call: Invocation) throws(BackendError) -> [Layout] {
    if call.kernel == .scatterRows { return Self.scatterLayouts(of: call) }
    if let layouts = rowChunks?.layouts(of: call) ?? splitAttention(call) { return layouts }
    let layout = try layout(of: call)
    return rejectionStages?.layouts(of: call, walk: layout) ?? [layout]
  }

  private func layout(of call: Invocation) throws(BackendError) -> Layout {
    var layout = Layout(stem: call.kernel.rawValue, specialization: call.specialization, groups: call.groups)
    switch call.kernel {
    case .matmulF32, .matmulF16, .matmulBf16, .matmulQ8, .matmulQ4, .matmulQ8Int8, .matmulQ4Int8:
      try matmul(call, &layout)
    case .matmulInt8 where shuffles && call.specialization.count == 1: try matmul(call, &layout)
    case .matmulInt8:
      let rows = call.specialization[0]
      let lanes = outputsPerLane(call) == 1 ? matmulSpread.lanes(rows: rows) : MATMUL_TILE
      layout.specialization = [rows, lanes, lanes / MATMUL_TILE > 1 ? matmulSpread.columns(rows: rows) : 1]
      if dotProducts { layout.stem += "Dot" }
    case .treeAttention, .attentionSpans: try attention(call, &layout)
    case .attentionMerge: layout.specialization = [valuesAhead]
    case .rotaryAppend where call.specialization.count == 1: rotaryAppend(call, &layout)
    case .argmax, .topTokens, .distribution, .drawTarget, .drawLogits, .drawGumbel, .drawShared,
      .combineDistributions, .penalties:
      let (lanes, least) = (call.specialization[0], call.specialization[1])
      if lanes == 0 && shuffles && call.kernel == .drawLogits {
        let p: ShaderInterface.DrawLogits = call.parameters()
        layout.stem += "Shuffle"
        layout.specialization = [8, p.vocabulary <= 8192 ? 16 : 32]  // tokens of a tile that a lane holds
      } else if lanes == 0 && shuffles && least <= 8 && Self.hasShuffle.contains(call.kernel) {
        layout.stem += "Shuffle"
        layout.specialization = [8]  // the shader knows
      } else {
        layout.specialization = [lanes != 0 ? lanes : max(rowLanes, least)]
        if quads && Self.hasQuads.contains(call.kernel) { layout.stem += "Quads" }
      }
    case .verifyMatch, .verifySiblings, .selectPath, .verifyTraversal, .verifyAccepted, .verifyLossy,
      .clusterAccept, .drawChildren, .treeLayout, .allocatePages:
      walk(call, &layout)
    case .rmsNorm, .layerNorm, .quantizeRows, .rowStatistics, .tokenLogProbability, .divergence, .mixLogits,
      .softmax:
      layout.specialization = [elementsAhead] + call.specialization
    case .treeScan where call.specialization.isEmpty: layout.specialization = [scanLanes]
    case .residualAdd, .scaledAdd, .gelu, .geluErf, .roundActivations, .swiglu, .geglu, .gegluErf:
      if quads {
        layout.stem += "Quads"
        layout.groups = Invocation.elementGroups(call.groups.x * call.groups.y * 64 / 4)
      }
    default: break
    }
    if let passes = call.loopPasses(lanes: layout.specialization.first) {
      try addStride(passes, &layout)
    }
    return layout
  }

  /// A call carries how many tokens or nodes its group walks, how few lanes can do it, and what else the shader's compiler
  /// is to know.
  private func walk(_ call: Invocation, _ layout: inout Layout) {
    let (count, least) = (call.specialization[0], call.specialization[1])
    let wanted = max(walkLanes ?? (count <= 512 ? 32 : 256), least)
    // More of them where loops would become too long.
    let lanes = [wanted, 2 * wanted, 4 * wanted, 256].filter { $0 <= 256 }.first {
      endsInTime(call, lanes: $0)
    }
    layout.specialization = [lanes ?? 256] + call.specialization.dropFirst(2)
    if count > 512 { formTeams(call, &layout) }
  }

  private func endsInTime(_ call: Invocation, lanes: U32) -> Bool {
    guard let limit = loopPasses, let passes = call.loopPasses(lanes: lanes) else { return true }
    return passes.stride(within: limit - Self.spare) != nil
  }

  /// Turns to the shader whose subgroups share blocks of tokens.
  private func formTeams(_ call: Invocation, _ layout: inout Layout) {
    let kernels: Set<Kernel> = [.verifySiblings, .verifyTraversal, .drawChildren]
    guard var lanes = teamLanes, kernels.contains(call.kernel) else { return }
    if let limit = loopPasses {
      // Its loops over teams count as those of a scan while there are eight; its loops over tokens have no stride.
      lanes = min(lanes, 8 * 8)
      if let passes = call.loopPasses(lanes: lanes), passes.stride(within: limit - Self.spare) != 1 { return }
    }
    if lanes < call.specialization[1] { return }
    layout.stem += "Teams"
    layout.specialization[0] = lanes
  }

  /// A call carries rows a group, and outputs a lane if they are forced.
  private func matmul(_ call: Invocation, _ layout: inout Layout) throws(BackendError) {
    let p: ShaderInterface.Matmul = call.parameters()
    let steps = Int(p.inputs + 7) / 8
    if shuffles && call.specialization.count == 1 {
      layout.stem += "Shuffle"
      layout.specialization.append(8)  // lanes, which are also the inputs of a step
      try addStride(LoopPasses(items: steps, others: steps / 8 + Self.finishPasses), &layout)
    } else {
      try matmul(call, steps: steps, outputs: outputsPerLane(call), &layout)
    }
  }

  private func outputsPerLane(_ call: Invocation) -> U32 {
    call.specialization.count > 1 ? call.specialization[1] : matmulOutputsPerLane
  }

  private func matmul(
    _ call: Invocation, steps: Int, outputs: U32, _ layout: inout Layout
  ) throws(BackendError) {
    let rows = call.specialization[0]
    if outputs == 1 {
      let isOfBytes = call.kernel == .matmulQ8Int8 || call.kernel == .matmulQ4Int8
      layout.stem += isOfBytes && dotProducts ? "SpreadDot" : "Spread"
      layout.specialization = [rows] + matmulSpread.specialization(rows: rows)
      return try addStride(LoopPasses(others: steps / 2 + Self.finishPasses), &layout)
    }
    layout.specialization = [rows, outputs]
    // Measured: the driver unrolls the loops over few sums of a lane, but not over many.
    let sums = rows * (outputs != 0 ? outputs : rows < 8 ? 4 : 8)
    try addStride(LoopPasses(others: steps * (sums <= 16 ? 4 : 20) + Self.finishPasses), &layout)
  }
  /// Passes of the loops that finish outputs, at most.
  private static let finishPasses = 100

  /// Appends the stride as the next specialization constant if it is not 1.
  private func addStride(_ passes: LoopPasses, _ layout: inout Layout) throws(BackendError) {
    guard let limit = loopPasses else { return }
    guard let stride = passes.stride(within: limit - Self.spare) else {
      throw .unsupported(
        kernel: layout.stem,
        reason: "llvmpipe ends loops after \(limit) passes; this call needs \(passes.items) of one item and "
          + "\(passes.others) others. Make it smaller, or several")
    }
    if stride > 1 { layout.specialization.append(stride) }
  }
  /// Passes of short loops that nobody counts.
  private static let spare = 1000
}
