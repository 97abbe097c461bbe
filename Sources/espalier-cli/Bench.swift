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
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only measurements whose name has this text, as --list shows them; of several, any.",
      valueName: "text"))
  var filter: [String] = []
  @Flag(name: .long, help: "Also sweeps: matmul of each format by rows, attention by context length.")
  var sweeps = false
  @Flag(name: .long, help: "List the measurements and stop.")
  var list = false
  @Option(
    name: .long,
    help: "The layer of the cost table; default: embedded, or none where --kernel or --filter choose.")
  var layer: Layer?
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
    for (option, path) in [("--out", out), ("--plot", plot), ("--compare", compare)]
    where path?.isEmpty == true {
      throw ValidationError("\(option) is empty")
    }
    if rows.isEmpty { throw ValidationError("--rows: give at least one number") }
  }

  func run() throws {
    if list { return try printList() }
    // What can be refused is refused before minutes of measuring.
    _ = try failing { try Benchmark.chosen(kernel: kernel, filters: filter, sweeps: sweeps) }
    let file = out.map { OutputFile(path: $0, option: "--out") }
    try file?.check()
    if let plot { try makeFolder(plot) }
    let before = try compare.map(readReport)
    let chosen = try ChosenBackend(deviceOptions, profiling: true)
    Console.note("\(chosen.backend.name)")
    let benchmark = Benchmark(backend: chosen.backend, budget: TimingBudget(seconds: seconds)) {
      Console.note($0)
    }
    let chosenLayer = layer ?? (kernel == nil && filter.isEmpty ? Layer.embedded : Layer.none)
    let shape = LayerShape.all.first { $0.name == chosenLayer.rawValue }
    let report: BenchmarkReport
    do throws(BenchmarkError) {
      report = try benchmark.run(
        kernel: kernel, filters: filter, sweeps: sweeps, layer: shape, rowCounts: rows)
    } catch {
      if case .wrong = error { throw Failure.differs(Failure.of(error).description) }
      throw Failure.of(error)
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
    try file?.save(try Console.json(report) + "\n")
    if let plot { try draw(report, into: plot) }
    try chosen.checkValidation()
  }

  private func printList() throws {
    let chosen = try failing { try Benchmark.chosen(kernel: kernel, filters: filter, sweeps: true) }
    if output.json {
      try Console.print(json: chosen.map(\.name))
    } else {
      for benchmark in chosen {
        Console.print(benchmark.sweep == nil ? benchmark.name : "\(benchmark.name)  (--sweeps)")
      }
    }
  }

  private func readReport(_ path: String) throws(Failure) -> BenchmarkReport {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .input("--compare \(path): there is no such file")
    }
    if isFolder.boolValue { throw .input("--compare \(path): a folder, not a report") }
    do { return try BenchmarkReport(contentsOf: path) } catch {
      throw .input("--compare \(path): not a report that bench --out wrote (\(error.localizedDescription))")
    }
  }

  /// The folder, in which every picture can be written.
  private func makeFolder(_ path: String) throws(Failure) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw .input("--plot \(path): the folder cannot be made (\(error.localizedDescription))")
    }
    for name in BenchPictures.names { try picture(name, in: path).check() }
  }

  private func picture(_ name: String, in folder: String) -> OutputFile {
    OutputFile(path: URL(fileURLWithPath: folder).appendingPathComponent(name).path, option: "--plot")
  }

  private func draw(_ report: BenchmarkReport, into folder: String) throws(Failure) {
    for (name, svg) in BenchPictures(report).files {
      let file = picture(name, in: folder)
      try file.save(svg)
      Console.note("wrote \(file.path)")
    }
  }
}

/// A report beside an earlier one.
private struct ComparedReport: Encodable {
  var report: BenchmarkReport
  var comparison: BenchmarkComparison
}
