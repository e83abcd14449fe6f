/* Sheet text to lines: inputs, cells, checks, uses, tables, notes. Names and units are not resolved
   here (check.c does). Line order is file order; exporters and the formatter walk it. */
#ifndef MLS_SHEET_H
#define MLS_SHEET_H

#include "formula.h"
#include "registry.h"

/* The version of the language of sheets that is read; a sheet may name the one it needs in the note
   below its first line: # language 1. Language 2 added charts. */
enum { SHEET_LANGUAGE = 2 };

enum line_kind { LINE_NOTE, LINE_INPUT, LINE_CELL, LINE_CHECK, LINE_USE, LINE_TABLE, LINE_CHART };

/* Each has its word in chart_words and its rule in check_chart.c. */
enum chart_kind {
  CHART_SERIES,
  CHART_BARS,
  CHART_STACKED,
  CHART_WATERFALL,
  CHART_TORNADO,
  CHART_SCORECARD,
  CHART_ROOFLINE
};
extern const char *const chart_words[]; /* NULL ends them */

enum set_kind { SET_RANGE, SET_WORDS, SET_REGISTRY };

/* What `in` names. Bounds are as written, in the declared unit of the line. */
struct set {
  enum set_kind kind;
  union {
    struct { /* SET_RANGE */
      double low, high;
      double step; /* 0: any value */
    };
    struct {              /* SET_WORDS */
      const char **words; /* interned */
      size_t count;
    };
    const char *name; /* SET_REGISTRY: interned */
  };
  struct registry *registry; /* SET_REGISTRY: set by check.c; else NULL */
  const char *text;          /* as written: "1..64 by 1" */
};

/* A default value: a number as typed (in the declared unit) or a word. */
struct value {
  double number;
  const char *typed; /* the number's digits as typed */
  const char *word;  /* interned; NULL for a number */
  struct place place;
};

struct bind {
  const char *name; /* interned; NULL for what a chart shows */
  struct node *formula;
  struct place place;
};

/* P10 and P90 of an input, in its declared unit. */
struct likely {
  double low, high;
};

/* Where the values of an input or the rows of a table come from. */
struct domain {
  struct set *set;             /* NULL when it could not be read */
  struct value *values;        /* LINE_INPUT: one, or one a row in a table */
  const struct likely *likely; /* LINE_INPUT, or NULL */
  const char *key;             /* LINE_TABLE: name of the key */
  unsigned value_count;
  unsigned index; /* LINE_TABLE: among the tables; set by check.c */
};

/* What a line uses or a chart shows. */
struct usage {
  const char *sheet;  /* LINE_USE: its name */
  struct bind *binds; /* LINE_CHART: a path each */
  size_t bind_count;
  enum chart_kind chart; /* LINE_CHART */
  bool swing;            /* LINE_CHART: a tornado of a result over inputs; set by check.c */
  unsigned index;        /* LINE_USE: among the uses; set by check.c */
};

/* A line has what all lines have, and what its kind needs elsewhere: sheets of a million lines are
   mostly these. */
struct line {
  const char *name;        /* interned; NULL for a note */
  const char *label;       /* comment without keys; "" when none. LINE_NOTE: the text */
  const struct unit *unit; /* NULL: no brackets */
  const struct type *type; /* set by check.c; of LINE_TABLE that of its key; or NULL */
  const char **cites;      /* interned keys, without @ */
  union {
    struct node *formula;  /* LINE_CELL, LINE_CHECK; NULL when it could not be read */
    struct domain *domain; /* LINE_INPUT, LINE_TABLE */
    struct usage *use;     /* LINE_USE, LINE_CHART */
  };
  unsigned cite_count;
  int table;            /* index of the table this is a column of, or -1 */
  unsigned line;        /* place of the name */
  unsigned column : 20; /* LIMIT_LINE keeps it in range */
  unsigned kind : 4;    /* enum line_kind */
  bool output : 1;
  bool heading : 1; /* LINE_NOTE that begins with ## */
  bool wrong : 1;   /* had an error: what depends on it is not reported again */
};

struct sheet;

/* What a slot of a sheet is. Slots are the cells of a sheet: first come its lines, some of which
   have no cell, then facts and totals in the order they were met. A model makes one cell for each
   slot of each instance. */
enum slot_kind {
  SLOT_NONE, /* a line without a cell */
  SLOT_LINE, /* an input, cell, check or column: `line` */
  SLOT_KEY,  /* the keys of table `line` */
  SLOT_FACT, /* field (or family) `field` of the registry input or registry table `line` */
  SLOT_TOTAL /* an aggregate used in a formula: function, column, truth */
};
struct slot {
  enum slot_kind kind;
  unsigned line;     /* index in sheet.lines */
  const char *field; /* SLOT_FACT: field or family name, interned */
  bool family;       /* SLOT_FACT: rows are the words of the family */
  int table;         /* rows of this table (index among the tables), or -1 */
  const struct type *type;
  const struct node *origin; /* SLOT_TOTAL: the first call that needs it, so its function and
                                its columns */
  unsigned next;             /* shared slots: the next one of its list, or SLOT_LAST */
};

#define SLOT_LAST 0xffffffffu

/* Lines by their interned names: open addressing, index + 1 of a line or 0. */
struct line_index {
  unsigned *lines;
  size_t room, count;
};

struct sheet {
  const char *name;        /* interned */
  const char *file;        /* shown in messages */
  unsigned long long hash; /* of its bytes */
  const char *label;
  const char **cites;
  unsigned cite_count;
  struct line *lines;
  size_t line_count;
  /* set by check.c */
  struct line_index symbols;  /* cells, inputs, checks, uses, tables */
  struct line_index charts;   /* apart: a chart may be called as a cell */
  struct line_index *columns; /* one a table */
  struct map shared;          /* slot_key -> slot: facts and totals */
  unsigned *tables;           /* line index of each table */
  size_t table_count;
  unsigned *uses;      /* line index of each use */
  struct sheet **used; /* sheet of each use */
  size_t use_count;
  struct slot *slots; /* those after the lines: see sheet_slot */
  size_t slot_count;  /* lines and slots */
  size_t slot_room;
  bool undeclared; /* some cell has no brackets: its kind comes from its formula */
  bool checked, checking, failed;
};

/* What the kind of a line has, or NULL. */
static inline struct node *line_formula(const struct line *line) {
  return line->kind == LINE_CELL || line->kind == LINE_CHECK ? line->formula : NULL;
}
static inline struct domain *line_domain(const struct line *line) {
  return line->kind == LINE_INPUT || line->kind == LINE_TABLE ? line->domain : NULL;
}
static inline struct usage *line_use(const struct line *line) {
  return line->kind == LINE_USE || line->kind == LINE_CHART ? line->use : NULL;
}
static inline struct place line_place(const struct sheet *sheet, const struct line *line) {
  return (struct place){ sheet->file, (int)line->line, (int)line->column };
}
/* A line's slot is its place among the lines. */
static inline unsigned line_slot(const struct sheet *sheet, const struct line *line) {
  return (unsigned)(line - sheet->lines);
}
struct slot sheet_slot(const struct sheet *sheet, unsigned slot);

/* Room for so many lines more; only MLS_MEMORY. */
mls_status line_index_reserve(const struct sheet *sheet, struct line_index *index,
                              struct memory *memory, size_t more);
/* A line whose name is not there yet, into room that was made. */
void line_index_put(const struct sheet *sheet, struct line_index *index, unsigned line);
/* The line of this interned name among those of the index. */
bool line_find(const struct sheet *sheet, const struct line_index *index, const char *name,
               size_t *line);

/* Reads a sheet. All syntax errors are added to `fails`; *out is set also when there are some, with
   the lines that were sound, unless the sheet is of a newer language. MLS_OK only without errors.
 */
mls_status sheet_read(struct memory *memory, struct names *names, struct units *units,
                      struct fails *fails, const char *file, const char *bytes, size_t size,
                      struct sheet **out);

#endif
