/* Columns that need each other through prior: row by row, but only what rests on the rows above.
   All else is calculated for a block of rows before. */
#ifndef MLS_RECUR_H
#define MLS_RECUR_H

#include "tape.h"

/* An op that rests on rows above, with its operands looked up for a block of rows; the last one of
   a cell, without a function, stores operand 0. */
struct follower {
  const struct bodies *function; /* NULL: it stores */
  unsigned count;
  unsigned cell; /* of the group, counted from its first */
  const double *in[TAPE_OPERANDS];
  size_t step[TAPE_OPERANDS]; /* 0: one number for all rows */
  double *out;
};

/* Rows of a cell that got other bits: [from, until). */
struct span_changed {
  size_t from, until;
};

/* The rows that must be calculated whole, one by one: they look above the first row. All are, when
   a look-up rests on the rows above. */
size_t recur_head(const struct mls_model *model, unsigned start, unsigned end);
/* Calculates what does not rest on rows above for a block of rows below the head, and looks up the
   operands of what does. Returns the number of followers. */
size_t recur_begin(const struct runner *r, unsigned start, unsigned end,
                   struct follower *followers);
/* One row of the block; true when a value changed. */
bool recur_row(const struct follower *followers, size_t count, size_t row, size_t lane,
               struct span_changed *changed);
/* The whole block of x = x * a + b, where the followers are this: its values, to the bit those of
   row by row. Else NULL. */
const double *recur_linear(const struct runner *r, unsigned cell, const struct follower *followers,
                           size_t count);

#endif
