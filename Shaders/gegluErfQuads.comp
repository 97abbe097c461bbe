// geglu.glsl in the erf form, for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#define ERF
#define QUADS
#include "geglu.glsl"
