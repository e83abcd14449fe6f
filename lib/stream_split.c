/* Where fields of lines end: listed for a window of the bytes, many bytes at once. */
#include "number.h"
#include "stream.h"

enum {
  WINDOW = 1 << 15, /* bytes */
  FIELD = 32        /* bytes of a field, for lines of so many that they need more */
};

mls_status split_open(struct stream_split *split, struct memory *memory, size_t columns) {
  split->room = columns > WINDOW / FIELD ? columns * FIELD : WINDOW;
  split->ends = memory_array(memory, split->room + 2 + NUMBER_SPARE, sizeof *split->ends);
  return split->ends ? MLS_OK : MLS_MEMORY;
}

void split_fill(struct stream_split *split, unsigned set, char separator, const char *from,
                const char *end) {
  size_t size = (size_t)(end - from) < split->room ? (size_t)(end - from) : split->room;
  split->from = from;
  split->to = from + size;
  split->next = 1;
  split->ends[0] = UINT32_MAX; /* the first field begins behind it */
  split->count = 1 + number_ends(set, from, size, separator, split->ends + 1);
  if (split->to == end) split->ends[split->count++] = (uint32_t)size;
}
