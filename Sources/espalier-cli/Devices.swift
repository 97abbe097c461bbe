import ArgumentParser
import Kernels
import VulkanCompute

/// What there is to run on.
struct Devices: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract:
      "List devices: driver, limits, features, exactness, and the kernels that missing features disable.")

  @OptionGroup var output: OutputOptions

  func run() throws {
    var descriptions: [DeviceDescription] = []
    do throws(VulkanError) {
      descriptions = try Device.all()
    } catch {
      // The reference backend remains.
      Console.warning("\(error)")
    }
    let reports = descriptions.map { DeviceReport($0) }
    if output.json {
      try Console.print(json: DeviceList(devices: reports))
    } else {
      Console.print((reports.map(\.text) + [DeviceList.referenceLine]).joined(separator: "\n\n"))
    }
  }
}

/// `devices --json`.
struct DeviceList: Encodable {
  let devices: [DeviceReport]
  let reference = "cpu"

  static let referenceLine = "cpu: reference backend, every kernel, no driver needed (--device cpu)"
}

/// One device, with what its probe said.
struct DeviceReport: Encodable {
  /// What a device lacks and which kernels that costs.
  struct Disabled: Encodable, Equatable {
    let missing: String
    let kernels: [String]
  }

  let index: Int
  let name: String
  let kind: String
  let uuid: String
  let driver: String
  let driverInfo: String
  let driverVersion: UInt32
  let apiVersion: String
  let vendorId: UInt32
  let deviceId: UInt32
  let deviceMemoryBytes: Int
  let limits: [String: String]
  let features: [String]
  let missingFeatures: [String]
  let disabled: [Disabled]
  /// Whether the device computes as the numeric contract says; nil if it could not be opened.
  let exact: Bool?
  /// Operations that differ, or why the device could not be opened.
  let problems: [String]

  init(_ d: DeviceDescription) {
    index = d.index
    name = d.name
    kind = d.kind.rawValue
    uuid = d.uuid
    driver = d.driverName
    driverInfo = d.driverInfo
    driverVersion = d.driverVersion
    apiVersion = d.apiVersion
    vendorId = d.vendorID
    deviceId = d.deviceID
    deviceMemoryBytes = d.deviceLocalByteCount
    limits = Dictionary(uniqueKeysWithValues: Self.limits(d.limits))
    features = d.features.featureNames
    missingFeatures = DeviceFeatures.all.subtracting(d.features).featureNames
    disabled = KernelNeeds.disabled(d)
    (exact, problems) = d.missing.isEmpty ? Self.probe(d.index) : (nil, [])
  }

  /// Opens the device, which runs the probe of the contract's arithmetic.
  private static func probe(_ index: Int) -> (exact: Bool?, problems: [String]) {
    do throws(BackendError) {
      let backend = try VulkanBackend(device: "\(index)", allowInexact: true)
      return (backend.inexactOperations.isEmpty, backend.inexactOperations)
    } catch {
      return (nil, ["\(error)"])
    }
  }

  private static func limits(_ l: DeviceLimits) -> [(String, String)] {
    func each(_ list: [Int]) -> String { list.map(String.init).joined(separator: " x ") }
    return [
      ("maxStorageBufferRange", byteText(l.maxStorageBufferRange)),
      ("maxMemoryAllocationSize", byteText(l.maxMemoryAllocationSize)),
      ("maxComputeSharedMemorySize", byteText(l.maxComputeSharedMemorySize)),
      ("maxComputeWorkGroupInvocations", "\(l.maxComputeWorkGroupInvocations)"),
      ("maxComputeWorkGroupSize", each(l.maxComputeWorkGroupSize)),
      ("maxComputeWorkGroupCount", each(l.maxComputeWorkGroupCount)),
      ("maxPushConstantsSize", byteText(l.maxPushConstantsSize)),
      ("maxPerStageDescriptorStorageBuffers", "\(l.maxPerStageDescriptorStorageBuffers)"),
      ("minStorageBufferOffsetAlignment", byteText(l.minStorageBufferOffsetAlignment)),
      ("maxTexelBufferElements", "\(l.maxTexelBufferElements)"),
      ("subgroupSize", "\(l.subgroupSize) (\(l.minSubgroupSize) to \(l.maxSubgroupSize))"),
      ("timestampPeriod", l.timestampPeriod > 0 ? "\(fixed(l.timestampPeriod, 2)) ns" : "no timestamps"),
    ]
  }

  var text: String {
    var table = TextTable(leftColumns: 2)
    table.add("  driver", "\(driver) \(driverInfo), Vulkan \(apiVersion)")
    table.add("  UUID", uuid)
    table.add("  device memory", byteText(deviceMemoryBytes))
    for (name, value) in limits.sorted(by: { $0.key < $1.key }) { table.add("  \(name)", value) }
    table.add("  features", features.isEmpty ? "none" : features.joined(separator: ", "))
    table.add("  missing", missingFeatures.isEmpty ? "none" : missingFeatures.joined(separator: ", "))
    table.add(
      "  disabled kernels",
      disabled.isEmpty
        ? "none"
        : disabled.map { "\($0.kernels.joined(separator: ", ")) (\($0.missing))" }.joined(separator: "; "))
    table.add("  probe", probeText)
    return "\(index): \(name) (\(kind))\n\(table.text)"
  }

  private var probeText: String {
    switch exact {
    case true?: "exact: its arithmetic is the numeric contract's"
    case false?: "NOT EXACT (\(problems.joined(separator: ", "))); exact kernels refuse it"
    case nil: "not run: \(problems.isEmpty ? "the device cannot be used" : problems.joined(separator: ", "))"
    }
  }
}

/// What kernels need of a device beyond what a shader may always do.
enum KernelNeeds {
  /// Optional features by kernel.  Today's kernels use core Vulkan 1.2 alone: packed words and 32-bit arithmetic.
  static let features: [Kernel: DeviceFeatures] = [:]

  static func disabled(_ device: DeviceDescription) -> [DeviceReport.Disabled] {
    let stems = Kernel.allCases.map(\.rawValue)
    if !device.missing.isEmpty {
      return device.missing.map { DeviceReport.Disabled(missing: $0, kernels: stems) }
    }
    return DeviceFeatures.all.subtracting(device.features).featureNames.compactMap { name in
      let kernels = features.filter { $0.value.subtracting(device.features).featureNames.contains(name) }
      return kernels.isEmpty ? nil : .init(missing: name, kernels: kernels.keys.map(\.rawValue).sorted())
    }
  }
}

extension DeviceFeatures {
  /// Everything a device may have.
  static let all = DeviceFeatures(rawValue: (1 << 15) - 1)
}
