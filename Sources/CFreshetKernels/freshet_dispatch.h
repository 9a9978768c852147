#ifndef FRESHET_DISPATCH_H
#define FRESHET_DISPATCH_H

#include "freshet_instruction_set.h"

// One body, three instruction sets, chosen at run time. `target_clones` would say the same in one word but crashes
// under ThreadSanitizer (its resolver runs before the sanitizer is up), so the three are written out by this macro and
// chosen by `freshet_instruction_set`. Reductions vectorise only where reassociation is allowed, hence the pragma in each
// body.
//
// FRESHET_KERNEL(void, name, (parameters), (arguments), { body })

#if defined(__x86_64__)
#define FRESHET_AVX512 \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"), min_vector_width(512), flatten))
#define FRESHET_AVX2 __attribute__((target("avx2,fma"), flatten))
#define FRESHET_FAST _Pragma("clang fp reassociate(on) contract(fast)")

#define FRESHET_KERNEL(result, name, parameters, arguments, ...)                                     \
    FRESHET_AVX512 static result name##_avx512 parameters { FRESHET_FAST __VA_ARGS__ }          \
    FRESHET_AVX2 static result name##_avx2 parameters { FRESHET_FAST __VA_ARGS__ }                   \
    static result name##_default parameters { FRESHET_FAST __VA_ARGS__ }                             \
    result name parameters {                                                                         \
        if (freshet_instruction_set >= FRESHET_LEVEL_AVX512) return name##_avx512 arguments;         \
        if (freshet_instruction_set == FRESHET_LEVEL_AVX2) return name##_avx2 arguments;             \
        return name##_default arguments;                                                             \
    }
#else
#define FRESHET_KERNEL(result, name, parameters, arguments, ...) \
    result name parameters {                                     \
        _Pragma("clang fp reassociate(on) contract(fast)") __VA_ARGS__ \
    }
#endif

#endif
