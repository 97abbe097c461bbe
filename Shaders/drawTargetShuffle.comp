// drawTarget.glsl with one subgroup of eight lanes a group.
#version 450
#extension GL_GOOGLE_include_directive : require
#define ONE_SUBGROUP
#include "drawTarget.glsl"
