import Reference
import ShaderInterface

/// Hands each invocation's operands to the kernel's reference, in binding order.
enum ReferenceTable {
  static func run(_ call: Invocation) {
    let o = Operands(call)
    switch call.kernel {
    case .embeddingGather:
      Reference.embeddingGather(o.parameters(), tokens: o.words(0), table: o.words(1), out: o.out(2))
    case .embeddingMix:
      Reference.embeddingMix(
        o.parameters(), tokens: o.words(0), weights: o.floats(1), table: o.words(2), out: o.out(3))
    case .embeddingMixF32:
      Reference.embeddingMixF32(
        o.parameters(), tokens: o.words(0), weights: o.floats(1), table: o.floats(2), out: o.out(3))
    case .rmsNorm: Reference.rmsNorm(o.parameters(), x: o.floats(0), weight: o.floats(1), out: o.out(2))
    case .layerNorm:
      Reference.layerNorm(
        o.parameters(), x: o.floats(0), weight: o.floats(1), bias: o.floats(2), out: o.out(3))
    case .swiglu: Reference.swiglu(o.parameters(), x: o.floats(0), out: o.out(1))
    case .geglu: Reference.geglu(o.parameters(), x: o.floats(0), out: o.out(1))
    case .gegluErf: Reference.gegluErf(o.parameters(), x: o.floats(0), out: o.out(1))
    case .gelu: Reference.gelu(o.parameters(), x: o.floats(0), out: o.out(1))
    case .geluErf: Reference.geluErf(o.parameters(), x: o.floats(0), out: o.out(1))
    case .softplus: Reference.softplus(o.parameters(), x: o.floats(0), out: o.out(1))
    case .scaleColumns:
      Reference.scaleColumns(
        o.parameters(), base: o.floats(0), x: o.floats(1), scales: o.floats(2), out: o.out(3))
    case .residualAdd: Reference.residualAdd(o.parameters(), a: o.floats(0), b: o.floats(1), out: o.out(2))
    case .scaledAdd: Reference.scaledAdd(o.parameters(), a: o.floats(0), b: o.floats(1), out: o.out(2))
    case .roundActivations: Reference.roundActivations(o.parameters(), x: o.floats(0), out: o.out(1))
    case .rotary:
      Reference.rotary(
        o.parameters(), x: o.floats(0), table: o.floats(1), depths: o.words(2), state: o.words(3),
        owners: o.words(4), out: o.out(5))
    case .gatherRow: Reference.gatherRow(o.parameters(), x: o.floats(0), state: o.words(1), out: o.out(2))
    case .gatherColumns:
      Reference.gatherColumns(o.parameters(), x: o.words(0), indices: o.words(1), out: o.out(2))
    case .gatherRows: Reference.gatherRows(o.parameters(), x: o.words(0), sources: o.words(1), out: o.out(2))
    case .scatterRows:
      Reference.scatterRows(o.parameters(), x: o.words(0), targets: o.words(1), out: o.out(2))
    case .matmulF32: o.matmul(.f32)
    case .matmulF16: o.matmul(.f16)
    case .matmulBf16: o.matmul(.bf16)
    case .matmulQ8: o.matmul(.q8)
    case .matmulQ4: o.matmul(.q4)
    case .quantizeBlocks: Reference.quantizeBlocks(o.parameters(), x: o.floats(0), out: o.out(1))
    case .matmulQ8Int8: o.matmul { Reference.matmulBlocksInt8(.q8, $0, $1, blocks: $2, tiles: $3) }
    case .matmulQ4Int8: o.matmul { Reference.matmulBlocksInt8(.q4, $0, $1, blocks: $2, tiles: $3) }
    case .quantizeRows: Reference.quantizeRows(o.parameters(), x: o.floats(0), out: o.out(1))
    case .sortChoices: Reference.sortChoices(o.parameters(), choices: o.words(0), schedule: o.out(1))
    case .matmulInt8: o.matmul { Reference.matmulInt8($0, $1, blocks: $2, tiles: $3) }
    case .keyValueAppend:
      Reference.keyValueAppend(
        o.parameters(), rotated: o.floats(0), projected: o.floats(1), state: o.words(2), owners: o.words(3),
        pages: o.words(4), keys: o.out(5), values: o.out(6))
    case .rotaryAppend:
      Reference.rotaryAppend(
        o.parameters(), x: o.floats(0), table: o.floats(1), depths: o.words(2), state: o.words(3),
        owners: o.words(4), pages: o.words(5), out: o.out(6), keys: o.out(7), values: o.out(8))
    case .treeAttention:
      Reference.treeAttentionFast(
        o.parameters(), query: o.floats(0), keys: o.words(1), values: o.words(2), mask: o.words(3),
        state: o.words(4), depths: o.words(5), owners: o.words(6), pages: o.words(7), out: o.out(8))
    case .attentionSpans:
      Reference.attentionSpans(
        o.parameters(), query: o.floats(0), keys: o.words(1), values: o.words(2), mask: o.words(3),
        state: o.words(4), depths: o.words(5), owners: o.words(6), pages: o.words(7), parts: o.out(8))
    case .attentionMerge: Reference.attentionMerge(o.parameters(), parts: o.floats(0), out: o.out(1))
    case .compactCache:
      Reference.compactCache(
        o.parameters(), result: o.words(0), pages: o.words(1), keys: o.out(2), values: o.out(3))
    case .argmax: Reference.argmax(o.parameters(), logits: o.floats(0), out: o.out(1))
    case .topTokens:
      Reference.topTokens(o.parameters(), logits: o.floats(0), out: o.out(1), values: o.out(2))
    case .distribution:
      Reference.distribution(
        o.parameters(), logits: o.floats(0), weights: o.out(1), totals: o.out(2), warps: o.words(3))
    case .warpRows:
      Reference.warpRows(o.parameters(), temperatures: o.floats(0), topP: o.floats(1), warps: o.out(2))
    case .rowStatistics:
      Reference.rowStatistics(
        o.parameters(), logits: o.floats(0), out: o.out(1), status: o.out(2), warps: o.words(3))
    case .softmax: Reference.softmax(o.parameters(), x: o.floats(0), out: o.out(1), status: o.out(2))
    case .tokenLogProbability:
      Reference.tokenLogProbability(
        o.parameters(), logits: o.floats(0), tokens: o.words(1), out: o.out(2), status: o.out(3),
        warps: o.words(4))
    case .divergence:
      Reference.divergence(
        o.parameters(), p: o.floats(0), q: o.floats(1), out: o.out(2), status: o.out(3), warps: o.words(4))
    case .penalties:
      Reference.penalties(
        o.parameters(), logits: o.out(0), history: o.words(1), state: o.words(2), tokens: o.words(3),
        parents: o.words(4), bias: o.floats(5), mask: o.words(6), owners: o.words(7), settings: o.words(8))
    case .mixLogits: Reference.mixLogits(o.parameters(), a: o.floats(0), b: o.floats(1), out: o.out(2))
    case .drawTarget:
      Reference.drawTarget(
        o.parameters(), weights: o.words(0), totals: o.words(1), depths: o.words(2), state: o.words(3),
        owners: o.words(4), out: o.out(5))
    case .drawLogits:
      Reference.drawLogits(
        o.parameters(), logits: o.floats(0), depths: o.words(1), state: o.words(2), owners: o.words(3),
        out: o.out(4), warps: o.words(5))
    case .drawGumbel:
      Reference.drawGumbel(
        o.parameters(), weights: o.words(0), totals: o.words(1), depths: o.words(2), state: o.words(3),
        owners: o.words(4), tokens: o.out(5), keys: o.out(6))
    case .drawShared:
      Reference.drawShared(
        o.parameters(), a: o.floats(0), b: o.floats(1), depths: o.words(2), state: o.words(3),
        owners: o.words(4), out: o.out(5), warps: o.words(6))
    case .combineDistributions:
      Reference.combineDistributions(
        o.parameters(), a: o.words(0), totalsA: o.words(1), b: o.words(2), totalsB: o.words(3),
        weights: o.out(4), totals: o.out(5), mass: o.out(6))
    case .suppressTokens:
      Reference.suppressTokens(o.parameters(), tokens: o.words(0), weights: o.out(1), totals: o.out(2))
    case .groupSums:
      Reference.groupSums(o.parameters(), weights: o.words(0), groups: o.words(1), sums: o.out(2))
    case .drawChildren:
      Reference.drawChildren(
        o.parameters(), weights: o.words(0), totals: o.words(1), state: o.words(2), tokens: o.out(3),
        parents: o.words(4))
    case .promptLookup:
      Reference.promptLookup(o.parameters(), history: o.words(0), state: o.out(1), tokens: o.out(2))
    case .gatherTokens:
      Reference.gatherTokens(
        o.parameters(), candidates: o.words(0), source: o.words(1), state: o.words(2), tokens: o.out(3))
    case .verifyMatch:
      Reference.verifyMatch(
        o.parameters(), picks: o.words(0), tokens: o.words(1), parents: o.words(2), state: o.words(3),
        result: o.out(4))
    case .verifySiblings:
      Reference.verifySiblings(
        o.parameters(), weights: o.words(0), totals: o.words(1), draftWeights: o.words(2),
        draftTotals: o.words(3),
        tokens: o.words(4), parents: o.words(5), state: o.words(6), scratch: o.out(7), result: o.out(8))
    case .selectPath:
      Reference.selectPath(
        o.parameters(), weights: o.words(0), totals: o.words(1), draftWeights: o.out(2),
        draftTotals: o.out(3), tokens: o.out(4), parents: o.words(5), state: o.words(6))
    case .verifyTraversal:
      Reference.verifyTraversal(
        o.parameters(), weights: o.words(0), totals: o.words(1), draftWeights: o.words(2),
        draftTotals: o.words(3), tokens: o.words(4), parents: o.words(5), state: o.words(6), result: o.out(7))
    case .lossyAccept:
      Reference.lossyAccept(
        o.parameters(), logits: o.floats(0), statistics: o.floats(1), best: o.words(2),
        divergence: o.floats(3),
        tokens: o.words(4), parents: o.words(5), owners: o.words(6), state: o.words(7), accept: o.out(8),
        score: o.out(9), warps: o.words(10))
    case .clusterAccept:
      Reference.clusterAccept(
        o.parameters(), weights: o.words(0), totals: o.words(1), draftWeights: o.words(2),
        draftTotals: o.words(3), table: o.floats(4), tokens: o.words(5), parents: o.words(6),
        depths: o.words(7), owners: o.words(8), state: o.words(9), accept: o.out(10), score: o.out(11))
    case .verifyAccepted:
      Reference.verifyAccepted(
        o.parameters(), accept: o.words(0), score: o.floats(1), picks: o.words(2),
        endPicks: o.words(3), tokens: o.words(4), parents: o.words(5), state: o.words(6), result: o.out(7))
    case .verifyLossy:
      Reference.verifyLossy(
        o.parameters(), logits: o.floats(0), statistics: o.floats(1), best: o.words(2),
        divergence: o.floats(3), picks: o.words(4), tokens: o.words(5), parents: o.words(6),
        state: o.words(7), accept: o.out(8), score: o.out(9), result: o.out(10), warps: o.words(11))
    case .commitRound:
      Reference.commitRound(
        o.parameters(), result: o.words(0), state: o.out(1), tokens: o.out(2), history: o.out(3))
    case .advanceState: Reference.advanceState(o.parameters(), state: o.out(0))
    case .treeLayout:
      Reference.treeLayout(
        o.parameters(), parents: o.words(0), state: o.out(1), depths: o.out(2), mask: o.out(3),
        links: o.out(4))
    case .conditionKeys:
      Reference.conditionKeys(
        o.parameters(), weights: o.words(0), totals: o.words(1), tokens: o.words(2), keys: o.floats(3),
        rowParents: o.words(4), scores: o.floats(5), sums: o.out(6), out: o.out(7))
    case .growTree:
      Reference.growTree(
        o.parameters(), logProbabilities: o.floats(0), candidates: o.words(1), tokens: o.out(2),
        scores: o.out(3), rowParents: o.out(4), nodeTokens: o.out(5), nodeParents: o.out(6))
    case .selectTree:
      Reference.selectTree(
        o.parameters(), tokens: o.words(0), scores: o.floats(1), rowParents: o.words(2), state: o.out(3),
        nodeTokens: o.out(4), nodeParents: o.out(5), sources: o.out(6))
    case .mergePaths:
      Reference.mergePaths(
        o.parameters(), paths: o.words(0), state: o.out(1), tokens: o.out(2), parents: o.out(3),
        nodes: o.out(4))
    case .treeScan:
      Reference.treeScan(
        o.parameters(), query: o.floats(0), key: o.floats(1), value: o.floats(2), decay: o.floats(3),
        parents: o.words(4), state: o.words(5), committed: o.out(6), states: o.out(7), out: o.out(8))
    case .treeConvolution:
      Reference.treeConvolution(
        o.parameters(), x: o.floats(0), weights: o.floats(1), bias: o.floats(2), parents: o.words(3),
        owners: o.words(4), state: o.words(5), tail: o.floats(6), out: o.out(7))
    case .gatherState:
      Reference.gatherState(
        o.parameters(), result: o.words(0), state: o.words(1), states: o.words(2), committed: o.out(3))
    case .gatherTail:
      Reference.gatherTail(
        o.parameters(), result: o.words(0), state: o.words(1), x: o.words(2), tail: o.out(3))
    case .allocatePages:
      Reference.allocatePages(
        o.parameters(), state: o.out(0), table: o.out(1), counts: o.out(2), copies: o.out(4),
        status: o.out(5))
    case .releasePages:
      Reference.releasePages(o.parameters(), state: o.words(0), table: o.out(1), counts: o.out(2))
    case .forkPages:
      Reference.forkPages(
        o.parameters(), sources: o.words(0), state: o.words(1), old: o.words(2), table: o.out(3),
        counts: o.out(4))
    case .copyPages:
      Reference.copyPages(o.parameters(), copies: o.words(0), keys: o.out(1), values: o.out(2))
    }
  }
}

/// An invocation's memory as typed pointers.
private struct Operands {
  let call: Invocation

  init(_ call: Invocation) { self.call = call }

  func parameters<P: BitwiseCopyable>() -> P { call.parameters() }

  func out<T>(_ index: Int) -> UnsafeMutableBufferPointer<T> {
    let operand = call.operands[index]
    return HostStorage.bytes(operand.storage, operand.byteOffset, operand.byteCount).bindMemory(to: T.self)
  }

  func matmul(_ format: MatmulPacking.Format) {
    matmul { Reference.matmulFast(format, $0, $1, blocks: $2, tiles: $3) }
  }

  /// - Parameter reference: takes parameters, operands, blocks of rows and tiles of outputs.
  func matmul<Input>(_ reference: (ShaderInterface.Matmul, MatmulOperands<Input>, Int, Int) -> Void) {
    let p: ShaderInterface.Matmul = parameters()
    let sharing = p.sorted != 0 ? p.sorted : p.rows
    let rowTiles = (sharing + call.specialization[0] - 1) / call.specialization[0]
    reference(
      p,
      MatmulOperands(
        x: UnsafeBufferPointer(out(0)), weights: words(1), out: out(2), bias: floats(3), choices: words(4)),
      call.groups.y / Int(rowTiles), call.groups.x)
  }
  func words(_ index: Int) -> UnsafeBufferPointer<UInt32> { UnsafeBufferPointer(out(index)) }
  func floats(_ index: Int) -> UnsafeBufferPointer<Float> { UnsafeBufferPointer(out(index)) }
}
