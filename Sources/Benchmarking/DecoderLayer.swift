import Conformance
import Foundation
import Kernels
import ShaderInterface

/// One decoder layer as a case: the kernels of a target pass in the order in which the model executor calls them.
enum DecoderLayer {
  /// - Parameter rows: in-flight rows, a chain under a tree mask.
  static func makeCase(_ s: LayerShape, rows: Int) -> KernelCase {
    var random = CaseRandom(seed: 1, family: "layer \(s.name)", index: rows)
    let slots = s.context + rows
    let maskWords = (rows + 31) / 32
    let outputColumns = s.queryColumns + s.keyColumns
    func scratch(_ name: String, _ columns: Int) -> CaseOperand {
      CaseOperand(
        name, .scratch, .float, shape: [rows, columns], [UInt32](repeating: 0, count: rows * columns))
    }
    func norm(_ name: String) -> CaseOperand {
      input(name, .float, random.floats(s.columns, 0.5...1.5))
    }
    func weights(_ name: String, _ outputs: Int, _ inputs: Int) -> CaseOperand {
      let count = PackedWeights.wordCount(.f16, outputs: outputs, inputs: inputs)
      return input(name, .halves, random.halfPairs(count))
    }
    func cacheRows(_ name: String) -> CaseOperand {
      CaseOperand(
        name, .inputOutput, .halves, shape: [slots, s.keyColumns / 2],
        random.halfPairs(slots * s.keyColumns / 2))
    }
    let operands = [
      CaseOperand(
        "x", .inputOutput, .float, shape: [rows, s.columns], random.floats(rows * s.columns, -1...1)),
      norm("attentionNorm"), norm("feedForwardNorm"),
      weights("projection", s.projectedColumns, s.columns), weights("output", s.columns, s.queryColumns),
      weights("gateUp", 2 * s.feedForward, s.columns), weights("down", s.columns, s.feedForward),
      input("table", .float, angles(s, positions: slots)),
      input("depths", .word, (0..<rows).map { UInt32($0) }),
      input("state", .word, [UInt32(s.context)] + [UInt32](repeating: 0, count: Int(STATE_WORDS) - 1)),
      input("mask", .word, chainMask(rows: rows, words: maskWords)),
      cacheRows("keys"), cacheRows("values"),
      scratch("normed", s.columns), scratch("projected", s.projectedColumns),
      scratch("rotated", outputColumns), scratch("attended", s.queryColumns),
      scratch("gated", 2 * s.feedForward), scratch("activated", s.feedForward),
    ]
    return KernelCase("\(s.name) layer, \(rows) rows", operands) { list, o in
      record(s, rows: rows, maskWords: maskWords, slots: slots, list, o)
    }
  }

  private static func record(
    _ s: LayerShape, rows: Int, maskWords: Int, slots: Int, _ list: any CommandList, _ o: BoundOperands
  ) {
    func packed(_ name: String, _ outputs: Int, _ inputs: Int) -> PackedWeights {
      PackedWeights(words: o.words(name), format: .f16, outputs: outputs, inputs: inputs)
    }
    let cache = KeyValueCache(
      keys: o.words("keys"), values: o.words("values"), slots: slots, keyColumns: s.keyColumns)
    let (x, state) = (o.floats("x"), o.words("state"))
    let bits = ACTIVATION_BITS_F16
    list.rmsNorm(
      x, weight: o.floats("attentionNorm"), out: o.floats("normed"), rows: rows, columns: s.columns,
      epsilon: 1e-5, significantBits: bits)
    list.matmul(
      o.floats("normed"), packed("projection", s.projectedColumns, s.columns), out: o.floats("projected"),
      rows: rows)
    list.rotaryAppend(
      projected: o.floats("projected"), table: o.floats("table"), depths: o.words("depths"), state: state,
      out: o.floats("rotated"), cache: cache, rows: rows, heads: s.heads, keyHeads: s.keyHeads,
      headSize: s.headSize)
    list.treeAttention(
      query: o.floats("rotated"), cache: cache, mask: o.words("mask"), state: state,
      out: o.floats("attended"),
      rows: rows, heads: s.heads, keyHeads: s.keyHeads, headSize: s.headSize, maskWords: maskWords,
      scale: Float(1 / Double(s.headSize).squareRoot()))
    list.matmul(
      o.floats("attended"), packed("output", s.columns, s.queryColumns), out: x, rows: rows, accumulate: true)
    list.rmsNorm(
      x, weight: o.floats("feedForwardNorm"), out: o.floats("normed"), rows: rows, columns: s.columns,
      epsilon: 1e-5, significantBits: bits)
    list.matmul(
      o.floats("normed"), packed("gateUp", 2 * s.feedForward, s.columns), out: o.floats("gated"), rows: rows)
    list.swiglu(
      o.floats("gated"), out: o.floats("activated"), rows: rows, columns: s.feedForward,
      significantBits: bits)
    list.matmul(
      o.floats("activated"), packed("down", s.columns, s.feedForward), out: x, rows: rows, accumulate: true)
  }

  private static func input(_ name: String, _ kind: CaseOperand.Kind, _ words: [UInt32]) -> CaseOperand {
    CaseOperand(name, .input, kind, shape: [words.count], words)
  }

  /// Cosine and sine of every position, rope base 10,000.
  private static func angles(_ s: LayerShape, positions: Int) -> [UInt32] {
    (0..<positions).flatMap { position in
      (0..<s.headSize / 2).flatMap { i in
        let angle = Double(position) * pow(10_000, -2 * Double(i) / Double(s.headSize))
        return [Float(cos(angle)).bitPattern, Float(sin(angle)).bitPattern]
      }
    }
  }

  /// Row i sees rows 0...i.
  private static func chainMask(rows: Int, words: Int) -> [UInt32] {
    (0..<rows).flatMap { row in
      (0..<words).map { word in
        let bits = min(32, max(0, row + 1 - 32 * word))
        return bits == 32 ? UInt32.max : (1 << UInt32(bits)) - 1
      }
    }
  }
}

extension CaseRandom {
  fileprivate mutating func floats(_ count: Int, _ range: ClosedRange<Float>) -> [UInt32] {
    (0..<count).map { _ in Float.random(in: range, using: &self).bitPattern }
  }

  /// Two halves a word, of either sign, magnitudes 2^-7 to 2^-3.
  fileprivate mutating func halfPairs(_ count: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: count)
    for i in words.indices {
      let random = UInt32(truncatingIfNeeded: next() >> 32)
      words[i] = random & 0x8fff_8fff + 0x2000_2000
    }
    return words
  }
}
