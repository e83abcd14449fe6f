/* What must be calculated again. A bit a cell says stale; of a column also which of its rows are:
   bits, and the first and the last one. A row that is stale alone needs no bit. */
#ifndef MLS_STALE_H
#define MLS_STALE_H

#include "values.h"

/* Words of bits that the rows of a cell take. */
size_t stale_words(const struct mls_model *model, unsigned cell);
/* The stale rows of a column as bits; of a sum that is kept as a tree, its blocks. */
struct bits stale_rows(struct mls_values *values, unsigned cell);
/* Rows [from, until) of a cell must be calculated. */
void stale_mark(struct mls_values *values, unsigned cell, size_t from, size_t until);
/* Everything must. */
void stale_mark_all(struct mls_values *values);
/* A cell is calculated: none of its rows is stale. */
void stale_end(struct mls_values *values, unsigned cell);

/* What an edge leads to is stale after one row changed. */
void stale_edge(struct mls_values *values, const struct edge *edge, size_t row);
/* A row of an input is about to change: what the columns that stand with it hold in that row is
   asked for, so that settling waits for memory once, and not column by column. */
void stale_fetch(const struct mls_values *values, unsigned cell, size_t row);
/* A row of an input or fact got another value: what reads it is stale. */
void stale_touch(struct mls_values *values, unsigned cell, size_t row);
/* Rows [from, until) of a cell changed: what reads the same rows as changed here, or a sum over
   them, is stale, but not the cells of [group, group_end). */
void stale_changed(struct mls_values *values, unsigned cell, size_t from, size_t until,
                   unsigned group, unsigned group_end);
/* All rows of what looks a changed cell up, or makes a total of it, are stale. */
void stale_whole(struct mls_values *values, unsigned cell);

/* One row alone is stale. */
static inline bool stale_is_alone(const struct stale *stale, size_t row) {
  return stale->from == row && stale->until == row + 1;
}

static inline struct stale *stale_of(struct mls_values *values, unsigned cell) {
  return &values->rows[values->model->tape->programs[cell].column];
}

#endif
