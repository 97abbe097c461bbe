// Rows that are moved whole: lanes share a row, neighbouring ones its neighbouring words, and a group has several rows if they
// are short. The includer defines what is done with a row.
#ifndef ESPALIER_ROW_LANES_GLSL
#define ESPALIER_ROW_LANES_GLSL

#extension GL_EXT_control_flow_attributes : require

layout(local_size_x = 64) in;
layout(constant_id = 0) const uint ROW_LANES = 64u;  // that share a row: a power of two
layout(constant_id = 1) const uint ROW_WORDS = 4u;   // of a lane in a row, ROW_LANES apart
layout(constant_id = 2) const uint IS_FOLDED = 0u;   // 1: more groups than the grid's 65,535 in y

// The lane's words of a row; some may lie behind its end.
#define EACH_WORD(column)                                                                                        \
  [[unroll]] for (uint word = 0u, column = gl_WorkGroupID.x * (ROW_LANES * ROW_WORDS) + gl_LocalInvocationID.x % ROW_LANES; \
                  word < ROW_WORDS; word++, column += ROW_LANES)                                                 \
    if (column < p.columns)

void moveRow(uint row);

// CPU drivers are slower inside of loops.
void moveRows(uint rows) {
  uint groupRows = 64u / ROW_LANES;
  uint row = gl_WorkGroupID.y * groupRows;
  if (ROW_LANES < 64u) row += gl_LocalInvocationID.x / ROW_LANES;  // else the same for the group, which drivers then see
  if (IS_FOLDED == 0u) {
    if (row < rows) moveRow(row);
  } else {
    for (; row < rows; row += gl_NumWorkGroups.y * groupRows) moveRow(row);
  }
}

#endif
