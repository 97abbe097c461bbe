import Testing

@testable import VulkanCompute

extension VulkanTests {
  @Suite struct TimelineTests {
    @Test func timesOut() async throws {
      try await withDevice { device in
        let never = TimelinePoint(device: device, value: 1 << 40)
        #expect(!never.isReached)
        let error = #expect(throws: VulkanError.self) { try never.wait(timeout: .milliseconds(20)) }
        #expect(error == .timeout(seconds: 0.02, label: "submission \(1 << 40)"))
        #expect(throws: VulkanError.self) { try never.wait(timeout: .zero) }
        // The device is none the worse.
        let buffer = try Buffer<UInt32>(device, count: 4, intent: .readback, label: "words")
        var recorder = CommandRecorder(device)
        recorder.fill(buffer.view, with: 3)
        try device.submit(try recorder.finish()).wait()
        #expect(buffer.withElements { Array($0) } == [3, 3, 3, 3])
      }
    }

    @Test func tasksAreWoken() async throws {
      try await withDevice { device in
        let buffer = try Buffer<UInt32>(device, count: 1 << 16, intent: .readback, label: "words")
        let view = buffer.view
        try await withThrowingTaskGroup(of: Void.self) { group in
          for value in 1...8 as ClosedRange<UInt32> {
            var recorder = CommandRecorder(device, label: "fill \(value)")
            recorder.fill(view, with: value)
            let point = try device.submit(try recorder.finish())
            group.addTask {
              try await point.completion()
              #expect(point.isReached)
            }
          }
          try await group.waitForAll()
        }
        #expect(buffer.withElements { $0.allSatisfy { $0 == 8 } })
      }
    }

    @Test func threadsSubmitTogether() async throws {
      try await withDevice { device in
        let pipeline = try device.scalePipeline(factor: 2)
        try await withThrowingTaskGroup(of: Void.self) { group in
          for seed in 1...6 as ClosedRange<UInt32> {
            group.addTask {
              for round in 0..<5 as Range<UInt32> {
                let input = words(500, seed: seed * 100 + round)
                let a = try Buffer<UInt32>(device, count: 500, label: "a")
                let b = try Buffer<UInt32>(device, count: 500, label: "b")
                try device.upload(input, to: a.view)
                var recorder = CommandRecorder(device)
                recorder.scale(a.view, to: b.view, pipeline, addend: seed)
                let point = try device.submit(try recorder.finish())
                try await point.completion()
                #expect(try device.download(b.view) == input.map { $0 &* 2 &+ seed })
              }
            }
          }
          try await group.waitForAll()
        }
        #expect(device.memoryStatistics.bufferCount == 0)
      }
    }

    @Test func durationsClamp() {
      #expect(Duration.milliseconds(3).clampedNanoseconds == 3_000_000)
      #expect(Duration.seconds(-1).clampedNanoseconds == 0)
      #expect(Duration.seconds(Int64.max).clampedNanoseconds == .max)
    }
  }
}
