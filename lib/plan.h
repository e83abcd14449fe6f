/* Many scenarios as columns: the steps that turn varying inputs into the results asked for. A plan
   is made once and run block by block (batch.c); what does not vary is a number in it. The steps
   are the tape's, with their operands looked up beforehand. */
#ifndef MLS_PLAN_H
#define MLS_PLAN_H

#include "values.h"

enum step_kind {
  STEP_CALL,   /* function over the operands */
  STEP_BLOCK,  /* the same by a body for whole blocks */
  STEP_LOOKUP, /* operand 0 is the key of a row of `cell` */
  STEP_FACT,   /* operand 0 chooses the item */
  STEP_WITHIN, /* operand 0 against the set of the target of `cell` */
  STEP_TOTAL   /* aggregate of `cell` over the rows */
};

/* What a step reads or a result is: the top two bits say of which kind, the others which one. */
typedef unsigned source;
#define SOURCE_STEP 0u
#define SOURCE_COLUMN (1u << 30)
#define SOURCE_CONSTANT (2u << 30)
#define SOURCE_NONE 0xffffffffu
#define SOURCE_KIND (3u << 30)

static inline bool is_constant(source what) { return (what & SOURCE_KIND) == SOURCE_CONSTANT; }

struct step {
  unsigned char kind;  /* enum step_kind */
  unsigned char count; /* operands from `first` */
  unsigned char ones;  /* bit i: operand i does not vary */
  unsigned first;      /* in plan.sources */
  unsigned rows;       /* LOOKUP, TOTAL: the rows from here on; SOURCE_NONE: they do not vary */
  unsigned truths;     /* TOTAL: the same of the truths; SOURCE_NONE: all rows count */
  unsigned row;        /* LOOKUP: the row that asks, for facts of the items of a table */
  unsigned out;        /* register */
  union {
    lanes body;          /* CALL */
    unsigned code;       /* BLOCK */
    unsigned cell;       /* LOOKUP, WITHIN, TOTAL */
    const double *facts; /* FACT: of each item, and the error after the last */
  };
  union {
    const struct bodies *function; /* CALL, BLOCK */
    const unsigned *items;         /* FACT: of each text number */
  };
  const struct bodies *inner; /* BLOCK: makes argument `at` of the function on the way, from the
                                 first two operands; NULL: none does */
  unsigned char at;
};

struct plan {
  const struct mls_model *model;
  struct memory *memory;
  struct fails *fails;
  double *values; /* of `base`: what does not vary */
  struct step *steps;
  size_t step_count, step_room;
  source *sources;
  size_t source_count, source_room;
  double *constants;
  size_t constant_count, constant_room;
  source *results;
  size_t result_count;
  unsigned registers;
};

/* Rows that a LOOKUP or TOTAL reads. */
size_t plan_rows(const struct plan *plan, const struct step *step);

/* One more in plan.sources. */
mls_status plan_add_source(struct plan *plan, source what);
/* Leaves out what no result needs, joins steps, chooses their bodies and gives them registers. */
mls_status plan_reduce(struct plan *plan);

/* Plans `results` over `columns`, all of which exist and may be set. `base` is settled. */
mls_status plan_make(struct plan *plan, const struct mls_values *base, const mls_place *columns,
                     size_t column_count, const mls_place *results, size_t result_count);

#endif
