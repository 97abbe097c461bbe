// GeGLU: out = GELU of gate, times up.
#include "geluForm.glsl"
#include "gatedUnit.glsl"
