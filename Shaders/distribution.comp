// distribution.glsl with as many lanes as the host likes.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#include "distribution.glsl"
