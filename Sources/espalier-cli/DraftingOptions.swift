import ArgumentParser
import Decoding
import Models

/// Who proposes tokens.
enum DrafterName: String, ExpressibleByArgument, CaseIterable {
  case plain, model, heads, ngram
}

/// How the draft model chooses children.
enum CandidateName: String, ExpressibleByArgument, CaseIterable {
  /// Its likeliest tokens.
  case best
  /// Independent draws.
  case replacement
  /// Draws without replacement.
  case distinct
}

extension VerificationRule: ExpressibleByArgument {}

/// The drafter, the shape of what it proposes, and the rule that accepts.
struct DraftingOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "Default: model; with --model and no --draft-model, heads if the checkpoint has them, else ngram.")
  var drafter: DrafterName?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "root, chain:5, 4x2x1 (children a node by depth), [[0],[1],[0,0]] (paths of child ranks) or @FILE with paths.",
      valueName: "spec"))
  var tree: String?
  @Option(
    name: .long,
    help:
      "Default: greedy at temperature 0, else pick, which gives the tokens of plain sampling with the same seed."
  )
  var verify: VerificationRule?
  @Option(
    name: .long,
    help:
      "How the draft model chooses children; default: distinct with token, siblings and traversal, else best."
  )
  var candidates: CandidateName?

  /// What can be refused without a model.
  func check(_ sampling: SamplingOptions) throws {
    if drafter == .plain, tree != nil { throw ValidationError("--tree: plain decoding has no tree") }
    if candidates != nil, let drafter, drafter != .model {
      throw ValidationError("--candidates: \(drafter.rawValue) proposes its best tokens; only model draws")
    }
    guard let tree else { return }
    do throws(TreeError) { _ = try TreeShape(specification: tree) } catch {
      throw ValidationError("--tree: \(error)")
    }
  }

  func rule(_ sampling: SamplingOptions) -> VerificationRule {
    verify ?? (sampling.isGreedy ? .greedy : .pick)
  }

  /// The drafter that the options and the checkpoints at hand ask for.
  func drafter(for models: ModelPair, _ sampling: SamplingOptions) throws(Failure) -> Drafter {
    switch models.drafterName {
    case .plain: return .none
    case .model:
      let candidates = candidates ?? (needsDraws(sampling) ? .distinct : .best)
      let shape = try shape(rule(sampling) == .token ? "chain:5" : "3x2x1x1x1x1")
      return switch candidates {
      case .best: .model(shape, .best)
      case .replacement: .model(shape, .sampled(replacement: true))
      case .distinct: .model(shape, .sampled(replacement: false))
      }
    case .heads:
      let standard = rule(sampling) == .token ? "chain" : "3x2x1x1"
      let depth = max(1, min(4, models.target.draftHeadCount))
      let text =
        standard == "chain"
        ? "chain:\(depth)" : standard.split(separator: "x").prefix(depth).joined(separator: "x")
      return .heads(try shape(text))
    case .ngram:
      let shape = try shape("chain:8")
      guard shape.isChain, shape.count > 1 else {
        throw .input("--tree \(shape): ngram proposes one chain; write chain:8")
      }
      return .promptLookup(count: shape.count - 1)
    }
  }

  private func shape(_ standard: String) throws(Failure) -> TreeShape {
    try failing { try TreeShape(specification: tree ?? standard) }
  }

  /// Rejection of sampled drafts is what these rules are for.
  private func needsDraws(_ sampling: SamplingOptions) -> Bool {
    let rule = rule(sampling)
    return !sampling.isGreedy && [.token, .siblings, .traversal].contains(rule)
  }

  func summary(_ options: DecodingOptions) -> String {
    switch options.drafter {
    case .none: "plain decoding"
    case .model(let shape, let candidates):
      "draft model, tree \(shape), \(Self.text(candidates)), \(options.rule)"
    case .heads(let shape): "heads, tree \(shape), \(options.rule)"
    case .promptLookup(_, _, let count): "ngram, chain:\(count), \(options.rule)"
    }
  }

  private static func text(_ candidates: Candidates) -> String {
    switch candidates {
    case .best: "best candidates"
    case .sampled(let replacement): replacement ? "drawn with replacement" : "drawn without replacement"
    }
  }
}
