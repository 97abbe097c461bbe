// geglu.glsl in the erf form, an element an invocation.
#version 450
#extension GL_GOOGLE_include_directive : require
#define ERF
#include "geglu.glsl"
