import ArgumentParser
import Kernels

/// The law that tokens follow.
struct SamplingOptions: ParsableArguments {
  @Option(
    name: .long, parsing: .unconditional,
    help: "0 takes the likeliest token; above 0, logits are divided by it.")
  var temperature = 0.0
  @Option(name: .long, parsing: .unconditional, help: "Sample among the k likeliest tokens.")
  var topK: Int?
  @Option(
    name: .long, parsing: .unconditional,
    help: "Sample among the likeliest tokens of this share, 0 to 1; 0 leaves the likeliest alone."
  )
  var topP: Double?
  @Option(name: .long, parsing: .unconditional, help: "Seed of all random numbers.")
  var seed: UInt64 = 0

  /// Outside, 1 / temperature leaves the range in which weights mean something.
  static let temperatures = 1e-4...1e4

  mutating func validate() throws {
    if temperature != 0 && !Self.temperatures.contains(temperature) {
      throw ValidationError("--temperature \(temperature): 0 or 0.0001 to 10000 are possible")
    }
    if let topK, !(1...262_144).contains(topK) {
      throw ValidationError("--top-k \(topK): 1 to 262144 are possible; without it all tokens are kept")
    }
    if let topP, !(0...1).contains(topP) {
      throw ValidationError("--top-p \(topP): 0 to 1 are possible; without it all tokens are kept")
    }
  }

  var isGreedy: Bool { temperature == 0 }

  /// Nil for greedy decoding.
  var warp: Warp? {
    isGreedy ? nil : Warp(temperature: temperature, topK: topK, topP: topP.flatMap { $0 < 1 ? $0 : nil })
  }

  var summary: String {
    if isGreedy { return "greedy" }
    let parts = [
      "temperature \(temperature)", topK.map { "top-k \($0)" }, topP.map { "top-p \($0)" }, "seed \(seed)",
    ]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}
