import Foundation
import Kernels
import ShaderInterface
import Testing

@testable import Models

/// The embedded models against PyTorch, on held-out text.
///
/// `agreement.safetensors` is written by `tools/train/evidence.py`: PyTorch in fp32 with the published f16 weights. This
/// library rounds matmul inputs to 13 significant bits, so logits differ by some thousandths and bits per byte hardly.
@Suite struct PyTorchAgreementTests {
  @Test(arguments: EmbeddedModel.allCases)
  func heldOutText(_ embedded: EmbeddedModel) throws {
    let data = Bundle.module.bundleURL.appending(path: "Data/agreement.safetensors")
    let evidence = try SafetensorsFile(path: data.path)
    let tokens = try evidence.tensor(named: "tokens")  // u8 [windows][length + 1]
    let name = embedded == .target ? "target" : "draft"
    let torchLogits = try evidence.tensor(named: "\(name).logits")  // f32 [length / 4][vocabulary], window 0
    let torchBits = try #require(evidence.metadata["\(name).bits_per_byte"].flatMap(Double.init))

    let model = try Model(directory: embedded.directory(), backend: ReferenceBackend())
    let (windows, length) = (tokens.shape[0], tokens.shape[1] - 1)
    var bits = 0.0
    var largest: Float = 0
    for window in 0..<windows {
      let text = (0...length).map { UInt32(tokens.element(window * (length + 1) + $0, as: UInt8.self)) }
      let logits = try Self.logits(model, Array(text.dropLast()))
      for (row, next) in zip(logits, text.dropFirst()) { bits += Self.bits(row, next) }
      guard window == 0 else { continue }
      for (row, values) in logits.enumerated() where row % 4 == 0 {
        for (v, value) in values.enumerated() {
          let expected = Float(bitPattern: torchLogits.element(row / 4 * values.count + v, as: UInt32.self))
          largest = max(largest, abs(value - expected))
        }
      }
    }
    bits /= Double(windows * length)
    print(
      "\(embedded.rawValue): largest logit difference \(largest), bits per byte \(bits), PyTorch \(torchBits)"
    )
    #expect(largest > 0, "13-bit activations cannot give fp32's logits")
    #expect(largest < 0.1)
    #expect(abs(bits - torchBits) < 0.002)
  }

  /// Logits of a causal pass over `tokens`, [tokens][vocabulary].
  private static func logits(_ model: Model, _ tokens: [UInt32]) throws -> [[Float]] {
    let (rows, backend) = (tokens.count, model.backend)
    let session = try ModelSession(model: model, maximumRows: rows, slots: rows, logitRows: rows)
    let tree = try TreeBuffers(backend: backend, maximumNodes: rows)
    try backend.write(tokens, to: tree.tokens)
    try backend.write((0..<UInt32(rows)).map { $0 }, to: tree.depths)
    var input = ForwardRows(tree, 0..<rows)
    input.maskWords = 0
    try backend.run("forward") { session.forward($0, input, wantLogits: true) }
    let flat = try backend.read(session.logits)
    let vocabulary = model.configuration.vocabularySize
    return (0..<rows).map { Array(flat[$0 * vocabulary..<($0 + 1) * vocabulary]) }
  }

  /// -log2 of the probability of `token`.
  private static func bits(_ row: [Float], _ token: UInt32) -> Double {
    let greatest = Double(row.max() ?? 0)
    let sum = row.reduce(0) { $0 + exp(Double($1) - greatest) }
    return (log(sum) - (Double(row[Int(token)]) - greatest)) / log(2)
  }
}
