import Kernels
import ShaderInterface

/// A call of `rotaryAppend` with its data.
struct RotaryAppendData: Sendable {
  let shape: AttentionShape
  /// Elements of a head that turn.
  let turning: Int
  let pairing: RotaryPairing
  let bits: UInt32
  let spreads: Bool
  let slots, pagesPerSequence: Int
  let text: String
  let operands: [CaseOperand]

  init(
    _ shape: AttentionShape, positions: Int, turning: Int, pairing: RotaryPairing, spreads: Bool = false,
    random: inout CaseRandom
  ) {
    let s = shape
    let (query, key) = (s.heads * s.headSize, s.keyColumns)
    // All of the half's range: subnormal halves, ties, overflow.
    let exponents = s.format == .bf16 ? -50...100 : -30...18
    var projected = random.floats(s.rows * (query + 2 * key), exponents: exponents)
    random.addSpecials(&projected)
    let data = AttentionData(s, random: &random)
    self.shape = shape
    self.turning = turning
    self.pairing = pairing
    self.spreads = spreads
    bits = random.significantBits()
    (slots, pagesPerSequence) = (data.slots, data.pagesPerSequence)
    text = """
      \(s.text), \(turning) turn in \(pairing), positions \(positions), bits \(bits)\(spreads ? ", spread" : "")
      """
    operands =
      [
        .floats("projected", [s.rows, query + 2 * key], projected),
        .floats("table", [positions, turning / 2, 2], random.angles(positions * turning)),
        .words("depths", data.depths),
        .output("out", .float, [s.rows, query + key]),
      ] + data.operands(random: &random).filter { ["state", "owners", "pages"].contains($0.name) }
      + random.cacheNoise(slots: slots, rowWords: s.format.rowWords(keyColumns: key))
  }

  func cache(_ o: BoundOperands) -> KeyValueCache {
    shape.cache(o, slots: slots, pagesPerSequence: pagesPerSequence)
  }

  func record(_ list: any CommandList, _ o: BoundOperands) {
    list.rotaryAppend(
      projected: o.floats("projected"), table: o.floats("table"), depths: o.words("depths"),
      state: o.words("state"), batch: o.batch(shape.sequences), out: o.floats("out"), cache: cache(o),
      rows: shape.rows, firstRow: shape.firstRow, heads: shape.heads, keyHeads: shape.keyHeads,
      headSize: shape.headSize, rotarySize: turning, pairing: pairing, significantBits: bits,
      spreads: spreads)
  }
}

extension KernelCase {
  /// Rotated keys, and values, into a cache that may end before them, and rotated queries.
  public static func rotaryAppend(
    _ s: AttentionShape, positions: Int, turning: Int, pairing: RotaryPairing, random: inout CaseRandom
  ) -> KernelCase {
    KernelCase(
      RotaryAppendData(s, positions: positions, turning: turning, pairing: pairing, random: &random))
  }

  init(_ data: RotaryAppendData) { self.init(data.text, data.operands, record: data.record) }
}

extension CaseRandom {
  /// A call of any size and style; positions may lie outside the table.
  mutating func rotaryAppend(_ format: KeyValueFormat, _ layout: CacheLayout) -> RotaryAppendData {
    let shape = appendShape(format, layout)
    return RotaryAppendData(
      shape, positions: integer(1...150),
      turning: oneIn(2) ? shape.headSize : 2 * integer(1...shape.headSize / 2),
      pairing: element(RotaryPairing.allCases), spreads: oneIn(2), random: &self)
  }
}

let rotaryAppendFamilies = appendFamilies(.rotaryAppend) { random, format, layout in
  KernelCase(random.rotaryAppend(format, layout))
}
