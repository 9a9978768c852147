#ifndef FRESHET_SELECTION_H
#define FRESHET_SELECTION_H

// Picking the best of many scores.

#include <stddef.h>
#include <stdint.h>

/// Writes the k best of n scores, best first, ties by the lower index; scores of -INFINITY are left out. Returns how
/// many were written. indices and values hold k entries.
ptrdiff_t freshet_top_k(int32_t *restrict indices, float *restrict values, const float *restrict scores, ptrdiff_t n,
                        ptrdiff_t k);

/// The place of a number in a list, or the list's length.
ptrdiff_t freshet_find(const int32_t *restrict numbers, ptrdiff_t n, int32_t wanted);

/// The highest of 64 numbers.
float freshet_block_maximum(const float *restrict scores);

#endif
