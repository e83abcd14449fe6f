/* A model: instances flattened to cells, in order of calculation. It never changes once made. */
#ifndef MLS_GRAPH_H
#define MLS_GRAPH_H

#include "sheet.h"

#define GRAPH_NONE 0xffffffffu

struct instance {
  const char *name; /* of the `use`; NULL for the sheet itself */
  const char *path; /* "job." with its dot, or "" */
  unsigned parent;  /* index of instance; the first is its own parent */
  unsigned use;     /* index among the parent sheet's uses */
  const struct sheet *sheet;
  const unsigned *cells; /* cell of each slot of the sheet; shared facts are one cell */
  unsigned *children;    /* instance of each use */
  struct rows *rows;     /* keys of each table of the sheet */
};

/* A key of a table whose rows were given, and its row. */
struct row_number {
  double number;
  unsigned row;
};

/* The keys of a table in one instance. */
struct rows {
  size_t count;
  double low, step;                /* a range: key i is low + i * step */
  const double *numbers;           /* given rows of a range: its keys, */
  const struct row_number *sorted; /* and the same in order of the numbers */
  const unsigned *words;           /* else the text number of each key */
  struct map index;                /* the interned word -> row, when words */
  const struct registry *registry; /* when the keys are items */
};

enum cell_kind {
  CELL_INPUT, /* set by the user: an unbound input, or an input column */
  CELL_BOUND, /* a bound input: its formula stands in the `use` */
  CELL_FORMULA,
  CELL_CHECK,
  CELL_WITHIN, /* the check of a bound input against its set */
  CELL_FACT,
  CELL_KEY,
  CELL_TOTAL /* hidden: an aggregate of a column */
};

/* Facts of a field, or of a family of fields: a row for each word (and item of the table). */
struct fact_cell {
  const struct registry *registry;
  const char *field;     /* or family */
  const unsigned *words; /* of a family: text number of each */
  unsigned word_count;   /* rows are words, or items times words; 0 of a field */
  unsigned chooser;      /* the input that chose the item, or the BOUND cell that names it for good;
                            GRAPH_NONE for facts of the items of a table */
};

struct total_cell {
  unsigned column, truth; /* cells; truth or GRAPH_NONE */
  const struct function *function;
};

/* Models of a million cells are mostly these. */
struct cell {
  unsigned kind : 4; /* enum cell_kind */
  bool text : 1;     /* kind of its values; a number when neither */
  bool truth : 1;
  bool output : 1;
  bool family : 1; /* FACT: of a family */
  bool given : 1;  /* INPUT: its defaults come from --rows, not from the sheet */
  unsigned instance;
  unsigned slot; /* in the sheet of the instance: its line, that of the chooser or the
                    table for FACT, and its own for TOTAL */
  int table;     /* rows of this table (index among the tables), or -1 */
  unsigned rows;
  unsigned offset;            /* of row 0 in the values: LIMIT_VALUES keeps it in range */
  unsigned group_end;         /* one past the last cell of its group; columns that need each other
                                 through prior are one group, all others stand alone */
  unsigned default_count;     /* INPUT: 1, or one a row */
  const struct unit *unit;    /* written or default unit; never NULL */
  const struct node *formula; /* FORMULA CHECK BOUND; NULL else */
  union {
    const double *defaults;   /* INPUT: SI values or text numbers */
    struct fact_cell *fact;   /* FACT */
    struct total_cell *total; /* TOTAL */
    unsigned target;          /* WITHIN: the BOUND cell whose set it checks */
  };
};

/* Who must be looked at again when a cell changed. */
enum edge_kind {
  EDGE_ALL,  /* all rows of the dependent: it reads one cell, a look-up or an aggregate */
  EDGE_SAME, /* the same rows */
  EDGE_PRIOR /* `lag` rows further down */
};
struct edge {
  unsigned to;
  unsigned kind : 2; /* enum edge_kind */
  unsigned lag : 30; /* LIMIT_ROWS at most: no table has more */
};

struct tape; /* compiled steps: tape.h */

/* What the formulas of a model need on the tape, at most. */
struct survey {
  size_t formulas, bare; /* bare: no step makes their value */
  size_t ops, operands, constants;
  size_t far;   /* ops that look up, or look at rows above */
  size_t paths; /* in formulas: a measure of what cells need */
};

struct mls_model {
  struct mls_book *book;
  struct memory *memory; /* the book's arena */
  const struct facts *facts;
  const struct units *units;
  const char *name;
  const char *date; /* newest `accessed` of the sources and of the registries it uses; or NULL */
  struct instance *instances;
  size_t instance_count;
  struct cell *cells; /* in order of calculation */
  size_t cell_count;
  size_t value_count;   /* doubles in a set of values */
  unsigned *edge_first; /* cell -> first of its edges; cell_count + 1 entries */
  struct edge *edges;   /* to the cells that need it */
  size_t edge_count;
  struct names names; /* the book's when it was opened: later openings work on a copy */
  const char **words; /* text number -> word; number 0 is "" */
  size_t word_count, word_room;
  struct map word_index; /* interned word -> text number */
  struct survey survey;
  unsigned vectors; /* which of a function's bodies: LANES_ANY ... */
  struct tape *tape;
  const struct fail *warnings; /* of opening it: the first `warning_count` of this list */
  size_t warning_count;
};

/* Makes the cells of a checked sheet (graph.c), then orders them (order.c): cycles are told here.
 */
mls_status graph_build(struct mls_model *model, struct sheet *sheet, const mls_rows *given,
                       size_t given_count, struct fails *fails);
mls_status graph_order(struct mls_model *model, struct fails *fails);
/* The number of a word that the book interned, a new one when it has none. MLS_MEMORY, not told. */
mls_status model_add_word(struct mls_model *model, const char *word, unsigned *number);
/* Calls `visit` for every cell that a cell reads, with how; used by order.c and trace.c. */
typedef mls_status (*graph_visit)(void *context, unsigned precedent, enum edge_kind kind,
                                  unsigned lag);
mls_status graph_precedents(const struct mls_model *model, unsigned cell, graph_visit visit,
                            void *context);

/* The cell that a resolved path means, for a formula whose home is `instance`. */
unsigned model_cell(const struct mls_model *model, unsigned instance, const struct node *path);
/* The input that chose the item of a registry input in the end: through binds to an unbound input,
   or to the bound input that names an item in quotes. */
unsigned model_chooser(const struct mls_model *model, unsigned cell);
/* Old names in a path become the present ones: in `memory`, with a warning each unless `fails` is
   NULL. Only MLS_MEMORY can go wrong. */
mls_status model_present_path(const struct mls_model *model, struct memory *memory,
                              struct place place, struct fails *fails, struct slice *path);
/* The cell with this path, or GRAPH_NONE. */
unsigned model_find(const struct mls_model *model, struct slice path);
/* Appends the path of a cell: "job.plan.cash", "hw.flops.fp16" needs a row: see model_row_path. */
void model_path(const struct mls_model *model, unsigned cell, struct buffer *out);
/* The line a cell is written in; for facts the input's line. Never NULL. */
const struct line *model_line(const struct mls_model *model, unsigned cell);
/* The instance in whose sheet the formula of a cell is written: of a bound input the one that uses
   its sheet. */
unsigned model_home(const struct mls_model *model, const struct cell *cell);
/* The registry of a fact, or of which an input chooses an item; NULL of all others. */
const struct registry *model_registry(const struct mls_model *model, const struct cell *cell);
/* The rows of the table a column or key cell belongs to; NULL for scalars and facts of inputs. */
const struct rows *model_rows(const struct mls_model *model, unsigned cell);
/* Key of a row in words: "12", "H100"; "" for a scalar. `out` holds TEXT_NUMBER bytes. */
const char *model_row_key(const struct mls_model *model, unsigned cell, size_t row,
                          char out[TEXT_NUMBER]);
/* Key of a row of a range. */
double rows_number(const struct rows *rows, size_t row);
/* Row with this key, a number or a text number; false when none has it. */
bool rows_find(const struct mls_model *model, const struct rows *rows, double key, size_t *row);
unsigned model_word(const struct mls_model *model, const char *word); /* GRAPH_NONE when unknown */

#endif
