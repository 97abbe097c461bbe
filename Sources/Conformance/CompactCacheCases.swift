import Kernels
import ShaderInterface

extension KernelCase {
  /// The accepted path's slots moved behind the prefix.
  public static func compactCache(
    accepted: Int, maximumNodes: Int, length: Int, keyColumns: Int, random: inout CaseRandom
  ) -> KernelCase {
    let slots = length + maximumNodes + random.below(3)
    let result = random.result(accepted: accepted, maximumNodes: maximumNodes, length: length)
    return KernelCase(
      "accepted \(accepted) of \(maximumNodes) nodes, length \(length), key columns \(keyColumns), slots \(slots)",
      [
        .words("result", result),
        CaseOperand(
          "cache", .inputOutput, .halves, shape: [2, slots, keyColumns / 2],
          random.words(slots * keyColumns)),
      ]
    ) { list, o in
      list.compactCache(
        KeyValueCache(words: o.words("cache"), slots: slots, keyColumns: keyColumns),
        result: o.words("result"))
    }
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

let compactCacheFamilies = [
  CaseFamily(.compactCache) { random in
    let maximumNodes = random.length(70)
    return .compactCache(
      accepted: random.below(min(maximumNodes, 20)), maximumNodes: maximumNodes, length: random.below(100),
      keyColumns: 2 * random.length(130), random: &random)
  }
]

let attentionFamilies = keyValueAppendFamilies + treeAttentionFamilies + compactCacheFamilies
