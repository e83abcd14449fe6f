/* Compiles trees to steps and runs the steps of a cell. Registers are taken as a stack while a tree
   is walked, so a program needs as many as its formula is deep. What is one number for all rows of
   a column is calculated as one, once a block. */
#include "tape.h"

#include <math.h>
#include <string.h>

#include "limits.h"
#include "progress.h"

struct compiler {
  struct mls_model *model;
  struct tape *tape;
  unsigned cell;
  unsigned depth;     /* registers in use */
  unsigned registers; /* most so far */
  unsigned group;     /* first cell of the group */
  unsigned group_ops; /* ops and cells of the group so far */
};

static void compile(struct compiler *c, const struct node *node, unsigned lag, struct operand *out);

static const struct cell *cell_of(const struct compiler *c) { return &c->model->cells[c->cell]; }

/* At each depth of the stack there are two registers, so that an op need not write to what it
   reads: the other one of that which holds an operand at its depth. Recurrences share none. */
static unsigned take_register(struct compiler *c, const struct op *op) {
  if (c->tape->programs[c->cell].recurrent) return c->registers++;
  unsigned taken = 2 * c->depth++;
  for (unsigned i = 0; i < op->count; i++) {
    const struct operand *operand = &c->tape->operands[op->first + i];
    if (operand->kind == OPERAND_REGISTER && operand->index == taken) taken++;
  }
  if (2 * c->depth > c->registers) c->registers = 2 * c->depth;
  return taken;
}

/* Operands of an op stand together; those of ops below it come after. */
static unsigned reserve(struct compiler *c, unsigned count) {
  unsigned first = (unsigned)c->tape->operand_count;
  c->tape->operand_count += count;
  return first;
}

/* ---- operands ---- */

static void constant(struct compiler *c, double value, struct operand *out) {
  *out = (struct operand){
    .kind = OPERAND_CONSTANT, .one = true, .stride = 1, .index = (unsigned)c->tape->constant_count
  };
  c->tape->constants[c->tape->constant_count++] = value;
}

/* Rows that do not stand side by side are gathered in a register of their own, above the stack. */
static void give_fill(struct compiler *c, struct operand *operand) {
  if (operand->kind == OPERAND_ROWS && (operand->lag > 0 || operand->stride > 1))
    operand->fill = c->registers++;
}

static bool own_table(const struct compiler *c, const struct node *node, const struct cell *other) {
  const struct cell *cell = cell_of(c);
  return node->hops == 0 && other->table >= 0 && other->table == cell->table &&
         other->instance == cell->instance;
}

static void reference(const struct compiler *c, const struct node *node, unsigned lag,
                      struct operand *out) {
  unsigned cell = model_cell(c->model, cell_of(c)->home, node);
  const struct cell *other = &c->model->cells[cell];
  *out = (struct operand){
    .kind = OPERAND_VALUE, .one = true, .stride = 1, .index = (unsigned)other->offset
  };
  if (own_table(c, node, other)) {
    out->kind = OPERAND_ROWS;
    out->one = false;
    out->lag = lag;
    out->stride = other->family ? (unsigned short)other->word_count : 1;
  }
  if (node->ref == REF_ROW) out->index += node->parts->row;
}

/* An operand below `op`, put where the op finds it. */
static void compile_operand(struct compiler *c, const struct node *node, unsigned lag,
                            unsigned at) {
  struct operand operand;
  compile(c, node, lag, &operand);
  give_fill(c, &operand);
  c->tape->operands[at] = operand;
}

/* A step whose operands are all one number gives one number, if it may. */
static void finish(struct compiler *c, struct op op, bool may_be_one, unsigned depth,
                   struct operand *out) {
  const struct operand *operands = &c->tape->operands[op.first];
  op.one = may_be_one;
  for (unsigned i = 0; i < op.count; i++) {
    op.one = op.one && operands[i].one;
    if (operands[i].one) op.ones |= (unsigned char)(1u << i);
  }
  c->depth = depth;
  op.out = take_register(c, &op);
  *out = (struct operand){ .kind = OPERAND_REGISTER, .one = op.one, .stride = 1, .index = op.out };
  c->tape->ops[c->tape->op_count++] = op;
}

static void lookup(struct compiler *c, const struct node *node, unsigned lag, struct operand *out) {
  unsigned depth = c->depth;
  struct op op = { .kind = OP_LOOKUP,
                   .count = 1,
                   .shift = lag,
                   .first = reserve(c, 1),
                   .cell = model_cell(c->model, cell_of(c)->home, node) };
  const struct cell *other = &c->model->cells[op.cell];
  compile_operand(c, node->arguments[0], lag, op.first);
  finish(c, op, !(other->family && other->table >= 0), depth, out);
}

static void prior(struct compiler *c, const struct node *node, unsigned lag, struct operand *out) {
  unsigned depth = c->depth, rows = node_lag(node);
  struct op op = {
    .kind = OP_PRIOR, .count = 2, .first = reserve(c, 2), .lag = rows, .shift = lag
  };
  compile_operand(c, node->arguments[0], lag + rows, op.first);
  compile_operand(c, node->arguments[1], lag, op.first + 1);
  finish(c, op, false, depth, out);
}

static void call(struct compiler *c, const struct node *node, unsigned count, unsigned lag,
                 struct operand *out);

/* Functions of any number of arguments are calculated two by two: the first `count` of them. */
static void fold(struct compiler *c, const struct node *node, unsigned count, unsigned lag,
                 struct operand *out) {
  if (count == 1) compile(c, node->arguments[0], lag, out);
  else call(c, node, count, lag, out);
}

static char sign_of(const struct function *function) {
  return function->form == FORM_INFIX && !function->name[1] ? function->name[0] : 0;
}

static void call(struct compiler *c, const struct node *node, unsigned count, unsigned lag,
                 struct operand *out) {
  bool folds = function_folds(node->function);
  unsigned depth = c->depth, taken = folds ? 2 : count;
  struct op op = { .kind = OP_CALL,
                   .chooses = node->function->rule == RULE_CHOOSE,
                   .sign = sign_of(node->function),
                   .count = (unsigned char)taken,
                   .first = reserve(c, taken),
                   .function = &node->function->value };
  if (folds) {
    struct operand left;
    fold(c, node, count - 1, lag, &left);
    give_fill(c, &left);
    c->tape->operands[op.first] = left;
  }
  for (unsigned i = folds ? 1 : 0; i < taken; i++)
    compile_operand(c, node->arguments[folds ? count - 1 : i], lag, op.first + i);
  finish(c, op, true, depth, out);
}

static void compile_total(const struct compiler *c, const struct node *node, struct operand *out) {
  unsigned cell = c->model->instances[cell_of(c)->home].cells[node->total];
  *out = (struct operand){
    .kind = OPERAND_VALUE, .one = true, .stride = 1, .index = (unsigned)c->model->cells[cell].offset
  };
}

static void compile(struct compiler *c, const struct node *node, unsigned lag,
                    struct operand *out) {
  if (node->kind == NODE_NUMBER) constant(c, node_si(node), out);
  else if (node->kind == NODE_TEXT) constant(c, model_word(c->model, node->text), out);
  else if (node->kind == NODE_PATH && node->count) lookup(c, node, lag, out);
  else if (node->kind == NODE_PATH) reference(c, node, lag, out);
  else if (node_is_total(node)) compile_total(c, node, out);
  else if (node->function->rule == RULE_MISSING) constant(c, FUNCTION_ERROR, out);
  else if (node_lag(node)) prior(c, node, lag, out);
  else if (function_folds(node->function)) fold(c, node, node->count, lag, out);
  else call(c, node, node->count, lag, out);
}

/* Deepest the stack of registers can get below a node: fills are numbered after it. */
static unsigned stack_depth(const struct node *node) {
  unsigned most = 1;
  for (unsigned i = 0; i < node->count; i++) {
    unsigned below = stack_depth(node->arguments[i]) + i;
    if (below > most) most = below;
  }
  return most;
}

static bool starts_group(const struct mls_model *model, unsigned cell) {
  return cell == 0 || model->cells[cell - 1].group_end <= cell;
}

/* The values of a cell's group stand together. */
static bool reads_group(const struct compiler *c, const struct operand *operand) {
  const struct cell *first = &c->model->cells[c->group];
  const struct cell *last = &c->model->cells[first->group_end - 1];
  return operand->kind == OPERAND_ROWS && operand->index >= first->offset &&
         operand->index < last->offset + last->rows;
}

const struct op *tape_writer(const struct tape *tape, const struct program *program,
                             unsigned index) {
  const struct op *op = &tape->ops[program->op_first];
  while (op->out != index) op++;
  return op;
}

static void find_followers(const struct compiler *c, const struct program *program) {
  for (unsigned i = 0; i < program->op_count; i++) {
    struct op *op = &c->tape->ops[program->op_first + i];
    for (unsigned j = 0; j < op->count; j++) {
      const struct operand *operand = &c->tape->operands[op->first + j];
      bool follows = operand->kind == OPERAND_REGISTER
                         ? tape_writer(c->tape, program, operand->index)->follows
                         : reads_group(c, operand);
      op->follows = op->follows || follows;
    }
  }
}

static void compile_cell(struct compiler *c, struct program *program) {
  const struct cell *cell = cell_of(c);
  c->depth = 0;
  /* only columns fill registers, which are numbered above the stack */
  if (starts_group(c->model, c->cell)) {
    c->group = c->cell;
    c->group_ops = 0;
    c->registers = 0;
  }
  if (!program->recurrent) c->registers = cell->table >= 0 ? 2 * stack_depth(cell->formula) : 2;
  program->op_first = (unsigned)c->tape->op_count;
  compile(c, cell->formula, 0, &program->result);
  give_fill(c, &program->result);
  if (program->result.one && cell->rows > 1) program->result.fill = c->registers++;
  program->op_count = (unsigned)c->tape->op_count - program->op_first;
  if (program->recurrent) find_followers(c, program);
  program->registers = c->registers;
  if (c->registers > c->tape->registers) c->tape->registers = c->registers;
  c->group_ops += program->op_count + 1;
  if (program->recurrent && c->group_ops > c->tape->group_ops) c->tape->group_ops = c->group_ops;
}

static mls_status allocate(struct mls_model *model, struct tape *tape, struct fails *fails) {
  const struct survey *room = &model->survey;
  tape->programs = memory_array(model->memory, model->cell_count, sizeof *tape->programs);
  tape->ops = memory_array(model->memory, room->ops, sizeof *tape->ops);
  tape->operands = memory_array(model->memory, room->operands, sizeof *tape->operands);
  tape->constants = memory_array(model->memory, room->constants, sizeof *tape->constants);
  bool all = tape->programs && tape->ops && tape->operands && tape->constants;
  return all ? MLS_OK : fail_memory(fails);
}

static bool is_recurrent(const struct mls_model *model, unsigned cell) {
  if (model->cells[cell].group_end > cell + 1) return true;
  if (cell > 0 && model->cells[cell - 1].group_end > cell) return true;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++)
    if (model->edges[i].to == cell) return true;
  return false;
}

/* Columns that follow each other and may be calculated together row by row: of one table, none in a
   group, and none of them looks another one up. */
static bool joins_block(const struct mls_model *model, unsigned first, unsigned cell) {
  const struct cell *a = &model->cells[first], *b = &model->cells[cell];
  bool given = b->kind == CELL_INPUT || b->kind == CELL_KEY;
  return a->table >= 0 && a->table == b->table && a->instance == b->instance &&
         (given || (b->formula && !model->tape->programs[cell].recurrent));
}

static mls_status find_blocks(struct mls_model *model, struct fails *fails) {
  unsigned *looked_up = memory_array(model->memory, model->cell_count, sizeof *looked_up);
  if (!looked_up) return fail_memory(fails);
  for (unsigned first = 0, end; first < model->cell_count; first = end) {
    end = model->cells[first].group_end;
    for (unsigned cell = first; cell < end; cell++) {
      for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++)
        if (model->edges[i].kind == EDGE_ALL) {
          model->tape->programs[cell].read_whole = true;
          looked_up[model->edges[i].to] = first + 1;
        }
      bool more = end == cell + 1 && end < model->cell_count && looked_up[end] != first + 1;
      if (more && joins_block(model, first, first) && joins_block(model, first, end)) end++;
    }
    for (unsigned cell = first; cell < end; cell++) model->tape->programs[cell].block_end = end;
  }
  return MLS_OK;
}

mls_status tape_build(struct mls_model *model, struct fails *fails) {
  struct tape *tape = memory_push(model->memory, sizeof *tape);
  if (!tape) return fail_memory(fails);
  TRY(allocate(model, tape, fails));
  tape->registers = 2;
  tape->times = &function_find(SLICE("*"), FORM_INFIX)->value;
  tape->plus = &function_find(SLICE("+"), FORM_INFIX)->value;
  struct compiler c = { .model = model, .tape = tape };
  for (unsigned i = 0; i < model->cell_count; i++) {
    c.cell = i;
    TRY(progress_tick(fails, 10, i, model->cell_count));
    struct program *program = &tape->programs[i];
    const struct cell *cell = &model->cells[i];
    program->recurrent = is_recurrent(model, i);
    program->single = cell->formula && cell->rows == 1 && !program->recurrent;
    program->value = (unsigned)cell->offset;
    if (cell->formula) compile_cell(&c, program);
  }
  model->tape = tape;
  return find_blocks(model, fails);
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
  size_t base = at->table >= 0 ? row * at->word_count : 0;
  for (unsigned i = 0; i < at->word_count; i++)
    if ((double)at->words[i] == key) {
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
  const struct operand *operands = &r->model->tape->operands[op->first];
  const double *keys = operand_lanes(r, &operands[0]);
  double *out = tape_lanes(r, op->out);
  size_t step = operands[0].one ? 0 : 1, count = op->one ? 1 : r->count;
  for (size_t i = 0; i < count; i++) {
    size_t row = r->row + i >= op->shift ? r->row + i - op->shift : 0;
    out[i] = tape_lookup(r->model, r->values, op->cell, keys[i * step], row);
  }
}

static void run_prior(const struct runner *r, const struct op *op) {
  const struct operand *operands = &r->model->tape->operands[op->first];
  const double *earlier = operand_lanes(r, &operands[0]);
  const double *first = operand_lanes(r, &operands[1]);
  size_t earlier_step = operands[0].one ? 0 : 1, first_step = operands[1].one ? 0 : 1;
  double *out = tape_lanes(r, op->out);
  size_t begin = (size_t)op->lag + op->shift;
  for (size_t i = 0; i < r->count; i++)
    out[i] = r->row + i < begin ? first[i * first_step] : earlier[i * earlier_step];
}

/* One value. Cells are mostly made of four functions, and a processor foresees better which of them
   comes than where a pointer leads: that alone is most of the time of a cell. */
static inline double call_one(const struct op *op, const double *const *in) {
  if (op->sign == '*') return *in[0] * *in[1];
  if (op->sign == '/') return *in[0] / *in[1];
  if (op->sign == '+') return *in[0] + *in[1];
  if (op->sign == '-') return *in[0] - *in[1];
  return op->function->one(in, op->count);
}

static void run_call(const struct runner *r, const struct op *op) {
  const double *in[TAPE_OPERANDS];
  const struct operand *operands = &r->model->tape->operands[op->first];
  double *out = tape_lanes(r, op->out);
  for (unsigned i = 0; i < op->count; i++) in[i] = operand_lanes(r, &operands[i]);
  if (op->one || r->count == 1) *out = function_sound(call_one(op, in));
  else function_run(op->function->lanes[r->model->vectors], r->count, out, in, op->count, op->ones);
}

void tape_run_op(const struct runner *r, const struct op *op) {
  if (op->kind == OP_CALL) run_call(r, op);
  else if (op->kind == OP_PRIOR) run_prior(r, op);
  else run_lookup(r, op);
}

/* The result as lanes. */
static const double *result_lanes(const struct runner *r, const struct operand *result) {
  const double *made = operand_lanes(r, result);
  if (!result->one || r->count == 1) return made;
  double *out = tape_lanes(r, result->fill);
  for (size_t i = 0; i < r->count; i++) out[i] = *made;
  return out;
}

const double *tape_run(const struct mls_model *model, const double *values, double *scratch,
                       unsigned cell, size_t row, size_t count) {
  struct runner r = { model, values, scratch, row, count };
  const struct tape *tape = model->tape;
  const struct program *program = &tape->programs[cell];
  for (size_t i = 0; i < program->op_count; i++) tape_run_op(&r, &tape->ops[program->op_first + i]);
  return result_lanes(&r, &program->result);
}
