// Element-wise kernels: one invocation an element, 64 a group.
#ifndef ESPALIER_ELEMENTS_GLSL
#define ESPALIER_ELEMENTS_GLSL

layout(local_size_x = 64) in;

// Groups are folded into x and y beyond 65,535; the last ones may lie past the end.
uint elementIndex() {
  uint group = gl_WorkGroupID.x + gl_WorkGroupID.y * gl_NumWorkGroups.x;
  return group * 64u + gl_LocalInvocationID.x;
}

#endif
