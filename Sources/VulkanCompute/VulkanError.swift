/// What the environment can refuse: driver, device, memory, time. Each case says what to do next.
///
/// Misuse (an index out of range, a wrong number of operands) traps instead.
public enum VulkanError: Error, Sendable, Equatable {
  /// No Vulkan driver, or a driver without devices.
  case noDriver(reason: String)
  /// No device answers to the selector.
  case unknownDevice(selector: String, available: [String])
  /// The device lacks what every use of it needs; `missing` names it.
  case unsupportedDevice(device: String, missing: [String])
  /// The device lacks what this one use needs; other kernels may run.
  case unsupported(missing: [String], label: String, device: String)
  /// `ESPALIER_VALIDATION` has a value that means nothing.
  case unknownValidation(String)
  /// Validation was asked for and the layer is not installed.
  case validationUnavailable(missing: String)
  /// The validation layer had something to say.
  case validation(messages: [String])
  /// A Vulkan function failed.
  case call(function: String, result: String, code: Int32, label: String)
  /// `requestedBytes` could not be had.
  case outOfMemory(requestedBytes: Int, label: String)
  /// A request is larger than a limit of the device.
  case capacity(limit: String, requested: Int, maximum: Int, label: String, device: String)
  /// The device is gone; every later call on it throws this too.
  case deviceLost(label: String)
  /// The work was not done after `seconds`; it may still finish.
  case timeout(seconds: Double, label: String)
}

extension VulkanError: CustomStringConvertible {
  /// A sentence with the call, the numbers and what to do.
  public var description: String {
    switch self {
    case .noDriver(let reason):
      "no Vulkan device: \(reason); install a driver (on Debian and Ubuntu: mesa-vulkan-drivers), "
        + "or use the reference backend with --device cpu"
    case .unknownDevice(let selector, let available):
      "no device matches '\(selector)'; there are: "
        + available.enumerated().map { "\($0): \($1)" }.joined(separator: ", ")
    case .unsupportedDevice(let device, let missing):
      "\(device) lacks \(missing.joined(separator: ", ")); update its driver, choose another device, "
        + "or use the reference backend with --device cpu"
    case .unsupported(let missing, let label, let device):
      "\(label): \(device) lacks \(missing.joined(separator: ", ")); choose a variant without it or another device"
    case .unknownValidation(let value):
      "ESPALIER_VALIDATION is '\(value)'; 1, sync (also memory hazards) and 0 or nothing (off) are possible"
    case .validationUnavailable(let missing):
      "\(missing) is not available; install vulkan-validationlayers or unset ESPALIER_VALIDATION"
    case .validation(let messages):
      "the validation layer reported \(messages.count) messages; the first: \(messages.first ?? "")"
    case .call(let function, let result, let code, let label):
      "\(label): \(function) failed with \(result) (\(code)); ESPALIER_VALIDATION=1 may tell why"
    case .outOfMemory(let bytes, let label):
      "\(label): no memory for \(bytes) bytes; free buffers, use smaller sizes, or a device with more memory"
    case .capacity(let limit, let requested, let maximum, let label, let device):
      "\(label): \(requested) exceeds \(limit) = \(maximum) of \(device); split the work or the buffer"
    case .deviceLost(let label):
      "\(label): the device was lost; make a new Device and upload again (a reset, a crash or a kernel that ran too long)"
    case .timeout(let seconds, let label):
      "\(label): not done after \(seconds) s; wait again, or raise DeviceOptions.timeout"
    }
  }
}
