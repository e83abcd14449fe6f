/* From the tape to the steps of a batch. Cells that vary and are needed are walked in order of
   calculation, columns row by row where that is possible, so that lanes are used again soon. A step
   without a varying operand is calculated here, once; steps that no result needs are left out. */
#include "plan.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "settle.h"

struct planner {
  struct plan *plan;
  const struct mls_model *model;
  const struct mls_values *base;
  source *of_value;      /* value -> source, or SOURCE_NONE: a constant that nothing used so far */
  source *of_constant;   /* the same of the tape's constants */
  source *local;         /* registers of the program that is walked */
  unsigned *list;        /* cell -> its rows in plan.sources, or SOURCE_NONE */
  bool *varies, *needed; /* cells */
  unsigned *seen; /* hash of a call or a constant -> its source + 1: what is the same stands once */
  size_t seen_room, seen_count;
  unsigned **items; /* registry (in order of facts.registries) -> item of each text number */
};

/* ---- sources ---- */

mls_status plan_add_source(struct plan *plan, source what) {
  source *sources = memory_grow(plan->memory, plan->sources, plan->source_count, &plan->source_room,
                                sizeof *sources);
  if (!sources) return fail_memory(plan->fails);
  plan->sources = sources;
  sources[plan->source_count++] = what;
  return MLS_OK;
}

/* ---- what is the same ---- */

static bool same_constant(const struct plan *plan, source what, double value) {
  return (what & SOURCE_KIND) == SOURCE_CONSTANT &&
         memcmp(&plan->constants[what & ~SOURCE_KIND], &value, sizeof value) == 0;
}

static bool same_call(const struct plan *plan, source what, const struct step *step,
                      const source *operands) {
  if ((what & SOURCE_KIND) != SOURCE_STEP) return false;
  const struct step *other = &plan->steps[what];
  return other->function == step->function && other->count == step->count &&
         memcmp(&plan->sources[other->first], operands, step->count * sizeof *operands) == 0;
}

static size_t hash_call(const struct step *step, const source *operands) {
  unsigned key[TAPE_OPERANDS + 2] = { 0 };
  memcpy(key, &step->function, sizeof step->function);
  memcpy(key + 2, operands, step->count * sizeof *operands);
  return hash_bytes(key, sizeof key);
}

/* Where a source with this hash stands or would stand: the next place after `at`. */
static unsigned *seen_next(const struct planner *p, size_t *at) {
  return &p->seen[(*at)++ & (p->seen_room - 1)];
}

static size_t hash_of(const struct plan *plan, source what) {
  if ((what & SOURCE_KIND) == SOURCE_STEP)
    return hash_call(&plan->steps[what], &plan->sources[plan->steps[what].first]);
  return hash_bytes(&plan->constants[what & ~SOURCE_KIND], sizeof *plan->constants);
}

static mls_status seen_grow(struct planner *p) {
  unsigned *old = p->seen;
  size_t room = p->seen_room;
  if (2 * p->seen_count < room) return MLS_OK;
  p->seen_room = room ? 2 * room : 64;
  p->seen = memory_array(p->plan->memory, p->seen_room, sizeof *p->seen);
  if (!p->seen) return fail_memory(p->plan->fails);
  for (size_t i = 0; i < room; i++) {
    if (!old[i]) continue;
    size_t at = hash_of(p->plan, old[i] - 1);
    unsigned *place = seen_next(p, &at);
    while (*place) place = seen_next(p, &at);
    *place = old[i];
  }
  return MLS_OK;
}

static mls_status add_constant(struct planner *p, double value, source *out) {
  struct plan *plan = p->plan;
  TRY(seen_grow(p));
  size_t at = hash_bytes(&value, sizeof value);
  unsigned *place = seen_next(p, &at);
  for (; *place; place = seen_next(p, &at))
    if (same_constant(plan, *place - 1, value)) {
      *out = *place - 1;
      return MLS_OK;
    }
  double *constants = memory_grow(plan->memory, plan->constants, plan->constant_count,
                                  &plan->constant_room, sizeof *constants);
  if (!constants) return fail_memory(plan->fails);
  plan->constants = constants;
  *out = SOURCE_CONSTANT | (unsigned)plan->constant_count;
  constants[plan->constant_count++] = value;
  *place = *out + 1;
  p->seen_count++;
  return MLS_OK;
}

static double constant_of(const struct planner *p, source what) {
  return p->plan->constants[what & ~SOURCE_KIND];
}

/* A source for a number that stands in `known`; the first time it becomes a constant. */
static mls_status known_source(struct planner *p, source *known, double value, source *out) {
  if (*known == SOURCE_NONE) TRY(add_constant(p, value, known));
  *out = *known;
  return MLS_OK;
}

static mls_status value_source(struct planner *p, size_t index, source *out) {
  return known_source(p, &p->of_value[index], p->plan->values[index], out);
}

static mls_status operand_source(struct planner *p, const struct operand *operand, size_t row,
                                 source *out) {
  size_t lag = operand->lag;
  switch ((enum operand_kind)operand->kind) {
    case OPERAND_REGISTER: *out = p->local[operand->index]; return MLS_OK;
    case OPERAND_CONSTANT:
      return known_source(p, &p->of_constant[operand->index],
                          p->model->tape->constants[operand->index], out);
    case OPERAND_VALUE: return value_source(p, operand->index, out);
    case OPERAND_ROWS: break;
  }
  /* rows above the first are never looked at: prior takes its other argument */
  return value_source(p, operand->index + (row >= lag ? row - lag : 0) * operand->stride, out);
}

/* ---- steps ---- */

static mls_status add_step(struct planner *p, struct step step, const source *operands,
                           source *out) {
  struct plan *plan = p->plan;
  struct place nowhere = { NULL, 0, 0 };
  if (plan->step_count >= LIMIT_STEPS)
    return fail_add(plan->fails, MLS_LIMIT, nowhere,
                    "a batch of this model takes more than %d steps (LIMIT_STEPS)", LIMIT_STEPS);
  struct step *steps =
      memory_grow(plan->memory, plan->steps, plan->step_count, &plan->step_room, sizeof *steps);
  if (!steps) return fail_memory(plan->fails);
  plan->steps = steps;
  step.first = (unsigned)plan->source_count;
  for (unsigned i = 0; i < step.count; i++) TRY(plan_add_source(plan, operands[i]));
  *out = SOURCE_STEP | (unsigned)plan->step_count;
  steps[plan->step_count++] = step;
  return MLS_OK;
}

/* A call of the same function on the same operands is made once. */
static mls_status add_call(struct planner *p, const struct step *step, const source *operands,
                           source *out) {
  TRY(seen_grow(p));
  size_t at = hash_call(step, operands);
  unsigned *place = seen_next(p, &at);
  for (; *place; place = seen_next(p, &at))
    if (same_call(p->plan, *place - 1, step, operands)) {
      *out = *place - 1;
      return MLS_OK;
    }
  TRY(add_step(p, *step, operands, out));
  *place = *out + 1;
  p->seen_count++;
  return MLS_OK;
}

static mls_status call_constants(struct planner *p, const struct op *op, const source *operands,
                                 source *out) {
  const double *in[TAPE_OPERANDS];
  for (unsigned i = 0; i < op->count; i++) in[i] = &p->plan->constants[operands[i] & ~SOURCE_KIND];
  return add_constant(p, function_sound(op->function->one(in, op->count)), out);
}

/* `if` whose truth does not vary is the argument that it takes. */
static mls_status choose_constant(struct planner *p, const source *operands, source *out) {
  double truth = constant_of(p, operands[0]);
  if (truth != truth) return add_constant(p, FUNCTION_ERROR, out);
  *out = operands[truth != 0 ? 1 : 2];
  return MLS_OK;
}

/* A quotient by a power of two is a product to the last bit, and a third of the work. */
static bool is_scaling(const struct planner *p, const struct op *op, const source *operands) {
  int exponent;
  return op->number == BODY_divide && is_constant(operands[1]) &&
         fabs(frexp(constant_of(p, operands[1]), &exponent)) == 0.5 && abs(exponent) < 1000;
}

static mls_status plan_call(struct planner *p, const struct op *op, size_t row) {
  source operands[TAPE_OPERANDS], *out = &p->local[op->out];
  unsigned char ones = 0, all = (unsigned char)((1u << op->count) - 1);
  for (unsigned i = 0; i < op->count; i++) {
    TRY(operand_source(p, &op->in[i], row, &operands[i]));
    if (is_constant(operands[i])) ones |= (unsigned char)(1u << i);
  }
  if (ones == all) return call_constants(p, op, operands, out);
  if (op->number == BODY_if && is_constant(operands[0])) return choose_constant(p, operands, out);
  struct step step = {
    .kind = STEP_CALL, .count = op->count, .ones = ones, .function = op->function
  };
  if (is_scaling(p, op, operands)) {
    step.function = &function_find(slice_of("*"), FORM_INFIX)->value;
    TRY(add_constant(p, 1 / constant_of(p, operands[1]), &operands[1]));
  }
  return add_call(p, &step, operands, out);
}

/* The rows of a cell, once however often they are read. */
static mls_status list_rows(struct planner *p, unsigned cell, unsigned *first) {
  const struct cell *at = &p->model->cells[cell];
  if (p->list[cell] == SOURCE_NONE) {
    unsigned start = (unsigned)p->plan->source_count;
    for (size_t i = 0; i < at->rows; i++) {
      source what;
      TRY(value_source(p, at->offset + i, &what));
      TRY(plan_add_source(p->plan, what));
    }
    p->list[cell] = start;
  }
  *first = p->list[cell];
  return MLS_OK;
}

/* A look-up whose key does not vary is the row that it finds. */
static mls_status look_up_constant(struct planner *p, const struct op *op, double key, size_t row,
                                   source *out) {
  size_t found;
  if (!tape_find_row(p->model, op->cell, key, row, &found))
    return add_constant(p, FUNCTION_ERROR, out);
  return value_source(p, p->model->cells[op->cell].offset + found, out);
}

static mls_status plan_lookup(struct planner *p, const struct op *op, size_t row) {
  source key, *out = &p->local[op->out];
  size_t asking = row >= op->shift ? row - op->shift : 0;
  TRY(operand_source(p, &op->in[0], row, &key));
  if (is_constant(key)) return look_up_constant(p, op, constant_of(p, key), asking, out);
  struct step step = {
    .kind = STEP_LOOKUP, .count = 1, .row = (unsigned)asking, .rows = SOURCE_NONE, .cell = op->cell
  };
  if (p->varies[op->cell]) TRY(list_rows(p, op->cell, &step.rows));
  return add_step(p, step, &key, out);
}

static mls_status plan_prior(struct planner *p, const struct op *op, size_t row) {
  unsigned taken = row < (size_t)op->lag + op->shift ? 1 : 0;
  return operand_source(p, &op->in[taken], row, &p->local[op->out]);
}

static mls_status plan_row(struct planner *p, unsigned cell, size_t row) {
  const struct tape *tape = p->model->tape;
  const uint32_t *at = tape_code(tape, cell);
  struct op op;
  do {
    at = tape_read(tape, at, &op);
    if (op.kind == OP_CALL) TRY(plan_call(p, &op, row));
    else if (op.kind == OP_LOOKUP) TRY(plan_lookup(p, &op, row));
    else if (op.kind == OP_PRIOR) TRY(plan_prior(p, &op, row));
    else TRY(operand_source(p, &op.in[0], row, &p->local[op.out]));
  } while (!op.last);
  p->of_value[p->model->cells[cell].offset + row] = p->local[op.out];
  return MLS_OK;
}

/* ---- facts, sets, totals ---- */

static mls_status items_of(struct planner *p, const struct registry *registry,
                           const unsigned **out) {
  const struct mls_model *model = p->model;
  size_t index = 0;
  while (model->facts->registries[index] != registry) index++;
  if (!p->items[index]) {
    unsigned *items = memory_array(p->plan->memory, model->word_count, sizeof *items);
    if (!items) return fail_memory(p->plan->fails);
    for (size_t i = 0; i < model->word_count; i++) {
      size_t item = registry->item_count;
      (void)registry_item(registry, model->words[i], &item);
      items[i] = (unsigned)item;
    }
    p->items[index] = items;
  }
  *out = p->items[index];
  return MLS_OK;
}

static mls_status plan_fact(struct planner *p, unsigned cell, size_t row) {
  const struct cell *at = &p->model->cells[cell];
  source *out = &p->of_value[at->offset + row], chooser;
  if (*out != SOURCE_NONE || values_setting(p->base, cell, row)) return MLS_OK;
  struct step step = { .kind = STEP_FACT, .count = 1 };
  size_t items = at->fact->registry->item_count;
  double *facts = memory_array(p->plan->memory, items + 1, sizeof *facts);
  if (!facts) return fail_memory(p->plan->fails);
  for (size_t i = 0; i < items; i++) facts[i] = settle_item_fact(p->model, cell, row, i);
  facts[items] = FUNCTION_ERROR;
  step.facts = facts;
  TRY(items_of(p, at->fact->registry, &step.items));
  TRY(value_source(p, p->model->cells[at->fact->chooser].offset, &chooser));
  return add_step(p, step, &chooser, out);
}

static mls_status plan_within(struct planner *p, unsigned cell) {
  const struct cell *at = &p->model->cells[cell];
  struct step step = { .kind = STEP_WITHIN, .count = 1, .cell = cell };
  source value;
  TRY(value_source(p, p->model->cells[at->target].offset, &value));
  if (is_constant(value)) return MLS_OK;
  return add_step(p, step, &value, &p->of_value[at->offset]);
}

static mls_status plan_total(struct planner *p, unsigned cell) {
  const struct cell *at = &p->model->cells[cell];
  struct step step = { .kind = STEP_TOTAL, .truths = SOURCE_NONE, .cell = cell };
  TRY(list_rows(p, at->total->column, &step.rows));
  if (at->total->truth != GRAPH_NONE) TRY(list_rows(p, at->total->truth, &step.truths));
  return add_step(p, step, NULL, &p->of_value[at->offset]);
}

/* ---- cells ---- */

static mls_status visit_needed(void *context, unsigned precedent, enum edge_kind kind,
                               unsigned lag) {
  struct planner *p = context;
  (void)kind, (void)lag;
  p->needed[precedent] = true;
  return MLS_OK;
}

/* Members of a group read each other in both directions: one makes all. */
static void spread_in_group(const struct mls_model *model, bool *mark, unsigned start) {
  bool any = false;
  unsigned end = model->cells[start].group_end;
  for (unsigned i = start; i < end; i++) any = any || mark[i];
  for (unsigned i = start; i < end; i++) mark[i] = any;
}

static bool starts_group(const struct mls_model *model, unsigned cell) {
  return cell == 0 || model->cells[cell - 1].group_end <= cell;
}

static void find_varying(struct planner *p) {
  const struct mls_model *model = p->model;
  for (unsigned i = 0; i < model->cell_count; i++) {
    if (starts_group(model, i)) spread_in_group(model, p->varies, i);
    for (size_t j = model->edge_first[i]; p->varies[i] && j < model->edge_first[i + 1]; j++)
      p->varies[model->edges[j].to] = true;
  }
}

static mls_status find_needed(struct planner *p) {
  for (unsigned i = (unsigned)p->model->cell_count; i-- > 0;) {
    unsigned start = i;
    while (!starts_group(p->model, start)) start--;
    spread_in_group(p->model, p->needed, start);
    for (; i > start; i--)
      if (p->needed[i]) TRY(graph_precedents(p->model, i, visit_needed, p));
    if (p->needed[start]) TRY(graph_precedents(p->model, start, visit_needed, p));
  }
  return MLS_OK;
}

static bool is_planned(const struct planner *p, unsigned cell) {
  return p->needed[cell] && p->varies[cell];
}

static mls_status plan_plain(struct planner *p, unsigned cell) {
  const struct cell *at = &p->model->cells[cell];
  if (at->kind == CELL_WITHIN) return plan_within(p, cell);
  if (at->kind == CELL_TOTAL) return plan_total(p, cell);
  if (at->kind == CELL_FACT && at->fact->chooser != GRAPH_NONE && p->varies[at->fact->chooser])
    for (size_t row = 0; row < at->rows; row++) TRY(plan_fact(p, cell, row));
  return MLS_OK;
}

/* Plans a cell, or the columns that stand with it row by row; `cell` becomes the next one. */
static mls_status plan_cell(struct planner *p, unsigned *cell) {
  const struct mls_model *model = p->model;
  unsigned start = *cell, end = model->tape->programs[start].block_end;
  bool formula = model->cells[start].formula != NULL;
  *cell = formula ? end : start + 1;
  if (!formula) return is_planned(p, start) ? plan_plain(p, start) : MLS_OK;
  for (size_t row = 0; row < model->cells[start].rows; row++)
    for (unsigned i = start; i < end; i++)
      if (model->cells[i].formula && is_planned(p, i)) TRY(plan_row(p, i, row));
  return MLS_OK;
}

/* ---- the plan ---- */

static mls_status allocate(struct planner *p) {
  const struct mls_model *model = p->model;
  struct memory *memory = p->plan->memory;
  size_t cells = model->cell_count, values = model->value_count;
  p->plan->values = memory_array(memory, values, sizeof *p->plan->values);
  p->of_value = memory_array(memory, values, sizeof *p->of_value);
  p->of_constant = memory_array(memory, model->tape->constant_count, sizeof *p->of_constant);
  p->local = memory_array(memory, model->tape->registers, sizeof *p->local);
  p->list = memory_array(memory, cells, sizeof *p->list);
  p->varies = memory_array(memory, cells, sizeof *p->varies);
  p->needed = memory_array(memory, cells, sizeof *p->needed);
  p->items = memory_array(memory, model->facts->registry_count, sizeof *p->items);
  if (!p->plan->values || !p->of_value || !p->of_constant || !p->local || !p->list || !p->varies ||
      !p->needed || !p->items)
    return fail_memory(p->plan->fails);
  memcpy(p->plan->values, p->base->value, values * sizeof *p->plan->values);
  memset(p->of_value, 0xff, values * sizeof *p->of_value);
  memset(p->of_constant, 0xff, model->tape->constant_count * sizeof *p->of_constant);
  memset(p->list, 0xff, cells * sizeof *p->list);
  return MLS_OK;
}

static mls_status plan_cells(struct planner *p) {
  find_varying(p);
  TRY(find_needed(p));
  for (unsigned cell = 0; cell < p->model->cell_count;) TRY(plan_cell(p, &cell));
  return MLS_OK;
}

mls_status plan_make(struct plan *plan, const struct mls_values *base, const mls_place *columns,
                     size_t column_count, const mls_place *results, size_t result_count) {
  struct planner p = { .plan = plan, .model = plan->model, .base = base };
  TRY(allocate(&p));
  for (size_t i = 0; i < column_count; i++) {
    p.varies[columns[i].cell] = true;
    p.of_value[p.model->cells[columns[i].cell].offset + columns[i].row] =
        SOURCE_COLUMN | (unsigned)i;
  }
  for (size_t i = 0; i < result_count; i++) p.needed[results[i].cell] = true;
  TRY(plan_cells(&p));
  plan->results = memory_array(plan->memory, result_count, sizeof *plan->results);
  if (!plan->results) return fail_memory(plan->fails);
  plan->result_count = result_count;
  for (size_t i = 0; i < result_count; i++)
    TRY(value_source(&p, p.model->cells[results[i].cell].offset + results[i].row,
                     &plan->results[i]));
  return plan_reduce(plan);
}
