import Conformance
import Kernels
import Numerics
import ShaderInterface
import Testing

extension KernelsTests {
  /// Batch neighbours, pages, splits and lanes say where keys lie and who works on them: they change no bits.
  @Suite(.needsDevice) struct AttentionBatchTests {
    @Test(arguments: KeyValueFormat.allCases, [0, 45])
    func `A sequence gives the same bits alone and in a ragged batch in any pages`(
      format: KeyValueFormat, window: Int
    ) throws {
      try withDevice { backend in
        var random = CaseRandom(seed: 3, family: "ragged", index: window)
        let batch = [(37, 5), (0, 12), (130, 1), (64, 7)].map {
          InFlightSequence(length: $0.0, nodes: $0.1, random: &random)
        }
        let options = AttentionOptions(window: window)
        let alone = try batch.map {
          try AttentionRun(backend, [$0], format: format, pageSize: 0).attend(options)
        }
        #expect(Set(alone.joined().map(\.bitPattern)).count > 1000)
        for pageSize in [1, 16, 48] {
          let together = try AttentionRun(backend, batch, format: format, pageSize: pageSize).attend(options)
          #expect(firstDifference(together, Array(alone.joined())) == nil, "pages of \(pageSize)")
        }
      }
    }

    @Test(arguments: [1, 3, 100])
    func `Spans apart and any number of keys a lane give the same bits`(spansPerGroup: Int) throws {
      try withDevice { backend in
        var random = CaseRandom(seed: 4, family: "split", index: 0)
        let batch = [(200, 9), (63, 3)].map {
          InFlightSequence(length: $0.0, nodes: $0.1, random: &random)
        }
        let run = try AttentionRun(backend, batch, format: .f16, pageSize: 16)
        let whole = try run.attend(AttentionOptions())
        for keys in [1, 2, 4, 8] {
          let options = AttentionOptions(keysPerLane: keys)
          #expect(firstDifference(try run.attend(options), whole) == nil)
          let apart = try run.attend(options, spansPerGroup: spansPerGroup)
          #expect(firstDifference(apart, whole) == nil, "\(keys) keys a lane")
        }
        for rows in [1, 2, 4] {
          let options = AttentionOptions(rowsPerGroup: rows)
          #expect(firstDifference(try run.attend(options), whole) == nil, "\(rows) rows a group")
          let apart = try run.attend(options, spansPerGroup: spansPerGroup)
          #expect(firstDifference(apart, whole) == nil, "\(rows) rows a group, apart")
        }
      }
    }

    @Test(arguments: [64, 128, 256])
    func `32,768 keys apart and whole give the reference's bits`(headSize: Int) throws {
      try withDevice { backend in
        var shape = AttentionShape(
          rows: 2, heads: 4, keyHeads: 1, headSize: headSize, length: 32_768, maskWords: 1)
        shape.pageSize = 64
        for spansPerGroup in [nil, 4] as [Int?] {
          var random = CaseRandom(seed: 5, family: "long", index: 0)
          let placed = try PlacedCase(
            .treeAttention(shape, spansPerGroup: spansPerGroup, random: &random), on: backend)
          let difference = try placed.firstDifference()
          #expect(difference == nil, "\(spansPerGroup ?? 0) spans a group")
        }
      }
    }

    @Test(arguments: [(1, 2), (1, 200), (4, 25)])
    func `100,000 keys apart give the reference's bits`(sharing: Int, spansPerGroup: Int) throws {
      try withDevice { backend in
        var shape = AttentionShape(
          rows: 5, heads: sharing, keyHeads: 1, headSize: 64, length: 100_000, maskWords: 1)
        shape.pageSize = 32
        var random = CaseRandom(seed: 6, family: "longer", index: sharing)
        let placed = try PlacedCase(
          .treeAttention(shape, spansPerGroup: spansPerGroup, random: &random), on: backend)
        #expect(try placed.firstDifference() == nil)
      }
    }

    @Test func `A cache above 128 MiB with rows in flight gives the reference's bits`() throws {
      try withDevice { backend in
        let sizes = LongCache()
        let expected = try sizes.run(ReferenceBackend())
        let actual = try sizes.run(backend)
        #expect(firstDifference(actual.attended, expected.attended) == nil)
        #expect(firstDifference(actual.stored, expected.stored) == nil)
        #expect(Set(expected.attended.map(\.bitPattern)).count > 1000)
      }
    }

    @Test func `Cross-attention sees the context alone, whatever is in flight`() throws {
      try withDevice { backend in
        var random = CaseRandom(seed: 6, family: "cross", index: 0)
        let sequence = InFlightSequence(length: 70, nodes: 6, random: &random)
        let run = try AttentionRun(backend, [sequence], format: .f16, pageSize: 0)
        let cross = try run.attend(AttentionOptions(isCross: true))
        let other = InFlightSequence(length: 70, nodes: 6, random: &random)
        let changed = sequence.withKeysInFlight(of: other)
        let again = try AttentionRun(backend, [changed], format: .f16, pageSize: 0)
        #expect(firstDifference(try again.attend(AttentionOptions(isCross: true)), cross) == nil)
        #expect(firstDifference(try again.attend(AttentionOptions()), cross) != nil)
      }
    }

    @Test func `A window as long as the context changes nothing, and a shorter one forgets`() throws {
      try withDevice { backend in
        var random = CaseRandom(seed: 7, family: "window", index: 0)
        let sequence = InFlightSequence(length: 100, nodes: 8, random: &random)
        let run = try AttentionRun(backend, [sequence], format: .f16, pageSize: 0)
        let all = try run.attend(AttentionOptions())
        #expect(firstDifference(try run.attend(AttentionOptions(window: 108)), all) == nil)
        #expect(firstDifference(try run.attend(AttentionOptions(window: 100)), all) != nil)
      }
    }
  }
}

/// A cache whose keys and values together exceed the 128 MiB that a device has to bind.
private struct LongCache {
  let length = 32_768
  let rows = 3
  let heads = 8
  let headSize = 128
  var columns: Int { heads * headSize }

  /// The rows in flight stored behind the committed slots, then attended: the result, and the words stored.
  func run(_ backend: any Backend) throws -> (attended: [Float], stored: [UInt32]) {
    var random = CaseRandom(seed: 10, family: "long cache", index: 0)
    func halves(_ label: String) throws -> Tensor<UInt32> {
      // Magnitudes from 2^-7 to 2^-3.
      let words = (0..<(length + rows) * columns / 2).map { _ in
        UInt32(truncatingIfNeeded: random.next()) & 0x8fff_8fff + 0x2000_2000
      }
      return try backend.makeTensor(words, label)
    }
    func floats(_ count: Int, _ label: String) throws -> Tensor<Float> {
      let list = (0..<count).map { _ in Float.random(in: -3..<3, using: &random) }
      return try backend.makeTensor(list.map { rounded($0, to: ACTIVATION_BITS_F16) }, label)
    }
    let cache = KeyValueCache(
      keys: try halves("keys"), values: try halves("values"), slots: length + rows, keyColumns: columns)
    let rotated = try floats(rows * 2 * columns, "rotated")
    let projected = try floats(rows * 3 * columns, "projected")
    let state = try backend.makeState(length: length)
    let out: Tensor<Float> = try backend.makeTensor(rows * columns, "out")
    try backend.run("long cache") {
      $0.keyValueAppend(
        rotated: rotated, projected: projected, state: state, cache: cache, rows: rows, heads: heads,
        keyHeads: heads, headSize: headSize)
      $0.treeAttention(
        query: rotated, cache: cache, mask: state, state: state, out: out, rows: rows, heads: heads,
        keyHeads: heads, headSize: headSize, maskWords: 0, scale: 0.088_388_35)
    }
    let stored = length * columns / 2..<(length + rows) * columns / 2
    return (
      try backend.read(out), try backend.read(cache.keys[stored]) + backend.read(cache.values[stored])
    )
  }
}

/// One sequence: its committed rows and the nodes of its tree, as rotary and the projection leave them.
struct InFlightSequence {
  static let (heads, keyHeads, headSize) = (4, 2, 32)
  static let queryColumns = heads * headSize
  static let rotatedColumns = (heads + keyHeads) * headSize
  static let projectedColumns = (heads + 2 * keyHeads) * headSize
  static let maskWords = 1
  let length, nodes: Int
  var rotated, projected: [Float]
  var mask: [UInt32] = []
  var depths: [UInt32] = []

  init(length: Int, nodes: Int, random: inout CaseRandom) {
    self.length = length
    self.nodes = nodes
    rotated = (0..<(length + nodes) * Self.rotatedColumns).map { _ in
      rounded(Float.random(in: -3..<3, using: &random), to: ACTIVATION_BITS_F16)
    }
    projected = (0..<(length + nodes) * Self.projectedColumns).map { _ in
      Float.random(in: -2..<2, using: &random)
    }
    for node in 0..<nodes {
      let parent = node == 0 ? nil : Int.random(in: max(0, node - 3)..<node, using: &random)
      mask.append((parent.map { mask[$0] } ?? 0) | 1 << UInt32(node))
      depths.append(parent.map { depths[$0] + 1 } ?? 0)
    }
  }

  /// The keys of `other`'s nodes under this one's queries.
  func withKeysInFlight(of other: InFlightSequence) -> InFlightSequence {
    var copy = self
    for row in length..<length + nodes {
      for column in Self.queryColumns..<Self.rotatedColumns {
        let element = row * Self.rotatedColumns + column
        copy.rotated[element] = other.rotated[element]
      }
    }
    return copy
  }

  func state(length: Int, nodes: Int, first: Int) -> [UInt32] {
    var words = [UInt32](repeating: 0, count: Int(STATE_WORDS))
    words[Int(STATE_LENGTH)] = UInt32(length)
    words[Int(STATE_NODES)] = UInt32(nodes)
    words[Int(STATE_FIRST_NODE)] = UInt32(first)
    return words
  }
}

/// Sequences in a cache that keyValueAppend filled: first their committed rows, then the nodes in flight.
struct AttentionRun {
  typealias Sizes = InFlightSequence
  let backend: VulkanBackend
  let sequences: [InFlightSequence]
  let cache: KeyValueCache

  init(
    _ backend: VulkanBackend, _ sequences: [InFlightSequence], format: KeyValueFormat, pageSize: Int
  ) throws {
    self.backend = backend
    self.sequences = sequences
    let needs = sequences.map { $0.length + $0.nodes }
    var slots = needs[0]
    var pages: PageTable?
    if pageSize > 0 {
      var random = CaseRandom(seed: 8, family: "pages", index: pageSize)
      let perSequence = needs.map { ($0 + pageSize - 1) / pageSize }.max()! + 1
      slots = (sequences.count * perSequence + 2) * pageSize
      let free = Array(0..<UInt32(slots / pageSize)).shuffled(using: &random)
      pages = PageTable(
        entries: try backend.makeTensor(Array(free.prefix(sequences.count * perSequence)), "pages"),
        pageSize: pageSize, pagesPerSequence: perSequence)
    }
    cache = try KeyValueCache(
      backend: backend, slots: slots, keyColumns: Sizes.keyHeads * Sizes.headSize, format: format,
      pages: pages, label: "cache")
    try append(sequences.map { ($0, 0..<$0.length) })
    try append(sequences.map { ($0, $0.length..<$0.length + $0.nodes) })
  }

  /// States and owners of parts whose nodes are packed one after another.
  private func place(_ parts: [(InFlightSequence, rows: Range<Int>)]) throws -> (
    state: Tensor<UInt32>, batch: SequenceBatch?
  ) {
    var states: [UInt32] = []
    var owners: [UInt32] = []
    for (s, part) in parts.enumerated() {
      states += part.0.state(length: part.rows.lowerBound, nodes: part.rows.count, first: owners.count)
      owners += [UInt32](repeating: UInt32(s), count: part.rows.count)
    }
    let batch = SequenceBatch(
      sequences: parts.count, owners: try backend.makeTensor(owners + [0], "owners"))
    return (try backend.makeTensor(states, "states"), parts.count == 1 ? nil : batch)
  }

  private func gather(
    _ parts: [(InFlightSequence, rows: Range<Int>)], _ columns: Int, _ values: (InFlightSequence) -> [Float],
    _ label: String
  ) throws -> Tensor<Float> {
    let rows = parts.flatMap { values($0.0)[$0.rows.lowerBound * columns..<$0.rows.upperBound * columns] }
    return try backend.makeTensor(rows, label)
  }

  private func append(_ parts: [(InFlightSequence, rows: Range<Int>)]) throws {
    let rows = parts.map(\.rows.count).reduce(0, +)
    guard rows > 0 else { return }
    let (state, batch) = try place(parts)
    let rotated = try gather(parts, Sizes.rotatedColumns, \.rotated, "rotated")
    let projected = try gather(parts, Sizes.projectedColumns, \.projected, "projected")
    try backend.run("append") {
      $0.keyValueAppend(
        rotated: rotated, projected: projected, state: state, batch: batch, cache: cache, rows: rows,
        heads: Sizes.heads, keyHeads: Sizes.keyHeads, headSize: Sizes.headSize)
    }
  }

  /// The rows in flight of every sequence, one after another.
  func attend(_ options: AttentionOptions, spansPerGroup: Int? = nil) throws -> [Float] {
    let parts = sequences.map { ($0, rows: $0.length..<$0.length + $0.nodes) }
    let rows = parts.map(\.rows.count).reduce(0, +)
    let (state, batch) = try place(parts)
    let query = try gather(parts, Sizes.rotatedColumns, \.rotated, "query")
    let mask = try backend.makeTensor(sequences.flatMap(\.mask), "mask")
    let depths = try backend.makeTensor(sequences.flatMap(\.depths), "depths")
    let out: Tensor<Float> = try backend.makeTensor(rows * Sizes.queryColumns, "out")
    let split = try spansPerGroup.map { spans in
      let capacity = cache.pages.map { $0.pageSize * $0.pagesPerSequence } ?? cache.slots
      let count = AttentionSplit.count(
        rows: rows, heads: Sizes.heads, headSize: Sizes.headSize, capacity: capacity)
      return AttentionSplit(parts: try backend.makeTensor(count, "parts"), spansPerGroup: spans)
    }
    try backend.run("attention") {
      $0.treeAttention(
        query: query, cache: cache, mask: mask, state: state, depths: depths, batch: batch, out: out,
        rows: rows, heads: Sizes.heads, keyHeads: Sizes.keyHeads, headSize: Sizes.headSize,
        maskWords: Sizes.maskWords, scale: 0.176_776_7, options: options, split: split)
    }
    return try backend.read(out)
  }
}
