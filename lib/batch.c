/* Batches: the columns of inputs are checked against their sets, then the steps of the plan run
   over blocks of scenarios that stay in cache. A scenario is a lane, and lanes know nothing of each
   other, so the bits do not depend on how many there are. */
#include "batch.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "lanes.h"
#include "limits.h"
#include "settle.h"
#include "show.h"
#include "system.h"

enum {
  BLOCK = FUNCTION_BLOCK, /* scenarios at once */
  LINE = 8                /* doubles in a line of the cache */
};

static const struct place nowhere = { NULL, 0, 0 };

/* ---- what was asked for ---- */

static bool may_be_set(const struct mls_model *model, mls_place place) {
  if (place.cell >= model->cell_count || place.row >= model->cells[place.cell].rows) return false;
  const struct cell *at = &model->cells[place.cell];
  if (at->kind == CELL_INPUT) return true;
  return at->kind == CELL_FACT && at->fact->chooser != GRAPH_NONE &&
         model->cells[at->fact->chooser].kind == CELL_INPUT;
}

static mls_status check_columns(struct mls_batch *batch, const mls_place *columns, size_t count) {
  const struct mls_model *model = batch->plan.model;
  unsigned *taken = memory_array(&batch->memory, model->value_count, sizeof *taken);
  if (!taken) return fail_memory(&batch->fails);
  for (size_t i = 0; i < count; i++) {
    if (!may_be_set(model, columns[i]))
      return fail_add(&batch->fails, MLS_NAME, nowhere,
                      "column %zu: cell %zu, row %zu cannot be set", i, columns[i].cell,
                      columns[i].row);
    unsigned *first = &taken[model->cells[columns[i].cell].offset + columns[i].row];
    if (*first)
      return fail_add(&batch->fails, MLS_NAME, nowhere, "columns %u and %zu are the same input",
                      *first - 1, i);
    *first = (unsigned)i + 1;
  }
  return MLS_OK;
}

static mls_status check_results(struct mls_batch *batch, const mls_place *results, size_t count) {
  const struct mls_model *model = batch->plan.model;
  for (size_t i = 0; i < count; i++)
    if (results[i].cell >= model->cell_count ||
        results[i].row >= model->cells[results[i].cell].rows)
      return fail_add(&batch->fails, MLS_NAME, nowhere,
                      "result %zu: there is no cell %zu with a row %zu", i, results[i].cell,
                      results[i].row);
  return MLS_OK;
}

/* ---- opening ---- */

/* Which text numbers may be set: words of the set, or for a fact any word. */
static mls_status find_words(struct mls_batch *batch, struct batch_column *column) {
  const struct mls_model *model = batch->plan.model;
  unsigned char *words = memory_array(&batch->memory, model->word_count, 1);
  column->lanes = memory_array(&batch->memory, BLOCK, sizeof *column->lanes);
  if (!words || !column->lanes) return fail_memory(&batch->fails);
  for (size_t i = 0; i < model->word_count; i++)
    words[i] = !column->set || set_holds_word(column->set, model->words[i]);
  column->words = words;
  return MLS_OK;
}

/* Between these an SI number is in the range whatever the division by the factor rounds to. */
static void find_bounds(struct batch_column *column, double factor) {
  const struct set *set = column->set;
  column->low = set ? set->low * factor : -DBL_MAX;
  column->high = set ? set->high * factor : DBL_MAX;
  column->whole = set && factor == 1 && set->step == 1 && set->low == floor(set->low);
  if (!set || factor == 1) return;
  column->low += fabs(column->low) * 0x1p-50;
  column->high -= fabs(column->high) * 0x1p-50;
}

static mls_status open_columns(struct mls_batch *batch, const mls_place *places, size_t count) {
  const struct mls_model *model = batch->plan.model;
  batch->columns = memory_array(&batch->memory, count, sizeof *batch->columns);
  if (!batch->columns) return fail_memory(&batch->fails);
  batch->column_count = count;
  for (size_t i = 0; i < count; i++) {
    struct batch_column *column = &batch->columns[i];
    const struct cell *cell = &model->cells[places[i].cell];
    *column = (struct batch_column){ .cell = (unsigned)places[i].cell, .row = places[i].row };
    if (cell->kind == CELL_INPUT) column->set = model_line(model, column->cell)->domain->set;
    column->text = cell->text;
    if (column->text) TRY(find_words(batch, column));
    else find_bounds(column, cell->unit->factor);
  }
  return MLS_OK;
}

/* Rows that the longest aggregate reads. */
static size_t longest_total(const struct plan *plan) {
  size_t most = 0;
  for (size_t i = 0; i < plan->step_count; i++)
    if (plan->steps[i].kind == STEP_TOTAL && plan_rows(plan, &plan->steps[i]) > most)
      most = plan_rows(plan, &plan->steps[i]);
  return most;
}

/* Blocks that begin a line of the cache: vectors as long as one then never lie across two. */
static double *take_blocks(struct mls_batch *batch, size_t count) {
  double *room = memory_array(&batch->memory, count * BLOCK + LINE - 1, sizeof *room);
  size_t past = (uintptr_t)room / sizeof *room % LINE;
  return room && past > 0 ? room + LINE - past : room;
}

static mls_status open_lanes(struct mls_batch *batch) {
  const struct plan *plan = &batch->plan;
  batch->registers = take_blocks(batch, plan->registers);
  batch->blocks = memory_array(&batch->memory, plan->constant_count, sizeof *batch->blocks);
  batch->in = memory_array(&batch->memory, plan->source_count, sizeof *batch->in);
  batch->moves = memory_array(&batch->memory, plan->source_count, sizeof *batch->moves);
  batch->at = memory_array(&batch->memory, batch->column_count, sizeof *batch->at);
  batch->soon =
      memory_array(&batch->memory, batch->column_count + plan->result_count, sizeof *batch->soon);
  batch->rest = take_blocks(batch, batch->column_count);
  batch->wrong = memory_array(&batch->memory, BLOCK, sizeof *batch->wrong);
  batch->rows = memory_array(&batch->memory, longest_total(plan), 2 * LINE * sizeof(double));
  bool all = batch->registers && batch->blocks && batch->in && batch->moves && batch->at &&
             batch->soon && batch->rest && batch->wrong && batch->rows;
  return all ? MLS_OK : fail_memory(&batch->fails);
}

/* A constant as lanes: for rows that are read beside rows that vary, and for results. */
static mls_status fill_block(struct mls_batch *batch, source what) {
  size_t index = what & ~SOURCE_KIND;
  if ((what & SOURCE_KIND) != SOURCE_CONSTANT || batch->blocks[index]) return MLS_OK;
  double *block = take_blocks(batch, 1);
  if (!block) return fail_memory(&batch->fails);
  for (size_t i = 0; i < BLOCK; i++) block[i] = batch->plan.constants[index];
  batch->blocks[index] = block;
  return MLS_OK;
}

static mls_status fill_rows(struct mls_batch *batch, unsigned first, size_t count) {
  for (size_t i = 0; first != SOURCE_NONE && i < count; i++)
    TRY(fill_block(batch, batch->plan.sources[first + i]));
  return MLS_OK;
}

static mls_status fill_blocks(struct mls_batch *batch) {
  const struct plan *plan = &batch->plan;
  for (size_t i = 0; i < plan->step_count; i++) {
    const struct step *step = &plan->steps[i];
    if (step->kind != STEP_LOOKUP && step->kind != STEP_TOTAL) continue;
    TRY(fill_rows(batch, step->rows, plan_rows(plan, step)));
    if (step->kind == STEP_TOTAL) TRY(fill_rows(batch, step->truths, plan_rows(plan, step)));
  }
  for (size_t i = 0; i < plan->result_count; i++) TRY(fill_block(batch, plan->results[i]));
  return MLS_OK;
}

/* Where a source stands; NULL for a column that is read where the caller has it. */
static const double *place_of(const struct mls_batch *batch, source what) {
  size_t index = what & ~SOURCE_KIND;
  if ((what & SOURCE_KIND) == SOURCE_COLUMN) return batch->columns[index].lanes;
  if ((what & SOURCE_KIND) != SOURCE_CONSTANT) return batch->registers + index * BLOCK;
  return batch->blocks[index] ? batch->blocks[index] : &batch->plan.constants[index];
}

static void place_sources(struct mls_batch *batch) {
  const struct plan *plan = &batch->plan;
  for (size_t i = 0; i < plan->source_count; i++) {
    batch->in[i] = place_of(batch, plan->sources[i]);
    if (!batch->in[i])
      batch->moves[batch->move_count++] = (struct batch_move){ i, plan->sources[i] & ~SOURCE_KIND };
  }
}

mls_status batch_open(struct mls_batch *batch, const struct mls_values *base,
                      const mls_place *columns, size_t column_count, const mls_place *results,
                      size_t result_count) {
  struct plan *plan = &batch->plan;
  memory_open(&batch->message_memory, &batch->memory.allocator);
  batch->fails = (struct fails){ .memory = &batch->message_memory };
  *plan = (struct plan){ .model = base->model, .memory = &batch->memory, .fails = &batch->fails };
  TRY(check_columns(batch, columns, column_count));
  TRY(check_results(batch, results, result_count));
  TRY(plan_make(plan, base, columns, column_count, results, result_count));
  batch->run = function_block_run(base->model->vectors);
  TRY(open_columns(batch, columns, column_count));
  TRY(open_lanes(batch));
  TRY(fill_blocks(batch));
  place_sources(batch);
  return MLS_OK;
}

void batch_close(struct mls_batch *batch) {
  memory_close(&batch->message_memory);
  memory_close(&batch->memory);
}

/* ---- values outside their sets ---- */

static bool holds(const struct mls_batch *batch, const struct batch_column *column, double si) {
  if (!(fabs(si) <= DBL_MAX)) return false;
  if (!column->text)
    return !column->set ||
           set_holds_number(column->set, si / batch->plan.model->cells[column->cell].unit->factor);
  return si >= 0 && si < (double)batch->plan.model->word_count && si == floor(si) &&
         column->words[(size_t)si];
}

/* All of a block are surely in the range: what nearly always holds. */
static bool all_hold(const struct mls_batch *batch, const struct batch_column *column,
                     const double *si) {
  static lanes_bounds *const outside[LANES_SETS] = LANES_SETS_OF(outside);
  if (column->text || (column->set && column->set->step > 0 && !column->whole)) return false;
  return !outside[batch->plan.model->vectors](si, column->low, column->high, column->whole);
}

/* Marks the scenarios whose value is outside; texts are copied, those outside as no word. */
static bool check_column(struct mls_batch *batch, size_t index, size_t count) {
  const struct batch_column *column = &batch->columns[index];
  const double *si = batch->at[index];
  bool any = false;
  for (size_t i = 0; i < count; i++) {
    bool good = holds(batch, column, si[i]);
    if (column->text) column->lanes[i] = good ? si[i] : 0;
    if (good) continue;
    any = true;
    if (!batch->wrong[i]) batch->wrong[i] = (unsigned)index + 1;
  }
  return any;
}

static mls_status tell_outside(struct mls_batch *batch, size_t scenario, size_t index, double si) {
  const struct mls_model *model = batch->plan.model;
  const struct batch_column *column = &batch->columns[index];
  const struct cell *cell = &model->cells[column->cell];
  struct buffer path;
  char number[TEXT_NUMBER];
  buffer_open(&path, &batch->message_memory);
  show_path(model, column->cell, cell->rows > 1 ? column->row : ROWS_ALL, &path);
  mls_status status =
      path.failed
          ? fail_memory(&batch->fails)
          : fail_add(&batch->fails, MLS_RANGE, nowhere, "scenario %zu: %s = %s%s%s is %s%s",
                     scenario, path.bytes, text_number(number, si / cell->unit->factor),
                     *cell->unit->text ? " " : "", cell->unit->text,
                     column->set ? "outside " : "not finite", column->set ? column->set->text : "");
  buffer_close(&path);
  return status;
}

static mls_status check_block(struct mls_batch *batch, size_t from, size_t count, unsigned *bad,
                              bool *any) {
  *any = false;
  for (size_t i = 0; i < batch->column_count; i++)
    if (!all_hold(batch, &batch->columns[i], batch->at[i]))
      *any = check_column(batch, i, count) || *any;
  if (bad) memcpy(bad + from, batch->wrong, count * sizeof *bad);
  if (!*any || bad) return MLS_OK;
  size_t lane = 0;
  while (!batch->wrong[lane]) lane++;
  size_t column = batch->wrong[lane] - 1;
  return tell_outside(batch, from + lane, column, batch->at[column][lane]);
}

/* ---- steps ---- */

static void run_lookup(const struct mls_batch *batch, const struct step *step, const double *key,
                       double *out, size_t count) {
  const struct plan *plan = &batch->plan;
  const double *values = plan->values + plan->model->cells[step->cell].offset;
  size_t row;
  for (size_t i = 0; i < count; i++)
    if (!tape_find_row(plan->model, step->cell, key[i], step->row, &row)) out[i] = FUNCTION_ERROR;
    else out[i] = step->rows == SOURCE_NONE ? values[row] : batch->in[step->rows + row][i];
}

static void run_fact(const struct step *step, const double *item, double *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = step->facts[step->items[(size_t)item[i]]];
}

static void run_within(const struct mls_batch *batch, const struct step *step, const double *value,
                       double *out, size_t count) {
  for (size_t i = 0; i < count; i++)
    out[i] = settle_within(batch->plan.model, step->cell, value[i]);
}

/* Rows of a few scenarios, one scenario after the other. */
static void gather(const double *const *in, size_t rows, size_t from, size_t count, double *out) {
  for (size_t row = 0; row < rows; row++)
    for (size_t i = 0; i < count; i++) out[i * rows + row] = in[row][from + i];
}

static void run_total(const struct mls_batch *batch, const struct step *step, double *out,
                      size_t count) {
  const struct function *function = batch->plan.model->cells[step->cell].total->function;
  size_t rows = plan_rows(&batch->plan, step);
  double *column = batch->rows, *truths = column + rows * LINE;
  bool all = step->truths == SOURCE_NONE;
  for (size_t from = 0; from < count; from += LINE) {
    size_t some = count - from < LINE ? count - from : LINE;
    gather(batch->in + step->rows, rows, from, some, column);
    if (!all) gather(batch->in + step->truths, rows, from, some, truths);
    for (size_t i = 0; i < some; i++) {
      double total = function->total(rows, column + i * rows, all ? NULL : truths + i * rows);
      out[from + i] = total - total == 0 ? total : FUNCTION_ERROR;
    }
  }
}

static void run_step(const struct mls_batch *batch, const struct step *step, size_t count) {
  const double *const *in = batch->in + step->first;
  double *out = batch->registers + step->out * BLOCK;
  switch ((enum step_kind)step->kind) {
    case STEP_BLOCK:
      if (batch->run(step->code, out, in)) function_mend(BLOCK, out);
      break;
    case STEP_CALL: function_run(step->body, count, out, in, step->count, step->ones); break;
    case STEP_LOOKUP: run_lookup(batch, step, in[0], out, count); break;
    case STEP_FACT: run_fact(step, in[0], out, count); break;
    case STEP_WITHIN: run_within(batch, step, in[0], out, count); break;
    case STEP_TOTAL: run_total(batch, step, out, count); break;
  }
}

/* ---- blocks ---- */

/* Where the columns stand in this block. What fills no block is copied, so that bodies for blocks
   may read all lanes. */
static void move_columns(struct mls_batch *batch, size_t from, size_t count,
                         const double *const *columns) {
  for (size_t i = 0; i < batch->column_count; i++) {
    double *rest = batch->rest + i * BLOCK;
    batch->at[i] = count < BLOCK ? rest : columns[i] + from;
    for (size_t k = 0; count < BLOCK && k < BLOCK; k++)
      rest[k] = columns[i][from + (k < count ? k : count - 1)];
  }
  for (size_t i = 0; i < batch->move_count; i++)
    batch->in[batch->moves[i].at] = batch->at[batch->moves[i].column];
}

/* A result may stand in the very column that it is. */
static void give_results(struct mls_batch *batch, size_t from, size_t count, double *const *results,
                         bool any_wrong) {
  for (size_t k = 0; k < batch->plan.result_count; k++) {
    source what = batch->plan.results[k];
    const double *made = place_of(batch, what);
    if (!made) made = batch->at[what & ~SOURCE_KIND];
    memmove(results[k] + from, made, count * sizeof *made);
    for (size_t i = 0; any_wrong && i < count; i++)
      if (batch->wrong[i]) results[k][from + i] = FUNCTION_ERROR;
  }
  if (any_wrong) memset(batch->wrong, 0, BLOCK * sizeof *batch->wrong);
}

/* While the steps of a block run, the memory brings what comes next: the lines that its results
   overwrite, and the columns of the next block. A step asks for a few lines; all at once would be
   more than the memory takes. */
struct fetch {
  size_t next, count; /* of batch->soon */
  size_t lane;
  size_t part, parts; /* lanes asked for at once, and how often a step asks */
};

static struct fetch fetch_start(struct mls_batch *batch, size_t from, size_t count,
                                const double *const *columns, double *const *results) {
  struct fetch fetch = { .part = LINE };
  for (size_t k = 0; from + BLOCK <= count && k < batch->plan.result_count; k++)
    batch->soon[fetch.count++] = results[k] + from;
  for (size_t i = 0; from + 2 * BLOCK <= count && i < batch->column_count; i++)
    batch->soon[fetch.count++] = columns[i] + from + BLOCK;
  size_t most = fetch.count * BLOCK, steps = batch->plan.step_count + 1;
  while (fetch.part < BLOCK && fetch.part * steps < most) fetch.part *= 2;
  fetch.parts = most / (fetch.part * steps) + 1;
  return fetch;
}

static void fetch_some(const struct mls_batch *batch, struct fetch *fetch) {
  for (size_t k = 0; k < fetch->parts && fetch->next < fetch->count; k++) {
    const double *at = batch->soon[fetch->next] + fetch->lane;
    for (size_t i = 0; i < fetch->part; i += LINE) system_use_soon(at + i);
    fetch->lane += fetch->part;
    if (fetch->lane < BLOCK) continue;
    fetch->lane = 0;
    fetch->next++;
  }
}

static void run_block(const struct mls_batch *batch, size_t count, struct fetch fetch) {
  for (size_t i = 0; i < batch->plan.step_count; i++) {
    fetch_some(batch, &fetch);
    run_step(batch, &batch->plan.steps[i], count);
  }
}

mls_status batch_run(struct mls_batch *batch, size_t count, const double *const *columns,
                     double *const *results, unsigned *bad) {
  memory_close(&batch->message_memory);
  fail_clear(&batch->fails);
  memset(batch->wrong, 0, BLOCK * sizeof *batch->wrong);
  for (size_t from = 0; from < count; from += BLOCK) {
    size_t some = count - from < BLOCK ? count - from : BLOCK;
    bool wrong;
    move_columns(batch, from, some, columns);
    TRY(check_block(batch, from, some, bad, &wrong));
    run_block(batch, some, fetch_start(batch, from, count, columns, results));
    give_results(batch, from, some, results, wrong);
  }
  return MLS_OK;
}
