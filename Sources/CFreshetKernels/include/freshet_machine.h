#ifndef FRESHET_MACHINE_H
#define FRESHET_MACHINE_H

// Factorization machines over one sparse row of `count` features with their values.
//
// `table` has `stride` numbers a feature: the vector, or for the field-aware machine one vector a field after the other,
// and behind it the feature's own weight. `seen` has the same shape: the sums of the squared gradients so far.

#include <stddef.h>
#include <stdint.h>

/// sum_i w_i x_i + sum_{i<j} (v_i . v_j) x_i x_j with vectors of `factors` numbers; `sums`, `factors` numbers, receives
/// sum_i x_i v_i.
float freshet_machine_output(float *restrict sums, const float *restrict table, const int32_t *restrict features,
                             const float *restrict values, ptrdiff_t count, ptrdiff_t factors, ptrdiff_t stride);

/// One step of AdaGrad against `slope`, the derivative of the loss by the output, and `decay` times the vectors. `sums` is
/// what freshet_machine_output gave.
void freshet_machine_step(float *restrict table, float *restrict seen, const float *restrict sums,
                          const int32_t *restrict features, const float *restrict values, float slope, float rate,
                          float decay, ptrdiff_t count, ptrdiff_t factors, ptrdiff_t stride);

/// sum_i w_i x_i + sum_{i<j} (v_{i,f_j} . v_{j,f_i}) x_i x_j, f_i the field of feature i; the feature's own weight is the
/// last number of its `stride`.
float freshet_field_machine_output(const float *restrict table, const int32_t *restrict features,
                                   const int32_t *restrict fields, const float *restrict values, ptrdiff_t count,
                                   ptrdiff_t factors, ptrdiff_t stride);

/// The same step for the field-aware machine, pair after pair.
void freshet_field_machine_step(float *restrict table, float *restrict seen, const int32_t *restrict features,
                                const int32_t *restrict fields, const float *restrict values, float slope, float rate,
                                float decay, ptrdiff_t count, ptrdiff_t factors, ptrdiff_t stride);

#endif
