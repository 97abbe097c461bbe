/// Espalier: exact tree speculative decoding on Vulkan devices.
///
/// Re-exports the rooms of the house; see the package's documentation for each.
@_exported import Decoding
@_exported import Kernels
@_exported import Models
@_exported import VulkanCompute
