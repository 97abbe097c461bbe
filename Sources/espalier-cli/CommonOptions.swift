import ArgumentParser
import Foundation
import Kernels
import VulkanCompute

/// What every command takes.
struct OutputOptions: ParsableArguments {
  @Flag(name: .long, help: "Write JSON, and nothing else, to standard output.")
  var json = false
}

/// Which device runs the kernels.
struct DeviceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Index, part of the name, UUID, or cpu for the reference backend; default: ESPALIER_DEVICE, else the best device.",
      valueName: "device"))
  var device: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Work layouts of one kind of device: \(LayoutKind.allCases.map(\.rawValue).joined(separator: ", ")); they change speed, never bits. Default: the device's own.",
      valueName: "kind"))
  var layouts: LayoutKind?
  @Flag(
    name: .long, inversion: .prefixedNo, exclusivity: .exclusive,
    help: "Read buffers as texels, or never; it changes speed, never bits. Default: what suits the device.")
  var texels: Bool?

  /// The options as typed, for a line that runs the same again on `device`.
  func line(device: String) -> String {
    "--device \"\(argument ?? device)\"" + (layouts.map { " --layouts \($0)" } ?? "")
      + (texels.map { $0 ? " --texels" : " --no-texels" } ?? "")
  }

  /// What was asked for, here or in the environment.
  var argument: String? {
    device ?? ProcessInfo.processInfo.environment["ESPALIER_DEVICE"].flatMap { $0.isEmpty ? nil : $0 }
  }

  mutating func validate() throws {
    if device?.isEmpty == true { throw ValidationError("--device is empty") }
  }
}

extension LayoutKind: ExpressibleByArgument {}

/// The backend a command works on, and what is known of its device.
struct ChosenBackend {
  let backend: any Backend
  /// Nil for the reference.
  let vulkan: VulkanBackend?

  /// Opens what `options` name and passes the device's warnings on.
  init(_ options: DeviceOptions, profiling: Bool = false) throws(Failure) {
    if options.argument?.lowercased() == "cpu" {
      if options.layouts != nil || options.texels != nil {
        throw .input("--layouts and --texels choose among the forms of a device's kernels; cpu has one form")
      }
      vulkan = nil
      backend = ReferenceBackend()
      return
    }
    let opened: VulkanBackend
    do throws(BackendError) {
      opened = try VulkanBackend(
        device: options.argument, profiling: profiling, usesTexels: options.texels, layouts: options.layouts)
    } catch {
      let text = "\(error)"
      throw .input(text.hasPrefix("no device matches") ? text + ", cpu (the reference backend)" : text)
    }
    for warning in opened.device.warnings { Console.warning("\(warning)") }
    vulkan = opened
    backend = opened
  }

  /// The validation layer, where it is on, must have been silent.
  func checkValidation() throws(Failure) {
    guard let vulkan else { return }
    do { try vulkan.device.checkValidation() } catch { throw .differs("\(error)") }
  }
}
