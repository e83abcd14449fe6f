/* How paths, units and values are shown to a person, and how a person names a cell and its row. */
#ifndef MLS_SHOW_H
#define MLS_SHOW_H

#include <stdint.h>
#include "values.h"

/* Instead of a row: all rows of a column at once. */
#define ROWS_ALL SIZE_MAX

/* The row that a path with a key means ("plan.cash(3)", "hw.flops(fp16)", "hw.flops.fp16"); a
   column without a key is ROWS_ALL. MLS_NAME with a message when nothing has this path. */
mls_status show_find(const struct mls_model *model, const char *path, struct fails *fails,
                     unsigned *cell, size_t *row);

/* Path of a cell at a row for a person: "plan.cash(3)", "hw.flops.fp16", "step_time". */
void show_path(const struct mls_model *model, unsigned cell, size_t row, struct buffer *out);
/* The unit a person sees a value in: as typed for inputs and facts, else the written one. */
const struct unit *show_unit(const struct mls_values *values, unsigned cell, size_t row);
/* An SI number in a unit: "154.6 GB", with `digits` significant digits. */
void show_amount(struct buffer *out, double si, const struct unit *unit, int digits);
/* A cell's value at a row: as typed, "154.6 GB", a word, yes or no, or "missing". */
void show_value(const struct mls_values *values, unsigned cell, size_t row, struct buffer *out);

/* Its parts. The number alone: typed digits, or `digits` significant ones; the word alone, of
   texts, truths and errors, else NULL; the digits as typed of what nobody calculated, else NULL. */
void show_number(const struct mls_values *values, unsigned cell, size_t row, int digits,
                 struct buffer *out);
const char *show_word(const struct mls_values *values, unsigned cell, size_t row);
/* The number in the written unit, as typed where it was typed in it: inputs and facts read back. */
double show_written(const struct mls_values *values, unsigned cell, size_t row);
const char *show_typed(const struct mls_values *values, unsigned cell, size_t row);

#endif
