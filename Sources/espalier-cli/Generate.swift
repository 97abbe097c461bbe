import ArgumentParser
import Decoding
import Foundation
import Kernels
import Models

/// Text from a model, by tree speculative decoding, with the proof beside it.
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Decode text, plainly or speculatively; --check proves that both give the same bits.",
    discussion: "Exit status 1 if --check finds a difference.")

  @OptionGroup var deviceOptions: DeviceOptions
  @OptionGroup var output: OutputOptions
  @OptionGroup var drafting: DraftingOptions
  @OptionGroup var sampling: SamplingOptions

  @Option(
    name: .long, help: ArgumentHelp("Checkpoint folder; default: the embedded model.", valueName: "dir"))
  var model: String?
  @Option(
    name: .long,
    help: ArgumentHelp("Checkpoint folder of the draft model; default: the embedded one.", valueName: "dir"))
  var draftModel: String?
  @Option(name: .long, parsing: .unconditional, help: "Tokens to decode, at most.")
  var maxTokens = 128
  @Flag(name: .long, help: "Also decode plainly and compare every token and every logit bit.")
  var check = false
  @Flag(
    name: .long, inversion: .prefixedNo, exclusivity: .exclusive,
    help: "Measure named spans with GPU timestamps.")
  var profile = true
  @Option(name: .long, help: ArgumentHelp("File with the prompt; - is standard input.", valueName: "file"))
  var promptFile: String?
  @Argument(help: "The prompt; - is standard input; default: an embedded one.")
  var prompt: String?

  mutating func validate() throws {
    if !(1...1_000_000).contains(maxTokens) {
      throw ValidationError("--max-tokens \(maxTokens): 1 to 1000000 are possible")
    }
    try drafting.check(sampling)
  }

  func run() throws {
    let text = try Prompt.read(argument: prompt, file: promptFile)
    let chosen = try ChosenBackend(deviceOptions, profiling: profile)
    let models = try ModelPair(target: model, draft: draftModel, drafting: drafting, backend: chosen.backend)
    let options = DecodingOptions(
      drafter: try drafting.drafter(for: models, sampling), rule: drafting.rule(sampling),
      warp: sampling.warp)
    let decoder = try failing {
      try Decoder(target: models.target, draft: models.draft, options: options)
    }
    let tokens = ByteTokenizer.encode(text)
    guard tokens.count < decoder.context else {
      throw Failure.of(DecodingError.promptTooLong(tokens: tokens.count, context: decoder.context))
    }
    if !output.json {
      let check = check ? ", checked against plain decoding" : ""
      Console.note("\(chosen.backend.name): \(models.names), \(drafting.summary(options))\(check)")
      Console.note("", terminator: "\n" + text)
    }
    let result = try decode(decoder, tokens)
    if output.json {
      try Console.print(json: GenerateReport(result, chosen, models, decoder, sampling))
    } else {
      Console.print("\n" + GenerateTable(result).text)
    }
    try chosen.checkValidation()
    if let check = result.check, !check.passed { throw Failure.differs(check.text) }
  }

  /// Streams the text in human mode, then decodes plainly if asked to.
  private func decode(_ decoder: Decoder, _ tokens: [UInt32]) throws(Failure) -> GenerateResult {
    let options = GenerationOptions(maxTokens: maxTokens, seed: sampling.seed, recordsLogits: check)
    let streams = !output.json
    var stream = TextStream()
    func show(_ tokens: ArraySlice<UInt32>) {
      if streams { Console.print(stream.append(ByteTokenizer.bytes(tokens)), terminator: "") }
    }
    // Whatever happens next starts on a line of its own.
    defer { if streams { Console.print(stream.finish()) } }
    return try failing {
      guard check else {
        return GenerateResult(
          generation: try decoder.generate(tokens, options: options, onTokens: show), check: nil)
      }
      let checked = try DecodingCheck.run(decoder: decoder, prompt: tokens, options: options, onTokens: show)
      return GenerateResult(generation: checked.generation, check: CheckSummary(checked, decoder.options))
    }
  }
}
