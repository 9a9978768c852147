#include "freshet_dispatch.h"
#include "freshet_factors.h"

// A = U'U row by row, the right side carried along as one more column, then back substitution.
FRESHET_KERNEL(int, freshet_solve_positive, (float *restrict x, float *restrict a, const float *restrict b, ptrdiff_t n),
               (x, a, b, n), {
    for (ptrdiff_t i = 0; i < n; i++) x[i] = b[i];
    for (ptrdiff_t k = 0; k < n; k++) {
        float *restrict pivot = a + k * n;
        if (!(pivot[k] > 0)) return 0;
        float scale = 1 / __builtin_elementwise_sqrt(pivot[k]);
        for (ptrdiff_t j = k; j < n; j++) pivot[j] *= scale;
        x[k] *= scale;
        float right = x[k];
        for (ptrdiff_t j = k + 1; j < n; j++) x[j] -= right * pivot[j];
        for (ptrdiff_t i = k + 1; i < n; i++) {
            float *restrict row = a + i * n;
            float factor = pivot[i];
            // From the last multiple of 16, so that the vectors are whole: what lies left of the diagonal is not read.
            for (ptrdiff_t j = i & ~(ptrdiff_t)15; j < n; j++) row[j] -= factor * pivot[j];
        }
    }
    for (ptrdiff_t k = n - 1; k >= 0; k--) {
        const float *restrict pivot = a + k * n;
        float sum = x[k];
        for (ptrdiff_t j = k + 1; j < n; j++) sum -= pivot[j] * x[j];
        x[k] = sum / pivot[k];
    }
    return 1;
})

FRESHET_KERNEL(void, freshet_rating_step, (float *restrict p, float *restrict q, float step, float decay, ptrdiff_t n),
               (p, q, step, decay, n), {
    for (ptrdiff_t i = 0; i < n; i++) {
        float old = p[i];
        p[i] += step * q[i] - decay * old;
        q[i] += step * old - decay * q[i];
    }
})

FRESHET_KERNEL(float, freshet_dot_difference,
               (const float *restrict p, const float *restrict q, const float *restrict r, ptrdiff_t n), (p, q, r, n), {
    float sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += p[i] * (q[i] - r[i]);
    return sum;
})

FRESHET_KERNEL(void, freshet_pair_step,
               (float *restrict p, float *restrict q, float *restrict r, float step, float decay, ptrdiff_t n),
               (p, q, r, step, decay, n), {
    for (ptrdiff_t i = 0; i < n; i++) {
        float user = p[i];
        float better = q[i];
        float worse = r[i];
        p[i] = user + step * (better - worse) - decay * user;
        q[i] = better + step * user - decay * better;
        r[i] = worse - step * user - decay * worse;
    }
})
