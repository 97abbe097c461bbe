// GELU (Hendrycks and Gimpel, 2016) in its tanh form, with ERF as x * Phi(x).
#ifndef ESPALIER_GELU_FORM_GLSL
#define ESPALIER_GELU_FORM_GLSL

#include "numerics.glsl"

#ifdef ERF
float activated(float x) { return geluErf(x); }
#else
float activated(float x) { return gelu(x); }
#endif

#endif
