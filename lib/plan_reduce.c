/* From the steps of a batch to fewer and faster ones: those that no result needs are left out, some
   are joined, each gets its body and a register. */
#include <stdint.h>
#include <string.h>

#include "plan.h"

struct use {
  size_t last;     /* step that reads it last; the number of steps: a result */
  size_t readings; /* by steps and results */
  bool live;
  bool seen; /* something reads it that could make a finite number of an infinity */
};

size_t plan_rows(const struct plan *plan, const struct step *step) {
  const struct cell *at = &plan->model->cells[step->cell];
  return step->kind == STEP_TOTAL ? plan->model->cells[at->total->column].rows : at->rows;
}

enum { INNER = 2 /* operands of the inner function of a pair */ };

/* Whether a result is not finite wherever this operand of its step is not. */
static bool passes(const struct step *step, unsigned operand) {
  if (step->kind != STEP_CALL && step->kind != STEP_BLOCK) return false;
  if (!step->inner) return step->function->passes >> operand & 1;
  if (operand < INNER) return step->inner->passes >> operand & 1;
  operand -= INNER;
  return step->function->passes >> (operand < step->at ? operand : operand + 1) & 1;
}

/* Everything that a step reads: its operands, then the rows and the truths. */
typedef void (*visit_source)(void *context, source what, size_t at, bool passes);

static void each_source(const struct plan *plan, size_t at, visit_source visit, void *context) {
  const struct step *step = &plan->steps[at];
  for (unsigned i = 0; i < step->count; i++)
    visit(context, plan->sources[step->first + i], at, passes(step, i));
  if (step->kind != STEP_LOOKUP && step->kind != STEP_TOTAL) return;
  size_t rows = plan_rows(plan, step);
  for (size_t i = 0; step->rows != SOURCE_NONE && i < rows; i++)
    visit(context, plan->sources[step->rows + i], at, false);
  for (size_t i = 0; step->kind == STEP_TOTAL && step->truths != SOURCE_NONE && i < rows; i++)
    visit(context, plan->sources[step->truths + i], at, false);
}

struct reducer {
  struct plan *plan;
  struct use *uses;
  unsigned *registers; /* of each step */
  unsigned *spare;     /* registers that are free */
  size_t spare_count;
};

static void mark_use(void *context, source what, size_t at, bool passes) {
  struct reducer *r = context;
  if ((what & SOURCE_KIND) != SOURCE_STEP) return;
  struct use *use = &r->uses[what];
  if (!use->live) use->last = at;
  use->live = true;
  use->readings++;
  if (!passes) use->seen = true;
}

static void mark_uses(struct reducer *r) {
  struct plan *plan = r->plan;
  memset(r->uses, 0, plan->step_count * sizeof *r->uses);
  for (size_t i = 0; i < plan->result_count; i++)
    mark_use(r, plan->results[i], plan->step_count, false);
  for (size_t i = plan->step_count; i-- > 0;)
    if (r->uses[i].live) each_source(plan, i, mark_use, r);
}

/* The step that can make operand `at` of another on the way: nobody else reads it, and there is a
   body for both. NULL: none. */
static const struct step *inner_step(const struct reducer *r, const struct step *step,
                                     unsigned at) {
  const struct plan *plan = r->plan;
  source what = plan->sources[step->first + at];
  if ((what & SOURCE_KIND) != SOURCE_STEP || r->uses[what].readings > 1) return NULL;
  const struct step *inner = &plan->steps[what];
  if (inner->kind != STEP_CALL || inner->inner || inner->count != INNER) return NULL;
  bool any = function_block(plan->model->vectors, step->function, inner->function, at, inner->ones,
                            false) != 0;
  return any ? inner : NULL;
}

static mls_status join_operand(struct plan *plan, struct step *step, source what) {
  if (is_constant(what)) step->ones |= (unsigned char)(1u << step->count);
  step->count++;
  return plan_add_source(plan, what);
}

/* Operands of the inner step, then the others of the outer. */
static mls_status join(struct plan *plan, struct step *outer, unsigned at,
                       const struct step *inner) {
  struct step both = { .kind = STEP_CALL, .first = (unsigned)plan->source_count };
  both.function = outer->function;
  both.inner = inner->function;
  both.at = (unsigned char)at;
  for (unsigned i = 0; i < inner->count; i++)
    TRY(join_operand(plan, &both, plan->sources[inner->first + i]));
  for (unsigned i = 0; i < outer->count; i++)
    if (i != at) TRY(join_operand(plan, &both, plan->sources[outer->first + i]));
  *outer = both;
  return MLS_OK;
}

/* A result that one step reads need not stand in memory when one body makes both. */
static mls_status join_steps(struct reducer *r) {
  struct plan *plan = r->plan;
  for (size_t i = 0; i < plan->step_count; i++) {
    struct step *step = &plan->steps[i];
    if (!r->uses[i].live || step->kind != STEP_CALL) continue;
    for (unsigned at = 0; at < step->count && !step->inner; at++) {
      const struct step *inner = inner_step(r, step, at);
      if (inner) TRY(join(plan, step, at, inner));
    }
  }
  return MLS_OK;
}

/* Errors are looked for where they could be lost: sums, differences, products and dividends hand
   on that a number is not finite. */
static void choose_bodies(const struct reducer *r) {
  const struct plan *plan = r->plan;
  unsigned set = plan->model->vectors;
  for (size_t i = 0; i < plan->step_count; i++) {
    struct step *step = &plan->steps[i];
    if (!r->uses[i].live || step->kind != STEP_CALL) continue;
    unsigned code =
        function_block(set, step->function, step->inner, step->at, step->ones, r->uses[i].seen);
    if (code) step->kind = STEP_BLOCK, step->code = code;
    else step->body = step->function->lanes[set];
  }
}

static void end_use(void *context, source what, size_t at, bool passes) {
  struct reducer *r = context;
  (void)passes;
  if ((what & SOURCE_KIND) != SOURCE_STEP || r->uses[what].last != at) return;
  r->uses[what].last = SIZE_MAX; /* read twice by one step */
  r->spare[r->spare_count++] = r->registers[what];
}

/* A step writes to a register that it does not read. */
static void give_registers(struct reducer *r) {
  struct plan *plan = r->plan;
  size_t kept = 0;
  for (size_t i = 0; i < plan->step_count; i++) {
    if (!r->uses[i].live) continue;
    struct step *step = &plan->steps[i];
    step->out = r->spare_count ? r->spare[--r->spare_count] : plan->registers++;
    r->registers[i] = step->out;
    each_source(plan, i, end_use, r);
    plan->steps[kept++] = *step;
  }
  plan->step_count = kept;
}

static void name_registers(const struct reducer *r, source *list, size_t count) {
  for (size_t i = 0; i < count; i++)
    if ((list[i] & SOURCE_KIND) == SOURCE_STEP) list[i] = r->registers[list[i]];
}

mls_status plan_reduce(struct plan *plan) {
  struct reducer r = { .plan = plan };
  r.uses = memory_array(plan->memory, plan->step_count, sizeof *r.uses);
  r.registers = memory_array(plan->memory, plan->step_count, sizeof *r.registers);
  r.spare = memory_array(plan->memory, plan->step_count, sizeof *r.spare);
  if (!r.uses || !r.registers || !r.spare) return fail_memory(plan->fails);
  mark_uses(&r);
  TRY(join_steps(&r));
  mark_uses(&r);
  choose_bodies(&r);
  give_registers(&r);
  name_registers(&r, plan->sources, plan->source_count);
  name_registers(&r, plan->results, plan->result_count);
  return MLS_OK;
}
