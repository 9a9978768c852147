#ifndef FRESHET_COMPRESSED_H
#define FRESHET_COMPRESSED_H

// Tables of vectors in 8 or 4 bits a number, row after row.
//
// Every `group` numbers of a row have a scale of their own, a bfloat16: number = scale * level, with levels -127 ... 127 or
// -7 ... 7. In 8 bits a level is a signed byte. In 4 bits a group of L numbers takes h = (L + 1) / 2 bytes: byte i holds
// level i in its lower half and level h + i in its upper one, each 8 more than it is, so that neither half has to be
// interleaved with the other.

#include <stddef.h>
#include <stdint.h>

/// How many bytes the levels of a row take.
ptrdiff_t freshet_compressed_row_bytes(ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits);

/// Rounds rows of floats. In 4 bits the scale of a group is the one of a few with the least squared error, which may cut off
/// its largest numbers; in 8 bits it is the least that holds them all.
void freshet_compress_rows(uint8_t *restrict levels, uint16_t *restrict scales, const float *restrict x, ptrdiff_t rows,
                           ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits);

/// out[r] = row indices[r] as floats.
void freshet_gather_compressed(float *restrict out, const uint8_t *restrict levels, const uint16_t *restrict scales,
                               const int32_t *restrict indices, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t group,
                               ptrdiff_t bits);

/// out[u * stride + r] = user u * row r, for the rows from `first` to `first + rows` of a table: each is unpacked once for
/// all users, into `row`, which has room for `columns` numbers.
void freshet_score_compressed(float *restrict out, ptrdiff_t stride, const float *restrict users, ptrdiff_t count,
                              const uint8_t *restrict levels, const uint16_t *restrict scales, float *restrict row,
                              ptrdiff_t first, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits);

#endif
