import Benchmarking
import Foundation
import Kernels
import Testing

@testable import espalier_cli

@Suite("Benchmark reports")
struct BenchReportTests {
  @Test("the recorded report is read, and compared with itself it is as fast as itself")
  func comparesWithItself() throws {
    let report = try recorded()
    let comparison = BenchmarkComparison(before: report, now: report)
    #expect(comparison.entries.count == report.kernels.count + report.layer.count)
    #expect(comparison.entries.allSatisfy { $0.speedup == 1 && !$0.isClear })
    #expect(comparison.meanSpeedup == 1)
    #expect(ComparisonTable(comparison).text.contains("geometric mean: 1.00 times faster"))
  }

  @Test("every kernel is measured, no two measurements have one name")
  func everyKernel() {
    let measured = KernelBenchmark.all + KernelBenchmark.sweeps
    #expect(Set(Kernel.allCases).subtracting(measured.map(\.kernel)).isEmpty)
    #expect(Set(KernelBenchmark.all.map(\.name)).count == KernelBenchmark.all.count)
  }

  @Test("a measurement that got twice as fast says so, one that is gone is named")
  func speedup() throws {
    let before = try recorded()
    var now = before
    now.kernels.removeLast()
    for index in now.kernels.indices {
      now.kernels[index].timing.medianSeconds /= 2
      now.kernels[index].timing.lowSeconds /= 1e3
      now.kernels[index].timing.highSeconds /= 1e3
    }
    now.layer = []
    let comparison = BenchmarkComparison(before: before, now: now)
    #expect(comparison.entries.allSatisfy { abs($0.speedup - 2) < 1e-9 && $0.isClear })
    #expect(comparison.onlyBefore.count == 1 + before.layer.count)
  }

  @Test("pictures are well-formed and show every measurement that has operations")
  func pictures() throws {
    let report = try recorded()
    let files = BenchPictures(report).files
    #expect(files.map(\.name) == ["roofline.svg", "rows.svg", "matmul.svg", "attention.svg"])
    for file in files {
      let parser = XMLDocumentCheck()
      #expect(parser.isWellFormed(file.svg), "\(file.name)")
    }
    let circles = files[0].svg.components(separatedBy: "<circle").count - 1
    #expect(circles == report.kernels.filter { $0.operations > 0 && $0.bytes > 0 }.count)
  }

  @Test("a chart without points is no picture; values that are not above 0 are left out")
  func emptyChart() {
    var chart = Chart(title: "<&>", subtitle: "", xLabel: "x", yLabel: "y", series: [])
    #expect(chart.svg == nil)
    chart.series = [.init(name: "one", points: [(0, 1), (-1, 2), (.nan, 3)])]
    #expect(chart.svg == nil)
    chart.series = [.init(name: "one", points: [(1, 1), (0, 5)])]
    #expect(chart.svg?.components(separatedBy: "<circle").count == 2)
    #expect(chart.svg?.contains("&lt;&amp;>") == true)
  }

  private func recorded() throws -> BenchmarkReport {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appendingPathComponent("Benchmarks/results")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let name = try #require(names.filter { $0.hasSuffix(".json") }.sorted().first)
    return try BenchmarkReport(contentsOf: folder.appendingPathComponent(name).path)
  }
}

/// Tags that open and close in order; attributes in quotes.
private struct XMLDocumentCheck {
  func isWellFormed(_ text: String) -> Bool {
    var open: [Substring] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "<"), let end = rest[start...].firstIndex(of: ">") {
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      let name = tag.drop { $0 == "/" }.prefix { $0 != " " && $0 != "/" }
      if tag.hasPrefix("/") {
        guard open.popLast() == name else { return false }
      } else if !tag.hasSuffix("/") {
        open.append(name)
      }
      guard tag.filter({ $0 == "\"" }).count % 2 == 0 else { return false }
    }
    return open.isEmpty
  }
}
