/* Compiles trees to steps and runs the steps of a cell. Registers are taken as a stack while a tree
   is walked, so a program needs as many as its formula is deep. What is one number for all rows of
   a column is calculated as one, once a block. */
#include <string.h>

#include "progress.h"
#include "tape_code.h"

struct compiler {
  struct mls_model *model;
  struct tape *tape;
  unsigned cell;
  unsigned depth;     /* registers in use */
  unsigned registers; /* most so far */
  unsigned ops;       /* of the cell so far */
  size_t head;        /* of the last one */
  unsigned group;     /* first cell of the group */
  unsigned group_ops; /* ops and cells of the group so far */
  bool failed;        /* there was no memory */
};

static void compile(struct compiler *c, const struct node *node, unsigned lag, struct operand *out);

static const struct cell *cell_of(const struct compiler *c) { return &c->model->cells[c->cell]; }

/* At each depth of the stack there are two registers, so that an op need not write to what it
   reads: the other one of that which holds an operand at its depth. Recurrences share none. */
static unsigned take_register(struct compiler *c, const struct op *op) {
  if (c->tape->programs[c->cell].recurrent) return c->registers++;
  unsigned taken = 2 * c->depth++;
  for (unsigned i = 0; i < op->count; i++)
    if (op->in[i].kind == OPERAND_REGISTER && op->in[i].index == taken) taken++;
  if (2 * c->depth > c->registers) c->registers = 2 * c->depth;
  return taken;
}

/* ---- words ---- */

static void put(struct compiler *c, uint32_t word) { c->tape->code[c->tape->code_count++] = word; }

/* Rows that do not stand side by side are gathered in a register of their own, above the stack. */
static uint32_t far_word(struct compiler *c, const struct operand *operand) {
  struct tape *tape = c->tape;
  struct far_rows *fars =
      memory_grow(c->model->memory, tape->fars, tape->far_count, &tape->far_room, sizeof *fars);
  if (!fars) {
    c->failed = true;
    return 0;
  }
  tape->fars = fars;
  fars[tape->far_count] =
      (struct far_rows){ operand->index, operand->lag, c->registers++, operand->stride };
  return CODE_FAR | (uint32_t)tape->far_count++;
}

static bool is_far(const struct operand *operand) {
  return operand->kind == OPERAND_ROWS && (operand->lag > 0 || operand->stride > 1);
}

static uint32_t place_of(struct compiler *c, const struct operand *operand) {
  switch ((enum operand_kind)operand->kind) {
    case OPERAND_VALUE: return operand->index;
    case OPERAND_CONSTANT: return (uint32_t)c->tape->constants_at + operand->index;
    case OPERAND_REGISTER: return (uint32_t)c->tape->registers_at + operand->index;
    case OPERAND_ROWS: break;
  }
  return is_far(operand) ? far_word(c, operand) : CODE_ROWS | operand->index;
}

/* The value of an operand is in the hands of what runs one row, if the step before made it. */
static bool is_handed(const struct compiler *c, const struct operand *operand) {
  const struct tape *tape = c->tape;
  return c->ops > 0 && operand->kind == OPERAND_REGISTER &&
         tape->code[tape->code_count - 1] == tape->registers_at + operand->index;
}

static uint32_t case_of(const struct compiler *c, const struct op *op) {
  for (unsigned i = 0; i < op->count; i++)
    if (is_far(&op->in[i])) return op->number | CODE_REACHES;
  if (is_handed(c, &op->in[0])) return op->number | CODE_FIRST;
  if (op->count > 1 && is_handed(c, &op->in[1])) return op->number | CODE_SECOND;
  return op->number;
}

static uint32_t head_of(const struct compiler *c, const struct op *op) {
  static const uint32_t numbers[] = {
    [OP_LOOKUP] = CODE_LOOKUP, [OP_PRIOR] = CODE_PRIOR, [OP_COPY] = CODE_COPY
  };
  uint32_t head = op->kind == OP_CALL ? case_of(c, op) : numbers[op->kind];
  head |= (uint32_t)op->count << CODE_COUNT | (uint32_t)op->ones << CODE_ONES;
  return op->one ? head | CODE_ONE : head;
}

static void put_op(struct compiler *c, const struct op *op) {
  uint32_t head = head_of(c, op);
  c->head = c->tape->code_count;
  c->ops++;
  put(c, head);
  for (unsigned i = 0; i < op->count; i++) put(c, place_of(c, &op->in[i]));
  if (op->kind == OP_LOOKUP) put(c, op->cell);
  if (op->kind == OP_PRIOR) put(c, op->lag);
  if (op->kind == OP_LOOKUP || op->kind == OP_PRIOR) put(c, op->shift);
  put(c, (uint32_t)c->tape->registers_at + op->out);
}

/* ---- operands ---- */

static void constant(struct compiler *c, double value, struct operand *out) {
  *out = (struct operand){
    .kind = OPERAND_CONSTANT, .one = true, .stride = 1, .index = (unsigned)c->tape->constant_count
  };
  c->tape->constants[c->tape->constant_count++] = value;
}

static bool own_table(const struct compiler *c, const struct node *node, const struct cell *other) {
  const struct cell *cell = cell_of(c);
  return node->hops == 0 && other->table >= 0 && other->table == cell->table &&
         other->instance == cell->instance;
}

static void reference(const struct compiler *c, const struct node *node, unsigned lag,
                      struct operand *out) {
  unsigned cell = model_cell(c->model, model_home(c->model, cell_of(c)), node);
  const struct cell *other = &c->model->cells[cell];
  *out = (struct operand){
    .kind = OPERAND_VALUE, .one = true, .stride = 1, .index = (unsigned)other->offset
  };
  if (other->rows > 1 && own_table(c, node, other)) {
    out->kind = OPERAND_ROWS;
    out->one = false;
    out->lag = lag;
    out->stride = other->family ? (unsigned short)other->fact->word_count : 1;
  }
  if (node->ref == REF_ROW) out->index += node->parts->row;
}

/* A step whose operands are all one number gives one number, if it may. */
static void finish(struct compiler *c, struct op *op, bool may_be_one, unsigned depth,
                   struct operand *out) {
  op->one = may_be_one;
  for (unsigned i = 0; i < op->count; i++) {
    op->one = op->one && op->in[i].one;
    if (op->in[i].one) op->ones |= (unsigned char)(1u << i);
  }
  c->depth = depth;
  op->out = take_register(c, op);
  put_op(c, op);
  *out =
      (struct operand){ .kind = OPERAND_REGISTER, .one = op->one, .stride = 1, .index = op->out };
}

static void lookup(struct compiler *c, const struct node *node, unsigned lag, struct operand *out) {
  unsigned depth = c->depth;
  struct op op = { .kind = OP_LOOKUP,
                   .count = 1,
                   .shift = lag,
                   .cell = model_cell(c->model, model_home(c->model, cell_of(c)), node) };
  const struct cell *other = &c->model->cells[op.cell];
  compile(c, node->arguments[0], lag, &op.in[0]);
  finish(c, &op, !(other->family && other->table >= 0), depth, out);
}

static void prior(struct compiler *c, const struct node *node, unsigned lag, struct operand *out) {
  unsigned depth = c->depth, rows = node_lag(node);
  struct op op = { .kind = OP_PRIOR, .count = 2, .lag = rows, .shift = lag };
  compile(c, node->arguments[0], lag + rows, &op.in[0]);
  compile(c, node->arguments[1], lag, &op.in[1]);
  finish(c, &op, false, depth, out);
}

static void call(struct compiler *c, const struct node *node, unsigned count, unsigned lag,
                 struct operand *out);

/* Functions of any number of arguments are calculated two by two: the first `count` of them. */
static void fold(struct compiler *c, const struct node *node, unsigned count, unsigned lag,
                 struct operand *out) {
  if (count == 1) compile(c, node->arguments[0], lag, out);
  else call(c, node, count, lag, out);
}

static void call(struct compiler *c, const struct node *node, unsigned count, unsigned lag,
                 struct operand *out) {
  bool folds = function_folds(node->function);
  unsigned depth = c->depth, taken = folds ? 2 : count;
  struct op op = { .kind = OP_CALL,
                   .number = node->function->value.number,
                   .count = (unsigned char)taken };
  if (folds) fold(c, node, count - 1, lag, &op.in[0]);
  for (unsigned i = folds ? 1 : 0; i < taken; i++)
    compile(c, node->arguments[folds ? count - 1 : i], lag, &op.in[i]);
  c->tape->bodies[op.number] = &node->function->value;
  if (node->function->slow) c->tape->programs[c->cell].slow = true;
  finish(c, &op, true, depth, out);
}

static void compile_total(const struct compiler *c, const struct node *node, struct operand *out) {
  unsigned cell = c->model->instances[model_home(c->model, cell_of(c))].cells[node->total];
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

static void find_followers(const struct compiler *c) {
  const uint32_t *at = tape_code(c->tape, c->cell);
  struct op op;
  do {
    uint32_t *head = c->tape->code + (at - c->tape->code);
    at = tape_read(c->tape, at, &op);
    for (unsigned i = 0; i < op.count; i++) {
      bool follows = op.in[i].kind == OPERAND_REGISTER
                         ? *tape_writer(c->tape, c->cell, op.in[i].index) & CODE_FOLLOWS
                         : reads_group(c, &op.in[i]);
      if (follows) *head |= CODE_FOLLOWS;
    }
  } while (!op.last);
}

/* The value of a cell is made by its last step: where the formula has none, by a copy. */
static void compile_formula(struct compiler *c) {
  struct operand result;
  c->depth = c->ops = 0;
  compile(c, cell_of(c)->formula, 0, &result);
  if (result.kind != OPERAND_REGISTER) {
    struct op op = { .kind = OP_COPY, .count = 1, .in = { result } };
    finish(c, &op, true, 0, &result);
  }
  c->tape->code[c->head] |= CODE_LAST;
  put(c, c->cell);
  put(c, (uint32_t)cell_of(c)->offset);
}

static void compile_cell(struct compiler *c, const struct program *program) {
  const struct cell *cell = cell_of(c);
  /* only columns fill registers, which are numbered above the stack */
  if (starts_group(c->model, c->cell)) {
    c->group = c->cell;
    c->group_ops = 0;
    c->registers = 0;
  }
  if (!program->recurrent) c->registers = cell->table >= 0 ? 2 * stack_depth(cell->formula) : 2;
  compile_formula(c);
  if (program->recurrent) find_followers(c);
  if (c->registers > c->tape->registers) c->tape->registers = c->registers;
  c->group_ops += c->ops + 1;
  if (program->recurrent && c->group_ops > c->tape->group_ops) c->tape->group_ops = c->group_ops;
}

static mls_status allocate(struct mls_model *model, struct tape *tape, struct fails *fails) {
  const struct survey *room = &model->survey;
  /* a head, a register and what stands beside operands; two words end a cell, three copy a value */
  size_t words = 2 * (room->ops + room->far + room->formulas) + room->operands + 3 * room->bare;
  tape->programs = memory_array(model->memory, model->cell_count + 1, sizeof *tape->programs);
  tape->code = memory_array(model->memory, words, sizeof *tape->code);
  tape->constants = memory_array(model->memory, room->constants, sizeof *tape->constants);
  tape->constants_at = model->value_count;
  tape->registers_at = tape->constants_at + room->constants;
  return tape->programs && tape->code && tape->constants ? MLS_OK : fail_memory(fails);
}

static bool is_given(const struct cell *cell) {
  return cell->kind == CELL_INPUT || cell->kind == CELL_KEY;
}

static bool is_recurrent(const struct mls_model *model, unsigned cell) {
  if (model->cells[cell].group_end > cell + 1) return true;
  if (cell > 0 && model->cells[cell - 1].group_end > cell) return true;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++)
    if (model->edges[i].to == cell) return true;
  return false;
}

/* ---- blocks ---- */

static bool joins_columns(const struct mls_model *model, unsigned first, unsigned cell) {
  const struct cell *a = &model->cells[first], *b = &model->cells[cell];
  return a->table >= 0 && a->table == b->table && a->instance == b->instance &&
         (is_given(b) || (b->formula && !model->tape->programs[cell].recurrent));
}

static bool joins_singles(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  const struct program *program = &model->tape->programs[cell];
  return (program->single && !program->slow) || (is_given(at) && at->table < 0);
}

/* Cells that follow each other and may be calculated together row by row: of one row each, or of
   one table, none in a group, and none of them looks another one up. */
static bool joins_block(const struct mls_model *model, unsigned first, unsigned cell,
                        const unsigned *looked_up) {
  if (joins_singles(model, first)) return joins_singles(model, cell) && cell - first < TAPE_SWEEP;
  return joins_columns(model, first, first) && joins_columns(model, first, cell) &&
         looked_up[cell] != first + 1;
}

/* Finds who reads a cell whole: `looked_up` has for each cell the block that looks it up. */
static void find_readers(const struct mls_model *model, unsigned first, unsigned cell,
                         unsigned *looked_up) {
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++)
    if (model->edges[i].kind == EDGE_ALL) {
      model->tape->programs[cell].read_whole = true;
      looked_up[model->edges[i].to] = first + 1;
    }
}

/* A cell that is read outside of its block says so in its code. */
static void tell_readers(const struct mls_model *model, unsigned cell, unsigned end) {
  if (!model->cells[cell].formula) return;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++)
    if (tape_leaves(&model->edges[i], end))
      model->tape->code[model->tape->programs[cell + 1].code - 2] |= CODE_TOLD;
}

static void end_block(const struct mls_model *model, unsigned first, unsigned end) {
  struct program *programs = model->tape->programs;
  bool narrow = joins_singles(model, first), slow = false;
  for (unsigned cell = first; cell < end; cell++) slow = slow || programs[cell].slow;
  for (unsigned cell = first; cell < end; cell++) {
    programs[cell].block_end = end;
    programs[cell].narrow = narrow;
    programs[cell].sweeps = !slow;
    tell_readers(model, cell, end);
  }
}

static mls_status find_blocks(struct mls_model *model, struct fails *fails) {
  struct memory_mark mark = memory_mark(model->memory);
  unsigned *looked_up = memory_array(model->memory, model->cell_count, sizeof *looked_up);
  if (!looked_up) return fail_memory(fails);
  for (unsigned first = 0, end; first < model->cell_count; first = end) {
    end = model->cells[first].group_end;
    for (unsigned cell = first; cell < end; cell++) {
      find_readers(model, first, cell, looked_up);
      bool more = end == cell + 1 && end < model->cell_count;
      if (more && joins_block(model, first, end, looked_up)) end++;
    }
    end_block(model, first, end);
  }
  memory_reset(model->memory, mark);
  return MLS_OK;
}

mls_status tape_build(struct mls_model *model, struct fails *fails) {
  struct tape *tape = memory_push(model->memory, sizeof *tape);
  if (!tape) return fail_memory(fails);
  TRY(allocate(model, tape, fails));
  tape->registers = 2;
  struct compiler c = { .model = model, .tape = tape };
  for (unsigned i = 0; i < model->cell_count; i++) {
    c.cell = i;
    TRY(progress_tick(fails, 10, i, model->cell_count));
    struct program *program = &tape->programs[i];
    const struct cell *cell = &model->cells[i];
    program->recurrent = is_recurrent(model, i);
    program->single = cell->formula && cell->rows == 1 && !program->recurrent;
    program->value = (unsigned)cell->offset;
    program->code = (unsigned)tape->code_count;
    program->marks_rows = !program->single && !is_given(cell);
    program->column = (unsigned)tape->columns;
    tape->columns += program->marks_rows;
    if (cell->formula) compile_cell(&c, program);
  }
  if (c.failed) return fail_memory(fails);
  tape->programs[model->cell_count].code = (unsigned)tape->code_count;
  model->tape = tape;
  return find_blocks(model, fails);
}
