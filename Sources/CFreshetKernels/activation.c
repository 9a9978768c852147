#include "freshet_dispatch.h"
#include "freshet_kernels.h"
#include "freshet_math.h"

#define FORWARD_PARAMETERS (float *restrict out, const float *restrict x, ptrdiff_t n)
#define BACKWARD_PARAMETERS (float *restrict dx, const float *restrict dout, const float *restrict x, ptrdiff_t n)

FRESHET_KERNEL(void, freshet_relu_forward, FORWARD_PARAMETERS, (out, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) out[i] = x[i] > 0 ? x[i] : 0;
})

FRESHET_KERNEL(void, freshet_relu_backward, BACKWARD_PARAMETERS, (dx, dout, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) dx[i] += x[i] > 0 ? dout[i] : 0;
})

// 0.79788456 = sqrt(2 / pi)
FRESHET_KERNEL(void, freshet_gelu_forward, FORWARD_PARAMETERS, (out, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) {
        float v = x[i];
        out[i] = 0.5f * v * (1.0f + freshet_tanh(0.79788456f * (v + 0.044715f * v * v * v)));
    }
})

FRESHET_KERNEL(void, freshet_gelu_backward, BACKWARD_PARAMETERS, (dx, dout, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) {
        float v = x[i];
        float t = freshet_tanh(0.79788456f * (v + 0.044715f * v * v * v));
        float inner = 0.79788456f * (1.0f + 3 * 0.044715f * v * v);
        dx[i] += dout[i] * (0.5f * (1.0f + t) + 0.5f * v * (1.0f - t * t) * inner);
    }
})

// 0.70710678 = sqrt(1 / 2), 0.39894228 = sqrt(1 / (2 pi))
FRESHET_KERNEL(void, freshet_exact_gelu_forward, FORWARD_PARAMETERS, (out, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) out[i] = 0.5f * x[i] * (1.0f + freshet_erf(0.70710678f * x[i]));
})

FRESHET_KERNEL(void, freshet_exact_gelu_backward, BACKWARD_PARAMETERS, (dx, dout, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) {
        float v = x[i];
        float share = 0.5f * (1.0f + freshet_erf(0.70710678f * v));
        dx[i] += dout[i] * (share + v * 0.39894228f * freshet_exp(-0.5f * v * v));
    }
})

FRESHET_KERNEL(void, freshet_tanh_forward, FORWARD_PARAMETERS, (out, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) out[i] = freshet_tanh(x[i]);
})

FRESHET_KERNEL(
    void, freshet_tanh_backward,
    (float *restrict dx, const float *restrict dout, const float *restrict out, ptrdiff_t n), (dx, dout, out, n), {
        for (ptrdiff_t i = 0; i < n; i++) dx[i] += dout[i] * (1.0f - out[i] * out[i]);
    })

FRESHET_KERNEL(void, freshet_silu_forward, FORWARD_PARAMETERS, (out, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) out[i] = x[i] * freshet_sigmoid(x[i]);
})

FRESHET_KERNEL(void, freshet_silu_backward, BACKWARD_PARAMETERS, (dx, dout, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) {
        float s = freshet_sigmoid(x[i]);
        dx[i] += dout[i] * (s + x[i] * s * (1.0f - s));
    }
})

FRESHET_KERNEL(void, freshet_sigmoid_forward, FORWARD_PARAMETERS, (out, x, n), {
    for (ptrdiff_t i = 0; i < n; i++) out[i] = freshet_sigmoid(x[i]);
})

FRESHET_KERNEL(
    void, freshet_sigmoid_backward,
    (float *restrict dx, const float *restrict dout, const float *restrict out, ptrdiff_t n), (dx, dout, out, n), {
        for (ptrdiff_t i = 0; i < n; i++) dx[i] += dout[i] * out[i] * (1.0f - out[i]);
    })
