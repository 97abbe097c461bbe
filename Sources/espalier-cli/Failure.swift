import Foundation
import Kernels

/// Why a command stops: one line for people, and the exit status.
struct Failure: Error, CustomStringConvertible, Equatable {
  let description: String
  let status: Int32

  /// Something differs from the reference.
  static func differs(_ text: String) -> Failure { Failure(description: text, status: 1) }

  /// The input or the environment is to blame.
  static func input(_ text: String) -> Failure { Failure(description: text, status: 2) }

  /// Any typed error of the library, on one line.
  static func of(_ error: any Error) -> Failure {
    if let failure = error as? Failure { return failure }
    let lines = text(of: error).split(whereSeparator: \.isNewline)
    return .input(lines.map { $0.trimmingPrefix { $0 == " " } }.joined(separator: " "))
  }

  /// Foundation's errors describe themselves for debuggers: "Error Domain=...".
  private static func text(of error: any Error) -> String {
    let text = String(describing: error)
    guard text.hasPrefix("Error Domain=") else { return text }
    let information = (error as NSError).userInfo
    let path = (information[NSFilePathErrorKey] as? String).map { $0 + ": " } ?? ""
    return path + error.localizedDescription
  }
}

/// Runs `body`; whatever it throws becomes a ``Failure``.
func failing<T>(_ body: () throws -> T) throws(Failure) -> T {
  do { return try body() } catch { throw .of(error) }
}
