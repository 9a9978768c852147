#ifndef FRESHET_CDNNL_SHIM_H
#define FRESHET_CDNNL_SHIM_H

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>

// oneDNN on Debian runs on OpenMP and would start a team of its own inside every product. Threads are ours
// (one worker, one product), so each thread that multiplies first tells OpenMP to stay on it. The setting is
// kept per thread by OpenMP, hence the thread-local flag; the symbol is looked up because oneDNN, not we, links it.
static inline void freshet_keep_openmp_on_this_thread(void) {
    static _Thread_local int done = 0;
    if (done) return;
    done = 1;
    void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
    if (set) set(1);
}

// C[M,N] = alpha * op(A) op(B) + beta * C, all row-major; returns 0 on success.
static inline int freshet_sgemm(
    char transpose_a, char transpose_b, long m, long n, long k, float alpha, const float *a, long lda, const float *b,
    long ldb, float beta, float *c, long ldc) {
    freshet_keep_openmp_on_this_thread();
    return (int)dnnl_sgemm(transpose_a, transpose_b, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
}

#endif
