import Foundation
import Testing

@testable import espalier_cli

@Suite("Files that commands write")
struct OutputFileTests {
  /// A folder of the test's own.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.path)
  }

  private func names(in folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func file(_ path: String) -> OutputFile { OutputFile(path: path, option: "--out") }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func mode(_ path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode : 0
  }

  @Test("a file is made, then replaced; its mode stays, and a reader of the old one keeps it")
  func regular() throws {
    try withFolder { folder in
      let path = folder + "/report.json"
      try file(path).check()
      #expect(try names(in: folder).isEmpty)
      try file(path).save("one")
      chmod(path, 0o640)
      let reader = try #require(FileHandle(forReadingAtPath: path))
      try file(path).check()
      #expect(try text(path) == "one")
      try file(path).save("two, longer")
      #expect(try reader.readToEnd() == Data("one".utf8))
      #expect(try text(path) == "two, longer")
      #expect(mode(path) == S_IFREG | 0o640)
      #expect(try names(in: folder) == ["report.json"])
    }
  }

  @Test("a symbolic link stays one; what it names is written, made if it has to be")
  func link() throws {
    try withFolder { folder in
      let (link, target, astray) = (folder + "/link", folder + "/target", folder + "/astray")
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "target")
      try file(link).check()
      #expect(mode(target) == 0)
      try file(link).save("a longer text")
      try file(link).check()
      #expect(try text(target) == "a longer text")
      try file(link).save("short")
      #expect(mode(link) & S_IFMT == S_IFLNK)
      #expect(try text(target) == "short")
      #expect(try names(in: folder) == ["link", "target"])
      try FileManager.default.createSymbolicLink(atPath: astray, withDestinationPath: "no/such/folder")
      #expect(throws: Failure.self) { try file(astray).check() }
    }
  }

  @Test("a pipe stays one and gets the text")
  func pipe() throws {
    try withFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let reader = FileHandle(fileDescriptor: open(path, O_RDONLY | O_NONBLOCK), closeOnDealloc: true)
      try file(path).check()
      try file(path).save("through")
      #expect(try reader.read(upToCount: 100) == Data("through".utf8))
      #expect(mode(path) & S_IFMT == S_IFIFO)
    }
  }

  @Test("what cannot be written is told before, on one line with the reason")
  func refused() throws {
    try withFolder { folder in
      try file(folder + "/file").save("text")
      for (path, reason) in [
        ("", "is empty"), (folder, "is a folder"), (folder + "/new/", "is a folder"),
        (folder + "/no/such", "No such file or directory"), (folder + "/file/below", "Not a directory"),
        (folder + "/" + String(repeating: "n", count: 300), "name too long"),
      ] {
        let failure = #expect(throws: Failure.self) { try file(path).check() }
        #expect(failure?.description.contains(reason) == true, "\(failure?.description ?? "")")
        #expect(failure?.description.contains("\n") == false && failure?.status == 2)
        #expect(throws: Failure.self) { try file(path).save("x") }
      }
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test("a picture that cannot be written is told before anything is measured")
  func pictures() throws {
    try withFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/attention.svg", withIntermediateDirectories: false)
      var command = try EspalierCommand.parseAsRoot([
        "bench", "--device", "no such device", "--kernel", "argmax", "--plot", folder,
      ])
      let failure = #expect(throws: Failure.self) { try command.run() }
      #expect(failure?.description == "--plot \(folder)/attention.svg is a folder; give a file")
    }
  }
}
