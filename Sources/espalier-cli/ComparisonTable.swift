import Benchmarking

/// A comparison of two benchmark reports for people.
struct ComparisonTable {
  let comparison: BenchmarkComparison

  init(_ comparison: BenchmarkComparison) { self.comparison = comparison }

  var text: String {
    var table = TextTable(["measurement", "before us", "now us", "times faster", ""], leftColumns: 1)
    for entry in comparison.entries {
      table.add(
        entry.name, fixed(entry.beforeSeconds * 1e6, 1), fixed(entry.nowSeconds * 1e6, 1),
        fixed(entry.speedup, 2), entry.isClear ? "" : "~")
    }
    var lines = [
      "against \(comparison.beforeDevice), \(comparison.beforeDate); ~: the spreads overlap", table.text,
    ]
    if let mean = comparison.meanSpeedup { lines.append("geometric mean: \(fixed(mean, 2)) times faster") }
    if !comparison.onlyBefore.isEmpty { lines.append("only before: \(comparison.onlyBefore.count)") }
    if !comparison.onlyNow.isEmpty { lines.append("only now: \(comparison.onlyNow.count)") }
    return lines.joined(separator: "\n")
  }
}
