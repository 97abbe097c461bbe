// Products of a group of matmulSpread.glsl where x has signed bytes: of four in one instruction where the device has it.
#include "byteProducts.glsl"

int products(uvec4 a, uvec4 b) {
  return products(a.x, signedBytes(b.x)) + products(a.y, signedBytes(b.y)) + products(a.z, signedBytes(b.z)) +
         products(a.w, signedBytes(b.w));
}

// Adds the products of a group, whose words were loaded as the i-th.
void addGroup(uint i, uint group, bool isWhole) {
  uvec4 w[2u * COLUMNS];
  [[unroll]] for (uint n = 0u; n < 2u * COLUMNS; n++) {
    w[n] = halfBytes(words[(i * COLUMNS + n / 2u) * PLANES + n % 2u * PLANES / 2u], n % 2u);
  }
  [[unroll]] for (uint r = 0u; r < ROWS; r++) {
    uint from = bytesWord(xStarts[r], group * GROUP_INPUTS) / 4u;
    uvec4 first = x[from];
    uvec4 second = x[from + 1u];
    float own = rowScale(xStarts[r], group);
    [[unroll]] for (uint c = 0u; c < COLUMNS; c++) {
      int sum = products(first, w[2u * c]) + products(second, w[2u * c + 1u]);
      float scale = sumScale(scales[i * COLUMNS + c], own);
      chunk[r * COLUMNS + c] = addProduct(chunk[r * COLUMNS + c], float(sum), scale);
    }
  }
}
