/* Columns for people: as wide as their widest text, the last one wrapped below itself. */
#include "table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "say.h"

static const char BOLD[] = "\033[1m", DIM[] = "\033[2m", OFF[] = "\033[0m";

static void add(struct table *table, char *text) {
  if (table->count == table->room) {
    size_t room = table->room ? table->room * 2 : 64;
    char **more = realloc(table->cells, room * sizeof *more);
    if (!more) {
      table->failed = true;
      free(text);
      return;
    }
    table->cells = more;
    table->room = room;
  }
  table->cells[table->count++] = text;
}

void table_add(struct table *table, const char *format, ...) {
  va_list list, again;
  va_start(list, format);
  va_copy(again, list);
  int size = vsnprintf(NULL, 0, format, list);
  char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
  if (text) vsnprintf(text, (size_t)size + 1, format, again);
  va_end(again);
  va_end(list);
  if (text) add(table, text);
  else table->failed = true;
}

/* ---- widths ---- */

static size_t width_of(const char *text, size_t size) {
  size_t width = 0;
  for (size_t i = 0; i < size; i++) width += ((unsigned char)text[i] & 0xC0) != 0x80;
  return width;
}

static void measure(const struct table *table, size_t *widths) {
  for (size_t i = 0; i < table->count; i++) {
    size_t width = width_of(table->cells[i], strlen(table->cells[i]));
    size_t *widest = &widths[i % table->columns];
    if (width > *widest) *widest = width;
  }
}

/* ---- printing ---- */

static void put(const char *text, size_t size) {
  const char *end = text + size;
  while (text < end) {
    size_t character = say_character(text);
    if (character) fwrite(text, 1, character, stdout);
    else if (*text == '\t') putchar(' ');
    text += character ? character : 1;
  }
}

void print_text(const char *text) { put(text, strlen(text)); }

static void blanks(size_t count) {
  for (; count > 0; count--) putchar(' ');
}

/* Bytes of `text` that fit into `room` characters, cut at a blank where there is one. */
static size_t fitting(const char *text, size_t room) {
  size_t used = 0, blank = 0, at = 0;
  for (; text[at]; at++) {
    bool starts = ((unsigned char)text[at] & 0xC0) != 0x80;
    if (starts && used == room) break;
    used += starts;
    if (text[at] == ' ' && at > 0) blank = at;
  }
  if (!text[at] || text[at] == ' ') return at;
  return blank ? blank : at;
}

/* Long texts go on below, `indent` blanks in; where that would make a tower, all of it stands below
   near the left edge. */
static void put_wrapped(const char *text, size_t indent, size_t width) {
  enum { NARROW = 16, EDGE = 6, LINES = 3 };
  size_t all = width_of(text, strlen(text));
  if (width < EDGE + NARROW || all + indent <= width) {
    print_text(text);
    return;
  }
  if (width < indent + NARROW || all > (width - indent) * LINES) {
    putchar('\n');
    indent = EDGE;
    blanks(indent);
  }
  while (*text) {
    size_t size = fitting(text, width - indent);
    put(text, size);
    text += size;
    while (*text == ' ') text++;
    if (*text) putchar('\n'), blanks(indent);
  }
}

static bool rest_is_empty(const struct table *table, size_t index) {
  for (; index % table->columns != 0; index++)
    if (table->cells[index][0]) return false;
  return true;
}

static void put_row(const struct table *table, size_t first, const size_t *widths, size_t width) {
  size_t indent = 0, pending = 2;
  const char *color = table->titled && first == 0 && table->color ? DIM : NULL;
  if (color) fputs(color, stdout);
  for (size_t column = 0; column < table->columns; column++) {
    const char *text = table->cells[first + column];
    size_t used = width_of(text, strlen(text)), room = widths[column];
    bool last = rest_is_empty(table, first + column + 1);
    if (last && !text[0]) break;
    if (room == 0) continue;
    bool right = table->right >> column & 1;
    indent += pending;
    blanks(pending + (right ? room - used : 0));
    if (last && !right) put_wrapped(text, indent, width);
    else print_text(text);
    if (last) break;
    indent += room;
    pending = 2;
    if (!right) blanks(room - used);
  }
  if (color) fputs(OFF, stdout);
  putchar('\n');
}

static void empty(struct table *table) {
  for (size_t i = 0; i < table->count; i++) free(table->cells[i]);
  free(table->cells);
  table->cells = NULL;
  table->count = table->room = 0;
}

bool table_print(struct table *table) {
  size_t widths[TABLE_COLUMNS] = { 0 }, width = terminal_width();
  bool good = !table->failed;
  measure(table, widths);
  for (size_t i = 0; good && i + table->columns <= table->count; i += table->columns)
    put_row(table, i, widths, width);
  empty(table);
  if (!good) say_error("there is not enough memory");
  return good;
}

void print_heading(const char *text, bool color) {
  if (color) fputs(BOLD, stdout);
  print_text(text);
  if (color) fputs(OFF, stdout);
  putchar('\n');
}
