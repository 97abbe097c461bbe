import Benchmarking
import Foundation

/// What a benchmark report looks like.
struct BenchPictures {
  let report: BenchmarkReport

  init(_ report: BenchmarkReport) { self.report = report }

  /// Every file name that ``files`` may have.
  static let names = ["roofline.svg", "rows.svg", "matmul.svg", "attention.svg"]

  /// File name and SVG text of every picture that the report has measurements for.
  var files: [(name: String, svg: String)] {
    let charts = [
      roofline, layer, sweep("rows", title: "Matmul by rows"),
      sweep("keys", title: "Attention by context length"),
    ]
    return zip(Self.names, charts).compactMap { name, chart in chart.svg.map { (name, $0) } }
  }

  private var device: String {
    "\(report.device), \(report.driver) \(report.driverVersion), \(report.date)"
  }

  /// Operations a second against operations a byte, under the two measured ceilings.
  private var roofline: Chart {
    let computing = report.kernels.filter { $0.operations > 0 && $0.bytes > 0 }
    func intensity(_ k: BenchmarkReport.KernelResult) -> Double { Double(k.operations) / Double(k.bytes) }
    let copy = report.ceilings.copyBytesPerSecond * 1e-9
    let (least, most) = (computing.map(intensity).min() ?? 1, computing.map(intensity).max() ?? 1)
    var series: [Chart.Series] = []
    if let top = report.ceilings.multiplyAddOperationsPerSecond.map({ $0 * 1e-9 }) {
      let knee = top / copy
      series.append(
        .init(
          name: "multiply and add", style: .limit, points: [(min(least, knee), top), (max(most, knee), top)]))
      series.append(
        .init(
          name: "copy bandwidth", style: .limit,
          points: [(min(least, knee), copy * min(least, knee)), (knee, top)]))
    }
    for kernels in Dictionary(grouping: computing, by: { family(of: $0.kernel) }).sorted(by: {
      $0.key < $1.key
    }) {
      series.append(
        .init(
          name: kernels.key, style: .points,
          points: kernels.value.map { (intensity($0), $0.gigaflopsPerSecond) }))
    }
    return Chart(
      title: "Roofline", subtitle: device, xLabel: "operations a byte that has to move", yLabel: "GFLOP/s",
      series: series)
  }

  private func family(of kernel: String) -> String {
    if kernel.hasPrefix("matmul") { return "matmul" }
    if kernel.lowercased().contains("attention") { return "attention" }
    let vocabulary = [
      "argmax", "top", "distribution", "divergence", "token", "penalties", "mix", "draw", "rowS", "combine",
    ]
    return vocabulary.contains { kernel.hasPrefix($0) } ? "vocabulary" : "rows and trees"
  }

  /// The cost table, beside what would cost nothing more and what would cost as many passes.
  private var layer: Chart {
    let points = report.layer.map { (x: Double($0.rows), y: $0.milliseconds) }
    var series = [Chart.Series(name: report.layerShape?.name ?? "layer", points: points)]
    if let first = points.first, let last = points.last, points.count > 1 {
      series.append(.init(name: "flat: rows are free", style: .limit, points: [first, (last.x, first.y)]))
      series.append(
        .init(
          name: "as many passes", style: .limit, points: [first, (last.x, first.y * last.x / first.x)]))
    }
    return Chart(
      title: "Cost of a pass by rows in flight", subtitle: device, xLabel: "rows", yLabel: "ms a layer",
      series: points.isEmpty ? [] : series)
  }

  private func sweep(_ axis: String, title: String) -> Chart {
    let members = report.kernels.filter { $0.sweep?.axis == axis }
    var names: [String] = []
    for case let name? in members.map(\.sweep?.series) where !names.contains(name) { names.append(name) }
    let series = names.map { name in
      Chart.Series(
        name: name,
        points: members.filter { $0.sweep?.series == name }.map {
          (Double($0.sweep?.position ?? 0), $0.timing.medianSeconds * 1e3)
        })
    }
    return Chart(title: title, subtitle: device, xLabel: axis, yLabel: "ms", series: series)
  }
}
