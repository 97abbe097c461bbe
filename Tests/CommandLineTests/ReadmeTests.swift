import Espalier
import Testing

@Suite("README")
struct ReadmeTests {
  /// The code of the README, on the reference backend.
  private func examples(_ backend: some Backend) throws -> [Float] {
    let a = try backend.makeTensor([3, 1, 4, 1, 5] as [Float], "a")
    let b = try backend.makeTensor([2, 7, 1, 8, 2] as [Float], "b")
    let sum: Tensor<Float> = try backend.makeTensor(5, "sum")
    let recording = try backend.record("sum") { $0.residualAdd(a, b, out: sum, count: 5) }
    try recording.run()
    return try backend.read(sum)
  }

  private func decoding(_ backend: some Backend) throws {
    let target = try Model(directory: EmbeddedModel.target.directory(), backend: backend)
    let draft = try Model(directory: EmbeddedModel.draft.directory(), backend: backend)
    let options = DecodingOptions(drafter: .model(try TreeShape(specification: "3x2x1x1")))
    let decoder = try Decoder(target: target, draft: draft, options: options)
    let generation = try decoder.generate(ByteTokenizer.encode("def main("))
    print(ByteTokenizer.decode(generation.tokens), generation.blockEfficiency)
  }

  private func devices() throws {
    for device in try Device.all() { print(device.index, device.name, device.driverName) }
    let backend = try VulkanBackend()  // the best device, or the one that ESPALIER_DEVICE names
    let sum: Tensor<Float> = try backend.makeTensor(5, "sum")
    print(try backend.read(sum))  // [5.0, 8.0, 5.0, 9.0, 7.0]
  }

  @Test("the first example gives what it says")
  func result() throws {
    #expect(try examples(ReferenceBackend()) == [5, 8, 5, 9, 7])
  }

  @Test("every line of Swift in the README compiles here")
  func lines() throws {
    try DocumentedCode("README.md").expectCompiled(in: #filePath)
  }
}
