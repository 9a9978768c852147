#include "freshet_dispatch.h"
#include "freshet_kernels.h"

FRESHET_KERNEL(
    void, freshet_adam,
    (float *restrict values, float *restrict first, float *restrict second, const float *restrict gradient, float rate,
     float beta1, float beta2, float epsilon, float decay, float gradient_scale, ptrdiff_t n),
    (values, first, second, gradient, rate, beta1, beta2, epsilon, decay, gradient_scale, n), {
        for (ptrdiff_t i = 0; i < n; i++) {
            float g = gradient[i] * gradient_scale;
            float m = beta1 * first[i] + (1.0f - beta1) * g;
            float v = beta2 * second[i] + (1.0f - beta2) * g * g;
            first[i] = m;
            second[i] = v;
            values[i] -= rate * m / (__builtin_elementwise_sqrt(v) + epsilon) + decay * values[i];
        }
    })
