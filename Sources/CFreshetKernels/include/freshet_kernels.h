#ifndef FRESHET_KERNELS_H
#define FRESHET_KERNELS_H

// The SIMD loops of Freshet. Outputs first, inputs const restrict, dimensions last; no allocation (freshet_memory.h is
// apart), no globals.
// Every loop exists for AVX-512, AVX2 and the default target; the choice is made at run time (freshet_dispatch.h).
//
// Accumulation: gradients of activations and of parameters are added to (`+=`); forward results overwrite.

#include <stddef.h>
#include <stdint.h>

// instruction_set.c --------------------------------------------------------------------------------------------------

/// The instructions in use: "plain", "avx2" or "avx512". FRESHET_INSTRUCTION_SET in the environment asks for fewer than
/// the processor has.
const char *freshet_instruction_set_name(void);

// vector.c -----------------------------------------------------------------------------------------------------------

/// The dot product of two vectors of n numbers.
float freshet_dot(const float *restrict a, const float *restrict b, ptrdiff_t n);
/// y += alpha * x over n numbers.
void freshet_axpy(float *restrict y, const float *restrict x, float alpha, ptrdiff_t n);
/// y = alpha * x over n numbers.
void freshet_scaled_copy(float *restrict y, const float *restrict x, float alpha, ptrdiff_t n);
/// out = a + b over n numbers.
void freshet_add(float *restrict out, const float *restrict a, const float *restrict b, ptrdiff_t n);
/// out = a * b over n numbers.
void freshet_multiply(float *restrict out, const float *restrict a, const float *restrict b, ptrdiff_t n);
/// out += a * b over n numbers.
void freshet_multiply_add(float *restrict out, const float *restrict a, const float *restrict b, ptrdiff_t n);
/// x *= alpha over n numbers.
void freshet_scale(float *x, float alpha, ptrdiff_t n);
/// The sum of squares of n numbers.
double freshet_sum_of_squares(const float *restrict x, ptrdiff_t n);
/// How many of n numbers are at least `bound`.
ptrdiff_t freshet_count_at_least(const float *restrict x, float bound, ptrdiff_t n);
/// The sum of n words, read in order, or in four streams side by side where `streams` is 4.
uint64_t freshet_sum_words(const uint64_t *restrict words, ptrdiff_t n, ptrdiff_t streams);

// rows.c -------------------------------------------------------------------------------------------------------------

/// out[r] = table[indices[r]] for rows of `columns` numbers.
void freshet_gather(
    float *restrict out, const float *restrict table, const int32_t *restrict indices, ptrdiff_t rows, ptrdiff_t columns);
/// table[indices[r]] += in[r] for rows of `columns` numbers.
void freshet_scatter_add(
    float *restrict table, const float *restrict in, const int32_t *restrict indices, ptrdiff_t rows, ptrdiff_t columns);
/// Adds `bias` to every row of x.
void freshet_add_bias(float *restrict x, const float *restrict bias, ptrdiff_t rows, ptrdiff_t columns);
/// dbias += the sum of the rows of dx.
void freshet_sum_rows(float *restrict dbias, const float *restrict dx, ptrdiff_t rows, ptrdiff_t columns);

// activation.c -------------------------------------------------------------------------------------------------------

/// out = max(x, 0).
void freshet_relu_forward(float *restrict out, const float *restrict x, ptrdiff_t n);
/// dx += dout where x > 0.
void freshet_relu_backward(float *restrict dx, const float *restrict dout, const float *restrict x, ptrdiff_t n);
/// out = GELU(x), the tanh form (Hendrycks and Gimpel, 2016).
void freshet_gelu_forward(float *restrict out, const float *restrict x, ptrdiff_t n);
/// dx += dout * GELU'(x).
void freshet_gelu_backward(float *restrict dx, const float *restrict dout, const float *restrict x, ptrdiff_t n);
/// out = GELU(x), the exact form with the error function.
void freshet_exact_gelu_forward(float *restrict out, const float *restrict x, ptrdiff_t n);
/// dx += dout * GELU'(x), of the exact form.
void freshet_exact_gelu_backward(float *restrict dx, const float *restrict dout, const float *restrict x, ptrdiff_t n);
/// out = tanh(x).
void freshet_tanh_forward(float *restrict out, const float *restrict x, ptrdiff_t n);
/// dx += dout * (1 - out * out), with `out` what the forward pass wrote.
void freshet_tanh_backward(float *restrict dx, const float *restrict dout, const float *restrict out, ptrdiff_t n);
/// out = x * sigmoid(x), also called swish.
void freshet_silu_forward(float *restrict out, const float *restrict x, ptrdiff_t n);
/// dx += dout * SiLU'(x).
void freshet_silu_backward(float *restrict dx, const float *restrict dout, const float *restrict x, ptrdiff_t n);
/// out = sigmoid(x).
void freshet_sigmoid_forward(float *restrict out, const float *restrict x, ptrdiff_t n);
/// dx += dout * out * (1 - out), with `out` what the forward pass wrote.
void freshet_sigmoid_backward(float *restrict dx, const float *restrict dout, const float *restrict out, ptrdiff_t n);

// dropout.c ----------------------------------------------------------------------------------------------------------

/// out[i] = x[i] / (1 - rate), or 0 with probability `rate`, decided by a hash of (key, i).
void freshet_dropout_forward(float *out, const float *x, float rate, uint32_t key, ptrdiff_t n);
/// dx[i] += dout[i] / (1 - rate), or nothing, with the same decisions.
void freshet_dropout_backward(
    float *restrict dx, const float *restrict dout, float rate, uint32_t key, ptrdiff_t n);

// layer_norm.c -------------------------------------------------------------------------------------------------------

/// out = (x - mean) * rstd * gain + bias for each row; mean and rstd are kept, one a row.
void freshet_layer_norm_forward(
    float *restrict out, float *restrict mean, float *restrict rstd, const float *restrict x, const float *restrict gain,
    const float *restrict bias, float epsilon, ptrdiff_t rows, ptrdiff_t columns);
/// dx, dgain and dbias are added to.
void freshet_layer_norm_backward(
    float *restrict dx, float *restrict dgain, float *restrict dbias, const float *restrict dout,
    const float *restrict x, const float *restrict gain, const float *restrict mean, const float *restrict rstd,
    ptrdiff_t rows, ptrdiff_t columns);

// attention.c --------------------------------------------------------------------------------------------------------

/// The softmax of a block of attention scores, in place. Row r sees columns 0 ..< first + step * r + 1, the others become
/// 0: with step 1 what came before it and itself, with step 0 all rows the same.
/// bias[d] (may be null) is added at distance d = row position - column, at most maximum_distance.
/// `dropped` (may be null when rate is 0) receives the probabilities after dropout.
void freshet_attention_softmax_forward(
    float *restrict scores, float *restrict dropped, const float *restrict bias, float scale, float rate, uint32_t key,
    ptrdiff_t maximum_distance, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns);
/// Turns d(dropped) into d(scores), in place and unscaled; dbias (may be null) is added to.
void freshet_attention_softmax_backward(
    float *restrict gradient, float *restrict dbias, const float *restrict probabilities, const float *restrict dropped,
    ptrdiff_t maximum_distance, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns);

// attend.c -----------------------------------------------------------------------------------------------------------

/// One head's attention for a few queries of a short sequence, without what a gradient would need:
/// out = softmax(scale * queries * keys^T) * values. Row r sees columns 0 ..< first + step * r + 1 as above.
/// Rows of queries and out lie `stride` apart, those of keys and values twice as far; scratch holds (width + 1) * columns.
void freshet_attend(
    float *restrict out, float *restrict scratch, const float *restrict queries, const float *restrict keys,
    const float *restrict values, float scale, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns,
    ptrdiff_t width, ptrdiff_t stride);

/// One head's attention of a few queries that go on after a past, without what a gradient would need: row r sees the
/// `before` rows of `past` and rows 0 ... r of `own`. Both point at the head's first key; values stand `stride` further,
/// rows lie twice as far apart. `scores` holds before + rows numbers.
void freshet_attend_after(
    float *restrict out, float *restrict scores, const float *restrict queries, const float *restrict past,
    const float *restrict own, float scale, ptrdiff_t before, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride);

/// The same with what the gradient needs: `probabilities` and, where `rate` is above 0, `dropped` (may be null otherwise)
/// receive rows * columns numbers, those after dropout decided as by freshet_attention_softmax_forward, unseen columns 0 or
/// unwritten; scratch holds width * columns.
void freshet_attend_recorded(
    float *restrict out, float *restrict probabilities, float *restrict dropped, float *restrict scratch,
    const float *restrict queries, const float *restrict keys, const float *restrict values, float scale, float rate,
    uint32_t key, ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t width,
    ptrdiff_t stride);
/// Adds the gradients of freshet_attend_recorded to those of queries, keys and values, which lie as these do;
/// `dropped` is the probabilities where nothing was dropped; scratch holds (width + 1) * columns.
void freshet_attend_backward(
    float *restrict dqueries, float *restrict dkeys, float *restrict dvalues, float *restrict scratch,
    const float *restrict dout, const float *restrict probabilities, const float *restrict dropped,
    const float *restrict queries, const float *restrict keys, const float *restrict values, float scale,
    ptrdiff_t first, ptrdiff_t step, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t width, ptrdiff_t stride);

// loss.c -------------------------------------------------------------------------------------------------------------

/// Softmax cross-entropy of one row of logits, which become their gradient times `scale`; returns the loss.
/// `smoothing` of the target's mass is spread evenly over all n.
float freshet_cross_entropy(float *logits, ptrdiff_t target, float scale, float smoothing, ptrdiff_t n);

/// Cross-entropy of softmax(logits) against softmax(teacher); the logits become their gradient times `scale`, the
/// teacher's are used up. Returns the loss.
float freshet_distillation(float *restrict logits, float *restrict teacher, float scale, ptrdiff_t n);
/// x = scale * softmax(x) over n numbers, in place; returns the logarithm of the sum of their exponentials.
float freshet_softmax(float *x, float scale, ptrdiff_t n);
/// The logarithm of the sum of exponentials of n numbers.
float freshet_log_sum_exp(const float *restrict x, ptrdiff_t n);

// adam.c -------------------------------------------------------------------------------------------------------------

/// One AdamW step over n numbers (Loshchilov and Hutter, 2019). `rate` already holds the bias corrections' quotient,
/// `epsilon` the corrected one; `decay` is learning rate times weight decay.
void freshet_adam(
    float *restrict values, float *restrict first, float *restrict second, const float *restrict gradient, float rate,
    float beta1, float beta2, float epsilon, float decay, float gradient_scale, ptrdiff_t n);

#endif
