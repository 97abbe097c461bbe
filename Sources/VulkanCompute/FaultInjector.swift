import CVulkan
import Synchronization

/// Makes the nth fallible Vulkan call fail, so that tests can walk every error path. Idle unless armed.
final class FaultInjector: Sendable {
  private struct State {
    var callsUntilFault: Int?
    var result: Int32 = 0
  }

  private let state = Mutex(State())

  /// Fails the call after `calls` more calls with `result`, once.
  func arm(after calls: Int, with result: VkResult = VK_ERROR_OUT_OF_DEVICE_MEMORY) {
    let code = result.rawValue
    state.withLock { $0 = State(callsUntilFault: calls, result: code) }
  }

  /// Reports the device as lost at the next call.
  func armDeviceLoss() { arm(after: 0, with: VK_ERROR_DEVICE_LOST) }

  /// Switches off; false when the fault had already struck.
  @discardableResult
  func disarm() -> Bool {
    state.withLock { state in
      defer { state.callsUntilFault = nil }
      return state.callsUntilFault != nil
    }
  }

  /// The result to report in place of the next call, if its time has come.
  func strike() -> VkResult? {
    state.withLock { state -> Int32? in
      guard let left = state.callsUntilFault else { return nil }
      state.callsUntilFault = left == 0 ? nil : left - 1
      return left == 0 ? state.result : nil
    }.map { VkResult(rawValue: $0) }
  }
}
