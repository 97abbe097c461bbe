import Foundation
import Testing

/// Inputs and expected outputs of other projects' tests; `source` in the file names each.
struct ThirdPartyCases: Decodable {
  struct Growth: Decodable {
    struct Expected: Decodable {
      let positions: [Int]
      let retrieveNextToken, retrieveNextSibling: [[Int]]
      let draftTokens: [UInt32]
    }
    let topk, numVerifyTokens: Int
    let seqLens: [Int]
    let verifiedId: [UInt32]
    let tokens: [[[UInt32]]]  // [depths][batch][candidates]
    let flatScores: [[Float]]  // [batch][candidates]
    let parentList: [[Int]]  // [batch][rows]
    let treeMask: [[[UInt32]]]  // [batch][nodes][nodes]
    let expected: Expected
  }
  struct GreedyTree: Decodable {
    struct Expected: Decodable {
      let acceptIndex: [[Int]]
      let acceptTokenNum: [Int]
    }
    let candidates, targetPredict: [[UInt32]]
    let retrieveNextToken, retrieveNextSibling: [[Int]]
    let expected: Expected
  }
  struct Chains: Decodable {
    struct Case: Decodable {
      let spec, target: [[UInt32]]
      let expected: [[Int]]
    }
    let cases: [Case]
  }
  struct DraftTree: Decodable {
    struct Builder: Decodable {
      let chains: [[UInt32]]
      let tokens: [UInt32]
      let parent, depth: [Int]
    }
    struct Mask: Decodable {
      let chains: [[UInt32]]
      let mask: [String]
    }
    struct Positions: Decodable {
      let chains: [[UInt32]]
      let offset: Int
      let ids: [Int]
    }
    struct Accept: Decodable {
      let chains: [[UInt32]]
      let argmax: [UInt32]
      let accepted: [Int]
      let bonus: Int
    }
    let builders: [Builder]
    let maskTwoBranch: Mask
    let positions: [Positions]
    let accept: [Accept]
  }
  struct Lookup: Decodable {
    struct Case: Decodable {
      let tokens, expected: [UInt32]
      let min, max, k: Int
    }
    let cases: [Case]
  }
  struct StaticTrees: Decodable {
    struct Tree: Decodable {
      let n: Int
      let choicesSorted: [[Int]]
      let parents, depth: [Int]
    }
    let trees: [String: Tree]
  }
  let eagleGrowth: Growth
  let greedyTrees, greedyChain: GreedyTree
  let rejectionChains: Chains
  let draftTrees: DraftTree
  let promptLookup: Lookup
  let staticTrees: StaticTrees

}

/// A file of `Data`.
func decodeCases<Cases: Decodable>(_ name: String, as type: Cases.Type = Cases.self) throws -> Cases {
  let url = try #require(Bundle.module.url(forResource: "Data/\(name)", withExtension: "json"))
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(Cases.self, from: Data(contentsOf: url))
}

struct PublishedMasks: Decodable {
  struct Tree: Decodable {
    let parents, depth: [Int]
    let maskRowsHex: [String]
  }
  let trees: [String: Tree]
}

extension ThirdPartyCases.Growth {
  /// What each candidate of these rows adds to its parent's cumulative logarithm; the file has cumulative probabilities.
  func logProbabilities(of batch: Int, rows: Range<Int>) -> [Float] {
    rows.flatMap { row in
      let parent = parentList[batch][row]
      let base = parent < 0 ? 0 : log(Double(flatScores[batch][parent]))
      return flatScores[batch][row * topk..<(row + 1) * topk].map { Float(log(Double($0)) - base) }
    }
  }
}
