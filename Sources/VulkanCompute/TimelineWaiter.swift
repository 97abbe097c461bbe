import Dispatch
import Synchronization

/// Wakes tasks when the timeline reaches their values: one blocked thread for any number of tasks.
final class TimelineWaiter: Sendable {
  private typealias Outcome = Result<Void, VulkanError>

  private struct State {
    var waiting: [(value: UInt64, continuation: CheckedContinuation<Outcome, Never>)] = []
    var isRunning = false
  }

  private let timeline: Timeline
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "espalier.timeline")

  init(timeline: Timeline) { self.timeline = timeline }

  func wait(for value: UInt64) async throws(VulkanError) {
    let outcome = await withCheckedContinuation { continuation in
      let mustStart = state.withLock { state in
        state.waiting.append((value, continuation))
        defer { state.isRunning = true }
        return !state.isRunning
      }
      if mustStart { queue.async { self.run() } }
    }
    try outcome.get()
  }

  /// Waits for the lowest value, again and again, until nobody waits.
  private func run() {
    while let lowest = nextValue() {
      do throws(VulkanError) {
        // A short slice, because a lower value may have joined in the meantime.
        _ = try timeline.wait(for: lowest, nanoseconds: 10_000_000, label: "submission \(lowest)")
        let reached = timeline.reachedValue
        resume(.success(())) { $0 <= reached }
      } catch {
        resume(.failure(error)) { _ in true }
      }
    }
  }

  private func nextValue() -> UInt64? {
    state.withLock { state in
      let lowest = state.waiting.map(\.value).min()
      if lowest == nil { state.isRunning = false }
      return lowest
    }
  }

  private func resume(_ outcome: Outcome, where isDone: (UInt64) -> Bool) {
    let done = state.withLock { state in
      let done = state.waiting.filter { isDone($0.value) }.map(\.continuation)
      state.waiting.removeAll { isDone($0.value) }
      return done
    }
    for continuation in done { continuation.resume(returning: outcome) }
  }
}
