// Where a selection among ordered elements ends.
#ifndef ESPALIER_CUT_GLSL
#define ESPALIER_CUT_GLSL

#define KEEP_ALL 0xffffffffu

// Last key and, among tokens with that key, last token to keep.
struct Cut {
  uint key;
  uint token;
};

bool isKept(Cut cut, uint key, uint token) { return key < cut.key || (key == cut.key && token <= cut.token); }

#endif
