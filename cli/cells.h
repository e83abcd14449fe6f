/* The cells of a workbook that somebody may have edited: a reader over a zip and an XML library
   that trusts nothing. It knows worksheets, texts, numbers and formulas, and no looks. */
#ifndef CLI_CELLS_H
#define CLI_CELLS_H

#include <stdbool.h>
#include <stddef.h>

#include "system.h"

/* Bounds of what is read. */
enum {
  CELLS_ENTRIES = 4096,     /* files in the package */
  CELLS_UNPACKED = 1 << 29, /* bytes of all that is unpacked */
  CELLS_RATIO = 512,        /* unpacked over packed, of a file of more than a MB */
  CELLS_DEPTH = 64,         /* elements inside each other */
  CELLS_TEXT = 1 << 17,     /* bytes of one text or formula */
  CELLS_SHEETS = 1024,
  CELLS_GROUPS = 65536, /* formulas that cells share, of a worksheet */
  CELLS_MOST = 4000000, /* cells, texts */
  CELLS_ROWS = 1048576,
  CELLS_COLUMNS = 16384
};

struct cells_one {
  unsigned row, column; /* from 0 */
  char kind;            /* 'n' number, 's' text, 'b' truth, 'e' error; 0: empty */
  bool unlocked;        /* its style is not protected */
  double number;        /* of a number or a truth */
  const char *text;     /* of a text or an error; else "" */
  const char *formula;  /* in one spelling, references relative to the cell; NULL: none */
  const char *written;  /* the formula as it stands in the file */
};

struct cells_sheet {
  const char *name;
  const char *part;     /* its file in the package */
  struct cells_one *at; /* by row, then column */
  size_t count, room;
};

struct cells {
  struct cells_sheet *sheets;
  size_t sheet_count;
  struct cells_block *blocks; /* of texts */
};

/* Reads a workbook. False with a message that names `file`. End with cells_free in any case. */
bool cells_read(struct cells *cells, const char *file, struct bytes bytes);
void cells_free(struct cells *cells);

/* NULL: there is none. */
const struct cells_sheet *cells_sheet(const struct cells *cells, const char *name);
const struct cells_one *cells_at(const struct cells_sheet *sheet, unsigned row, unsigned column);
/* "B12" */
const char *cells_address(char out[16], unsigned row, unsigned column);

/* One spelling for all programs: no blanks, names of functions in capitals, sheets without quotes,
   numbers in their shortest form, references as distances from the cell. Written into `out`, cut to
   `size`; returns its length. */
size_t cells_spelling(const char *formula, unsigned row, unsigned column, char *out, size_t size);

#endif
