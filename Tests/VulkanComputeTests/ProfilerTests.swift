import Foundation
import Testing

@testable import VulkanCompute

extension VulkanTests {
  @Suite struct ProfilerTests {
    @Test func measuresSpansOfEachRun() async throws {
      try await withDevice(.testing { $0.profiling = true }) { device in
        guard device.isProfiling else { return #expect(!device.warnings.isEmpty) }
        let buffer = try Buffer<UInt32>(device, count: 1 << 20, label: "words")
        var recorder = CommandRecorder(device)
        recorder.span("outer") { recorder in
          recorder.span("fill \"1\"") { $0.fill(buffer.view, with: 1) }
          recorder.beginSpan("fill 2")
          recorder.fill(buffer.view, with: 2)
          recorder.endSpan()
        }
        let recording = try recorder.finish()
        #expect(try recording.spans() == [])
        let profiler = Profiler()
        for _ in 0..<3 {
          try device.submit(recording)
          try profiler.collect(recording)
        }
        #expect(profiler.spans.prefix(3).map(\.name) == ["outer", "fill \"1\"", "fill 2"])
        #expect(profiler.spans.prefix(3).map(\.depth) == [0, 1, 1])
        let summaries = profiler.summaries
        #expect(summaries.map(\.count) == [3, 3, 3])
        for summary in summaries { #expect(summary.totalNanoseconds > 0) }
        #expect(
          summaries[0].totalNanoseconds >= summaries[1].totalNanoseconds + summaries[2].totalNanoseconds)

        let json = try JSONSerialization.jsonObject(with: Data(profiler.chromeTrace().utf8))
        let trace = try #require(json as? [String: Any])
        let events = try #require(trace["traceEvents"] as? [[String: Any]])
        #expect(events.count == 9)
        #expect(events[1]["name"] as? String == "fill \"1\"")
        #expect(events.allSatisfy { ($0["dur"] as? Double ?? -1) >= 0 && ($0["ts"] as? Double ?? -1) >= 0 })
      }
    }

    @Test func costsNothingWhenOff() async throws {
      try await withDevice { device in
        let buffer = try Buffer<UInt32>(device, count: 16, label: "words")
        var recorder = CommandRecorder(device)
        recorder.span("fill") { $0.fill(buffer.view, with: 1) }
        let recording = try recorder.finish()
        try device.submit(recording).wait()
        #expect(recording.resources.queryPool == nil)
        #expect(try recording.spans() == [])
      }
    }

    @Test func emptyTraceParses() throws {
      _ = try JSONSerialization.jsonObject(with: Data(Profiler().chromeTrace().utf8))
    }
  }
}
