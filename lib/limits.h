/* Every fixed bound of the library, in one place. A bound that is met ends the work with MLS_LIMIT
   and a message that names it. Bounds keep hostile input from taking time or memory without end. */
#ifndef MLS_LIMITS_H
#define MLS_LIMITS_H

#include "mlsysim.h"

enum {
  LIMIT_NAME = 60,             /* characters in a name */
  LIMIT_WORD = 255,            /* characters in a word: an item, a choice, a row key */
  LIMIT_LINE = 65536,          /* bytes in a line of a sheet, continuation lines included */
  LIMIT_TEXT = 32767,          /* bytes in a CSV field: what a spreadsheet cell can hold */
  LIMIT_FILE = MLS_FILE_MOST,  /* bytes in a sheet, registry or inputs file */
  LIMIT_JSON_DEPTH = 64,       /* lists and objects of JSON inside each other */
  LIMIT_JSON_VALUES = 1 << 22, /* values in a JSON file */
  LIMIT_DEPTH = 500,           /* depth of a formula: parentheses, signs, terms of a sum */
  LIMIT_ARGUMENTS = 255,       /* arguments of a function */
  LIMIT_EXPONENT = 99,         /* numerator and denominator of an exponent of a unit */
  LIMIT_FACTORS = 64,          /* factors in a unit */
  LIMIT_BASES = 4096,          /* base units and counts */
  LIMIT_PATH = 20,             /* parts of a path, so depth of nested instances */
  LIMIT_SHEETS = 1000,         /* different sheets behind one model */
  LIMIT_COLUMNS = 10000,       /* columns of a CSV or a table */
  LIMIT_CHART = 12,            /* cells or columns of one chart */
  LIMIT_CHART_ROWS = 1000,     /* rows of a table that a chart shows */
  LIMIT_BAD = 100,             /* messages of bad rows kept from one call on a stream */
  LIMIT_ERRORS = 1000,         /* messages kept; further ones are counted */
  LIMIT_SETTINGS = 1 << 20,    /* settings of one scenario */
  LIMIT_FACTS = 500000,        /* facts of one registry, lines of its file */
  LIMIT_STEPS = 1 << 20,       /* steps of a batch */
  LIMIT_ROWS = 20000000,       /* rows of a table */
  LIMIT_INSTANCES = 100000,    /* instances of used sheets in a model */
  LIMIT_CELLS = 20000000       /* cells of a model, columns counted once */
};

#define LIMIT_VALUES ((size_t)200000000) /* values of a model, rows counted each */

/* What opening one model may take, in bytes, its values included. A few lines can ask for millions
   of cells (sheets that use each other) or of rows (a range); those who write long files may have
   what these need. So there is a sum that all have, which mls_options.memory replaces, and a
   multiple of what was read: a cell takes up to 0.7 kB, and the line that writes it 20 to 60 bytes.
 */
#define LIMIT_MEMORY ((size_t)192 << 20)
#define LIMIT_GROWTH ((size_t)64)

#endif
