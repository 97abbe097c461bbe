import ShaderInterface

/// Random distribution rows: weights with their exact totals.
struct WeightRows {
  var weights: [UInt32] = []
  /// Total and status, a row.
  var totals: [UInt32] = []
  let vocabulary: Int

  init(vocabulary: Int) { self.vocabulary = vocabulary }

  init(rows: Int, vocabulary: Int, emptyRarity: Int = 24, random: inout CaseRandom) {
    self.vocabulary = vocabulary
    for _ in 0..<rows {
      append(random.weightRow(vocabulary, empty: random.oneIn(emptyRarity)), random: &random)
    }
  }

  /// Adds a row; an empty one gets a random status.
  mutating func append(_ row: [UInt32], random: inout CaseRandom) {
    let total = row.reduce(0) { $0 + UInt64($1) }
    precondition(row.count == vocabulary && total < 1 << 31)
    weights += row
    totals += [UInt32(total), total == 0 ? UInt32(random.below(2)) : STATUS_OK]
  }

  func row(_ index: Int) -> [UInt32] { Array(weights[index * vocabulary..<(index + 1) * vocabulary]) }
}

extension CaseRandom {
  /// Weights with a sum below 2^31.
  mutating func weightRow(_ count: Int, empty: Bool) -> [UInt32] {
    var row = [UInt32](repeating: 0, count: count)
    if empty { return row }
    let most = Int(UInt32(1) << 31 - 1)
    switch below(6) {
    case 0: row[below(count)] = oneIn(2) ? UInt32(most) : 1 << 30
    case 1:  // a few tokens of any size
      for _ in 0...below(6) { row[below(count)] = UInt32(1 + below(1 << integer(1...28))) }
    case 2:  // small counts, which tie
      for i in row.indices { row[i] = UInt32(below(4)) }
    case 3:  // the greatest total
      for i in row.indices { row[i] = UInt32(below(most / count) + 1) }
      let rest = most - row.reduce(0) { $0 + Int($1) }
      row[below(count)] += UInt32(rest)
    default:  // like a softmax: halving weights in random places
      var weight = 1 << 29
      for _ in 0..<min(count, 60) {
        row[below(count)] = UInt32(weight)
        weight = max(1, weight / integer(1...3) - below(3))
        if row.reduce(0, { $0 + Int($1) }) + weight > most { break }
      }
    }
    if row.allSatisfy({ $0 == 0 }) { row[below(count)] = 1 }
    return row
  }

  /// A token drawn from `row`; NO_TOKEN if it is empty.
  mutating func draw(_ row: [UInt32]) -> UInt32 {
    let total = row.reduce(0) { $0 + Int($1) }
    guard total > 0 else { return NO_TOKEN }
    var y = below(total)
    for (token, weight) in row.enumerated() {
      if y < Int(weight) { return UInt32(token) }
      y -= Int(weight)
    }
    return NO_TOKEN
  }

  /// A sequence's state: the length, a seed, noise elsewhere.
  mutating func state(length: Int, nodes: Int = 1) -> [UInt32] {
    var state = words(Int(STATE_WORDS))
    state[Int(STATE_LENGTH)] = UInt32(length)
    state[Int(STATE_FIRST_NODE)] = 0
    state[Int(STATE_NODES)] = UInt32(nodes)
    state[Int(STATE_LAST_NODE)] = UInt32(below(max(1, nodes)))
    state[Int(STATE_STATUS)] = oneIn(3) ? 1 << UInt32(below(4)) : 0
    return state
  }
}
