// drawTarget.glsl for GPUs, second part: the sums of a row's chunks are known; one group a row.
#version 450
#extension GL_GOOGLE_include_directive : require
#define WORKSPACE 6
#include "drawTarget.glsl"
