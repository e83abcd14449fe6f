/* The workbook: what its parts share. export_xlsx.c writes one workbook over the runs of a model:

     xlsx_text.c     what text, names and addresses a spreadsheet accepts
     xlsx_page.c     formats, checked writing
     xlsx_setup.c    page set-up, validation
     xlsx_layout.c   which cell of the model stands where
     xlsx_formula.c  tree -> formula of the spreadsheet
     xlsx_step.c     long formulas cut into steps
     xlsx_down.c     a formula copied down a table
     xlsx_words.c    tree -> words
     xlsx_inputs.c   what may be typed: the inputs and what replaces a fact
     xlsx_scenarios.c  the runs side by side, and whether the workbook still agrees with them
     xlsx_runs.c     the runs of a tornado: one column each
     xlsx_state.c    states of verification as formulas
     xlsx_sheet.c    a worksheet for an instance
     xlsx_table.c    a worksheet for a table
     xlsx_facts.c    the facts and the lists to choose from
     xlsx_within.c   the check of a bound input as a tree
     xlsx_checks.c   checks and master check
     xlsx_chart.c    charts: their numbers, live
     xlsx_plot.c     charts: the pictures
     xlsx_cover.c    cover, sources, log
     xlsx_pack.c     errors beside formulas

   Each number has two cells: one in SI base units, which all formulas refer to, and one in the unit
   of the sheet, which is what a person reads or types. This holds for factor 1 too, so that the
   cell a person reads is never an error and every row is built alike. A word or a key has one cell.
 */
#ifndef MLS_XLSX_H
#define MLS_XLSX_H

#include <xlsxwriter.h>
#include "export.h"

/* Bounds of a spreadsheet, and of what one can still be worked with. */
enum {
  XLSX_ROWS = 1048576,
  XLSX_COLUMNS = 16384,
  XLSX_FORMULA = 8192, /* characters in a formula */
  XLSX_QUOTED = 255,   /* characters of a text in a formula */
  XLSX_TEXT = 32000,   /* bytes of a text in a cell: below the 32767 characters it may have */
  XLSX_LINKS = 65530,  /* links on a worksheet */
  XLSX_URL = 2079,
  XLSX_TAB = 31,       /* characters of a worksheet's name */
  XLSX_NAME = 255,     /* characters of a defined name */
  XLSX_SHORT = 160,    /* a longer formula is cut into steps */
  XLSX_PAGES = 1000,   /* worksheets */
  XLSX_NAMES = 4000,   /* defined names: more make opening slow; addresses serve as well */
  XLSX_LARGE = 10000,  /* rows of a table that leaves for its file as it is written */
  XLSX_RUNS = 20000,   /* cells that the runs of one tornado take */
  XLSX_WIDTHS = 32,    /* columns whose texts may wrap */
  XLSX_ONE_PAGE = 60,  /* rows that can still be read on one printed page */
  XLSX_CELLS = 8000000 /* filled cells: a larger workbook no longer opens */
};

enum page_kind {
  PAGE_COVER,
  PAGE_INPUTS,
  PAGE_SCENARIOS,
  PAGE_RUNS,
  PAGE_INSTANCE,
  PAGE_TABLE,
  PAGE_CHECKS,
  PAGE_CHARTS,
  PAGE_FACTS,
  PAGE_SOURCES,
  PAGE_LOG
};

/* A row of an instance's worksheet. */
enum entry_kind {
  ENTRY_HEADING,
  ENTRY_NOTE,
  ENTRY_CELL,
  ENTRY_FACT,
  ENTRY_USE,
  ENTRY_TABLE,
  ENTRY_COLUMN
};
struct entry {
  enum entry_kind kind;
  unsigned line; /* in the sheet */
  unsigned cell; /* ENTRY_CELL, ENTRY_FACT, ENTRY_COLUMN */
  unsigned row;  /* ENTRY_FACT: of a family */
};

/* What a person may type: an input, or a fact of an item that an input chooses. */
struct knob {
  unsigned cell, row;  /* row of a family of facts */
  unsigned page, line; /* where it stands among the rows of its instance */
  unsigned at;         /* row on the inputs and scenarios worksheets */
};

/* What a formula needs and no line of the sheet has: a constant, or a step of a long formula. They
   stand below the lines of their instance. */
struct extra {
  const struct node *node;
  unsigned home;    /* instance in whose sheet the node is written */
  unsigned cell;    /* the first that needs it */
  unsigned uses;    /* how many cells do */
  const char *name; /* defined name, or NULL */
  size_t next;      /* constants of one hash: index + 1 */
};

/* A column of a table's worksheet: a cell of the model, or a step of a long formula. */
struct column {
  unsigned cell;
  unsigned word;           /* of a family of facts: index of its word */
  const struct node *node; /* a step; NULL else */
  unsigned shown, base;
};

struct page {
  enum page_kind kind;
  const char *name;   /* on the tab */
  const char *quoted; /* as a formula writes it, with its exclamation mark */
  lxw_worksheet *sheet;
  unsigned instance;
  unsigned table;   /* PAGE_TABLE: index among the tables of the sheet */
  unsigned first;   /* first row of data */
  unsigned base;    /* first column of the base-unit block */
  unsigned sources; /* PAGE_INSTANCE: columns for sources */
  unsigned states;  /* PAGE_INSTANCE: columns for states, at least 1 */
  unsigned rows;    /* PAGE_TABLE: rows of data */
  size_t links;
  bool errors; /* some formula has no value now */
  struct entry *entries;
  size_t entry_count, entry_room;
  struct extra *extras; /* begin two rows below the entries */
  size_t extra_count, extra_room;
  struct column *columns;
  size_t column_count, column_room;
  unsigned planned;           /* PAGE_TABLE: columns without steps */
  unsigned last_base;         /* PAGE_TABLE: last column of the base-unit block, before steps */
  bool mixed;                 /* PAGE_TABLE: some columns are calculated words */
  struct map steps;           /* node -> index of extra or column */
  struct map constants;       /* hash -> index of the first extra with it */
  struct map users;           /* extra and cell that needs it: counted in `uses` */
  double widths[XLSX_WIDTHS]; /* of the first columns, where texts wrap */
};

/* Too many rows to be held in memory until the file is closed. */
static inline bool xlsx_is_large(const struct page *page) {
  return page->kind == PAGE_TABLE && page->rows >= XLSX_LARGE;
}

/* Where the rows of a cell stand. */
struct spot {
  unsigned page; /* GRAPH_NONE: nowhere */
  unsigned row;  /* of row 0; the others below */
  unsigned shown, base;
  unsigned across;  /* words of a family stand side by side in a table: so many; else 1 */
  const char *name; /* defined name on its worksheet, or NULL */
};

/* Words to choose from, in a column of the facts worksheet: items of a registry, words of a set. */
struct list {
  const void *key; /* registry or set */
  const char *title;
  unsigned column;
  size_t count;
};

/* The facts of a registry that the model reads, in rows of the facts worksheet. */
struct block {
  const struct registry *registry;
  unsigned first;
  size_t count;
  unsigned *places; /* of each fact of the registry: its place in the block from 1, or 0 */
};

struct cited {
  const char *key;
  const struct source *source; /* NULL when the key has none */
};

/* What the runs of a tornado calculate again: a cell, all its rows, or a step of a formula. */
struct run_line {
  unsigned cell;
  const struct node *node; /* a step; NULL else */
  unsigned first, rows;    /* on the worksheet */
};

/* The runs of one tornado, a column each (xlsx_runs.c). */
struct runs {
  size_t line;       /* of the chart, in the sheet */
  unsigned *first;   /* of each cell: its row on the worksheet, or 0 */
  struct map *steps; /* of each instance: node -> row */
  struct run_line *lines;
  size_t count, room;
  unsigned top, next;             /* first row of the block, and the one below its last */
  unsigned change, start, agrees; /* rows: changes of the result; whether the runs begin at the
                                     model's result; whether all are the engine's */
};

struct style_slot;

struct xlsx {
  const struct report *report;
  const struct mls_model *model;
  struct mls_values *values;
  struct memory memory;  /* lives as long as the workbook is made */
  struct memory scratch; /* for one row */
  struct names names;
  lxw_workbook *file;
  mls_status status; /* the first failure; what follows it does nothing */
  struct page *pages;
  size_t page_count, page_room;
  unsigned *instance_page; /* page of each instance */
  struct spot *spots;      /* one a cell */
  unsigned *column_row;    /* row of a column of a table on the worksheet of its instance */
  unsigned char *ranks;    /* enum rank of each cell in the first run */
  unsigned *knob_of;       /* index + 1 of the first knob of a cell, or 0 */
  struct knob *knobs;
  size_t knob_count, knob_room;
  unsigned *results; /* scalar outputs of the sheet itself, in its order */
  size_t result_count;
  struct runs *runs; /* one a tornado of a result */
  size_t runs_count;
  const char **choices; /* names of the runs to choose from */
  unsigned *fact_first; /* facts anchored at a cell, chained by fact_next; GRAPH_NONE */
  unsigned *fact_next;
  struct map fields; /* interned fields and families that the model reads */
  struct list *lists;
  size_t list_count, list_room;
  struct block *blocks;
  size_t block_count, block_room;
  struct cited *cited;
  size_t cited_count, cited_room;
  struct map cited_index;
  unsigned *checks; /* cells of the checks worksheet, in order */
  size_t check_count;
  struct map taken; /* defined names and tab names in use, lower case, interned */
  size_t name_count;
  struct style_slot *styles;
  size_t style_count, style_room;
  unsigned tall_page, tall_row; /* the row being written, and how high its texts make it */
  double tall;
};

/* ---- xlsx_text.c ---- */

/* Text for a cell: no start that a spreadsheet takes for a formula, no look of a number, no control
   characters, no escapes, not too long. Never NULL: on failure "" (and the status is set). */
const char *xlsx_safe(struct xlsx *x, const char *text);
/* A word that formulas compare: only what could not be stored is replaced. */
const char *xlsx_word(struct xlsx *x, const char *word);
bool xlsx_name_is_legal(const char *name);
bool xlsx_url_is_safe(const char *url);
/* "A", "XFD" */
const char *xlsx_letters(char out[8], unsigned column);
/* Adds "$B$5" or "B5". */
void xlsx_address(struct buffer *out, unsigned row, unsigned column, bool fixed);
/* The tab's name as a formula writes it: quotes where needed, and "!". */
void xlsx_quote(struct buffer *out, const char *tab);
/* Text in quotes, as a formula writes it. */
void xlsx_literal(struct buffer *out, const char *text);
/* A name for a tab, from a path, cut and numbered so that it is new. */
const char *xlsx_tab(struct xlsx *x, const char *path);
/* Takes a defined name on a page (GRAPH_NONE: for all); NULL when it is not legal or taken. */
const char *xlsx_take(struct xlsx *x, unsigned page, const char *name);
/* A scenario's name as one of a list to choose from: MATCH does not tell cases apart and takes *
   and ? for any letters; what looks like a number or a formula gets a word in front. */
const char *xlsx_choice(struct xlsx *x, const char *name, size_t number);
/* The unit a base-unit value is in: "kg*m/s^2", "number" when plain. */
const char *xlsx_base_unit(struct xlsx *x, const struct dims *strict, const struct dims *count);
/* What stands in a column for units: the unit, "number", "word", "1 = yes". */
const char *xlsx_unit(const struct unit *unit, enum kind kind);
/* Number in a unit whose product with the factor is this SI value, as it was typed. */
double xlsx_typed(double si, double factor);

/* ---- xlsx_page.c ---- */

enum style {
  STYLE_PLAIN,
  STYLE_SAMPLE,
  STYLE_TITLE,
  STYLE_SUBTITLE,
  STYLE_HEAD,
  STYLE_SECTION,
  STYLE_TEXT,
  STYLE_SHRINK, /* a formula's text, of a length that nobody knows */
  STYLE_WRAP,
  STYLE_INSET, /* the same, below what it belongs to */
  STYLE_MONO,
  STYLE_NOTE,
  STYLE_LINK,
  STYLE_ADDRESS,
  STYLE_JUMP,
  STYLE_UNIT,
  STYLE_NUMBER,
  STYLE_OUTPUT,
  STYLE_OUTPUT_LABEL,
  STYLE_PICKED, /* of the chosen scenario */
  STYLE_PULLED,
  STYLE_INPUT,
  STYLE_INPUT_WORD,
  STYLE_INPUT_NOTE,
  STYLE_BASE,
  STYLE_CONSTANT,
  STYLE_KEY,
  STYLE_BADGE,
  STYLE_VERDICT,
  STYLE_GOOD,
  STYLE_FAIR,
  STYLE_BAD, /* of conditions: colours alone */
  STYLE_COUNT
};

/* Formats for numbers. */
const char *xlsx_number_format(double largest, bool whole);
extern const char XLSX_YES[], XLSX_HOLDS[], XLSX_PLAIN[], XLSX_DATE[], XLSX_YEAR[], XLSX_EXACT[];

bool xlsx_styles(struct xlsx *x);
lxw_format *xlsx_style(struct xlsx *x, enum style style, const char *number_format);

/* Writing. Each does nothing once the status is set, and sets it on failure. */
void put_text(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *text,
              enum style style);
void put_word(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *word,
              enum style style);
void put_number(struct xlsx *x, unsigned page, unsigned row, unsigned column, double number,
                enum style style, const char *format);
void put_blank(struct xlsx *x, unsigned page, unsigned row, unsigned column, enum style style);
/* A formula (without "=") with the value it has now: a number, or a text. */
void put_formula(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *formula,
                 double value, enum style style, const char *format);
void put_formula_text(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                      const char *formula, const char *text, enum style style);
/* A formula whose value is that of a cell of the model: number, word or error. */
void put_value(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *formula,
               double value, bool text, enum style style, const char *format);
/* A link to a place in the workbook, or to a page of the web when the address is safe. */
void put_jump(struct xlsx *x, unsigned page, unsigned row, unsigned column, unsigned to_page,
              unsigned to_row, const char *text);
void put_web(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *url);
void put_source(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *key);
void put_row(struct xlsx *x, unsigned page, unsigned row, unsigned first, unsigned last,
             enum style style); /* blank cells of a style */
bool xlsx_date(const char *text, lxw_datetime *out);
/* Days since 1970-01-01 of YYYY-MM-DD; 0 for what is no date. */
long xlsx_day(const char *date);
void put_date(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *date,
              enum style style);
void put_array(struct xlsx *x, unsigned page, unsigned row, unsigned column, const char *formula,
               double value, enum style style, const char *format);

/* ---- xlsx_setup.c ---- */

/* Title, subtitle, link home. */
void put_page(struct xlsx *x, unsigned page, const char *title, const char *subtitle);
/* Freeze panes, print set-up, protection. */
struct print {
  unsigned head, last_head; /* rows repeated on every page; panes freeze below */
  unsigned last_row;
  unsigned columns;      /* how many are printed */
  unsigned across, down; /* on so many pages; down 0: as many as it takes */
};
void put_print(struct xlsx *x, unsigned page, const char *title, struct print print);
void put_width(struct xlsx *x, unsigned page, unsigned first, unsigned last, double width,
               bool outlined);
/* Colours of states of verification, by their words, so that they follow a choice. */
void put_badges(struct xlsx *x, unsigned page, unsigned first, unsigned last, unsigned column);
/* Red for fails, green for holds. */
void put_verdicts(struct xlsx *x, unsigned page, unsigned first, unsigned last, unsigned column);
/* What may be typed into an input's cells. */
void put_validation(struct xlsx *x, unsigned page, unsigned first, unsigned last,
                    unsigned first_column, unsigned last_column, const struct line *line,
                    const struct unit *unit);
/* The same for what has no set: any number, or any short word. */
void put_validation_of_fact(struct xlsx *x, unsigned page, unsigned first, unsigned last,
                            unsigned first_column, unsigned last_column, const struct cell *cell,
                            const char *name);
/* A date; a number of days; one of the words of a range. */
void put_validation_of_date(struct xlsx *x, unsigned page, unsigned row, unsigned column);
void put_validation_of_days(struct xlsx *x, unsigned page, unsigned row, unsigned column);
void put_validation_of_list(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                            const char *range, const char *message);
void xlsx_check(struct xlsx *x, lxw_error error);
void xlsx_refuse_links(struct xlsx *x, unsigned page);
/* Records a refusal with its message. */
SYSTEM_PRINTS(3, 4)
void xlsx_refuse(struct xlsx *x, mls_status status, const char *format, ...);

/* A text being put together for one row: kept in the scratch arena. */
const char *xlsx_keep(struct xlsx *x, struct buffer *buffer);
SYSTEM_PRINTS(2, 3)
const char *xlsx_print(struct xlsx *x, const char *format, ...);

/* ---- xlsx_layout.c ---- */

mls_status xlsx_layout(struct xlsx *x);
const struct line *xlsx_line(const struct xlsx *x, unsigned cell);
/* The cell that holds the item of a FACT cell: an input, or the key of a table. */
unsigned xlsx_chooser(const struct xlsx *x, unsigned cell);
/* A word that is typed: it has no second cell. */
bool xlsx_is_typed_word(const struct cell *cell);
const struct list *xlsx_list(struct xlsx *x, const void *key);
const struct block *xlsx_block(const struct xlsx *x, const struct registry *registry);
/* Place of a fact in its block, from 1, as look-ups find it; an error for none. */
double xlsx_fact_place(const struct xlsx *x, unsigned cell, const struct fact *fact);
/* The words of list `list`, as a range of the facts worksheet. */
const char *xlsx_list_range(struct xlsx *x, const struct list *list);
const char *xlsx_list_word(const struct xlsx *x, const struct list *list, size_t index);
/* The page of a kind of which there is one. */
unsigned xlsx_page_of(const struct xlsx *x, enum page_kind kind);
unsigned xlsx_extra_row(const struct page *page, size_t extra);
/* "job.step_time" */
const char *xlsx_path(struct xlsx *x, unsigned cell);
/* "Accelerator", or the name in words. */
const char *xlsx_label(struct xlsx *x, unsigned cell, size_t row);

/* ---- xlsx_formula.c ---- */

/* Who writes a formula, and where. */
struct pen {
  struct xlsx *x;
  unsigned page;  /* where it stands */
  unsigned owner; /* page of the instance that holds its constants and steps */
  unsigned home;  /* instance in whose sheet the tree is written */
  unsigned cell;  /* the cell it belongs to */
  bool column;    /* a formula of each row of a table */
  size_t row;
  struct runs *runs; /* a formula of a run, which stands in column `run`; or NULL */
  unsigned run;
  const struct node *whole; /* a step being written is not replaced by itself */
};
struct pen xlsx_pen(struct xlsx *x, unsigned cell);
/* The formula, without "=", in the scratch arena; never NULL. Refuses what is too long. */
const char *xlsx_spell(struct pen *pen, const struct node *node);
/* The look-up of a word of a family in another of its columns. */
const char *xlsx_spell_family(struct pen *pen, unsigned cell, const struct node *node,
                              unsigned column);
/* So many rows at the top of a table are spelled otherwise than the others: prior has none above.
 */
size_t xlsx_rows_apart(const struct node *node);
/* The base-unit value of a cell as a formula on `page` refers to it. */
const char *xlsx_reference(struct xlsx *x, unsigned page, unsigned cell, size_t row);
/* The formula that a bound input stays in its set. NULL when it is not a tree: then *formula. */
const struct node *xlsx_within(struct xlsx *x, unsigned cell, struct pen *pen,
                               const char **formula);

/* ---- xlsx_step.c ---- */

/* Makes the steps that keep the formula short. Once a tree, before it is spelled. */
void xlsx_prepare(struct pen *pen, const struct node *node);

/* ---- xlsx_down.c ---- */

/* A formula of a row and where it has numbers of rows, to write it for the rows below. */
struct down {
  const char *text;
  struct gap {
    size_t at, size; /* of the digits in the text */
    unsigned number;
  } * gaps;
  size_t count;
  char *out; /* room for the longest */
};
/* From the texts for a row and the next one; false when they differ in more than numbers of rows,
   and on failure. */
bool xlsx_down_make(struct xlsx *x, struct down *down, const char *here, const char *below);
/* The text for a row so many `rows` below; it holds until the next call. */
const char *xlsx_down(const struct down *down, unsigned rows);

/* ---- xlsx_words.c ---- */

/* The formula in words: labels for names. In the scratch arena. */
const char *xlsx_words(struct xlsx *x, const struct node *node, unsigned home);
/* "name = formula" as the sheet has it. */
const char *xlsx_source_text(struct xlsx *x, const char *name, const struct node *node);
/* What an input may be: "from 1 to 64 in steps of 1; likely 2 to 8". */
const char *xlsx_set_words(struct xlsx *x, const struct line *line);
/* And as the sheet has it: "gpus = 4 in 1..64 by 1". */
const char *xlsx_set_text(struct xlsx *x, const struct line *line);

/* ---- xlsx_state.c ---- */

/* From neutral to weakest, as the rows of a list on the log worksheet. A fact whose source was read
   long ago is stale: weaker than one that is cited, stronger than an estimate. */
enum rank {
  RANK_INPUT,
  RANK_VERIFIED,
  RANK_DERIVED,
  RANK_CITED,
  RANK_STALE,
  RANK_ESTIMATE,
  RANK_ASSUMED,
  RANK_MISSING,
  RANK_COUNT
};
enum { STALE_DAYS = 365 }; /* an assumption; the cover has a cell for it */
const char *xlsx_rank_word(enum rank rank);
const char *xlsx_rank_meaning(enum rank rank);
enum rank xlsx_rank_of_fact(const struct xlsx *x, const struct fact *fact);
/* What the badge of a knob says now. */
enum rank xlsx_rank_of_knob(const struct xlsx *x, const struct knob *knob);
/* What the badge of a scalar says now. */
enum rank xlsx_rank_shown(const struct xlsx *x, unsigned cell);
/* Ranks of all cells in the first run. */
void xlsx_rank_all(struct xlsx *x);
/* How many columns the state of a cell takes, so that no formula is long. */
unsigned xlsx_state_columns(struct xlsx *x, unsigned cell);
/* Number and badge of a row of an instance's worksheet. */
void xlsx_put_state(struct xlsx *x, unsigned page, unsigned row, unsigned cell);
/* The same of a fact; BASE_FACT of the row holds its row on the facts worksheet. */
void xlsx_put_fact_state(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                         unsigned fact_row);
/* Number and badge of a column of a table, above its headings. */
void xlsx_put_column_rank(struct xlsx *x, unsigned page, const struct column *column, unsigned row);
void xlsx_put_column_badge(struct xlsx *x, unsigned page, const struct column *column,
                           unsigned row);
/* "log!$C$8": the number of a state; the list of its words. */
const char *xlsx_rank_cell(struct xlsx *x, enum rank rank);
const char *xlsx_rank_words(struct xlsx *x);
enum { RANK_ROW = 4 }; /* of the first state on the log worksheet */

/* ---- xlsx_inputs.c ---- */

enum input_column {
  IN_LABEL,
  IN_WHERE,
  IN_VALUE,
  IN_UNIT,
  IN_OVERRIDE,
  IN_SCENARIO,
  IN_CITED,
  IN_MAY,
  IN_STATE,
  IN_SOURCE,
  IN_NOTE,
  IN_GAP,
  IN_BASE,
  IN_BASE_UNIT,
  IN_FACTOR,
  IN_FACT,
  IN_COUNT
};
/* Gives every knob its row. */
void xlsx_list_knobs(struct xlsx *x);
/* The knob of a cell's row, or NULL. */
const struct knob *xlsx_knob(const struct xlsx *x, unsigned cell, size_t row);
/* "inputs!$M$7" */
const char *xlsx_input_cell(struct xlsx *x, const struct knob *knob, enum input_column column);
/* Nothing was typed instead of what the cell has by itself. */
const char *xlsx_input_untouched(struct xlsx *x, const struct knob *knob);
/* Parts that the scenarios worksheet has too: label and name of a row; what a run set; what may be
   typed; headings of the instances. */
void xlsx_put_knob_head(struct xlsx *x, unsigned page, const struct knob *knob);
void xlsx_put_set(struct xlsx *x, unsigned page, const struct knob *knob, unsigned column,
                  const struct mls_values *values);
void xlsx_put_allowed(struct xlsx *x, unsigned page, const struct knob *knob, unsigned first,
                      unsigned last);
void xlsx_put_sections(struct xlsx *x, unsigned page, unsigned columns);
void xlsx_write_inputs(struct xlsx *x);

/* ---- xlsx_scenarios.c ---- */

enum { RUN_LABEL, RUN_WHERE, RUN_UNIT, RUN_NOW, RUN_FIRST };
enum { RUN_NUMBER_ROW = 2 };
/* Key results, and names to choose from. */
void xlsx_list_results(struct xlsx *x);
void xlsx_list_choices(struct xlsx *x);
/* The cells of a row in all runs; the number of the chosen run; the names of the runs. */
const char *xlsx_run_range(struct xlsx *x, unsigned row);
extern const char XLSX_RUN_NUMBER[];
const char *xlsx_run_names(struct xlsx *x);
/* Of the key results: the row of the engine's value, and of the agreement of a run. */
unsigned xlsx_result_row(const struct xlsx *x, unsigned cell);
unsigned xlsx_agreement_row(const struct xlsx *x);
/* The cell of the relative difference that counts as the same. */
const char *xlsx_tolerance(struct xlsx *x);
void xlsx_write_scenarios(struct xlsx *x);

/* ---- xlsx_runs.c ---- */

enum {
  RUNS_LABEL,
  RUNS_WHERE,
  RUNS_MODEL,
  RUNS_UNIT,
  RUNS_BASE, /* the run in which nothing moves; those that move inputs follow */
  RUNS_FIRST
};
/* Which tornados there are. */
void xlsx_list_runs(struct xlsx *x);
/* The row of a cell in the runs that a pen writes; 0: its value is that of the model. */
unsigned xlsx_run_row(const struct pen *pen, unsigned cell);
/* The steps of the runs, and a new one. */
struct map *xlsx_run_steps(const struct pen *pen);
void xlsx_run_add_step(struct pen *pen, const struct node *node);
void xlsx_write_runs(struct xlsx *x);
/* How many tornados do not begin at the model's result; 1 when all runs are the engine's: as
   formulas, NULL where there are no runs. */
const char *xlsx_runs_apart(struct xlsx *x);
const char *xlsx_runs_agree(struct xlsx *x);
/* The runs of a chart. */
const struct runs *xlsx_runs_of(const struct xlsx *x, const struct chart *chart);

/* ---- the worksheets ---- */

/* Rows of the cover with what other worksheets read, in its column of values. */
enum {
  COVER_MASTER = 3,
  COVER_SCENARIO,
  COVER_OVERRIDES,
  COVER_AGREES,
  COVER_AS_OF,
  COVER_STALE,
  COVER_WEAKEST,
  COVER_SHEET,
  COVER_END
};

void xlsx_write_instance(struct xlsx *x, unsigned page);
/* The base-unit cell of a formula that is prepared, with the value it has now. */
void xlsx_put_tree(struct pen *pen, const struct node *node, unsigned row, unsigned column,
                   double si, bool text);
/* What the source of a fact's row says now. */
const char *xlsx_source_word(struct xlsx *x, const struct knob *knob);
void xlsx_write_extras(struct xlsx *x, unsigned page); /* after all formulas are written */
void xlsx_write_table(struct xlsx *x, unsigned page);
void xlsx_write_facts(struct xlsx *x);
/* What looks a fact up: the row among its registry's facts. */
const char *xlsx_fact_row(struct xlsx *x, unsigned page, unsigned cell, size_t row);
/* A column of a registry's facts as a range: a letter of the facts worksheet. */
enum fact_column {
  FACT_ITEM,
  FACT_FIELD,
  FACT_VALUE,
  FACT_UNIT,
  FACT_LOW,
  FACT_HIGH,
  FACT_STATE,
  FACT_SOURCE,
  FACT_LOCATOR,
  FACT_ACCESSED,
  FACT_NOTE,
  FACT_GAP,
  FACT_BASE,
  FACT_FACTOR,
  FACT_KEY,
  FACT_LINK,
  FACT_RANK,
  FACT_LISTS_GAP,
  FACT_LISTS
};
/* INDEX into a column of the facts of its registry. */
const char *xlsx_in_facts(struct xlsx *x, unsigned cell, enum fact_column column,
                          const char *index);
const char *xlsx_fact_range(struct xlsx *x, const struct block *block, enum fact_column column);
void xlsx_write_checks(struct xlsx *x);
/* Where the master check stands, and what it says now. */
unsigned xlsx_master_row(const struct xlsx *x);
double xlsx_master(struct xlsx *x);
void xlsx_write_charts(struct xlsx *x);
void xlsx_write_sources(struct xlsx *x);
void xlsx_write_log(struct xlsx *x);
void xlsx_write_cover(struct xlsx *x);

/* ---- xlsx_pack.c ---- */

bool xlsx_has_errors(const struct xlsx *x);
/* Writes the package to the report, with an error where a formula has no value. */
mls_status xlsx_pack(struct xlsx *x, const unsigned char *bytes, size_t size);

/* Columns of the checks worksheet. */
enum {
  CHECK_LABEL,
  CHECK_WHERE,
  CHECK_HOLDS,
  CHECK_VERDICT,
  CHECK_LEFT,
  CHECK_RIGHT,
  CHECK_GAP,
  CHECK_UNIT,
  CHECK_WORDS,
  CHECK_SPACE,
  CHECK_BASE,
  CHECK_LEFT_BASE,
  CHECK_RIGHT_BASE,
  CHECK_FACTOR
};
/* Columns of an instance's worksheet; sources begin at SHOW_SOURCE, the block at page->base. */
enum { SHOW_LABEL, SHOW_VALUE, SHOW_UNIT, SHOW_WORDS, SHOW_FORMULA, SHOW_STATE, SHOW_SOURCE };
enum { BASE_VALUE, BASE_UNIT, BASE_FACTOR, BASE_NAME, BASE_FACT, BASE_STATE, BASE_COUNT };
/* The cell of a number for a person: "missing" for an error, in the unit of the sheet. */
const char *xlsx_shown(struct xlsx *x, unsigned row, unsigned base, unsigned factor_row,
                       unsigned factor, bool text);

#endif
