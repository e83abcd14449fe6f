/* A tornado of a result: how it changes when one input at a time goes to the ends of what is likely
   and all others stay. */
#include <math.h>

#include "chart.h"

double chart_end(const struct mls_model *model, unsigned input, bool high) {
  const struct line *line = model_line(model, input);
  return (high ? line->domain->likely->high : line->domain->likely->low) *
         model->cells[input].unit->factor;
}

/* Both ends of one input; it is put back. */
static mls_status swing_input(struct mls_values *branch, struct chart *c, size_t item,
                              double base) {
  unsigned input = c->items[item].cell;
  double before = values_get(branch, input, 0);
  for (size_t end = 0; end < 2; end++) {
    TRY(branch_move(branch, input, chart_end(c->model, input, end == 1)));
    c->values[2 * item + end] = (values_get(branch, c->result.cell, 0) - base) / c->factor;
  }
  return branch_move(branch, input, before);
}

static mls_status swing_all(struct mls_values *branch, struct chart *c, double base) {
  for (size_t i = 0; i < c->item_count; i++) TRY(swing_input(branch, c, i, base));
  return MLS_OK;
}

mls_status chart_swing(struct mls_values *values, struct memory *memory, struct chart *c) {
  struct mls_values branch;
  c->values = memory_array(memory, 2 * c->item_count, sizeof *c->values);
  if (!c->values) return MLS_MEMORY;
  mls_status status = branch_open(&branch, values);
  if (status == MLS_OK) status = swing_all(&branch, c, values_get(values, c->result.cell, 0));
  branch_close(&branch);
  return status;
}
