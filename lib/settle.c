/* Settling. Cells are numbered in order of calculation and a change only makes later cells stale
   (stale.h), so one pass over the bits is enough; a cell whose value keeps its bits stops the
   change there. */
#include "settle.h"

#include <stdint.h>
#include <string.h>

#include "check.h"
#include "progress.h"
#include "recur.h"
#include "stale.h"
#include "tree.h"

/* ---- inputs ---- */

static double key_value(const struct rows *rows, size_t row) {
  return rows->words ? (double)rows->words[row] : rows_number(rows, row);
}

static double default_value(const struct cell *cell, size_t row) {
  return cell->defaults[cell->default_count > 1 ? row : 0];
}

void settle_fill(struct mls_values *v, unsigned cell) {
  const struct cell *at = &v->model->cells[cell];
  double *value = &v->value[at->offset];
  if (at->kind == CELL_INPUT)
    for (size_t i = 0; i < at->rows; i++) value[i] = default_value(at, i);
  if (at->kind != CELL_KEY) return;
  const struct rows *rows = model_rows(v->model, cell);
  for (size_t i = 0; i < at->rows; i++) value[i] = key_value(rows, i);
}

void settle_default(struct mls_values *v, unsigned cell) {
  const struct cell *at = &v->model->cells[cell];
  double *value = &v->value[at->offset];
  for (size_t i = 0; i < at->rows; i++) {
    double given = default_value(at, i);
    if (memcmp(&value[i], &given, sizeof given) == 0) continue;
    value[i] = given;
    stale_touch(v, cell, i);
  }
}

/* ---- cells without a formula ---- */

double settle_within(const struct mls_model *model, unsigned cell, double value) {
  unsigned target = model->cells[cell].target;
  const struct set *set = model_line(model, target)->domain->set;
  if (value_is_error(value)) return FUNCTION_ERROR;
  if (set->kind == SET_RANGE)
    return set_holds_number(set, value / model->cells[target].unit->factor);
  return set_holds_word(set, model->words[(size_t)value]);
}

static double within_value(const struct mls_values *v, unsigned cell) {
  return settle_within(v->model, cell, values_get(v, v->model->cells[cell].target, 0));
}

/* A sum over many rows is kept as a tree: only the blocks with changed rows are added again. */
static double total_value(struct mls_values *v, unsigned cell) {
  const struct cell *at = &v->model->cells[cell];
  const struct cell *column = &v->model->cells[at->total->column];
  const double *rows = &v->value[column->offset];
  const double *truth =
      at->total->truth == GRAPH_NONE ? NULL : &v->value[v->model->cells[at->total->truth].offset];
  if (tree_blocks(v->model, cell) == 1)
    return at->total->function->total(column->rows, rows, truth);
  struct bits blocks = stale_rows(v, cell);
  double total = tree_sum(v->trees + stale_of(v, cell)->tree, column->rows, rows, truth, &blocks);
  return total - total == 0 ? total : FUNCTION_ERROR;
}

/* ---- calculation ---- */

/* The rows of a block that got other bits are [from, until), counted from its first. */
static bool differs(const double *old, const double *fresh, size_t *from, size_t *until) {
  size_t first = 0, last = *until;
  if (last > 1 && memcmp(old, fresh, last * sizeof *old) == 0) return false;
  while (first < last && memcmp(&old[first], &fresh[first], sizeof *old) == 0) first++;
  while (first < last && memcmp(&old[last - 1], &fresh[last - 1], sizeof *old) == 0) last--;
  *from = first;
  *until = last;
  return first < last;
}

/* Stores what was calculated afresh; what reads the rows that got other bits is stale. */
static void store(struct mls_values *v, unsigned cell, size_t row, const double *fresh,
                  size_t count) {
  double *old = &v->value[v->model->cells[cell].offset + row];
  size_t first, last = count;
  if (!differs(old, fresh, &first, &last)) return;
  memcpy(old, fresh, count * sizeof *old);
  stale_changed(v, cell, row + first, row + last, cell, cell + 1);
}

/* Rows of a cell were calculated; how far that is in the model. */
static mls_status tell(struct mls_values *v, unsigned cell, size_t row, size_t work) {
  const struct mls_model *model = v->model;
  return progress_tick(&v->fails, work, model->cells[cell].offset + row, model->value_count);
}

static void finish(struct mls_values *v, unsigned cell) {
  stale_end(v, cell);
  v->steps++;
  if (bits_has(&v->changed, cell)) stale_whole(v, cell);
}

/* ---- one row of cells that stand together ---- */

/* The row of a cell is not marked any more; false where others are, and both are for later. */
static bool take_row(struct mls_values *v, unsigned cell, size_t row) {
  if (!v->model->tape->programs[cell].single) {
    struct stale *stale = stale_of(v, cell);
    if (stale->until != 0 && !stale_is_alone(stale, row)) {
      stale_mark(v, cell, row, row + 1);
      return false;
    }
    stale->until = 0;
  }
  bits_clear(&v->stale, cell);
  return true;
}

/* Calculates one row of a cell that is not stale any more. What reads that row in the cells up to
   `end` gets its bit alone: they are next. */
static void settle_one(struct mls_values *v, unsigned cell, unsigned end, size_t row) {
  const struct mls_model *model = v->model;
  double fresh = tape_value(model, v->value, cell, row);
  double *old = &v->value[model->tape->programs[cell].value + row];
  v->steps++;
  if (memcmp(old, &fresh, sizeof fresh) == 0) return;
  *old = fresh;
  bits_set(&v->changed, cell);
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    if (tape_leaves(edge, end)) stale_edge(v, edge, row);
    else bits_set(&v->stale, edge->to);
  }
}

/* Those of the cells that are to be calculated at once are not stale any more. */
static void take_rows(struct mls_values *v, unsigned from, unsigned until, size_t row) {
  if (v->model->tape->programs[from].single) {
    bits_drop(&v->stale, from, until);
    return;
  }
  for (size_t i = bits_before(&v->stale, from, until); i < until;
       i = bits_before(&v->stale, i + 1, until))
    (void)take_row(v, (unsigned)i, row);
}

/* Calculates all cells from here on, stale or not: nothing needs marks but what stands outside. */
static void sweep(struct mls_values *v, unsigned from, unsigned end, size_t row) {
  const struct mls_model *model = v->model;
  struct sweep s;
  s.model = model, s.values = v->value, s.changed = &v->changed;
  for (unsigned until; from < end; from = until) {
    until = end - from > TAPE_SWEEP ? from + TAPE_SWEEP : end;
    take_rows(v, from, until, row);
    tape_sweep(&s, from, until, row);
    v->steps += s.count;
    for (size_t i = 0; i < s.told_count; i++) {
      size_t edge = model->edge_first[s.told[i]], last = model->edge_first[s.told[i] + 1];
      for (; edge < last; edge++)
        if (tape_leaves(&model->edges[edge], end)) stale_edge(v, &model->edges[edge], row);
    }
  }
}

/* A cell costs a few times as much when it is found, marks others and is taken alone: so where one
   in SHARE is stale all are calculated. `done` were so far, which tells what may come. */
static bool is_dense(const struct mls_values *v, size_t from, size_t end, size_t done) {
  enum { SHARE = 16 };
  size_t enough = (end - from) / SHARE;
  for (; done <= enough; done++) {
    if (from >= end) return false;
    from = bits_before(&v->stale, from, end) + 1;
  }
  return true;
}

/* One row of the stale cells [cell, end), which are of one row, or columns in which no other row is
   stale: what an edit reaches. */
static void settle_row(struct mls_values *v, unsigned cell, unsigned end, size_t row) {
  bool sweeps = v->model->tape->programs[cell].sweeps;
  size_t done = 0;
  for (size_t i = cell; i < end; i = bits_before(&v->stale, i + 1, end)) {
    if (sweeps && (done & (done - 1)) == 0 && is_dense(v, i, end, done)) {
      sweep(v, (unsigned)i, end, row);
      return;
    }
    done++;
    if (take_row(v, (unsigned)i, row)) settle_one(v, (unsigned)i, end, row);
  }
}

/* ---- columns ---- */

/* Stale rows of a column between two rows. */
static void settle_rows(struct mls_values *v, unsigned cell, size_t from, size_t until) {
  struct stale *stale = stale_of(v, cell);
  if (stale->from > from) from = stale->from;
  if (stale->until < until) until = stale->until;
  if (from >= until) return;
  struct bits rows = stale_rows(v, cell);
  for (size_t row = bits_before(&rows, from, until); row < until;
       row = bits_before(&rows, row, until)) {
    size_t end = bits_take(&rows, row, until);
    store(v, cell, row, tape_run(v->model, v->value, v->scratch, cell, row, end - row), end - row);
    row = end;
  }
  if (stale->until == stale->from + 1) stale->until = 0;
}

/* The first row at or after `row` that is stale in one of the columns [start, end). */
static size_t next_stale(struct mls_values *v, unsigned start, unsigned end, size_t row) {
  size_t least = SIZE_MAX;
  for (size_t i = bits_before(&v->stale, start, end); i < end;
       i = bits_before(&v->stale, i + 1, end)) {
    const struct stale *stale = stale_of(v, (unsigned)i);
    if (stale->until <= row) continue;
    size_t next = row > stale->from ? row : stale->from;
    if (stale->until > stale->from + 1) {
      struct bits rows = stale_rows(v, (unsigned)i);
      next = bits_before(&rows, next, stale->until);
    }
    if (next < stale->until && next < least) least = next;
  }
  return least;
}

/* Nothing but this row is stale in the columns. */
static bool is_alone(struct mls_values *v, unsigned start, unsigned end, size_t row) {
  for (size_t i = bits_before(&v->stale, start, end); i < end;
       i = bits_before(&v->stale, i + 1, end))
    if (!stale_is_alone(stale_of(v, (unsigned)i), row)) return false;
  return row != SIZE_MAX;
}

/* Columns of one table that stand together, block by block: what one has calculated is still in the
   cache when the next one reads it. Cancelled between two blocks, the rows below stay stale. */
static mls_status settle_columns(struct mls_values *v, unsigned start, unsigned end) {
  size_t row = next_stale(v, start, end, 0);
  if (is_alone(v, start, end, row)) {
    settle_row(v, start, end, row);
    row = next_stale(v, start, end, 0);
  }
  for (; row != SIZE_MAX; row = next_stale(v, start, end, row)) {
    size_t block = row / TAPE_BLOCK * TAPE_BLOCK, until = block + TAPE_BLOCK;
    for (size_t i = bits_before(&v->stale, start, end); i < end;
         i = bits_before(&v->stale, i + 1, end))
      settle_rows(v, (unsigned)i, block, until);
    TRY(tell(v, start, row, (end - start) * (until - row)));
    row = until;
  }
  for (size_t i = bits_before(&v->stale, start, end); i < end; i = bits_before(&v->stale, i, end))
    finish(v, (unsigned)i);
  return MLS_OK;
}

/* ---- cells without a formula ---- */

static double plain_value(struct mls_values *v, unsigned cell, size_t row) {
  enum cell_kind kind = v->model->cells[cell].kind;
  if (kind == CELL_FACT) return settle_fact(v, cell, row);
  return kind == CELL_WITHIN ? within_value(v, cell) : total_value(v, cell);
}

/* Cells without a formula have few rows, or change all at once. */
static void settle_plain(struct mls_values *v, unsigned cell) {
  bool total = v->model->cells[cell].kind == CELL_TOTAL;
  const struct stale *stale = stale_of(v, cell);
  size_t from = total ? 0 : stale->from, until = total ? 1 : stale->until;
  struct bits rows = stale_rows(v, cell);
  if (!total && v->model->cells[cell].rows > 1) bits_clear_all(&rows);
  for (size_t row = from; row < until; row++) {
    double fresh = plain_value(v, cell, row);
    store(v, cell, row, &fresh, 1);
  }
  finish(v, cell);
}

static mls_status settle_cell(struct mls_values *v, unsigned cell) {
  const struct cell *at = &v->model->cells[cell];
  if (at->formula) return settle_columns(v, cell, v->model->tape->programs[cell].block_end);
  settle_plain(v, cell);
  return MLS_OK;
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

static bool store_row(struct mls_values *v, unsigned cell, size_t row,
                      struct span_changed *changed) {
  const double *fresh = tape_run(v->model, v->value, v->scratch, cell, row, 1);
  double *old = &v->value[v->model->cells[cell].offset + row];
  if (memcmp(old, fresh, sizeof *old) == 0) return false;
  *old = *fresh;
  if (changed->until == 0) changed->from = row;
  changed->until = row + 1;
  return true;
}

/* Stores rows of a group's only cell; returns the end of those that changed, or 0. */
static size_t store_span(struct mls_values *v, unsigned cell, size_t row, const double *fresh,
                         size_t count, struct span_changed *changed) {
  double *old = &v->value[v->model->cells[cell].offset + row];
  size_t first, last = count;
  if (!differs(old, fresh, &first, &last)) return 0;
  memcpy(old, fresh, count * sizeof *old);
  if (changed->until == 0) changed->from = row + first;
  return changed->until = row + last;
}

/* Takes the stale rows of a group: from the first to the last of any of its cells. */
static void take_group(struct mls_values *v, unsigned start, unsigned end, size_t *from,
                       size_t *until) {
  *from = SIZE_MAX;
  *until = 0;
  for (unsigned cell = start; cell < end; cell++) {
    const struct stale *stale = stale_of(v, cell);
    if (stale->until == 0) continue;
    if (stale->from < *from) *from = stale->from;
    if (stale->until > *until) *until = stale->until;
    struct bits rows = stale_rows(v, cell);
    if (v->model->cells[cell].rows > 1) bits_clear_all(&rows);
  }
}

static size_t further(size_t until, size_t changed, size_t rows) {
  if (changed > rows) changed = rows;
  return changed > until ? changed : until;
}

/* Rows of the head, one by one. Returns where the changes end so far. */
static size_t settle_head(struct mls_values *v, unsigned start, unsigned end, size_t row,
                          size_t reach, size_t until, struct span_changed *changed) {
  for (unsigned cell = start; cell < end; cell++)
    if (store_row(v, cell, row, &changed[cell - start]))
      until = further(until, row + reach + 1, v->model->cells[start].rows);
  return until;
}

/* A block of rows below the head, as far as the changes reach. */
static size_t settle_block(struct mls_values *v, unsigned start, unsigned end, struct runner *r,
                           size_t reach, size_t until, struct span_changed *changed) {
  size_t rows = v->model->cells[start].rows, count = recur_begin(r, start, end, v->followers);
  const double *linear = end == start + 1 ? recur_linear(r, start, v->followers, count) : NULL;
  if (linear) {
    size_t last = store_span(v, start, r->row, linear, r->count, changed);
    return last ? further(until, last + reach, rows) : until;
  }
  for (size_t lane = 0; lane < r->count && r->row + lane < until; lane++)
    if (recur_row(v->followers, count, r->row + lane, lane, changed))
      until = further(until, r->row + lane + reach + 1, rows);
  return until;
}

/* Columns that need each other through prior: until no change reaches further. Cancelled between
   two blocks, the rows below are stale again. */
static mls_status settle_group(struct mls_values *v, unsigned start, unsigned end,
                               struct span_changed *changed) {
  size_t rows = v->model->cells[start].rows, from, until;
  size_t reach = group_reach(v->model, start, end), head = recur_head(v->model, start, end);
  take_group(v, start, end, &from, &until);
  memset(changed, 0, (end - start) * sizeof *changed);
  mls_status status = MLS_OK;
  size_t row = from;
  while (row < until && status == MLS_OK) {
    size_t left = rows - row;
    struct runner r = { v->model, v->value, v->scratch, row,
                        left < TAPE_BLOCK ? left : TAPE_BLOCK };
    if (row < head) until = settle_head(v, start, end, row, reach, until, changed);
    else until = settle_block(v, start, end, &r, reach, until, changed);
    size_t done = row < head ? 1 : r.count;
    row += done;
    status = tell(v, start, row, (end - start) * done);
  }
  for (unsigned cell = start; cell < end; cell++) {
    const struct span_changed *one = &changed[cell - start];
    if (one->until) stale_changed(v, cell, one->from, one->until, start, end);
    finish(v, cell);
    if (row < until) stale_mark(v, cell, row, until);
  }
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
    const struct program *program = &model->tape->programs[cell];
    size_t steps = v->steps;
    if (program->single) settle_row(v, (unsigned)cell, program->block_end, 0);
    else if (program->recurrent) TRY(settle_recurrent(v, (unsigned)cell));
    else TRY(settle_cell(v, (unsigned)cell));
    TRY(tell(v, (unsigned)cell, 0, v->steps - steps));
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
  unsigned index = model_cell(model, at.instance, node);
  const struct cell *cell = &model->cells[index];
  if (node->count)
    return tape_lookup(model, at.values->value, index, evaluate(at, node->arguments[0]), at.row);
  size_t row = node_row(node);
  if (cell->table >= 0) row += cell->family ? at.row * cell->fact->word_count : at.row;
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
  if (node_is_total(node))
    return values_get(at.values, model->instances[at.instance].cells[node->total], 0);
  if (node_lag(node)) return evaluate_prior(at, node);
  if (node->function->rule == RULE_MISSING) return FUNCTION_ERROR;
  double argument[255];
  const double *in[255];
  for (unsigned i = 0; i < node->count; i++) {
    argument[i] = evaluate(at, node->arguments[i]);
    in[i] = &argument[i];
  }
  return function_sound(node->function->value.one(in, node->count));
}

static double evaluate(struct place_in at, const struct node *node) {
  if (node->kind == NODE_NUMBER) return node_si(node);
  if (node->kind == NODE_TEXT) return model_word(at.values->model, node->text);
  return node->kind == NODE_PATH ? evaluate_path(at, node) : evaluate_call(at, node);
}

double values_evaluate(const struct mls_values *values, unsigned instance, size_t row,
                       const struct node *node) {
  return evaluate((struct place_in){ values, instance, row }, node);
}
