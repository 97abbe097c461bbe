import CVulkan

/// What an element of a storage texel buffer (`imageBuffer` in GLSL) is; raw values are GLSL's names.
///
/// A CPU driver may load texels several times faster than the elements of a storage buffer.
public enum TexelFormat: String, Sendable, Hashable {
  /// One or four 32-bit words a texel, as floats or unsigned integers.
  case r32f, r32ui, rgba32f, rgba32ui

  /// Bytes of one texel.
  public var byteCount: Int {
    switch self {
    case .r32f, .r32ui: 4
    case .rgba32f, .rgba32ui: 16
    }
  }

  var vulkan: VkFormat {
    switch self {
    case .r32f: VK_FORMAT_R32_SFLOAT
    case .r32ui: VK_FORMAT_R32_UINT
    case .rgba32f: VK_FORMAT_R32G32B32A32_SFLOAT
    case .rgba32ui: VK_FORMAT_R32G32B32A32_UINT
    }
  }
}
