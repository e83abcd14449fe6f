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
  const struct far_rows *far = &l->model->tape->fars[index];
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

/* The value of an operand that is not far. */
static inline double near_value(const struct lane *l, uint32_t word) {
  return l->bases[word >> CODE_KIND][word & CODE_INDEX];
}

/* `at` moves by a number that stands in the case: with one read from the head a processor would
   wait for each step before it looks at the next. */
#define ROW_1(name)                                                                                \
  case BODY_##name:                                                                                \
    made = lane_##name(near_value(l, at[1]));                                                      \
    at += 2;                                                                                       \
    break;
#define ROW_2(name)                                                                                \
  case BODY_##name:                                                                                \
    made = lane_##name(near_value(l, at[1]), near_value(l, at[2]));                                \
    at += 3;                                                                                       \
    break;
#define ROW_3(name)                                                                                \
  case BODY_##name:                                                                                \
    made = lane_##name(near_value(l, at[1]), near_value(l, at[2]), near_value(l, at[3]));          \
    at += 4;                                                                                       \
    break;

/* What a sweep has done so far. Changed cells are gathered for each word of their bits: cells come
   in order. */
struct swept {
  size_t count, told, word;
  unsigned long long changed;
};

/* Stores the value of a cell. `place` is its number, then where row 0 stands. */
static inline void keep(struct sweep *s, struct swept *swept, size_t row, const uint32_t *place,
                        double made) {
  const unsigned cell = place[0] & ~CODE_TOLD;
  double *old = &s->values[place[1] + row];
  swept->count++;
  if (memcmp(old, &made, sizeof made) == 0) return;
  *old = made;
  if (cell / 64 != swept->word) {
    bits_add(s->changed, swept->word, swept->changed);
    swept->word = cell / 64;
    swept->changed = 0;
  }
  swept->changed |= 1ull << (cell % 64);
  if (place[0] & CODE_TOLD) s->told[swept->told++] = cell;
}

/* Runs steps up to `end` and keeps the cells that they make; without `sweep` it runs those of one
   cell, and returns its value. */
static double run(const struct lane *l, const uint32_t *at, const uint32_t *end,
                  struct sweep *sweep) {
  struct swept swept = { 0 };
  double made = 0;
  while (at < end) {
    const uint32_t head = *at;
    switch (head & (CODE_NUMBER | CODE_REACHES)) {
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
        made = *operand_of(l, at[1]);
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
        at += code_size(head);
        break;
    }
    made = function_sound(made);
    if (!(head & CODE_LAST)) {
      l->registers[*at++] = made;
      continue;
    }
    if (!sweep) return made;
    keep(sweep, &swept, l->row, at + 1, made);
    at += 3;
  }
  bits_add(sweep->changed, swept.word, swept.changed);
  sweep->count = swept.count;
  sweep->told_count = swept.told;
  return made;
}

double tape_value(const struct mls_model *model, const double *values, double *scratch,
                  unsigned cell, size_t row) {
  const struct lane l = lane_of(model, values, scratch, row);
  return run(&l, tape_code(model->tape, cell), tape_code(model->tape, cell + 1), NULL);
}

void tape_sweep(struct sweep *s, unsigned from, unsigned until, size_t row) {
  const struct lane l = lane_of(s->model, s->values, s->scratch, row);
  run(&l, tape_code(s->model->tape, from), tape_code(s->model->tape, until), s);
}
