import Kernels

/// What the device itself can do, measured by the same clock: the yardstick of every kernel.
public struct Ceilings: Codable, Sendable {
  /// Bytes read and written a second by one large buffer copy.
  public var copyBytesPerSecond: Double
  public var copyByteCount: Int
  /// Separate multiplications and additions a second; nil on the reference backend.
  public var multiplyAddOperationsPerSecond: Double?

  public static func measure(_ backend: any Backend, _ stopwatch: Stopwatch) throws(BenchmarkError)
    -> Ceilings
  {
    let vulkan = backend as? VulkanBackend
    let isCPU = vulkan.map { $0.device.description.kind == .cpu } ?? true
    // Well beyond any cache; small enough for any device.
    let byteCount = isCPU ? 64 << 20 : 256 << 20
    let copy: Timing
    do throws(BackendError) {
      let source: Tensor<UInt32> = try backend.makeTensor(byteCount / 4, "copy source")
      let target: Tensor<UInt32> = try backend.makeTensor(byteCount / 4, "copy target")
      copy = try stopwatch.time("copy") { $0.copy(source, to: target) }
    } catch {
      throw .backend(error)
    }
    var operations: Double?
    if let vulkan {
      do { operations = try MultiplyAddCeiling.measure(on: vulkan.device) } catch let error as BenchmarkError
      {
        throw error
      } catch {
        throw .backend(.device("\(error)"))
      }
    }
    return Ceilings(
      copyBytesPerSecond: Double(2 * byteCount) / copy.medianSeconds, copyByteCount: byteCount,
      multiplyAddOperationsPerSecond: operations)
  }
}
