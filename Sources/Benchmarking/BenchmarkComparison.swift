import Foundation

/// Two reports, measurement by measurement.
public struct BenchmarkComparison: Codable, Sendable {
  public struct Entry: Codable, Sendable {
    public var name: String
    public var beforeSeconds: Double
    public var nowSeconds: Double
    /// Before / now: above 1 is faster now.
    public var speedup: Double
    /// Whether the spreads, 10th to 90th percentile, do not touch.
    public var isClear: Bool
  }

  public var beforeDevice: String
  public var beforeDate: String
  public var entries: [Entry]
  /// Geometric mean of the speed-ups; nil without entries.
  public var meanSpeedup: Double?
  /// Measurements that only one report has.
  public var onlyBefore: [String]
  public var onlyNow: [String]

  public init(before: BenchmarkReport, now: BenchmarkReport) {
    beforeDevice = "\(before.device), \(before.driver) \(before.driverVersion)"
    beforeDate = before.date
    let (old, new) = (before.timings, now.timings)
    let earlier = Dictionary(old) { first, _ in first }
    entries = new.compactMap { name, timing in
      earlier[name].map { Entry(name: name, before: $0, now: timing) }
    }
    let names = (before: Set(old.map(\.0)), now: Set(new.map(\.0)))
    onlyBefore = old.map(\.0).filter { !names.now.contains($0) }
    onlyNow = new.map(\.0).filter { !names.before.contains($0) }
    let logarithms = entries.map { log($0.speedup) }
    meanSpeedup = entries.isEmpty ? nil : exp(logarithms.reduce(0, +) / Double(entries.count))
  }
}

extension BenchmarkComparison.Entry {
  init(name: String, before: Timing, now: Timing) {
    self.name = name
    beforeSeconds = before.medianSeconds
    nowSeconds = now.medianSeconds
    speedup = before.medianSeconds / now.medianSeconds
    isClear = before.highSeconds < now.lowSeconds || now.highSeconds < before.lowSeconds
  }
}

extension BenchmarkReport {
  /// Every measurement by name, in order; a name that comes again is numbered.
  var timings: [(String, Timing)] {
    let named =
      kernels.map { ($0.name, $0.timing) }
      + layer.map { ("layer \(layerShape?.name ?? ""), \($0.rows) rows", $0.timing) }
    var counts: [String: Int] = [:]
    return named.map { name, timing in
      let count = counts[name, default: 0] + 1
      counts[name] = count
      return (count == 1 ? name : "\(name) (\(count))", timing)
    }
  }

  /// Reads a report that ``espalier bench --out`` wrote.
  public init(contentsOf path: String) throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    self = try decoder.decode(BenchmarkReport.self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
