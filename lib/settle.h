/* Settling: stale cells in order of calculation. Used by values.c alone. */
#ifndef MLS_SETTLE_H
#define MLS_SETTLE_H

#include "values.h"

/* Rows [from, until) of a cell must be calculated. */
void settle_mark(struct mls_values *values, unsigned cell, size_t from, size_t until);
void settle_mark_all(struct mls_values *values);
/* A row of an input or fact got another value: what reads it is stale. */
void settle_touch(struct mls_values *values, unsigned cell, size_t row);
/* An input gets its default, a key its keys. */
void settle_default(struct mls_values *values, unsigned cell);
/* The registry's fact for a row of a FACT cell, whatever was set. */
const struct fact *settle_fact(const struct mls_values *values, unsigned cell, size_t row);

#endif
