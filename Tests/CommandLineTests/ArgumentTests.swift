import ArgumentParser
import Foundation
import Testing

@testable import espalier_cli

@Suite("Arguments")
struct ArgumentTests {
  @Test(
    "numbers out of range, malformed trees and contradictions are refused on one line",
    arguments: [
      ["generate", "--temperature", "-0.5"], ["generate", "--temperature", "nan"],
      ["generate", "--temperature", "inf"], ["generate", "--temperature", "1e-9"],
      ["generate", "--top-p", "-0.1"], ["generate", "--top-p", "1.5"], ["generate", "--top-p", "nan"],
      ["generate", "--top-k", "0"], ["generate", "--top-k", "-3"], ["generate", "--seed", "-1"],
      ["generate", "--seed", "18446744073709551616"], ["generate", "--max-tokens", "0"],
      ["generate", "--tree", "3xx2"], ["generate", "--tree", ""], ["generate", "--tree", "0x2"],
      ["generate", "--tree", "64x64"], ["generate", "--tree", "[[0,0]]"], ["generate", "--tree", "chain:-1"],
      ["generate", "--tree", "@no-such-file"], ["generate", "--drafter", "plain", "--tree", "2x2"],
      ["generate", "--drafter", "wizard"], ["generate", "--verify", "hope"],
      ["generate", "--drafter", "heads", "--candidates", "distinct"], ["generate", "--device", ""],
      ["validate", "--cases", "0"], ["validate", "--first", "-1"], ["validate", "--seed", "x"],
      ["bench", "--seconds", "0"], ["bench", "--rows", "0"], ["bench", "--layer", "huge"],
      ["bench", "--out", ""], ["bench", "--plot", ""], ["bench", "--compare", ""],
      ["bench", "--texels", "--no-texels"], ["validate", "--no-texels", "--texels"],
      ["generate", "--profile", "--no-profile"],
      ["no-such-command"],
    ])
  func refused(_ arguments: [String]) {
    #expect {
      _ = try EspalierCommand.parseAsRoot(arguments)
    } throws: { error in
      EspalierCommand.exitCode(for: error) == .validationFailure
        && !EspalierCommand.message(for: error).isEmpty
    }
  }

  @Test(
    "what the documentation shows is accepted",
    arguments: [
      ["devices", "--json"], ["validate", "--kernel", "matmulF16", "--seed", "2", "--cases", "3"],
      ["generate", "--tree", "3x2x1", "--temperature", "0.8", "--top-k", "40", "--top-p", "1", "text"],
      ["generate", "--drafter", "ngram", "--tree", "chain:6", "--prompt-file", "-"], ["generate"],
      ["generate", "--temperature", "1", "--top-p", "0"], ["validate", "--list"],
      ["bench", "--filter", "matmul", "--sweeps", "--compare", "old.json", "--plot", "pictures"],
      ["bench", "--list"],
      ["bench", "--layer", "llama-7b", "--rows", "1", "2", "--out", "report.json"],
    ])
  func accepted(_ arguments: [String]) throws {
    _ = try EspalierCommand.parseAsRoot(arguments)
  }

  @Test("a wrong value's line names those that are possible")
  func possibleValues() {
    for (option, value) in [("--verify", "traversal"), ("--layouts", "graphics"), ("--drafter", "ngram")] {
      let error = #expect(throws: (any Error).self) {
        _ = try EspalierCommand.parseAsRoot(["generate", option, "hope"])
      }
      let line = error.map { Main.oneLine(EspalierCommand.message(for: $0)) } ?? ""
      #expect(line.contains(value) && !line.contains("\n"), "\(line)")
    }
  }

  @Test("prompts: one source, not empty, readable")
  func prompts() throws {
    #expect(throws: Failure.self) { try Prompt.read(argument: "a", file: "b") }
    #expect(throws: Failure.self) { try Prompt.read(argument: "", file: nil) }
    #expect(throws: Failure.self) { try Prompt.read(argument: nil, file: "/no/such/file") }
    #expect(throws: Failure.self) { try Prompt.read(argument: nil, file: "/") }
    #expect(try Prompt.read(argument: "é", file: nil) == "é")
    #expect(try !Prompt.read(argument: nil, file: nil).isEmpty)
  }

  @Test("an unknown kernel is told before a device is opened")
  func unknownKernel() throws {
    var command = try EspalierCommand.parseAsRoot(["validate", "--kernel", "nonsense"])
    let failure = try #require(#expect(throws: Failure.self) { try command.run() })
    #expect(failure.description == "no kernel \"nonsense\"; validate --list shows the names")
  }

  @Test(
    "a misspelt kernel's line names those that may be meant, the nearest first",
    arguments: [
      ("matmulf16", "matmulF16, "), ("matmulF61", "matmulF16, "), ("attention", "treeAttention, "),
      ("verifysibling", "verifySiblings"), ("argmx", "argmax"), ("rmsNrom", "rmsNorm"),
      ("distribution/topk", "distribution/topK, "),
    ])
  func misspeltKernel(typed: String, nearest: String) throws {
    var command = try EspalierCommand.parseAsRoot(["validate", "--kernel", typed])
    let line = try #require(#expect(throws: Failure.self) { try command.run() }).description
    #expect(line.hasPrefix("no kernel \"\(typed)\"; did you mean \(nearest)"), "\(line)")
    #expect(line.hasSuffix("? validate --list shows the names") && line.count < 200, "\(line)")
  }

  @Test("a report that cannot be compared with is told with the reason")
  func reportsToCompare() throws {
    func line(_ path: String) throws -> String {
      var command = try EspalierCommand.parseAsRoot(["bench", "--compare", path])
      return try #require(#expect(throws: Failure.self) { try command.run() }).description
    }
    #expect(try line("/no/such/file") == "--compare /no/such/file: there is no such file")
    #expect(try line("/") == "--compare /: a folder, not a report")
    #expect(try line(#filePath).hasPrefix("--compare \(#filePath): not a report that bench --out wrote ("))
  }

  @Test("a measurement that is not there is told before a device is opened, with what to do")
  func missingMeasurements() throws {
    func line(_ arguments: [String]) throws -> String {
      var command = try EspalierCommand.parseAsRoot(["bench", "--device", "no such device"] + arguments)
      return try #require(#expect(throws: Failure.self) { try command.run() }).description
    }
    #expect(try line(["--filter", "16384 keys"]) == "'16384 keys' is measured in sweeps alone; add --sweeps")
    #expect(
      try line(["--kernel", "treeAttention", "--filter", "16384 KEYS"])
        == "treeAttention with '16384 KEYS' is measured in sweeps alone; add --sweeps")
    for arguments in [["--filter", "fish"], ["--filter", "fish", "--sweeps"]] {
      #expect(
        try line(arguments) == "no measurement has 'fish' in its name; bench --list shows the names")
    }
    #expect(
      try line(["--kernel", "argmax", "--filter", "fish"])
        == "no measurement of argmax has 'fish' in its name; bench --list shows the names")
    #expect(
      try line(["--filter", "argmax", "--filter", "fish"])
        == "no measurement has 'fish' in its name; bench --list shows the names", "each has to match")
    #expect(try line(["--kernel", "fish"]) == "no benchmark of fish; bench --list shows the names")
    #expect(
      try line(["--kernel", "argmx"])
        == "no benchmark of argmx; did you mean argmax? bench --list shows the names")
  }

  @Test("an error of Foundation's is one line for people")
  func foundationErrors() {
    let failure = #expect(throws: Failure.self) {
      _ = try failing { try Data(contentsOf: URL(fileURLWithPath: "/no/such/file")) }
    }
    let line = failure?.description ?? ""
    #expect(!line.contains("Error Domain") && line.contains("/no/such/file"), "\(line)")
  }

  @Test("columns line up")
  func table() {
    var table = TextTable(["kernel", "us"])
    table.add("a", "1.5")
    table.add("longer", "22.0")
    #expect(table.text == "kernel    us\na        1.5\nlonger  22.0")
    #expect(byteText(1536) == "1.5 KiB")
    #expect(byteText(64) == "64 B")
    #expect(fixed(nil, 2) == "-")
  }
}
