// matmulQ8Int8 for GPUs, with the device's dot product of four bytes.
#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_spirv_intrinsics : require
// requires: GL_EXT_spirv_intrinsics
#define PACKED_DOT
#define BYTE_ROWS
#include "weightsQ8.glsl"
#include "matmulSpread.glsl"
