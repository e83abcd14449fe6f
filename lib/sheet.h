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
  double low, high;
  double step;        /* 0: any value */
  const char **words; /* interned */
  size_t count;
  const char *name;          /* registry name, interned */
  struct registry *registry; /* set by check.c */
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

struct line {
  enum line_kind kind;
  bool output;
  bool heading;            /* LINE_NOTE that begins with ## */
  const char *name;        /* interned; NULL for a note */
  struct place place;      /* of the name */
  const struct unit *unit; /* NULL: no brackets */
  struct node *formula;    /* LINE_CELL, LINE_CHECK */
  struct set *set;         /* LINE_INPUT, LINE_TABLE */
  struct value *values;    /* LINE_INPUT: one, or one a row in a table */
  size_t value_count;
  bool likely; /* low..high (P10..P90), in the declared unit */
  double likely_low, likely_high;
  const char *key;    /* LINE_TABLE: name of the key */
  const char *uses;   /* LINE_USE: name of the used sheet */
  struct bind *binds; /* LINE_USE; LINE_CHART: what it shows, a path each */
  size_t bind_count;
  enum chart_kind chart;
  int table;          /* index of the table this is a column of, or -1 */
  const char *label;  /* comment without keys; "" when none. LINE_NOTE: the text */
  const char **cites; /* interned keys, without @ */
  size_t cite_count;
  /* set by check.c */
  struct type type; /* of LINE_INPUT, LINE_CELL, LINE_CHECK */
  unsigned slot;    /* LINE_INPUT, LINE_CELL, LINE_CHECK: its slot; LINE_TABLE: of its key */
  unsigned use;     /* LINE_USE: index among the uses; LINE_TABLE: index among the tables */
  bool swing;       /* LINE_CHART: a tornado of a result over inputs */
  bool wrong;       /* had an error: what depends on it is not reported again */
};

struct sheet;

/* What a slot of a sheet is. Slots are the cells of a sheet in the order they were met; a model
   makes one cell for each slot of each instance. */
enum slot_kind {
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
  struct type type;
  int table;                 /* rows of this table (index among the tables), or -1 */
  const struct node *origin; /* SLOT_TOTAL: the first call that needs it, so its function and
                                its columns */
  unsigned next;             /* shared slots: the next one of its list, or SLOT_LAST */
};

#define SLOT_LAST 0xffffffffu

struct sheet {
  const char *name;        /* interned */
  const char *file;        /* shown in messages */
  unsigned long long hash; /* of its bytes */
  const char *label;
  const char **cites;
  size_t cite_count;
  struct line *lines;
  size_t line_count;
  /* set by check.c */
  struct map symbols;  /* interned name -> line index: cells, inputs, checks, uses, tables */
  struct map shared;   /* slot_key -> slot: facts and totals */
  struct map charts;   /* interned name -> line index: apart, a chart may be called as a cell */
  struct map *columns; /* one a table: interned name -> line index */
  unsigned *tables;    /* line index of each table */
  size_t table_count;
  unsigned *uses;      /* line index of each use */
  struct sheet **used; /* sheet of each use */
  size_t use_count;
  struct slot *slots;
  size_t slot_count, slot_room;
  bool undeclared; /* some cell has no brackets: its kind comes from its formula */
  bool checked, checking, failed;
};

/* Reads a sheet. All syntax errors are added to `fails`; *out is set also when there are some, with
   the lines that were sound, unless the sheet is of a newer language. MLS_OK only without errors.
 */
mls_status sheet_read(struct memory *memory, struct names *names, struct units *units,
                      struct fails *fails, const char *file, const char *bytes, size_t size,
                      struct sheet **out);

#endif
