import Foundation

/// A file that a command writes when its work is done.
///
/// A regular file is replaced in one step: a reader sees the old or the new one. A device, a pipe or a symbolic link stays what
/// it is and is written through.
struct OutputFile {
  let path: String
  /// The option that named the file, for errors.
  let option: String

  /// Throws where it is known that ``save(_:)`` would; minutes of work must not end there. Leaves nothing behind.
  func check() throws(Failure) {
    if path.isEmpty { throw .input("\(option) is empty; give a file") }
    switch try kind() {
    case .folder: throw .input("\(option) \(path) is a folder; give a file")
    case .other: try require(access(path, W_OK))
    case .danglingLink:
      try append([], to: path, O_CREAT)
      if let target = realpath(path, nil) {
        unlink(target)
        free(target)
      }
    case .regular(let mode):
      if mode != nil { try require(access(path, W_OK)) }
      // Only a file in it tells whether a folder takes one.
      try append([], to: temporaryPath, O_CREAT | O_EXCL)
      unlink(temporaryPath)
    }
  }

  func save(_ text: String) throws(Failure) {
    let bytes = Array(text.utf8)
    guard case .regular(let mode) = try kind() else { return try append(bytes, to: path, O_CREAT | O_TRUNC) }
    let temporary = temporaryPath
    do {
      try append(bytes, to: temporary, O_CREAT | O_EXCL)
      if let mode { try require(chmod(temporary, mode)) }
      try require(rename(temporary, path))
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private enum Kind {
    /// A file with this mode, or none yet.
    case regular(mode: mode_t?)
    case folder, danglingLink, other
  }

  private func kind() throws(Failure) -> Kind {
    if path.hasSuffix("/") { return .folder }
    var status = stat()
    if lstat(path, &status) != 0 {
      if errno != ENOENT { try require(-1) }
      return .regular(mode: nil)
    }
    if status.st_mode & S_IFMT == S_IFREG { return .regular(mode: status.st_mode & 0o7777) }
    if stat(path, &status) != 0 { return .danglingLink }
    return status.st_mode & S_IFMT == S_IFDIR ? .folder : .other
  }

  /// Beside the file, so that it can be renamed; its own name may be as long as a name can be.
  private var temporaryPath: String {
    let folder = (path as NSString).deletingLastPathComponent
    return (folder.isEmpty ? "." : folder) + "/.espalier-\(getpid()).part"
  }

  private func append(_ bytes: [UInt8], to path: String, _ flags: Int32) throws(Failure) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0o666)
    try require(descriptor)
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      if count < 0 {
        let code = errno
        close(descriptor)
        throw failure(code)
      }
      rest = rest.dropFirst(count)
    }
    try require(close(descriptor))
  }

  /// A system call's result; below 0 it failed.
  private func require(_ result: Int32) throws(Failure) {
    if result < 0 { throw failure(errno) }
  }

  private func failure(_ code: Int32) -> Failure {
    .input("\(option) \(path) cannot be written: \(String(cString: strerror(code))); give another file")
  }
}
