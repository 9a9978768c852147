#include "freshet_dispatch.h"
#include "freshet_kernels.h"

FRESHET_KERNEL(float, freshet_dot, (const float *restrict a, const float *restrict b, ptrdiff_t n), (a, b, n), {
    float sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
})

FRESHET_KERNEL(void, freshet_axpy, (float *restrict y, const float *restrict x, float alpha, ptrdiff_t n), (y, x, alpha, n), {
    for (ptrdiff_t i = 0; i < n; i++) y[i] += alpha * x[i];
})
