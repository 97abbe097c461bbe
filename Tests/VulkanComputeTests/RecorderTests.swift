import Testing

@testable import VulkanCompute

extension VulkanTests {
  @Suite struct RecorderTests {
    @Test(arguments: [true, false]) func transfersRoundTrip(direct: Bool) async throws {
      try await withDevice(
        .testing { options in
          options.directTransfers = direct
          options.stagingByteCount = 1 << 16
        }
      ) { device in
        // Odd, and more than two halves of the staging buffer.
        let count = 2 * (1 << 16) + 12_345
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 8) }
        let buffer = try Buffer<UInt8>(device, count: count, label: "bytes")
        try device.upload(bytes, to: buffer.view)
        #expect(try device.download(buffer.view) == bytes)
        #expect(try device.download(buffer[1001..<1004]) == Array(bytes[1001..<1004]))
      }
    }

    @Test func copyAndFill() async throws {
      try await withDevice(.testing(.synchronization)) { device in
        let buffer = try Buffer<UInt32>(device, count: 256, intent: .readback, label: "words")
        var recorder = CommandRecorder(device)
        recorder.fill(buffer.view, with: 0xdead_beef)
        recorder.fill(buffer[10..<20], with: 7)
        recorder.copy(from: buffer[5..<15], to: buffer[100..<110])
        // The second fill writes over the first, the copy reads both.
        #expect(recorder.barrierCount == 2)
        try device.submit(try recorder.finish()).wait()
        var expected = [UInt32](repeating: 0xdead_beef, count: 256)
        for index in 10..<20 { expected[index] = 7 }
        for index in 105..<110 { expected[index] = 7 }
        #expect(buffer.withElements { Array($0) } == expected)
      }
    }

    @Test func dispatches() async throws {
      try await withDevice(.testing(.synchronization)) { device in
        let input = try Buffer<UInt32>(device, count: 1000, intent: .upload, label: "input")
        let output = try Buffer<UInt32>(device, count: 1000, intent: .readback, label: "output")
        input.withElements { elements in _ = elements.initialize(fromContentsOf: words(1000)) }
        let pipeline = try device.scalePipeline(factor: 3)
        #expect(try device.scalePipeline(factor: 3) === pipeline)
        #expect(try device.scalePipeline(factor: 4) !== pipeline)
        var recorder = CommandRecorder(device)
        recorder.scale(input.view, to: output.view, pipeline, addend: 11)
        try device.submit(try recorder.finish()).wait()
        #expect(output.withElements { Array($0) } == words(1000).map { $0 &* 3 &+ 11 })
      }
    }

    @Test func barriersOnlyWhereNeeded() async throws {
      try await withDevice { device in
        let buffer = try Buffer<UInt32>(device, count: 1024, label: "a")
        let other = try Buffer<UInt32>(device, count: 1024, label: "b")
        let (a, b) = (buffer.view, other.view)
        func barriers(_ body: (inout CommandRecorder) -> Void) -> Int {
          var recorder = CommandRecorder(device)
          body(&recorder)
          return recorder.barrierCount
        }
        // Read after read, and disjoint ranges of one buffer.
        #expect(
          barriers {
            $0.copy(from: buffer[0..<64], to: other[0..<64])
            $0.copy(from: buffer[0..<64], to: other[64..<128])
          } == 0)
        // Read after write.
        #expect(
          barriers {
            $0.fill(a, with: 1)
            $0.copy(from: a, to: b)
          } == 1)
        // Write after read.
        #expect(
          barriers {
            $0.copy(from: a, to: b)
            $0.fill(buffer[1000..<1001], with: 1)
          } == 1)
        // Write after write.
        #expect(
          barriers {
            $0.fill(a, with: 1)
            $0.fill(a, with: 2)
          } == 1)
        // One barrier serves all that came before.
        #expect(
          barriers {
            $0.fill(a, with: 1)
            $0.fill(b, with: 2)
            $0.copy(from: buffer[0..<64], to: buffer[64..<128])
            $0.copy(from: other[0..<64], to: other[64..<128])
          } == 1)
        // In a concurrent region the caller answers for order; what follows waits again.
        #expect(
          barriers {
            $0.concurrent {
              $0.fill(a, with: 1)
              $0.fill(a, with: 1)
            }
            $0.copy(from: a, to: b)
          } == 1)
      }
    }

    /// A chain of dependent kernels, over several submissions and without waiting in between.
    @Test func chainsAreOrdered() async throws {
      try await withDevice(.testing(.synchronization)) { device in
        let count = 4096
        let a = try Buffer<UInt32>(device, count: count, label: "a")
        let b = try Buffer<UInt32>(device, count: count, label: "b")
        try device.upload(words(count), to: a.view)
        let pipeline = try device.scalePipeline(factor: 3)
        var recorder = CommandRecorder(device, label: "there and back")
        for _ in 0..<4 {
          recorder.scale(a.view, to: b.view, pipeline, addend: 1)
          recorder.scale(b.view, to: a.view, pipeline, addend: 2)
        }
        #expect(recorder.barrierCount == 7)
        let recording = try recorder.finish()
        var expected = words(count)
        for _ in 0..<5 {
          try device.submit(recording)
          for _ in 0..<4 { expected = expected.map { ($0 &* 3 &+ 1) &* 3 &+ 2 } }
        }
        #expect(try device.download(a.view) == expected)
      }
    }

    @Test func groupCountsFromABuffer() async throws {
      try await withDevice(.testing(.synchronization)) { device in
        let groups = try Buffer<UInt32>(device, count: 4, label: "groups")
        let input = try Buffer<UInt32>(device, count: 256, label: "input")
        let output = try Buffer<UInt32>(device, count: 256, label: "output")
        try device.upload(words(256), to: input.view)
        let pipeline = try device.scalePipeline(factor: 1)
        var recorder = CommandRecorder(device)
        recorder.fill(output.view, with: 0)
        recorder.fill(groups.view, with: 1)
        recorder.fill(groups[1..<2], with: 2)
        recorder.dispatchIndirect(
          pipeline, groups: groups[1..<4],
          constants: withUnsafeBytes(of: ScaleConstants(count: 256, addend: 0)) { Array($0) },
          operands: [.read(input.view), .write(output.view)])
        try device.submit(try recorder.finish()).wait()
        // Two groups of 64.
        let expected = words(256).enumerated().map { $0 < 128 ? $1 : 0 }
        #expect(try device.download(output.view) == expected)
      }
    }

    @Test func limitsAreErrors() async throws {
      try await withDevice { device in
        let buffer = try Buffer<UInt32>(device, count: 64, label: "words")
        let pipeline = try device.scalePipeline(factor: 1)
        var recorder = CommandRecorder(device)
        let maximum = device.limits.maxComputeWorkGroupCount[1]
        guard maximum < UInt32.max else { return }
        recorder.dispatch(
          pipeline, groups: (1, UInt32(maximum) + 1, 1), constants: ScaleConstants(count: 0, addend: 0),
          operands: [.read(buffer.view), .write(buffer.view)])
        do throws(VulkanError) {
          _ = try recorder.finish()
          Issue.record("not refused")
        } catch {
          #expect(
            error
              == .capacity(
                limit: "maxComputeWorkGroupCount", requested: maximum + 1, maximum: maximum, label: "scale",
                device: device.description.name))
        }
      }
    }

    @Test func rangesBeyondTheLimitAreErrors() async throws {
      try await withDevice { device in
        let maximum = device.limits.maxStorageBufferRange
        guard maximum < 1 << 28 else { return }
        let large = try Buffer<UInt8>(device, count: maximum + 256, label: "large")
        let small = try Buffer<UInt32>(device, count: 64, label: "small")
        let pipeline = try device.scalePipeline(factor: 1)
        let constants = ScaleConstants(count: 1, addend: 0)
        var recorder = CommandRecorder(device)
        recorder.dispatch(
          pipeline, groups: (1, 1, 1), constants: constants,
          operands: [.read(large.view), .write(small.view)])
        do throws(VulkanError) {
          _ = try recorder.finish()
          Issue.record("not refused")
        } catch {
          guard case .capacity("maxStorageBufferRange", maximum + 256, maximum, _, _) = error else {
            throw error
          }
        }
        // A slice within the limit is welcome.
        var slices = CommandRecorder(device)
        slices.dispatch(
          pipeline, groups: (1, 1, 1), constants: constants,
          operands: [.read(large[256..<(maximum + 256)]), .write(small.view)])
        try device.submit(try slices.finish()).wait()
      }
    }

    @Test func misuseTraps() async throws {
      let empty = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let device = try Device(options: DeviceOptions(validation: .off))
        _ = try Buffer<UInt32>(device, count: 0, label: "empty")
      }
      let constants = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
        let device = try Device(options: DeviceOptions(validation: .off))
        let buffer = try Buffer<UInt32>(device, count: 64, label: "words")
        let pipeline = try device.scalePipeline(factor: 1)
        var recorder = CommandRecorder(device)
        recorder.dispatch(pipeline, groups: (1, 1, 1), constants: [0], operands: [.read(buffer.view)])
      }
      // Optimised builds trap without words.
      #if DEBUG
        for (result, words) in [
          (empty, "empty: a buffer has at least one element"),
          (constants, "scale: 1 bytes of push constants, 8 expected"),
        ] {
          let text = String(decoding: try #require(result).standardErrorContent, as: UTF8.self)
          #expect(text.contains(words))
        }
      #endif
    }
  }
}
