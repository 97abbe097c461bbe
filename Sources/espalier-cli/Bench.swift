import ArgumentParser
import Benchmarking
import Foundation
import Kernels

/// How long kernels take, and what a pass of so many rows costs.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract:
      "Time the kernels beside the device's own ceilings, and the cost table ms(rows) of a decoder layer.",
    discussion: """
      Each call is compared with the reference before it is timed; a wrong one stops the command with status 1.
      Bytes and operations are computed from the shape. Repeated calls find their operands in the device's caches
      when these are large enough: a share of the copy ceiling above 100 % says so.
      """)

  enum Layer: String, ExpressibleByArgument, CaseIterable {
    case embedded
    case llama7B = "llama-7b"
    case none
  }

  @OptionGroup var deviceOptions: DeviceOptions
  @OptionGroup var output: OutputOptions
  @Option(name: .long, help: "Only this kernel (a stem like matmulF16).")
  var kernel: String?
  @Option(name: .long, help: "Only measurements whose name has this text, as --list shows them.")
  var filter: String?
  @Flag(name: .long, help: "Also sweeps: matmul of each format by rows, attention by context length.")
  var sweeps = false
  @Flag(name: .long, help: "List the measurements and stop.")
  var list = false
  @Option(name: .long, help: "The layer of the cost table.")
  var layer = Layer.embedded
  @Option(name: .long, parsing: .upToNextOption, help: "Rows of the cost table.")
  var rows = Benchmark.rowCounts
  @Option(name: .long, help: "Seconds of samples for each measurement, about.")
  var seconds = 0.3
  @Option(name: .long, help: ArgumentHelp("Also write the JSON to this file.", valueName: "file"))
  var out: String?
  @Option(
    name: .long, help: ArgumentHelp("Compare with the JSON of an earlier run.", valueName: "file"))
  var compare: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Draw pictures into this folder: roofline, ms by rows, by context.", valueName: "folder"))
  var plot: String?

  mutating func validate() throws {
    if !(seconds > 0 && seconds <= 600) {
      throw ValidationError("--seconds \(seconds): above 0 and at most 600 is possible")
    }
    if let bad = rows.first(where: { !(1...1024).contains($0) }) {
      throw ValidationError("--rows \(bad): 1 to 1024 are possible")
    }
    if rows.isEmpty { throw ValidationError("--rows: give at least one number") }
  }

  func run() throws {
    if list { return try printList() }
    // What can be refused is refused before minutes of measuring.
    _ = try failing { try Benchmark.chosen(kernel: kernel, filter: filter, sweeps: sweeps) }
    if let out { try requireWritable(out) }
    if let plot { try makeFolder(plot) }
    let before = try compare.map(readReport)
    let chosen = try ChosenBackend(deviceOptions, profiling: true)
    Console.note("\(chosen.backend.name)")
    let benchmark = Benchmark(backend: chosen.backend, budget: TimingBudget(seconds: seconds)) {
      Console.note($0)
    }
    let shape = LayerShape.all.first { $0.name == layer.rawValue }
    let report: BenchmarkReport
    do throws(BenchmarkError) {
      report = try benchmark.run(
        kernel: kernel, filter: filter, sweeps: sweeps, layer: shape, rowCounts: rows)
    } catch {
      if case .wrong = error { throw Failure.differs(Failure.of(error).description) }
      throw Failure.of(error)
    }
    if let out {
      let json = try Console.json(report)
      try failing { try (json + "\n").write(toFile: out, atomically: true, encoding: .utf8) }
    }
    let comparison = before.map { BenchmarkComparison(before: $0, now: report) }
    if output.json {
      if let comparison {
        try Console.print(json: ComparedReport(report: report, comparison: comparison))
      } else {
        try Console.print(json: report)
      }
    } else {
      Console.print(BenchTables(report).text)
      if let comparison { Console.print("\n" + ComparisonTable(comparison).text) }
    }
    if let plot { try draw(report, into: plot) }
    try chosen.checkValidation()
  }

  private func printList() throws {
    let chosen = try failing { try Benchmark.chosen(kernel: kernel, filter: filter, sweeps: true) }
    if output.json {
      try Console.print(json: chosen.map(\.name))
    } else {
      for benchmark in chosen {
        Console.print(benchmark.sweep == nil ? benchmark.name : "\(benchmark.name)  (--sweeps)")
      }
    }
  }

  private func readReport(_ path: String) throws(Failure) -> BenchmarkReport {
    do { return try BenchmarkReport(contentsOf: path) } catch {
      throw .input("--compare \(path): not a report that bench --out wrote (\(error.localizedDescription))")
    }
  }

  private func makeFolder(_ path: String) throws(Failure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .input("--plot \(path): the folder cannot be made (\(error.localizedDescription))")
    }
  }

  private func draw(_ report: BenchmarkReport, into folder: String) throws {
    for file in BenchPictures(report).files {
      let path = URL(fileURLWithPath: folder).appendingPathComponent(file.name).path
      try failing { try file.svg.write(toFile: path, atomically: true, encoding: .utf8) }
      Console.note("wrote \(path)")
    }
  }

  /// Minutes of measuring must not end in a path that cannot be written.
  private func requireWritable(_ path: String) throws(Failure) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw .input("--out \(path) is a folder")
    }
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw .input("--out \(path): the folder \(folder) cannot be written")
    }
  }
}

/// A report beside an earlier one.
private struct ComparedReport: Encodable {
  var report: BenchmarkReport
  var comparison: BenchmarkComparison
}
