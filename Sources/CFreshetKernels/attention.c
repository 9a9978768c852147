#include "freshet_dispatch.h"
#include "freshet_kernels.h"
#include "freshet_math.h"

FRESHET_KERNEL(
    void, freshet_attention_softmax_forward,
    (float *restrict scores, float *restrict dropped, const float *restrict bias, float scale, float rate, uint32_t key,
     ptrdiff_t maximum_distance, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns),
    (scores, dropped, bias, scale, rate, key, maximum_distance, first, step, rows, columns), {
        uint32_t threshold = freshet_dropout_threshold(rate);
        float kept = 1.0f / (1.0f - rate);
        for (ptrdiff_t r = 0; r < rows; r++) {
            float *restrict row = scores + r * columns;
            ptrdiff_t seen = first + step * r + 1;
            float maximum = -3.0e38f;
            if (bias) {
                // Columns farther than the last bucket share it; the nearer ones read the table backwards.
                ptrdiff_t far = seen - 1 - maximum_distance;
                if (far < 0) far = 0;
                for (ptrdiff_t c = 0; c < far; c++) row[c] = row[c] * scale + bias[maximum_distance];
                for (ptrdiff_t c = far; c < seen; c++) row[c] = row[c] * scale + bias[seen - 1 - c];
            } else {
                for (ptrdiff_t c = 0; c < seen; c++) row[c] *= scale;
            }
            for (ptrdiff_t c = 0; c < seen; c++) maximum = row[c] > maximum ? row[c] : maximum;
            float sum = 0;
            for (ptrdiff_t c = 0; c < seen; c++) {
                row[c] = freshet_exp(row[c] - maximum);
                sum += row[c];
            }
            float inverse = 1.0f / sum;
            for (ptrdiff_t c = 0; c < seen; c++) row[c] *= inverse;
            for (ptrdiff_t c = seen; c < columns; c++) row[c] = 0;
            if (dropped) {
                float *restrict out = dropped + r * columns;
                uint32_t base = (uint32_t)(r * columns);
                for (ptrdiff_t c = 0; c < seen; c++)
                    out[c] = freshet_hash(key, base + (uint32_t)c) >= threshold ? row[c] * kept : 0;
                for (ptrdiff_t c = seen; c < columns; c++) out[c] = 0;
            }
        }
    })

// The dropout mask need not be drawn again: dropped = mask * probabilities, so with D = dropped and G = d(dropped),
// d(scores) = D * G - probabilities * sum(D * G).
FRESHET_KERNEL(
    void, freshet_attention_softmax_backward,
    (float *restrict gradient, float *restrict dbias, const float *restrict probabilities,
     const float *restrict dropped, ptrdiff_t maximum_distance, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows,
     ptrdiff_t columns),
    (gradient, dbias, probabilities, dropped, maximum_distance, first, step, rows, columns), {
        for (ptrdiff_t r = 0; r < rows; r++) {
            float *restrict row = gradient + r * columns;
            const float *restrict p = probabilities + r * columns;
            const float *restrict d = dropped + r * columns;
            ptrdiff_t seen = first + step * r + 1;
            float sum = 0;
            for (ptrdiff_t c = 0; c < seen; c++) {
                row[c] *= d[c];
                sum += row[c];
            }
            for (ptrdiff_t c = 0; c < seen; c++) row[c] -= p[c] * sum;
            for (ptrdiff_t c = seen; c < columns; c++) row[c] = 0;
            if (dbias) {
                ptrdiff_t far = seen - 1 - maximum_distance;
                if (far < 0) far = 0;
                float tail = 0;
                for (ptrdiff_t c = 0; c < far; c++) tail += row[c];
                dbias[maximum_distance] += tail;
                for (ptrdiff_t c = far; c < seen; c++) dbias[seen - 1 - c] += row[c];
            }
        }
    })
