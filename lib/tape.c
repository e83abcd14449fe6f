/* Compiles trees to steps and runs the steps of a cell. Registers are taken as a stack while a tree
   is walked, so a program needs as many as its formula is deep; single values that a column reads
   get a register of their own, filled once and used for every block. */
#include "tape.h"

#include <math.h>
#include <string.h>

#include "limits.h"

struct compiler {
  struct mls_model *model;
  struct tape *tape;
  struct fails *fails;
  unsigned cell;
  unsigned depth;     /* registers in use */
  unsigned registers; /* most so far */
};

static mls_status compile(struct compiler *c, const struct node *node, unsigned lag,
                          struct operand *out);

static const struct cell *cell_of(const struct compiler *c) { return &c->model->cells[c->cell]; }

static unsigned take_register(struct compiler *c) {
  unsigned taken = c->depth++;
  if (c->depth > c->registers) c->registers = c->depth;
  return taken;
}

/* Room for the operands of an op; those of ops below it come after. */
static mls_status reserve(struct compiler *c, unsigned count, unsigned *first) {
  struct tape *tape = c->tape;
  *first = (unsigned)tape->operand_count;
  for (unsigned i = 0; i < count; i++) {
    struct operand *grown = memory_grow(c->model->memory, tape->operands, tape->operand_count,
                                        &tape->operand_room, sizeof *grown);
    if (!grown) return fail_memory(c->fails);
    tape->operands = grown;
    tape->operand_count++;
  }
  return MLS_OK;
}

static mls_status add_op(struct compiler *c, struct op op) {
  struct tape *tape = c->tape;
  struct op *ops =
      memory_grow(c->model->memory, tape->ops, tape->op_count, &tape->op_room, sizeof *ops);
  if (!ops) return fail_memory(c->fails);
  tape->ops = ops;
  ops[tape->op_count++] = op;
  return MLS_OK;
}

/* ---- operands ---- */

static mls_status constant(struct compiler *c, double value, struct operand *out) {
  struct tape *tape = c->tape;
  double *constants = memory_grow(c->model->memory, tape->constants, tape->constant_count,
                                  &tape->constant_room, sizeof *constants);
  if (!constants) return fail_memory(c->fails);
  tape->constants = constants;
  *out = (struct operand){ .kind = OPERAND_CONSTANT, .stride = 1, .index = tape->constant_count };
  constants[tape->constant_count++] = value;
  return MLS_OK;
}

/* Values and constants that a column reads stand in a register of their own, below the stack. */
static void give_fill(struct compiler *c, struct operand *operand) {
  bool lanes_needed = operand->kind == OPERAND_ROWS ? operand->lag > 0 || operand->stride > 1
                                                    : cell_of(c)->rows > 1;
  if (operand->kind != OPERAND_REGISTER && lanes_needed) operand->fill = c->registers++;
}

static bool own_table(const struct compiler *c, const struct node *node, const struct cell *other) {
  const struct cell *cell = cell_of(c);
  return node->ref.hops == 0 && other->table >= 0 && other->table == cell->table &&
         other->instance == cell->instance;
}

static void reference(const struct compiler *c, const struct node *node, unsigned lag,
                      struct operand *out) {
  unsigned cell = model_cell(c->model, cell_of(c)->home, &node->ref);
  const struct cell *other = &c->model->cells[cell];
  *out = (struct operand){ .kind = OPERAND_VALUE, .stride = 1, .index = other->offset };
  if (own_table(c, node, other)) {
    out->kind = OPERAND_ROWS;
    out->lag = lag;
    out->stride = other->family ? other->word_count : 1;
  }
  if (node->ref.kind == REF_ROW) out->index += node->ref.row;
}

/* An operand below `op`, put where the op finds it. */
static mls_status compile_operand(struct compiler *c, const struct node *node, unsigned lag,
                                  unsigned at) {
  struct operand operand;
  TRY(compile(c, node, lag, &operand));
  give_fill(c, &operand);
  c->tape->operands[at] = operand;
  return MLS_OK;
}

static mls_status finish(struct compiler *c, struct op op, unsigned depth, struct operand *out) {
  c->depth = depth;
  op.out = take_register(c);
  *out = (struct operand){ .kind = OPERAND_REGISTER, .stride = 1, .index = op.out };
  return add_op(c, op);
}

static mls_status lookup(struct compiler *c, const struct node *node, unsigned lag,
                         struct operand *out) {
  unsigned depth = c->depth;
  struct op op = { .kind = OP_LOOKUP, .count = 1, .shift = lag,
                   .cell = model_cell(c->model, cell_of(c)->home, &node->ref) };
  TRY(reserve(c, 1, &op.first));
  TRY(compile_operand(c, node->arguments[0], lag, op.first));
  return finish(c, op, depth, out);
}

static mls_status call(struct compiler *c, const struct node *node, unsigned lag,
                       struct operand *out) {
  unsigned depth = c->depth;
  unsigned rows = node_lag(node);
  struct op op = { .kind = rows ? OP_PRIOR : OP_CALL, .count = rows ? 2 : node->count,
                   .function = node->function, .lag = rows, .shift = lag };
  TRY(reserve(c, op.count, &op.first));
  for (unsigned i = 0; i < op.count; i++)
    TRY(compile_operand(c, node->arguments[i], i == 0 ? lag + rows : lag, op.first + i));
  return finish(c, op, depth, out);
}

static mls_status compile(struct compiler *c, const struct node *node, unsigned lag,
                          struct operand *out) {
  if (node->kind == NODE_NUMBER)
    return constant(c, node->number * (node->unit ? node->unit->factor : 1), out);
  if (node->kind == NODE_TEXT) return constant(c, model_word(c->model, node->text), out);
  if (node->kind == NODE_PATH) {
    if (node->count) return lookup(c, node, lag, out);
    reference(c, node, lag, out);
    return MLS_OK;
  }
  if (node->total != NODE_PLAIN) {
    unsigned cell = c->model->instances[cell_of(c)->home].cells[node->total];
    *out = (struct operand){ .kind = OPERAND_VALUE, .stride = 1,
                             .index = c->model->cells[cell].offset };
    return MLS_OK;
  }
  if (node->function->rule == RULE_MISSING) return constant(c, FUNCTION_ERROR, out);
  return call(c, node, lag, out);
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

static mls_status compile_cell(struct compiler *c, struct program *program) {
  const struct cell *cell = cell_of(c);
  c->depth = 0;
  c->registers = stack_depth(cell->formula) + 1;
  program->op_first = c->tape->op_count;
  TRY(compile(c, cell->formula, 0, &program->result));
  give_fill(c, &program->result);
  program->op_count = c->tape->op_count - program->op_first;
  program->registers = c->registers;
  if (c->registers > c->tape->registers) c->tape->registers = c->registers;
  return MLS_OK;
}

static bool is_recurrent(const struct mls_model *model, unsigned cell) {
  if (model->cells[cell].group_end > cell + 1) return true;
  if (cell > 0 && model->cells[cell - 1].group_end > cell) return true;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++)
    if (model->edges[i].to == cell) return true;
  return false;
}

mls_status tape_build(struct mls_model *model, struct fails *fails) {
  struct tape *tape = memory_push(model->memory, sizeof *tape);
  if (!tape) return fail_memory(fails);
  tape->programs = memory_array(model->memory, model->cell_count, sizeof *tape->programs);
  if (!tape->programs) return fail_memory(fails);
  tape->registers = 1;
  struct compiler c = { .model = model, .tape = tape, .fails = fails };
  for (unsigned i = 0; i < model->cell_count; i++) {
    c.cell = i;
    tape->programs[i].recurrent = is_recurrent(model, i);
    if (model->cells[i].formula) TRY(compile_cell(&c, &tape->programs[i]));
  }
  model->tape = tape;
  return MLS_OK;
}

/* ---- running ---- */

struct runner {
  const struct mls_model *model;
  const double *values;
  double *scratch;
  size_t row, count;
};

static double *lanes_of(const struct runner *r, size_t index) {
  return r->scratch + index * TAPE_BLOCK;
}

/* Rows further up than the table begins are never looked at (prior takes its other argument): any
   value will do there, so row 0 stands for them. */
static const double *gather(const struct runner *r, const struct operand *operand) {
  double *out = lanes_of(r, operand->fill);
  for (size_t i = 0; i < r->count; i++) {
    size_t row = r->row + i >= operand->lag ? r->row + i - operand->lag : 0;
    out[i] = r->values[operand->index + row * operand->stride];
  }
  return out;
}

static const double *operand_lanes(const struct runner *r, const struct operand *operand) {
  bool one = r->count == 1;
  switch (operand->kind) {
    case OPERAND_REGISTER: return lanes_of(r, operand->index);
    case OPERAND_CONSTANT:
      return one ? &r->model->tape->constants[operand->index] : lanes_of(r, operand->fill);
    case OPERAND_VALUE: return one ? &r->values[operand->index] : lanes_of(r, operand->fill);
    case OPERAND_ROWS: break;
  }
  if (operand->stride == 1 && r->row >= operand->lag)
    return &r->values[operand->index + r->row - operand->lag];
  return gather(r, operand);
}

/* Every result that is not finite becomes the one error value, so that unchanged is equal bits. */
static void normalise(double *out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = out[i] - out[i] == 0 ? out[i] : FUNCTION_ERROR;
}

double tape_lookup(const struct mls_model *model, const double *values, unsigned cell, double key,
                   size_t row) {
  const struct cell *at = &model->cells[cell];
  size_t found;
  if (key != key) return FUNCTION_ERROR;
  if (at->kind != CELL_FACT || !at->family)
    return rows_find(model, model_rows(model, cell), key, &found) ? values[at->offset + found]
                                                                  : FUNCTION_ERROR;
  size_t base = at->table >= 0 ? row * at->word_count : 0;
  for (unsigned i = 0; i < at->word_count; i++)
    if ((double)at->words[i] == key) return values[at->offset + base + i];
  return FUNCTION_ERROR;
}

static void run_lookup(const struct runner *r, const struct op *op) {
  const struct operand *operands = &r->model->tape->operands[op->first];
  const double *keys = operand_lanes(r, &operands[0]);
  double *out = lanes_of(r, op->out);
  for (size_t i = 0; i < r->count; i++) {
    size_t row = r->row + i >= op->shift ? r->row + i - op->shift : 0;
    out[i] = tape_lookup(r->model, r->values, op->cell, keys[i], row);
  }
}

static void run_prior(const struct runner *r, const struct op *op) {
  const struct operand *operands = &r->model->tape->operands[op->first];
  const double *earlier = operand_lanes(r, &operands[0]);
  const double *first = operand_lanes(r, &operands[1]);
  double *out = lanes_of(r, op->out);
  size_t begin = (size_t)op->lag + op->shift;
  for (size_t i = 0; i < r->count; i++) out[i] = r->row + i < begin ? first[i] : earlier[i];
}

static void run_call(const struct runner *r, const struct op *op) {
  const double *in[LIMIT_ARGUMENTS];
  const struct operand *operands = &r->model->tape->operands[op->first];
  for (unsigned i = 0; i < op->count; i++) in[i] = operand_lanes(r, &operands[i]);
  double *out = lanes_of(r, op->out);
  op->function->value(r->count, out, in, op->count);
  normalise(out, r->count);
}

static void fill(const struct runner *r, const struct operand *operand) {
  if (operand->kind != OPERAND_CONSTANT && operand->kind != OPERAND_VALUE) return;
  double value = operand->kind == OPERAND_CONSTANT ? r->model->tape->constants[operand->index]
                                                   : r->values[operand->index];
  double *out = lanes_of(r, operand->fill);
  for (size_t i = 0; i < TAPE_BLOCK; i++) out[i] = value;
}

static void fill_all(const struct runner *r, const struct program *program) {
  const struct tape *tape = r->model->tape;
  for (size_t i = 0; i < program->op_count; i++) {
    const struct op *op = &tape->ops[program->op_first + i];
    for (unsigned j = 0; j < op->count; j++) fill(r, &tape->operands[op->first + j]);
  }
  fill(r, &program->result);
}

const double *tape_run(const struct mls_model *model, const double *values, double *scratch,
                       unsigned cell, size_t row, size_t count, bool filled) {
  struct runner r = { model, values, scratch, row, count };
  const struct tape *tape = model->tape;
  const struct program *program = &tape->programs[cell];
  if (count > 1 && !filled) fill_all(&r, program);
  for (size_t i = 0; i < program->op_count; i++) {
    const struct op *op = &tape->ops[program->op_first + i];
    if (op->kind == OP_CALL) run_call(&r, op);
    else if (op->kind == OP_PRIOR) run_prior(&r, op);
    else run_lookup(&r, op);
  }
  return operand_lanes(&r, &program->result);
}
