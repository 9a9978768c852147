#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // mremap
#endif

#include "freshet_memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT ((size_t)64)

void *freshet_memory_take(size_t bytes) {
    if (bytes >= FRESHET_PAGED_BYTES) {
        void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        return pages == MAP_FAILED ? NULL : pages;
    }
    size_t rounded = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    void *memory = aligned_alloc(ALIGNMENT, rounded);
    if (memory != NULL) memset(memory, 0, rounded);
    return memory;
}

void *freshet_memory_resize(void *memory, size_t bytes, size_t new_bytes) {
#ifdef __linux__
    if (bytes >= FRESHET_PAGED_BYTES && new_bytes >= FRESHET_PAGED_BYTES) {
        void *pages = mremap(memory, bytes, new_bytes, MREMAP_MAYMOVE);
        return pages == MAP_FAILED ? NULL : pages;
    }
#endif
    void *other = freshet_memory_take(new_bytes);
    if (other == NULL) return NULL;
    memcpy(other, memory, bytes < new_bytes ? bytes : new_bytes);
    freshet_memory_give_back(memory, bytes);
    return other;
}

void freshet_memory_prefer_large_pages(void *memory, size_t bytes) {
#ifdef MADV_HUGEPAGE
    // Advice: where it is not taken, the memory is as it was.
    if (bytes >= FRESHET_PAGED_BYTES) (void)madvise(memory, bytes, MADV_HUGEPAGE);
#else
    (void)memory;
    (void)bytes;
#endif
}

void freshet_memory_give_back(void *memory, size_t bytes) {
    if (bytes >= FRESHET_PAGED_BYTES) {
        munmap(memory, bytes);
    } else {
        free(memory);
    }
}
