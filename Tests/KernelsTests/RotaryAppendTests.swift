import Kernels
import Testing

@testable import Conformance

extension KernelsTests {
  @Suite(.needsDevice) struct RotaryAppendTests {
    /// In every format, with and without pages and batches; sizes, pairing and how much of a head turns are random.
    @Test(arguments: KeyValueFormat.allCases, CacheLayout.allCases)
    func `One launch gives the bits of rotary, then keyValueAppend`(
      format: KeyValueFormat, layout: CacheLayout
    ) throws {
      try withDevice { backend in
        var styles: Set<RotaryPairing> = []
        for index in 0..<30 {
          var random = CaseRandom(seed: 12, family: "fused \(format) \(layout)", index: index)
          let data = random.rotaryAppend(format, layout)
          let fused = try run(data, on: backend, data.record)
          let apart = try run(data, on: backend) { rotaryThenAppend(data, $0, $1) }
          #expect(firstDifference(fused, apart) == nil, "\(data.text)")
          styles.insert(data.pairing)
        }
        #expect(styles.count == 2)
      }
    }

    /// The words of all operands afterwards; the key columns of out, which a fused call leaves alone, as 0.
    private func run(
      _ data: RotaryAppendData, on backend: any Backend,
      _ record: @escaping @Sendable (any CommandList, BoundOperands) -> Void
    ) throws -> [UInt32] {
      let call = KernelCase(data.text, data.operands, record: record)
      var arena = Arena()
      arena.append(call.operands)
      var words = try arena.run([call], on: backend, label: data.text)
      let out = try #require(arena.placements[0].first { $0.operand.name == "out" }).range
      let shape = data.shape
      let (query, columns) = (shape.heads * shape.headSize, out.count / shape.rows)
      for i in out where (i - out.lowerBound) % columns >= query { words[i] = 0 }
      return words
    }

    private func rotaryThenAppend(
      _ data: RotaryAppendData, _ list: any CommandList, _ o: BoundOperands
    ) {
      let s = data.shape
      list.rotary(
        projected: o.floats("projected"), table: o.floats("table"), depths: o.words("depths"),
        state: o.words("state"), batch: o.batch(s.sequences), out: o.floats("out"), rows: s.rows,
        firstRow: s.firstRow,
        heads: s.heads, keyHeads: s.keyHeads, headSize: s.headSize, rotarySize: data.turning,
        pairing: data.pairing, significantBits: data.bits)
      list.keyValueAppend(
        rotated: o.floats("out"), projected: o.floats("projected"), state: o.words("state"),
        batch: o.batch(s.sequences), cache: data.cache(o), rows: s.rows, firstRow: s.firstRow, heads: s.heads,
        keyHeads: s.keyHeads, headSize: s.headSize)
    }
  }
}
