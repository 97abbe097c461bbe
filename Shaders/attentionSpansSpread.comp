// attentionSpans for GPUs.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "attentionSpread.glsl"
#include "attentionParts.glsl"
