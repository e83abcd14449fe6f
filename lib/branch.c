/* The inputs of a branch are those of where it begins, and it reads the settings of facts there:
   they are borrowed, for a branch adds none. */
#include "branch.h"

#include <string.h>

#include "stale.h"

static void put(struct mls_values *branch, unsigned cell, size_t row, double si) {
  double *at = &branch->value[branch->model->cells[cell].offset + row];
  if (memcmp(at, &si, sizeof si) == 0) return;
  *at = si;
  stale_touch(branch, cell, row);
}

mls_status branch_open(struct mls_values *branch, const struct mls_values *from) {
  const struct mls_model *model = from->model;
  TRY(values_open(branch, model, &from->memory.allocator));
  memcpy(branch->setting_of, from->setting_of, model->cell_count * sizeof *from->setting_of);
  branch->settings = from->settings;
  branch->setting_count = from->setting_count;
  for (unsigned i = 0; i < model->cell_count; i++)
    for (size_t row = 0; model->cells[i].kind == CELL_INPUT && row < model->cells[i].rows; row++)
      put(branch, i, row, values_get(from, i, row));
  return values_settle(branch);
}

void branch_close(struct mls_values *branch) {
  branch->settings = NULL;
  branch->setting_count = 0;
  values_close(branch);
}

mls_status branch_move(struct mls_values *branch, unsigned cell, double si) {
  put(branch, cell, 0, si);
  return values_settle(branch);
}
