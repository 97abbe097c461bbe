// Rounds keys and values of in-flight rows to f16 and stores them; one invocation a word, key words first.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/attention.h"
#include "shared/tree.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { KeyValueAppend p; };
layout(set = 0, binding = 0, std430) readonly buffer Rotated { float rotated[]; };      // [rows][keyStride]
layout(set = 0, binding = 1, std430) readonly buffer Projected { float projected[]; };  // [rows][valueStride]
layout(set = 0, binding = 2, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 3, std430) buffer Cache { uint cache[]; };                    // [2][slots][keyColumns / 2]

void main() {
  uint element = elementIndex();
  uint rowWords = p.keyColumns / 2u;
  uint planeWords = p.rows * rowWords;
  if (element >= 2u * planeWords) return;
  bool isValue = element >= planeWords;
  uint rest = isValue ? element - planeWords : element;
  uint row = rest / rowWords;
  uint word = rest - row * rowWords;

  uint length = state[STATE_LENGTH];
  uint offset = p.firstRow + row;
  if (length >= p.slots || offset >= p.slots - length) return;
  float even;
  float odd;
  if (isValue) {
    uint from = row * p.valueStride + p.valueOffset + 2u * word;
    even = projected[from];
    odd = projected[from + 1u];
  } else {
    uint from = row * p.keyStride + p.keyOffset + 2u * word;
    even = rotated[from];
    odd = rotated[from + 1u];
  }
  uint to = (length + offset) * rowWords + word;
  if (isValue) to += p.slots * rowWords;
  cache[to] = halfBits(even) | (halfBits(odd) << 16);
}
