#include "freshet_instruction_set.h"

#include "freshet_kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum freshet_instruction_set freshet_instruction_set = FRESHET_LEVEL_PLAIN;

static const char *const names[] = {"plain", "avx2", "avx512", "avx512"};

const char *freshet_instruction_set_name(void) { return names[freshet_instruction_set]; }

static enum freshet_instruction_set best(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return FRESHET_LEVEL_PLAIN;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512bw") ||
        !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
        return FRESHET_LEVEL_AVX2;
    return __builtin_cpu_supports("avx512vnni") ? FRESHET_LEVEL_AVX512_VNNI : FRESHET_LEVEL_AVX512;
#else
    return FRESHET_LEVEL_PLAIN;
#endif
}

__attribute__((constructor)) static void choose(void) {
    freshet_instruction_set = best();
    const char *wanted = getenv("FRESHET_INSTRUCTION_SET");
    if (!wanted || !*wanted) return;
    for (int level = FRESHET_LEVEL_PLAIN; level <= FRESHET_LEVEL_AVX512; level++) {
        if (strcmp(wanted, names[level]) != 0) continue;
        if (level < (int)freshet_instruction_set) freshet_instruction_set = (enum freshet_instruction_set)level;
        return;
    }
    fprintf(stderr, "FRESHET_INSTRUCTION_SET=%s is ignored: use plain, avx2 or avx512.\n", wanted);
}
