/* Reading the code, and running it over lanes: a block of rows of a column. tape_row.c runs one
 * row.
 */
#include "tape_code.h"

/* ---- reading ---- */

static void read_operand(const struct tape *tape, uint32_t word, bool one,
                         struct operand *operand) {
  const uint32_t place = word & CODE_PLACE;
  *operand = (struct operand){ .one = one, .stride = 1, .index = place };
  if (word & CODE_FAR) {
    const struct far_rows *far = &tape->fars[place];
    operand->kind = OPERAND_ROWS;
    operand->stride = far->stride;
    operand->lag = far->lag;
    operand->fill = far->fill;
    operand->index = far->index;
  } else if (word & CODE_ROWS) {
    operand->kind = OPERAND_ROWS;
  } else if (place >= tape->registers_at) {
    operand->kind = OPERAND_REGISTER;
    operand->index -= (unsigned)tape->registers_at;
  } else if (place >= tape->constants_at) {
    operand->kind = OPERAND_CONSTANT;
    operand->index -= (unsigned)tape->constants_at;
  }
}

static enum op_kind kind_of(uint32_t number) {
  return number == CODE_LOOKUP  ? OP_LOOKUP
         : number == CODE_PRIOR ? OP_PRIOR
         : number == CODE_COPY  ? OP_COPY
                                : OP_CALL;
}

const uint32_t *tape_read(const struct tape *tape, const uint32_t *at, struct op *op) {
  const uint32_t head = *at++, number = head & CODE_NUMBER;
  *op = (struct op){ .kind = (unsigned char)kind_of(number),
                     .count = head >> CODE_COUNT & 3,
                     .ones = head >> CODE_ONES & 7,
                     .one = (head & CODE_ONE) != 0,
                     .follows = (head & CODE_FOLLOWS) != 0,
                     .last = (head & CODE_LAST) != 0 };
  for (unsigned i = 0; i < op->count; i++) read_operand(tape, *at++, op->ones >> i & 1, &op->in[i]);
  if (op->kind == OP_CALL) {
    op->number = (unsigned char)number;
    op->function = tape->bodies[number];
  }
  if (op->kind == OP_LOOKUP) op->cell = *at++;
  if (op->kind == OP_PRIOR) op->lag = *at++;
  if (op->kind == OP_LOOKUP || op->kind == OP_PRIOR) op->shift = *at++;
  op->out = *at++ - (unsigned)tape->registers_at;
  return op->last ? at + 2 : at;
}

const uint32_t *tape_writer(const struct tape *tape, unsigned cell, unsigned index) {
  const uint32_t *at = tape_code(tape, cell), place = (uint32_t)tape->registers_at + index;
  while (at[code_size(*at)] != place) at += code_size(*at) + 1;
  return at;
}

/* ---- running ---- */

/* Rows further up than the table begins are never looked at (prior takes its other argument): any
   value will do there, so row 0 stands for them. */
static const double *gather(const struct runner *r, const struct operand *operand) {
  double *out = tape_lanes(r, operand->fill);
  for (size_t i = 0; i < r->count; i++) {
    size_t row = r->row + i >= operand->lag ? r->row + i - operand->lag : 0;
    out[i] = r->values[operand->index + row * operand->stride];
  }
  return out;
}

static inline const double *operand_lanes(const struct runner *r, const struct operand *operand) {
  switch ((enum operand_kind)operand->kind) {
    case OPERAND_REGISTER: return tape_lanes(r, operand->index);
    case OPERAND_CONSTANT: return &r->model->tape->constants[operand->index];
    case OPERAND_VALUE: return &r->values[operand->index];
    case OPERAND_ROWS: break;
  }
  if (operand->stride == 1 && r->row >= operand->lag)
    return &r->values[operand->index + r->row - operand->lag];
  return gather(r, operand);
}

bool tape_find_row(const struct mls_model *model, unsigned cell, double key, size_t row,
                   size_t *found) {
  const struct cell *at = &model->cells[cell];
  if (key != key) return false;
  if (at->kind != CELL_FACT || !at->family)
    return rows_find(model, model_rows(model, cell), key, found);
  size_t base = at->table >= 0 ? row * at->fact->word_count : 0;
  for (unsigned i = 0; i < at->fact->word_count; i++)
    if ((double)at->fact->words[i] == key) {
      *found = base + i;
      return true;
    }
  return false;
}

double tape_lookup(const struct mls_model *model, const double *values, unsigned cell, double key,
                   size_t row) {
  size_t found;
  if (!tape_find_row(model, cell, key, row, &found)) return FUNCTION_ERROR;
  return values[model->cells[cell].offset + found];
}

static void run_lookup(const struct runner *r, const struct op *op) {
  const double *keys = operand_lanes(r, &op->in[0]);
  double *out = tape_lanes(r, op->out);
  size_t step = op->in[0].one ? 0 : 1, count = op->one ? 1 : r->count;
  for (size_t i = 0; i < count; i++) {
    size_t row = r->row + i >= op->shift ? r->row + i - op->shift : 0;
    out[i] = tape_lookup(r->model, r->values, op->cell, keys[i * step], row);
  }
}

static void run_prior(const struct runner *r, const struct op *op) {
  const double *earlier = operand_lanes(r, &op->in[0]);
  const double *first = operand_lanes(r, &op->in[1]);
  size_t earlier_step = op->in[0].one ? 0 : 1, first_step = op->in[1].one ? 0 : 1;
  double *out = tape_lanes(r, op->out);
  size_t begin = (size_t)op->lag + op->shift;
  for (size_t i = 0; i < r->count; i++)
    out[i] = r->row + i < begin ? first[i * first_step] : earlier[i * earlier_step];
}

static void run_call(const struct runner *r, const struct op *op) {
  const double *in[TAPE_OPERANDS];
  double *out = tape_lanes(r, op->out);
  for (unsigned i = 0; i < op->count; i++) in[i] = operand_lanes(r, &op->in[i]);
  if (op->one || r->count == 1) *out = function_sound(op->function->one(in, op->count));
  else function_run(op->function->lanes[r->model->vectors], r->count, out, in, op->count, op->ones);
}

void tape_run_op(const struct runner *r, const struct op *op) {
  if (op->kind == OP_CALL) run_call(r, op);
  else if (op->kind == OP_PRIOR) run_prior(r, op);
  else if (op->kind == OP_LOOKUP) run_lookup(r, op);
}

struct operand tape_result(const struct op *last) {
  if (last->kind == OP_COPY) return last->in[0];
  return (struct operand){
    .kind = OPERAND_REGISTER, .one = last->one, .stride = 1, .index = last->out
  };
}

/* The result as lanes. Where one number stands for all, the other register of the bottom of the
   stack is free. */
static const double *result_lanes(const struct runner *r, const struct op *last) {
  struct operand result = tape_result(last);
  const double *made = operand_lanes(r, &result);
  if (!result.one || r->count == 1) return made;
  double *out = tape_lanes(r, last->out ^ 1);
  for (size_t i = 0; i < r->count; i++) out[i] = *made;
  return out;
}

const double *tape_run(const struct mls_model *model, const double *values, double *scratch,
                       unsigned cell, size_t row, size_t count) {
  struct runner r = { model, values, scratch, row, count };
  const uint32_t *at = tape_code(model->tape, cell);
  struct op op;
  do {
    at = tape_read(model->tape, at, &op);
    tape_run_op(&r, &op);
  } while (!op.last);
  return result_lanes(&r, &op);
}
