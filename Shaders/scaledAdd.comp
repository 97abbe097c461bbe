// scaledAdd.glsl, an element an invocation.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "scaledAdd.glsl"
