/// Optional abilities that kernels may need.
public struct DeviceFeatures: OptionSet, Sendable, Hashable {
  /// One bit a feature.
  public let rawValue: UInt32
  /// The features of these bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// 16-bit floating-point arithmetic in shaders.
  public static let shaderFloat16 = DeviceFeatures(rawValue: 1 << 0)
  /// 8-bit integer arithmetic in shaders.
  public static let shaderInt8 = DeviceFeatures(rawValue: 1 << 1)
  /// 16-bit integer arithmetic in shaders.
  public static let shaderInt16 = DeviceFeatures(rawValue: 1 << 2)
  /// 64-bit integer arithmetic in shaders.
  public static let shaderInt64 = DeviceFeatures(rawValue: 1 << 3)
  /// 16-bit values in storage buffers.
  public static let storageBuffer16BitAccess = DeviceFeatures(rawValue: 1 << 4)
  /// 8-bit values in storage buffers.
  public static let storageBuffer8BitAccess = DeviceFeatures(rawValue: 1 << 5)
  /// Scalar block layout.
  public static let scalarBlockLayout = DeviceFeatures(rawValue: 1 << 6)
  /// The Vulkan memory model, with device scope.
  public static let vulkanMemoryModel = DeviceFeatures(rawValue: 1 << 7)
  /// A pipeline may choose its subgroup size.
  public static let subgroupSizeControl = DeviceFeatures(rawValue: 1 << 8)
  /// Integer dot products in shaders.
  public static let shaderIntegerDotProduct = DeviceFeatures(rawValue: 1 << 9)
  /// A shader may ask for round-to-nearest-even in 32 bits.
  public static let shaderRoundingModeRTEFloat32 = DeviceFeatures(rawValue: 1 << 10)
  /// A shader may ask that signed zeros, infinities and NaNs survive in 32 bits.
  public static let shaderSignedZeroInfNanPreserveFloat32 = DeviceFeatures(rawValue: 1 << 11)
  /// A shader may ask that subnormals survive in 32 bits.
  public static let shaderDenormPreserveFloat32 = DeviceFeatures(rawValue: 1 << 12)
  /// A shader may ask that subnormals are flushed in 32 bits.
  public static let shaderDenormFlushToZeroFloat32 = DeviceFeatures(rawValue: 1 << 13)
  /// Timeline semaphores; every device needs them.
  public static let timelineSemaphore = DeviceFeatures(rawValue: 1 << 14)

  /// 64-bit floating-point arithmetic in shaders.
  public static let shaderFloat64 = DeviceFeatures(rawValue: 1 << 15)

  static let names: [(DeviceFeatures, String)] = [
    (.shaderFloat16, "shaderFloat16"), (.shaderInt8, "shaderInt8"), (.shaderInt16, "shaderInt16"),
    (.shaderInt64, "shaderInt64"), (.storageBuffer16BitAccess, "storageBuffer16BitAccess"),
    (.storageBuffer8BitAccess, "storageBuffer8BitAccess"), (.scalarBlockLayout, "scalarBlockLayout"),
    (.vulkanMemoryModel, "vulkanMemoryModel"), (.subgroupSizeControl, "subgroupSizeControl"),
    (.shaderIntegerDotProduct, "shaderIntegerDotProduct"),
    (.shaderRoundingModeRTEFloat32, "shaderRoundingModeRTEFloat32"),
    (.shaderSignedZeroInfNanPreserveFloat32, "shaderSignedZeroInfNanPreserveFloat32"),
    (.shaderDenormPreserveFloat32, "shaderDenormPreserveFloat32"),
    (.shaderDenormFlushToZeroFloat32, "shaderDenormFlushToZeroFloat32"),
    (.timelineSemaphore, "timelineSemaphore"), (.shaderFloat64, "shaderFloat64"),
  ]

  /// The names in the Vulkan specification of the features in the set.
  public var featureNames: [String] { Self.names.filter { contains($0.0) }.map(\.1) }
}

extension DeviceFeatures: CustomStringConvertible {
  /// The Vulkan names of the features, with commas.
  public var description: String { featureNames.joined(separator: ", ") }
}
