/// The names that somebody who typed another one may have meant.
public struct NearestNames: Sendable {
  /// At most five, the nearest first.
  public let names: [String]

  /// Those of `known` that contain the text, in any case, or are some edits away from it: a third of its length at most.
  public init(to text: String, among known: [String]) {
    let typed = Array(text.lowercased().utf8)
    guard !typed.isEmpty else {
      names = []
      return
    }
    let near = known.compactMap { name -> (name: String, edits: Int, excess: Int)? in
      let letters = Array(name.lowercased().utf8)
      let excess = max(0, letters.count - typed.count)
      if letters.contains(typed) { return (name, 0, excess) }
      let edits = Self.edits(from: typed, to: letters)
      return edits <= max(1, typed.count / 3) ? (name, edits, excess) : nil
    }
    let nearest = near.enumerated().sorted { a, b in
      (a.element.edits, a.element.excess, a.offset) < (b.element.edits, b.element.excess, b.offset)
    }
    names = nearest.prefix(5).map(\.element.name)
  }

  /// "did you mean a, b? ", empty without any.
  public var question: String { names.isEmpty ? "" : "did you mean \(names.joined(separator: ", "))? " }

  /// Letters to insert, remove or replace (Levenshtein distance), where two neighbours that changed places count once.
  private static func edits(from a: [UInt8], to b: [UInt8]) -> Int {
    var rows = [Array(0...b.count)]
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, rows[i - 1][j - 1] + 1) }
        row.append(least)
      }
      rows.append(row)
    }
    return rows[a.count][b.count]
  }
}
