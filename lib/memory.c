/* The arena. A chunk is a quarter larger than the one before, up to a bound, so that little of the
   last one is left over. A piece that is large against a chunk gets one of its own and leaves the
   others as they are. */
#include "memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

struct memory_chunk {
  struct memory_chunk *below;
  size_t room;  /* bytes after the header */
  size_t fresh; /* from here on they are 0 and were never given out */
};

enum { FIRST_CHUNK = 4096, LARGEST_CHUNK = 1 << 22, LARGE_CHUNK = 1 << 22, ALIGNMENT = 8 };
#define HEADER ((sizeof(struct memory_chunk) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static void *standard_resize(void *context, void *old, size_t size) {
  (void)context;
  return realloc(old, size);
}

static void standard_release(void *context, void *block) {
  (void)context;
  free(block);
}

void memory_open(struct memory *memory, const mls_allocator *allocator) {
  memset(memory, 0, sizeof *memory);
  if (allocator && allocator->resize && allocator->release) memory->allocator = *allocator;
  else memory->allocator = (mls_allocator){ standard_resize, standard_release, NULL };
}

void memory_open_beside(struct memory *memory, struct memory *main) {
  memory_open(memory, &main->allocator);
  memory->main = main;
}

void *memory_take(const struct memory *memory, void *old, size_t size) {
  return memory->allocator.resize(memory->allocator.context, old, size ? size : 1);
}

void memory_give(const struct memory *memory, void *block) {
  if (block) memory->allocator.release(memory->allocator.context, block);
}

void memory_close(struct memory *memory) { memory_reset(memory, (struct memory_mark){ 0 }); }

static unsigned char *chunk_bytes(struct memory_chunk *chunk) {
  return (unsigned char *)chunk + HEADER;
}

/* Who keeps the account of an arena. */
static struct memory *account(struct memory *memory) {
  return memory->main ? memory->main : memory;
}

static bool within(const struct memory *account, size_t size) {
  return account->most == 0 ||
         (account->held <= account->most && size <= account->most - account->held);
}

bool memory_allows(struct memory *memory, size_t size) {
  struct memory *of = account(memory);
  if (!within(of, size)) of->over = true;
  return within(of, size);
}

/* A new chunk is zero already when it comes from calloc, which need not write to say so. */
static struct memory_chunk *new_chunk(struct memory *memory, size_t room,
                                      struct memory_chunk *below) {
  bool standard = memory->allocator.resize == standard_resize;
  if (!memory_allows(memory, HEADER + room)) return NULL;
  struct memory_chunk *chunk =
      standard ? calloc(1, HEADER + room) : memory_take(memory, NULL, HEADER + room);
  if (!chunk) return NULL;
  if (standard && room >= LARGE_CHUNK) system_fill_soon(chunk, room);
  *chunk = (struct memory_chunk){ below, room, standard ? 0 : room };
  account(memory)->held += HEADER + room;
  return chunk;
}

static size_t next_room(const struct memory *memory) {
  size_t room = memory->chunk ? memory->chunk->room / 4 * 5 : FIRST_CHUNK;
  return room < LARGEST_CHUNK ? room : LARGEST_CHUNK;
}

static bool add_chunk(struct memory *memory, size_t room) {
  struct memory_chunk *chunk = new_chunk(memory, room, memory->chunk);
  if (!chunk) return false;
  memory->chunk = chunk;
  memory->used = 0;
  return true;
}

static void *push_large(struct memory *memory, size_t size) {
  struct memory_chunk *chunk = new_chunk(memory, size, memory->large);
  if (!chunk) return NULL;
  memory->large = chunk;
  return chunk->fresh ? memset(chunk_bytes(chunk), 0, size) : chunk_bytes(chunk);
}

static void *push_small(struct memory *memory, size_t size) {
  struct memory_chunk *chunk = memory->chunk;
  unsigned char *block = chunk_bytes(chunk) + memory->used;
  if (memory->used < chunk->fresh) {
    size_t dirty = chunk->fresh - memory->used;
    memset(block, 0, dirty < size ? dirty : size);
  }
  memory->used += size;
  if (memory->used > chunk->fresh) chunk->fresh = memory->used;
  return block;
}

void *memory_push(struct memory *memory, size_t size) {
  if (size > SIZE_MAX / 2) return NULL;
  size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  if (rounded == 0) rounded = ALIGNMENT;
  if (memory->chunk && memory->chunk->room - memory->used >= rounded)
    return push_small(memory, rounded);
  size_t room = next_room(memory);
  bool alone = rounded > room / 4 || !within(account(memory), HEADER + room);
  if (alone) return push_large(memory, rounded);
  return add_chunk(memory, room) ? push_small(memory, rounded) : NULL;
}

void *memory_array(struct memory *memory, size_t count, size_t size) {
  if (size != 0 && count > SIZE_MAX / 2 / size) return NULL;
  return memory_push(memory, count * size);
}

char *memory_text(struct memory *memory, const char *bytes, size_t size) {
  char *text = memory_push(memory, size + 1);
  if (text && size > 0) memcpy(text, bytes, size);
  return text;
}

void *memory_reserve(struct memory *memory, void *array, size_t count, size_t *room, size_t wanted,
                     size_t size) {
  if (wanted <= *room) return array;
  if (wanted < *room * 2) wanted = *room * 2;
  void *moved = memory_array(memory, wanted, size);
  if (!moved) return NULL;
  if (count > 0) memcpy(moved, array, count * size);
  *room = wanted;
  return moved;
}

void *memory_grow(struct memory *memory, void *array, size_t count, size_t *room, size_t size) {
  if (count < *room) return array;
  return memory_reserve(memory, array, count, room, count < 8 ? 8 : count + 1, size);
}

struct memory_mark memory_mark(const struct memory *memory) {
  return (struct memory_mark){ memory->chunk, memory->large, memory->used };
}

/* The newest chunks of a list, down to `last`. */
static void give_chunks(struct memory *memory, struct memory_chunk **list,
                        const struct memory_chunk *last) {
  while (*list != last) {
    struct memory_chunk *below = (*list)->below;
    account(memory)->held -= HEADER + (*list)->room;
    memory_give(memory, *list);
    *list = below;
  }
}

void memory_reset(struct memory *memory, struct memory_mark mark) {
  give_chunks(memory, &memory->chunk, mark.chunk);
  give_chunks(memory, &memory->large, mark.large);
  memory->used = mark.used;
}
