/* Trees to steps. The tape belongs to the model and never changes; values.h holds the numbers that
   it works on. A step is one function of the table, over lanes for a block of rows of a column, and
   over numbers for one row, with the same bits. */
#ifndef MLS_TAPE_H
#define MLS_TAPE_H

#include "bits.h"
#include "graph.h"

enum {
  TAPE_BLOCK = 256,  /* rows calculated at once: a register is 2 KiB, several fit in a cache */
  TAPE_SWEEP = 512,  /* cells calculated at once */
  TAPE_OPERANDS = 3, /* of an op, at most */
};

enum operand_kind {
  OPERAND_VALUE,    /* one value: index into the values */
  OPERAND_ROWS,     /* the same rows of a column, `lag` rows up: index of its row 0 */
  OPERAND_CONSTANT, /* tape.constants[index] */
  OPERAND_REGISTER
};

struct operand {
  unsigned char kind;    /* enum operand_kind */
  bool one;              /* the same for all rows: one number stands for the lanes */
  unsigned short stride; /* OPERAND_ROWS: values a row (facts of the items of a table), else 1 */
  unsigned lag;          /* OPERAND_ROWS */
  unsigned fill;         /* ROWS with lag or stride: register of its lanes */
  unsigned index;        /* of a constant, a value or a register: LIMIT_VALUES keeps it in range */
};

enum op_kind {
  OP_CALL,   /* function over the operands */
  OP_LOOKUP, /* row of cell `cell` whose key is operand 0; facts of a table: `shift` rows up */
  OP_PRIOR,  /* operand 0 from row `lag` + `shift` on, operand 1 before */
  OP_COPY    /* operand 0: of formulas that name another cell and do no more */
};

/* A step as it is read from the code. */
struct op {
  unsigned char kind;   /* enum op_kind */
  unsigned char number; /* OP_CALL: enum function_body */
  unsigned char count;  /* operands */
  unsigned char ones;   /* bit i: operand i is one number for all rows, */
  bool one;             /* and its result is */
  bool follows;         /* it rests on the rows of its own group: see recur.h */
  bool last;            /* its result is the value of the cell */
  unsigned out;         /* register */
  unsigned lag, shift;
  unsigned cell;                 /* OP_LOOKUP */
  const struct bodies *function; /* OP_CALL */
  struct operand in[TAPE_OPERANDS];
};

/* What the tape knows of a cell. */
struct program {
  unsigned code;       /* where its steps begin: those of cells stand in order, side by side */
  unsigned value;      /* of row 0 of the cell: its offset */
  unsigned block_end;  /* one past the last cell that may be calculated with it row by row */
  unsigned column;     /* of a cell whose rows are marked one by one: among those */
  bool marks_rows : 1; /* it is one: neither an input nor `single` */
  bool read_whole : 1; /* some cell reads all its rows: a look-up, an aggregate, a single value */
  bool recurrent : 1;  /* needs its own group row by row */
  bool single : 1;     /* one row, by a formula, in no group */
  bool slow : 1;       /* some function in it is */
  bool narrow : 1;     /* its block is of `single` cells and the inputs between them */
  bool sweeps : 1;     /* one row of all of its block may be calculated for a few: none is slow */
};

struct far_rows;

struct tape {
  struct program *programs; /* one a cell, and one more that ends the code of the last */
  uint32_t *code;           /* tape_code.h */
  size_t code_count;
  double *constants;
  size_t constant_count;
  size_t constants_at, registers_at; /* their places: see tape_code.h */
  struct far_rows *fars;
  size_t far_count, far_room;
  size_t columns;     /* cells whose rows are marked one by one */
  unsigned registers; /* most of any program */
  unsigned group_ops; /* most ops and cells of any group */
  const struct bodies *bodies[BODY_COUNT];
};

mls_status tape_build(struct mls_model *model, struct fails *fails);

/* An edge from a cell to one that is not calculated together with it, in the block that ends at
   `end`: in a block only the same rows are read. */
static inline bool tape_leaves(const struct edge *edge, unsigned end) {
  return edge->to >= end || edge->kind == EDGE_PRIOR;
}

/* Where the steps of a cell with a formula begin. */
static inline const uint32_t *tape_code(const struct tape *tape, unsigned cell) {
  return tape->code + tape->programs[cell].code;
}
/* Reads the step at `at`; returns where the next one stands. The one that is `last` ends the cell.
 */
const uint32_t *tape_read(const struct tape *tape, const uint32_t *at, struct op *op);

/* What the ops of a cell work on for a block of rows. */
struct runner {
  const struct mls_model *model;
  const double *values;
  double *scratch;
  size_t row, count;
};

/* Lanes of a register. */
static inline double *tape_lanes(const struct runner *r, size_t index) {
  return r->scratch + index * TAPE_BLOCK;
}
/* The op of a recurrence that writes to a register: there is one. */
const uint32_t *tape_writer(const struct tape *tape, unsigned cell, unsigned index);
void tape_run_op(const struct runner *r, const struct op *op);
/* Where the value of a cell stands after its last op. */
struct operand tape_result(const struct op *last);

/* Calculates rows row..row+count-1 (count <= TAPE_BLOCK) of a cell with a formula. The result is in
   `values` or in scratch; the pointer is returned. */
const double *tape_run(const struct mls_model *model, const double *values, double *scratch,
                       unsigned cell, size_t row, size_t count);

/* Numbers that stand behind the values, for one row: constants and registers. */
static inline size_t tape_tail(const struct tape *tape) {
  return tape->registers_at - tape->constants_at + tape->registers;
}

/* One row of a cell with a formula. `values` have the tail, with the constants filled in. */
double tape_value(const struct mls_model *model, double *values, unsigned cell, size_t row);

/* One row of the cells with a formula among some that stand together. */
struct sweep {
  const struct mls_model *model;
  double *values;
  struct bits *changed;      /* gets the cells that got other bits */
  size_t count;              /* cells calculated */
  unsigned told[TAPE_SWEEP]; /* those of them that changed and are read outside of their block */
  size_t told_count;
};
/* Calculates and stores cells [from, until) of one block, at most TAPE_SWEEP. */
void tape_sweep(struct sweep *sweep, unsigned from, unsigned until, size_t row);

/* Which row of a column or of a family of facts has the key, for the row of a table that asks. */
bool tape_find_row(const struct mls_model *model, unsigned cell, double key, size_t row,
                   size_t *found);
/* Its value; FUNCTION_ERROR when no row has the key. */
double tape_lookup(const struct mls_model *model, const double *values, unsigned cell, double key,
                   size_t row);

#endif
