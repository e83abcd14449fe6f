/* Formula text to tree, and a tree back to text. A tree is made once for a sheet and never changes
   after check.c has resolved its paths and proved its units. */
#ifndef MLS_FORMULA_H
#define MLS_FORMULA_H

#include "function.h"
#include "name.h"
#include "unit.h"

#define NODE_PLAIN 0xffffffffu

enum node_kind {
  NODE_NUMBER, /* 12.5 [GB] */
  NODE_TEXT,   /* "compute" */
  NODE_PATH,   /* a.b.c, or a.b(key): then argument 0 is the key */
  NODE_CALL    /* a function or an operator over arguments */
};

/* What a path means; set by check.c. Slots are numbered within the sheet the path ends in. */
enum ref_kind {
  REF_NONE,
  REF_CELL,   /* a cell, an input or a check; in a column's formula also a column of the own table,
                 in the same row */
  REF_LOOKUP, /* the row of a column (or the word of a fact family) whose key equals argument 0 */
  REF_ROW,    /* a fixed row: a fact of a family by its full name */
  REF_COLUMN  /* a whole column: argument of an aggregate only */
};

/* A path of several parts. */
struct parts {
  unsigned row;        /* REF_ROW */
  unsigned *hop;       /* index of each `use` within its sheet */
  const char *names[]; /* interned */
};

/* A number as typed. */
struct literal {
  double number; /* without unit */
  const char *typed;
  const struct unit *unit; /* its brackets, or NULL */
};

/* Most of what a sheet takes are these, so small numbers share words. */
struct node {
  unsigned line;        /* in the file, counted from 1 */
  unsigned column : 20; /* LIMIT_LINE keeps it in range */
  unsigned depth : 10;  /* of the tree below, so that walks may recurse */
  unsigned kind : 2;    /* enum node_kind */
  union {
    unsigned slot;  /* NODE_PATH: in the sheet reached */
    unsigned total; /* NODE_CALL: slot of the hidden cell of an aggregate; else NODE_PLAIN */
  };
  unsigned char count;      /* arguments; of a path 1 when it has a key */
  unsigned char name_count; /* NODE_PATH */
  unsigned char ref;        /* NODE_PATH: enum ref_kind */
  unsigned char hops;      /* NODE_PATH: instances to enter, from the sheet the formula stands in */
  const struct type *type; /* set by check.c */
  union {
    const struct literal *literal;   /* NODE_NUMBER */
    const char *text;                /* NODE_TEXT: interned */
    const char *name;                /* NODE_PATH of one part: interned */
    struct parts *parts;             /* NODE_PATH of several */
    const struct function *function; /* NODE_CALL */
  };
  struct node *arguments[];
};

/* Reads formulas: open it, fill in where things go, and close it after the last one. */
struct formulas {
  struct memory *memory;
  struct names *names;
  struct units *units;
  struct fails *fails;
  struct memory scratch;
  struct node **stack; /* arguments of calls that are still read */
  size_t stack_count, stack_room;
};

void formulas_open(struct formulas *formulas, struct memory *memory, struct names *names,
                   struct units *units, struct fails *fails);
void formulas_close(struct formulas *formulas);

/* Parses `text`, which begins in `place`. Errors are added to `fails`; *out is NULL then. */
mls_status formula_parse(struct formulas *formulas, struct place place, struct slice text,
                         struct node **out);

/* A node of this kind with room for its arguments; NULL when there is no memory. */
struct node *node_make(struct memory *memory, enum node_kind kind, unsigned count);

static inline const char *node_name(const struct node *node, unsigned index) {
  return node->name_count == 1 ? node->name : node->parts->names[index];
}

/* SI value of a number. */
static inline double node_si(const struct node *node) {
  const struct literal *literal = node->literal;
  return literal->number * (literal->unit ? literal->unit->factor : 1);
}

/* The row that a path fixes, else 0. */
static inline unsigned node_row(const struct node *node) {
  return node->ref == REF_ROW ? node->parts->row : 0;
}

/* An aggregate, which has a hidden cell. */
static inline bool node_is_total(const struct node *node) {
  return node->kind == NODE_CALL && node->total != NODE_PLAIN;
}

/* The canonical text of a tree: one space round + - * / and comparisons, `a ^ b`. */
void formula_print(struct buffer *buffer, const struct node *node);

/* Two paths that enter the same instances. */
bool node_same_way(const struct node *a, const struct node *b);

/* Rows that prior looks back: its third argument or 1; 0 for every other node. */
unsigned node_lag(const struct node *node);

/* A number that needs a source: not 0, 1, 2, 0.5 nor one of a unit (1 [month]). */
bool node_is_constant(const struct node *node);

/* True for a literal number without brackets of value 0, also negated. */
bool node_is_zero(const struct node *node);

#endif
