#include "freshet_dispatch.h"
#include "freshet_selection.h"

// Blocks are compared without a branch inside, which is what lets them run at vector speed.

#define BLOCK 64

FRESHET_KERNEL(ptrdiff_t, freshet_find, (const int32_t *restrict numbers, ptrdiff_t n, int32_t wanted),
               (numbers, n, wanted), {
    ptrdiff_t i = 0;
    for (; i + BLOCK <= n; i += BLOCK) {
        int32_t found = 0;
        for (ptrdiff_t j = 0; j < BLOCK; j++) found |= numbers[i + j] == wanted;
        if (found) break;
    }
    for (; i < n; i++) {
        if (numbers[i] == wanted) return i;
    }
    return n;
})
