// How fast a device multiplies and adds, for the benchmark alone: 16 independent chains of v = v * scale + step a
// invocation, each operation rounded on its own as in the exact kernels. Sources/Benchmarking checks the bits.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "numerics.glsl"

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint STEPS = 1u;

layout(set = 0, binding = 0, std430) writeonly buffer Out { float outValues[]; };  // [invocations]

#define CHAINS 16u

void main() {
  float value[CHAINS];
  float start = float(gl_GlobalInvocationID.x % 256u);
  for (uint c = 0u; c < CHAINS; c++) value[c] = add(start, float(c));
  for (uint s = 0u; s < STEPS; s++) {
    for (uint c = 0u; c < CHAINS; c++) value[c] = addProduct(0.3, value[c], 0.99);
  }
  float sum = 0.0;
  for (uint c = 0u; c < CHAINS; c++) sum = add(sum, value[c]);
  outValues[gl_GlobalInvocationID.x] = sum;
}
