#include <string.h>

#include "freshet_dispatch.h"
#include "freshet_kernels.h"
#include "freshet_math.h"

// The keys are turned once, so that a query's scores for all keys lie side by side and every loop runs along a row.
FRESHET_KERNEL(
    void, freshet_attend,
    (float *restrict out, float *restrict scratch, const float *restrict queries, const float *restrict keys,
     const float *restrict values, float scale, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns,
     ptrdiff_t width, ptrdiff_t stride),
    (out, scratch, queries, keys, values, scale, first, step, rows, columns, width, stride), {
        float *restrict turned = scratch;
        float *restrict scores = scratch + width * columns;
        for (ptrdiff_t c = 0; c < columns; c++)
            for (ptrdiff_t w = 0; w < width; w++) turned[w * columns + c] = keys[c * 2 * stride + w] * scale;
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict query = queries + r * stride;
            float *restrict to = out + r * stride;
            ptrdiff_t seen = first + step * r + 1;
            memset(scores, 0, (size_t)seen * sizeof(float));
            for (ptrdiff_t w = 0; w < width; w++) {
                float q = query[w];
                const float *restrict key = turned + w * columns;
                for (ptrdiff_t c = 0; c < seen; c++) scores[c] += q * key[c];
            }
            float maximum = -3.0e38f;
            for (ptrdiff_t c = 0; c < seen; c++) maximum = scores[c] > maximum ? scores[c] : maximum;
            float sum = 0;
            for (ptrdiff_t c = 0; c < seen; c++) {
                scores[c] = freshet_exp(scores[c] - maximum);
                sum += scores[c];
            }
            float inverse = 1.0f / sum;
            memset(to, 0, (size_t)width * sizeof(float));
            for (ptrdiff_t c = 0; c < seen; c++) {
                float p = scores[c] * inverse;
                const float *restrict value = values + c * 2 * stride;
                for (ptrdiff_t w = 0; w < width; w++) to[w] += p * value[w];
            }
        }
    })
