#ifndef LESSON_CCMARK_SHIM_H
#define LESSON_CCMARK_SHIM_H

#include <cmark.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// An allocator for one document at a time: blocks are cut off one end and given back all at once. libcmark makes dozens
// of small blocks per line; half of its time with malloc goes into making and freeing them.
//
// libcmark's hooks get no context, hence the thread's own state. It is in use only between ccmark_arena_begin and
// ccmark_arena_end, on one thread, with no suspension in between.

enum { CCMARK_ARENA_CHUNK = 1 << 20 };

typedef struct ccmark_chunk {
    struct ccmark_chunk *previous;
    size_t size, used;
} ccmark_chunk;

// Static variables stand inside functions, or Swift's importer emits no definition of them.
static inline ccmark_chunk **ccmark_arena(void) {
    static __thread ccmark_chunk *top;
    return &top;
}

static inline void *ccmark_arena_cut(size_t size) {
    // Room for the size, which realloc must know; all blocks aligned to 16.
    if (size > SIZE_MAX / 4) abort();
    size_t need = ((size + 15) & ~(size_t)15) + 16;
    ccmark_chunk *top = *ccmark_arena();
    if (!top || top->size - top->used < need) {
        size_t bytes = need > CCMARK_ARENA_CHUNK ? need : CCMARK_ARENA_CHUNK;
        ccmark_chunk *chunk = (ccmark_chunk *)malloc(sizeof(ccmark_chunk) + 16 + bytes);
        // As libcmark's own allocator does.
        if (!chunk) abort();
        chunk->previous = top;
        chunk->size = bytes;
        chunk->used = 0;
        *ccmark_arena() = top = chunk;
    }
    unsigned char *base = (unsigned char *)(((uintptr_t)(top + 1) + 15) & ~(uintptr_t)15);
    unsigned char *block = base + top->used;
    top->used += need;
    *(size_t *)block = size;
    return block + 16;
}

static void *ccmark_arena_calloc(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / 4 / size) abort();
    void *block = ccmark_arena_cut(count * size);
    memset(block, 0, count * size);
    return block;
}

static void *ccmark_arena_realloc(void *block, size_t size) {
    if (!block) return ccmark_arena_cut(size);
    size_t old = *(size_t *)((unsigned char *)block - 16);
    if (size <= old) return block;
    void *grown = ccmark_arena_cut(size);
    memcpy(grown, block, old);
    return grown;
}

static void ccmark_arena_free(void *block) { (void)block; }

/// A parser whose every block comes from this thread's arena. Neither it nor its tree is to be freed.
static inline cmark_parser *ccmark_arena_begin(int options) {
    static cmark_mem hooks = {ccmark_arena_calloc, ccmark_arena_realloc, ccmark_arena_free};
    return cmark_parser_new_with_mem(options, &hooks);
}

/// Gives everything back that was made since ccmark_arena_begin, and keeps one chunk for the next.
static inline void ccmark_arena_end(void) {
    ccmark_chunk *top = *ccmark_arena();
    while (top && top->previous) {
        ccmark_chunk *previous = top->previous;
        free(top);
        top = previous;
    }
    if (top) top->used = 0;
    *ccmark_arena() = top;
}

/// The length of a C string.
static inline size_t ccmark_length(const char *text) { return strlen(text); }

/// Frees the chunk that was kept.
static inline void ccmark_arena_drop(void) {
    ccmark_arena_end();
    free(*ccmark_arena());
    *ccmark_arena() = NULL;
}

#endif
