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
 * Threads. There is no global state, so two books never meet. Of each object:
 *
 *   mls_book       by one thread at a time, with all it lists (mls_found_at, mls_source_at,
 *                  mls_unit_at, messages), and mls_describe, whose messages are the book's.
 *   mls_model      never changes: any number of threads at once, also while its book opens other
 *                  models. Not while the book is closed.
 *   mls_registry   as a model.
 *   mls_values     by one thread at a time; other values of the same model may work at the same
 *                  time. Its progress hook is called on the thread of the call.
 *   mls_scenarios  never change once they are read: any number of threads may apply them, each to
 *                  values of its own.
 *   functions      mls_version, mls_status_word, mls_function_at, mls_part_at: at any time.
 *
 * Hooks (find, allocator, write, progress) are called on the thread of the call that needs them: an
 * allocator must allow several threads when its handle, or models of its book, are used by several.
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

/* The version of this header: numbers for #if, and as text with points between. */
#define MLS_VERSION_MAJOR 0
#define MLS_VERSION_MINOR 1
#define MLS_VERSION_PATCH 0
#define MLS_VERSION MLS_VERSION_TEXT(MLS_VERSION_MAJOR, MLS_VERSION_MINOR, MLS_VERSION_PATCH)
#define MLS_VERSION_TEXT(major, minor, patch) MLS_VERSION_DOTS(major, minor, patch)
#define MLS_VERSION_DOTS(major, minor, patch) #major "." #minor "." #patch

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
  MLS_LIMIT,  /* a bound of the library was met */
  MLS_CANCELLED /* the program's progress hook said so */
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
   "sheet" or "registry" and a name ("training", "hardware", "units", "sources", "renamed"), for
   nth = 0, 1, 2 ... until it says MLS_NAME (no such thing, or no further one). Registries are read from all that
   are found, later ones overriding earlier ones; of a sheet the last one found is used. On MLS_OK
   *bytes and *size give the content, which must stay valid until the next call of the hook, and
   *shown the file name for messages. Any other status ends the call that needed the name. */
typedef mls_status (*mls_find)(void *context, const char *kind, const char *name, size_t nth,
                               const char **bytes, size_t *size, const char **shown);

/* Hears how far a long call is, and may end it. Called on the thread that made the call, once when
   work begins and then about every 10 ms of work (counted, not timed; a single slow step, such as
   packing a workbook, can take longer). `stage` is "open" (a book or model), "inputs" (scenarios),
   "settle" or "export"; `done` is the share of the present step of the stage that is over, from 0 to
   1, or -1 where that is not known. 0 goes on; anything else cancels: the call returns MLS_CANCELLED
   with the message "cancelled". The hook must not call the handle that it is told about.

   After a cancelled call:
     opening a book    close it, as after any failure
     opening a model   there is no model; the book can open it, or others, afterwards
     reading inputs    there are no scenarios; the values are at their defaults
     applying inputs   the values are at their defaults
     settling          what was reached has its new values, the rest is still stale and keeps its
                       old ones; the next settling goes on there
     a report          `write` has received a part of it, and must drop that */
typedef int (*mls_progress)(void *context, const char *stage, double done);
/* Files of more bytes are refused (LIMIT_FILE), so that a program which reads them itself need not
   read on. */
#define MLS_FILE_MOST 250000000

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
  mls_progress progress; /* of opening; NULL: nobody listens */
  void *progress_context;
  /* Bytes that opening one model or registry may take, values included, besides 64 for each byte
     of the files that it reads; beyond that MLS_LIMIT. 0: 192 MiB; SIZE_MAX: no bound. */
  size_t memory;
  /* Bits of the vectors to calculate with: 0 for all that the processor has, else at most 128, 256
     or 512. For tests and profilers: values have the same bits whatever this is. */
  unsigned vectors;
} mls_options;

/* Opens a book and reads units, sources and old names (renamed.csv, which need not be there). *out
   is set also on failure (unless MLS_MEMORY, or a NULL `out`), so that the messages can be read;
   close it in any case. */
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
  const char *csv; /* NULL: fields end with a comma, 0.5; "excel-eu": with a semicolon, 0,5 */
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
  int hidden;        /* not a line of a sheet: a fact, a key, an aggregate, the check of a set */
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

/* Who listens to long calls on these values: settling, inputs read with their messages, reports
   whose first run they are. NULL: nobody. */
MLS_API void mls_values_progress(mls_values *values, mls_progress progress, void *context);

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
  const char *kind;    /* "missing", "division", "range" */
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

/* ---- Batches ------------------------------------------------------------------------------ */

typedef struct mls_batch mls_batch;

/* A cell and its row (0 for a single cell; of a family of facts the row of its word). */
typedef struct {
  size_t cell, row;
} mls_place;

/* Plans many scenarios as columns: `columns` are the inputs, or facts of an item that an unbound
   input chooses, that vary; `results` are the cells wanted. What no column changes stands as it is in
   `base`, which is settled (NULL: the defaults); what no result needs is not calculated. All memory
   is taken here, by the allocator of `base`. *out is set also on failure (unless MLS_MEMORY, or a
   NULL argument), so that the messages can be read; free it in any case. MLS_NAME: a column that
   cannot be set or comes twice, or a result that does not exist. MLS_LIMIT: too many steps. */
MLS_API mls_status mls_batch_new(const mls_model *model, mls_values *base,
                                 const mls_place *columns, size_t column_count,
                                 const mls_place *results, size_t result_count, mls_batch **out);
MLS_API void mls_batch_free(mls_batch *batch);

/* Messages of the last failing call on this batch. NULL past the last. */
MLS_API const mls_message *mls_batch_message(mls_batch *batch, size_t index);

/* Calculates `count` scenarios: columns[j][i] is the SI value of column j in scenario i (of a text
   the number of its word), results[k][i] receives that of result k, or NaN for an error. A value
   outside its set makes its scenario bad: bad[i] is 1 + the column, else 0, and its results are NaN.
   Without `bad` the call fails instead with MLS_RANGE, and says which; results are then not all
   written. The same bits as mls_set_number, mls_settle and mls_get give scenario by scenario,
   whatever `count`. Takes no memory but for messages. One thread at a time uses a batch; several
   batches of one model may run at once. */
MLS_API mls_status mls_batch_run(mls_batch *batch, size_t count, const double *const *columns,
                                 double *const *results, unsigned *bad);

/* The number that stands for a word of a text cell in the call above: MLS_RANGE when an input may
   not be set to this word, or no cell of the model can have it; MLS_NAME: no text cell. */
MLS_API mls_status mls_word_number(const mls_model *model, size_t cell, const char *word,
                                   double *number);
/* The word that a number stands for; NULL: of none (an error has no word). */
MLS_API const char *mls_number_word(const mls_model *model, double number);

/* ---- Scenarios ---------------------------------------------------------------------------- */

typedef struct mls_scenarios mls_scenarios;

/* Reads inputs from a CSV (names down with scenarios side by side, or a scenario a row) or from JSON
   (docs/formats.md; also an earlier report in JSON with all cells). A file is JSON when its name ends
   in ".json" or its text begins with "{" or "[". All errors are reported; *out is NULL then. The
   scenarios belong to the values' model and must be freed before the book is closed. */
MLS_API mls_status mls_scenarios_read(const mls_model *model, mls_values *messages,
                                      const char *file, const char *bytes, size_t size,
                                      mls_scenarios **out);

/* The same with more to say. Zero it, then set what is needed. */
typedef struct {
  size_t size;      /* sizeof(mls_inputs) */
  const char *file; /* name for messages */
  const char *bytes;
  size_t length;    /* of the bytes */
  const char *csv;  /* NULL: fields end with a comma, 0.5; "excel-eu": with a semicolon, 0,5 */
} mls_inputs;
MLS_API mls_status mls_inputs_read(const mls_model *model, mls_values *messages,
                                   const mls_inputs *inputs, mls_scenarios **out);
MLS_API void mls_scenarios_free(mls_scenarios *scenarios);
MLS_API size_t mls_scenarios_count(const mls_scenarios *scenarios);
MLS_API const char *mls_scenarios_name(const mls_scenarios *scenarios, size_t index);
/* Resets the values, then sets what the scenario says: items first, then facts and the rest. */
MLS_API mls_status mls_scenarios_apply(const mls_scenarios *scenarios, size_t index,
                                       mls_values *values);

/* ---- Streams ------------------------------------------------------------------------------ */

/* Scenarios as lines of a CSV, results as lines of a CSV: what `mlsysim batch` does, in pieces of
   any size, so that memory does not grow with the file. A line is a scenario, also where a quote is
   left open. Results stand in the order of the lines, one each: nothing is lost. */
typedef struct mls_stream mls_stream;

/* What is set in every scenario, whatever its line says. */
typedef struct {
  const char *path;
  const char *text; /* as mls_set */
} mls_setting;

/* Zero it, then set what is needed. Nothing of it need outlive the call. */
typedef struct {
  size_t size;        /* sizeof(mls_stream_options) */
  const char *file;   /* name for messages */
  const char *header; /* the first line: a scenario a row, as mls_inputs_read reads it */
  size_t length;
  const char *csv; /* of lines and results: NULL, or "excel-eu" */
  const mls_setting *settings;
  size_t setting_count;
  const char *const *cells; /* the results, by path ("tco", "plan.total(12)"); then every check */
  size_t cell_count;        /* 0: the outputs that are one value */
  int careful; /* reads each line as mls_inputs_read does, to test the short way: the same bytes */
} mls_stream_options;

/* *out is set also on failure (unless MLS_MEMORY, or a NULL argument), so that the messages can be
   read; free it in any case. Fails for what mls_set says of the settings, what mls_inputs_read says
   of a header, and MLS_NAME for a result that does not exist or is a column without its row. */
MLS_API mls_status mls_stream_new(const mls_model *model, const mls_allocator *allocator,
                                  const mls_stream_options *options, mls_stream **out);
MLS_API void mls_stream_free(mls_stream *stream);

/* Messages of opening, or of the last lines: what is wrong with the first bad rows. */
MLS_API const mls_message *mls_stream_message(mls_stream *stream, size_t index);

/* The first line of the results, with its line end. */
MLS_API const char *mls_stream_head(const mls_stream *stream, size_t *size);

/* Bytes past the end of lines that are read, whatever they hold: a caller owns them too. */
#define MLS_STREAM_PAD 32

/* What came of some lines. */
typedef struct {
  const char *bytes; /* results, borrowed until the next call on the stream */
  size_t length;
  size_t lines;    /* read, blank ones too */
  size_t rows;     /* scenarios: as many lines of results */
  size_t bad;      /* of them those that could not be read: their cells are empty, and `errors`
                      says for each wrong field what is wrong (load:range) */
  size_t errors;   /* good rows with an error in a result */
  size_t failing;  /* good rows with a check that is false or cannot be decided */
  size_t messages; /* of bad rows; the first ones are in mls_stream_message */
} mls_lines;

/* Calculates whole lines (the last one may lack its end). `line` is the number of the first one in
   its file, `row` the number of its first scenario, both from 1. Never fails for what a line holds.
   One thread at a time uses a stream; several streams of one model may run at once. */
MLS_API mls_status mls_stream_lines(mls_stream *stream, const char *bytes, size_t size, size_t line,
                                    size_t row, mls_lines *out, size_t out_size);

/* How many lines and scenarios (lines that are not blank) there are in whole lines. */
MLS_API void mls_stream_count(const char *bytes, size_t size, size_t *lines, size_t *rows);

/* A fingerprint of a model: of every sheet behind it and of rows that were given. Finds out changes,
   not forgeries. */
MLS_API unsigned long long mls_model_hash(const mls_model *model);

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
  const char *form; /* "text", "json", "csv", "md", "html", "xlsx" */
  int all;          /* every cell, not only outputs and checks */
  int color;        /* escape sequences for a terminal (text) */
  const char *date; /* as-of date YYYY-MM-DD; NULL: the newest date of the registry */
  const mls_run *runs;
  size_t run_count;
  const char *csv;  /* of form "csv": NULL, or "excel-eu": semicolons, 0,5 */
  size_t plot;      /* of form "text": the sheet's charts, so many characters wide; 0: none */
} mls_report;

/* Writes a report over one or more runs of one model; the workbook (xlsx) shows the first run, and
   each other can be chosen in it. Same values, same bytes. Messages of a failure are in those of the first run's values. */
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

/* ---- What there is ------------------------------------------------------------------------ */

/* Lists, for programs that show, complete or choose. Each fills a structure of the caller: `size`
   is sizeof of it, so that later versions may add members. MLS_VALUE: an argument is NULL;
   MLS_NAME: the index is past the last. Text that does not exist is "", unless a member says
   NULL. */

/* A file that a name leads to. */
typedef struct {
  const char *name;   /* "training", "hardware" */
  const char *label;  /* of a sheet's header; "" for a registry */
  const char *folder; /* as the options give it */
  const char *below;  /* path below the folder: "planning/carbon_plan.sheet" */
  size_t group;       /* of folders, from 0: see mls_options */
  int used;           /* 0: the name leads to another file, which hides or overrides this one */
} mls_found;

/* Looks afresh for all files of a kind ("sheet", "registry"; units and sources are among the
   latter) in the folders of the options: by name, then in the order of the folders. MLS_VALUE also
   when the program brought its own `find`, which answers for names and cannot list them. The list
   stays as it is until the next call of this on the book. */
MLS_API mls_status mls_find_all(mls_book *book, const char *kind, size_t *count);
MLS_API mls_status mls_found_at(const mls_book *book, size_t index, mls_found *out, size_t size);

/* A fingerprint of all facts, units and sources that are used: FNV-1a with 64 bits over name, 0,
   size (8 bytes, lowest first) and bytes of each file, in the order of mls_find_all. Fails as that
   does, and when a file cannot be read. It finds out changes, not forgeries. */
MLS_API mls_status mls_registry_hash(mls_book *book, unsigned long long *hash);

/* The facts of one registry; the book owns it, and it never changes: like a model it may be read by
   any number of threads. */
typedef struct mls_registry mls_registry;

/* Opens a registry by name ("hardware"), as a sheet that names it does. MLS_NAME: there is none;
   else what is wrong in its files. */
MLS_API mls_status mls_registry_open(mls_book *book, const char *name, const mls_registry **out);

/* ---- A user's own facts ---- */

typedef struct {
  size_t size;       /* sizeof(mls_own) */
  const char *file;  /* name for messages */
  const char *bytes;
  size_t length;     /* of the bytes */
  const char *date;  /* YYYY-MM-DD when they were read; NULL: none */
} mls_own;

/* Adds facts to a registry of this book, and writes them as lines of its CSV (without the header):
   source `own`, state `assumed`, so that whatever rests on them says so. `from` is a CSV with the
   columns item,field,value,unit and, if wanted, low,high,note. Before any sheet or call has opened
   the registry (else MLS_VALUE). Refused are items that the registry has (MLS_FACT), fields that it
   lacks (MLS_NAME), other dimensions, and all that is wrong in a registry; then nothing was added. */
MLS_API mls_status mls_own_facts(mls_book *book, const char *registry, const mls_own *from,
                                 mls_write write, void *context);

/* The same for the registry `workload` from the configuration of a language model in JSON, as model
   hubs keep it (config.json). It is put into the sheet `config` through the registries config_key and
   config_family, so that all three must be found. `item` NULL: the model's own name. MLS_RANGE: a
   family of models that is not known, a value that cannot be; MLS_VALUE: a dimension that is missing;
   MLS_SYNTAX: a value of another kind. */
MLS_API mls_status mls_own_model(mls_book *book, const char *item, const mls_own *from,
                                 mls_write write, void *context);

typedef struct {
  const char *name;
  size_t items, fields, facts;
  size_t verified, derived, cited, estimate, assumed; /* facts in this state */
  const char *newest;                                 /* `accessed` date, or "" */
} mls_registry_size;
MLS_API mls_status mls_registry_about(const mls_registry *registry, mls_registry_size *out,
                                      size_t size);

/* Items are numbered from 0 in the order of the files. NULL past the last. */
MLS_API const char *mls_item_name(const mls_registry *registry, size_t item);
MLS_API mls_status mls_item_find(const mls_registry *registry, const char *name, size_t *item);

typedef struct {
  const char *name; /* "memory_bandwidth", "flops.fp16" */
  const char *unit; /* of its first fact; "" for words and plain numbers */
  int text;         /* its facts are words */
  size_t facts;     /* items that have it */
} mls_field;
MLS_API mls_status mls_field_at(const mls_registry *registry, size_t field, mls_field *out,
                                size_t size);

typedef struct {
  const char *typed;  /* the number as typed, or the word */
  int text;           /* it is a word: unit, si, low, high say nothing */
  const char *unit;   /* as typed */
  double factor;      /* of the unit */
  double si;
  double low, high;   /* SI; NaN when not given */
  const char *state;  /* "verified", "derived", "cited", "estimate" */
  const char *source; /* key, or NULL */
  const char *locator, *accessed, *note;
  const char *file;
  int line;
} mls_fact;
/* MLS_NAME also when the item lacks the field. */
MLS_API mls_status mls_fact_at(const mls_registry *registry, size_t item, size_t field,
                               mls_fact *out, size_t size);

typedef struct {
  const char *key, *kind, *title, *authors, *year, *url, *accessed, *licence, *redistribute;
} mls_source;
MLS_API mls_status mls_source_at(const mls_book *book, size_t index, mls_source *out, size_t size);
MLS_API mls_status mls_source_find(const mls_book *book, const char *key, mls_source *out,
                                   size_t size);

typedef struct {
  const char *name;
  const char *definition; /* "1e9 B"; "" of a base */
  const char *kind;       /* "base", "count", or "" for what others define */
  double factor;          /* SI value = number * factor */
} mls_unit;
MLS_API mls_status mls_unit_at(const mls_book *book, size_t index, mls_unit *out, size_t size);

/* A function or an operator of formulas. */
typedef struct {
  const char *name;    /* "if", "+" */
  const char *form;    /* "call", "infix", "prefix" */
  size_t least, most;  /* arguments */
  int aggregate;       /* takes a column, and a truth column of the same table */
  const char *units;   /* what units it takes and gives, in words */
  const char *meaning; /* one sentence */
  const char *example; /* a formula that is true */
  const char *excel;   /* its spelling, $1 $2 ... the arguments; NULL: none */
} mls_function;
MLS_API mls_status mls_function_at(size_t index, mls_function *out, size_t size);

/* What the library is made of, itself first: name and version. */
MLS_API mls_status mls_part_at(size_t index, const char **name, const char **version);

/* The sheet that a model was opened from. */
typedef struct {
  const char *name;
  const char *label; /* the comment of its first line */
  const char *file;  /* as in messages */
  const char *date;  /* newest `accessed` of the facts and sources it may use, or "" */
} mls_sheet;
MLS_API mls_status mls_sheet_about(const mls_model *model, mls_sheet *out, size_t size);

/* What may be set: an input, or (set "fact") a fact of an item that an unbound input chooses. */
typedef struct {
  const char *set;       /* "range", "words", "registry", "fact" */
  double low, high;      /* range, in the written unit; else NaN */
  double step;           /* 0: any value */
  const char *const *words; /* words: what may be chosen */
  size_t word_count;
  const char *registry;  /* registry, fact: its name; else NULL */
  const char *typed;     /* default as typed, number or word; NULL for a fact, or rows given */
  double likely_low, likely_high; /* P10 and P90 in the written unit; NaN when not given */
  int column;            /* of the table that its path names before the last dot: its rows are given
                            by mls_rows, not set by name */
} mls_input;
/* MLS_NAME: the cell is bound, calculated, a check, or a fact of the items of a table. */
MLS_API mls_status mls_input_about(const mls_model *model, size_t cell, mls_input *out,
                                   size_t size);

/* Writes the path of one row ("plan.cash(3)", "hw.flops.fp16") as mls_cell_path does. */
MLS_API size_t mls_row_path(const mls_model *model, size_t cell, size_t row, char *path,
                            size_t size);

/* All rows of a column at once. */
#define MLS_ROWS_ALL ((size_t)-1)

/* A cell that another one reads; row may be MLS_ROWS_ALL. */
typedef struct {
  size_t cell, row;
} mls_reason;

/* One step of a calculation, for somebody who walks through it. Strings and lists are borrowed
   until the next call on the values. */
typedef struct {
  const char *kind;    /* "input", "bound", "fact", "cell", "output", "check", "key" */
  const char *formula; /* in names, or NULL */
  const char *numbers; /* the same with numbers put in; NULL where that says nothing new */
  const char *value;   /* as a report shows it, without unit; of all rows their number and range */
  const char *unit;    /* of `value` and `number`: as typed, else the written one */
  double number;       /* all digits; NaN for words, truths, errors and all rows */
  const char *state;
  const char *label;   /* of its line; of a fact its note */
  int set;             /* the user set it */
  const char *locator, *accessed; /* of a fact */
  const mls_source *sources;
  size_t source_count;
  const mls_reason *reads; /* leftmost first */
  size_t read_count;
  const size_t *readers; /* cells, in order of calculation */
  size_t reader_count;
} mls_step;
/* Settles first. `row` 0 for a single cell; of a column a row or MLS_ROWS_ALL. */
MLS_API mls_status mls_step_at(mls_values *values, size_t cell, size_t row, mls_step *out,
                               size_t size);

/* ---- Layout of sheets --------------------------------------------------------------------- */

/* Writes a sheet given as bytes in the one layout that sheets have (docs/format.md). Blanks and line
   ends alone change, so a sheet means afterwards what it meant before, and a formatted sheet is
   written as it is. Names and units need not be known. A sheet with an error of syntax is not
   written: the messages tell all that is wrong with it. `write` is called once, at the end; what it
   returns ends the call. MLS_LIMIT: the sheet, or a line in its layout, is too long. */
MLS_API mls_status mls_format(mls_book *book, const char *file, const char *bytes, size_t size,
                              mls_write write, void *context);

#ifdef __cplusplus
}
#endif

#endif
