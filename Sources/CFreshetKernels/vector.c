#include "freshet_dispatch.h"
#include "freshet_kernels.h"

FRESHET_KERNEL(float, freshet_dot, (const float *restrict a, const float *restrict b, ptrdiff_t n), (a, b, n), {
    float sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
})

FRESHET_KERNEL(
    void, freshet_axpy, (float *restrict y, const float *restrict x, float alpha, ptrdiff_t n), (y, x, alpha, n), {
        for (ptrdiff_t i = 0; i < n; i++) y[i] += alpha * x[i];
    })

FRESHET_KERNEL(
    void, freshet_scaled_copy, (float *restrict y, const float *restrict x, float alpha, ptrdiff_t n),
    (y, x, alpha, n), {
        for (ptrdiff_t i = 0; i < n; i++) y[i] = alpha * x[i];
    })

FRESHET_KERNEL(
    void, freshet_add, (float *restrict out, const float *restrict a, const float *restrict b, ptrdiff_t n),
    (out, a, b, n), {
        for (ptrdiff_t i = 0; i < n; i++) out[i] = a[i] + b[i];
    })

FRESHET_KERNEL(
    void, freshet_multiply, (float *restrict out, const float *restrict a, const float *restrict b, ptrdiff_t n),
    (out, a, b, n), {
        for (ptrdiff_t i = 0; i < n; i++) out[i] = a[i] * b[i];
    })

FRESHET_KERNEL(
    void, freshet_multiply_add, (float *restrict out, const float *restrict a, const float *restrict b, ptrdiff_t n),
    (out, a, b, n), {
        for (ptrdiff_t i = 0; i < n; i++) out[i] += a[i] * b[i];
    })

FRESHET_KERNEL(void, freshet_scale, (float *x, float alpha, ptrdiff_t n), (x, alpha, n), {
    for (ptrdiff_t i = 0; i < n; i++) x[i] *= alpha;
})

FRESHET_KERNEL(double, freshet_sum_of_squares, (const float *restrict x, ptrdiff_t n), (x, n), {
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
    return sum;
})

FRESHET_KERNEL(
    ptrdiff_t, freshet_count_at_least, (const float *restrict x, float bound, ptrdiff_t n), (x, bound, n), {
        int32_t count = 0;
        for (ptrdiff_t i = 0; i < n; i++) count += x[i] >= bound;
        return count;
    })

FRESHET_KERNEL(
    uint64_t, freshet_sum_words, (const uint64_t *restrict words, ptrdiff_t n, ptrdiff_t streams), (words, n, streams), {
        uint64_t sum = 0;
        if (streams == 4) {
            ptrdiff_t part = n / 4;
            const uint64_t *restrict b = words + part;
            const uint64_t *restrict c = b + part;
            const uint64_t *restrict d = c + part;
            for (ptrdiff_t i = 0; i < part; i++) sum += words[i] + b[i] + c[i] + d[i];
            for (ptrdiff_t i = 4 * part; i < n; i++) sum += words[i];
            return sum;
        }
        for (ptrdiff_t i = 0; i < n; i++) sum += words[i];
        return sum;
    })
