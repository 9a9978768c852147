#ifndef FRESHET_MEMORY_H
#define FRESHET_MEMORY_H

// Memory for tables that grow. Large ones lie in pages of their own: growing copies nothing where the system can move
// pages, what was never written takes no memory, and what is given back goes back to the system at once instead of
// leaving holes between other allocations.

#include <stddef.h>

/// From how many bytes on memory lies in pages of its own.
#define FRESHET_PAGED_BYTES ((size_t)1 << 20)

/// Zeros, aligned to 64 bytes; NULL when there is no memory.
void *freshet_memory_take(size_t bytes);
/// The same memory with another size, at the same place or another: what both sizes have is kept, the rest is zeros.
/// NULL when there is no memory; the old is then as it was.
void *freshet_memory_resize(void *memory, size_t bytes, size_t new_bytes);
/// Asks for large pages below memory that will be written whole and read in order: fewer of them have to be found. Nothing
/// where the memory is small or the system has none.
void freshet_memory_prefer_large_pages(void *memory, size_t bytes);
/// Gives back memory of a size.
void freshet_memory_give_back(void *memory, size_t bytes);

#endif
