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

FRESHET_KERNEL(
    void, freshet_attend_recorded,
    (float *restrict out, float *restrict probabilities, float *restrict dropped, float *restrict scratch,
     const float *restrict queries, const float *restrict keys, const float *restrict values, float scale, float rate,
     uint32_t key, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t width,
     ptrdiff_t stride),
    (out, probabilities, dropped, scratch, queries, keys, values, scale, rate, key, first, step, rows, columns, width,
     stride),
    {
        uint32_t threshold = freshet_dropout_threshold(rate);
        float kept = 1.0f / (1.0f - rate);
        float *restrict turned = scratch;
        for (ptrdiff_t c = 0; c < columns; c++)
            for (ptrdiff_t w = 0; w < width; w++) turned[w * columns + c] = keys[c * 2 * stride + w] * scale;
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict query = queries + r * stride;
            float *restrict to = out + r * stride;
            float *restrict p = probabilities + r * columns;
            ptrdiff_t seen = first + step * r + 1;
            memset(p, 0, (size_t)columns * sizeof(float));
            for (ptrdiff_t w = 0; w < width; w++) {
                float q = query[w];
                const float *restrict turn = turned + w * columns;
                for (ptrdiff_t c = 0; c < seen; c++) p[c] += q * turn[c];
            }
            float maximum = -3.0e38f;
            for (ptrdiff_t c = 0; c < seen; c++) maximum = p[c] > maximum ? p[c] : maximum;
            float sum = 0;
            for (ptrdiff_t c = 0; c < seen; c++) {
                p[c] = freshet_exp(p[c] - maximum);
                sum += p[c];
            }
            float inverse = 1.0f / sum;
            for (ptrdiff_t c = 0; c < seen; c++) p[c] *= inverse;
            const float *restrict used = p;
            if (dropped) {
                float *restrict d = dropped + r * columns;
                uint32_t base = (uint32_t)(r * columns);
                for (ptrdiff_t c = 0; c < seen; c++)
                    d[c] = freshet_hash(key, base + (uint32_t)c) >= threshold ? p[c] * kept : 0;
                used = d;
            }
            memset(to, 0, (size_t)width * sizeof(float));
            for (ptrdiff_t c = 0; c < seen; c++) {
                float share = used[c];
                const float *restrict value = values + c * 2 * stride;
                for (ptrdiff_t w = 0; w < width; w++) to[w] += share * value[w];
            }
        }
    })

// With D what the forward pass multiplied the values with and G = dout * values^T, d(scores) = D * G - P * sum(D * G).
FRESHET_KERNEL(
    void, freshet_attend_backward,
    (float *restrict dqueries, float *restrict dkeys, float *restrict dvalues, float *restrict scratch,
     const float *restrict dout, const float *restrict probabilities, const float *restrict dropped,
     const float *restrict queries, const float *restrict keys, const float *restrict values, float scale,
     ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t width, ptrdiff_t stride),
    (dqueries, dkeys, dvalues, scratch, dout, probabilities, dropped, queries, keys, values, scale, first, step, rows,
     columns, width, stride),
    {
        float *restrict turned = scratch;
        float *restrict g = scratch + width * columns;
        for (ptrdiff_t c = 0; c < columns; c++)
            for (ptrdiff_t w = 0; w < width; w++) turned[w * columns + c] = values[c * 2 * stride + w];
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict dy = dout + r * stride;
            const float *restrict query = queries + r * stride;
            const float *restrict p = probabilities + r * columns;
            const float *restrict d = dropped + r * columns;
            float *restrict dquery = dqueries + r * stride;
            ptrdiff_t seen = first + step * r + 1;
            memset(g, 0, (size_t)seen * sizeof(float));
            for (ptrdiff_t w = 0; w < width; w++) {
                float slope = dy[w];
                const float *restrict turn = turned + w * columns;
                for (ptrdiff_t c = 0; c < seen; c++) g[c] += slope * turn[c];
            }
            float sum = 0;
            for (ptrdiff_t c = 0; c < seen; c++) {
                g[c] *= d[c];
                sum += g[c];
            }
            for (ptrdiff_t c = 0; c < seen; c++) g[c] = (g[c] - p[c] * sum) * scale;
            for (ptrdiff_t c = 0; c < seen; c++) {
                float slope = g[c];
                float share = d[c];
                const float *restrict key = keys + c * 2 * stride;
                float *restrict dkey = dkeys + c * 2 * stride;
                float *restrict dvalue = dvalues + c * 2 * stride;
                for (ptrdiff_t w = 0; w < width; w++) dquery[w] += slope * key[w];
                for (ptrdiff_t w = 0; w < width; w++) dkey[w] += slope * query[w];
                for (ptrdiff_t w = 0; w < width; w++) dvalue[w] += share * dy[w];
            }
        }
    })

// Keys lie in two places, those of the past and the pass's own; a query sees all of the past and its own up to itself.
FRESHET_KERNEL(
    void, freshet_attend_after,
    (float *restrict out, float *restrict scores, const float *restrict queries, const float *restrict past,
     const float *restrict own, float scale, ptrdiff_t before, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride),
    (out, scores, queries, past, own, scale, before, rows, width, stride), {
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict query = queries + r * stride;
            float *restrict to = out + r * stride;
            ptrdiff_t seen = before + r + 1;
            for (ptrdiff_t c = 0; c < seen; c++) {
                const float *restrict key = c < before ? past + c * 2 * stride : own + (c - before) * 2 * stride;
                float score = 0;
                for (ptrdiff_t w = 0; w < width; w++) score += query[w] * key[w];
                scores[c] = score * scale;
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
                const float *restrict value =
                    (c < before ? past + c * 2 * stride : own + (c - before) * 2 * stride) + stride;
                for (ptrdiff_t w = 0; w < width; w++) to[w] += p * value[w];
            }
        }
    })
