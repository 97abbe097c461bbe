// verifySiblings.comp for GPUs, third part: the walk over a tree whose children were tried in waves.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#define SHARED_ROWS
#include "verifySiblings.glsl"
