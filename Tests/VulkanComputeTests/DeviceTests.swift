import Foundation
import Testing

@testable import VulkanCompute

extension VulkanTests {
  @Suite struct DeviceTests {
    @Test func lists() throws {
      let devices = try Device.all()
      let device = try #require(devices.first)
      #expect(!device.name.isEmpty)
      #expect(device.uuid.count == 36)
      #expect(device.limits.maxStorageBufferRange >= 1 << 27)
      #expect(device.limits.maxComputeWorkGroupInvocations >= 128)
      #expect(device.limits.maxMemoryAllocationSize > 0)
      #expect(device.limits.subgroupSize > 0)
      #expect(device.features.contains(.timelineSemaphore))
      #expect(device.deviceLocalByteCount > 0)
    }

    @Test func selectsByIndexNameAndUUID() throws {
      let first = try #require(try Device.all().first { $0.missing.isEmpty })
      for selector in ["\(first.index)", first.uuid.uppercased(), String(first.name.prefix(4)).uppercased()] {
        let device = try Device(DeviceSelector(selector), options: DeviceOptions(validation: .off))
        #expect(device.description.name == first.name)
      }
    }

    @Test func refusesAnUnknownDevice() throws {
      let names = try Device.all().map(\.name)
      for selector in ["no such device", "99", "01234567-89ab-cdef-0123-456789abcdef"] {
        let error = #expect(throws: VulkanError.self) { try Device(DeviceSelector(selector)) }
        #expect(error == .unknownDevice(selector: selector, available: names))
        #expect(error?.description.contains(names[0]) == true)
      }
    }

    @Test func readsSelectors() {
      #expect(DeviceSelector("1") == .index(1))
      #expect(DeviceSelector("llvm") == .name("llvm"))
      #expect(
        DeviceSelector("01234567-89AB-cdef-0123-456789abcdef")
          == .uuid("01234567-89ab-cdef-0123-456789abcdef"))
      #expect(DeviceSelector.fromEnvironment(["ESPALIER_DEVICE": ""]) == nil)
      #expect(DeviceSelector.fromEnvironment(["ESPALIER_DEVICE": "0"]) == .index(0))
    }

    @Test func prefersDiscreteAndUsable() throws {
      func device(_ index: Int, _ kind: DeviceKind, missing: [String] = []) -> DeviceDescription {
        var device = DeviceDescription()
        device.index = index
        device.kind = kind
        device.name = "\(kind) \(index)"
        device.missing = missing
        return device
      }
      let devices = [
        device(0, .cpu), device(1, .integrated), device(2, .discrete, missing: ["Vulkan 1.2"]),
        device(3, .discrete), device(4, .discrete),
      ]
      #expect(try DeviceSelector.choose(nil, from: devices).index == 3)
      #expect(try DeviceSelector.choose(.name("CPU"), from: devices).index == 0)
      #expect(throws: VulkanError.unsupportedDevice(device: "discrete 2", missing: ["Vulkan 1.2"])) {
        try DeviceSelector.choose(.index(2), from: devices)
      }
    }

    @Test func disabledFeaturesAreMissed() async throws {
      try await withDevice(.testing { $0.disabledFeatures = [.shaderInt64, .timelineSemaphore] }) { device in
        #expect(!device.features.contains(.shaderInt64))
        // Not optional.
        #expect(device.features.contains(.timelineSemaphore))
        let error = #expect(throws: VulkanError.self) { try device.require([.shaderInt64], for: "kernel") }
        #expect(
          error == .unsupported(missing: ["shaderInt64"], label: "kernel", device: device.description.name))
      }
    }

    @Test func validationComesFromTheEnvironment() {
      #expect(ValidationMode.fromEnvironment([:]) == .off)
      #expect(ValidationMode.fromEnvironment(["ESPALIER_VALIDATION": "0"]) == .off)
      #expect(ValidationMode.fromEnvironment(["ESPALIER_VALIDATION": "1"]) == .standard)
      #expect(ValidationMode.fromEnvironment(["ESPALIER_VALIDATION": "sync"]) == .synchronization)
      #expect(ValidationMode.fromEnvironment(["ESPALIER_VALIDATION": ""]) == .off)
      for value in ["garbage", "2", "true", " 1", "off"] {
        let mode = ValidationMode.fromEnvironment(["ESPALIER_VALIDATION": value])
        #expect(mode == .unknown(value))
        #expect(throws: VulkanError.unknownValidation(value)) {
          _ = try Device(options: DeviceOptions(validation: mode))
        }
      }
      #expect("\(VulkanError.unknownValidation("garbage"))".contains("'garbage'; 1, sync"))
    }

    @Test func errorsSayWhatToDo() {
      #expect("\(VulkanError.noDriver(reason: "none"))".contains("mesa-vulkan-drivers"))
      #expect("\(VulkanError.noDriver(reason: "none"))".contains("--device cpu"))
      #expect("\(VulkanError.validationUnavailable(missing: "layer"))".contains("vulkan-validationlayers"))
      #expect("\(VulkanError.outOfMemory(requestedBytes: 123, label: "weights"))".contains("123"))
    }

    /// A process without any driver, because the loader reads its variables at start.
    @Test func withoutDriverThrows() async {
      await #expect(processExitsWith: .success) {
        setenv("VK_DRIVER_FILES", "/nonexistent.json", 1)
        setenv("VK_ICD_FILENAMES", "/nonexistent.json", 1)
        do throws(VulkanError) {
          _ = try Device(options: DeviceOptions(validation: .off))
          exit(1)
        } catch {
          guard case .noDriver = error else { exit(2) }
        }
        exit(0)
      }
    }

    @Test func withoutLayerThrows() async {
      await #expect(processExitsWith: .success) {
        setenv("VK_LAYER_PATH", "/nonexistent", 1)
        do throws(VulkanError) {
          _ = try Device(options: DeviceOptions(validation: .standard))
          exit(1)
        } catch {
          guard case .validationUnavailable = error else { exit(2) }
        }
        exit(0)
      }
    }

    /// The instrument itself: a hazard that the recorder was told to leave alone is heard.
    @Test func validationHears() throws {
      let device = try Device(options: .testing(.synchronization))
      let buffer = try Buffer<UInt32>(device, count: 64, label: "hazard")
      var recorder = CommandRecorder(device)
      recorder.concurrent { recorder in
        recorder.fill(buffer.view, with: 1)
        recorder.copy(from: buffer[0..<32], to: buffer[32..<64])
      }
      _ = try recorder.finish()
      #expect(device.validationMessages.contains { $0.contains("SYNC-HAZARD") })
      #expect(throws: VulkanError.validation(messages: device.validationMessages)) {
        try device.checkValidation()
      }
    }

    @Test func messagesAreSaidOnStandardErrorIfAskedFor() async {
      let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
        let (loud, quiet) = (ValidationLog(prints: true), ValidationLog())
        loud.append("said")
        quiet.append("kept")
        exit(loud.messages == ["said"] && quiet.messages == ["kept"] ? 0 : 1)
      }
      let said = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
      #expect(said.contains("validation: said\n") && !said.contains("kept"))
    }

    @Test func deviceLossIsRemembered() async throws {
      try await withDevice { device in
        let buffer = try Buffer<UInt32>(device, count: 64, intent: .readback, label: "words")
        var recorder = CommandRecorder(device)
        recorder.fill(buffer.view, with: 1)
        let recording = try recorder.finish()
        try device.submit(recording).wait()
        device.logical.faults.armDeviceLoss()
        #expect(throws: VulkanError.deviceLost(label: "recording")) { try device.submit(recording) }
        #expect(device.isLost)
        #expect(throws: VulkanError.deviceLost(label: "recording")) { try device.submit(recording) }
        #expect(throws: VulkanError.deviceLost(label: "more")) {
          _ = try Buffer<UInt32>(device, count: 1, label: "more")
        }
        #expect(throws: VulkanError.self) { try device.lastPoint.wait() }
        await #expect(throws: VulkanError.self) {
          try await TimelinePoint(device: device, value: 100).completion()
        }
      }
    }
  }
}
