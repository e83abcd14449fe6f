/* One row at a time: the steps of a cell, or of all cells of a block, run straight from the code.
   The functions that cells are mostly made of stand in the loop, all others are called through the
   table; tape_run.c has the same for lanes. */
#include <string.h>

#include "lanes_inline.h"
#include "system.h"
#include "tape_code.h"

struct lane {
  double *places; /* the values, and what stands behind them */
  const struct mls_model *model;
  size_t row;
};

/* Rows above the first are never looked at, so row 0 stands for them: see gather in tape_run.c. */
static const double *far_value(const struct lane *l, unsigned index) {
  const struct far_rows *far = &l->model->tape->fars[index];
  size_t row = l->row >= far->lag ? l->row - far->lag : 0;
  return l->places + far->index + row * far->stride;
}

/* The value of an operand that is not far. Of `rows` they may be, else of single cells alone. */
static inline double near_value(const double *places, uint32_t word, bool rows, size_t row) {
  if (!rows) return places[word];
  return places[(word & CODE_PLACE) + (word & CODE_ROWS ? row : 0)];
}

static const double *operand_of(const struct lane *l, uint32_t word) {
  if (word & CODE_FAR) return far_value(l, word & CODE_PLACE);
  return l->places + (word & CODE_PLACE) + (word & CODE_ROWS ? l->row : 0);
}

static double run_function(const struct lane *l, const uint32_t *at) {
  const double *in[TAPE_OPERANDS];
  size_t count = *at >> CODE_COUNT & 3;
  for (size_t i = 0; i < count; i++) in[i] = operand_of(l, at[1 + i]);
  return l->model->tape->bodies[*at & CODE_NUMBER]->one(in, count);
}

static double run_lookup(const struct lane *l, const uint32_t *at) {
  size_t shift = at[3], row = l->row >= shift ? l->row - shift : 0;
  return tape_lookup(l->model, l->places, at[2], *operand_of(l, at[1]), row);
}

static double run_prior(const struct lane *l, const uint32_t *at) {
  size_t begin = (size_t)at[3] + at[4];
  return *operand_of(l, at[l->row < begin ? 2 : 1]);
}

#define ARGUMENT(k) near_value(places, at[k], rows, l->row)

/* The cases of a function, and what it makes: of operands, or of what the step before made. `at`
   moves by a number that stands in the case: with one read from the head a processor would wait for
   each step before it looks at the next. */
#define ROW_CASE(name, which, words, arguments)                                                    \
  case BODY_##name | which:                                                                        \
    made = lane_##name arguments;                                                                  \
    at += words;                                                                                   \
    break;
#define ROW_1(name)                                                                                \
  ROW_CASE(name, 0, 2, (ARGUMENT(1)))                                                              \
  ROW_CASE(name, CODE_FIRST, 2, (made))
#define ROW_2(name)                                                                                \
  ROW_CASE(name, 0, 3, (ARGUMENT(1), ARGUMENT(2)))                                                 \
  ROW_CASE(name, CODE_FIRST, 3, (made, ARGUMENT(2)))                                               \
  ROW_CASE(name, CODE_SECOND, 3, (ARGUMENT(1), made))
#define ROW_3(name)                                                                                \
  ROW_CASE(name, 0, 4, (ARGUMENT(1), ARGUMENT(2), ARGUMENT(3)))                                    \
  ROW_CASE(name, CODE_FIRST, 4, (made, ARGUMENT(2), ARGUMENT(3)))

/* Words of code that are asked for before they are run: pages end what a processor foresees. */
enum { AHEAD = 256 };

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
  system_read_soon(place + AHEAD);
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
SYSTEM_INLINE double run(const struct lane *l, const uint32_t *at, const uint32_t *end,
                         struct sweep *sweep, const bool rows) {
  double *const places = l->places, made = 0;
  struct swept swept = { 0 };
  while (at < end) {
    const uint32_t head = *at;
    switch (head & CODE_CASE) {
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
      places[*at++] = made;
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

double tape_value(const struct mls_model *model, double *values, unsigned cell, size_t row) {
  const struct lane l = { values, model, row };
  return run(&l, tape_code(model->tape, cell), tape_code(model->tape, cell + 1), NULL, true);
}

void tape_sweep(struct sweep *s, unsigned from, unsigned until, size_t row) {
  const struct tape *tape = s->model->tape;
  const struct lane l = { s->values, s->model, row };
  const uint32_t *at = tape_code(tape, from), *end = tape_code(tape, until);
  if (tape->programs[from].narrow) run(&l, at, end, s, false);
  else run(&l, at, end, s, true);
}
