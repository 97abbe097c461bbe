import ShaderInterface

func requireVocabulary(_ vocabulary: Int, _ kernel: String) {
  require(
    vocabulary >= 1 && vocabulary <= Int(MAXIMUM_VOCABULARY), kernel,
    "vocabulary \(vocabulary), at most \(MAXIMUM_VOCABULARY)")
}
