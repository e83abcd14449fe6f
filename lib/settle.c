/* Settling. A bit a cell says stale, a bit a row which of its rows. Cells are numbered in
   order of calculation and a change only makes later cells stale, so one pass over the bits is
   enough; a cell whose value keeps its bits stops the change there. */
#include "settle.h"

#include <stdint.h>
#include <string.h>

#include "check.h"
#include "progress.h"
#include "recur.h"
#include "system.h"
#include "tree.h"

/* ---- marks ---- */

/* What the last settling changed is told until something is set again. */
static void unsettle(struct mls_values *v) {
  if (v->settled) bits_clear_all(&v->changed);
  v->settled = false;
}

/* Rows of a column that are stale; of a sum that is kept as a tree, its blocks. */
static size_t marked_rows(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  return at->kind == CELL_TOTAL ? tree_blocks(model, cell) : at->rows;
}

static struct bits rows_of(const struct mls_values *v, unsigned cell) {
  return bits_at(v->row_words + v->row_first[cell], marked_rows(v->model, cell));
}

size_t settle_row_words(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  size_t rows = marked_rows(model, cell);
  bool given = at->kind == CELL_INPUT || at->kind == CELL_KEY;
  return rows > 1 && !given ? bits_words(rows) : 0;
}

void settle_mark(struct mls_values *v, unsigned cell, size_t from, size_t until) {
  if (from >= until) return;
  size_t marked = marked_rows(v->model, cell);
  if (marked > 1) {
    struct bits rows = bits_at(v->row_words + v->row_first[cell], marked);
    if (until == from + 1) bits_set(&rows, from);
    else bits_fill(&rows, from, until);
  }
  if (v->until[cell] == 0 || from < v->from[cell]) v->from[cell] = (unsigned)from;
  if (until > v->until[cell]) v->until[cell] = (unsigned)until;
  bits_set(&v->stale, cell);
  unsettle(v);
}

/* What reads the same rows as changed here, or a sum over them, is stale; cells of the own group
   are seen to by who calls. */
static void mark_same(struct mls_values *v, unsigned cell, size_t from, size_t until,
                      unsigned group, unsigned group_end) {
  const struct mls_model *model = v->model;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    size_t rows = marked_rows(model, edge->to);
    if (edge->to >= group && edge->to < group_end) continue;
    if (edge->kind != EDGE_ALL) {
      size_t low = from + edge->lag, high = until + edge->lag;
      settle_mark(v, edge->to, low < rows ? low : rows, high < rows ? high : rows);
    } else if (model->cells[edge->to].kind == CELL_TOTAL && rows > 1) {
      settle_mark(v, edge->to, from / TREE_BLOCK, (until - 1) / TREE_BLOCK + 1);
    }
  }
}

/* All rows of what looks a cell up, or makes a total of it, are stale; of a single cell its bit
   says so alone. */
static void mark_all(struct mls_values *v, unsigned cell) {
  const struct mls_model *model = v->model;
  if (!model->tape->programs[cell].read_whole) return;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    if (edge->kind != EDGE_ALL) continue;
    if (model->tape->programs[edge->to].single) {
      bits_set(&v->stale, edge->to);
      continue;
    }
    size_t rows = marked_rows(model, edge->to);
    if (model->cells[edge->to].kind != CELL_TOTAL || rows == 1) settle_mark(v, edge->to, 0, rows);
  }
}

static void changed_rows(struct mls_values *v, unsigned cell, size_t from, size_t until,
                         unsigned group, unsigned group_end) {
  bits_set(&v->changed, cell);
  mark_same(v, cell, from, until, group, group_end);
}

void settle_touch(struct mls_values *v, unsigned cell, size_t row) {
  unsettle(v);
  /* rows of a table of facts are read word by word: a reader's rows are items */
  changed_rows(v, cell, row, row + 1, cell, cell + 1);
  mark_all(v, cell);
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
    settle_mark(v, i, 0, marked_rows(v->model, i));
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
  const struct cell *column = &v->model->cells[at->total_column];
  const double *rows = &v->value[column->offset];
  const double *truth =
      at->total_truth == GRAPH_NONE ? NULL : &v->value[v->model->cells[at->total_truth].offset];
  if (tree_blocks(v->model, cell) == 1) return at->function->total(column->rows, rows, truth);
  struct bits blocks = rows_of(v, cell);
  double total = tree_sum(v->trees + v->tree_first[cell], column->rows, rows, truth, &blocks);
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
  changed_rows(v, cell, row + first, row + last, cell, cell + 1);
}

/* Rows of a cell were calculated; how far that is in the model. */
static mls_status tell(struct mls_values *v, unsigned cell, size_t row, size_t work) {
  const struct mls_model *model = v->model;
  return progress_tick(&v->fails, work, model->cells[cell].offset + row, model->value_count);
}

static void unstale(struct mls_values *v, unsigned cell) {
  v->until[cell] = 0;
  bits_clear(&v->stale, cell);
  v->steps++;
  if (bits_has(&v->changed, cell)) mark_all(v, cell);
}

/* What an edge leads to is stale after one row changed. */
static void mark_edge(struct mls_values *v, const struct edge *edge, size_t row) {
  const struct mls_model *model = v->model;
  if (model->tape->programs[edge->to].single && edge->lag == 0) {
    bits_set(&v->stale, edge->to);
    return;
  }
  size_t rows = marked_rows(model, edge->to), at = row + edge->lag;
  if (edge->kind != EDGE_ALL)
    settle_mark(v, edge->to, at < rows ? at : rows, at < rows ? at + 1 : rows);
  else if (model->cells[edge->to].kind == CELL_TOTAL && rows > 1)
    settle_mark(v, edge->to, row / TREE_BLOCK, row / TREE_BLOCK + 1);
  else settle_mark(v, edge->to, 0, rows);
}

/* Calculates one row of a cell that is not stale any more. What reads that row in the columns up to
   `end` gets its bit alone: they are next. */
static void settle_one(struct mls_values *v, unsigned cell, unsigned end, size_t row) {
  const struct mls_model *model = v->model;
  const double *fresh = tape_run(model, v->value, v->scratch, cell, row, 1);
  double *old = &v->value[model->tape->programs[cell].value + row];
  v->steps++;
  if (memcmp(old, fresh, sizeof *old) == 0) return;
  *old = *fresh;
  bits_set(&v->changed, cell);
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    if (edge->kind == EDGE_SAME && edge->to < end) bits_set(&v->stale, edge->to);
    else mark_edge(v, edge, row);
  }
}

/* Stale rows of a column between two rows. */
static void settle_rows(struct mls_values *v, unsigned cell, size_t from, size_t until) {
  struct bits rows = rows_of(v, cell);
  if (v->from[cell] > from) from = v->from[cell];
  if (v->until[cell] < until) until = v->until[cell];
  for (size_t row = bits_next(&rows, from); row < until; row = bits_next(&rows, row)) {
    size_t end = bits_take(&rows, row, until);
    store(v, cell, row, tape_run(v->model, v->value, v->scratch, cell, row, end - row), end - row);
    row = end;
  }
}

/* The first row at or after `row` that is stale in one of the columns [start, end). */
static size_t next_stale(const struct mls_values *v, unsigned start, unsigned end, size_t row) {
  size_t least = SIZE_MAX;
  for (size_t i = bits_next(&v->stale, start); i < end; i = bits_next(&v->stale, i + 1)) {
    struct bits rows = rows_of(v, (unsigned)i);
    if (v->until[i] <= row) continue;
    size_t next = bits_next(&rows, row > v->from[i] ? row : v->from[i]);
    if (next < v->until[i] && next < least) least = next;
  }
  return least;
}

/* Nothing but this row is stale in the columns. */
static bool is_alone(const struct mls_values *v, unsigned start, unsigned end, size_t row) {
  for (size_t i = bits_next(&v->stale, start); i < end; i = bits_next(&v->stale, i + 1))
    if (v->from[i] != row || v->until[i] != row + 1) return false;
  return row != SIZE_MAX;
}

/* The row of a column is not marked any more; false where others are, and both are for later. */
static bool take_row(struct mls_values *v, unsigned cell, size_t row) {
  struct bits rows = rows_of(v, cell);
  if (v->until[cell] == 0) return true;
  if (v->from[cell] != row || v->until[cell] != row + 1) {
    settle_mark(v, cell, row, row + 1);
    return false;
  }
  bits_clear(&rows, row);
  v->until[cell] = 0;
  return true;
}

/* One row through the columns, which is what an edit of a table makes stale. What they hold is
   asked for before the first is calculated: so it waits for memory once, and not column by column.
 */
static void settle_row(struct mls_values *v, unsigned start, unsigned end, size_t row) {
  for (unsigned i = start; i < end; i++)
    system_read_soon(&v->value[v->model->tape->programs[i].value + row]);
  for (size_t i = bits_next(&v->stale, start); i < end; i = bits_next(&v->stale, i + 1)) {
    if (!take_row(v, (unsigned)i, row)) continue;
    bits_clear(&v->stale, i);
    settle_one(v, (unsigned)i, end, row);
  }
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
    for (size_t i = bits_next(&v->stale, start); i < end; i = bits_next(&v->stale, i + 1))
      settle_rows(v, (unsigned)i, block, until);
    TRY(tell(v, start, row, (end - start) * (until - row)));
    row = until;
  }
  for (size_t i = bits_next(&v->stale, start); i < end; i = bits_next(&v->stale, i))
    unstale(v, (unsigned)i);
  return MLS_OK;
}

static void settle_single(struct mls_values *v, unsigned cell) {
  bits_clear(&v->stale, cell);
  v->until[cell] = 0;
  settle_one(v, cell, cell, 0);
}

static double plain_value(struct mls_values *v, unsigned cell, size_t row) {
  enum cell_kind kind = v->model->cells[cell].kind;
  if (kind == CELL_FACT) return settle_fact(v, cell, row);
  return kind == CELL_WITHIN ? within_value(v, cell) : total_value(v, cell);
}

/* Cells without a formula have few rows, or change all at once. */
static void settle_plain(struct mls_values *v, unsigned cell) {
  bool total = v->model->cells[cell].kind == CELL_TOTAL;
  size_t from = total ? 0 : v->from[cell], until = total ? 1 : v->until[cell];
  struct bits rows = rows_of(v, cell);
  if (!total && v->model->cells[cell].rows > 1) bits_clear_all(&rows);
  for (size_t row = from; row < until; row++) {
    double fresh = plain_value(v, cell, row);
    store(v, cell, row, &fresh, 1);
  }
  unstale(v, cell);
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
    struct bits rows = rows_of(v, cell);
    if (v->until[cell] == 0) continue;
    if (v->from[cell] < *from) *from = v->from[cell];
    if (v->until[cell] > *until) *until = v->until[cell];
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
    if (one->until) changed_rows(v, cell, one->from, one->until, start, end);
    unstale(v, cell);
    if (row < until) settle_mark(v, cell, row, until);
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
    if (program->single) settle_single(v, (unsigned)cell);
    else if (program->recurrent) TRY(settle_recurrent(v, (unsigned)cell));
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
  unsigned index = model_cell(model, at.instance, node);
  const struct cell *cell = &model->cells[index];
  if (node->count)
    return tape_lookup(model, at.values->value, index, evaluate(at, node->arguments[0]), at.row);
  size_t row = node_row(node);
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
