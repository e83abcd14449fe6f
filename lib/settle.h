/* Settling: stale cells in order of calculation, and what the cells without a formula are. Used by
   values.c, and by plan.c and batch.c for the same of many scenarios. */
#ifndef MLS_SETTLE_H
#define MLS_SETTLE_H

#include "values.h"

/* An input gets its default, a key its keys; nothing is marked. */
void settle_fill(struct mls_values *values, unsigned cell);
/* An input gets its default again: what reads rows that change is stale. */
void settle_default(struct mls_values *values, unsigned cell);
/* What a row of a FACT cell is: what was set, else the registry's fact, else the error. */
double settle_fact(const struct mls_values *values, unsigned cell, size_t row);
/* The registry's fact of one item, whatever was set. */
double settle_item_fact(const struct mls_model *model, unsigned cell, size_t row, size_t item);
/* A WITHIN cell when its target has this value. */
double settle_within(const struct mls_model *model, unsigned cell, double value);

#endif
