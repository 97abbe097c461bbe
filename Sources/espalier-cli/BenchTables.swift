import Benchmarking

/// A benchmark report for people.
struct BenchTables {
  let report: BenchmarkReport

  init(_ report: BenchmarkReport) { self.report = report }

  var text: String {
    var parts = [heading, kernels]
    if !report.layer.isEmpty { parts.append(layer) }
    if !report.skipped.isEmpty {
      parts.append(
        "not measured\n" + report.skipped.map { "  \($0.name): \($0.reason)" }.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n")
  }

  private var heading: String {
    let ceilings = report.ceilings
    let clock =
      report.clock == "device"
      ? "times by the device's own clock"
      : "no timestamps on this queue: times from submission to completion, by the host's clock"
    let driver = "\(report.driver) \(report.driverVersion), Vulkan \(report.apiVersion)"
    let operations = ceilings.multiplyAddOperationsPerSecond.map {
      ", multiply and add \(fixed($0 * 1e-9, 1)) GFLOP/s"
    }
    return """
      \(report.device)\(report.driver == "none" ? "" : "\n" + driver)
      \(clock); median of the samples, spread from the 10th to the 90th percentile
      ceilings: copy \(fixed(ceilings.copyBytesPerSecond * 1e-9, 1)) GB/s (read and written)\(operations ?? "")
      """
  }

  private var kernels: String {
    var table = TextTable(
      ["kernel", "variant", "shape", "us", "spread", "samples", "GB/s", "of copy", "GFLOP/s", "of mul+add"],
      leftColumns: 3)
    for k in report.kernels {
      let computes = k.operations > 0
      table.add(
        k.kernel, k.variant, k.shape, fixed(k.timing.medianSeconds * 1e6, 1), spread(k.timing, 1e6, 1),
        "\(k.timing.repetitions)x\(k.timing.calls)", fixed(k.bytes > 0 ? k.gigabytesPerSecond : nil, 2),
        percent(k.bytes > 0 ? k.copyShare : nil), fixed(computes ? k.gigaflopsPerSecond : nil, 2),
        percent(computes ? k.multiplyAddShare : nil))
    }
    return table.text
  }

  private var layer: String {
    var table = TextTable(
      ["rows", "ms", "spread", "samples", "ms a row", "times one row", "GB/s", "GFLOP/s", "verified"],
      leftColumns: 0)
    for r in report.layer {
      table.add(
        "\(r.rows)", fixed(r.milliseconds, 3), spread(r.timing, 1e3, 3),
        "\(r.timing.repetitions)x\(r.timing.calls)", fixed(r.milliseconds / Double(r.rows), 3),
        fixed(r.relativeCost, 2), fixed(r.gigabytesPerSecond, 2), fixed(r.gigaflopsPerSecond, 2), r.verified)
    }
    let shape = report.layerShape.map {
      "\($0.name): \($0.columns) columns, \($0.heads)/\($0.keyHeads) heads of \($0.headSize), "
        + "\($0.feedForward) feed-forward, \($0.context) keys, f16 weights"
    }
    return "cost of one decoder layer (\(shape ?? ""))\n" + table.text
  }

  private func spread(_ timing: Timing, _ scale: Double, _ digits: Int) -> String {
    "\(fixed(timing.lowSeconds * scale, digits))-\(fixed(timing.highSeconds * scale, digits))"
  }

  private func percent(_ share: Double?) -> String {
    share.map { "\(fixed($0 * 100, 0)) %" } ?? "-"
  }
}
