#include "freshet_retrieval.h"

#include <string.h>

#include "freshet_dispatch.h"

#define ITEMS FRESHET_PACKED_ITEMS

// sum (item - 128) * user = sum item * user - 128 * sum user: the bytes stay unsigned, which is what the processor's
// byte products want, and the rest is one number a user.
static inline int32_t offset_of(const int8_t *restrict user, ptrdiff_t columns) {
    int32_t sum = 0;
    for (ptrdiff_t c = 0; c < columns; c++) sum += user[c];
    return -128 * sum;
}

FRESHET_KERNEL(void, score_bytes_plain,
               (float *restrict scores, const uint8_t *restrict items, const int8_t *restrict user, float scale,
                ptrdiff_t blocks, ptrdiff_t columns),
               (scores, items, user, scale, blocks, columns), {
    int32_t start = offset_of(user, columns);
    for (ptrdiff_t b = 0; b < blocks; b++) {
        int32_t sums[ITEMS];
        for (int i = 0; i < ITEMS; i++) sums[i] = start;
        for (ptrdiff_t c = 0; c < columns; c += 4) {
            int32_t u0 = user[c], u1 = user[c + 1], u2 = user[c + 2], u3 = user[c + 3];
            for (int i = 0; i < ITEMS; i++)
                sums[i] += items[4 * i] * u0 + items[4 * i + 1] * u1 + items[4 * i + 2] * u2 + items[4 * i + 3] * u3;
            items += 4 * ITEMS;
        }
        for (int i = 0; i < ITEMS; i++) scores[i] = scale * (float)sums[i];
        scores += ITEMS;
    }
})

#if defined(__x86_64__)
#include <immintrin.h>

// Four blocks at a time, so that the four sums do not wait for each other.
__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma"), min_vector_width(512)))
static void score_bytes_vnni(float *restrict scores, const uint8_t *restrict items, const int8_t *restrict user,
                             float scale, ptrdiff_t blocks, ptrdiff_t columns) {
    __m512i start = _mm512_set1_epi32(offset_of(user, columns));
    __m512 factor = _mm512_set1_ps(scale);
    ptrdiff_t length = ITEMS * columns;
    ptrdiff_t b = 0;
    for (; b + 4 <= blocks; b += 4) {
        __m512i s0 = start, s1 = start, s2 = start, s3 = start;
        const uint8_t *block = items + b * length;
        for (ptrdiff_t c = 0; c < columns; c += 4) {
            int32_t four;
            memcpy(&four, user + c, 4);
            __m512i u = _mm512_set1_epi32(four);
            const uint8_t *bytes = block + ITEMS * c;
            s0 = _mm512_dpbusd_epi32(s0, _mm512_loadu_si512(bytes), u);
            s1 = _mm512_dpbusd_epi32(s1, _mm512_loadu_si512(bytes + length), u);
            s2 = _mm512_dpbusd_epi32(s2, _mm512_loadu_si512(bytes + 2 * length), u);
            s3 = _mm512_dpbusd_epi32(s3, _mm512_loadu_si512(bytes + 3 * length), u);
        }
        float *out = scores + b * ITEMS;
        _mm512_storeu_ps(out, _mm512_mul_ps(factor, _mm512_cvtepi32_ps(s0)));
        _mm512_storeu_ps(out + ITEMS, _mm512_mul_ps(factor, _mm512_cvtepi32_ps(s1)));
        _mm512_storeu_ps(out + 2 * ITEMS, _mm512_mul_ps(factor, _mm512_cvtepi32_ps(s2)));
        _mm512_storeu_ps(out + 3 * ITEMS, _mm512_mul_ps(factor, _mm512_cvtepi32_ps(s3)));
    }
    for (; b < blocks; b++) {
        __m512i sum = start;
        for (ptrdiff_t c = 0; c < columns; c += 4) {
            int32_t four;
            memcpy(&four, user + c, 4);
            sum = _mm512_dpbusd_epi32(sum, _mm512_loadu_si512(items + b * length + ITEMS * c), _mm512_set1_epi32(four));
        }
        _mm512_storeu_ps(scores + b * ITEMS, _mm512_mul_ps(factor, _mm512_cvtepi32_ps(sum)));
    }
}
#endif

void freshet_score_bytes(float *restrict scores, const uint8_t *restrict items, const int8_t *restrict user, float scale,
                         ptrdiff_t blocks, ptrdiff_t columns) {
#if defined(__x86_64__)
    if (freshet_instruction_set == FRESHET_LEVEL_AVX512_VNNI)
        return score_bytes_vnni(scores, items, user, scale, blocks, columns);
#endif
    score_bytes_plain(scores, items, user, scale, blocks, columns);
}

void freshet_score_bytes_plain(float *restrict scores, const uint8_t *restrict items, const int8_t *restrict user,
                               float scale, ptrdiff_t blocks, ptrdiff_t columns) {
    score_bytes_plain(scores, items, user, scale, blocks, columns);
}

FRESHET_KERNEL(void, freshet_pack_bytes,
               (uint8_t *restrict block, const float *restrict items, float scale, ptrdiff_t rows, ptrdiff_t columns,
                ptrdiff_t padded),
               (block, items, scale, rows, columns, padded), {
    memset(block, 128, (size_t)(ITEMS * padded));
    for (ptrdiff_t r = 0; r < rows; r++) {
        const float *restrict row = items + r * columns;
        for (ptrdiff_t c = 0; c < columns; c++) {
            float x = row[c] * scale;
            x = x > 127 ? 127 : x;
            x = x < -127 ? -127 : x;
            block[(c / 4) * 4 * ITEMS + 4 * r + c % 4] = (uint8_t)(int32_t)(x + 128.5f);
        }
    }
})

FRESHET_KERNEL(float, freshet_largest_magnitude, (const float *restrict x, ptrdiff_t n), (x, n), {
    float largest = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        float size = __builtin_elementwise_abs(x[i]);
        largest = size > largest ? size : largest;
    }
    return largest;
})
