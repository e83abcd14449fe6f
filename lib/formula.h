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

struct ref {
  enum ref_kind kind;
  unsigned char hops; /* instances to enter, from the sheet the formula stands in */
  unsigned *hop;      /* index of each `use` within its sheet */
  unsigned slot;      /* in the sheet reached */
  unsigned row;       /* REF_ROW */
};

/* The parser allocates a call without the union at the end. */
struct node {
  enum node_kind kind;
  unsigned count;                  /* arguments; of a path 1 when it has a key */
  int line, column;                /* in the file, counted from 1 */
  unsigned short depth;            /* of the tree below, so that walks may recurse */
  unsigned short name_count;       /* NODE_PATH */
  unsigned total;                  /* of an aggregate: slot of its hidden cell; else NODE_PLAIN */
  const struct function *function; /* NODE_CALL */
  struct node **arguments;
  struct type type; /* set by check.c */
  union {
    struct {                   /* NODE_NUMBER */
      double number;           /* as typed, without unit */
      struct slice typed;      /* the digits as typed */
      const struct unit *unit; /* its brackets, or NULL */
    };
    const char *text;     /* NODE_TEXT: interned */
    struct {              /* NODE_PATH */
      const char **names; /* interned parts */
      struct ref ref;
    };
  };
};

/* Parses `text`, which begins in `place`. Errors are added to `fails`; *out is NULL then. */
mls_status formula_parse(struct memory *memory, struct names *names, struct units *units,
                         struct fails *fails, struct place place, struct slice text,
                         struct node **out);

/* The canonical text of a tree: one space round + - * / and comparisons, `a ^ b`. */
void formula_print(struct buffer *buffer, const struct node *node);

/* Rows that prior looks back: its third argument or 1; 0 for every other node. */
unsigned node_lag(const struct node *node);

/* A number that needs a source: not 0, 1, 2, 0.5 nor one of a unit (1 [month]). */
bool node_is_constant(const struct node *node);

/* True for a literal number without brackets of value 0, also negated. */
bool node_is_zero(const struct node *node);

#endif
