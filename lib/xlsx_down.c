/* A formula that is copied down a table. Spelling a tree takes longer than all that libxlsxwriter
   does with the text, and from one row to the next only numbers of rows change. So it is spelled
   for two rows that follow each other, and where the one text has a number and the other the next
   one, each further row gets its own. */
#include "xlsx.h"

#include <string.h>

enum { DIGITS = 10 }; /* of a number of a row, at most */

static size_t digits_at(const char *text) {
  size_t size = 0;
  while (text[size] >= '0' && text[size] <= '9') size++;
  return size;
}

static unsigned number_of(const char *text, size_t size) {
  unsigned number = 0;
  for (size_t i = 0; i < size; i++) number = 10 * number + (unsigned)(text[i] - '0');
  return number;
}

/* Numbers of more digits than a row has would not fit, and are none. */
static bool is_next(const char *here, size_t size, const char *below, size_t size_below) {
  if (size == 0 || size >= DIGITS || size_below >= DIGITS) return false;
  return number_of(below, size_below) == number_of(here, size) + 1;
}

/* Calls for each number of a row in `here`; false when the texts differ in anything else. */
static bool each_gap(const char *here, const char *below, struct down *down, bool keep) {
  const char *start = here;
  down->count = 0;
  while (*here || *below) {
    size_t size = digits_at(here), size_below = digits_at(below);
    bool same = size == size_below && memcmp(here, below, size ? size : 1) == 0;
    if (!same && !is_next(here, size, below, size_below)) return false;
    if (!same && keep)
      down->gaps[down->count] = (struct gap){ (size_t)(here - start), size, number_of(here, size) };
    down->count += !same;
    here += size ? size : 1;
    below += size_below ? size_below : 1;
  }
  return true;
}

bool xlsx_down_make(struct xlsx *x, struct down *down, const char *here, const char *below) {
  *down = (struct down){ 0 };
  if (!each_gap(here, below, down, false)) return false;
  size_t size = strlen(here);
  down->text = memory_text(&x->memory, here, size);
  down->gaps = memory_array(&x->memory, down->count, sizeof *down->gaps);
  down->out = memory_push(&x->memory, size + down->count * DIGITS + 1);
  if (down->text && down->gaps && down->out) return each_gap(here, below, down, true);
  if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  return false;
}

static char *put_digits(char *out, unsigned number) {
  char digits[DIGITS], *at = digits + DIGITS;
  do *--at = (char)('0' + number % 10);
  while ((number /= 10) > 0);
  size_t size = (size_t)(digits + DIGITS - at);
  memcpy(out, at, size);
  return out + size;
}

const char *xlsx_down(const struct down *down, unsigned rows) {
  const char *from = down->text;
  char *out = down->out;
  for (size_t i = 0; i < down->count; i++) {
    const struct gap *gap = &down->gaps[i];
    size_t size = (size_t)(down->text + gap->at - from);
    memcpy(out, from, size);
    out = put_digits(out + size, gap->number + rows);
    from += size + gap->size;
  }
  strcpy(out, from);
  return down->out;
}
