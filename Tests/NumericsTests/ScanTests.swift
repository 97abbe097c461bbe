import Foundation
import Numerics
import Reference
import ShaderInterface
import Testing

/// The recurrence, the convolution and what commits them, against hand-computed values and Double.
@Suite struct ScanTests {
  private let alone = operand([UInt32](repeating: 0, count: 8))

  @Test func scanOfASmallTree() {
    // One head, value of 1, state of 2; nodes 1 and 2 below the root. Decay ln 1 = 0 but at node 2, which forgets.
    let states = poisoned(6)
    let out = poisoned(3)
    Reference.treeScan(
      TreeScan(
        sequences: 1, rows: 3, heads: 1, headSize: 1, stateSize: 2, groups: 1, decays: 1, isTree: 1,
        significantBits: 24, queryStride: 2, queryFirst: 0, keyStride: 2, keyFirst: 0, valueStride: 1,
        valueFirst: 0, decayStride: 1, decayFirst: 0),
      query: operand([1, 10, 1, 10, 1, 10]), key: operand([1, 0, 0, 1, 1, 1]), value: operand([5, 6, 7]),
      decay: operand([0, 0, -.infinity]), parents: operand([NO_NODE, 0, 0]), state: alone,
      committed: mutableOperand([2, 3]), states: states, out: out)
    #expect(Array(states) == [7, 3, 7, 9, 7, 7])
    #expect(Array(out) == [37, 97, 77])
  }

  /// The bound of the doc comment, for rows in order.
  @Test(arguments: [(1, 1), (3, 64), (8, 17)] as [(Int, Int)])
  func scanNearDouble(steps: Int, stateSize: Int) {
    var random = SplitMix64(UInt64(steps))
    let rows = 8 * steps
    let (query, key) = (random.floats(rows * stateSize), random.floats(rows * stateSize))
    let value = random.floats(rows)
    let decay = random.floats(rows * stateSize).map { -abs($0) * 2 }
    let start = random.floats(stateSize)
    let out = poisoned(rows)
    Reference.treeScan(
      TreeScan(
        sequences: 1, rows: U32(rows), heads: 1, headSize: 1, stateSize: U32(stateSize), groups: 1,
        decays: U32(stateSize), isTree: 0, significantBits: 24, queryStride: U32(stateSize), queryFirst: 0,
        keyStride: U32(stateSize), keyFirst: 0, valueStride: 1, valueFirst: 0, decayStride: U32(stateSize),
        decayFirst: 0),
      query: operand(query), key: operand(key), value: operand(value), decay: operand(decay), parents: alone,
      state: alone, committed: mutableOperand(start), states: poisoned(1), out: out)
    var exact = start.map { Double($0) }
    var magnitude = exact.map { abs($0) }
    for row in 0..<rows {
      var (sum, bound) = (0.0, 0.0)
      for n in 0..<stateSize {
        let i = row * stateSize + n
        let (factor, step) = (exp(Double(decay[i])), Double(value[row]) * Double(key[i]))
        exact[n] = exact[n] * factor + step
        magnitude[n] = magnitude[n] * factor + abs(step)
        sum += Double(query[i]) * exact[n]
        bound += abs(Double(query[i])) * magnitude[n]
      }
      let allowed = bound * Double(5 * (row + 1) + stateSize + 2) * 0x1p-24 + 1e-15
      #expect(abs(Double(out[row]) - sum) <= allowed, "row \(row)")
    }
  }

  /// Weights 1, 10, 100 from the oldest input: the digits of an output name its inputs.
  private func convolve(_ parents: [UInt32], isTree: UInt32) -> [Float] {
    let out = poisoned(parents.count)
    Reference.treeConvolution(
      TreeConvolution(
        sequences: 1, rows: U32(parents.count), channels: 1, width: 3, isTree: isTree, hasBias: 1, hasGate: 0,
        significantBits: 24, inputStride: 1, inputFirst: 0),
      x: operand((0..<parents.count).map { Float($0 + 1) }), weights: operand([1, 10, 100]),
      bias: operand([1000]), parents: operand(parents), owners: alone, state: alone, tail: operand([8, 9]),
      out: out)
    return Array(out)
  }

  @Test func convolutionFollowsAncestorsThenTheTail() {
    #expect(convolve([NO_NODE, 0, 0, 2], isTree: 1) == [1198, 1219, 1319, 1431])
    #expect(convolve([NO_NODE, NO_NODE, NO_NODE, NO_NODE], isTree: 0) == [1198, 1219, 1321, 1432])
    #expect(convolve([NO_NODE, 1, 5, NO_NODE], isTree: 1) == [1198, 1298, 1398, 1498])
  }

  @Test func convolutionNearDouble() {
    var random = SplitMix64(5)
    let (rows, width) = (40, 4)
    let (x, weights, tail) = (random.floats(rows), random.floats(width), random.floats(width - 1))
    let out = poisoned(rows)
    Reference.treeConvolution(
      TreeConvolution(
        sequences: 1, rows: U32(rows), channels: 1, width: U32(width), isTree: 0, hasBias: 0, hasGate: 1,
        significantBits: 24, inputStride: 1, inputFirst: 0),
      x: operand(x), weights: operand(weights), bias: operand([0]), parents: alone, owners: alone,
      state: alone, tail: operand(tail), out: out)
    let inputs = (tail + x).map { Double($0) }
    for row in 0..<rows {
      let terms = (0..<width).map { inputs[row + $0] * Double(weights[$0]) }
      let y = terms.reduce(0, +)
      let magnitude = terms.map { abs($0) }.reduce(0, +)
      // The gate y * sigmoid(y) has a slope below 1.1, its own rounding is within 8 units.
      let allowed = magnitude * Double(width + 1) * 1.1 * 0x1p-24 + abs(y) * 8 * 0x1p-24
      #expect(abs(Double(out[row]) - y / (1 + exp(-y))) <= allowed, "row \(row)")
    }
  }

  /// A result of 4 nodes whose path is 0, 2, 3.
  private func round(status: UInt32 = STATUS_OK, accepted: UInt32 = 2) -> [UInt32] {
    [status, accepted, 0, 0, 4, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0]
  }

  @Test func acceptedRowsAreCommitted() {
    let tail = mutableOperand([8, 9, 10, 11] as [UInt32])
    let p = GatherTail(
      sequences: 1, maximumNodes: 4, resultWords: 16, rows: 4, channels: 1, width: 5, isTree: 1,
      inputStride: 1,
      inputFirst: 0)
    let x = operand([20, 21, 22, 23] as [UInt32])
    Reference.gatherTail(p, result: operand(round()), state: alone, x: x, tail: tail)
    #expect(Array(tail) == [11, 20, 22, 23])
    Reference.gatherTail(p, result: operand(round(accepted: 0)), state: alone, x: x, tail: tail)
    #expect(Array(tail) == [20, 22, 23, 20])
    let committed = mutableOperand([1, 2] as [UInt32])
    let states = operand([0, 1, 10, 11, 20, 21, 30, 31] as [UInt32])
    let q = GatherState(sequences: 1, maximumNodes: 4, resultWords: 16, rows: 4, words: 2)
    for bad in [round(status: STATUS_EMPTY_ROW), round(accepted: 4)] {
      Reference.gatherState(q, result: operand(bad), state: alone, states: states, committed: committed)
      Reference.gatherTail(p, result: operand(bad), state: alone, x: x, tail: tail)
      #expect(Array(committed) == [1, 2] && Array(tail) == [20, 22, 23, 20])
    }
    Reference.gatherState(q, result: operand(round()), state: alone, states: states, committed: committed)
    #expect(Array(committed) == [30, 31])
  }
}
