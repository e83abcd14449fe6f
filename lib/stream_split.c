/* Where fields of lines end: the bytes of a window, looked at many at once, and then a list of
   those that end a field. */
#include <string.h>

#include "number.h"
#include "stream.h"

enum {
  WINDOW = 1 << 15, /* bytes whose ends are listed together */
  PIECE = 1 << 12,  /* bytes looked at once, whose marks stay in cache */
  FIELD = 32,       /* bytes of a field, for lines of so many that they need more */
  CHUNK = 64        /* bytes whose ends are listed at once */
};

mls_status split_open(struct stream_split *split, struct memory *memory, size_t columns) {
  split->room = columns > WINDOW / FIELD ? columns * FIELD : WINDOW;
  split->marks = memory_array(memory, PIECE, sizeof *split->marks);
  split->ends = memory_array(memory, split->room + CHUNK + 1, sizeof *split->ends);
  return split->marks && split->ends ? MLS_OK : MLS_MEMORY;
}

/* One bit for each of 64 marks; *count is how many there are. */
static uint64_t gather(const unsigned char *marks, unsigned *count) {
  uint64_t bits = 0, sum = 0;
  for (unsigned i = 0; i < CHUNK / 8; i++) {
    uint64_t eight = number_eight((const char *)marks + 8 * i);
    bits |= (eight * 0x0102040810204080u >> 56) << 8 * i;
    sum += eight;
  }
  *count = (unsigned)(sum * 0x0101010101010101u >> 56);
  return bits;
}

/* Their places behind `at`. Twelve are written whether they are there or not, which costs less than
   to ask after each; there is room for them. */
static void list_ends(uint64_t bits, uint32_t at, unsigned count, uint32_t *out) {
  const uint64_t last = (uint64_t)1 << (CHUNK - 1);
  for (unsigned some = 0; some < count; some += 12)
    for (unsigned i = 0; i < 12; i++) {
      out[some + i] = at + number_lowest(bits | last);
      bits &= bits - 1;
    }
}

/* Adds the ends among `size` bytes, PIECE at most, that begin `at` bytes behind the start. */
static void add_piece(struct stream_split *split, unsigned set, char separator, uint32_t at,
                      size_t size) {
  size_t rest = size % CHUNK ? CHUNK - size % CHUNK : 0;
  number_ends(set, split->from + at, size, separator, split->marks);
  memset(split->marks + size, 0, rest);
  for (size_t i = 0; i < size; i += CHUNK) {
    unsigned count;
    uint64_t bits = gather(split->marks + i, &count);
    list_ends(bits, at + (uint32_t)i, count, split->ends + split->count);
    split->count += count;
  }
}

void split_fill(struct stream_split *split, unsigned set, char separator, const char *from,
                const char *end) {
  size_t size = (size_t)(end - from) < split->room ? (size_t)(end - from) : split->room;
  split->from = from;
  split->to = from + size;
  split->next = 1;
  split->count = 1;
  split->ends[0] = UINT32_MAX; /* the first field begins behind it */
  for (size_t at = 0; at < size; at += PIECE)
    add_piece(split, set, separator, (uint32_t)at, size - at < PIECE ? size - at : PIECE);
  if (split->to == end) split->ends[split->count++] = (uint32_t)size;
}
