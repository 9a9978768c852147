#include <string.h>

#include "freshet_dispatch.h"
#include "freshet_packed.h"

// A tile of a few rows and one panel of 16 columns is summed up in registers over all of the inputs; its height fits the
// registers of the instruction set. The sums are whole numbers, so they are the same in whichever tile a row lies.
//
// sum (x - zero) * w = sum x * w - zero * sum w: the bytes of x stay unsigned, which is what byte products want, and the
// rest is one number for each row and column.

#define COLUMNS FRESHET_PANEL_COLUMNS

// Vectors are passed to inlined functions only, so it does not matter how a call would pass them.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float floats __attribute__((vector_size(64), aligned(4)));
typedef int32_t integers __attribute__((vector_size(64), aligned(4)));
typedef int16_t shorts __attribute__((vector_size(32)));
typedef int8_t bytes __attribute__((vector_size(64), aligned(1)));

#define INLINE static inline __attribute__((always_inline))
// Each row of a tile is a register.
#define FOR_EACH_ROW(height) _Pragma("clang loop unroll(full)") for (int r = 0; r < height; r++)

#define TILE(set, target, height)                                                                           \
    target static void tile_##set##_##height(                                                               \
        float *restrict out, const uint8_t *restrict x, const float *restrict row_scales,                   \
        const int32_t *restrict row_zeros, const int8_t *restrict panel, const float *restrict scales,      \
        const int32_t *restrict sums, const float *restrict bias, ptrdiff_t padded, ptrdiff_t outputs,      \
        ptrdiff_t columns) {                                                                                \
        integers products[height];                                                                          \
        FOR_EACH_ROW(height) products[r] = (integers){0};                                                   \
        for (ptrdiff_t i = 0; i < padded; i += 4) {                                                         \
            bytes weights = *(const bytes *)(panel + i * COLUMNS);                                          \
            FOR_EACH_ROW(height) {                                                                          \
                int32_t four;                                                                               \
                memcpy(&four, x + r * padded + i, 4);                                                       \
                products[r] = dot_##set(products[r], four, weights);                                        \
            }                                                                                               \
        }                                                                                                   \
        floats start = {0};                                                                                 \
        size_t wide = sizeof(float) * (size_t)(columns < COLUMNS ? columns : COLUMNS);                      \
        if (bias) memcpy(&start, bias, wide);                                                               \
        floats factors = *(const floats *)scales;                                                           \
        integers column_sums = *(const integers *)sums;                                                     \
        FOR_EACH_ROW(height) {                                                                              \
            integers whole = products[r] - row_zeros[r] * column_sums;                                      \
            floats y = __builtin_convertvector(whole, floats) * (factors * row_scales[r]) + start;          \
            if (columns >= COLUMNS) *(floats *)(out + r * outputs) = y;                                     \
            else memcpy(out + r * outputs, &y, wide);                                                       \
        }                                                                                                   \
    }

// A single row takes several panels at a time: memory delivers streams side by side faster than one after the other (AVX2: 19
// to 21 GB/s against 14 to 17, where nothing but loads reads 21 to 25).
#define WIDTH 4
#define FOR_EACH_PANEL _Pragma("clang loop unroll(full)") for (int k = 0; k < WIDTH; k++)

#define ROW(set, target)                                                                                    \
    target static ptrdiff_t row_##set(                                                                      \
        float *restrict out, const uint8_t *restrict x, float row_scale, int32_t row_zero,                  \
        const int8_t *restrict panels, const float *restrict scales, const int32_t *restrict sums,          \
        const float *restrict bias, ptrdiff_t padded, ptrdiff_t outputs) {                                  \
        ptrdiff_t c = 0;                                                                                    \
        for (; c + WIDTH * COLUMNS <= outputs; c += WIDTH * COLUMNS) {                                      \
            integers products[WIDTH];                                                                       \
            FOR_EACH_PANEL products[k] = (integers){0};                                                     \
            for (ptrdiff_t i = 0; i < padded; i += 4) {                                                     \
                int32_t four;                                                                               \
                memcpy(&four, x + i, 4);                                                                    \
                FOR_EACH_PANEL {                                                                            \
                    const int8_t *panel = panels + (c + k * COLUMNS) * padded;                              \
                    products[k] = dot_##set(products[k], four, *(const bytes *)(panel + i * COLUMNS));      \
                }                                                                                           \
            }                                                                                               \
            FOR_EACH_PANEL {                                                                                \
                ptrdiff_t first = c + k * COLUMNS;                                                          \
                floats start = {0};                                                                         \
                if (bias) start = *(const floats *)(bias + first);                                          \
                integers whole = products[k] - row_zero * *(const integers *)(sums + first);                \
                floats factors = *(const floats *)(scales + first) * row_scale;                             \
                *(floats *)(out + first) = __builtin_convertvector(whole, floats) * factors + start;        \
            }                                                                                               \
        }                                                                                                   \
        return c;                                                                                           \
    }

#define TILES(set, height)                                                                                  \
    for (; r + height <= rows; r += height)                                                                 \
        tile_##set##_##height(out + r * outputs + c, x + r * padded, row_scales + r, row_zeros + r,         \
                              panels + c * padded, scales + c, sums + c, bias ? bias + c : NULL, padded,    \
                              outputs, outputs - c);

// Products with tiles of two heights and of single rows.
#define PRODUCT(set, target, tall, low)                                                                     \
    TILE(set, target, tall)                                                                                 \
    TILE(set, target, low)                                                                                  \
    TILE(set, target, 1)                                                                                    \
    ROW(set, target)                                                                                        \
    static void multiply_##set(                                                                             \
        float *restrict out, const uint8_t *restrict x, const float *restrict row_scales,                   \
        const int32_t *restrict row_zeros, const int8_t *restrict panels, const float *restrict scales,     \
        const int32_t *restrict sums, const float *restrict bias, ptrdiff_t rows, ptrdiff_t padded,         \
        ptrdiff_t outputs) {                                                                                \
        ptrdiff_t c = 0;                                                                                    \
        if (rows == 1)                                                                                      \
            c = row_##set(out, x, *row_scales, *row_zeros, panels, scales, sums, bias, padded, outputs);    \
        for (; c < outputs; c += COLUMNS) {                                                                 \
            ptrdiff_t r = 0;                                                                                \
            TILES(set, tall)                                                                                \
            TILES(set, low)                                                                                 \
            TILES(set, 1)                                                                                   \
        }                                                                                                   \
    }

// A product of two bytes fits 16 bits; a sum of two does not.
#define EVERY_FOURTH(k)                                                                                     \
    __builtin_convertvector(__builtin_shufflevector(weights, weights, k, k + 4, k + 8, k + 12, k + 16,      \
                                                    k + 20, k + 24, k + 28, k + 32, k + 36, k + 40, k + 44, \
                                                    k + 48, k + 52, k + 56, k + 60),                        \
                            shorts)
#define PRODUCTS(k) __builtin_convertvector(EVERY_FOURTH(k) * (int16_t)(uint8_t)(four >> 8 * k), integers)

INLINE integers dot_plain(integers sums, int32_t four, bytes weights) {
    return sums + PRODUCTS(0) + PRODUCTS(1) + PRODUCTS(2) + PRODUCTS(3);
}

PRODUCT(plain, , 4, 2)

#if defined(__x86_64__)
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma")))
#define VNNI \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"), min_vector_width(512)))

// Pairs of products are added up in 16 bits, which is why weights are 63 at most.
AVX2 INLINE integers dot_avx2(integers sums, int32_t four, bytes weights) {
    __m256i x = _mm256_set1_epi32(four);
    __m256i ones = _mm256_set1_epi16(1);
    __m256i w[2];
    __m256i s[2];
    memcpy(w, &weights, sizeof w);
    memcpy(s, &sums, sizeof s);
    for (int half = 0; half < 2; half++)
        s[half] = _mm256_add_epi32(s[half], _mm256_madd_epi16(_mm256_maddubs_epi16(x, w[half]), ones));
    memcpy(&sums, s, sizeof sums);
    return sums;
}

VNNI INLINE integers dot_vnni(integers sums, int32_t four, bytes weights) {
    return (integers)_mm512_dpbusd_epi32((__m512i)sums, _mm512_set1_epi32(four), (__m512i)weights);
}

PRODUCT(avx2, AVX2, 4, 2)
PRODUCT(vnni, VNNI, 12, 4)
#endif

int32_t freshet_largest_packed_weight(void) {
    return freshet_instruction_set == FRESHET_LEVEL_AVX2 || freshet_instruction_set == FRESHET_LEVEL_AVX512 ? 63 : 127;
}

void freshet_multiply_bytes(float *restrict out, const uint8_t *restrict x, const float *restrict row_scales,
                            const int32_t *restrict row_zeros, const int8_t *restrict panels,
                            const float *restrict scales, const int32_t *restrict sums, const float *restrict bias,
                            ptrdiff_t rows, ptrdiff_t padded, ptrdiff_t outputs) {
#if defined(__x86_64__)
    if (freshet_instruction_set == FRESHET_LEVEL_AVX512_VNNI)
        return multiply_vnni(out, x, row_scales, row_zeros, panels, scales, sums, bias, rows, padded, outputs);
    if (freshet_instruction_set >= FRESHET_LEVEL_AVX2)
        return multiply_avx2(out, x, row_scales, row_zeros, panels, scales, sums, bias, rows, padded, outputs);
#endif
    multiply_plain(out, x, row_scales, row_zeros, panels, scales, sums, bias, rows, padded, outputs);
}
