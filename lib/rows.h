/* CSV tables with a key: what --rows gives a table. The first column is the key, the others are
   input columns by name with an optional unit. What they mean is for the maker of the graph. */
#ifndef MLS_ROWS_H
#define MLS_ROWS_H

#include "csv.h"
#include "unit.h"

/* A column by its header cell: "load [%]". */
struct rows_column {
  const char *name;
  bool has_unit; /* brackets were written */
  struct unit unit;
  struct place place;
};

struct rows_csv {
  const char *key; /* header of the first column */
  struct place key_place;
  struct rows_column *columns; /* the others */
  size_t column_count;
  size_t count; /* of rows, without the header */
  struct csv csv;
};

/* Reads a table into the arena. Keys are unique as texts and not empty, no field is empty, names
   are unique, units are known, all lines have the length of the header, and there is at least one
   row. All errors are added, each with line and field. `file` must live as long as the result. */
mls_status rows_read(struct memory *memory, struct fails *fails, const struct units *units,
                     const char *file, const char *bytes, size_t size, struct rows_csv *out);
/* The same in a dialect; values and keys are as in the file, for csv_point. */
mls_status rows_read_as(struct memory *memory, struct fails *fails, const struct units *units,
                        const char *file, const char *bytes, size_t size, enum csv_dialect dialect,
                        struct rows_csv *out);

/* Key and value of a row (from 0), without spaces at the ends: "12", "H100", "500 [GB]". */
struct slice rows_key(const struct rows_csv *rows, size_t row);
struct place rows_key_place(const struct rows_csv *rows, size_t row);
struct slice rows_value(const struct rows_csv *rows, size_t row, size_t column);
struct place rows_value_place(const struct rows_csv *rows, size_t row, size_t column);

/* Reads a header cell: a name, then a unit in brackets or nothing. */
mls_status rows_heading(struct memory *memory, struct fails *fails, const struct units *units,
                        struct slice text, struct place place, struct rows_column *out);

/* Texts met so far, each with the place of the first: duplicates are found in one pass. */
struct rows_seen {
  struct memory memory;
  struct names names;
  struct map first;
};
void rows_seen_open(struct rows_seen *seen, const struct memory *memory);
void rows_seen_close(struct rows_seen *seen);
/* Remembers the text with `where`; when it was met before, *first is what was given then and *again
   is true. Only MLS_MEMORY can go wrong. */
mls_status rows_seen_add(struct rows_seen *seen, struct slice text, size_t where, size_t *first,
                         bool *again);

#endif
