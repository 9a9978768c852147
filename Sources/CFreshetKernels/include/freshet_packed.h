#ifndef FRESHET_PACKED_H
#define FRESHET_PACKED_H

// Products with a matrix of bytes that is packed once and never changes.
//
// A packed matrix [I, O] holds panels of 16 columns. A panel holds, for every 4 of the I rows, the 4 bytes of column 0, of
// column 1, ... so that 64 bytes are one step of the processor's byte products for all 16 columns and nothing has to be
// added up across a register. Rows are filled up with zeros to a multiple of 4 (`padded`), columns to one of 16.

#include <stddef.h>
#include <stdint.h>

/// The number of columns that stand together in a packed matrix.
#define FRESHET_PANEL_COLUMNS 16

/// The largest weight of a product: 127, or 63 where the processor adds pairs of products up in 16 bits, which twice
/// 255 * 63 just fits.
int32_t freshet_largest_packed_weight(void);

/// Packs up to 16 columns, each given as a row of `inputs` floats, into a panel: byte = round(number / scale of its
/// column), with scales so that the largest number of a column becomes `largest`. `sums` receives the sum of each
/// column's bytes. `scales` and `sums` have 16 places.
void freshet_pack_panel(int8_t *restrict panel, float *restrict scales, int32_t *restrict sums,
                        const float *restrict columns, int32_t largest, ptrdiff_t count, ptrdiff_t inputs,
                        ptrdiff_t padded);

/// Rows of floats as bytes: x = scale * (byte - zero), a scale and a zero for each row.
void freshet_quantize_rows(uint8_t *restrict bytes, float *restrict scales, int32_t *restrict zeros,
                           const float *restrict x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t padded);

/// out = x * matrix + bias, both factors in bytes: exact up to the last step. `bias` may be null.
///
/// `scales` and `sums` have a place for each column, filled up to a multiple of 16; `bias` has one for each column.
void freshet_multiply_bytes(float *restrict out, const uint8_t *restrict x, const float *restrict row_scales,
                            const int32_t *restrict row_zeros, const int8_t *restrict panels,
                            const float *restrict scales, const int32_t *restrict sums, const float *restrict bias,
                            ptrdiff_t rows, ptrdiff_t padded, ptrdiff_t outputs);

/// out[r] = column indices[r] of a packed matrix as floats: the rows of a table that was packed column by column.
void freshet_gather_packed(float *restrict out, const int8_t *restrict panels, const float *restrict scales,
                           const int32_t *restrict indices, ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t padded);

#endif
