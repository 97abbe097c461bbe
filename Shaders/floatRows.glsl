// Rows of floats as a matmul's x.
layout(set = 0, binding = 0, std430) readonly buffer X { float x[]; };  // [rows][inputs]

// Where a row starts.
uint rowStart(uint row) { return row * p.inputs; }

// What a block's sum is multiplied by: rows of floats have no scales.
float rowScale(uint start, uint block) { return 1.0; }
float sumScale(float weightScale, float rowScale) { return weightScale; }
