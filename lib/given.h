/* Tables whose rows come from outside (--rows), while a graph is made. Used by graph.c alone. */
#ifndef MLS_GIVEN_H
#define MLS_GIVEN_H

#include "graph.h"
#include "rows.h"

/* The CSV of one table. */
struct given {
  const char *path; /* of the table, as asked: "plan", "job.plan" */
  const mls_rows *source;
  unsigned instance, table; /* whose rows it gives; instance GRAPH_NONE until it is found */
  bool sound;               /* it was read, and so were its columns and keys */
  struct rows_csv csv;
};

struct givens {
  struct mls_model *model;
  struct fails *fails;
  struct given *list;
  size_t count;
  struct memory memory; /* of what was read, until all cells have their values */
};

/* What is opened must be closed, also after an error. */
mls_status given_open(struct givens *givens, struct mls_model *model, const mls_rows *rows,
                      size_t count, struct fails *fails);
void given_close(struct givens *givens);
/* The keys given for a table of an instance; *given is false when the sheet's own hold. Of errors
   in the file (all are added) only MLS_MEMORY is returned: the sheet's own rows hold then. */
mls_status given_rows(struct givens *givens, unsigned instance, const struct line *table,
                      struct rows *rows, bool *given);
/* The values given for an input column, likewise: cell->given says whether there are any. */
mls_status given_column(struct givens *givens, unsigned instance, const struct line *line,
                        struct cell *cell);
/* An error for each table that was asked for and that no sheet has. */
mls_status given_unknown(struct givens *givens);

#endif
