import ShaderLibrary
import VulkanCompute

/// What multiplication and addition can do on a device when memory stands aside: `Shaders/multiplyAdd.comp`.
enum MultiplyAddCeiling {
  private static let chains = 16
  private static let invocationsPerGroup = 64
  private static let steps: UInt32 = 2048
  private static let runs = 9

  /// Operations a second, the best of several runs; throws if the device computes the chains wrongly.
  static func measure(on device: Device) throws -> Double {
    let module = ShaderLibrary.modules["multiplyAdd"]
    guard let module else { preconditionFailure("multiplyAdd was not built") }
    let pipeline = try device.pipeline(
      module.name, spirv: module.words, specialization: [steps], bindingCount: module.bindings.count)
    let groups = device.description.kind == .cpu ? 64 : 8192
    let invocations = groups * invocationsPerGroup
    let out = try Buffer<Float>(device, count: invocations, label: "multiply-add results")
    var recorder = CommandRecorder(device, label: "multiply-add ceiling")
    recorder.beginSpan("multiply-add")
    recorder.dispatch(pipeline, groups: (UInt32(groups), 1, 1), operands: [.write(out.view)])
    recorder.endSpan()
    let recording = try recorder.finish()
    var best = Double.infinity
    for _ in 0..<runs { best = min(best, try seconds(of: recording, on: device)) }
    try check(device.download(out.view, as: Float.self), device)
    return Double(invocations) * Double(chains) * Double(steps) * 2 / best
  }

  private static func seconds(of recording: CommandBuffer, on device: Device) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try device.submit(recording).wait()
    let elapsed = (clock.now - start) / .seconds(1)
    return try recording.spans().first.map { $0.nanoseconds * 1e-9 } ?? elapsed
  }

  private static func check(_ results: [Float], _ device: Device) throws {
    let wanted = (0..<256).map { expected(start: Float($0)) }
    for (index, result) in results.enumerated() where result.bitPattern != wanted[index % 256].bitPattern {
      throw BenchmarkError.wrong(
        kernel: "multiplyAdd", difference: "out[\(index)] is \(result), not \(wanted[index % 256])")
    }
  }

  private static func expected(start: Float) -> Float {
    var sum: Float = 0
    for chain in 0..<chains {
      var value = start + Float(chain)
      for _ in 0..<steps {
        let product = value * 0.99
        value = 0.3 + product
      }
      sum += value
    }
    return sum
  }
}
