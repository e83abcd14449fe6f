/* Aligned columns on standard output. Texts are copied; what controls a terminal is left out. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "system.h"

enum { TABLE_COLUMNS = 16 };

struct table {
  size_t columns;
  unsigned right; /* bit i: column i stands to the right */
  bool titled;    /* the first row holds titles */
  bool color;
  char **cells;
  size_t count, room;
  bool failed;
};

/* The next cell, formatted as printf does, row by row. */
SYSTEM_PRINTS(2, 3)
void table_add(struct table *table, const char *format, ...);
/* Prints the rows, two blanks in; the last column is wrapped at the width of a terminal. Empties
   the table. False (with a message) when memory ran out. */
bool table_print(struct table *table);

/* A heading between sections. */
void print_heading(const char *text, bool color);
/* A text without what controls a terminal. */
void print_text(const char *text);

#endif
