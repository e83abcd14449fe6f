/* A calculation that begins where another one stands and then moves an input: what-if runs of one
   model. What the first one set stays set; neither changes the other. */
#ifndef MLS_BRANCH_H
#define MLS_BRANCH_H

#include "values.h"

/* `from` is settled and stays as it is while the branch is open. Closed also when this fails. */
mls_status branch_open(struct mls_values *branch, const struct mls_values *from);
void branch_close(struct mls_values *branch);
/* Moves the one row of an input to an SI value and settles. Its set is not asked: what a sheet
   calls likely is tried as it stands. */
mls_status branch_move(struct mls_values *branch, unsigned cell, double si);

#endif
