// verifyTraversal.glsl with subgroups that share blocks of tokens.
#version 450
#extension GL_GOOGLE_include_directive : require
#define LANES_BY_HOST
#define TEAMS
#include "verifyTraversal.glsl"
