// distribution.glsl for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#define QUADS
#include "distribution.glsl"
