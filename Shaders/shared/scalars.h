// Scalar names that GLSL and C agree on. 32-bit scalars only: their offsets are then equal on both sides.
#ifndef ESPALIER_SCALARS_H
#define ESPALIER_SCALARS_H

#ifdef VULKAN  // glslang
#define U32 uint
#define F32 float
#else
#include <stdint.h>
typedef uint32_t U32;
typedef float F32;
#endif

#endif
