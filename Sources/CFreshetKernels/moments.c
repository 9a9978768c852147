#include "freshet_dispatch.h"
#include "freshet_factors.h"

#define WIDEST 128

FRESHET_KERNEL(void, freshet_weighted_sum,
               (float *restrict sum, const float *restrict rows, const float *restrict weights, ptrdiff_t n,
                ptrdiff_t width),
               (sum, rows, weights, n, width), {
    for (ptrdiff_t row = 0; row < n; row++) {
        for (ptrdiff_t i = 0; i < width; i++) sum[i] += weights[row] * rows[row * width + i];
    }
})

FRESHET_KERNEL(void, freshet_add_covariance,
               (float *restrict sums, const float *restrict rows, const float *restrict weights,
                const float *restrict mean, ptrdiff_t n, ptrdiff_t width, float threshold),
               (sums, rows, weights, mean, n, width, threshold), {
    float centered[WIDEST];
    for (ptrdiff_t row = 0; row < n; row++) {
        if (weights[row] < threshold) continue;
        for (ptrdiff_t i = 0; i < width; i++) centered[i] = rows[row * width + i] - mean[i];
        for (ptrdiff_t i = 0; i < width; i++) {
            float scaled = weights[row] * centered[i];
            float *target = sums + i * width;
            for (ptrdiff_t j = 0; j < width; j++) target[j] += scaled * centered[j];
        }
    }
})
