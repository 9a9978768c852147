#include "freshet_dispatch.h"
#include "freshet_kernels.h"
#include "freshet_math.h"

FRESHET_KERNEL(
    void, freshet_dropout_forward, (float *out, const float *x, float rate, uint32_t key, ptrdiff_t n),
    (out, x, rate, key, n), {
        uint32_t threshold = freshet_dropout_threshold(rate);
        float scale = 1.0f / (1.0f - rate);
        for (ptrdiff_t i = 0; i < n; i++)
            out[i] = freshet_hash(key, (uint32_t)i) >= threshold ? x[i] * scale : 0;
    })

FRESHET_KERNEL(
    void, freshet_dropout_backward,
    (float *restrict dx, const float *restrict dout, float rate, uint32_t key, ptrdiff_t n), (dx, dout, rate, key, n), {
        uint32_t threshold = freshet_dropout_threshold(rate);
        float scale = 1.0f / (1.0f - rate);
        for (ptrdiff_t i = 0; i < n; i++)
            dx[i] += freshet_hash(key, (uint32_t)i) >= threshold ? dout[i] * scale : 0;
    })
