#ifndef FRESHET_RETRIEVAL_H
#define FRESHET_RETRIEVAL_H

// Scoring a large catalogue in bytes.

#include <stddef.h>
#include <stdint.h>

/// The number of items that stand together in a packed table.
#define FRESHET_PACKED_ITEMS 16

/// Scores every item of a packed table of bytes: scores[i] = scale * (sum over c of (item[i][c] - 128) * user[c]).
///
/// The table holds blocks of 16 items; a block holds, for every 4 columns, the 4 bytes of item 0, of item 1, ... So 64
/// bytes are one step for all 16 items and nothing has to be added up across a register. `columns` is a multiple of 4,
/// `user` holds -127 ... 127, and `scores` has room for blocks * 16 numbers.
void freshet_score_bytes(float *restrict scores, const uint8_t *restrict items, const int8_t *restrict user, float scale,
                         ptrdiff_t blocks, ptrdiff_t columns);

/// The same without the processor's byte products, for processors that have none; here so that tests can compare.
void freshet_score_bytes_plain(float *restrict scores, const uint8_t *restrict items, const int8_t *restrict user,
                               float scale, ptrdiff_t blocks, ptrdiff_t columns);

/// Packs 16 rows of Float32 into one block: byte = 128 + x * scale, rounded, held within 1 ... 255. Rows from `rows` on
/// and columns from `columns` to `padded` are packed as zeros.
void freshet_pack_bytes(uint8_t *restrict block, const float *restrict items, float scale, ptrdiff_t rows,
                        ptrdiff_t columns, ptrdiff_t padded);

/// The largest magnitude of n numbers.
float freshet_largest_magnitude(const float *restrict x, ptrdiff_t n);

#endif
