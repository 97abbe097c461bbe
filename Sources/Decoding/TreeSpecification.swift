import Foundation

extension TreeShape: CustomStringConvertible {
  /// Reads a tree from text.
  ///
  /// `root`: no draft. `chain:5`: five tokens one after another. `4x2x1`: children a node, depth by depth.
  /// `[[0],[1],[0,0]]`: child ranks from the root to each node. `@FILE`: a file that holds such a list.
  public init(specification: String) throws(TreeError) {
    let text = specification.trimmingCharacters(in: .whitespacesAndNewlines)
    func malformed(_ reason: String) -> TreeError { .malformedSpecification(specification, reason: reason) }
    if text == "root" {
      self = .root
    } else if text.hasPrefix("chain:") {
      guard let count = Int(text.dropFirst(6)), count > 0 else {
        throw malformed("chain: needs a count above 0")
      }
      guard count < Self.maximumNodes else { throw .tooManyNodes(count, limit: Self.maximumNodes) }
      self = try .chain(count)
    } else if text.hasPrefix("@") {
      let path = String(text.dropFirst())
      guard let data = FileManager.default.contents(atPath: path) else {
        throw malformed("the file cannot be read")
      }
      guard let paths = try? JSONDecoder().decode([[Int]].self, from: data) else {
        throw malformed("the file holds no list of lists of integers")
      }
      self = try .paths(paths)
    } else if text.hasPrefix("[") {
      guard let paths = try? JSONDecoder().decode([[Int]].self, from: Data(text.utf8)) else {
        throw malformed("not a list of lists of integers")
      }
      self = try .paths(paths)
    } else {
      let widths = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard !widths.contains(nil), !widths.isEmpty else { throw malformed("not numbers with x between them") }
      self = try .branching(widths.compactMap(\.self))
    }
  }

  /// A specification that gives this tree again, if its nodes stand in breadth-first order.
  public var description: String {
    if count == 1 { return "root" }
    if isChain, candidates == 1 { return "chain:\(count - 1)" }
    let widths = (0..<maximumDepth).map { depth in
      Set(zip(depths, childCounts).filter { $0.0 == depth }.map(\.1))
    }
    if widths.allSatisfy({ $0.count == 1 }), let plain = try? Self.branching(widths.compactMap(\.first)),
      plain == self
    {
      return widths.map { "\($0.first ?? 0)" }.joined(separator: "x")
    }
    let paths = (1..<count).map { node in
      "[" + path(to: node).map(String.init).joined(separator: ",") + "]"
    }
    return "[" + paths.joined(separator: ",") + "]"
  }

  private func path(to node: Int) -> [Int] {
    node == 0 ? [] : path(to: parents[node]) + [ranks[node]]
  }
}
