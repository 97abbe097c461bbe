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

  static let all: [EntryPoint] = rows + matrices + attention + vocabulary + trees

  private static let rows: [EntryPoint] = [
    EntryPoint("embeddingGather") {
      $0.embeddingGather(
        tokens: $1.tensor(), table: $1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size(),
        vocabulary: $1.size(), firstRow: $1.size())
    },
    EntryPoint("embeddingMix") {
      $0.embeddingMix(
        tokens: $1.tensor(), weights: $1.tensor(), table: $1.tensor(), out: $1.tensor(), rows: $1.size(),
        columns: $1.size(), vocabulary: $1.size(), count: $1.size(), firstRow: $1.size(),
        significantBits: $1.bits())
    },
    EntryPoint("rmsNorm") {
      $0.rmsNorm(
        $1.tensor(), weight: $1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size(),
        epsilon: $1.number(), significantBits: $1.bits())
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
      $0.geglu($1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size(), significantBits: $1.bits())
    },
    EntryPoint("gelu") {
      $0.gelu($1.tensor(), out: $1.tensor(), count: $1.size(), significantBits: $1.bits())
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
    EntryPoint("gatherRow") {
      $0.gatherRow($1.tensor(), state: $1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size())
    },
  ]

  private static let matrices: [EntryPoint] =
    PackedWeights.Format.allCases.map {
      $0 == .int8 ? matmul($0, of: UInt32.self) : matmul($0, of: Float.self)
    }
    + [
      EntryPoint("sortChoices") {
        $0.sortChoices($1.tensor(), out: $1.sortedChoices(), rows: $1.size(), matrices: $1.size())
      },
      EntryPoint("quantizeRows") {
        $0.quantizeRows($1.tensor(), out: $1.tensor(), rows: $1.size(), columns: $1.size())
      },
    ]

  private static func matmul<Input: MatmulInput>(_ format: PackedWeights.Format, of: Input.Type) -> EntryPoint
  {
    EntryPoint("matmul \(format)") {
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
        rotated: $1.tensor(), projected: $1.tensor(), state: $1.tensor(), cache: $1.cache(), rows: $1.size(),
        firstRow: $1.size(), heads: $1.size(), keyHeads: $1.size(), headSize: $1.size())
    },
    EntryPoint("treeAttention") {
      $0.treeAttention(
        query: $1.tensor(), cache: $1.cache(), mask: $1.tensor(), state: $1.tensor(), out: $1.tensor(),
        rows: $1.size(), firstRow: $1.size(), heads: $1.size(), keyHeads: $1.size(), headSize: $1.size(),
        maskWords: $1.size(), scale: $1.number(), significantBits: $1.bits(), keysPerLane: $1.optionalSize())
    },
    EntryPoint("compactCache") { $0.compactCache($1.cache(), result: $1.tensor()) },
  ]

  private static let vocabulary: [EntryPoint] = [
    EntryPoint("argmax") { $0.argmax($1.tensor(), out: $1.tensor(), rows: $1.size(), vocabulary: $1.size()) },
    EntryPoint("topTokens") {
      $0.topTokens(
        $1.tensor(), out: $1.tensor(), rows: $1.size(), vocabulary: $1.size(), count: $1.size())
    },
    EntryPoint("distribution") {
      $0.distribution($1.tensor(), warp: $1.warp(), out: $1.distribution(), rows: $1.size())
    },
    EntryPoint("rowStatistics") {
      $0.rowStatistics(
        $1.tensor(), out: $1.tensor(), status: $1.tensor(), rows: $1.size(), vocabulary: $1.size())
    },
    EntryPoint("tokenLogProbability") {
      $0.tokenLogProbability(
        $1.tensor(), tokens: $1.tensor(), out: $1.tensor(), status: $1.tensor(), rows: $1.size(),
        vocabulary: $1.size())
    },
    EntryPoint("divergence") {
      $0.divergence(
        $1.tensor(), $1.tensor(), out: $1.tensor(), status: $1.tensor(), rows: $1.size(),
        vocabulary: $1.size())
    },
    EntryPoint("penalties") {
      let penalties = LogitPenalties(
        repetition: $1.real(), presence: $1.number(), frequency: $1.number(), window: $1.size())
      $0.penalties(
        $1.tensor(), penalties, history: $1.tensor(), state: $1.tensor(), tokens: $1.tensor(),
        parents: $1.tensor(), rows: $1.size(), vocabulary: $1.size(), bias: $1.flag() ? nil : $1.tensor(),
        mask: $1.flag() ? nil : $1.tensor(), rowMasks: $1.flag())
    },
    EntryPoint("mixLogits") {
      let mixture = LogitMixture(scaleA: $1.number(), scaleB: $1.number(), threshold: -$1.number())
      $0.mixLogits(
        $1.tensor(), $1.tensor(), mixture, out: $1.tensor(), rows: $1.size(), vocabulary: $1.size())
    },
    EntryPoint("drawTarget") {
      $0.drawTarget(
        $1.distribution(), depths: $1.tensor(), state: $1.tensor(), out: $1.tensor(), count: $1.size())
    },
    EntryPoint("drawChildren") {
      $0.drawChildren(
        $1.distribution(), state: $1.tensor(), tokens: $1.tensor(), parents: $1.size(), children: $1.size(),
        replacement: $1.flag(), firstParent: $1.size(), firstChild: $1.size(), childDepth: $1.size())
    },
  ]

  private static let trees: [EntryPoint] = [
    EntryPoint("promptLookup") {
      $0.promptLookup(
        history: $1.tensor(), tree: $1.tree(), minimum: $1.size(), maximum: $1.size(), count: $1.size())
    },
    EntryPoint("gatherTokens") {
      $0.gatherTokens(
        $1.tensor(), source: $1.tensor(), tokens: $1.tensor(), first: $1.size(), count: $1.size())
    },
    EntryPoint("verifyMatch") { $0.verifyMatch(picks: $1.tensor(), tree: $1.tree()) },
    EntryPoint("verifySiblings") {
      $0.verifySiblings(
        target: $1.distribution(), draft: $1.distribution(), tree: $1.tree(), scratch: $1.tensor(),
        rule: $1.random.element(SiblingRule.allCases))
    },
    EntryPoint("commitRound") { $0.commitRound(tree: $1.tree(), history: $1.tensor()) },
    EntryPoint("advanceState") { $0.advanceState($1.tensor(), rows: $1.size()) },
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

  mutating func cache() -> KeyValueCache { KeyValueCache(words: tensor(), slots: size(), keyColumns: size()) }

  mutating func distribution() -> DistributionRows {
    DistributionRows(weights: tensor(), totals: tensor(), vocabulary: size())
  }

  mutating func warp() -> Warp {
    Warp(
      temperature: real(), topK: optionalSize(), topP: flag() ? nil : real(), minP: flag() ? nil : real())
  }

  mutating func tree() -> TreeBuffers {
    TreeBuffers(
      state: tensor(), tokens: tensor(), parents: tensor(), depths: tensor(), mask: tensor(),
      result: tensor(), maximumNodes: size())
  }
}
