// attentionSpans by shuffles.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "attentionShuffle.glsl"
#include "attentionParts.glsl"
