// Rows of the vocabulary in four-vectors, for GPUs: a lane takes four neighbouring tokens at a time. An array of such rows is
// bound twice, as words and as quads. Include after the parameters p are declared.
#ifndef ESPALIER_QUADS_GLSL
#define ESPALIER_QUADS_GLSL

#extension GL_EXT_control_flow_attributes : require

// Whether quads of tokens are whole in memory as well: all rows begin at one.
bool hasQuads() { return p.vocabulary % 4u == 0u; }

// Defines Vector name(uint row, uint first): what tokens first ... first + 3 of a row have, `none` past its end; `first` is
// before it and a multiple of 4.
#define LOADS_QUADS(Vector, name, words, quads, none)         \
  Vector name(uint row, uint first) {                         \
    uint at = row * p.vocabulary + first;                     \
    if (hasQuads()) return quads[at / 4u];                    \
    return Vector(                                            \
        words[at],                                            \
        first + 1u < p.vocabulary ? words[at + 1u] : none,    \
        first + 2u < p.vocabulary ? words[at + 2u] : none,    \
        first + 3u < p.vocabulary ? words[at + 3u] : none);   \
  }

// Defines void name(uint row, uint first, Vector values), which writes as many of them as the row has.
#define STORES_QUADS(Vector, name, words, quads)              \
  void name(uint row, uint first, Vector values) {            \
    uint at = row * p.vocabulary + first;                     \
    if (hasQuads()) {                                         \
      quads[at / 4u] = values;                                \
      return;                                                 \
    }                                                         \
    [[unroll]] for (uint i = 0u; i < 4u; i++)                 \
      if (first + i < p.vocabulary) words[at + i] = values[i]; \
  }

#endif
