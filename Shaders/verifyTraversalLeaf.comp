// verifyTraversal.glsl for GPUs, fourth part: the sums of a row that is picked from as it is.
#version 450
#extension GL_GOOGLE_include_directive : require
#define SHARED_ROWS
#include "traversalChunk.glsl"
#include "rejectionLeaf.glsl"
