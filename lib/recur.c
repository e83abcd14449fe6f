/* Recurrences. In a block of rows below the head every prior takes the row above, so it is no op
   but a place; what remains for each row are the calls on the way from one row to the next. */
#include "recur.h"

#include <stdint.h>
#include <string.h>

#include "tape_code.h"

/* ---- the head ---- */

static size_t head_of_op(const struct op *op) {
  size_t head = (size_t)op->lag + op->shift;
  if (op->kind == OP_LOOKUP && op->follows) return SIZE_MAX;
  for (unsigned i = 0; i < op->count; i++)
    if (op->in[i].lag > head) head = op->in[i].lag;
  return head;
}

size_t recur_head(const struct mls_model *model, unsigned start, unsigned end) {
  size_t most = 0;
  for (unsigned cell = start; cell < end; cell++) {
    const uint32_t *at = tape_code(model->tape, cell);
    struct op op;
    do {
      at = tape_read(model->tape, at, &op);
      size_t head = head_of_op(&op);
      if (head > most) most = head;
    } while (!op.last);
  }
  return most;
}

/* ---- a block ---- */

/* Where an operand stands for the first row of the block. */
static void look_up(const struct runner *r, unsigned cell, const struct operand *operand,
                    struct follower *one, unsigned at) {
  const struct tape *tape = r->model->tape;
  if (operand->kind == OPERAND_REGISTER) {
    const uint32_t *code = tape_writer(tape, cell, operand->index);
    if ((*code & CODE_NUMBER) == CODE_PRIOR) {
      struct op op;
      (void)tape_read(tape, code, &op);
      look_up(r, cell, &op.in[0], one, at);
      return;
    }
    one->in[at] = tape_lanes(r, operand->index);
    one->step[at] = *code & CODE_ONE ? 0 : 1;
    return;
  }
  one->step[at] = operand->kind == OPERAND_ROWS ? operand->stride : 0;
  if (operand->kind == OPERAND_CONSTANT) one->in[at] = &tape->constants[operand->index];
  else if (operand->kind == OPERAND_VALUE) one->in[at] = &r->values[operand->index];
  else one->in[at] = &r->values[operand->index + (r->row - operand->lag) * operand->stride];
}

static size_t begin_cell(const struct runner *r, unsigned cell, struct follower *followers) {
  const struct tape *tape = r->model->tape;
  const uint32_t *code = tape_code(tape, cell);
  size_t count = 0;
  struct op op;
  do {
    code = tape_read(tape, code, &op);
    if (!op.follows) tape_run_op(r, &op);
    if (!op.follows || op.kind != OP_CALL) continue;
    struct follower *one = &followers[count++];
    one->function = op.function;
    one->count = op.count;
    one->out = tape_lanes(r, op.out);
    for (unsigned j = 0; j < op.count; j++) look_up(r, cell, &op.in[j], one, j);
  } while (!op.last);
  struct operand result = tape_result(&op);
  struct follower *store = &followers[count++];
  store->function = NULL;
  store->out = (double *)&r->values[r->model->cells[cell].offset + r->row];
  look_up(r, cell, &result, store, 0);
  return count;
}

size_t recur_begin(const struct runner *r, unsigned start, unsigned end,
                   struct follower *followers) {
  size_t count = 0;
  for (unsigned cell = start; cell < end; cell++) {
    size_t more = begin_cell(r, cell, followers + count);
    for (size_t i = 0; i < more; i++) followers[count + i].cell = cell - start;
    count += more;
  }
  return count;
}

static bool store_row(const struct follower *one, size_t row, size_t lane,
                      struct span_changed *changed) {
  const double *fresh = one->in[0] + lane * one->step[0];
  double *old = one->out + lane;
  if (memcmp(old, fresh, sizeof *old) == 0) return false;
  *old = *fresh;
  if (changed->until == 0) changed->from = row;
  changed->until = row + 1;
  return true;
}

bool recur_row(const struct follower *followers, size_t count, size_t row, size_t lane,
               struct span_changed *changed) {
  bool any = false;
  for (const struct follower *one = followers; one < followers + count; one++) {
    const double *in[TAPE_OPERANDS];
    if (!one->function) {
      any = store_row(one, row, lane, &changed[one->cell]) || any;
      continue;
    }
    for (unsigned i = 0; i < one->count; i++) in[i] = one->in[i] + lane * one->step[i];
    one->out[lane] = function_sound(one->function->one(in, one->count));
  }
  return any;
}

/* ---- x = x * a + b ---- */

struct factor {
  const double *at;
  size_t step;
};

/* The other operand of a call of two, one of which is `x`, lane by lane; it is not of the column.
 */
static bool other_operand(const struct runner *r, unsigned cell, const struct follower *one,
                          const double *x, struct factor *other) {
  const struct cell *at = &r->model->cells[cell];
  const double *column = &r->values[at->offset];
  unsigned k = one->in[0] == x && one->step[0] == 1 ? 1 : 0;
  *other = (struct factor){ one->in[k], one->step[k] };
  return one->in[1 - k] == x && one->step[1 - k] == 1 && other->at != x &&
         (other->at < column || other->at >= column + at->rows);
}

const double *recur_linear(const struct runner *r, unsigned cell, const struct follower *followers,
                           size_t count) {
  static const double same[] = { 1, -0.0 }; /* x * 1 + -0.0 is x, to the bit */
  struct factor a = { &same[0], 0 }, b = { &same[1], 0 };
  const struct follower *one = followers, *store = &followers[count - 1];
  const double *made = store->out - 1;
  double *out = followers->out, x = *made;
  if (one->function == r->model->tape->bodies[BODY_multiply] &&
      other_operand(r, cell, one, made, &a))
    made = one++->out;
  if (one->function == r->model->tape->bodies[BODY_add] && other_operand(r, cell, one, made, &b))
    made = one++->out;
  if (one == followers || one != store || store->in[0] != made) return NULL;
  for (size_t i = 0; i < r->count; i++) out[i] = x = x * a.at[i * a.step] + b.at[i * b.step];
  /* what is not finite stays so to the end */
  for (size_t i = 0; x - x != 0 && i < r->count; i++) out[i] = function_sound(out[i]);
  return out;
}
