// Chunks of a row of the vocabulary, for GPUs: groups share the row, and what one of them leaves for the kernel's next shader
// waits in the workspace. Include after the parameters p are declared; WORKSPACE is its binding.
#ifndef ESPALIER_CHUNK_GLSL
#define ESPALIER_CHUNK_GLSL

#include "quads.glsl"

#ifndef CHUNK_TOKENS
// A multiple of 4; a row has at most VOCABULARY_LANES chunks.
layout(constant_id = 0) const uint CHUNK_TOKENS = 4096u;
#endif

#ifndef WORKSPACE_ACCESS
#define WORKSPACE_ACCESS
#endif
layout(set = 0, binding = WORKSPACE, std430) WORKSPACE_ACCESS buffer Workspace { uint workspace[]; };

uint chunkCount() { return (p.vocabulary + CHUNK_TOKENS - 1u) / CHUNK_TOKENS; }

uvec2 chunkTokens(uint chunk) {
  uint begin = chunk * CHUNK_TOKENS;
  return uvec2(begin, min(begin + CHUNK_TOKENS, p.vocabulary));
}

#endif
