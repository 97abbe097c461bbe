// verifySiblings.glsl for GPUs, second part, once a wave.
#version 450
#extension GL_GOOGLE_include_directive : require
#define SHARED_ROWS
#include "siblingChunk.glsl"
#include "rejectionWave.glsl"
