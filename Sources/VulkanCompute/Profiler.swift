import CVulkan
import Synchronization

/// One measured span of one run.
public struct Span: Sendable, Hashable {
  /// The name it was recorded under.
  public var name: String
  /// Spans around it.
  public var depth: Int
  /// Start on the device's clock, in nanoseconds.
  public var startNanoseconds: Double
  /// Duration in nanoseconds.
  public var nanoseconds: Double
}

/// All measured spans of one name.
public struct SpanSummary: Sendable, Hashable {
  /// The name they were recorded under.
  public var name: String
  /// The duration of each, in nanoseconds, in order.
  public var nanoseconds: [Double]
  /// How many there were.
  public var count: Int { nanoseconds.count }
  /// Nanoseconds in all.
  public var totalNanoseconds: Double { nanoseconds.reduce(0, +) }
}

extension CommandBuffer {
  /// The spans of the last submission, in recording order; waits for it.
  ///
  /// Empty unless ``Device/isProfiling``, and before the first submission. An earlier submission's spans are
  /// overwritten by the next, so read them in between.
  public func spans() throws(VulkanError) -> [Span] {
    guard let pool = resources.queryPool, lastPoint.value > 0 else { return [] }
    try lastPoint.wait()
    let logical = device.logical
    var ticks = [UInt64](repeating: 0, count: 2 * spanList.count)
    let byteCount = ticks.count * 8
    try logical.call("vkGetQueryPoolResults", label) {
      vkGetQueryPoolResults(
        logical.handle, pool, 0, UInt32(2 * spanList.count), byteCount, &ticks, 8,
        VK_QUERY_RESULT_64_BIT.rawValue | VK_QUERY_RESULT_WAIT_BIT.rawValue)
    }
    // The counter has so many bits and wraps around.
    let bits = logical.timestampValidBits
    let mask = bits >= 64 ? UInt64.max : (1 << UInt64(bits)) - 1
    let period = device.limits.timestampPeriod
    return spanList.enumerated().map { index, span in
      let (start, end) = (ticks[2 * index] & mask, ticks[2 * index + 1] & mask)
      return Span(
        name: span.name, depth: span.depth, startNanoseconds: Double(start) * period,
        nanoseconds: Double((end &- start) & mask) * period)
    }
  }
}

/// Gathers the spans of many runs.
public final class Profiler: Sendable {
  private let gathered = Mutex<[Span]>([])

  /// An empty profiler.
  public init() {}

  /// Adds the spans of the recording's last submission; waits for it.
  public func collect(_ recording: CommandBuffer) throws(VulkanError) {
    let spans = try recording.spans()
    gathered.withLock { $0 += spans }
  }

  /// Every span collected, in order.
  public var spans: [Span] { gathered.withLock { $0 } }

  /// One summary a name, in order of first appearance.
  public var summaries: [SpanSummary] {
    var positions: [String: Int] = [:]
    var result: [SpanSummary] = []
    for span in spans {
      if let position = positions[span.name] {
        result[position].nanoseconds.append(span.nanoseconds)
      } else {
        positions[span.name] = result.count
        result.append(SpanSummary(name: span.name, nanoseconds: [span.nanoseconds]))
      }
    }
    return result
  }

  /// The spans as a Chrome trace: JSON for `chrome://tracing` or Perfetto, times in microseconds from the first span.
  public func chromeTrace() -> String {
    let spans = self.spans
    let origin = spans.map(\.startNanoseconds).min() ?? 0
    let events = spans.map { span in
      #"{"name":\#(quoted(span.name)),"cat":"gpu","ph":"X","pid":0,"tid":0,"#
        + #""ts":\#((span.startNanoseconds - origin) / 1000),"dur":\#(span.nanoseconds / 1000)}"#
    }
    return #"{"displayTimeUnit":"ns","traceEvents":["# + events.joined(separator: ",\n") + "]}\n"
  }

  private func quoted(_ text: String) -> String {
    let body = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"": "\\\""
      case "\\": "\\\\"
      case _ where scalar.value < 0x20:
        "\\u" + String(scalar.value + 0x10000, radix: 16).dropFirst()
      default: String(scalar)
      }
    }
    return "\"" + body.joined() + "\""
  }
}
