#include "freshet_dispatch.h"
#include "freshet_kernels.h"
#include "freshet_math.h"
#include <math.h>

FRESHET_KERNEL(
    float, freshet_cross_entropy, (float *logits, ptrdiff_t target, float scale, float smoothing, ptrdiff_t n),
    (logits, target, scale, smoothing, n), {
        float maximum = -3.0e38f;
        float total = 0;
        for (ptrdiff_t i = 0; i < n; i++) {
            maximum = logits[i] > maximum ? logits[i] : maximum;
            total += logits[i];
        }
        float chosen = logits[target];
        float sum = 0;
        for (ptrdiff_t i = 0; i < n; i++) {
            logits[i] = freshet_exp(logits[i] - maximum);
            sum += logits[i];
        }
        float even = smoothing / (float)n;
        float factor = scale / sum;
        float offset = scale * even;
        for (ptrdiff_t i = 0; i < n; i++) logits[i] = logits[i] * factor - offset;
        logits[target] -= scale * (1.0f - smoothing);
        return logf(sum) + maximum - (1.0f - smoothing) * chosen - even * total;
    })

FRESHET_KERNEL(float, freshet_softmax, (float *x, float scale, ptrdiff_t n), (x, scale, n), {
    float maximum = -3.0e38f;
    for (ptrdiff_t i = 0; i < n; i++) maximum = x[i] > maximum ? x[i] : maximum;
    float sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        x[i] = freshet_exp(x[i] - maximum);
        sum += x[i];
    }
    float factor = scale / sum;
    for (ptrdiff_t i = 0; i < n; i++) x[i] *= factor;
    return logf(sum) + maximum;
})

FRESHET_KERNEL(float, freshet_log_sum_exp, (const float *restrict x, ptrdiff_t n), (x, n), {
    float maximum = -3.0e38f;
    for (ptrdiff_t i = 0; i < n; i++) maximum = x[i] > maximum ? x[i] : maximum;
    float sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += freshet_exp(x[i] - maximum);
    return logf(sum) + maximum;
})

FRESHET_KERNEL(
    float, freshet_distillation, (float *restrict logits, float *restrict teacher, float scale, ptrdiff_t n),
    (logits, teacher, scale, n), {
        float maximum = -3.0e38f;
        float teacher_maximum = -3.0e38f;
        for (ptrdiff_t i = 0; i < n; i++) {
            maximum = logits[i] > maximum ? logits[i] : maximum;
            teacher_maximum = teacher[i] > teacher_maximum ? teacher[i] : teacher_maximum;
        }
        float sum = 0;
        float teacher_sum = 0;
        float chosen = 0;
        for (ptrdiff_t i = 0; i < n; i++) {
            float logit = logits[i] - maximum;
            teacher[i] = freshet_exp(teacher[i] - teacher_maximum);
            teacher_sum += teacher[i];
            chosen += teacher[i] * logit;
            logits[i] = freshet_exp(logit);
            sum += logits[i];
        }
        float factor = scale / sum;
        float teacher_factor = scale / teacher_sum;
        for (ptrdiff_t i = 0; i < n; i++) logits[i] = logits[i] * factor - teacher[i] * teacher_factor;
        return logf(sum) - chosen / teacher_sum;
    })
