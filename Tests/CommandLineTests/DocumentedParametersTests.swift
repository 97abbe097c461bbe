import Foundation
import Testing

/// A doc comment's list of parameters is attached to a signature by name: one item a line, of a parameter that is there.
@Suite struct DocumentedParametersTests {
  @Test(arguments: ["Kernels", "VulkanCompute", "Models", "Decoding", "Benchmarking", "Conformance"])
  func `Every item names one parameter of the function`(target: String) throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Sources/\(target)")
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == "swift" }
    var items = 0
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      for function in DocumentedFunction.all(in: text) {
        items += function.items.count
        for item in function.items {
          let names = function.parameters.joined(separator: ", ")
          #expect(
            function.parameters.contains(item), "\(file.lastPathComponent): \"\(item)\" is none of \(names)")
        }
      }
    }
    #expect(items > 0)
  }
}

/// A function with a documented list of parameters.
private struct DocumentedFunction {
  /// What stands before the colon of each item.
  var items: [String] = []
  /// The names inside the function.
  var parameters: [String] = []

  static func all(in text: String) -> [DocumentedFunction] {
    var functions: [DocumentedFunction] = []
    var items: [String] = []
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map {
      $0.trimmingCharacters(in: .whitespaces)
    }
    for (index, line) in lines.enumerated() {
      if let item = line.firstMatch(of: /^\/\/\/ (?:- Parameter|  -) ([^:]*):/) {
        items.append(String(item.1))
      } else if line.hasPrefix("///") || line.hasPrefix("@") {
        continue
      } else {
        if !items.isEmpty && line.contains(/\b(func|init|subscript)\b/) {
          let signature = lines[index...].prefix(40).joined(separator: " ")
          functions.append(DocumentedFunction(items: items, parameters: parameters(of: signature)))
        }
        items = []
      }
    }
    return functions
  }

  /// Of the first list in parentheses: "label name: Type" and "name: Type".
  private static func parameters(of signature: String) -> [String] {
    var (depth, list) = (0, "")
    for character in signature.drop(while: { $0 != "(" }) {
      if "([".contains(character) { depth += 1 }
      if ")]".contains(character) { depth -= 1 }
      if depth == 0 { break }
      list.append(depth > 1 && ",:".contains(character) ? " " : character)
    }
    return list.dropFirst().split(separator: ",").compactMap { parameter in
      parameter.split(separator: ":").first?.split(separator: " ").last.map(String.init)
    }
  }
}
