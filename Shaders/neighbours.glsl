// How many neighbouring tokens or elements a lane takes at a time: four where QUADS is defined, for GPUs, whose widest loads have 16 bytes.
#ifndef ESPALIER_NEIGHBOURS_GLSL
#define ESPALIER_NEIGHBOURS_GLSL

#ifdef QUADS
#define NEIGHBOURS 4u
#else
#define NEIGHBOURS 1u
#endif

#endif
