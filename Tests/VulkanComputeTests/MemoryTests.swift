import Testing

@testable import VulkanCompute

extension VulkanTests {
  @Suite struct MemoryTests {
    @Test func smallBuffersShareABlock() async throws {
      try await withDevice(.testing { $0.blockByteCount = 1 << 20 }) { device in
        let first = try Buffer<UInt8>(device, count: 1000, label: "first")
        let second = try Buffer<UInt8>(device, count: 1, label: "second")
        #expect(device.memoryStatistics.blockCount == 1)
        #expect(device.memoryStatistics.bufferCount == 2)
        #expect(device.memoryStatistics.reservedByteCount == 1 << 20)
        #expect(device.memoryStatistics.usedByteCount == 1024 + 256)
        let (a, b) = (first.storage.memory.allocation, second.storage.memory.allocation)
        #expect(a.block === b.block)
        #expect(!a.range.overlaps(b.range))
        #expect(a.range.lowerBound % 256 == 0 && b.range.lowerBound % 256 == 0)
        // More than half a block is a block of its own.
        let large = try Buffer<UInt8>(device, count: (1 << 19) + 1, label: "large")
        #expect(large.storage.memory.allocation.block.isDedicated)
        #expect(device.memoryStatistics.blockCount == 2)
      }
    }

    @Test func memoryComesBack() async throws {
      try await withDevice { device in
        do {
          let buffer = try Buffer<Float>(device, count: 1 << 20, label: "buffer")
          #expect(device.memoryStatistics.usedByteCount == 4 << 20)
          withExtendedLifetime(buffer.view) {}
          _ = consume buffer
        }
        #expect(device.memoryStatistics.usedByteCount == 0)
        #expect(device.memoryStatistics.peakUsedByteCount == 4 << 20)
        device.trimMemory()
        #expect(device.memoryStatistics.blockCount == 0)
        #expect(device.memoryStatistics.reservedByteCount == 0)
      }
    }

    @Test func viewsKeepMemory() async throws {
      try await withDevice { device in
        func makeView() throws -> BufferView {
          let buffer = try Buffer<UInt32>(device, count: 4, label: "viewed")
          try device.upload([1, 2, 3, 4] as [UInt32], to: buffer.view)
          return buffer[1..<3]
        }
        let view = try makeView()
        #expect(device.memoryStatistics.bufferCount == 1)
        #expect(try device.download(view, as: UInt32.self) == [2, 3])
      }
    }

    @Test func freedOnlyAfterUse() async throws {
      try await withDevice { device in
        let size = 1 << 20
        let output = try Buffer<UInt32>(device, count: size, intent: .readback, label: "output")
        let pipeline = try device.scalePipeline(factor: 3)
        let point: TimelinePoint
        do {
          let input = try Buffer<UInt32>(device, count: size, label: "input")
          try device.upload(words(size), to: input.view)
          var recorder = CommandRecorder(device)
          for _ in 0..<20 { recorder.scale(input.view, to: output.view, pipeline, addend: 1) }
          let recording = try recorder.finish()
          point = try device.submit(recording)
        }
        // Input and recording have no owner left; until the point they must wait.
        let waiting = device.memoryStatistics
        if !point.isReached {
          #expect(waiting.pendingDestructionCount > 0)
          #expect(waiting.bufferCount == 2)
        }
        try point.wait()
        #expect(device.memoryStatistics.pendingDestructionCount == 0)
        #expect(device.memoryStatistics.bufferCount == 1)
        #expect(output.withElements { Array($0) } == words(size).map { $0 &* 3 &+ 1 })
      }
    }

    @Test func tooLargeForTheDevice() async throws {
      try await withDevice { device in
        let maximum = device.limits.maxMemoryAllocationSize
        let error = #expect(throws: VulkanError.self) {
          _ = try Buffer<UInt8>(device, count: maximum + 1, label: "huge")
        }
        switch error {
        case .capacity(_, _, let limit, "huge", _): #expect(limit == maximum)
        case .outOfMemory(let bytes, "huge"): #expect(bytes == maximum + 1)
        default: Issue.record("\(String(describing: error))")
        }
        #expect(device.memoryStatistics.bufferCount == 0)
      }
    }

    /// Fails each fallible call of a whole round in turn: every failure is thrown, and leaves nothing behind.
    @Test func eachFailureLeavesNothing() async throws {
      try await withDevice(
        .testing { options in
          options.profiling = true
          options.directTransfers = false
        }
      ) { device in
        let baseline = device.logical.liveObjectCount
        let expected = words(300).map { $0 &* 5 &+ 7 }
        var failures = 0
        while true {
          device.logical.faults.arm(after: failures)
          do throws(VulkanError) {
            let result = try round(device)
            #expect(result == expected)
          } catch {
            switch error {
            case .outOfMemory, .call: break
            default: Issue.record("call \(failures): \(error)")
            }
          }
          let struck = !device.logical.faults.disarm()
          device.pipelines.withLock { $0.removeAll() }
          try device.lastPoint.wait()
          device.trimMemory()
          #expect(device.memoryStatistics.bufferCount == 0, "after failing call \(failures)")
          #expect(device.logical.liveObjectCount == baseline, "after failing call \(failures)")
          if !struck { break }
          failures += 1
        }
        #expect(failures > 30)
      }
    }

    private func round(_ device: Device) throws(VulkanError) -> [UInt32] {
      let input = try Buffer<UInt32>(device, count: 300, label: "input")
      let output = try Buffer<UInt32>(device, count: 300, label: "output")
      try device.upload(words(300), to: input.view)
      let pipeline = try device.scalePipeline(factor: 5)
      var recorder = CommandRecorder(device)
      recorder.span("scale") { $0.scale(input.view, to: output.view, pipeline, addend: 7) }
      let recording = try recorder.finish()
      try device.submit(recording).wait()
      _ = try recording.spans()
      return try device.download(output.view)
    }

    @Test func freeRangesJoin() {
      var free = FreeRanges(byteCount: 4096)
      let taken = (0..<4).map { _ in free.take(1000, alignment: 256)! }
      #expect(taken == [0, 1024, 2048, 3072])
      #expect(free.take(100, alignment: 256) == nil)
      #expect(free.take(24, alignment: 8) == 1000)
      free.give(back: 1000..<1024)
      for start in [1024, 0, 3072, 2048] { free.give(back: start..<(start + 1000)) }
      #expect(free.ranges == [0..<4096])
      #expect(free.byteCount == 4096)
    }
  }
}
