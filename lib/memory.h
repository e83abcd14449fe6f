/* An arena: memory that is given out in pieces and freed as a whole. One arena a handle, and others
   beside it for what a step of its work needs until it ends. All memory of the library comes
   through the one allocator hook, so a test can make the n-th request fail. */
#ifndef MLS_MEMORY_H
#define MLS_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include "mlsysim.h"

struct memory_chunk;

struct memory {
  mls_allocator allocator;
  struct memory_chunk *chunk; /* the newest chunk; older ones hang below it */
  struct memory_chunk *large; /* of one piece each, likewise */
  size_t used;                /* bytes taken from the newest chunk */
  size_t held;                /* bytes of all chunks, also of those beside it */
  size_t most;                /* more is refused as if there were none; 0: no bound */
  bool over;                  /* it was refused for that */
  struct memory *main;        /* this one stands beside that one, which keeps the account */
};

/* A place to come back to: what is pushed after a mark is freed by resetting to it. */
struct memory_mark {
  struct memory_chunk *chunk, *large;
  size_t used;
};

/* Starts an empty arena; `allocator` NULL or zero means malloc and free. Never fails. */
void memory_open(struct memory *memory, const mls_allocator *allocator);
/* The same for what a step of another one's work needs and then gives back: with its allocator and
   within its bound. */
void memory_open_beside(struct memory *memory, struct memory *main);
/* Frees all; the arena is empty then, and may be used on. */
void memory_close(struct memory *memory);

/* `size` zeroed bytes, aligned for doubles and pointers; NULL when there is no memory. A size of 0
   gives a valid pointer. */
void *memory_push(struct memory *memory, size_t size);

/* count * size zeroed bytes; NULL also when the product overflows. */
void *memory_array(struct memory *memory, size_t count, size_t size);

/* Bytes copied into the arena with a 0 after them. */
char *memory_text(struct memory *memory, const char *bytes, size_t size);

/* Room for one more element in a growing array held in the arena: doubles `*room` when `count`
   reached it. Returns the array (moved or not), or NULL and leaves it as it was. */
void *memory_grow(struct memory *memory, void *array, size_t count, size_t *room, size_t size);
/* The same for `wanted` elements in all: exactly those for an empty array, else at least double. */
void *memory_reserve(struct memory *memory, void *array, size_t count, size_t *room, size_t wanted,
                     size_t size);

/* Whether so many bytes more would stay below the bound; remembers when not. */
bool memory_allows(struct memory *memory, size_t size);

struct memory_mark memory_mark(const struct memory *memory);
void memory_reset(struct memory *memory, struct memory_mark mark);

/* Through the hook, outside any arena: for what grows and is freed alone. */
void *memory_take(const struct memory *memory, void *old, size_t size);
void memory_give(const struct memory *memory, void *block);

#endif
