/* Trees to steps. The tape belongs to the model and never changes; values.h holds the numbers that
   it works on. A step is one function of the table over lanes: one row of a cell, or a block of
   rows of a column, by the same code, so that the bits are the same. */
#ifndef MLS_TAPE_H
#define MLS_TAPE_H

#include "graph.h"

enum {
  TAPE_BLOCK = 256, /* rows calculated at once: a register is 2 KiB, several fit in a cache */
  TAPE_OPERANDS = 3 /* of an op, at most */
};

enum operand_kind {
  OPERAND_CONSTANT, /* tape.constants[index] */
  OPERAND_VALUE,    /* one value: index into the values */
  OPERAND_ROWS,     /* the same rows of a column, `lag` rows up: index of its row 0 */
  OPERAND_REGISTER
};

struct operand {
  unsigned char kind;    /* enum operand_kind */
  bool one;              /* the same for all rows: one number stands for the lanes */
  unsigned short stride; /* OPERAND_ROWS: values a row (facts of the items of a table), else 1 */
  unsigned lag;          /* OPERAND_ROWS */
  unsigned fill;  /* ROWS with lag or stride, and a result that is one: register of its lanes */
  unsigned index; /* of a constant, a value or a register: LIMIT_VALUES keeps it in range */
};

enum op_kind {
  OP_CALL,   /* function over the operands */
  OP_LOOKUP, /* row of cell `cell` whose key is operand 0; facts of a table: `shift` rows up */
  OP_PRIOR   /* operand 0 from row `lag` + `shift` on, operand 1 before */
};

struct op {
  unsigned char kind;  /* enum op_kind */
  bool chooses;        /* OP_CALL: `if` */
  char sign;           /* OP_CALL: of an operator of one sign, else 0 */
  bool one;            /* its result is one number for all rows */
  bool follows;        /* it rests on the rows of its own group: see recur.h */
  unsigned char ones;  /* bit i: operand i is */
  unsigned char count; /* operands, from `first` */
  unsigned out;        /* register */
  unsigned first;
  unsigned lag, shift;
  union {
    const struct bodies *function; /* OP_CALL */
    unsigned cell;                 /* OP_LOOKUP */
  };
};

/* The steps of one cell; the last op's register (or operand `result`) is its value. */
struct program {
  unsigned op_first, op_count;
  struct operand result;
  unsigned registers;
  bool read_whole;    /* some cell reads all its rows: a look-up, an aggregate, a single value */
  bool recurrent;     /* needs its own group row by row */
  bool single;        /* one row, by a formula, in no group */
  unsigned value;     /* of row 0 of the cell: its offset */
  unsigned block_end; /* one past the last cell that may be calculated with it row by row */
};

struct tape {
  struct program *programs; /* one a cell; op_count 0 and no formula: not calculated by ops */
  struct op *ops;
  size_t op_count;
  struct operand *operands;
  size_t operand_count;
  double *constants;
  size_t constant_count;
  unsigned registers; /* most of any program */
  unsigned group_ops; /* most ops and cells of any group */
  const struct bodies *times, *plus;
};

mls_status tape_build(struct mls_model *model, struct fails *fails);

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
const struct op *tape_writer(const struct tape *tape, const struct program *program,
                             unsigned index);
void tape_run_op(const struct runner *r, const struct op *op);

/* Calculates rows row..row+count-1 (count <= TAPE_BLOCK) of a cell with a formula. The result is in
   `values` or in scratch; the pointer is returned. */
const double *tape_run(const struct mls_model *model, const double *values, double *scratch,
                       unsigned cell, size_t row, size_t count);

/* Which row of a column or of a family of facts has the key, for the row of a table that asks. */
bool tape_find_row(const struct mls_model *model, unsigned cell, double key, size_t row,
                   size_t *found);
/* Its value; FUNCTION_ERROR when no row has the key. */
double tape_lookup(const struct mls_model *model, const double *values, unsigned cell, double key,
                   size_t row);

#endif
