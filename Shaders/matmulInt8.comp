// matmulInt8.glsl on any device.
#version 450
#extension GL_GOOGLE_include_directive : require
#include "matmulInt8.glsl"
