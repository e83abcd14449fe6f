/* Aligned columns of text: asked for each cell twice, once to measure and once to print, so that a
   table of a million rows needs no copy. */
#ifndef MLS_GRID_H
#define MLS_GRID_H

#include "export.h"

enum align {
  ALIGN_LEFT,
  ALIGN_RIGHT,
  ALIGN_POINT /* decimal points below each other; words to the right */
};

struct grid {
  const struct report *report;
  size_t rows, columns;
  const enum align *align; /* one a column */
  /* Appends the text of a cell; "" leaves it blank. */
  mls_status (*text)(const struct grid *grid, size_t row, size_t column, struct buffer *out);
  /* Escape sequence to print a cell in, or NULL. May be NULL. */
  const char *(*color)(const struct grid *grid, size_t row, size_t column);
  void *context;
};

/* Appends the rows, each after two spaces, without blanks at the ends; drains as it goes. */
mls_status grid_print(const struct grid *grid, struct buffer *out);

/* Characters (not bytes) of a UTF-8 text. */
size_t grid_width(const char *text, size_t size);

#endif
