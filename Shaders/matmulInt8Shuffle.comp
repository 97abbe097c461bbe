// matmulInt8 for subgroups of eight lanes.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsInt8.glsl"
#include "matmulShuffle.glsl"
