import Decoding
import Foundation
import Models

/// A generation and, if asked for, its comparison with plain decoding.
struct GenerateResult {
  let generation: Generation
  let check: CheckSummary?
}

/// What `--check` found.
struct CheckSummary {
  /// Nil under rejection and lossy rules, which have draws of their own; the logits are then those of a plain replay.
  let tokensEqual: Bool?
  let logitBitsDiffering: Int
  /// Logits rows compared.
  let rows: Int
  /// FNV-1a of all bits of those rows: equal on every device.
  let logitsDigest: String
  let passed: Bool
  /// Speed of the plain decoding; nil for a replay.
  let plainTokensPerSecond: Double?
  /// Whether the tokens follow the target's law.
  let keepsTheLaw: Bool
  /// For people.
  let text: String

  init(_ check: DecodingCheck, _ options: DecodingOptions) {
    keepsTheLaw = options.keepsTheLaw
    tokensEqual = check.plain.map { $0.tokens == check.generation.tokens }
    logitBitsDiffering = check.differingLogitBits
    rows = check.rows
    passed = check.passed
    plainTokensPerSecond = check.plain?.tokensPerSecond
    text = check.description
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for word in check.generation.logits.joined() {
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        hash = (hash ^ UInt64(word >> shift & 0xff)) &* 0x100_0000_01b3
      }
    }
    let digits = String(hash, radix: 16)
    logitsDigest = String(repeating: "0", count: 16 - digits.count) + digits
  }
}

extension CheckSummary: Encodable {
  private enum Key: String, CodingKey {
    case tokensEqual, keepsTheLaw, logitBitsDiffering, rows, logitsDigest, passed, plainTokensPerSecond
  }

  /// What is not known is null rather than missing.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(tokensEqual, forKey: .tokensEqual)
    try container.encode(keepsTheLaw, forKey: .keepsTheLaw)
    try container.encode(logitBitsDiffering, forKey: .logitBitsDiffering)
    try container.encode(rows, forKey: .rows)
    try container.encode(logitsDigest, forKey: .logitsDigest)
    try container.encode(passed, forKey: .passed)
    try container.encode(plainTokensPerSecond, forKey: .plainTokensPerSecond)
  }
}

/// One named span of all rounds.
struct SpanReport: Encodable {
  let name: String
  let milliseconds: Double
}

/// `generate --json`.
struct GenerateReport: Encodable {
  let device: String
  let models: String
  let drafter: String
  let tree: String
  let verify: String
  let sampling: String
  let text: String
  let tokens: Int
  let tokenIds: [UInt32]
  let stop: String
  let passes: Int
  let blockEfficiency: Double
  /// Share of the rounds that offered a token at depth 1, 2, ... and accepted it.
  let acceptance: [Double]
  /// Of the rounds, without the prompt.
  let seconds: Double
  let prefillSeconds: Double
  let tokensPerSecond: Double
  let spans: [SpanReport]
  let check: CheckSummary?

  init(
    _ result: GenerateResult, _ chosen: ChosenBackend, _ models: ModelPair, _ decoder: Decoder,
    _ sampling: SamplingOptions
  ) {
    let generation = result.generation
    device = chosen.backend.name
    self.models = models.names
    drafter = models.drafterName.rawValue
    tree = "\(decoder.shape)"
    verify = decoder.options.rule.rawValue
    self.sampling = sampling.summary
    text = ByteTokenizer.decode(generation.tokens)
    tokens = generation.tokens.count
    tokenIds = generation.tokens
    stop = generation.stop.rawValue
    passes = generation.passes
    blockEfficiency = generation.blockEfficiency
    acceptance = generation.acceptance
    seconds = generation.decodeSeconds
    prefillSeconds = generation.prefillSeconds
    tokensPerSecond = generation.tokensPerSecond
    spans = generation.spans.map { SpanReport(name: $0.name, milliseconds: $0.nanoseconds * 1e-6) }
    check = result.check
  }
}

extension Generation {
  /// Accepted over offered, by depth, as far as anything was offered.
  var acceptance: [Double] {
    zip(accepted, offered).prefix { $0.1 > 0 }.map { Double($0.0) / Double($0.1) }
  }
}

/// The table under the text.
struct GenerateTable {
  let result: GenerateResult

  init(_ result: GenerateResult) { self.result = result }

  var text: String {
    let generation = result.generation
    var table = TextTable(leftColumns: 2)
    let stop = generation.stop == .maxTokens ? "" : " (\(Self.text(generation.stop)))"
    table.add("tokens", "\(generation.tokens.count)\(stop)")
    table.add("target passes", "\(generation.passes)")
    table.add("block efficiency", "\(fixed(generation.blockEfficiency, 2)) tokens a target pass")
    if !generation.acceptance.isEmpty {
      let shares = generation.acceptance.map { "\(fixed($0 * 100, 0)) %" }
      table.add("accepted by depth", shares.joined(separator: "  "))
    }
    table.add(
      "speed", "\(fixed(generation.tokensPerSecond, 1)) tokens/s (\(fixed(generation.decodeSeconds, 2)) s)")
    table.add("prompt", "\(fixed(generation.prefillSeconds, 2)) s")
    if !generation.spans.isEmpty {
      let spans = generation.spans.map { "\($0.name) \(fixed($0.nanoseconds * 1e-6, 1)) ms" }
      table.add("time by span", spans.joined(separator: ", "))
    }
    if let check = result.check {
      if let speed = check.plainTokensPerSecond { table.add("plain decoding", "\(fixed(speed, 1)) tokens/s") }
      table.add("check", Self.text(check))
    }
    return table.text
  }

  private static func text(_ stop: StopReason) -> String {
    switch stop {
    case .maxTokens: "all that were asked for"
    case .stopToken: "the text ended"
    case .context: "the context is full"
    }
  }

  private static func text(_ check: CheckSummary) -> String {
    guard check.passed else { return "DIFFERS: \(check.text)" }
    let law = check.keepsTheLaw ? "tokens follow the target's law" : "lossy: the law is the rule's"
    let tokens = check.tokensEqual == true ? "tokens equal to plain decoding" : law
    return "\(tokens); \(check.rows) rows of logits, \(check.logitBitsDiffering) bits differ"
  }
}
