/* Running a plan over many scenarios, block by block. */
#ifndef MLS_BATCH_H
#define MLS_BATCH_H

#include "plan.h"

/* An input that varies. */
struct batch_column {
  unsigned cell;
  size_t row;
  const struct set *set; /* NULL: a fact, which takes any number or word */
  bool text;
  double low, high;           /* SI numbers that are in the set for sure; low > high: none is */
  bool whole;                 /* every whole SI number between them is in the set */
  const unsigned char *words; /* text: 1 for the number of a word that may be set */
  double *lanes;              /* text: a block of numbers that surely are those of words */
};

/* An operand that is in a column: in[at] is moved with the blocks. */
struct batch_move {
  size_t at, column;
};

struct mls_batch {
  struct memory memory;
  struct memory message_memory;
  struct fails fails;
  mls_message shown;
  struct plan plan;
  struct batch_column *columns;
  size_t column_count;
  block_run run;
  double *registers;
  const double **at;   /* the block of each column that is being calculated */
  const double **soon; /* what the memory shall bring */
  double *rest;      /* of each column the scenarios that fill no block, and lanes like the last */
  double **blocks;   /* of each constant: as lanes, or NULL where one number does */
  const double **in; /* of each of plan.sources */
  struct batch_move *moves;
  size_t move_count;
  double *rows;    /* rows of a column, and of its truths, for a few scenarios */
  unsigned *wrong; /* of a block: 1 + the column whose value is outside its set, or 0 */
};

mls_status batch_open(struct mls_batch *batch, const struct mls_values *base,
                      const mls_place *columns, size_t column_count, const mls_place *results,
                      size_t result_count);
void batch_close(struct mls_batch *batch);
mls_status batch_run(struct mls_batch *batch, size_t count, const double *const *columns,
                     double *const *results, unsigned *bad);

#endif
