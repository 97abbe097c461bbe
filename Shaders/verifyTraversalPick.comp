// verifyTraversal.glsl for GPUs, last part: the token.
#version 450
#extension GL_GOOGLE_include_directive : require
#define SHARED_ROWS
#include "traversalChunk.glsl"
#include "rejectionPick.glsl"
