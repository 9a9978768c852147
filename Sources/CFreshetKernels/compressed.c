#include "freshet_compressed.h"

#include <string.h>

#include "freshet_dispatch.h"

#define INLINE static inline __attribute__((always_inline))
// How many scales are tried for a group of 4 bits, and by which factor each is smaller than the one before.
#define TRIED_SCALES 8
#define SCALE_FACTOR 0.94f

INLINE float from_bfloat16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float x;
    memcpy(&x, &wide, sizeof x);
    return x;
}

// The next bfloat16 that is not smaller than a number of 0 or more.
INLINE uint16_t to_bfloat16(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)((bits + 0xFFFF) >> 16);
}

INLINE int32_t level_of(float x, float factor, int32_t most) {
    float y = x * factor;
    y = y > (float)most ? (float)most : y;
    y = y < (float)-most ? (float)-most : y;
    return (int32_t)(y < 0 ? y - 0.5f : y + 0.5f);
}

INLINE ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

INLINE ptrdiff_t group_bytes(ptrdiff_t length, ptrdiff_t bits) { return bits == 8 ? length : (length + 1) / 2; }

INLINE ptrdiff_t row_bytes(ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits) {
    return columns / group * group_bytes(group, bits) + group_bytes(columns % group, bits);
}

ptrdiff_t freshet_compressed_row_bytes(ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits) {
    return row_bytes(columns, group, bits);
}

INLINE void unpack_row(float *restrict out, const uint8_t *restrict levels, const uint16_t *restrict scales,
                       ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits) {
    for (ptrdiff_t c = 0; c < columns; c += group) {
        ptrdiff_t length = least(group, columns - c);
        float scale = from_bfloat16(*scales++);
        if (bits == 8) {
            for (ptrdiff_t i = 0; i < length; i++) out[c + i] = scale * (float)(int8_t)levels[i];
        } else {
            ptrdiff_t half = (length + 1) / 2;
            for (ptrdiff_t i = 0; i < half; i++) out[c + i] = scale * (float)((int32_t)(levels[i] & 15) - 8);
            for (ptrdiff_t i = 0; i < length - half; i++)
                out[c + half + i] = scale * (float)((int32_t)(levels[i] >> 4) - 8);
        }
        levels += group_bytes(length, bits);
    }
}

INLINE float squared_error(const float *restrict x, float scale, int32_t most, ptrdiff_t length) {
    float factor = 1 / scale;
    float sum = 0;
    for (ptrdiff_t i = 0; i < length; i++) {
        float rest = x[i] - scale * (float)level_of(x[i], factor, most);
        sum += rest * rest;
    }
    return sum;
}

INLINE uint16_t scale_of(const float *restrict x, ptrdiff_t length, int32_t most, int tried) {
    float largest = 0;
    for (ptrdiff_t i = 0; i < length; i++) {
        float size = __builtin_elementwise_abs(x[i]);
        largest = size > largest ? size : largest;
    }
    // Below this, one over the scale may be infinite.
    if (largest < 1e-30f) return 0;
    uint16_t best = to_bfloat16(largest / (float)most);
    float scale = from_bfloat16(best);
    float error = squared_error(x, scale, most, length);
    for (int t = 1; t < tried; t++) {
        scale *= SCALE_FACTOR;
        uint16_t bits = to_bfloat16(scale);
        float other = squared_error(x, from_bfloat16(bits), most, length);
        if (other < error) {
            error = other;
            best = bits;
        }
    }
    return best;
}

FRESHET_KERNEL(void, freshet_compress_rows,
               (uint8_t *restrict levels, uint16_t *restrict scales, const float *restrict x, ptrdiff_t rows,
                ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits),
               (levels, scales, x, rows, columns, group, bits), {
    int32_t most = bits == 8 ? 127 : 7;
    int tried = bits == 8 ? 1 : TRIED_SCALES;
    for (ptrdiff_t r = 0; r < rows; r++) {
        for (ptrdiff_t c = 0; c < columns; c += group) {
            ptrdiff_t length = least(group, columns - c);
            const float *restrict numbers = x + r * columns + c;
            uint16_t scale = scale_of(numbers, length, most, tried);
            *scales++ = scale;
            float factor = from_bfloat16(scale) > 0 ? 1 / from_bfloat16(scale) : 0;
            if (bits == 8) {
                for (ptrdiff_t i = 0; i < length; i++) levels[i] = (uint8_t)(int8_t)level_of(numbers[i], factor, most);
            } else {
                ptrdiff_t half = (length + 1) / 2;
                for (ptrdiff_t i = 0; i < half; i++) {
                    int32_t low = level_of(numbers[i], factor, most) + 8;
                    int32_t high = half + i < length ? level_of(numbers[half + i], factor, most) + 8 : 8;
                    levels[i] = (uint8_t)(low | high << 4);
                }
            }
            levels += group_bytes(length, bits);
        }
    }
})

FRESHET_KERNEL(void, freshet_gather_compressed,
               (float *restrict out, const uint8_t *restrict levels, const uint16_t *restrict scales,
                const int32_t *restrict indices, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits),
               (out, levels, scales, indices, rows, columns, group, bits), {
    ptrdiff_t bytes = row_bytes(columns, group, bits);
    ptrdiff_t groups = (columns + group - 1) / group;
    for (ptrdiff_t r = 0; r < rows; r++) {
        ptrdiff_t index = indices[r];
        unpack_row(out + r * columns, levels + index * bytes, scales + index * groups, columns, group, bits);
    }
})

FRESHET_KERNEL(void, freshet_score_compressed,
               (float *restrict out, ptrdiff_t stride, const float *restrict users, ptrdiff_t count,
                const uint8_t *restrict levels, const uint16_t *restrict scales, float *restrict row, ptrdiff_t first,
                ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t group, ptrdiff_t bits),
               (out, stride, users, count, levels, scales, row, first, rows, columns, group, bits), {
    ptrdiff_t bytes = row_bytes(columns, group, bits);
    ptrdiff_t groups = (columns + group - 1) / group;
    for (ptrdiff_t r = first; r < first + rows; r++) {
        unpack_row(row, levels + r * bytes, scales + r * groups, columns, group, bits);
        for (ptrdiff_t u = 0; u < count; u++) {
            const float *restrict user = users + u * columns;
            float sum = 0;
            for (ptrdiff_t c = 0; c < columns; c++) sum += user[c] * row[c];
            out[u * stride + r] = sum;
        }
    }
})
