/// `out[i] = factor * in[i] + addend` for `i < count`: binding 0 in, binding 1 out, push constants count and addend,
/// specialization constant 0 the factor, 64 invocations a group.
///
/// Assembled with `spirv-as --target-env spv1.3` from:
/// ```
/// OpCapability Shader
/// OpMemoryModel Logical GLSL450
/// OpEntryPoint GLCompute %main "main" %id
/// OpExecutionMode %main LocalSize 64 1 1
/// OpDecorate %id BuiltIn GlobalInvocationId
/// OpDecorate %factor SpecId 0
/// OpDecorate %array ArrayStride 4
/// OpMemberDecorate %block 0 Offset 0
/// OpDecorate %block Block
/// OpDecorate %in DescriptorSet 0
/// OpDecorate %in Binding 0
/// OpDecorate %in NonWritable
/// OpDecorate %out DescriptorSet 0
/// OpDecorate %out Binding 1
/// OpMemberDecorate %params 0 Offset 0
/// OpMemberDecorate %params 1 Offset 4
/// OpDecorate %params Block
/// %void = OpTypeVoid
/// %fn = OpTypeFunction %void
/// %bool = OpTypeBool
/// %uint = OpTypeInt 32 0
/// %v3 = OpTypeVector %uint 3
/// %p_in_v3 = OpTypePointer Input %v3
/// %id = OpVariable %p_in_v3 Input
/// %array = OpTypeRuntimeArray %uint
/// %block = OpTypeStruct %array
/// %p_block = OpTypePointer StorageBuffer %block
/// %p_uint = OpTypePointer StorageBuffer %uint
/// %in = OpVariable %p_block StorageBuffer
/// %out = OpVariable %p_block StorageBuffer
/// %params = OpTypeStruct %uint %uint
/// %p_params = OpTypePointer PushConstant %params
/// %p_push = OpTypePointer PushConstant %uint
/// %push = OpVariable %p_params PushConstant
/// %factor = OpSpecConstant %uint 1
/// %zero = OpConstant %uint 0
/// %one = OpConstant %uint 1
/// %main = OpFunction %void None %fn
/// %entry = OpLabel
/// %gid = OpLoad %v3 %id
/// %i = OpCompositeExtract %uint %gid 0
/// %count_at = OpAccessChain %p_push %push %zero
/// %count = OpLoad %uint %count_at
/// %inside = OpULessThan %bool %i %count
/// OpSelectionMerge %done None
/// OpBranchConditional %inside %work %done
/// %work = OpLabel
/// %in_at = OpAccessChain %p_uint %in %zero %i
/// %value = OpLoad %uint %in_at
/// %product = OpIMul %uint %value %factor
/// %addend_at = OpAccessChain %p_push %push %one
/// %addend = OpLoad %uint %addend_at
/// %sum = OpIAdd %uint %product %addend
/// %out_at = OpAccessChain %p_uint %out %zero %i
/// OpStore %out_at %sum
/// OpBranch %done
/// %done = OpLabel
/// OpReturn
/// OpFunctionEnd
/// ```
let scaleKernel: [UInt32] = [
  0x0723_0203, 0x0001_0300, 0x0007_0000, 0x0000_0025, 0x0000_0000, 0x0002_0011, 0x0000_0001, 0x0003_000e,
  0x0000_0000, 0x0000_0001, 0x0006_000f, 0x0000_0005, 0x0000_0001, 0x6e69_616d, 0x0000_0000, 0x0000_0002,
  0x0006_0010, 0x0000_0001, 0x0000_0011, 0x0000_0040, 0x0000_0001, 0x0000_0001, 0x0004_0047, 0x0000_0002,
  0x0000_000b, 0x0000_001c, 0x0004_0047, 0x0000_0003, 0x0000_0001, 0x0000_0000, 0x0004_0047, 0x0000_0004,
  0x0000_0006, 0x0000_0004, 0x0005_0048, 0x0000_0005, 0x0000_0000, 0x0000_0023, 0x0000_0000, 0x0003_0047,
  0x0000_0005, 0x0000_0002, 0x0004_0047, 0x0000_0006, 0x0000_0022, 0x0000_0000, 0x0004_0047, 0x0000_0006,
  0x0000_0021, 0x0000_0000, 0x0003_0047, 0x0000_0006, 0x0000_0018, 0x0004_0047, 0x0000_0007, 0x0000_0022,
  0x0000_0000, 0x0004_0047, 0x0000_0007, 0x0000_0021, 0x0000_0001, 0x0005_0048, 0x0000_0008, 0x0000_0000,
  0x0000_0023, 0x0000_0000, 0x0005_0048, 0x0000_0008, 0x0000_0001, 0x0000_0023, 0x0000_0004, 0x0003_0047,
  0x0000_0008, 0x0000_0002, 0x0002_0013, 0x0000_0009, 0x0003_0021, 0x0000_000a, 0x0000_0009, 0x0002_0014,
  0x0000_000b, 0x0004_0015, 0x0000_000c, 0x0000_0020, 0x0000_0000, 0x0004_0017, 0x0000_000d, 0x0000_000c,
  0x0000_0003, 0x0004_0020, 0x0000_000e, 0x0000_0001, 0x0000_000d, 0x0004_003b, 0x0000_000e, 0x0000_0002,
  0x0000_0001, 0x0003_001d, 0x0000_0004, 0x0000_000c, 0x0003_001e, 0x0000_0005, 0x0000_0004, 0x0004_0020,
  0x0000_000f, 0x0000_000c, 0x0000_0005, 0x0004_0020, 0x0000_0010, 0x0000_000c, 0x0000_000c, 0x0004_003b,
  0x0000_000f, 0x0000_0006, 0x0000_000c, 0x0004_003b, 0x0000_000f, 0x0000_0007, 0x0000_000c, 0x0004_001e,
  0x0000_0008, 0x0000_000c, 0x0000_000c, 0x0004_0020, 0x0000_0011, 0x0000_0009, 0x0000_0008, 0x0004_0020,
  0x0000_0012, 0x0000_0009, 0x0000_000c, 0x0004_003b, 0x0000_0011, 0x0000_0013, 0x0000_0009, 0x0004_0032,
  0x0000_000c, 0x0000_0003, 0x0000_0001, 0x0004_002b, 0x0000_000c, 0x0000_0014, 0x0000_0000, 0x0004_002b,
  0x0000_000c, 0x0000_0015, 0x0000_0001, 0x0005_0036, 0x0000_0009, 0x0000_0001, 0x0000_0000, 0x0000_000a,
  0x0002_00f8, 0x0000_0016, 0x0004_003d, 0x0000_000d, 0x0000_0017, 0x0000_0002, 0x0005_0051, 0x0000_000c,
  0x0000_0018, 0x0000_0017, 0x0000_0000, 0x0005_0041, 0x0000_0012, 0x0000_0019, 0x0000_0013, 0x0000_0014,
  0x0004_003d, 0x0000_000c, 0x0000_001a, 0x0000_0019, 0x0005_00b0, 0x0000_000b, 0x0000_001b, 0x0000_0018,
  0x0000_001a, 0x0003_00f7, 0x0000_001c, 0x0000_0000, 0x0004_00fa, 0x0000_001b, 0x0000_001d, 0x0000_001c,
  0x0002_00f8, 0x0000_001d, 0x0006_0041, 0x0000_0010, 0x0000_001e, 0x0000_0006, 0x0000_0014, 0x0000_0018,
  0x0004_003d, 0x0000_000c, 0x0000_001f, 0x0000_001e, 0x0005_0084, 0x0000_000c, 0x0000_0020, 0x0000_001f,
  0x0000_0003, 0x0005_0041, 0x0000_0012, 0x0000_0021, 0x0000_0013, 0x0000_0015, 0x0004_003d, 0x0000_000c,
  0x0000_0022, 0x0000_0021, 0x0005_0080, 0x0000_000c, 0x0000_0023, 0x0000_0020, 0x0000_0022, 0x0006_0041,
  0x0000_0010, 0x0000_0024, 0x0000_0007, 0x0000_0014, 0x0000_0018, 0x0003_003e, 0x0000_0024, 0x0000_0023,
  0x0002_00f9, 0x0000_001c, 0x0002_00f8, 0x0000_001c, 0x0001_00fd, 0x0001_0038,
]
