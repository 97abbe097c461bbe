// swiglu.glsl for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#define QUADS
#include "swiglu.glsl"
