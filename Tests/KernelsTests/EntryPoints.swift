import Kernels

@testable import Conformance

/// One public kernel call with random arguments.
struct EntryPoint: Sendable, CustomStringConvertible {
  let name: String
  let call: @Sendable (any CommandList, inout Arguments) -> Void

  init(_ name: String, _ call: @escaping @Sendable (any CommandList, inout Arguments) -> Void) {
    self.name = name
    self.call = call
  }

  var description: String { name }

  static let all: [EntryPoint] = rows + matrices + attention + vocabulary + trees + growth + scans + pages

  private static let rows: [EntryPoint] = [
    EntryPoint("copy") { $0.copy($1.tensor(of: UInt32.self), to: $1.tensor()) },
    EntryPoint("embeddingGather") {
      $0.embeddingGather(
        tokens: $1.tensor(), table: $1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size(),
        vocabulary: $1.size(), firstRow: $1.size())
    },
    EntryPoint("embeddingMix") {
      $0.embeddingMix(
        tokens: $1.tensor(), weights: $1.tensor(), table: $1.tensor(of: HalfPair.self), out: $1.tensor(),
        rows: $1.size(), columns: $1.size(), vocabulary: $1.size(), count: $1.size(), firstRow: $1.size(),
        significantBits: $1.bits())
    },
    EntryPoint("embeddingMixF32") {
      $0.embeddingMix(
        tokens: $1.tensor(), weights: $1.tensor(), table: $1.tensor(of: Float.self), out: $1.tensor(),
        rows: $1.size(), columns: $1.size(), vocabulary: $1.size(), count: $1.size(), firstRow: $1.size(),
        significantBits: $1.bits())
    },
    EntryPoint("rmsNorm") {
      $0.rmsNorm(
        $1.tensor(), at: $1.columns(), weight: $1.tensor(), out: $1.tensor(), rows: $1.size(),
        segments: $1.size(), columns: $1.size(), epsilon: $1.number(), significantBits: $1.bits())
    },
    EntryPoint("layerNorm") {
      $0.layerNorm(
        $1.tensor(), weight: $1.tensor(), bias: $1.tensor(), out: $1.tensor(), rows: $1.size(),
        columns: $1.size(), epsilon: $1.number(), significantBits: $1.bits())
    },
    EntryPoint("swiglu") {
      $0.swiglu(
        $1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("geglu") {
      $0.geglu(
        $1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size(),
        form: $1.random.element(GeluForm.allCases), significantBits: $1.bits())
    },
    EntryPoint("gelu") {
      $0.gelu(
        $1.tensor(), out: $1.tensor(), count: $1.size(), form: $1.random.element(GeluForm.allCases),
        significantBits: $1.bits())
    },
    EntryPoint("softplus") {
      $0.softplus(
        $1.tensor(), at: $1.columns(), out: $1.tensor(), rows: $1.size(), columns: $1.size(),
        significantBits: $1.bits())
    },
    EntryPoint("scaleColumns") {
      $0.scaleColumns(
        $1.tensor(), at: $1.columns(), by: $1.scales(), base: $1.flag() ? nil : $1.tensor(),
        out: $1.tensor(), rows: $1.size(), columns: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("residualAdd") {
      $0.residualAdd(
        $1.tensor(), $1.tensor(), out: $1.tensor(), count: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("scaledAdd") {
      $0.scaledAdd(
        $1.tensor(), scaleA: $1.number(), $1.tensor(), scaleB: $1.number(), out: $1.tensor(),
        count: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("roundActivations") {
      $0.roundActivations($1.tensor(), out: $1.tensor(), count: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("rotary") {
      $0.rotary(
        projected: $1.tensor(), table: $1.tensor(), depths: $1.tensor(), state: $1.tensor(), out: $1.tensor(),
        rows: $1.size(), firstRow: $1.size(), heads: $1.size(), keyHeads: $1.size(), headSize: $1.size(),
        rotarySize: $1.optionalSize(), pairing: $1.flag() ? .halves : .interleaved,
        significantBits: $1.bits())
    },
    EntryPoint("rotary batch") {
      $0.rotary(
        projected: $1.tensor(), table: $1.tensor(), depths: $1.tensor(), state: $1.tensor(),
        batch: $1.batch(), out: $1.tensor(), rows: $1.size(), firstRow: $1.size(), heads: $1.size(),
        keyHeads: $1.size(), headSize: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("gatherRow") {
      $0.gatherRow(
        $1.tensor(), state: $1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size(),
        sequences: $1.flag() ? 1 : $1.size())
    },
    EntryPoint("gatherColumns") {
      $0.gatherColumns(
        $1.tensor(of: Float.self), indices: $1.tensor(), missing: $1.number(), out: $1.tensor(),
        rows: $1.size(), columns: $1.size(), count: $1.size(), rowLists: $1.flag())
    },
    EntryPoint("gatherRows") {
      $0.gatherRows(
        $1.tensor(of: Float.self), rows: $1.size(), sources: $1.tensor(),
        firstSource: $1.flag() ? 0 : $1.size(), sourceStride: $1.optionalSize(),
        missing: $1.flag() ? nil : $1.number(), out: $1.tensor(), count: $1.size(), columns: $1.size(),
        sequences: $1.flag() ? 1 : $1.size())
    },
    EntryPoint("scatterRows") {
      $0.scatterRows(
        $1.tensor(of: Float.self), targets: $1.tensor(), out: $1.tensor(), count: $1.size(), rows: $1.size(),
        columns: $1.size(), sequences: $1.flag() ? 1 : $1.size())
    },
  ]

  private static let matrices: [EntryPoint] =
    PackedWeights.Format.allCases.map {
      $0 == .int8 ? matmul($0, of: UInt32.self) : matmul($0, of: Float.self)
    }
    + [.q8, .q4].map { matmul($0, of: UInt32.self) }
    + [
      EntryPoint("sortChoices") {
        $0.sortChoices($1.tensor(), out: $1.sortedChoices(), rows: $1.size(), matrices: $1.size())
      },
      EntryPoint("quantizeBlocks") {
        $0.quantizeBlocks($1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size())
      },
      EntryPoint("quantizeRows") {
        $0.quantizeRows($1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size())
      },
    ]

  private static func matmul<Input: MatmulInput>(_ format: PackedWeights.Format, of: Input.Type) -> EntryPoint
  {
    EntryPoint("matmul \(format) \(Input.self)") {
      $0.matmul(
        $1.tensor(of: Input.self), $1.weights(format), out: $1.tensor(), rows: $1.size(),
        accumulate: $1.flag(),
        bias: $1.flag() ? $1.tensor() : nil, transform: $1.transform(), significantBits: $1.bits(),
        choices: $1.flag() ? $1.choices() : nil,
        rowsPerGroup: $1.optionalSize(), outputsPerLane: $1.optionalSize(),
        bytesPerBinding: $1.flag() ? 4096 : $1.optionalSize())
    }
  }

  private static let attention: [EntryPoint] = [
    EntryPoint("keyValueAppend") {
      $0.keyValueAppend(
        rotated: $1.flag() ? nil : $1.tensor(), projected: $1.tensor(), state: $1.tensor(),
        cache: $1.cache(), rows: $1.size(), firstRow: $1.size(), heads: $1.size(), keyHeads: $1.size(),
        headSize: $1.size())
    },
    EntryPoint("keyValueAppend batch") {
      $0.keyValueAppend(
        rotated: $1.tensor(), projected: $1.tensor(), state: $1.tensor(), batch: $1.batch(),
        cache: $1.pagedCache(.bf16), rows: $1.size(), firstRow: $1.size(), heads: $1.size(), keyHeads: 1,
        headSize: 32)
    },
    EntryPoint("keyValueAppend q8") {
      $0.keyValueAppend(
        rotated: $1.tensor(), projected: $1.tensor(), state: $1.tensor(), cache: $1.pagedCache(.q8),
        rows: $1.size(), heads: $1.size(), keyHeads: 1, headSize: 32)
    },
    EntryPoint("rotaryAppend") {
      $0.rotaryAppend(
        projected: $1.tensor(), table: $1.tensor(), depths: $1.tensor(), state: $1.tensor(), out: $1.tensor(),
        cache: $1.cache(), rows: $1.size(), firstRow: $1.size(), heads: $1.size(), keyHeads: $1.size(),
        headSize: $1.size(), rotarySize: $1.optionalSize(), pairing: $1.flag() ? .halves : .interleaved,
        significantBits: $1.bits(), spreads: $1.flag())
    },
    EntryPoint("rotaryAppend batch") {
      $0.rotaryAppend(
        projected: $1.tensor(), table: $1.tensor(), depths: $1.tensor(), state: $1.tensor(),
        batch: $1.batch(), out: $1.tensor(), cache: $1.pagedCache(.q8), rows: $1.size(), firstRow: $1.size(),
        heads: $1.size(), keyHeads: 1, headSize: 32, significantBits: $1.bits())
    },
    EntryPoint("treeAttention") {
      $0.treeAttention(
        query: $1.tensor(), cache: $1.cache(), mask: $1.tensor(),
        state: $1.tensor(), out: $1.tensor(), rows: $1.size(), firstRow: $1.size(), heads: $1.size(),
        keyHeads: $1.size(), headSize: $1.size(),
        maskWords: $1.size(), scale: $1.number(), significantBits: $1.bits(), options: $1.attention())
    },
    EntryPoint("treeAttention batch") {
      $0.treeAttention(
        query: $1.tensor(), queryColumns: $1.flag() ? nil : 16 * max(-1, min($1.size(), 64)),
        cache: $1.pagedCache(.bf16), mask: $1.tensor(), state: $1.tensor(),
        depths: $1.tensor(), batch: $1.batch(), out: $1.tensor(), rows: $1.size(), firstRow: $1.size(),
        heads: $1.size(), keyHeads: 1, headSize: 32, maskWords: $1.size(), scale: $1.number(),
        options: $1.attention(),
        split: $1.flag() ? nil : AttentionSplit(parts: $1.tensor(), spansPerGroup: $1.size()))
    },
    EntryPoint("treeAttention q8") {
      $0.treeAttention(
        query: $1.tensor(), cache: $1.pagedCache(.q8), mask: $1.tensor(), state: $1.tensor(),
        depths: $1.tensor(), out: $1.tensor(), rows: $1.size(), heads: $1.size(), keyHeads: 1, headSize: 32,
        maskWords: $1.size(), scale: $1.number(), options: $1.attention())
    },
    EntryPoint("attentionMerge") {
      $0.attentionMerge(
        $1.tensor(), out: $1.tensor(), rows: $1.size(), heads: $1.size(), headSize: $1.size(),
        spans: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("compactCache") { $0.compactCache($1.cache(), result: $1.tensor(), maximumNodes: $1.size()) },
    EntryPoint("compactCache batch") {
      $0.compactCache(
        $1.pagedCache(.f16), result: $1.tensor(), maximumNodes: $1.size(), sequences: $1.size())
    },
  ]

  private static let vocabulary: [EntryPoint] = [
    EntryPoint("argmax") {
      $0.argmax(
        $1.tensor(), out: $1.tensor(), rows: $1.size(), vocabulary: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("topTokens") {
      $0.topTokens(
        $1.tensor(), out: $1.tensor(), values: $1.flag() ? nil : $1.tensor(), rows: $1.size(),
        vocabulary: $1.size(), count: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("warpRows") {
      $0.warpRows(
        $1.warp(), temperatures: $1.flag() ? nil : $1.tensor(), topP: $1.flag() ? nil : $1.tensor(),
        out: $1.tensor(), rows: $1.size())
    },
    EntryPoint("distribution") {
      $0.distribution(
        $1.tensor(), warp: $1.warp(), out: $1.distribution(), rows: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("distribution of row warps") {
      $0.distribution(
        $1.tensor(), warps: $1.tensor(), out: $1.distribution(), rows: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("rowStatistics") {
      $0.rowStatistics(
        $1.tensor(), temperature: $1.real(), warps: $1.flag() ? nil : $1.tensor(), out: $1.tensor(),
        status: $1.tensor(), rows: $1.size(), vocabulary: $1.size())
    },
    EntryPoint("softmax") {
      $0.softmax(
        $1.tensor(), out: $1.tensor(), status: $1.tensor(), rows: $1.size(), columns: $1.size(),
        temperature: $1.real(), significantBits: $1.bits())
    },
    EntryPoint("tokenLogProbability") {
      $0.tokenLogProbability(
        $1.tensor(), tokens: $1.tensor(), temperature: $1.real(), warps: $1.flag() ? nil : $1.tensor(),
        out: $1.tensor(), status: $1.tensor(), rows: $1.size(), vocabulary: $1.size(), count: $1.size())
    },
    EntryPoint("divergence") {
      $0.divergence(
        $1.tensor(), $1.tensor(), temperature: $1.real(), warps: $1.flag() ? nil : $1.tensor(),
        out: $1.tensor(), status: $1.tensor(), rows: $1.size(), vocabulary: $1.size())
    },
    EntryPoint("penalties") {
      let penalties = LogitPenalties(
        repetition: $1.real(), presence: $1.number(), frequency: $1.number(), window: $1.size())
      $0.penalties(
        $1.tensor(), penalties, history: $1.tensor(), historyCapacity: $1.flag() ? nil : $1.size(),
        state: $1.tensor(), tokens: $1.tensor(),
        parents: $1.tensor(), rows: $1.size(), vocabulary: $1.size(), bias: $1.flag() ? nil : $1.tensor(),
        rowBiases: $1.flag(), mask: $1.flag() ? nil : $1.tensor(), rowMasks: $1.flag(), batch: $1.batch())
    },
    EntryPoint("penalties of rows") {
      $0.penalties(
        $1.tensor(), settings: $1.tensor(), history: $1.tensor(),
        historyCapacity: $1.flag() ? nil : $1.size(), state: $1.tensor(), tokens: $1.tensor(),
        parents: $1.tensor(), rows: $1.size(), vocabulary: $1.size(), bias: $1.flag() ? nil : $1.tensor(),
        rowBiases: $1.flag(), mask: $1.flag() ? nil : $1.tensor(), rowMasks: $1.flag(), batch: $1.batch())
    },
    EntryPoint("mixLogits") {
      let mixture = LogitMixture(
        scaleA: $1.number(), scaleB: $1.number(), threshold: -$1.number(), form: $1.mixtureForm())
      $0.mixLogits(
        $1.tensor(), $1.tensor(), mixture, out: $1.tensor(), rows: $1.size(), vocabulary: $1.size())
    },
    EntryPoint("drawTarget") {
      $0.drawTarget(
        $1.distribution(), depths: $1.tensor(), state: $1.tensor(), out: $1.tensor(), count: $1.size(),
        batch: $1.batch(), stream: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("drawLogits") {
      $0.drawLogits(
        $1.tensor(), warp: $1.warp(), depths: $1.tensor(), state: $1.tensor(), out: $1.tensor(),
        rows: $1.size(), vocabulary: $1.size(), batch: $1.batch(), stream: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("drawLogits of row warps") {
      $0.drawLogits(
        $1.tensor(), warps: $1.tensor(), depths: $1.tensor(), state: $1.tensor(), out: $1.tensor(),
        rows: $1.size(), vocabulary: $1.size(), batch: $1.batch(), stream: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("drawGumbel") {
      $0.drawGumbel(
        $1.distribution(), depths: $1.tensor(), state: $1.tensor(), tokens: $1.tensor(), keys: $1.tensor(),
        rowCount: $1.size(), count: $1.size(), independentRows: $1.flag(), batch: $1.batch(),
        stream: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("drawShared") {
      $0.drawShared(
        $1.tensor(), $1.tensor(), temperature: $1.real(), warps: $1.flag() ? nil : $1.tensor(),
        ratio: $1.real(), depths: $1.tensor(), state: $1.tensor(), out: $1.tensor(), rows: $1.size(),
        vocabulary: $1.size(), batch: $1.batch(), stream: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("combineDistributions") {
      $0.combineDistributions(
        $1.distribution(), $1.distribution(), $1.combination(), out: $1.distribution(), mass: $1.tensor(),
        rows: $1.size(), lanes: $1.lanes())
    },
    EntryPoint("suppressTokens") {
      $0.suppressTokens(
        $1.tensor(), in: $1.distribution(), rowCount: $1.size(), count: $1.size(), rowLists: $1.flag())
    },
    EntryPoint("groupSums") {
      $0.groupSums(
        $1.distribution(), groups: $1.tensor(), sums: $1.tensor(), rowCount: $1.size(), groupCount: $1.size())
    },
    EntryPoint("drawChildren") {
      $0.drawChildren(
        $1.distribution(), state: $1.tensor(), tokens: $1.tensor(), parents: $1.size(), children: $1.size(),
        replacement: $1.flag(), firstParent: $1.size(), firstChild: $1.size(), childDepth: $1.size(),
        keys: $1.flag() ? .position : .node, sequences: $1.size(), stream: $1.flag() ? 0 : $1.size())
    },
    EntryPoint("drawChildren of a tree") {
      $0.drawChildren(
        $1.distribution(), tree: $1.tree(), parents: $1.size(), children: $1.size(), replacement: $1.flag(),
        firstParent: $1.size(), childDepth: $1.size(), keys: $1.flag() ? .position : .node,
        sequences: $1.flag() ? 1 : $1.size(), stream: $1.flag() ? 0 : $1.size())
    },
  ]

  private static let trees: [EntryPoint] = [
    EntryPoint("promptLookup") {
      $0.promptLookup(
        history: $1.tensor(), historyCapacity: $1.flag() ? nil : $1.size(), tree: $1.tree(),
        minimum: $1.size(), maximum: $1.size(), count: $1.size(),
        sequences: $1.size())
    },
    EntryPoint("gatherTokens") {
      $0.gatherTokens(
        $1.tensor(), candidateCount: $1.flag() ? nil : $1.size(), source: $1.tensor(), tokens: $1.tensor(),
        first: $1.size(), count: $1.size(), sequences: $1.size(), state: $1.flag() ? nil : $1.tensor())
    },
    EntryPoint("verifyMatch") {
      $0.verifyMatch(
        picks: $1.tensor(), tree: $1.tree(), sequences: $1.size(), pickStride: 1 &+ $1.size(),
        pickOffset: $1.flag() ? 0 : $1.size() &- 1, hasStatus: $1.flag())
    },
    EntryPoint("verifySiblings") {
      $0.verifySiblings(
        target: $1.distribution(), draft: $1.distribution(), tree: $1.tree(), scratch: $1.tensor(),
        rule: $1.random.element(SiblingRule.allCases), sequences: $1.size(),
        stream: $1.flag() ? 0 : $1.size())
    },
    EntryPoint("selectPath") {
      $0.selectPath(
        target: $1.distribution(), draft: $1.distribution(), tree: $1.tree(), paths: $1.size(),
        sequences: $1.flag() ? 1 : $1.size())
    },
    EntryPoint("verifyTraversal") {
      $0.verifyTraversal(
        target: $1.distribution(), draft: $1.distribution(), tree: $1.tree(),
        rule: $1.random.element(SiblingRule.allCases), sequences: $1.size(),
        stream: $1.flag() ? 0 : $1.size())
    },
    EntryPoint("lossyAccept") {
      $0.lossyAccept(
        $1.lossyTest(), logits: $1.tensor(), temperature: $1.real(), warps: $1.flag() ? nil : $1.tensor(),
        statistics: $1.tensor(), best: $1.flag() ? nil : $1.tensor(),
        divergence: $1.flag() ? nil : $1.tensor(), tree: $1.tree(nodes: 32),
        batch: $1.batch(), accept: $1.tensor(), score: $1.tensor(), vocabulary: $1.size(),
        combines: $1.flag())
    },
    EntryPoint("verifyLossy") {
      $0.verifyLossy(
        $1.lossyTest(), logits: $1.tensor(), temperature: $1.real(), warps: $1.flag() ? nil : $1.tensor(),
        statistics: $1.tensor(), best: $1.flag() ? nil : $1.tensor(),
        divergence: $1.flag() ? nil : $1.tensor(), picks: $1.tensor(), tree: $1.tree(nodes: 32),
        accept: $1.tensor(), score: $1.tensor(), vocabulary: $1.size(), combines: $1.flag(),
        sequences: $1.size())
    },
    EntryPoint("clusterAccept") {
      let table: Tensor<Float>? = $1.flag() ? nil : $1.tensor()
      let cluster = TokenCluster(
        ranks: $1.size() &- 1, tolerance: $1.real(), table: table, columns: table == nil ? 0 : $1.size(),
        squaredDistance: $1.number())
      $0.clusterAccept(
        cluster, target: $1.distribution(), draft: $1.distribution(), tree: $1.tree(nodes: 32),
        batch: $1.batch(), accept: $1.tensor(), score: $1.tensor(), stream: $1.flag() ? 0 : $1.size())
    },
    EntryPoint("verifyAccepted") {
      $0.verifyAccepted(
        $1.tensor(), score: $1.tensor(), picks: $1.tensor(), endPicks: $1.flag() ? nil : $1.tensor(),
        tree: $1.tree(), sequences: $1.size())
    },
    EntryPoint("commitRound") {
      $0.commitRound(
        tree: $1.tree(), history: $1.tensor(), historyCapacity: $1.flag() ? nil : $1.size(),
        sequences: $1.size())
    },
    EntryPoint("advanceState") {
      $0.advanceState($1.tensor(), rows: $1.flag() ? nil : $1.size(), sequences: $1.size())
    },
  ]

  private static let growth: [EntryPoint] = [
    EntryPoint("treeLayout") {
      $0.treeLayout($1.tree(nodes: 1024), links: $1.tensor(), sequences: $1.size())
    },
    EntryPoint("growTree") {
      $0.growTree(
        $1.growth(), logProbabilities: $1.tensor(), candidates: $1.tensor(), firstRow: $1.size() &- 1,
        rows: $1.size(), width: $1.size(), accumulates: $1.flag(), firstInput: $1.flag() ? 0 : $1.size(),
        inputRows: $1.optionalSize())
    },
    EntryPoint("conditionKeys") {
      $0.conditionKeys(
        $1.growth(), sums: $1.tensor(), law: $1.distribution(), tokens: $1.tensor(), keys: $1.tensor(),
        out: $1.tensor(), firstRow: $1.size() &- 1, rows: $1.size(),
        firstInput: $1.flag() ? 0 : $1.size(), inputRows: $1.optionalSize())
    },
    EntryPoint("selectTree") {
      $0.selectTree($1.growth(), rows: $1.size(), nodes: $1.size(), into: $1.tree(), sources: $1.tensor())
    },
    EntryPoint("mergePaths") {
      $0.mergePaths(
        $1.tensor(), count: $1.size(), length: $1.size(), merging: $1.flag(), into: $1.tree(),
        nodes: $1.tensor(), sequences: $1.size())
    },
  ]

  private static let scans: [EntryPoint] = [
    EntryPoint("treeScan") {
      let shape = ScanShape(
        heads: $1.size(), headSize: $1.size(), stateSize: $1.size(), groups: $1.size(), decays: 1)
      let rows = $1.rows()
      $0.treeScan(
        query: $1.tensor(), key: $1.tensor(), value: $1.tensor(), decay: $1.tensor(),
        columns: ScanColumns(
          query: $1.columns(), key: $1.columns(), value: $1.columns(), decay: $1.columns()), rows: rows,
        shape: shape, committed: $1.tensor(), states: rows.parents == nil ? nil : $1.tensor(),
        out: $1.tensor(), significantBits: $1.bits(), lanesPerColumn: $1.optionalSize())
    },
    EntryPoint("treeConvolution") {
      $0.treeConvolution(
        $1.tensor(), at: $1.columns(), weights: $1.tensor(), bias: $1.flag() ? nil : $1.tensor(),
        rows: $1.rows(), tail: $1.tensor(), out: $1.tensor(), channels: $1.size(), width: $1.size(),
        gated: $1.flag(), significantBits: $1.bits())
    },
    EntryPoint("gatherState") {
      $0.gatherState(
        $1.tensor(), result: $1.tensor(), maximumNodes: $1.size(), rows: $1.rows(), stateCount: $1.size(),
        committed: $1.tensor())
    },
    EntryPoint("gatherTail") {
      let rows = $1.rows()
      $0.gatherTail(
        $1.tensor(), at: $1.columns(), result: rows.parents == nil ? nil : $1.tensor(),
        maximumNodes: $1.size(), rows: rows, tail: $1.tensor(), channels: $1.size(), width: $1.size())
    },
  ]

  private static let pages: [EntryPoint] = [
    EntryPoint("allocatePages") {
      $0.allocatePages($1.pool(), state: $1.tensor(), rows: $1.optionalSize(), sitsOut: $1.flag())
    },
    EntryPoint("releasePages") {
      $0.releasePages($1.pool(), state: $1.tensor(), keep: $1.optionalSize())
    },
    EntryPoint("forkPages") {
      $0.forkPages($1.pool(), sources: $1.tensor(), state: $1.tensor(), into: $1.tensor())
    },
    EntryPoint("copyPages") { $0.copyPages($1.pool(), cache: $1.cache()) },
  ]
}

extension Arguments {
  mutating func choices() -> MatrixChoices {
    MatrixChoices(indices: tensor(), count: size(), sorted: flag() ? sortedChoices() : nil)
  }

  mutating func sortedChoices() -> SortedChoices { SortedChoices(schedule: tensor(), rowsPerGroup: size()) }

  mutating func transform() -> OutputTransform { random.element(OutputTransform.allCases) }

  mutating func weights(_ format: PackedWeights.Format) -> PackedWeights {
    PackedWeights(
      words: tensor(), format: format, outputs: size(), inputs: size(), matrices: flag() ? 1 : size())
  }

  mutating func lanes() -> Int? { flag() ? nil : size() &* 4 }

  mutating func cache() -> KeyValueCache {
    KeyValueCache(keys: tensor(), values: tensor(), slots: size(), keyColumns: size())
  }

  /// One key head's columns in pages; usually as many slots as one sequence may have.
  mutating func pagedCache(_ format: KeyValueFormat) -> KeyValueCache {
    let pages = PageTable(entries: tensor(), pageSize: size(), pagesPerSequence: size())
    let slots = random.oneIn(8) ? size() : pages.pageSize &* pages.pagesPerSequence
    return KeyValueCache(
      keys: tensor(), values: tensor(), slots: slots, keyColumns: random.oneIn(8) ? size() : 32,
      format: format, pages: pages)
  }

  mutating func batch() -> SequenceBatch? {
    flag() ? nil : SequenceBatch(sequences: size(), owners: tensor())
  }

  mutating func attention() -> AttentionOptions {
    AttentionOptions(
      window: flag() ? 0 : size(), softCap: flag() ? 0 : number(), isCross: random.oneIn(8),
      keysPerLane: optionalSize(), rowsPerGroup: optionalSize())
  }

  mutating func distribution() -> DistributionRows {
    DistributionRows(weights: tensor(), totals: tensor(), vocabulary: size())
  }

  mutating func columns() -> RowColumns? {
    flag() ? nil : RowColumns(first: size(), stride: size() &* 32)
  }

  mutating func scales() -> ColumnScales {
    flag()
      ? .shared(tensor(), width: size())
      : .ofRows(tensor(), at: columns(), width: size(), gated: flag())
  }

  mutating func mixtureForm() -> LogitMixture.Form {
    random.element([.logits, .logProbabilities, .transfer(temperature: real())])
  }

  mutating func combination() -> DistributionCombination {
    switch random.below(3) {
    case 0: .mixture(share: real())
    case 1: .excess(a: real(), b: real())
    default: .minimum
    }
  }

  mutating func warp() -> Warp {
    Warp(
      temperature: real(), topK: optionalSize(), topP: flag() ? nil : real(), minP: flag() ? nil : real(),
      typicalP: flag() ? nil : real())
  }

  mutating func lossyTest() -> LossyTest {
    var test = LossyTest()
    (test.epsilon, test.delta, test.entropyScale) = (real(), real(), number())
    (test.gap, test.divergence) = (number(), number())
    (test.maximumEntropy, test.minimumGap) = (number(), number())
    (test.count, test.distance) = (size(), optionalSize())
    return test
  }

  /// A tree whose node arrays hold at most `nodes`.
  mutating func tree(nodes: Int = roomy) -> TreeBuffers {
    TreeBuffers(
      state: tensor(), tokens: few(nodes), parents: few(nodes), depths: few(nodes), mask: tensor(),
      result: tensor(), maximumNodes: size())
  }

  private mutating func few(_ most: Int) -> Tensor<UInt32> {
    let all: Tensor<UInt32> = tensor()
    return all[0..<min(most, all.count)]
  }

  mutating func growth() -> TreeGrowth {
    TreeGrowth(
      tokens: tensor(), scores: tensor(), rowParents: tensor(), nodeTokens: tensor(), nodeParents: tensor(),
      sequences: size(), maximumRows: 16 &* size(), count: size())
  }

  mutating func pool() -> PagePool {
    PagePool(
      table: tensor(), counts: tensor(), scratch: tensor(), copies: tensor(), status: tensor(),
      sequences: size(), pages: size(), pagesPerSequence: size(), pageSize: size())
  }

  mutating func rows() -> RecurrentRows {
    RecurrentRows(
      count: size(), state: tensor(), parents: flag() ? nil : tensor(), batch: batch())
  }
}
