import Espalier
import Foundation
import Testing

/// A program that imports the package knows every status that a kernel can write.
@Suite struct StatusWordsTests {
  @Test func `Every status of the contract is exported`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
    let contract = try String(contentsOf: root.appending(path: "Shaders/shared/contract.h"), encoding: .utf8)
    let exports = try String(
      contentsOf: root.appending(path: "Sources/Espalier/Espalier.swift"), encoding: .utf8)
    let names = contract.matches(of: /#define (STATUS_\w+)/).map { String($0.1) }
    #expect(names.contains("STATUS_SELECTIVE_WARP"))
    let exported = Set(exports.matches(of: /import var ShaderInterface\.(\w+)/).map { String($0.1) })
    #expect(Set(names).subtracting(exported) == [])
  }
}
