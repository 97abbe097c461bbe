/// `out[i] = in[i].w`, one invocation a group: binding 0 an rgba32ui texel buffer in, binding 1 an r32ui texel buffer out.
///
/// Assembled with `spirv-as --target-env spv1.3` from:
/// ```
/// OpCapability Shader
/// OpCapability ImageBuffer
/// OpMemoryModel Logical GLSL450
/// OpEntryPoint GLCompute %main "main" %id
/// OpExecutionMode %main LocalSize 1 1 1
/// OpDecorate %id BuiltIn WorkgroupId
/// OpDecorate %in DescriptorSet 0
/// OpDecorate %in Binding 0
/// OpDecorate %in NonWritable
/// OpDecorate %out DescriptorSet 0
/// OpDecorate %out Binding 1
/// OpDecorate %out NonReadable
/// %void = OpTypeVoid
/// %function = OpTypeFunction %void
/// %uint = OpTypeInt 32 0
/// %uint3 = OpTypeVector %uint 3
/// %uint4 = OpTypeVector %uint 4
/// %input = OpTypePointer Input %uint3
/// %id = OpVariable %input Input
/// %quads = OpTypeImage %uint Buffer 0 0 0 2 Rgba32ui
/// %words = OpTypeImage %uint Buffer 0 0 0 2 R32ui
/// %quadsPointer = OpTypePointer UniformConstant %quads
/// %wordsPointer = OpTypePointer UniformConstant %words
/// %in = OpVariable %quadsPointer UniformConstant
/// %out = OpVariable %wordsPointer UniformConstant
/// %main = OpFunction %void None %function
/// %entry = OpLabel
/// %group = OpLoad %uint3 %id
/// %i = OpCompositeExtract %uint %group 0
/// %from = OpLoad %quads %in
/// %quad = OpImageRead %uint4 %from %i
/// %last = OpVectorShuffle %uint4 %quad %quad 3 3 3 3
/// %to = OpLoad %words %out
/// OpImageWrite %to %i %last
/// OpReturn
/// OpFunctionEnd
/// ```
let texelKernel: [UInt32] = [
  0x0723_0203, 0x0001_0300, 0x0007_0000, 0x0000_0016, 0x0000_0000, 0x0002_0011, 0x0000_0001, 0x0002_0011,
  0x0000_002f, 0x0003_000e, 0x0000_0000, 0x0000_0001, 0x0006_000f, 0x0000_0005, 0x0000_0001, 0x6e69_616d,
  0x0000_0000, 0x0000_0002, 0x0006_0010, 0x0000_0001, 0x0000_0011, 0x0000_0001, 0x0000_0001, 0x0000_0001,
  0x0004_0047, 0x0000_0002, 0x0000_000b, 0x0000_001a, 0x0004_0047, 0x0000_0003, 0x0000_0022, 0x0000_0000,
  0x0004_0047, 0x0000_0003, 0x0000_0021, 0x0000_0000, 0x0003_0047, 0x0000_0003, 0x0000_0018, 0x0004_0047,
  0x0000_0004, 0x0000_0022, 0x0000_0000, 0x0004_0047, 0x0000_0004, 0x0000_0021, 0x0000_0001, 0x0003_0047,
  0x0000_0004, 0x0000_0019, 0x0002_0013, 0x0000_0005, 0x0003_0021, 0x0000_0006, 0x0000_0005, 0x0004_0015,
  0x0000_0007, 0x0000_0020, 0x0000_0000, 0x0004_0017, 0x0000_0008, 0x0000_0007, 0x0000_0003, 0x0004_0017,
  0x0000_0009, 0x0000_0007, 0x0000_0004, 0x0004_0020, 0x0000_000a, 0x0000_0001, 0x0000_0008, 0x0004_003b,
  0x0000_000a, 0x0000_0002, 0x0000_0001, 0x0009_0019, 0x0000_000b, 0x0000_0007, 0x0000_0005, 0x0000_0000,
  0x0000_0000, 0x0000_0000, 0x0000_0002, 0x0000_001e, 0x0009_0019, 0x0000_000c, 0x0000_0007, 0x0000_0005,
  0x0000_0000, 0x0000_0000, 0x0000_0000, 0x0000_0002, 0x0000_0021, 0x0004_0020, 0x0000_000d, 0x0000_0000,
  0x0000_000b, 0x0004_0020, 0x0000_000e, 0x0000_0000, 0x0000_000c, 0x0004_003b, 0x0000_000d, 0x0000_0003,
  0x0000_0000, 0x0004_003b, 0x0000_000e, 0x0000_0004, 0x0000_0000, 0x0005_0036, 0x0000_0005, 0x0000_0001,
  0x0000_0000, 0x0000_0006, 0x0002_00f8, 0x0000_000f, 0x0004_003d, 0x0000_0008, 0x0000_0010, 0x0000_0002,
  0x0005_0051, 0x0000_0007, 0x0000_0011, 0x0000_0010, 0x0000_0000, 0x0004_003d, 0x0000_000b, 0x0000_0012,
  0x0000_0003, 0x0005_0062, 0x0000_0009, 0x0000_0013, 0x0000_0012, 0x0000_0011, 0x0009_004f, 0x0000_0009,
  0x0000_0014, 0x0000_0013, 0x0000_0013, 0x0000_0003, 0x0000_0003, 0x0000_0003, 0x0000_0003, 0x0004_003d,
  0x0000_000c, 0x0000_0015, 0x0000_0004, 0x0004_0063, 0x0000_0015, 0x0000_0011, 0x0000_0014, 0x0001_00fd,
  0x0001_0038,
]
