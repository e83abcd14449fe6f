/* One row at a time: the steps of a cell, or of all cells of a block, run straight from the code.
   The functions that cells are mostly made of stand in the loop, all others are called through the
   table; tape_run.c has the same for lanes. */
#include <string.h>

#include "lanes_inline.h"
#include "tape_code.h"

struct lane {
  const double *bases[4]; /* where the operands of each kind stand */
  double *registers;
  const struct mls_model *model;
  size_t row;
};

static struct lane lane_of(const struct mls_model *model, const double *values, double *scratch,
                           size_t row) {
  return (struct lane){
    .bases = { [OPERAND_VALUE] = values,
               [OPERAND_ROWS] = values + row,
               [OPERAND_CONSTANT] = model->tape->constants,
               [OPERAND_REGISTER] = scratch },
    .registers = scratch,
    .model = model,
    .row = row,
  };
}

/* Rows above the first are never looked at, so row 0 stands for them: see gather in tape_run.c. */
static const double *far_value(const struct lane *l, unsigned index) {
  const struct far *far = &l->model->tape->fars[index];
  size_t row = l->row >= far->lag ? l->row - far->lag : 0;
  return l->bases[OPERAND_VALUE] + far->index + row * far->stride;
}

static inline const double *operand_of(const struct lane *l, uint32_t word) {
  if (word >= CODE_FAR) return far_value(l, word & CODE_INDEX);
  return l->bases[word >> CODE_KIND] + (word & CODE_INDEX);
}

static double run_function(const struct lane *l, const uint32_t *at) {
  const double *in[TAPE_OPERANDS];
  size_t count = *at >> CODE_COUNT & 3;
  for (size_t i = 0; i < count; i++) in[i] = operand_of(l, at[1 + i]);
  return l->model->tape->bodies[*at & CODE_NUMBER]->one(in, count);
}

static double run_lookup(const struct lane *l, const uint32_t *at) {
  size_t shift = at[3], row = l->row >= shift ? l->row - shift : 0;
  return tape_lookup(l->model, l->bases[OPERAND_VALUE], at[2], *operand_of(l, at[1]), row);
}

static double run_prior(const struct lane *l, const uint32_t *at) {
  size_t begin = (size_t)at[3] + at[4];
  return *operand_of(l, at[l->row < begin ? 2 : 1]);
}

/* `at` moves by a number that stands in the case: with one read from the head a processor would
   wait for each step before it looks at the next. */
#define ROW_1(name)                                                                                \
  case BODY_##name:                                                                                \
    made = lane_##name(x);                                                                         \
    at += 2;                                                                                       \
    break;
#define ROW_2(name)                                                                                \
  case BODY_##name:                                                                                \
    made = lane_##name(x, *operand_of(l, at[2]));                                                  \
    at += 3;                                                                                       \
    break;
#define ROW_3(name)                                                                                \
  case BODY_##name:                                                                                \
    made = lane_##name(x, *operand_of(l, at[2]), *operand_of(l, at[3]));                           \
    at += 4;                                                                                       \
    break;

/* Runs the steps of a cell; `code` comes to stand after the last one. */
static inline double run_cell(const struct lane *l, const uint32_t **code) {
  for (const uint32_t *at = *code;;) {
    const uint32_t head = *at;
    const double x = *operand_of(l, at[1]);
    double made;
    switch (head & CODE_NUMBER) {
      ROW_2(add)
      ROW_2(subtract)
      ROW_2(multiply)
      ROW_2(divide)
      ROW_1(negate)
      ROW_1(sqrt)
      ROW_2(min)
      ROW_2(max)
      ROW_2(less)
      ROW_2(less_equal)
      ROW_2(more)
      ROW_2(more_equal)
      ROW_3(if)
      case CODE_COPY:
        made = x;
        at += 2;
        break;
      case CODE_LOOKUP:
        made = run_lookup(l, at);
        at += 4;
        break;
      case CODE_PRIOR:
        made = run_prior(l, at);
        at += 5;
        break;
      default:
        made = run_function(l, at);
        at += 1 + (head >> CODE_COUNT & 3);
        break;
    }
    made = function_sound(made);
    const uint32_t out = *at++;
    if (head & CODE_LAST) {
      *code = at;
      return made;
    }
    l->registers[out] = made;
  }
}

double tape_value(const struct mls_model *model, const double *values, double *scratch,
                  unsigned cell, size_t row) {
  struct lane l = lane_of(model, values, scratch, row);
  const uint32_t *code = tape_code(model->tape, cell);
  return run_cell(&l, &code);
}

void tape_sweep(struct sweep *s, unsigned from, unsigned until, size_t row) {
  const struct lane l = lane_of(s->model, s->values, s->scratch, row);
  const uint32_t *at = tape_code(s->model->tape, from), *end = tape_code(s->model->tape, until);
  double *values = s->values + row;
  size_t count = 0, told = 0;
  for (; at < end; at += 2) {
    const double made = run_cell(&l, &at);
    double *old = &values[at[1]];
    count++;
    if (memcmp(old, &made, sizeof made) == 0) continue;
    *old = made;
    bits_set(s->changed, at[0] & ~CODE_TOLD);
    if (at[0] & CODE_TOLD) s->told[told++] = at[0] & ~CODE_TOLD;
  }
  s->count = count;
  s->told_count = told;
}
