// The sum of the products of four signed bytes, of x and of a weight word made ready by signedBytes.
#ifndef ESPALIER_BYTE_PRODUCTS_GLSL
#define ESPALIER_BYTE_PRODUCTS_GLSL

#ifdef PACKED_DOT
#define Bytes uint
Bytes signedBytes(uint word) { return word; }

spirv_instruction(extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6019, 6018], id = 4450)  // OpSDot
int packedDot(uint a, uint b, spirv_literal uint format);
int products(uint a, Bytes b) { return packedDot(a, b, 0u); }  // PackedVectorFormat4x8Bit
#else
#define Bytes ivec4
Bytes signedBytes(uint word) {
  int bytes = int(word);
  return ivec4(bitfieldExtract(bytes, 0, 8), bitfieldExtract(bytes, 8, 8), bitfieldExtract(bytes, 16, 8), bytes >> 24);
}

int products(uint a, Bytes b) {
  ivec4 product = signedBytes(a) * b;
  return product.x + product.y + product.z + product.w;
}
#endif

#endif
