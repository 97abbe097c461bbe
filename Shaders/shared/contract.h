// Constants of the numeric contract. Changing one changes bits everywhere, on purpose.
#ifndef ESPALIER_CONTRACT_H
#define ESPALIER_CONTRACT_H

#include "scalars.h"

// Magnitudes below 2^-64 are +0: compare the absolute bits with this.
#define FLUSH_BITS 0x1f800000u
// RMSNorm squares only magnitudes of 2^-40 and more, so squares stay normal.
#define NORM_FLUSH_BITS 0x2b800000u

// Significant bits of an activation whose product with the weight is exact in fp32 (24 bits).
#define ACTIVATION_BITS_F16 13u  // f16 weights, keys and values: 11 bits
#define ACTIVATION_BITS_BF16 16u  // bf16 weights: 8 bits
#define ACTIVATION_BITS_BLOCKS 16u  // blocks of 8-bit or 4-bit integers
#define ACTIVATION_BITS_F32 24u  // f32 weights: not exact, so multiply and add round separately

#define DOT_CHUNK 128u       // elements of a dot product that one accumulator sums
#define BLOCK_INPUTS 32u     // weights that share a scale
#define INT8_INPUTS 131072u  // so that a sum of products of signed bytes fits 32 bits
#define ATTENTION_CHUNK 64u  // keys that share a maximum before merging
#define ATTENTION_SPAN 4u    // chunks that are merged before the spans are
#define SCAN_CHUNK 32u       // elements of a state whose products with the query one accumulator sums
#define REDUCTION_LANES 64u  // lanes of a row reduction
#define VOCABULARY_LANES 256u  // lanes of a sum over a row of logits

// exp(x), x <= 0: below this the result is +0 (e^-44 is still above 2^-64).
#define EXP_LOWEST (-44.0f)
#define EXP_LOG2E 1.44269504f
#define EXP_LN2_HIGH 0.693359375f        // 9 significant bits: n * high is exact for |n| <= 64
#define EXP_LN2_LOW (-2.12194440e-4f)
#define EXP_C2 0.49999994039535522f
#define EXP_C3 0.16666519641876220f
#define EXP_C4 0.04166840389370918f
#define EXP_C5 0.00836889911442995f
#define EXP_C6 0.00138142216019332f

// log(x): the significand is taken in sqrt(1/2) ... sqrt(2); coefficients of x^3 ... x^10 of log(1 + x), minimax.
#define LOG_ROOT_HALF_BITS 0x3f3504f3
#define LOG_C3 0.333333313f
#define LOG_C4 (-0.250008196f)
#define LOG_C5 0.200012267f
#define LOG_C6 (-0.166233569f)
#define LOG_C7 0.142017588f
#define LOG_C8 (-0.131601825f)
#define LOG_C9 0.12761575f
#define LOG_C10 (-0.0763449371f)

#define RECIPROCAL_SEED 0x7ef127eau         // seed = this - bits(x); three Newton steps
#define RECIPROCAL_ROOT_SEED 0x5f375a86u    // seed = this - bits(x) / 2; three Newton steps

#define INVERSE_127 0.00787401572f  // 1 / 127: scale of a row or a block of signed bytes

#define GELU_LINEAR 1.59576912f   // 2 * sqrt(2 / pi)
#define GELU_CUBE 0.0713548163f    // 0.044715 * 2 * sqrt(2 / pi)

// phi(x): the normal law's tail beyond a is e^(-a^2/2) * p(a) / q(a), p and q minimax for the relative error on 0...9.4.
#define NORMAL_LARGEST_BITS 0x41800000u  // 16: beyond 9.4 the tail is +0, and q stays in the domain of reciprocal
#define NORMAL_HEAD_MASK 0xfffff000u     // keeps 12 significant bits
#define NORMAL_P1 0.423949987f
#define NORMAL_P2 0.172789484f
#define NORMAL_P3 0.0371571481f
#define NORMAL_P4 0.00361098489f
#define NORMAL_Q1 1.64578474f
#define NORMAL_Q2 1.15872312f
#define NORMAL_Q3 0.441920549f
#define NORMAL_Q4 0.0931520239f
#define NORMAL_Q5 0.00905110035f

// How rotary pairs the elements of a head.
#define ROTARY_HALVES 0u       // i with i + rotarySize / 2
#define ROTARY_INTERLEAVED 1u  // 2 * i with 2 * i + 1

#define WEIGHT_SCALE 1073741824.0f  // 2^30: integer weight of the likeliest token before scaling down
#define LOGARITHM_SCALE 1048576.0f  // 2^20: units of a weight's logarithm
#define TOTAL_BITS 31u              // a distribution row's total is below 2^31
#define SHARE_BITS 30u              // a node's share of acceptance is a multiple of 2^-30
#define REDUCED_TOTAL_BITS 30u      // a residual brought back to 32-bit weights has a total of at most 2^30

#define NAN_BITS 0x7fc00000u  // what a kernel writes for a number that does not exist

#define K_SEQ_STEPS 256u  // k-seq divides its candidates' acceptance by 1 + (k - 1) * i / 256

#define NO_TOKEN 0xffffffffu
#define NO_NODE 0xffffffffu
#define MAXIMUM_VOCABULARY 262144u
#define MAXIMUM_NODES 1024u

// Roles of keyed random numbers: the third word of the counter.
#define ROLE_TARGET 1u    // the target's own pick at a position; index = stream
#define ROLE_DRAFT 2u     // a draft child; index = child number
#define ROLE_ACCEPT 3u    // acceptance of a child; index = child number
#define ROLE_RESIDUAL 4u  // token after all children were rejected
#define ROLE_ROUND 5u     // fair rounding of a residual; index = child number
// Rules that look at deep nodes before they decide on shallow ones need numbers that no other node and no other round
// uses: position = the root's, index = node.
#define ROLE_TRAVERSAL_DRAFT 16u   // the node's own token
#define ROLE_TRAVERSAL_CHILD 17u   // fair rounding of its share
#define ROLE_TRAVERSAL_ACCEPT 18u  // acceptance of the path that ends there
#define ROLE_TRAVERSAL_REST 19u    // fair rounding of its parent's share once it is removed
#define ROLE_TRAVERSAL_ROUND 20u   // fair rounding of its parent's residual
#define ROLE_TRAVERSAL_BONUS 21u   // the token that follows it

// Rules and draws of children with a stream add it to the role, times ROLE_STREAM.
#define ROLE_STREAM 256u
#define RANDOM_STREAMS 16777216u

#define ROLE_NOISE 32u   // Gumbel noise of a token; index = token, the fourth word is a stream

// What mixLogits makes of two rows.
#define MIX_LOGITS 0u             // a linear combination
#define MIX_LOG_PROBABILITIES 1u  // the same of each row less its log-sum-exp
#define MIX_TRANSFER 2u           // the first less a part of its probabilities' difference from the second's

// What combineDistributions makes of two rows.
#define COMBINE_MIXTURE 0u   // a share of each
#define COMBINE_RESIDUAL 1u  // what the first has more of
#define COMBINE_MINIMUM 2u   // what both have, a part of a law

// Status bits of a row, a tree or a round.
#define STATUS_OK 0u
#define STATUS_NOT_FINITE 1u        // NaN or +infinity among the logits, or no finite logit at all
#define STATUS_MALFORMED_TREE 2u    // parent not before its child, or a node count out of range
#define STATUS_MALFORMED_DRAFT 4u   // a draft token outside the vocabulary or with draft weight zero
#define STATUS_EMPTY_ROW 8u         // a distribution row whose total is zero
#define STATUS_OUT_OF_PAGES 16u     // a sequence that got no pages: too few are free, or its table is too short
#define STATUS_IDLE 64u             // a sequence without nodes, which sits out this round; never kept in its state
#define STATUS_SELECTIVE_WARP 32u   // a row whose own warp selects tokens, where the kernel does not

#endif
