import ArgumentParser
import Conformance
import Kernels

/// Every kernel against its reference, on the user's own device.
struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Compare every kernel and variant with its CPU reference, bit for bit.",
    discussion:
      "Exit status 1 if anything differs; the first difference is printed with a line that reruns it.")

  @OptionGroup var deviceOptions: DeviceOptions
  @OptionGroup var output: OutputOptions
  @Option(
    name: .long, help: "One kernel (matmulF16) or one variant of it (matmulF16/tile4-aligned); default: all.")
  var kernel: String?
  @Flag(name: .long, help: "List the kernels, or the variants of the one given, and stop.")
  var list = false
  @Option(name: .long, parsing: .unconditional, help: "Seed of the cases.")
  var seed: UInt64 = 1
  @Option(name: .long, parsing: .unconditional, help: "Cases of each kernel and variant.")
  var cases = 200
  @Option(name: .long, parsing: .unconditional, help: "First case.")
  var first = 0

  mutating func validate() throws {
    if !(1...10_000_000).contains(cases) {
      throw ValidationError("--cases \(cases): 1 to 10000000 are possible")
    }
    if !(0...1_000_000_000).contains(first) {
      throw ValidationError("--first \(first): 0 to 1000000000 are possible")
    }
  }

  func run() throws {
    // A misspelt kernel is told before a device is opened.
    let families = try failing { try Conformance.chosen(kernel: kernel) }
    if list { return try printList(kernel == nil ? Kernel.allCases.map(\.rawValue) : families.map(\.name)) }
    let chosen = try ChosenBackend(deviceOptions)
    let report = try failing {
      try Conformance.run(
        backend: chosen.backend, kernel: kernel, seed: seed, cases: cases, first: first,
        deviceOptions: deviceOptions.line(device: chosen.backend.name)
      ) { progress in
        let result = progress.result
        let name = result.variant.isEmpty ? result.name : "\(result.name)/\(result.variant)"
        let verdict = result.skipped != nil ? "skipped" : result.passed ? "equal" : "DIFFERS"
        Console.note("[\(progress.finished)/\(progress.families)] \(name): \(result.cases) cases, \(verdict)")
      }
    }
    if output.json {
      try Console.print(json: report)
    } else {
      Console.print("\(chosen.backend.name)\n\n\(report.table)")
    }
    try chosen.checkValidation()
    if !report.passed {
      let bad = report.kernels.filter { !$0.passed }.count
      throw Failure.differs(
        report.cases == 0
          ? "no case could run on \(report.device)"
          : "\(bad) of \(report.kernels.count) kernels and variants differ from the reference on \(report.device)"
      )
    }
  }

  private func printList(_ names: [String]) throws {
    if output.json { return try Console.print(json: names) }
    for name in names { Console.print(name) }
  }
}
