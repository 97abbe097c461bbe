import ArgumentParser
import Foundation
import Kernels

/// Where the program starts: parses, runs, and turns every error into one line on standard error.
@main
enum Main {
  static func main() {
    Console.prepare()
    do {
      try Arguments.requireUTF8()
      var command = try EspalierCommand.parseAsRoot()
      try command.run()
    } catch let failure as Failure {
      Console.error(failure.description)
      exit(failure.status)
    } catch {
      leave(error)
    }
  }

  /// Help and versions go to standard output; a wrong command line is one line and where to read more.
  private static func leave(_ error: any Error) -> Never {
    let code = EspalierCommand.exitCode(for: error)
    if code == .failure {
      let failure = Failure.of(error)
      Console.error(failure.description)
      exit(failure.status)
    }
    guard code == .validationFailure else { EspalierCommand.exit(withError: error) }
    let message = oneLine(EspalierCommand.message(for: error))
    let command = CommandLine.arguments.dropFirst().first { EspalierCommand.names.contains($0) }
    Console.error("\(message) (see espalier \(command.map { $0 + " " } ?? "")--help)")
    exit(code.rawValue)
  }

  /// The first line of a message; possible values that follow as a list come after it.
  static func oneLine(_ message: String) -> String {
    let lines = message.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    let values = lines.dropFirst().prefix { $0.hasPrefix("- ") }.map { $0.dropFirst(2) }
    return ((lines.first ?? message) + " " + values.joined(separator: ", ")).trimmingCharacters(
      in: .whitespaces)
  }
}

/// The whole tool.
struct EspalierCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "espalier",
    abstract: "Exact tree speculative decoding on Vulkan devices: run it, check it, measure it.",
    discussion: """
      espalier generate runs on an embedded model and prompt.
      Exit status: 0 fine; 1 something differs from the reference; 2 bad input or environment; 64 bad usage.
      """,
    version: espalierVersion,
    subcommands: [Devices.self, Validate.self, Generate.self, Bench.self])

  static let names = configuration.subcommands.compactMap { $0.configuration.commandName }
}

/// The bytes of the command line, which may be anything.
enum Arguments {
  /// Swift repairs arguments that are no UTF-8; a prompt must not change silently.
  static func requireUTF8() throws(Failure) {
    for index in 0..<Int(CommandLine.argc) {
      guard let argument = CommandLine.unsafeArgv[index] else { continue }
      let bytes = UnsafeRawBufferPointer(start: argument, count: strlen(argument))
      if let place = TextBytes.firstInvalid(bytes) {
        throw .input("argument \(index) is no UTF-8: \(place)")
      }
    }
  }
}
