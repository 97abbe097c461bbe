import Testing

@testable import VulkanCompute

extension VulkanTests {
  @Suite struct TexelTests {
    @Test func texelBuffersReadAndWriteTheirViews() async throws {
      try await withDevice(.testing(.synchronization)) { device in
        let step = max(16, device.limits.minTexelBufferOffsetAlignment) / 4
        let input = try Buffer<UInt32>(device, count: step + 400, intent: .upload, label: "input")
        let output = try Buffer<UInt32>(device, count: step + 100, intent: .readback, label: "output")
        input.withElements { elements in _ = elements.initialize(fromContentsOf: words(step + 400)) }
        var recorder = CommandRecorder(device)
        recorder.fill(output.view, with: 7)
        recorder.dispatch(
          try device.texelPipeline(), groups: (100, 1, 1),
          operands: [.read(input[step..<step + 400]), .write(output[step..<step + 100])])
        #expect(recorder.barrierCount == 1)
        try device.submit(try recorder.finish()).wait()
        let expected = (0..<100).map { words(step + 400)[step + 4 * $0 + 3] }
        #expect(output.withElements { Array($0) } == Array(repeating: 7, count: step) + expected)
      }
    }

    /// Fails each fallible call of pipeline and recording in turn: nothing is left behind.
    @Test func eachFailureLeavesNothing() async throws {
      try await withDevice { device in
        let input = try Buffer<UInt32>(device, count: 400, label: "input")
        let output = try Buffer<UInt32>(device, count: 100, label: "output")
        let baseline = device.logical.liveObjectCount
        var failures = 0
        while true {
          device.logical.faults.arm(after: failures)
          do throws(VulkanError) {
            var recorder = CommandRecorder(device)
            let pipeline = try device.texelPipeline()
            for _ in 0..<3 {
              recorder.dispatch(
                pipeline, groups: (1, 1, 1), operands: [.read(input.view), .write(output.view)])
            }
            _ = try recorder.finish()
          } catch {
            switch error {
            case .outOfMemory, .call: break
            default: Issue.record("call \(failures): \(error)")
            }
          }
          let struck = !device.logical.faults.disarm()
          device.pipelines.withLock { $0.removeAll() }
          #expect(device.logical.liveObjectCount == baseline, "after failing call \(failures)")
          if !struck { break }
          failures += 1
        }
        #expect(failures > 12)
      }
    }
  }
}

extension Device {
  fileprivate func texelPipeline() throws(VulkanError) -> Pipeline {
    try pipeline("texels", spirv: texelKernel, bindingCount: 2, texels: [0: .rgba32ui, 1: .r32ui])
  }
}
