#include "freshet_packed.h"

#include <string.h>

#include "freshet_dispatch.h"

#define COLUMNS FRESHET_PANEL_COLUMNS

FRESHET_KERNEL(void, freshet_pack_panel,
               (int8_t *restrict panel, float *restrict scales, int32_t *restrict sums, const float *restrict columns,
                int32_t largest, ptrdiff_t count, ptrdiff_t inputs, ptrdiff_t padded),
               (panel, scales, sums, columns, largest, count, inputs, padded), {
    memset(panel, 0, (size_t)(padded * COLUMNS));
    for (ptrdiff_t c = 0; c < COLUMNS; c++) {
        scales[c] = 0;
        sums[c] = 0;
        if (c >= count) continue;
        const float *restrict column = columns + c * inputs;
        float most = 0;
        for (ptrdiff_t i = 0; i < inputs; i++) {
            float size = __builtin_elementwise_abs(column[i]);
            most = size > most ? size : most;
        }
        float factor = most > 0 ? (float)largest / most : 0;
        int32_t sum = 0;
        for (ptrdiff_t i = 0; i < inputs; i++) {
            float x = column[i] * factor;
            int32_t byte = (int32_t)(x < 0 ? x - 0.5f : x + 0.5f);
            panel[(i / 4 * COLUMNS + c) * 4 + i % 4] = (int8_t)byte;
            sum += byte;
        }
        scales[c] = most / (float)largest;
        sums[c] = sum;
    }
})

FRESHET_KERNEL(void, freshet_quantize_rows,
               (uint8_t *restrict bytes, float *restrict scales, int32_t *restrict zeros, const float *restrict x,
                ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t padded),
               (bytes, scales, zeros, x, rows, columns, padded), {
    for (ptrdiff_t r = 0; r < rows; r++) {
        const float *restrict row = x + r * columns;
        uint8_t *restrict out = bytes + r * padded;
        // Zero lies between them, so that it has a byte of its own.
        float least = 0;
        float most = 0;
        for (ptrdiff_t c = 0; c < columns; c++) {
            least = row[c] < least ? row[c] : least;
            most = row[c] > most ? row[c] : most;
        }
        float scale = (most - least) / 255;
        float factor = scale > 0 ? 1 / scale : 0;
        float zero = (float)(int32_t)(0.5f - least * factor);
        for (ptrdiff_t c = 0; c < columns; c++) {
            float y = row[c] * factor + zero + 0.5f;
            y = y < 0 ? 0 : y;
            y = y > 255 ? 255 : y;
            out[c] = (uint8_t)(int32_t)y;
        }
        for (ptrdiff_t c = columns; c < padded; c++) out[c] = 0;
        scales[r] = scale;
        zeros[r] = (int32_t)zero;
    }
})

FRESHET_KERNEL(void, freshet_gather_packed,
               (float *restrict out, const int8_t *restrict panels, const float *restrict scales,
                const int32_t *restrict indices, ptrdiff_t rows, ptrdiff_t inputs, ptrdiff_t padded),
               (out, panels, scales, indices, rows, inputs, padded), {
    for (ptrdiff_t r = 0; r < rows; r++) {
        ptrdiff_t index = indices[r];
        const int8_t *restrict column = panels + index / COLUMNS * COLUMNS * padded + index % COLUMNS * 4;
        float scale = scales[index];
        for (ptrdiff_t i = 0; i < inputs; i++)
            out[r * inputs + i] = scale * (float)column[i / 4 * 4 * COLUMNS + i % 4];
    }
})
