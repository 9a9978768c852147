#include <math.h>

#include "freshet_dispatch.h"
#include "freshet_selection.h"

// A heap of the best so far, its worst entry at the root: lower score, or the same score and higher index. The scan
// goes up in index, so an equal score never displaces an entry, and a block whose maximum does not beat the root is
// passed over at vector speed.

#define BLOCK 64

static inline int worse(float a, int32_t i, float b, int32_t j) { return a < b || (a == b && i > j); }

static inline void sift_down(int32_t *restrict indices, float *restrict values, ptrdiff_t size, ptrdiff_t hole,
                             float value, int32_t index) {
    for (;;) {
        ptrdiff_t child = 2 * hole + 1;
        if (child >= size) break;
        if (child + 1 < size && worse(values[child + 1], indices[child + 1], values[child], indices[child])) child++;
        if (!worse(values[child], indices[child], value, index)) break;
        values[hole] = values[child];
        indices[hole] = indices[child];
        hole = child;
    }
    values[hole] = value;
    indices[hole] = index;
}

static inline void sift_up(int32_t *restrict indices, float *restrict values, ptrdiff_t hole, float value,
                           int32_t index) {
    while (hole > 0) {
        ptrdiff_t parent = (hole - 1) / 2;
        if (!worse(value, index, values[parent], indices[parent])) break;
        values[hole] = values[parent];
        indices[hole] = indices[parent];
        hole = parent;
    }
    values[hole] = value;
    indices[hole] = index;
}

FRESHET_KERNEL(float, freshet_block_maximum, (const float *restrict scores), (scores), {
    float best = scores[0];
    for (int i = 1; i < BLOCK; i++) best = scores[i] > best ? scores[i] : best;
    return best;
})

ptrdiff_t freshet_top_k(int32_t *restrict indices, float *restrict values, const float *restrict scores, ptrdiff_t n,
                        ptrdiff_t k) {
    if (k <= 0) return 0;
    ptrdiff_t size = 0;
    ptrdiff_t i = 0;
    while (i < n) {
        ptrdiff_t end = i + BLOCK < n ? i + BLOCK : n;
        if (size == k && end - i == BLOCK && !(freshet_block_maximum(scores + i) > values[0])) {
            i = end;
            continue;
        }
        for (; i < end; i++) {
            if (size < k) {
                if (scores[i] > -INFINITY) sift_up(indices, values, size++, scores[i], (int32_t)i);
            } else if (scores[i] > values[0]) {
                sift_down(indices, values, size, 0, scores[i], (int32_t)i);
            }
        }
    }
    for (ptrdiff_t last = size - 1; last > 0; last--) {
        float value = values[last];
        int32_t index = indices[last];
        values[last] = values[0];
        indices[last] = indices[0];
        sift_down(indices, values, last, 0, value, index);
    }
    return size;
}
