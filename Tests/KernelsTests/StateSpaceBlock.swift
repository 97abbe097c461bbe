import Conformance
import Kernels
import Numerics
import ShaderInterface

/// A block of Mamba-2 (Dao and Gu, 2024): norm, in-projection, short convolution, selective scan, skip, gate, norm,
/// out-projection, added to the hidden rows.
struct StateSpaceBlock {
  static let (columns, heads, headSize, groups, stateSize, width) = (24, 6, 5, 2, 33, 4)
  static let inner = heads * headSize
  /// x, then B, then C, as the convolution has them.
  static let channels = inner + 2 * groups * stateSize
  /// z, then the channels, then dt.
  static let projectedColumns = inner + channels + heads
  static let shape = ScanShape(heads: heads, headSize: headSize, stateSize: stateSize, groups: groups)
  static let epsilon: Float = 1e-5

  static let gatePlace = RowColumns(first: 0, stride: projectedColumns)
  static let channelPlace = RowColumns(first: inner, stride: projectedColumns)
  static let stepPlace = RowColumns(first: inner + channels, stride: projectedColumns)

  /// The layer's numbers, as a checkpoint has them.
  struct Numbers {
    let norm, inWeights, stepBias, taps, tapBias, decays, skips, innerNorm, outWeights: [Float]

    init(seed: UInt64) {
      var random = CaseRandom(seed: seed, family: "block", index: 0)
      func floats(_ count: Int, _ range: ClosedRange<Float>) -> [Float] {
        (0..<count).map { _ in Float.random(in: range, using: &random) }
      }
      func halves(_ count: Int, _ most: Float) -> [Float] {
        floats(count, -most...most).map { float(half: halfBits(of: $0)) }
      }
      norm = floats(columns, 0.5...1.5)
      inWeights = halves(projectedColumns * columns, 0.4)
      stepBias = floats(heads, -3...0)
      taps = floats(channels * width, -0.5...0.5)
      tapBias = floats(channels, -0.2...0.2)
      decays = floats(heads, -4 ... -0.5)  // A = -exp(A_log)
      skips = floats(heads, 0.5...1.5)
      innerNorm = floats(inner, 0.5...1.5)
      outWeights = halves(columns * inner, 0.3)
    }
  }

  private let backend: any Backend
  /// Of the norms' results: those that products with the weights are exact in.
  private let activationBits: UInt32
  private let norm, stepBias, taps, tapBias, decays, skips, innerNorm: Tensor<Float>
  private let inWeights, outWeights: PackedWeights
  /// What the block keeps of a sequence.
  let committed, tail: Tensor<Float>

  /// - Parameter hasHalves: weights in f16, else in f32.
  init(_ backend: any Backend, _ numbers: Numbers, hasHalves: Bool = true) throws {
    func tensor(_ values: [Float], _ label: String) throws -> Tensor<Float> {
      try backend.makeTensor(values, label)
    }
    self.backend = backend
    activationBits = hasHalves ? 13 : 24
    norm = try tensor(numbers.norm, "norm")
    // The projection adds dt's bias; the other columns have none.
    stepBias = try tensor(
      [Float](repeating: 0, count: Self.inner + Self.channels) + numbers.stepBias, "projection's bias")
    taps = try tensor(numbers.taps, "taps")
    tapBias = try tensor(numbers.tapBias, "taps' bias")
    decays = try tensor(numbers.decays, "A")
    skips = try tensor(numbers.skips, "D")
    innerNorm = try tensor(numbers.innerNorm, "inner norm")
    let weights = { (values: [Float]) -> HostWeights in
      hasHalves ? .f16(values.map { halfBits(of: $0) }) : .f32(values)
    }
    inWeights = try backend.makeWeights(
      weights(numbers.inWeights), outputs: Self.projectedColumns, inputs: Self.columns, "in")
    outWeights = try backend.makeWeights(
      weights(numbers.outWeights), outputs: Self.columns, inputs: Self.inner, "out")
    var random = CaseRandom(seed: 1, family: "committed", index: 0)
    func kept(_ count: Int) -> [Float] { (0..<count).map { _ in Float.random(in: -1...1, using: &random) } }
    committed = try tensor(kept(Self.shape.stateCount), "committed")
    tail = try tensor(kept((Self.width - 1) * Self.channels), "tail")
  }

  /// One pass over hidden rows, which it changes; of a tree it keeps states for `commit`, rows in order are committed.
  struct Pass {
    let rows: RecurrentRows
    let hidden: Tensor<Float>
    fileprivate let normed, projected, convolved, steps, decay, value, scanned, gated, states: Tensor<Float>
  }

  func makePass(_ rows: RecurrentRows, hidden: [Float]) throws -> Pass {
    func rowsOf(_ columns: Int, _ label: String) throws -> Tensor<Float> {
      try backend.makeTensor(rows.count * columns, label)
    }
    return Pass(
      rows: rows, hidden: try backend.makeTensor(hidden, "hidden"),
      normed: try rowsOf(max(Self.columns, Self.inner), "normed"),
      projected: try rowsOf(Self.projectedColumns, "projected"),
      convolved: try rowsOf(Self.channels, "convolved"), steps: try rowsOf(Self.heads, "dt"),
      decay: try rowsOf(Self.heads, "dt * A"), value: try rowsOf(Self.inner, "dt * x"),
      scanned: try rowsOf(Self.inner, "y"), gated: try rowsOf(Self.inner, "gated"),
      states: try rowsOf(Self.shape.stateCount, "states"))
  }

  /// Eleven calls.
  func record(_ pass: Pass, in list: any CommandList) {
    let (count, inner) = (pass.rows.count, Self.inner)
    let xPlace = RowColumns(first: 0, stride: Self.channels)
    let keyPlace = RowColumns(first: inner, stride: Self.channels)
    let queryPlace = RowColumns(first: inner + Self.groups * Self.stateSize, stride: Self.channels)
    list.rmsNorm(
      pass.hidden, weight: norm, out: pass.normed, rows: count, columns: Self.columns,
      epsilon: Self.epsilon, significantBits: activationBits)
    list.matmul(pass.normed, inWeights, out: pass.projected, rows: count, bias: stepBias)
    list.treeConvolution(
      pass.projected, at: Self.channelPlace, weights: taps, bias: tapBias, rows: pass.rows, tail: tail,
      out: pass.convolved, channels: Self.channels, width: Self.width, gated: true)
    list.softplus(pass.projected, at: Self.stepPlace, out: pass.steps, rows: count, columns: Self.heads)
    list.scaleColumns(
      pass.steps, by: .shared(decays), out: pass.decay, rows: count, columns: Self.heads)
    list.scaleColumns(
      pass.convolved, at: xPlace, by: .ofRows(pass.steps, width: Self.headSize), out: pass.value,
      rows: count, columns: inner)
    list.treeScan(
      query: pass.convolved, key: pass.convolved, value: pass.value, decay: pass.decay,
      columns: ScanColumns(query: queryPlace, key: keyPlace), rows: pass.rows, shape: Self.shape,
      committed: committed, states: pass.rows.parents == nil ? nil : pass.states, out: pass.scanned)
    list.scaleColumns(
      pass.convolved, at: xPlace, by: .shared(skips, width: Self.headSize), base: pass.scanned,
      out: pass.scanned, rows: count, columns: inner)
    list.scaleColumns(
      pass.scanned, by: .ofRows(pass.projected, at: Self.gatePlace, gated: true), out: pass.gated,
      rows: count, columns: inner)
    list.rmsNorm(
      pass.gated, weight: innerNorm, out: pass.normed, rows: count, columns: inner, epsilon: Self.epsilon,
      significantBits: activationBits)
    list.matmul(pass.normed, outWeights, out: pass.hidden, rows: count, accumulate: true)
  }

  /// Keeps the rows that `result` accepted, or all that followed one another.
  func recordCommit(
    _ pass: Pass, result: Tensor<UInt32>? = nil, maximumNodes: Int = 1, in list: any CommandList
  ) {
    list.gatherTail(
      pass.projected, at: Self.channelPlace, result: result, maximumNodes: maximumNodes, rows: pass.rows,
      tail: tail, channels: Self.channels, width: Self.width)
    guard let result else { return }  // the scan itself replaced the state
    list.gatherState(
      pass.states, result: result, maximumNodes: maximumNodes, rows: pass.rows,
      stateCount: Self.shape.stateCount, committed: committed)
  }
}

/// The block in Double, with bounds of what fp32 makes of it with weights in f32.
struct ExactStateSpaceBlock {
  let numbers: StateSpaceBlock.Numbers
  private typealias Block = StateSpaceBlock

  /// What follows a row: its state, and its convolution's inputs, latest first.
  struct Kept {
    /// By head, element of the state and element of the value.
    var state: [ErrorBounded]
    /// By age, then channel.
    var inputs: [[ErrorBounded]]
  }

  func step(_ hidden: [Float], after kept: Kept) -> (out: [ErrorBounded], kept: Kept) {
    let row = hidden.map { ErrorBounded($0) }
    let normed = norm(row, numbers.norm)
    var projected = product(numbers.inWeights, normed)
    let channels = Array(projected[Block.inner..<Block.inner + Block.channels])
    let inputs = [channels] + kept.inputs.prefix(Block.width - 1)
    let convolved = (0..<Block.channels).map { c in
      let terms = inputs.enumerated().map { age, input in
        input[c] * ErrorBounded(numbers.taps[c * Block.width + Block.width - 1 - age])
      }
      return ErrorBounded.sum([ErrorBounded(numbers.tapBias[c])] + terms).silu
    }
    for h in 0..<Block.heads {
      let place = Block.inner + Block.channels + h
      projected[place] = (projected[place] + ErrorBounded(numbers.stepBias[h])).softplus
    }
    let steps = Array(projected[(Block.inner + Block.channels)...])
    let (scanned, state) = scan(convolved, steps, kept.state)
    let gated = (0..<Block.inner).map { i in
      (scanned[i] + convolved[i] * ErrorBounded(numbers.skips[i / Block.headSize])) * projected[i].silu
    }
    let change = product(numbers.outWeights, norm(gated, numbers.innerNorm))
    return (zip(row, change).map { $0 + $1 }, Kept(state: state, inputs: inputs))
  }

  private func norm(_ row: [ErrorBounded], _ weight: [Float]) -> [ErrorBounded] {
    let squares = ErrorBounded.sum(row.map { $0 * $0 })
    let mean = (squares * ErrorBounded(1 / Double(row.count))).rounded(2) + ErrorBounded(Block.epsilon)
    return zip(row, weight).map { (($0 * mean.reciprocalRoot) * ErrorBounded($1)).rounded() }
  }

  /// `sum` counts as many roundings as chunks of their own have at most; then the total's and the output's.
  private func product(_ weights: [Float], _ row: [ErrorBounded]) -> [ErrorBounded] {
    (0..<weights.count / row.count).map { n in
      ErrorBounded.sum(row.indices.map { row[$0] * ErrorBounded(weights[n * row.count + $0]) }).rounded(2)
    }
  }

  private func scan(
    _ convolved: [ErrorBounded], _ steps: [ErrorBounded], _ before: [ErrorBounded]
  ) -> (out: [ErrorBounded], state: [ErrorBounded]) {
    var state = before
    var out: [ErrorBounded] = []
    for h in 0..<Block.heads {
      let factor = (steps[h] * ErrorBounded(numbers.decays[h])).exponential
      let ofGroup = h / (Block.heads / Block.groups) * Block.stateSize
      let (keys, queries) = (Block.inner + ofGroup, Block.inner + Block.groups * Block.stateSize + ofGroup)
      for e in 0..<Block.headSize {
        let value = convolved[h * Block.headSize + e] * steps[h]
        let terms = (0..<Block.stateSize).map { n in
          let i = (h * Block.stateSize + n) * Block.headSize + e
          state[i] = state[i] * factor + value * convolved[keys + n]
          return convolved[queries + n] * state[i]
        }
        out.append(ErrorBounded.sum(terms).rounded())
      }
    }
    return (out, state)
  }
}
