/* Settling. A bit a cell says stale, an interval says which of its rows. Cells are numbered in
   order of calculation and a change only makes later cells stale, so one pass over the bits is
   enough; a cell whose value keeps its bits stops the change there. */
#include "settle.h"

#include <string.h>

#include "check.h"
#include "progress.h"

/* ---- bits ---- */

void bits_set(struct bits *bits, size_t index) {
  bits->words[index / 64] |= 1ull << (index % 64);
  bits->top[index / 4096] |= 1ull << (index / 64 % 64);
}

void bits_clear(struct bits *bits, size_t index) {
  unsigned long long *word = &bits->words[index / 64];
  *word &= ~(1ull << (index % 64));
  if (*word == 0) bits->top[index / 4096] &= ~(1ull << (index / 64 % 64));
}

static unsigned lowest_bit(unsigned long long word) {
  unsigned bit = 0;
  for (unsigned step = 32; step > 0; step /= 2)
    if (!(word & ((1ull << step) - 1))) {
      word >>= step;
      bit += step;
    }
  return bit;
}

size_t bits_next(const struct bits *bits, size_t index) {
  size_t at = index / 64;
  if (at >= bits->count) return bits->count * 64;
  unsigned long long word = bits->words[at] >> (index % 64);
  if (word) return index + lowest_bit(word);
  for (at++; at < bits->count;) {
    unsigned long long top = bits->top[at / 64] >> (at % 64);
    if (top) {
      at += lowest_bit(top);
      return at * 64 + lowest_bit(bits->words[at]);
    }
    at = (at / 64 + 1) * 64;
  }
  return bits->count * 64;
}

static void bits_clear_all(struct bits *bits) {
  for (size_t i = bits_next(bits, 0); i < bits->count * 64; i = bits_next(bits, i)) {
    bits->words[i / 64] = 0;
    bits_clear(bits, i);
  }
}

/* ---- marks ---- */

/* What the last settling changed is told until something is set again. */
static void unsettle(struct mls_values *v) {
  if (v->settled) bits_clear_all(&v->changed);
  v->settled = false;
}

void settle_mark(struct mls_values *v, unsigned cell, size_t from, size_t until) {
  if (from >= until) return;
  if (v->until[cell] == 0) {
    v->from[cell] = (unsigned)from;
    v->until[cell] = (unsigned)until;
    bits_set(&v->stale, cell);
  } else {
    if (from < v->from[cell]) v->from[cell] = (unsigned)from;
    if (until > v->until[cell]) v->until[cell] = (unsigned)until;
  }
  unsettle(v);
}

/* What reads rows [from, until) of a cell is stale; `skip` holds the cells of its own group. */
static void mark_readers(struct mls_values *v, unsigned cell, size_t from, size_t until,
                         unsigned group, unsigned group_end) {
  const struct mls_model *model = v->model;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    size_t rows = model->cells[edge->to].rows;
    if (edge->to >= group && edge->to < group_end) continue;
    if (edge->kind == EDGE_ALL) {
      settle_mark(v, edge->to, 0, rows);
    } else {
      size_t low = from + edge->lag, high = until + edge->lag;
      settle_mark(v, edge->to, low < rows ? low : rows, high < rows ? high : rows);
    }
  }
}

static void changed_rows(struct mls_values *v, unsigned cell, size_t from, size_t until,
                         unsigned group, unsigned group_end) {
  if (from >= until) return;
  bits_set(&v->changed, cell);
  mark_readers(v, cell, from, until, group, group_end);
}

void settle_touch(struct mls_values *v, unsigned cell, size_t row) {
  unsettle(v);
  /* rows of a table of facts are read word by word: a reader's rows are items */
  changed_rows(v, cell, row, row + 1, cell, cell + 1);
}

void settle_mark_all(struct mls_values *v) {
  for (unsigned i = 0; i < v->model->cell_count; i++) {
    const struct cell *cell = &v->model->cells[i];
    if (cell->kind == CELL_INPUT || cell->kind == CELL_KEY) {
      bits_set(&v->changed, i);
      continue;
    }
    /* a NaN that no cell ever has: the first settling changes every cell, also one of value 0 */
    memset(&v->value[cell->offset], 0xFF, cell->rows * sizeof *v->value);
    settle_mark(v, i, 0, cell->rows);
  }
}

static double key_value(const struct rows *rows, size_t row) {
  return rows->words ? (double)rows->words[row] : rows_number(rows, row);
}

void settle_default(struct mls_values *v, unsigned cell) {
  const struct cell *at = &v->model->cells[cell];
  double *value = &v->value[at->offset];
  if (at->kind == CELL_KEY) {
    const struct rows *rows = model_rows(v->model, cell);
    for (size_t i = 0; i < at->rows; i++) value[i] = key_value(rows, i);
  }
  if (at->kind != CELL_INPUT) return;
  for (size_t i = 0; i < at->rows; i++) {
    double given = at->defaults[at->default_count > 1 ? i : 0];
    if (memcmp(&value[i], &given, sizeof given) == 0) continue;
    value[i] = given;
    settle_touch(v, cell, i);
  }
}

/* ---- cells without a formula ---- */

double settle_within(const struct mls_model *model, unsigned cell, double value) {
  unsigned target = model->cells[cell].target;
  const struct set *set = model_line(model, target)->set;
  if (value_is_error(value)) return FUNCTION_ERROR;
  if (set->kind == SET_RANGE)
    return set_holds_number(set, value / model->cells[target].unit->factor);
  return set_holds_word(set, model->words[(size_t)value]);
}

static double within_value(const struct mls_values *v, unsigned cell) {
  return settle_within(v->model, cell, values_get(v, v->model->cells[cell].target, 0));
}

static double total_value(const struct mls_values *v, unsigned cell) {
  const struct cell *at = &v->model->cells[cell];
  const struct cell *column = &v->model->cells[at->total_column];
  const double *truth =
      at->total_truth == GRAPH_NONE ? NULL : &v->value[v->model->cells[at->total_truth].offset];
  double total = at->function->total(column->rows, &v->value[column->offset], truth);
  return total - total == 0 ? total : FUNCTION_ERROR;
}

/* ---- calculation ---- */

/* Rows that got other bits: [from, until). */
struct span_changed {
  size_t from, until;
};

static void store(struct mls_values *v, unsigned cell, size_t row, const double *fresh,
                  size_t count, struct span_changed *changed) {
  double *old = &v->value[v->model->cells[cell].offset + row];
  if (memcmp(old, fresh, count * sizeof *old) == 0) return;
  size_t first = 0, last = count;
  while (memcmp(&old[first], &fresh[first], sizeof *old) == 0) first++;
  while (memcmp(&old[last - 1], &fresh[last - 1], sizeof *old) == 0) last--;
  memcpy(old, fresh, count * sizeof *old);
  if (changed->until == 0) changed->from = row + first;
  changed->until = row + last;
}

/* Rows of a cell were calculated; how far that is in the model. */
static mls_status tell(struct mls_values *v, unsigned cell, size_t row, size_t work) {
  const struct mls_model *model = v->model;
  return progress_tick(&v->fails, work, model->cells[cell].offset + row, model->value_count);
}

/* Cancelled between two blocks, the rows below stay stale. */
static mls_status calculate_column(struct mls_values *v, unsigned cell, size_t from, size_t until,
                                   struct span_changed *changed) {
  for (size_t row = from; row < until; row += TAPE_BLOCK) {
    size_t count = until - row < TAPE_BLOCK ? until - row : TAPE_BLOCK;
    const double *fresh = tape_run(v->model, v->value, v->scratch, cell, row, count);
    store(v, cell, row, fresh, count, changed);
    mls_status status = tell(v, cell, row + count, count);
    if (status == MLS_OK) continue;
    settle_mark(v, cell, row + count, until);
    return status;
  }
  return MLS_OK;
}

static void calculate_plain(struct mls_values *v, unsigned cell, size_t from, size_t until,
                            struct span_changed *changed) {
  const struct cell *at = &v->model->cells[cell];
  for (size_t row = from; row < until; row++) {
    double fresh = at->kind == CELL_FACT     ? settle_fact(v, cell, row)
                   : at->kind == CELL_WITHIN ? within_value(v, cell)
                                             : total_value(v, cell);
    store(v, cell, row, &fresh, 1, changed);
  }
}

static void take_stale(struct mls_values *v, unsigned cell, size_t *from, size_t *until) {
  *from = v->from[cell];
  *until = v->until[cell];
  v->until[cell] = 0;
  bits_clear(&v->stale, cell);
}

static mls_status settle_cell(struct mls_values *v, unsigned cell) {
  struct span_changed changed = { 0, 0 };
  mls_status status = MLS_OK;
  size_t from, until;
  take_stale(v, cell, &from, &until);
  if (v->model->cells[cell].formula) status = calculate_column(v, cell, from, until, &changed);
  else calculate_plain(v, cell, from, until, &changed);
  v->steps++;
  changed_rows(v, cell, changed.from, changed.until, cell, cell + 1);
  return status;
}

/* The most rows that a change inside a group reaches down in one step. */
static size_t group_reach(const struct mls_model *model, unsigned start, unsigned end) {
  size_t reach = 0;
  for (unsigned cell = start; cell < end; cell++)
    for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
      const struct edge *edge = &model->edges[i];
      if (edge->to >= start && edge->to < end && edge->lag > reach) reach = edge->lag;
    }
  return reach;
}

/* Columns that need each other through prior: row by row, until no change reaches further.
   Cancelled between two rows, those below stay stale. */
static mls_status settle_group(struct mls_values *v, unsigned start, unsigned end,
                               struct span_changed *changed) {
  const struct mls_model *model = v->model;
  size_t rows = model->cells[start].rows, from = rows, until = 0;
  size_t reach = group_reach(model, start, end);
  for (unsigned cell = start; cell < end; cell++) {
    size_t low = rows, high = 0;
    changed[cell - start] = (struct span_changed){ 0, 0 };
    if (v->until[cell]) take_stale(v, cell, &low, &high);
    if (low < from) from = low;
    if (high > until) until = high;
  }
  mls_status status = MLS_OK;
  for (size_t row = from; row < until && status == MLS_OK; row++) {
    for (unsigned cell = start; cell < end; cell++) {
      struct span_changed one = { 0, 0 };
      store(v, cell, row, tape_run(model, v->value, v->scratch, cell, row, 1), 1, &one);
      if (one.until == 0) continue;
      if (changed[cell - start].until == 0) changed[cell - start].from = row;
      changed[cell - start].until = row + 1;
      if (row + reach + 1 > until) until = row + reach + 1 < rows ? row + reach + 1 : rows;
    }
    status = tell(v, start, row + 1, end - start);
    for (unsigned cell = start; cell < end && status != MLS_OK; cell++)
      settle_mark(v, cell, row + 1, until);
  }
  v->steps += end - start;
  for (unsigned cell = start; cell < end; cell++)
    changed_rows(v, cell, changed[cell - start].from, changed[cell - start].until, start, end);
  return status;
}

static unsigned group_start(const struct mls_model *model, unsigned cell) {
  while (cell > 0 && model->cells[cell - 1].group_end > cell) cell--;
  return cell;
}

static mls_status settle_recurrent(struct mls_values *v, unsigned cell) {
  unsigned start = group_start(v->model, cell), end = v->model->cells[cell].group_end;
  struct span_changed few[32], *changed = few;
  if (end - start > 32) changed = memory_take(&v->memory, NULL, (end - start) * sizeof *changed);
  if (!changed) return fail_memory(&v->fails);
  mls_status status = settle_group(v, start, end, changed);
  if (changed != few) memory_give(&v->memory, changed);
  return status;
}

mls_status values_settle(struct mls_values *v) {
  const struct mls_model *model = v->model;
  if (v->settled) return MLS_OK;
  v->steps = 0;
  progress_begin(&v->progress, "settle");
  size_t cell = bits_next(&v->stale, 0);
  while (cell < model->cell_count) {
    if (model->tape->programs[cell].recurrent) TRY(settle_recurrent(v, (unsigned)cell));
    else TRY(settle_cell(v, (unsigned)cell));
    TRY(tell(v, (unsigned)cell, 0, 1));
    cell = bits_next(&v->stale, cell);
  }
  v->settled = true;
  v->states_known = false;
  return MLS_OK;
}

/* ---- trees, one value at a time ---- */

struct place_in {
  const struct mls_values *values;
  unsigned instance;
  size_t row;
};

static double evaluate(struct place_in at, const struct node *node);

static double evaluate_path(struct place_in at, const struct node *node) {
  const struct mls_model *model = at.values->model;
  unsigned index = model_cell(model, at.instance, &node->ref);
  const struct cell *cell = &model->cells[index];
  if (node->count)
    return tape_lookup(model, at.values->value, index, evaluate(at, node->arguments[0]), at.row);
  size_t row = node->ref.kind == REF_ROW ? node->ref.row : 0;
  if (cell->table >= 0) row += cell->family ? at.row * cell->word_count : at.row;
  return values_get(at.values, index, row);
}

static double evaluate_prior(struct place_in at, const struct node *node) {
  size_t lag = node_lag(node);
  if (at.row < lag) return evaluate(at, node->arguments[1]);
  at.row -= lag;
  return evaluate(at, node->arguments[0]);
}

static double evaluate_call(struct place_in at, const struct node *node) {
  const struct mls_model *model = at.values->model;
  if (node->total != NODE_PLAIN)
    return values_get(at.values, model->instances[at.instance].cells[node->total], 0);
  if (node_lag(node)) return evaluate_prior(at, node);
  if (node->function->rule == RULE_MISSING) return FUNCTION_ERROR;
  double argument[255], out;
  const double *in[255];
  for (unsigned i = 0; i < node->count; i++) {
    argument[i] = evaluate(at, node->arguments[i]);
    in[i] = &argument[i];
  }
  function_run(node->function->value[model->vectors], 1, &out, in, node->count, 0);
  return out;
}

static double evaluate(struct place_in at, const struct node *node) {
  if (node->kind == NODE_NUMBER) return node->number * (node->unit ? node->unit->factor : 1);
  if (node->kind == NODE_TEXT) return model_word(at.values->model, node->text);
  return node->kind == NODE_PATH ? evaluate_path(at, node) : evaluate_call(at, node);
}

double values_evaluate(const struct mls_values *values, unsigned instance, size_t row,
                       const struct node *node) {
  return evaluate((struct place_in){ values, instance, row }, node);
}
