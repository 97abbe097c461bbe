import Kernels
import ShaderInterface

extension KernelCase {
  /// Rotary embedding of projected queries and keys.
  public static func rotary(
    rows: Int, firstRow: Int, heads: Int, keyHeads: Int, headSize: Int, positions: Int,
    rotarySize: Int? = nil, pairing: RotaryPairing = .halves, sequences: Int = 1, random: inout CaseRandom
  ) -> KernelCase {
    let inputColumns = (heads + 2 * keyHeads) * headSize
    let outputColumns = (heads + keyHeads) * headSize
    let turning = rotarySize ?? headSize
    let bits = random.significantBits()
    let nodes = random.shares(of: firstRow + rows, among: sequences)
    var state: [UInt32] = []
    var owners: [UInt32] = []
    for s in 0..<sequences {
      var words = random.state(length: random.below(max(1, positions - 20)))
      if sequences > 1 {
        words[Int(STATE_FIRST_NODE)] = UInt32(owners.count)
        words[Int(STATE_NODES)] = UInt32(random.oneIn(6) ? random.below(nodes[s] + 1) : nodes[s])
      }
      state += words
      owners += [UInt32](repeating: UInt32(s), count: nodes[s])
    }
    if random.oneIn(6) {
      owners[random.below(owners.count)] = random.element([UInt32(sequences), 0xffff_ffff, 0])
    }
    if random.oneIn(12) { state[Int(STATE_LENGTH)] = random.element([0xffff_fff0, UInt32(positions)]) }
    let depths = random.words(firstRow + rows, below: 20)
    return KernelCase(
      """
      rows \(rows), firstRow \(firstRow), heads \(heads)/\(keyHeads) of \(headSize), \(turning) turn in \(pairing), \
      positions \(positions), bits \(bits), sequences \(sequences)
      """,
      [
        .floats("projected", [rows, inputColumns], random.floats(rows * inputColumns, exponents: -80...100)),
        .floats("table", [positions, turning / 2, 2], random.angles(positions * turning)),
        .words("depths", depths), .words("state", state),
        sequences == 1 ? .words("owners", random.words(1), role: .unused) : .words("owners", owners),
        .output("out", .float, [rows, outputColumns]),
      ]
    ) { list, o in
      list.rotary(
        projected: o.floats("projected"), table: o.floats("table"), depths: o.words("depths"),
        state: o.words("state"),
        batch: o.batch(sequences), out: o.floats("out"), rows: rows, firstRow: firstRow, heads: heads,
        keyHeads: keyHeads,
        headSize: headSize, rotarySize: rotarySize, pairing: pairing, significantBits: bits)
    }
  }
}

extension CaseRandom {
  /// Values of a table of cosines and sines: within -1...1, exact 0 and 1 among them.
  mutating func angles(_ count: Int) -> [Float] {
    var list = floats(count, pattern: .plain, exponents: 0...0).map { max(-1, min(1, $0)) }
    if oneIn(3) { list = list.map { abs($0) < 0.2 ? 0 : $0 } }
    if oneIn(4) { for i in list.indices where oneIn(4) { list[i] = float(-90...(-1)) } }
    return list
  }
}

let rotaryFamilies =
  RotaryPairing.allCases.flatMap { pairing in
    [false, true].map { partial in
      CaseFamily(.rotary, "\(pairing)\(partial ? "-partial" : "")") { random in
        let keyHeads = random.integer(1...3)
        let headSize = random.element([2, 4, 6, 32, 64, 66, 80, 96, 128])
        return .rotary(
          rows: random.length(17), firstRow: random.oneIn(2) ? 0 : random.below(9),
          heads: keyHeads * random.integer(1...4), keyHeads: keyHeads, headSize: headSize,
          positions: random.integer(1...150),
          rotarySize: partial ? 2 * random.integer(1...headSize / 2) : nil,
          pairing: pairing, random: &random)
      }
    }
  } + [
    CaseFamily(.rotary, "batch") { random in
      .rotary(
        rows: random.length(33), firstRow: random.oneIn(2) ? 0 : random.below(9), heads: 2, keyHeads: 1,
        headSize: random.element([32, 64]), positions: random.integer(1...150),
        sequences: random.integer(2...6), random: &random)
    }
  ]
