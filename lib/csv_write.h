/* Fields of a CSV being written: quoted where they must be, harmless for a spreadsheet, and numbers
   in the dialect of the file. */
#ifndef MLS_CSV_WRITE_H
#define MLS_CSV_WRITE_H

#include "csv.h"
#include "number.h"

char csv_separator(enum csv_dialect dialect);

/* The text as it is, in quotes where it needs them. */
void csv_put_field(struct buffer *out, struct slice text, enum csv_dialect dialect);

/* A text of a user. A spreadsheet calculates what begins like a formula, and some skip a control
   character first: an apostrophe before it makes it a text. One more stands before a text that has
   one already, so that taking one away gives back every text. */
void csv_put_text(struct buffer *out, struct slice text, enum csv_dialect dialect);

/* The point of a decimal becomes a comma; returns its size. */
size_t csv_comma(char *out, size_t size);

/* The shortest decimal of a finite number, as number_put, and of a prepared one. */
static inline size_t csv_number(char out[TEXT_NUMBER], double value, enum csv_dialect dialect) {
  size_t size = number_put(out, value);
  return dialect == CSV_EXCEL_EU ? csv_comma(out, size) : size;
}

static inline size_t csv_number_at(char out[TEXT_NUMBER], const struct number_column *column,
                                   size_t index, enum csv_dialect dialect) {
  size_t size = number_put_at(out, column, index);
  return dialect == CSV_EXCEL_EU ? csv_comma(out, size) : size;
}

/* Of the doubles that a reader would turn into this SI value the one with the shortest decimal. */
double csv_shortest(double si, double factor);

#endif
