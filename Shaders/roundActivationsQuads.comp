// roundActivations.glsl for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#define QUADS
#include "roundActivations.glsl"
