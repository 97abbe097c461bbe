// Causal convolution of each channel along the ancestors of each row, then along the committed tail.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "shared/scan.h"
#include "elements.glsl"
#include "numerics.glsl"

layout(push_constant) uniform Push { TreeConvolution p; };
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };             // [rows][inputStride]: [channels] in it
layout(set = 0, binding = 1, std430) readonly buffer Weights { float weights[]; };  // [channels][width], oldest input first
layout(set = 0, binding = 2, std430) readonly buffer Bias { float bias[]; };       // [channels]
layout(set = 0, binding = 3, std430) readonly buffer Parents { uint parents[]; };  // [rows]
layout(set = 0, binding = 4, std430) readonly buffer Owners { uint owners[]; };    // [rows]
layout(set = 0, binding = 5, std430) readonly buffer State { uint state[]; };
layout(set = 0, binding = 6, std430) readonly buffer Tail { float tail[]; };       // [sequences][width - 1][channels], oldest first
layout(set = 0, binding = 7, std430) writeonly buffer Out { float outValues[]; };  // [rows][channels]

#include "packed.glsl"

// Row i of a sequence whose rows start at `first`.
float convolve(uint sequence, uint first, uint i, uint channel) {
  float sum = p.hasBias != 0u ? flush(bias[channel]) : 0.0;
  bool isInFlight = true;
  uint tailRow = (sequence + 1u) * (p.width - 1u);  // one above the next
  for (uint j = 0u; j < p.width; j++) {
    float element;
    if (isInFlight) {
      element = x[(first + i) * p.inputStride + p.inputFirst + channel];
      uint parent = i == 0u ? NO_NODE : p.isTree != 0u ? parents[first + i] : i - 1u;
      isInFlight = parent < i;
      i = parent;
    } else {
      tailRow--;
      element = tail[tailRow * p.channels + channel];
    }
    float weight = flush(weights[channel * p.width + p.width - 1u - j]);
    sum = add(sum, flush(multiply(weight, flush(element))));
  }
  return sum;
}

void main() {
  uint element = elementIndex();
  if (element >= p.rows * p.channels) return;
  uint row = element / p.channels;
  uint sequence = p.sequences == 1u ? 0u : owners[row];
  if (sequence >= p.sequences) return;
  uvec2 own = rowsOf(sequence, p.sequences, p.rows);
  if (row < own.x || row - own.x >= own.y) return;
  float y = convolve(sequence, own.x, row - own.x, element % p.channels);
  if (p.hasGate != 0u) y = multiply(y, sigmoid(y));
  outValues[element] = roundBits(flush(y), p.significantBits);
}
