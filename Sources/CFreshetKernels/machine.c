#include "freshet_dispatch.h"
#include "freshet_machine.h"

// Keeps the first division away from zero.
#define FRESHET_ADAGRAD_EPSILON 1e-10f

// AdaGrad on one number.
#define FRESHET_ADAGRAD(value, sum, gradient, rate)                                                     \
    do {                                                                                                \
        float g_ = (gradient);                                                                          \
        float s_ = (sum) + g_ * g_;                                                                     \
        (sum) = s_;                                                                                     \
        (value) -= (rate) * g_ / (__builtin_elementwise_sqrt(s_) + FRESHET_ADAGRAD_EPSILON);            \
    } while (0)

// All pairs in one walk over the features: sum_{i<j} a_i a_j = ((sum_i a_i)^2 - sum_i a_i^2) / 2.
FRESHET_KERNEL(float, freshet_machine_output,
               (float *restrict sums, const float *restrict table, const int32_t *restrict features,
                const float *restrict values, ptrdiff_t count, ptrdiff_t factors, ptrdiff_t stride),
               (sums, table, features, values, count, factors, stride), {
    for (ptrdiff_t k = 0; k < factors; k++) sums[k] = 0;
    float linear = 0;
    float squares = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        const float *restrict row = table + features[i] * stride;
        float x = values[i];
        linear += x * row[factors];
        for (ptrdiff_t k = 0; k < factors; k++) {
            float part = x * row[k];
            sums[k] += part;
            squares += part * part;
        }
    }
    float square = 0;
    for (ptrdiff_t k = 0; k < factors; k++) square += sums[k] * sums[k];
    return linear + 0.5f * (square - squares);
})

FRESHET_KERNEL(void, freshet_machine_step,
               (float *restrict table, float *restrict seen, const float *restrict sums,
                const int32_t *restrict features, const float *restrict values, float slope, float rate, float decay,
                ptrdiff_t count, ptrdiff_t factors, ptrdiff_t stride),
               (table, seen, sums, features, values, slope, rate, decay, count, factors, stride), {
    for (ptrdiff_t i = 0; i < count; i++) {
        float *restrict row = table + features[i] * stride;
        float *restrict squares = seen + features[i] * stride;
        float x = values[i];
        float scale = slope * x;
        for (ptrdiff_t k = 0; k < factors; k++)
            FRESHET_ADAGRAD(row[k], squares[k], scale * (sums[k] - x * row[k]) + decay * row[k], rate);
        FRESHET_ADAGRAD(row[factors], squares[factors], scale, rate);
    }
})

FRESHET_KERNEL(float, freshet_field_machine_output,
               (const float *restrict table, const int32_t *restrict features, const int32_t *restrict fields,
                const float *restrict values, ptrdiff_t count, ptrdiff_t factors, ptrdiff_t stride),
               (table, features, fields, values, count, factors, stride), {
    float sum = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        const float *restrict row = table + features[i] * stride;
        sum += values[i] * row[stride - 1];
        for (ptrdiff_t j = i + 1; j < count; j++) {
            const float *restrict left = row + fields[j] * factors;
            const float *restrict right = table + features[j] * stride + fields[i] * factors;
            // A feature that stands twice in a row would be paired with itself.
            if (left == right) continue;
            float product = 0;
            for (ptrdiff_t k = 0; k < factors; k++) product += left[k] * right[k];
            sum += values[i] * values[j] * product;
        }
    }
    return sum;
})

FRESHET_KERNEL(void, freshet_field_machine_step,
               (float *restrict table, float *restrict seen, const int32_t *restrict features,
                const int32_t *restrict fields, const float *restrict values, float slope, float rate, float decay,
                ptrdiff_t count, ptrdiff_t factors, ptrdiff_t stride),
               (table, seen, features, fields, values, slope, rate, decay, count, factors, stride), {
    for (ptrdiff_t i = 0; i < count; i++) {
        ptrdiff_t first = features[i] * stride;
        FRESHET_ADAGRAD(table[first + stride - 1], seen[first + stride - 1], slope * values[i], rate);
        for (ptrdiff_t j = i + 1; j < count; j++) {
            ptrdiff_t left = first + fields[j] * factors;
            ptrdiff_t right = features[j] * stride + fields[i] * factors;
            if (left == right) continue;
            float *restrict a = table + left;
            float *restrict b = table + right;
            float *restrict seenA = seen + left;
            float *restrict seenB = seen + right;
            float scale = slope * values[i] * values[j];
            for (ptrdiff_t k = 0; k < factors; k++) {
                float old = a[k];
                FRESHET_ADAGRAD(a[k], seenA[k], scale * b[k] + decay * old, rate);
                FRESHET_ADAGRAD(b[k], seenB[k], scale * old + decay * b[k], rate);
            }
        }
    }
})
