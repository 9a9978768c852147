#ifndef FRESHET_KERNELS_H
#define FRESHET_KERNELS_H

// The SIMD loops of Freshet. Outputs first, inputs const restrict, dimensions last; no allocation, no globals.
// Every loop exists for AVX-512, AVX2 and the default target; the choice is made at run time (freshet_dispatch.h).

#include <stddef.h>
#include <stdint.h>

/// The dot product of two vectors of n numbers.
float freshet_dot(const float *restrict a, const float *restrict b, ptrdiff_t n);

/// y += alpha * x over n numbers.
void freshet_axpy(float *restrict y, const float *restrict x, float alpha, ptrdiff_t n);

#endif
