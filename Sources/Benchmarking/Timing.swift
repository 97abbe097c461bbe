import Kernels

/// How long one call takes: the median of many, and how far they spread.
public struct Timing: Codable, Sendable {
  /// Samples; each is the mean of `calls` calls in one recording.
  public var repetitions: Int
  public var calls: Int
  public var medianSeconds: Double
  /// A tenth of the samples lie below, a tenth above.
  public var lowSeconds: Double
  public var highSeconds: Double

  /// - Parameter samples: seconds of one call, at least one.
  public init(samples: [Double], calls: Int) {
    let sorted = samples.sorted()
    func quantile(_ share: Double) -> Double { sorted[Int((Double(sorted.count - 1) * share).rounded())] }
    repetitions = sorted.count
    self.calls = calls
    medianSeconds = quantile(0.5)
    lowSeconds = quantile(0.1)
    highSeconds = quantile(0.9)
  }
}

/// How long to measure.
public struct TimingBudget: Codable, Sendable {
  /// Seconds for the samples of one measurement, about.
  public var seconds: Double
  public var warmUps = 3
  public var fewestSamples = 5
  public var mostSamples = 200

  public init(seconds: Double = 0.3) { self.seconds = seconds }
}

/// Measures what a closure records, on the device's clock where it has one.
public struct Stopwatch {
  let backend: any Backend
  let budget: TimingBudget
  /// Short calls are recorded several times, so that a sample lasts about this long.
  private static let sampleSeconds = 1e-3
  private static let mostCalls = 64

  public init(_ backend: any Backend, _ budget: TimingBudget) {
    self.backend = backend
    self.budget = budget
  }

  /// Seconds of one call; each call waits for the one before it.
  public func time(_ label: String, _ record: (any CommandList) -> Void) throws(BackendError) -> Timing {
    let single = try recording(label, calls: 1, record)
    var estimate = 0.0
    for _ in 0..<budget.warmUps {
      estimate = try seconds(of: single)
      if estimate > budget.seconds { break }
    }
    let calls = min(Self.mostCalls, max(1, Int(Self.sampleSeconds / max(estimate, 1e-9))))
    let batch = calls == 1 ? single : try recording(label, calls: calls, record)
    estimate = try seconds(of: batch)
    let wanted = Int(budget.seconds / max(estimate, 1e-9))
    var samples: [Double] = []
    let fewest = estimate > budget.seconds ? min(3, budget.fewestSamples) : budget.fewestSamples
    for _ in 0..<min(budget.mostSamples, max(fewest, wanted)) {
      samples.append(try seconds(of: batch) / Double(calls))
    }
    return Timing(samples: samples, calls: calls)
  }

  /// Whether the backend measures spans itself; else a sample is the time from submission to completion.
  public func hasDeviceClock() throws(BackendError) -> Bool {
    let scratch: Tensor<UInt32> = try backend.makeTensor(2 * tensorAlignment, "clock probe")
    let half = scratch.count / 2
    let probe = try recording("clock probe", calls: 1) { list in
      list.copy(scratch[0..<half], to: scratch[half..<2 * half])
    }
    try probe.run()
    return !probe.spans.isEmpty
  }

  private func recording(
    _ label: String, calls: Int, _ record: (any CommandList) -> Void
  ) throws(BackendError) -> any Recording {
    try backend.record(label) { list in
      list.span(label) { for _ in 0..<calls { record(list) } }
    }
  }

  private func seconds(of recording: any Recording) throws(BackendError) -> Double {
    let before = recording.spans.first?.nanoseconds ?? 0
    let clock = ContinuousClock()
    let start = clock.now
    try recording.run()
    let elapsed = (clock.now - start) / .seconds(1)
    guard let after = recording.spans.first?.nanoseconds else { return elapsed }
    return (after - before) * 1e-9
  }
}
