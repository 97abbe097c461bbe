import Foundation

/// Reading the files of a checkpoint.
enum CheckpointFiles {
  /// The bytes of a regular file (symbolic links are followed), mapped: pages are read when touched.
  static func map(_ path: String) throws(SafetensorsError) -> Data {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    do {
      // A pipe or a device would block or never end.
      let values = try FileManager.default.attributesOfItem(atPath: url.path)
      guard values[.type] as? FileAttributeType == .typeRegular else {
        throw SafetensorsError.cannotRead(file: path, reason: "it is not a regular file")
      }
      if values[.size] as? Int == 0 { return Data() }  // nothing to map
      // Foundation on Linux copies for .mappedIfSafe; weights can be larger than memory.
      return try Data(contentsOf: url, options: .alwaysMapped)
    } catch let error as SafetensorsError {
      throw error
    } catch {
      throw .cannotRead(file: path, reason: error.localizedDescription)
    }
  }
}

/// Names that a misspelled or foreign name may have meant.
enum SimilarNames {
  /// Up to 3 of `candidates` by Levenshtein distance (at most a quarter of the length), nearest first.
  static func find(_ name: String, in candidates: [String]) -> [String] {
    let wanted = Array(name.utf8)
    guard wanted.count <= 256 else { return [] }
    let limit = max(2, wanted.count / 4)
    var found: [(distance: Int, name: String)] = []
    // Bounded work: a header can hold a million names.
    for candidate in candidates.prefix(2048) where abs(candidate.utf8.count - wanted.count) <= limit {
      let distance = distance(wanted[...], Array(candidate.utf8)[...])
      if distance <= limit { found.append((distance, candidate)) }
    }
    return found.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(3).map(\.name)
  }

  private static func distance(_ first: ArraySlice<UInt8>, _ second: ArraySlice<UInt8>) -> Int {
    var (a, b) = (first, second)
    while let x = a.first, x == b.first { (a, b) = (a.dropFirst(), b.dropFirst()) }
    while let x = a.last, x == b.last { (a, b) = (a.dropLast(), b.dropLast()) }
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(diagonal + (x == y ? 0 : 1), above + 1, row[j] + 1)
        diagonal = above
      }
    }
    return row[b.count]
  }
}
