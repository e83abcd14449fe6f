/* Why: where an error began, what a check compares, what a cell rests on. Reads settled values. */
#ifndef MLS_TRACE_H
#define MLS_TRACE_H

#include "show.h"

/* Where an error began: walks to the first cell whose inputs are sound. */
struct origin {
  const char *kind; /* "missing", "division", "range"; NULL when the cell has no error */
  unsigned cell;
  size_t row;
  const char *message; /* in the values' arena of one call; without the kind and the path */
};
mls_status trace_error(struct mls_values *values, unsigned cell, size_t row, struct origin *out);

/* The same for many cells of settled values: walks end where an earlier one passed, so that a
   report of a long column of errors takes time in its length only. */
struct memo {
  struct memory *memory; /* where it grows; the rest is zero at first */
  unsigned *known;       /* a value -> number of its origin, counted from 1 */
  struct memo_origin {
    unsigned cell;
    size_t row;
  } * origins;
  size_t count, room;
};
mls_status trace_error_again(struct mls_values *values, struct memo *memo, unsigned cell,
                             size_t row, struct origin *out);

struct verdict {
  int holds;     /* 1, 0, -1 for an error */
  bool compares; /* one comparison of two numbers: left, right, gap are set (SI), else NaN */
  double left, right, gap; /* gap <= 0 when it holds */
  const struct unit *unit; /* to show the three in: that of the left side, else of the right */
  const char *base;        /* what left, right and gap are in: "B", "USD/token"; NULL unless set */
  const char *message;     /* one sentence a planner reads; in the values' arena of one call */
  const char *detail;      /* its end: "154.6 GB against 85.9 GB, over by 68.7 GB"; "" when none */
};
mls_status trace_check(struct mls_values *values, unsigned cell, struct verdict *out);

/* The direct precedents of a cell at a row, leftmost first, each once: what a tree of reasons
   descends into. Hidden totals are replaced by the columns they read (row = ROWS_ALL). Of prior
   only the side it takes is followed; with `row` ROWS_ALL both are. */
struct reason {
  unsigned cell;
  size_t row;
  bool whole; /* all rows: an aggregate reads the column */
};
mls_status trace_reasons(struct mls_values *values, unsigned cell, size_t row, struct reason **out,
                         size_t *count);

/* How many facts, cited constants, estimates ... a cell rests on in all, each counted once. */
struct evidence {
  size_t count[STATE_ASSUMED + 1];
};
mls_status trace_evidence(struct mls_values *values, unsigned cell, struct evidence *out);

/* The state of one fact as chosen now: that of its line, or assumed when a scenario set it. False
   when the item lacks it. */
bool trace_fact_state(const struct mls_values *values, unsigned cell, size_t row, enum state *out);

/* The row a formula at `row` reads of `cell` without a key: the same of a column, else 0. */
size_t trace_row(const struct mls_model *model, unsigned cell, size_t row);
/* The row that a path without a key reads: trace_row, or the fixed word of a family. */
size_t trace_fixed(const struct mls_model *model, unsigned cell, size_t row,
                   const struct node *node);
/* The row that the key of a lookup selects; false when no row has it or the key is an error. */
bool trace_lookup(const struct mls_values *values, unsigned instance, size_t row,
                  const struct node *node, size_t *found);

#endif
