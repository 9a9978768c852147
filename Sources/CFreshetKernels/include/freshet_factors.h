#ifndef FRESHET_FACTORS_H
#define FRESHET_FACTORS_H

// Steps of matrix factorization over vectors of n factors.

#include <stddef.h>
#include <stdint.h>

/// Solves A x = b for a symmetric positive definite A of n x n numbers by Cholesky's method. Only the upper triangle of A
/// is read; A is overwritten. Returns 1, or 0 when A is not positive definite.
int freshet_solve_positive(float *restrict x, float *restrict a, const float *restrict b, ptrdiff_t n);

/// With y the rows of `rows` (n numbers each) that `chosen` names, `count` of them, adds to `out` the sum of
/// (target + scale * weight * (y . x)) * y. Every weight has the target weight + `target`, or 0 when `target` is 0.
/// Returns the sum of the targets times y . x.
float freshet_add_weighted_rows(float *restrict out, const float *restrict rows, const int32_t *restrict chosen,
                                const float *restrict weights, const float *restrict x, float target, float scale,
                                ptrdiff_t count, ptrdiff_t n);

/// out = A x for a symmetric A of n x n numbers.
void freshet_symmetric_product(float *restrict out, const float *restrict a, const float *restrict x, ptrdiff_t n);

/// One step of descent on a rating: p += step q - decay p and q += step p - decay q, both from the old values.
void freshet_rating_step(float *restrict p, float *restrict q, float step, float decay, ptrdiff_t n);

/// p . (q - r).
float freshet_dot_difference(const float *restrict p, const float *restrict q, const float *restrict r, ptrdiff_t n);

/// One step of descent on a pair: p += step (q - r) - decay p, q += step p - decay q, r += -step p - decay r, all from the
/// old values.
void freshet_pair_step(float *restrict p, float *restrict q, float *restrict r, float step, float decay, ptrdiff_t n);

/// sum += the weighted sum of n rows of `width` numbers.
void freshet_weighted_sum(float *restrict sum, const float *restrict rows, const float *restrict weights, ptrdiff_t n,
                          ptrdiff_t width);

/// Adds the weighted outer products of n rows less `mean` with themselves to a matrix of width x width, width at most
/// 128; rows of a weight below the threshold are left out.
void freshet_add_covariance(float *restrict sums, const float *restrict rows, const float *restrict weights,
                            const float *restrict mean, ptrdiff_t n, ptrdiff_t width, float threshold);

#endif
