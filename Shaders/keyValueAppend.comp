// Stores keys and values of in-flight rows in the cache's format; one invocation a unit of columns of a row's key and value.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "elements.glsl"

layout(push_constant) uniform Push { KeyValueAppend p; };
layout(set = 0, binding = 0, std430) readonly buffer Rotated { float rotated[]; };      // [rows][keyStride]
layout(set = 0, binding = 1, std430) readonly buffer Projected { float projected[]; };  // [rows][valueStride]
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };           // [sequences][STATE_WORDS]
layout(set = 0, binding = 3, std430) readonly buffer Owners { uint owners[]; };         // [firstRow + rows]
layout(set = 0, binding = 4, std430) readonly buffer Pages { uint pages[]; };           // [sequences][pagesPerSequence]
layout(set = 0, binding = 5, std430) buffer Keys { uint keyWords[]; };                  // [slots][rowWords]
layout(set = 0, binding = 6, std430) buffer Values { uint valueWords[]; };              // [slots][rowWords]

float element(bool isValue, uint row, uint column) {
  if (isValue) return projected[row * p.valueStride + p.valueOffset + column];
  return rotated[row * p.keyStride + p.keyOffset + column];
}

#include "cacheStore.glsl"

void main() {
  uint units = unitCount();
  uint index = elementIndex();
  if (index < p.rows * units) storeUnit(index / units, index % units);
}
