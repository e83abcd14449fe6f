/* mlsysim: a reactive calculation engine of named, unit-checked cells.
 *
 * This is the whole public interface. A program uses three kinds of handle:
 *
 *   mls_book    holds units, facts, sheets and messages. Made by mls_open, ended by mls_close.
 *   mls_model   a sheet with all the sheets it uses, checked and compiled. It never changes; the
 *               book owns it.
 *   mls_values  the numbers of one calculation over a model: set inputs, settle, read cells. Made by
 *               mls_values_new, ended by mls_values_free.
 *
 * Threads. A book is used by one thread at a time. A model may be read by any number of threads at
 * once, also while the book opens other models. Each mls_values is used by one thread at a time.
 *
 * Units. Numbers that cross this interface are in SI base units (bytes, seconds, FLOP, USD ...)
 * unless a call says otherwise; mls_cell.factor turns them into the unit written in the sheet.
 *
 * Errors. Calls that can fail return mls_status. What went wrong stands in words in the messages of
 * the handle (mls_message, mls_values_message) with file, line and column. The library never
 * prints, never aborts, keeps no global state, and reads neither clock nor locale.
 *
 * Ownership. Pointers returned are borrowed: they live as long as the handle they came from, or
 * until the next call that says it changes them. Strings are UTF-8 and end with 0.
 */
#ifndef MLSYSIM_H
#define MLSYSIM_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(_WIN32) && !defined(MLS_STATIC)
#ifdef MLS_BUILD
#define MLS_API __declspec(dllexport)
#else
#define MLS_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define MLS_API __attribute__((visibility("default")))
#else
#define MLS_API
#endif

#define MLS_VERSION "0.1.0"

/* The version of the library at run time; equals MLS_VERSION when header and library match. */
MLS_API const char *mls_version(void);

/* ---- Status ------------------------------------------------------------------------------- */

typedef enum {
  MLS_OK = 0,
  MLS_MEMORY, /* the allocator gave no memory */
  MLS_FILE,   /* a file could not be read or written */
  MLS_SYNTAX, /* text that is not of the language, or a CSV that is not one */
  MLS_NAME,   /* a name that nothing has, or that two things have */
  MLS_UNIT,   /* units or kinds that do not agree */
  MLS_CYCLE,  /* cells that need each other */
  MLS_RANGE,  /* a value outside its set, or a set without values */
  MLS_FACT,   /* a line of a registry that contradicts another */
  MLS_VALUE,  /* a value that is missing or not a number where one is needed */
  MLS_LIMIT   /* a bound of the library was met */
} mls_status;

/* The word for a status: "ok", "memory", "file", "syntax" ... */
MLS_API const char *mls_status_word(mls_status status);

/* One message. `file` is NULL and line, column are 0 where unknown. A warning (warning = 1) did not
   make a call fail. */
typedef struct {
  mls_status status;
  int warning;
  const char *file;
  int line;
  int column;
  const char *text;
} mls_message;

/* ---- Book --------------------------------------------------------------------------------- */

typedef struct mls_book mls_book;
typedef struct mls_model mls_model;
typedef struct mls_values mls_values;

/* Where memory comes from. `resize` works as realloc does (old may be NULL), `release` as free.
   Both NULL: malloc. Each handle keeps its allocator; the context must outlive it. */
typedef struct {
  void *(*resize)(void *context, void *old, size_t size);
  void (*release)(void *context, void *block);
  void *context;
} mls_allocator;

/* Resolves names, so that a program without a file system can embed the library. Called with kind
   "sheet" or "registry" and a name ("training", "hardware", "units", "sources"), for nth = 0, 1, 2
   ... until it says MLS_NAME (no such thing, or no further one). Registries are read from all that
   are found, later ones overriding earlier ones; of a sheet the last one found is used. On MLS_OK
   *bytes and *size give the content, which must stay valid until the next call of the hook, and
   *shown the file name for messages. Any other status ends the call that needed the name. */
typedef mls_status (*mls_find)(void *context, const char *kind, const char *name, size_t nth,
                               const char **bytes, size_t *size, const char **shown);

/* How to open a book. Zero it, then set what is needed; `size` is sizeof(mls_options), so that
   later versions may add members. */
typedef struct {
  size_t size;
  mls_allocator allocator;
  mls_find find; /* NULL: folders below */
  void *find_context;
  /* Folders for sheets (searched with their sub-folders) and for registries: NULL-ended lists, or
     NULL. Later folders add to and override earlier ones. An empty string ends a group: a name is
     taken from the first group that has it, so later groups stand in for what is not there. */
  const char *const *templates;
  const char *const *registries;
} mls_options;

/* Opens a book and reads units and sources. *out is set also on failure (unless MLS_MEMORY, or a
   NULL `out`), so that the messages can be read; close it in any case. */
MLS_API mls_status mls_open(const mls_options *options, mls_book **out);

/* Ends a book and all its models. All mls_values over them must be freed before. NULL does nothing. */
MLS_API void mls_close(mls_book *book);

/* The messages of the last call on this book that could fail: `index` counts from 0. NULL past the
   last. Errors come in the order of file and line for a sheet. */
MLS_API const mls_message *mls_book_message(mls_book *book, size_t index);

/* Opens a sheet: by name ("training"), found as the options say, or by bytes (next call). Reads it
   and the sheets it uses, checks every name and unit, orders the cells, compiles. On failure all the
   errors of all the sheets are in the messages, and *out is NULL. */
MLS_API mls_status mls_model_open(mls_book *book, const char *name, mls_model **out);

/* Rows for a table, given when a model is opened: a CSV whose first column is the key. `table` is a
   path ("plan", "job.plan"). `file` is the name for messages. Bytes need not outlive the call. */
typedef struct {
  const char *table;
  const char *file;
  const char *bytes;
  size_t size;
} mls_rows;

/* Opens a sheet given as bytes (`file` is its name in messages; a sheet's name equals the file name
   without folder and ".sheet", when it has that ending). `bytes` NULL: found by `file` as name. With
   row_count tables whose rows are replaced. */
MLS_API mls_status mls_model_open_bytes(mls_book *book, const char *file, const char *bytes,
                                        size_t size, const mls_rows *rows, size_t row_count,
                                        mls_model **out);

/* ---- Cells of a model --------------------------------------------------------------------- */

typedef enum {
  MLS_INPUT,    /* set by the user */
  MLS_FACT_CELL, /* filled by the registry when an item is chosen */
  MLS_FORMULA,  /* an equation, an output, or a bound input of a used sheet */
  MLS_CHECK     /* a named truth */
} mls_cell_kind;

/* What is known of a cell whatever the values. Strings are borrowed from the model. */
typedef struct {
  mls_cell_kind kind;
  int output;        /* marked `output` */
  int text;          /* its values are words: use mls_get_word */
  int truth;         /* its values are truths: 1 or 0 */
  size_t rows;       /* 1 for a cell; the number of rows for a column */
  const char *unit;  /* written unit: "ms"; "" for plain numbers, words and truths */
  double factor;     /* SI value = number in `unit` * factor */
  const char *label; /* the comment, or "" */
  const char *sheet; /* name of the sheet it is written in */
  int line;          /* and its line there; 0 for a fact */
} mls_cell;

/* Cells are numbered from 0 in the order of calculation. */
MLS_API size_t mls_cell_count(const mls_model *model);

/* The number of a cell by path ("step_time", "job.step_time", "plan.cash", "hw.tdp"), or MLS_NAME. */
MLS_API mls_status mls_cell_find(const mls_model *model, const char *path, size_t *cell);

/* Fills `out` (`size` = sizeof(mls_cell)); MLS_NAME when the number is out of range. */
MLS_API mls_status mls_cell_about(const mls_model *model, size_t cell, mls_cell *out, size_t size);

/* Writes the path of a cell and a 0 into `path` (cut to `size`); returns its length. */
MLS_API size_t mls_cell_path(const mls_model *model, size_t cell, char *path, size_t size);

/* ---- Values ------------------------------------------------------------------------------- */

/* Values over a model, all inputs at their defaults, not settled. `allocator` NULL: malloc. */
MLS_API mls_status mls_values_new(const mls_model *model, const mls_allocator *allocator,
                                  mls_values **out);
MLS_API void mls_values_free(mls_values *values);

/* Messages of the last failing call on these values. NULL past the last. */
MLS_API const mls_message *mls_values_message(mls_values *values, size_t index);

/* Sets an input, or a fact of an unbound registry input, from text as in a CSV: "500 [GB]", "0.8",
   "H100". Nothing is calculated. MLS_NAME: no such input, or a cell that cannot be set (bound,
   formula); MLS_UNIT, MLS_RANGE, MLS_SYNTAX: as the message says. A failed call changes nothing. */
MLS_API mls_status mls_set(mls_values *values, const char *path, const char *text);

/* Sets an input (or one row of a table's input column) to a number in SI units. Checks its set. */
MLS_API mls_status mls_set_number(mls_values *values, size_t cell, size_t row, double si);

/* Puts every input and fact back to its default. */
MLS_API void mls_reset(mls_values *values);

/* Calculates the stale cells in order, and stops where a value did not change. Never fails for what
   the numbers are: a missing or impossible value is the cell's own error. */
MLS_API mls_status mls_settle(mls_values *values);

/* The SI value of a cell after settling; of a truth 1 or 0. MLS_VALUE when the cell has an error
   (mls_error says which), MLS_NAME when cell or row do not exist or the cell is a text. Settles first
   when inputs were set since. */
MLS_API mls_status mls_get(mls_values *values, size_t cell, size_t row, double *si);

/* The word of a text cell; statuses as mls_get. */
MLS_API mls_status mls_get_word(mls_values *values, size_t cell, size_t row, const char **word);

/* Why a cell has no value. Strings are borrowed until the next call on these values. */
typedef struct {
  const char *kind;    /* "missing", "division", "range", "overflow" */
  const char *origin;  /* path of the cell where it began */
  const char *message; /* one sentence */
} mls_cell_error;
MLS_API mls_status mls_error(mls_values *values, size_t cell, size_t row, mls_cell_error *out);

/* The weakest state of verification that a cell rests on: "verified", "derived", "cited",
   "estimate", "assumed", or "input" when it rests on inputs alone. */
MLS_API const char *mls_state(mls_values *values, size_t cell);

/* A check in detail. left, right, gap are NaN unless it compares two numbers; gap <= 0 when it holds. */
typedef struct {
  int holds; /* 1, 0, or -1 when it rests on an error */
  double left;
  double right;
  double gap;
  const char *unit; /* of the three, as SI base units */
  const char *message;
} mls_verdict;
MLS_API mls_status mls_check(mls_values *values, size_t cell, mls_verdict *out);

/* The cells that the last settling changed, in order of calculation: *cell starts at (size_t)-1 and
   receives the next one. Returns 0 when there is no further one. */
MLS_API int mls_changed_next(const mls_values *values, size_t *cell);

/* ---- Scenarios ---------------------------------------------------------------------------- */

typedef struct mls_scenarios mls_scenarios;

/* Reads inputs from a CSV (names down with scenarios side by side, or a scenario a row). All
   errors are reported; *out is NULL then. The scenarios belong to the values' model and must be
   freed before the book is closed. */
MLS_API mls_status mls_scenarios_read(const mls_model *model, mls_values *messages,
                                      const char *file, const char *bytes, size_t size,
                                      mls_scenarios **out);
MLS_API void mls_scenarios_free(mls_scenarios *scenarios);
MLS_API size_t mls_scenarios_count(const mls_scenarios *scenarios);
MLS_API const char *mls_scenarios_name(const mls_scenarios *scenarios, size_t index);
/* Resets the values, then sets what the scenario says: items first, then facts and the rest. */
MLS_API mls_status mls_scenarios_apply(const mls_scenarios *scenarios, size_t index,
                                       mls_values *values);

/* ---- Reports ------------------------------------------------------------------------------ */

/* Receives the bytes of a report in order; anything but MLS_OK ends the call with it. */
typedef mls_status (*mls_write)(void *context, const void *bytes, size_t size);

/* One scenario of a report. */
typedef struct {
  const char *name;
  mls_values *values;
} mls_run;

typedef struct {
  size_t size;      /* sizeof(mls_report) */
  const char *form; /* "text", "json", "xlsx" */
  int all;          /* every cell, not only outputs and checks */
  int color;        /* escape sequences for a terminal (text) */
  const char *date; /* as-of date YYYY-MM-DD; NULL: the newest date of the registry */
  const mls_run *runs;
  size_t run_count;
} mls_report;

/* Writes a report over one or more runs of one model; the workbook (xlsx) holds the first run. Same
   values, same bytes. Messages of a failure are in those of the first run's values. */
MLS_API mls_status mls_export(const mls_model *model, const mls_report *report, mls_write write,
                              void *context);

/* Explains a cell ("step_time", "plan.cash(3)"): the tree of formulas below it with values, units,
   sources, and the weakest state. `form` "text" or "json". */
MLS_API mls_status mls_why(mls_values *values, const char *path, const mls_report *report,
                           mls_write write, void *context);

/* What a check of a sheet tells: each formula's tree and unit in JSON; constants without a source as
   warnings when `strict`. */
MLS_API mls_status mls_describe(const mls_model *model, mls_write write, void *context);
MLS_API mls_status mls_strict(mls_book *book, const mls_model *model, size_t *count);

#ifdef __cplusplus
}
#endif

#endif
