// Long loops: STRIDE items between two tests of the end. llvmpipe ends an invocation's loops after 65,535 passes of all of
// them together, and computes on; LoopPasses.swift chooses the stride.
#ifndef ESPALIER_STRIDE_GLSL
#define ESPALIER_STRIDE_GLSL

#extension GL_EXT_control_flow_attributes : require

#ifndef STRIDE_ID
#define STRIDE_ID 1
#endif
// A specialization constant, so that the driver unrolls: what the compiler unrolls before it loses `precise`.
layout(constant_id = STRIDE_ID) const uint STRIDE = 1u;

// for (uint item = begin; item < end; item++); without `break`: lowering the end stops it.
#define EACH(item, begin, end)                                                     \
  for (uint strideBegin = begin; strideBegin < end; strideBegin += STRIDE)         \
    [[unroll]] for (uint step = 0u, item = strideBegin; step < STRIDE; step++, item++) \
      if (item < end)

#endif
