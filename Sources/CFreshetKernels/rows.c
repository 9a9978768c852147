#include "freshet_dispatch.h"
#include "freshet_kernels.h"

FRESHET_KERNEL(
    void, freshet_gather,
    (float *restrict out, const float *restrict table, const int32_t *restrict indices, ptrdiff_t rows,
     ptrdiff_t columns),
    (out, table, indices, rows, columns), {
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict from = table + (ptrdiff_t)indices[r] * columns;
            float *restrict to = out + r * columns;
            for (ptrdiff_t c = 0; c < columns; c++) to[c] = from[c];
        }
    })

FRESHET_KERNEL(
    void, freshet_scatter_add,
    (float *restrict table, const float *restrict in, const int32_t *restrict indices, ptrdiff_t rows,
     ptrdiff_t columns),
    (table, in, indices, rows, columns), {
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict from = in + r * columns;
            float *restrict to = table + (ptrdiff_t)indices[r] * columns;
            for (ptrdiff_t c = 0; c < columns; c++) to[c] += from[c];
        }
    })

FRESHET_KERNEL(
    void, freshet_add_bias, (float *restrict x, const float *restrict bias, ptrdiff_t rows, ptrdiff_t columns),
    (x, bias, rows, columns), {
        for (ptrdiff_t r = 0; r < rows; r++)
            for (ptrdiff_t c = 0; c < columns; c++) x[r * columns + c] += bias[c];
    })

FRESHET_KERNEL(
    void, freshet_sum_rows, (float *restrict dbias, const float *restrict dx, ptrdiff_t rows, ptrdiff_t columns),
    (dbias, dx, rows, columns), {
        for (ptrdiff_t r = 0; r < rows; r++)
            for (ptrdiff_t c = 0; c < columns; c++) dbias[c] += dx[r * columns + c];
    })
