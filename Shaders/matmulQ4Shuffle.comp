// matmulQ4 for subgroups of eight lanes.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "weightsQ4.glsl"
#include "matmulShuffle.glsl"
