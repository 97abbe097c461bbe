import Testing

@testable import Conformance
@testable import Kernels

extension KernelsTests {
  @Suite(.needsDevice) struct GraphicsPathTests {
    /// What a GPU's layouts do if a limit or a feature of the device says so, and what its longer rows do.
    private static let paths:
      [(name: String, kernels: Set<Kernel>, adjust: @Sendable (inout Tuning) -> Void)] =
        [
          ("whole rows", rowKernels, { ($0.rowChunks, $0.rejectionStages) = (nil, nil) }),
          (
            "whole rows of at most 512 lanes", rowKernels,
            {
              ($0.rowChunks, $0.rejectionStages) = (nil, nil)
              ($0.rowLanes, $0.teamLanes) = (min($0.rowLanes, 512), nil)
            }
          ),
          ("chunks of 4,096 tokens", chunkKernels, { $0.rowChunks = RowChunks(leastTokens: 4096) }),
          ("a workspace of ones", stagedKernels, { $0.staleWorkspace = 1 }),
          ("a workspace of set bits", stagedKernels, { $0.staleWorkspace = ~0 }),
          ("no dot product", [.matmulInt8, .matmulQ8Int8, .matmulQ4Int8], { $0.dotProducts = false }),
          ("nothing ahead", aheadKernels, { $0.elementsAhead = 1 }),
          ("32 ahead", aheadKernels, { $0.elementsAhead = 32 }),
        ]
    private static let chunkKernels: Set<Kernel> = [
      .argmax, .topTokens, .distribution, .drawTarget, .combineDistributions,
    ]
    private static let stagedKernels = chunkKernels.union([.verifySiblings, .verifyTraversal, .scatterRows])
    private static let rowKernels: Set<Kernel> = chunkKernels.union([
      .topTokens, .drawLogits, .drawGumbel, .drawShared, .penalties, .drawChildren, .verifySiblings,
      .verifyTraversal,
    ])
    private static let aheadKernels: Set<Kernel> = [
      .rmsNorm, .layerNorm, .quantizeRows, .rowStatistics, .softmax, .tokenLogProbability, .divergence,
      .mixLogits,
    ]

    @Test(arguments: paths.indices)
    func `An optional path, forced on or off, gives the same bits`(path: Int) throws {
      let (name, kernels, adjust) = Self.paths[path]
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, layouts: .graphics, adjust: adjust)
        for family in Conformance.families where kernels.contains(family.kernel) {
          let report = try Conformance.run(backend: other, kernel: family.name, seed: 4, cases: 5)
          #expect(report.cases == 5, "\(name)")
          #expect(report.passed, "\(name): \(report.kernels.compactMap(\.problem).joined())")
        }
      }
    }

    /// Rows whose quads are whole in memory and rows whose are not, whole and in chunks, with adversarial logits and ties from
    /// chunk to chunk; of the longest a lane has several quads.
    @Test(arguments: [3, 4, 1022, 1024, 8193, 12_288], [nil, 64, 4096])
    func `Quads of rows`(vocabulary: Int, chunk: Int?) throws {
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, layouts: .graphics) {
          $0.rowChunks = chunk.map { RowChunks(leastTokens: $0) }
        }
        var random = CaseRandom(seed: 1, family: "quads", index: vocabulary)
        try expectNoDifference(Self.quadCases(vocabulary: vocabulary, random: &random), on: other)
      }
    }

    /// Selections by number among collected tokens and among all, by share, by typicality, and one after another;
    /// at the high temperature many weights are equal, at the low one most are 0.
    private static let warps: [Warp] = [
      Warp(topK: 50), Warp(topK: 300), Warp(temperature: 0.01, topK: 100), Warp(topP: 0.9),
      Warp(temperature: 100, topP: 0.5), Warp(minP: 0.1), Warp(topK: 200, minP: 0.3), Warp(typicalP: 0.5),
      Warp(temperature: 100, topK: 700, topP: 0.7, minP: 1e-9, typicalP: 0.6),
      Warp(topK: 40, topP: 0.95, minP: 0.01, typicalP: 0.9),
    ]

    @Test(arguments: [1, 2, 3, 4, 5, 1022, 1024, 1025, 12_288, 12_291], [nil, 64, 4096])
    func `Quads of warped rows`(vocabulary: Int, chunk: Int?) throws {
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, layouts: .graphics) {
          $0.rowChunks = chunk.map { RowChunks(leastTokens: $0) }
        }
        var random = CaseRandom(seed: 1, family: "warped quads", index: vocabulary)
        let cases = Self.warps.map {
          KernelCase.distribution(rows: 4, vocabulary: vocabulary, warp: $0, random: &random)
        }
        try expectNoDifference(cases, on: other)
      }
    }

    private static func quadCases(vocabulary: Int, random: inout CaseRandom) -> [KernelCase] {
      [
        .argmax(rows: 20, vocabulary: vocabulary, random: &random),
        .distribution(rows: 20, vocabulary: vocabulary, warp: Warp(temperature: 0.8), random: &random),
        .drawTarget(rows: 60, vocabulary: vocabulary, random: &random),
        .topTokens(rows: 20, vocabulary: vocabulary, count: 200, random: &random),
        .combineDistributions(rows: 3, vocabulary: vocabulary, .mixture(share: 0.3), random: &random),
        .drawLogits(rows: 20, vocabulary: vocabulary, warp: Warp(), isBatch: false, random: &random),
        .drawGumbel(rows: 5, vocabulary: vocabulary, count: 100, isBatch: false, random: &random),
        .penalties(
          rows: 3, vocabulary: vocabulary, hasBias: false, hasMask: false, isBatch: false, random: &random),
        .penalties(
          rows: 3, vocabulary: vocabulary, hasBias: true, hasMask: true, isBatch: false, random: &random),
      ]
    }

    @Test(arguments: [1, 3, 4, 5, 255, 256, 257, 1026])
    func `Quads of elements, and those behind the last one`(count: Int) throws {
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, layouts: .graphics)
        var random = CaseRandom(seed: 1, family: "quads", index: count)
        let cases: [KernelCase] = [
          .residualAdd(count: count, significantBits: 24, inPlace: true, random: &random),
          .scaledAdd(count: count, significantBits: 13, inPlace: false, random: &random),
          .gelu(count: count, significantBits: 24, inPlace: false, random: &random),
          .gelu(count: count, form: .erf, significantBits: 24, inPlace: false, random: &random),
          .roundActivations(count: count, significantBits: 13, inPlace: true, random: &random),
          .swiglu(rows: 3, columns: count, significantBits: 24, random: &random),
          .geglu(rows: 3, columns: count, significantBits: 24, random: &random),
          .geglu(rows: 3, columns: count, form: .erf, significantBits: 24, random: &random),
        ]
        try expectNoDifference(cases, on: other)
      }
    }
  }

  @Suite(.needsDevice) struct RejectionStagesTests {
    /// Waves that end before some nodes' children, or after all of them; groups with several children each, or one.
    private static let stages: [RejectionStages] = [
      RejectionStages(leastTokens: 4, mostChunks: 256, mostNodes: 512, mostWaves: 16, mostGroups: 4),
      RejectionStages(leastTokens: 64, mostChunks: 2, mostNodes: 512, mostWaves: 2, mostGroups: 1),
    ]

    @Test(arguments: SiblingRule.allCases.filter { $0 != .kSeq }, stages.indices)
    func `Children tried in waves are those that a walk tries`(rule: SiblingRule, stages: Int) throws {
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, layouts: .graphics) {
          $0.rejectionStages = Self.stages[stages]
        }
        var random = CaseRandom(seed: 1, family: "waves of \(rule)", index: stages)
        var cases: [KernelCase] = []
        for extreme in [RejectionExtreme.allRejected, .allAccepted] {
          cases.append(.verifySiblings(rule, extreme, nodes: 12, vocabulary: 71))
          cases.append(.verifyTraversal(rule, extreme, nodes: 12, vocabulary: 71))
        }
        for _ in 0..<8 {
          let (nodes, vocabulary) = (random.integer(2...24), random.integer(5...40))
          cases.append(.verifySiblings(rule, maximumNodes: nodes, vocabulary: vocabulary, random: &random))
          cases.append(.verifyTraversal(rule, maximumNodes: nodes, vocabulary: vocabulary, random: &random))
        }
        try expectNoDifference(cases, on: other)
      }
    }

    /// As a GPU has them: every lane of a group has tokens, a row has several chunks.
    @Test(arguments: [2050, 3072])
    func `Rows of several whole chunks`(vocabulary: Int) throws {
      try withDevice { backend in
        let other = try VulkanBackend(device: backend.device, layouts: .graphics) {
          $0.rejectionStages = .graphics
        }
        var random = CaseRandom(seed: 1, family: "whole chunks", index: vocabulary)
        var cases: [KernelCase] = []
        for rule in SiblingRule.allCases where rule != .kSeq {
          cases.append(.verifySiblings(rule, maximumNodes: 9, vocabulary: vocabulary, random: &random))
          cases.append(.verifyTraversal(rule, maximumNodes: 9, vocabulary: vocabulary, random: &random))
          cases.append(.verifySiblings(rule, .allRejected, nodes: 6, vocabulary: vocabulary))
          cases.append(.verifyTraversal(rule, .allRejected, nodes: 6, vocabulary: vocabulary))
        }
        try expectNoDifference(cases, on: other)
      }
    }
  }
}

private func expectNoDifference(_ cases: [KernelCase], on backend: VulkanBackend) throws {
  for kernelCase in cases {
    let difference = try PlacedCase(kernelCase, on: backend).firstDifference()
    #expect(difference == nil, "\(kernelCase.shape): \(difference ?? "")")
  }
}
