/// Espalier: exact tree speculative decoding on Vulkan devices.
///
/// Re-exports the rooms of the house; see the package's documentation for each.
@_exported import Decoding
@_exported import Kernels
@_exported import Models
@_exported import VulkanCompute

@_exported import struct Reference.MatmulPacking  // whose Format is that of PackedWeights
// The words that kernels read and leave, under the names that the documentation has for them.
@_exported import var ShaderInterface.ACTIVATION_BITS_BF16
@_exported import var ShaderInterface.ACTIVATION_BITS_BLOCKS
@_exported import var ShaderInterface.ACTIVATION_BITS_F16
@_exported import var ShaderInterface.ACTIVATION_BITS_F32
@_exported import var ShaderInterface.MAXIMUM_NODES
@_exported import var ShaderInterface.MAXIMUM_VOCABULARY
@_exported import var ShaderInterface.NO_NODE
@_exported import var ShaderInterface.NO_PAGE
@_exported import var ShaderInterface.NO_TOKEN
@_exported import var ShaderInterface.RESULT_ACCEPTED
@_exported import var ShaderInterface.RESULT_ARRAYS
@_exported import var ShaderInterface.RESULT_BONUS
@_exported import var ShaderInterface.RESULT_LENGTH
@_exported import var ShaderInterface.RESULT_NODES
@_exported import var ShaderInterface.RESULT_PATH
@_exported import var ShaderInterface.RESULT_STATUS
@_exported import var ShaderInterface.STATE_FIRST_NODE
@_exported import var ShaderInterface.STATE_LAST_NODE
@_exported import var ShaderInterface.STATE_LENGTH
@_exported import var ShaderInterface.STATE_NODES
@_exported import var ShaderInterface.STATE_SEED_HIGH
@_exported import var ShaderInterface.STATE_SEED_LOW
@_exported import var ShaderInterface.STATE_STATUS
@_exported import var ShaderInterface.STATE_WORDS
@_exported import var ShaderInterface.STATUS_EMPTY_ROW
@_exported import var ShaderInterface.STATUS_IDLE
@_exported import var ShaderInterface.STATUS_MALFORMED_DRAFT
@_exported import var ShaderInterface.STATUS_MALFORMED_TREE
@_exported import var ShaderInterface.STATUS_NOT_FINITE
@_exported import var ShaderInterface.STATUS_OK
@_exported import var ShaderInterface.STATUS_OUT_OF_PAGES
@_exported import var ShaderInterface.STATUS_SELECTIVE_WARP
