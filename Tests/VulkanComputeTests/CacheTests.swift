import Foundation
import Testing

@testable import VulkanCompute

extension VulkanTests {
  @Suite struct CacheTests {
    @Test func isKept() async throws {
      try await withTemporaryDirectory { directory in
        for _ in 0..<2 {
          try await withDevice(
            .testing {
              $0.keepsPipelineCache = true
              $0.cacheDirectory = directory + "/new"
            }
          ) { device in
            #expect(device.warnings == [])
            _ = try device.scalePipeline(factor: 2)
            device.savePipelineCache()
            #expect(device.warnings == [])
            let path = try #require(PipelineCache.filePath(for: device.description, device.options))
            #expect(try !CacheFile.read(path).isEmpty)
          }
        }
      }
    }

    @Test func damageIsAWarning() async throws {
      try await withTemporaryDirectory { directory in
        let description = try DeviceSelector.choose(.fromEnvironment(), from: Device.all())
        var options = DeviceOptions(validation: .standard)
        options.cacheDirectory = directory
        let path = try #require(PipelineCache.filePath(for: description, options))
        try CacheFile.write(Array(repeating: 1, count: 100), to: path)
        let whole = try Data(contentsOf: URL(filePath: path))
        var flipped = whole
        flipped[60] ^= 1
        let damages = [
          (Data("garbage".utf8), "not a cache file"), (whole.dropLast(), "cut short"), (flipped, "damaged"),
        ]
        for (bytes, reason) in damages {
          try bytes.write(to: URL(filePath: path))
          let device = try Device(options: options)
          #expect(device.warnings == [.pipelineCacheUnreadable(path: path, reason: reason)])
          _ = try device.scalePipeline(factor: 2)
          device.savePipelineCache()
          #expect(device.warnings.count == 1)
          #expect(try !CacheFile.read(path).isEmpty)
          #expect(device.validationMessages == [])
        }
      }
    }

    @Test func unwritableIsAWarning() async throws {
      try await withTemporaryDirectory { directory in
        // A directory below a file cannot be made, whoever asks.
        try Data().write(to: URL(filePath: directory + "/file"))
        try await withDevice(
          .testing {
            $0.keepsPipelineCache = true
            $0.cacheDirectory = directory + "/file/cache"
          }
        ) { device in
          guard case .pipelineCacheUnwritable = try #require(device.warnings.first) else {
            throw CancellationError()
          }
          _ = try device.scalePipeline(factor: 2)
          device.savePipelineCache()
          #expect(device.warnings.count == 2)
          #expect("\(device.warnings[1])".contains("ESPALIER_CACHE"))
        }
      }
    }

    @Test func placesFollowTheEnvironment() throws {
      var device = DeviceDescription()
      device.uuid = "u"
      device.driverVersion = 255
      let options = DeviceOptions(validation: .off)
      func path(_ environment: [String: String]) -> String? {
        PipelineCache.filePath(for: device, options, environment: environment)
      }
      #expect(
        path(["ESPALIER_CACHE": "/e", "XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/e/pipelines-u-ff.bin")
      #expect(path(["XDG_CACHE_HOME": "/x", "HOME": "/h"]) == "/x/espalier/pipelines-u-ff.bin")
      #expect(path(["ESPALIER_CACHE": "", "HOME": "/h"]) == "/h/.cache/espalier/pipelines-u-ff.bin")
      #expect(path(["ESPALIER_CACHE": "off", "HOME": "/h"]) == nil)
      #expect(path([:]) == nil)
    }
  }
}
