import Models

/// Proof on the user's own device that a draft changed nothing.
///
/// Greedy matching and picks must repeat plain decoding: the same tokens and the same bits in every logits row.
/// Rejection keeps the target's law with other draws, so its text differs from plain sampling by design; there the
/// emitted tokens are passed again one row at a time, and the bits of the logits that judged them must be the same.
public struct DecodingCheck: Sendable, CustomStringConvertible {
  /// The first token or logit that differs.
  public enum Difference: Sendable, Hashable {
    /// Another token, or none where a text has ended.
    case token(index: Int, speculative: UInt32?, plain: UInt32?)
    /// Other bits of a token's logit in the row that gave the text's token `index`.
    case logit(index: Int, token: Int, speculative: UInt32, plain: UInt32)
  }

  /// What the decoder under test gave.
  public let generation: Generation
  /// Plain decoding of the same prompt and seed; nil under rejection.
  public let plain: Generation?
  /// Logits rows that were compared.
  public let rows: Int
  /// At most one a token.
  public let differences: [Difference]
  /// Bits that differ over all compared rows.
  public let differingLogitBits: Int

  /// Nothing differs, and every token's row was compared.
  public var passed: Bool { differences.isEmpty && rows == generation.tokens.count }

  /// Generates with `decoder`, then plainly, and compares.
  ///
  /// - Parameter onTokens: each round's new tokens of `decoder`, as they come.
  public static func run(
    decoder: Decoder, prompt: [UInt32], options: GenerationOptions = GenerationOptions(),
    onTokens: (ArraySlice<UInt32>) -> Void = { _ in }
  ) throws(DecodingError) -> DecodingCheck {
    var options = options
    options.recordsLogits = true
    let generation = try decoder.generate(prompt, options: options, onTokens: onTokens)
    let plainDecoder = try Decoder(target: decoder.target, options: decoder.options.plain(decoder.context))
    if decoder.options.repeatsPlainText {
      let plain = try plainDecoder.generate(prompt, options: options)
      return DecodingCheck(generation, plain: plain, plainRows: plain.logits)
    }
    let rows = try plainDecoder.replay(prompt, tokens: generation.tokens, seed: options.seed)
    return DecodingCheck(generation, plain: nil, plainRows: rows)
  }

  init(_ generation: Generation, plain: Generation?, plainRows: [[UInt32]]) {
    var differences: [Difference] = []
    var bits = 0
    if let plain {
      for index in 0..<max(generation.tokens.count, plain.tokens.count) {
        let speculative = index < generation.tokens.count ? generation.tokens[index] : nil
        let other = index < plain.tokens.count ? plain.tokens[index] : nil
        if speculative != other {
          differences.append(.token(index: index, speculative: speculative, plain: other))
        }
      }
    }
    for (index, (row, other)) in zip(generation.logits, plainRows).enumerated() where row != other {
      if let token = row.indices.first(where: { row[$0] != other[$0] }) {
        differences.append(.logit(index: index, token: token, speculative: row[token], plain: other[token]))
      }
      bits += zip(row, other).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
    }
    self.generation = generation
    self.plain = plain
    self.differences = differences
    differingLogitBits = bits
    rows = min(generation.logits.count, plainRows.count)
  }

  /// The verdict and the first differences, for people.
  public var description: String {
    guard let first = differences.first else {
      return passed
        ? "exact: \(generation.tokens.count) tokens, \(rows) logits rows equal to plain decoding bit for bit"
        : "incomplete: \(rows) of \(generation.tokens.count) logits rows compared"
    }
    let count = "\(differences.count) differences; the first: "
    switch first {
    case .token(let index, let speculative, let plain):
      return count + "token \(index) is \(name(speculative)), plain decoding gives \(name(plain))"
    case .logit(let index, let token, let speculative, let plain):
      return count + "logit \(token) behind token \(index) is 0x\(String(speculative, radix: 16)), "
        + "plain decoding gives 0x\(String(plain, radix: 16))"
    }
  }

  private func name(_ token: UInt32?) -> String { token.map { "\($0)" } ?? "missing" }
}
