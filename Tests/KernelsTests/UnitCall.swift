import Kernels
import ShaderInterface
import Testing

@testable import Conformance

/// A call over units that must not know of one another: the rows of one sequence, or the sequences of a batch.
///
/// It holds each unit's part of every operand, so that the call can be made for any of the units in any order.
struct UnitCall {
  /// Where the parts of an operand lie.
  enum Layout {
    /// One after another, so many words a unit.
    case each(Int)
    /// At the unit's place in the packed arrays of nodes, so many words a node; a row is one node.
    case nodes(Int)
    /// In the unit's slots of a cache, so many words a slot.
    case slots(Int)
    /// The states of a batch, which say where the nodes lie.
    case states
    /// The unit's number in the call.
    case number
    /// So many words for all units.
    case shared(Int)
  }

  private struct Operand {
    let name: String
    let role: CaseOperand.Role
    let kind: CaseOperand.Kind
    let layout: Layout
    /// By unit; one if they share it.
    let parts: [[UInt32]]
  }

  typealias Record = @Sendable (any CommandList, BoundOperands, UnitPlaces) -> Void

  var random: CaseRandom
  /// Nodes of each unit.
  var nodes: [Int]
  /// Slots of each unit.
  var slots: [Int]
  let isBatch: Bool
  /// Nodes that the arrays have to hold, however few count.
  var leastCapacity = 0
  private var operands: [Operand] = []
  var record: Record = { _, _, _ in }

  /// Rows of one sequence.
  init(rows: Int, random: CaseRandom) {
    self.random = random
    nodes = [Int](repeating: 1, count: rows)
    slots = nodes
    isBatch = false
  }

  /// Sequences with so many nodes each.
  init(batch nodes: [Int], random: CaseRandom) {
    self.random = random
    self.nodes = nodes
    slots = nodes
    isBatch = true
  }

  var units: Int { nodes.count }

  private func count(_ layout: Layout, _ unit: Int) -> Int {
    switch layout {
    case .each(let words), .shared(let words): words
    case .nodes(let words): words * nodes[unit]
    case .slots(let words): words * slots[unit]
    case .states: Int(STATE_WORDS)
    case .number: 1
    }
  }
}

// Operands.
extension UnitCall {
  mutating func add(
    _ name: String, _ layout: Layout, role: CaseOperand.Role = .input, kind: CaseOperand.Kind = .word,
    _ part: (inout CaseRandom, _ unit: Int, _ count: Int) -> [UInt32]
  ) {
    var parts = units
    if case .shared = layout { parts = 1 }
    var list: [[UInt32]] = []
    for unit in 0..<parts { list.append(part(&random, unit, count(layout, unit))) }
    operands.append(Operand(name: name, role: role, kind: kind, layout: layout, parts: list))
  }

  mutating func words(
    _ name: String, _ layout: Layout, below bound: Int? = nil, role: CaseOperand.Role = .input
  ) {
    add(name, layout, role: role) { random, _, count in
      guard let bound else { return random.words(count) }
      return random.words(count, below: bound)
    }
  }

  mutating func floats(
    _ name: String, _ layout: Layout, _ exponents: ClosedRange<Int> = -80...60, hasSpecials: Bool = false
  ) {
    add(name, layout, kind: .float) { random, _, count in
      var list = random.floats(count, exponents: exponents)
      if hasSpecials { random.addSpecials(&list, rarity: 8) }
      return list.map(\.bitPattern)
    }
  }

  mutating func logits(_ name: String, vocabulary: Int, role: CaseOperand.Role = .input) {
    add(name, .nodes(vocabulary), role: role, kind: .float) { random, _, count in
      random.logits(rows: count / vocabulary, columns: vocabulary).map(\.bitPattern)
    }
  }

  /// One of `warps` a node.
  mutating func warps(_ warps: [Warp] = [0.5, 1, 1.25, 100].map { Warp(temperature: $0) }) {
    add("warps", .nodes(Warp.wordCount)) { random, _, count in
      (0..<count / Warp.wordCount).flatMap { _ in random.element(warps).words }
    }
  }

  /// Weights and totals of a distribution a node.
  mutating func distributions(
    _ weights: String, _ totals: String, vocabulary: Int, role: CaseOperand.Role = .input
  ) {
    var rows: [WeightRows] = []
    for count in nodes {
      rows.append(WeightRows(rows: count, vocabulary: vocabulary, emptyRarity: 8, random: &random))
    }
    add(weights, .nodes(vocabulary), role: role) { _, unit, _ in rows[unit].weights }
    add(totals, .nodes(2), role: role) { _, unit, _ in rows[unit].totals }
  }

  /// The state of each sequence, or of the one whose rows the units are.
  /// - Parameter nodes: of each sequence, as its state tells; nil: all that lie in the arrays.
  mutating func state(
    lengths: ClosedRange<Int>, role: CaseOperand.Role = .input, nodes: [Int]? = nil
  ) {
    let nodes = nodes ?? self.nodes
    add("state", isBatch ? .states : .shared(Int(STATE_WORDS)), role: role) { random, unit, _ in
      random.state(length: random.integer(lengths), nodes: nodes[unit])
    }
  }

  mutating func output(_ name: String, _ layout: Layout, _ kind: CaseOperand.Kind = .word) {
    add(name, layout, role: .output, kind: kind) { _, _, count in
      [UInt32](repeating: poison, count: count)
    }
  }
}

/// Units in an order, and where the nodes and slots of each lie.
struct UnitPlaces: Sendable {
  let units: [Int]
  let firstNodes: [Int]
  /// Nodes that the packed arrays hold, those of no unit included.
  let capacity: Int
  /// States in the call.
  let sequences: Int
  /// In all.
  let slots: Int
  /// 0: no pages.
  let pageSize: Int
  /// By unit of the call.
  let pages: [[UInt32]]

  /// One unit, or rows, without gaps and pages.
  init(_ units: [Int], of call: UnitCall) {
    self.units = units
    firstNodes = units.indices.map { $0 }
    capacity = max(call.leastCapacity, units.reduce(0) { $0 + call.nodes[$1] })
    sequences = 1
    slots = units.reduce(0) { $0 + call.slots[$1] }
    pageSize = 0
    pages = []
  }

  /// A batch with gaps between the sequences and pages anywhere.
  init(batch units: [Int], of call: UnitCall, random: inout CaseRandom) {
    var (firstNodes, end): ([Int], Int) = ([], 0)
    for unit in units {
      end += random.oneIn(2) ? 0 : random.below(4)
      firstNodes.append(end)
      end += call.nodes[unit]
    }
    let pageSize = random.element([1, 3, 16])
    let perUnit = units.reduce(0) { max($0, (call.slots[$1] + pageSize - 1) / pageSize) }
    let free = Array(0..<UInt32(perUnit * units.count + 2)).shuffled(using: &random)
    self.units = units
    self.firstNodes = firstNodes
    self.pageSize = pageSize
    capacity = max(call.leastCapacity, end + random.below(3))
    sequences = units.count
    slots = free.count * pageSize
    pages = units.indices.map { Array(free[$0 * perUnit..<($0 + 1) * perUnit]) }
  }

  /// Where slot `slot` of the unit at `place` lies in the cache.
  func slot(_ slot: Int, of place: Int) -> Int {
    pageSize == 0 ? place + slot : Int(pages[place][slot / pageSize]) * pageSize + slot % pageSize
  }

  func cache(_ o: BoundOperands, keyColumns: Int, format: KeyValueFormat) -> KeyValueCache {
    var table: PageTable?
    if pageSize > 0 {
      table = PageTable(entries: o.words("pages"), pageSize: pageSize, pagesPerSequence: pages[0].count)
    }
    return KeyValueCache(
      keys: o.words("keys"), values: o.words("values"), slots: slots, keyColumns: keyColumns, format: format,
      pages: table)
  }
}

// Calls.
extension UnitCall {
  /// The call for the units at `places`; noise lies where no unit's part does.
  private func kernelCase(_ places: UnitPlaces, random: inout CaseRandom) -> KernelCase {
    var list = operands.map { operand in
      let words = place(operand, places, random: &random)
      return CaseOperand(operand.name, operand.role, operand.kind, shape: [words.count], words)
    }
    if places.sequences > 1 {
      var owners = (0..<places.capacity).map { _ in random.element([UInt32(places.sequences), NO_TOKEN]) }
      for (place, unit) in places.units.enumerated() {
        for node in 0..<nodes[unit] { owners[places.firstNodes[place] + node] = UInt32(place) }
      }
      list.append(.words("owners", owners))
    }
    if places.pageSize > 0 { list.append(.words("pages", places.pages.flatMap { $0 })) }
    let record = record
    return KernelCase("units \(places.units)", list) { record($0, $1, places) }
  }

  private func place(_ operand: Operand, _ places: UnitPlaces, random: inout CaseRandom) -> [UInt32] {
    var words: [UInt32]
    switch operand.layout {
    case .shared: words = operand.parts[0]
    case .nodes(let width): words = random.words(places.capacity * width)
    case .slots(let width): words = random.words(places.slots * width)
    case .each, .states, .number: words = places.units.flatMap { operand.parts[$0] }
    }
    for (place, unit) in places.units.enumerated() {
      for (from, to) in runs(operand.layout, places, place, unit) {
        words.replaceSubrange(to, with: operand.parts[unit][from])
      }
      if case .states = operand.layout {
        words[place * Int(STATE_WORDS) + Int(STATE_FIRST_NODE)] = UInt32(places.firstNodes[place])
      }
      if case .number = operand.layout { words[place] = UInt32(place) }
    }
    return words
  }

  /// Which words of the part of `unit` lie where in the operand.
  private func runs(_ layout: Layout, _ places: UnitPlaces, _ place: Int, _ unit: Int) -> [(
    part: Range<Int>, operand: Range<Int>
  )] {
    let count = count(layout, unit)
    switch layout {
    case .shared: return []
    case .each, .states, .number: return [(0..<count, place * count..<(place + 1) * count)]
    case .nodes(let width):
      let start = places.firstNodes[place] * width
      return [(0..<count, start..<start + count)]
    case .slots(let width):
      return (0..<slots[unit]).map { slot in
        let start = places.slot(slot, of: place) * width
        return (slot * width..<(slot + 1) * width, start..<start + width)
      }
    }
  }

  /// Expects every unit's results in each of `arrangements` to be those that it has alone.
  /// - Returns: the results that prove nothing: those that all units share, or that the call leaves as they were.
  func expectInvariance(_ name: String, on backend: any Backend, _ arrangements: [UnitPlaces]) throws
    -> Set<String>
  {
    var random = random
    let all = (0..<units).map { UnitPlaces([$0], of: self) } + arrangements
    var cases: [KernelCase] = []
    var arena = Arena()
    for places in all {
      cases.append(kernelCase(places, random: &random))
      arena.append(cases[cases.count - 1].operands)
    }
    let memory = try arena.run(cases, on: backend, label: name)
    #expect(Comparison.brokenGuard(arena, memory) == nil, "\(name) on \(backend.name)")
    var trivial: Set<String> = []
    for (index, operand) in operands.enumerated() where [.output, .inputOutput].contains(operand.role) {
      func part(_ call: Int, _ place: Int) -> [UInt32] {
        let start = arena.placements[call][index].range.lowerBound
        var words: [UInt32] = []
        for (_, run) in runs(operand.layout, all[call], place, all[call].units[place]) {
          words += memory[start + run.lowerBound..<start + run.upperBound]
        }
        // Only a place in the call, which may differ.
        if case .states = operand.layout { words[Int(STATE_FIRST_NODE)] = 0 }
        return words
      }
      let alone = (0..<units).map { part($0, 0) }
      if alone == operand.parts || Set(alone).count == 1 { trivial.insert(operand.name) }
      for call in units..<all.count {
        for (place, unit) in all[call].units.enumerated() {
          guard let difference = firstDifference(part(call, place), alone[unit]) else { continue }
          Issue.record(
            """
            \(name) on \(backend.name): \(operand.name) of unit \(unit), number \(place) of \(all[call].units): \
            \(difference)
            """)
          return trivial
        }
      }
    }
    return trivial
  }
}
