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
    case .rmsNorm: Reference.rmsNorm(o.parameters(), x: o.floats(0), weight: o.floats(1), out: o.out(2))
    case .layerNorm:
      Reference.layerNorm(
        o.parameters(), x: o.floats(0), weight: o.floats(1), bias: o.floats(2), out: o.out(3))
    case .swiglu: Reference.swiglu(o.parameters(), x: o.floats(0), out: o.out(1))
    case .geglu: Reference.geglu(o.parameters(), x: o.floats(0), out: o.out(1))
    case .gelu: Reference.gelu(o.parameters(), x: o.floats(0), out: o.out(1))
    case .residualAdd: Reference.residualAdd(o.parameters(), a: o.floats(0), b: o.floats(1), out: o.out(2))
    case .scaledAdd: Reference.scaledAdd(o.parameters(), a: o.floats(0), b: o.floats(1), out: o.out(2))
    case .roundActivations: Reference.roundActivations(o.parameters(), x: o.floats(0), out: o.out(1))
    case .rotary:
      Reference.rotary(
        o.parameters(), x: o.floats(0), table: o.floats(1), depths: o.words(2), state: o.words(3),
        out: o.out(4))
    case .gatherRow: Reference.gatherRow(o.parameters(), x: o.floats(0), state: o.words(1), out: o.out(2))
    case .matmulF32: o.matmul(.f32)
    case .matmulF16: o.matmul(.f16)
    case .matmulBf16: o.matmul(.bf16)
    case .matmulQ8: o.matmul(.q8)
    case .matmulQ4: o.matmul(.q4)
    case .quantizeRows: Reference.quantizeRows(o.parameters(), x: o.floats(0), out: o.out(1))
    case .sortChoices: Reference.sortChoices(o.parameters(), choices: o.words(0), schedule: o.out(1))
    case .matmulInt8: o.matmul { Reference.matmulInt8($0, $1, blocks: $2, tiles: $3) }
    case .keyValueAppend:
      Reference.keyValueAppend(
        o.parameters(), rotated: o.floats(0), projected: o.floats(1), state: o.words(2), cache: o.out(3))
    case .treeAttention:
      Reference.treeAttentionFast(
        o.parameters(), query: o.floats(0), cache: o.words(1), mask: o.words(2), state: o.words(3),
        out: o.out(4))
    case .compactCache: Reference.compactCache(o.parameters(), result: o.words(0), cache: o.out(1))
    case .argmax: Reference.argmax(o.parameters(), logits: o.floats(0), out: o.out(1))
    case .topTokens: Reference.topTokens(o.parameters(), logits: o.floats(0), out: o.out(1))
    case .distribution:
      Reference.distribution(o.parameters(), logits: o.floats(0), weights: o.out(1), totals: o.out(2))
    case .rowStatistics:
      Reference.rowStatistics(o.parameters(), logits: o.floats(0), out: o.out(1), status: o.out(2))
    case .tokenLogProbability:
      Reference.tokenLogProbability(
        o.parameters(), logits: o.floats(0), tokens: o.words(1), out: o.out(2), status: o.out(3))
    case .divergence:
      Reference.divergence(
        o.parameters(), p: o.floats(0), q: o.floats(1), out: o.out(2), status: o.out(3))
    case .penalties:
      Reference.penalties(
        o.parameters(), logits: o.out(0), history: o.words(1), state: o.words(2), tokens: o.words(3),
        parents: o.words(4), bias: o.floats(5), mask: o.words(6))
    case .mixLogits: Reference.mixLogits(o.parameters(), a: o.floats(0), b: o.floats(1), out: o.out(2))
    case .drawTarget:
      Reference.drawTarget(
        o.parameters(), weights: o.words(0), totals: o.words(1), depths: o.words(2), state: o.words(3),
        out: o.out(4))
    case .drawChildren:
      Reference.drawChildren(
        o.parameters(), weights: o.words(0), totals: o.words(1), state: o.words(2), tokens: o.out(3))
    case .promptLookup:
      Reference.promptLookup(o.parameters(), history: o.words(0), state: o.out(1), tokens: o.out(2))
    case .gatherTokens:
      Reference.gatherTokens(o.parameters(), candidates: o.words(0), source: o.words(1), tokens: o.out(2))
    case .verifyMatch:
      Reference.verifyMatch(
        o.parameters(), picks: o.words(0), tokens: o.words(1), parents: o.words(2), state: o.words(3),
        result: o.out(4))
    case .verifySiblings:
      Reference.verifySiblings(
        o.parameters(), weights: o.words(0), totals: o.words(1), draftWeights: o.words(2),
        draftTotals: o.words(3),
        tokens: o.words(4), parents: o.words(5), depths: o.words(6), state: o.words(7), scratch: o.out(8),
        result: o.out(9))
    case .commitRound:
      Reference.commitRound(
        o.parameters(), result: o.words(0), state: o.out(1), tokens: o.out(2), history: o.out(3))
    case .advanceState: Reference.advanceState(o.parameters(), state: o.out(0))
    }
  }
}

/// An invocation's memory as typed pointers.
private struct Operands {
  let call: Invocation

  init(_ call: Invocation) { self.call = call }

  func parameters<P: BitwiseCopyable>() -> P {
    precondition(call.constants.count == MemoryLayout<P>.size, "\(call.kernel): wrong parameter struct")
    return call.constants.withUnsafeBytes { $0.loadUnaligned(as: P.self) }
  }

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
