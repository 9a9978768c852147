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

// Eight rows at a time, so that x and out are loaded, and out is stored, once for all of them.
FRESHET_KERNEL(float, freshet_add_weighted_rows,
               (float *restrict out, const float *restrict rows, const int32_t *restrict chosen,
                const float *restrict weights, const float *restrict x, float target, float scale, ptrdiff_t count,
                ptrdiff_t n),
               (out, rows, chosen, weights, x, target, scale, count, n), {
    float total = 0;
    ptrdiff_t k = 0;
    for (; k + 8 <= count; k += 8) {
        const float *restrict r0 = rows + chosen[k] * n;
        const float *restrict r1 = rows + chosen[k + 1] * n;
        const float *restrict r2 = rows + chosen[k + 2] * n;
        const float *restrict r3 = rows + chosen[k + 3] * n;
        const float *restrict r4 = rows + chosen[k + 4] * n;
        const float *restrict r5 = rows + chosen[k + 5] * n;
        const float *restrict r6 = rows + chosen[k + 6] * n;
        const float *restrict r7 = rows + chosen[k + 7] * n;
        float d0 = 0, d1 = 0, d2 = 0, d3 = 0, d4 = 0, d5 = 0, d6 = 0, d7 = 0;
        for (ptrdiff_t j = 0; j < n; j++) {
            float value = x[j];
            d0 += r0[j] * value;
            d1 += r1[j] * value;
            d2 += r2[j] * value;
            d3 += r3[j] * value;
            d4 += r4[j] * value;
            d5 += r5[j] * value;
            d6 += r6[j] * value;
            d7 += r7[j] * value;
        }
        float dots[8] = {d0, d1, d2, d3, d4, d5, d6, d7};
        float factors[8];
        for (int i = 0; i < 8; i++) {
            float weight = weights[k + i];
            float wanted = target > 0 ? target + weight : 0;
            total += wanted * dots[i];
            factors[i] = wanted + scale * weight * dots[i];
        }
        for (ptrdiff_t j = 0; j < n; j++)
            out[j] += ((factors[0] * r0[j] + factors[1] * r1[j]) + (factors[2] * r2[j] + factors[3] * r3[j])) +
                      ((factors[4] * r4[j] + factors[5] * r5[j]) + (factors[6] * r6[j] + factors[7] * r7[j]));
    }
    for (; k < count; k++) {
        const float *restrict row = rows + chosen[k] * n;
        float dot = 0;
        for (ptrdiff_t j = 0; j < n; j++) dot += row[j] * x[j];
        float wanted = target > 0 ? target + weights[k] : 0;
        total += wanted * dot;
        float factor = wanted + scale * weights[k] * dot;
        for (ptrdiff_t j = 0; j < n; j++) out[j] += factor * row[j];
    }
    return total;
})

FRESHET_KERNEL(void, freshet_symmetric_product,
               (float *restrict out, const float *restrict a, const float *restrict x, ptrdiff_t n), (out, a, x, n), {
    for (ptrdiff_t j = 0; j < n; j++) out[j] = 0;
    ptrdiff_t i = 0;
    for (; i + 4 <= n; i += 4) {
        const float *restrict r0 = a + i * n;
        const float *restrict r1 = r0 + n;
        const float *restrict r2 = r1 + n;
        const float *restrict r3 = r2 + n;
        float x0 = x[i], x1 = x[i + 1], x2 = x[i + 2], x3 = x[i + 3];
        for (ptrdiff_t j = 0; j < n; j++) out[j] += (x0 * r0[j] + x1 * r1[j]) + (x2 * r2[j] + x3 * r3[j]);
    }
    for (; i < n; i++) {
        const float *restrict row = a + i * n;
        for (ptrdiff_t j = 0; j < n; j++) out[j] += x[i] * row[j];
    }
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
