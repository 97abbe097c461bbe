import Kernels
import ShaderInterface

extension KernelCase {
  /// The accepted path's slots moved behind the prefix; `s.inFlight` nodes, of which a sequence has a part.
  public static func compactCache(
    accepted: Int, maximumNodes: Int, _ s: AttentionShape, random: inout CaseRandom
  ) -> KernelCase {
    let data = AttentionData(s, random: &random)
    let (slots, pagesPerSequence) = (data.slots, data.pagesPerSequence)
    var result: [UInt32] = []
    for sequence in 0..<s.sequences {
      let length = Int(data.states[sequence * Int(STATE_WORDS) + Int(STATE_LENGTH)])
      let count = sequence == 0 ? accepted : random.below(accepted + 1)
      result += random.result(accepted: count, maximumNodes: maximumNodes, length: length)
    }
    let resultWords = TreeBuffers.resultWords(maximumNodes: maximumNodes)
    // Nothing is out of range, however the path or the count is damaged.
    if random.oneIn(8) { result[Int(RESULT_PATH) + random.below(maximumNodes)] = random.word() }
    if random.oneIn(16) { result[Int(RESULT_ACCEPTED)] = random.word() }
    let rowWords = s.format.rowWords(keyColumns: s.keyColumns)
    return KernelCase(
      "accepted \(accepted) of \(maximumNodes) nodes, \(s.text), slots \(slots)",
      [
        .words("result", result, [s.sequences, resultWords])
      ] + data.operands(random: &random).filter { $0.name == "pages" }
        + random.cacheNoise(slots: slots, rowWords: rowWords)
    ) { list, o in
      list.compactCache(
        s.cache(o, slots: slots, pagesPerSequence: pagesPerSequence), result: o.words("result"),
        maximumNodes: maximumNodes, sequences: s.sequences)
    }
  }

  public static func compactCache(
    accepted: Int, maximumNodes: Int, length: Int, keyColumns: Int, random: inout CaseRandom
  ) -> KernelCase {
    let shape = AttentionShape(
      rows: maximumNodes, heads: 1, keyHeads: 1, headSize: keyColumns, length: length, maskWords: 0)
    return .compactCache(accepted: accepted, maximumNodes: maximumNodes, shape, random: &random)
  }
}

extension CaseRandom {
  /// A round's result whose path is 0, then `accepted` ascending nodes.
  mutating func result(accepted: Int, maximumNodes: Int, length: Int) -> [UInt32] {
    var result = [UInt32](repeating: 0, count: TreeBuffers.resultWords(maximumNodes: maximumNodes))
    result[Int(RESULT_ACCEPTED)] = UInt32(accepted)
    result[Int(RESULT_BONUS)] = UInt32(below(1000))
    result[Int(RESULT_LENGTH)] = UInt32(length + accepted + 1)
    result[Int(RESULT_NODES)] = UInt32(maximumNodes)
    var node = 0
    for j in 0...accepted {
      if j > 0 { node = integer(node + 1...maximumNodes - 1 - (accepted - j)) }
      result[Int(RESULT_PATH) + j] = UInt32(node)
      result[Int(RESULT_PATH) + maximumNodes + j] = UInt32(below(1000))
    }
    return result
  }
}

let compactCacheFamilies = ["one", "pages", "batch"].map { layout in
  CaseFamily(.compactCache, layout) { random in
    let maximumNodes = random.length(70)
    let format = random.element(KeyValueFormat.allCases)
    let columns = format == .q8 ? 8 * random.integer(1...36) : 2 * random.length(130)
    var shape = AttentionShape(
      rows: maximumNodes, heads: 1, keyHeads: 1, headSize: columns, length: random.below(100), maskWords: 0)
    shape.format = format
    if layout != "one" { shape.pageSize = random.element([1, 3, 16, 32]) }
    if layout == "batch" {
      shape.sequences = random.integer(2...4)
      // A part of these for each sequence: its last nodes may lie in slots that it does not have.
      shape.inFlight = 2 * maximumNodes
    }
    return .compactCache(
      accepted: random.below(min(maximumNodes, 20)), maximumNodes: maximumNodes, shape, random: &random)
  }
}

let attentionFamilies =
  keyValueAppendFamilies + rotaryAppendFamilies + treeAttentionFamilies + compactCacheFamilies
