#include "freshet_dispatch.h"
#include "freshet_kernels.h"

FRESHET_KERNEL(
    void, freshet_layer_norm_forward,
    (float *restrict out, float *restrict mean, float *restrict rstd, const float *restrict x,
     const float *restrict gain, const float *restrict bias, float epsilon, ptrdiff_t rows, ptrdiff_t columns),
    (out, mean, rstd, x, gain, bias, epsilon, rows, columns), {
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict in = x + r * columns;
            float *restrict to = out + r * columns;
            float sum = 0;
            for (ptrdiff_t c = 0; c < columns; c++) sum += in[c];
            float m = sum / (float)columns;
            float squares = 0;
            for (ptrdiff_t c = 0; c < columns; c++) squares += (in[c] - m) * (in[c] - m);
            float s = 1.0f / __builtin_elementwise_sqrt(squares / (float)columns + epsilon);
            for (ptrdiff_t c = 0; c < columns; c++) to[c] = (in[c] - m) * s * gain[c] + bias[c];
            mean[r] = m;
            rstd[r] = s;
        }
    })

// With xhat = (x - mean) * rstd and g = dout * gain: dx = rstd * (g - mean(g) - xhat * mean(g * xhat)).
FRESHET_KERNEL(
    void, freshet_layer_norm_backward,
    (float *restrict dx, float *restrict dgain, float *restrict dbias, const float *restrict dout,
     const float *restrict x, const float *restrict gain, const float *restrict mean, const float *restrict rstd,
     ptrdiff_t rows, ptrdiff_t columns),
    (dx, dgain, dbias, dout, x, gain, mean, rstd, rows, columns), {
        for (ptrdiff_t r = 0; r < rows; r++) {
            const float *restrict in = x + r * columns;
            const float *restrict from = dout + r * columns;
            float *restrict to = dx + r * columns;
            float m = mean[r], s = rstd[r], sum = 0, product = 0;
            for (ptrdiff_t c = 0; c < columns; c++) {
                float xhat = (in[c] - m) * s, g = from[c] * gain[c];
                dgain[c] += from[c] * xhat;
                dbias[c] += from[c];
                sum += g;
                product += g * xhat;
            }
            sum /= (float)columns;
            product /= (float)columns;
            for (ptrdiff_t c = 0; c < columns; c++)
                to[c] += s * (from[c] * gain[c] - sum - (in[c] - m) * s * product);
        }
    })
