/* The exporter table: one row a form, one file export_FORM.c each; and what exporters share: the
   order in which a person reads a model, and what is shown when not everything is. */
#ifndef MLS_EXPORT_H
#define MLS_EXPORT_H

#include "chart.h"

struct report {
  const struct mls_model *model;
  const mls_run *runs; /* at least one; all settled */
  size_t run_count;
  bool all;
  bool color;
  size_t plot;              /* of form "text": charts so many characters wide; 0: none */
  const char *date;         /* as-of date; never NULL */
  unsigned long long hash;  /* of the model: mls_model_hash */
  enum csv_dialect dialect; /* of form "csv" */
  mls_write write;
  void *context;
  struct fails *fails; /* of the first run's values */
};

struct exporter {
  const char *form;
  mls_status (*write)(const struct report *report);
};
const struct exporter *exporter_find(const char *form);

mls_status export_text(const struct report *report);
mls_status export_json(const struct report *report);
mls_status export_csv(const struct report *report);
mls_status export_html(const struct report *report);
mls_status export_md(const struct report *report);
mls_status export_xlsx(const struct report *report);

/* The tree of reasons below a cell, as text or JSON; `row` ROWS_ALL explains a whole column. */
mls_status export_why(const struct report *report, unsigned cell, size_t row, bool json);
/* Parts of it for one cell: its formula with numbers put in, or nothing where that would say
   nothing new; the number and range of all its rows, with or without the unit. */
void why_numbers(struct mls_values *values, unsigned cell, size_t row, struct buffer *out);
void why_rows(struct mls_values *values, unsigned cell, bool unit, struct buffer *out);
/* check --json: every line of every sheet with its formula's tree and unit. */
mls_status export_description(const struct mls_model *model, mls_write write, void *context,
                              struct fails *fails);

/* A buffer to the report's sink, then emptied; MLS_MEMORY when the buffer failed. */
mls_status report_flush(const struct report *report, struct buffer *buffer);
/* The same when the buffer has become large: called between lines of long reports. */
mls_status report_drain(const struct report *report, struct buffer *buffer);

/* A model in reading order: the main sheet line by line, then the sheets it uses. */
enum reading_kind {
  READING_SHEET,   /* an instance begins */
  READING_HEADING, /* a ## line */
  READING_CELL,    /* an input, its facts, a formula, a check; a family fact has a row a word */
  READING_TABLE,   /* a table begins: its key, then its columns follow */
  READING_COLUMN
};
struct reading {
  enum reading_kind kind;
  unsigned instance;
  unsigned line; /* in the instance's sheet; of a fact that of its input */
  unsigned cell; /* CELL and COLUMN; of a TABLE its key */
};
/* Hidden totals are left out. In `memory`. */
mls_status reading_make(const struct mls_model *model, struct memory *memory, struct reading **out,
                        size_t *count);

/* An answer of the sheet itself, not of one that it uses. */
bool reading_is_answer(const struct mls_model *model, const struct reading *reading);
bool reading_is_check(const struct mls_model *model, const struct reading *reading);

/* Checks that hold everywhere and that a first page counts only: of sheets that are used, and of
   the sets of bound inputs. */
struct quiet {
  size_t checks, ranges;
};
/* Whether the check of `reading` is one of them; it is counted then. It holds in all runs. */
bool quiet_take(struct quiet *quiet, const struct mls_model *model, const struct reading *reading);
/* "3 checks of used sheets hold, 7 bound inputs are within range"; false when there is none. */
bool quiet_put(const struct quiet *quiet, struct buffer *out);

/* Sections of reports for documents (export_section.c): which cell stands in which. */
enum section { SECTION_RESULTS, SECTION_INPUTS, SECTION_FACTS, SECTION_OTHERS };
bool section_has(const struct report *report, const struct reading *reading, size_t row,
                 enum section section);
/* Did a scenario set it? The weakest state over the scenarios; does a check hold in one of them? */
bool section_is_set(const struct report *report, unsigned cell, size_t row);
enum state section_state(const struct report *report, unsigned cell, size_t row);
bool section_holds(const struct report *report, unsigned cell, size_t run);
/* "cash [kUSD]", and a value of it for a person, without its unit. */
void section_title(const struct report *report, unsigned column, struct buffer *out);
void section_value(const struct report *report, unsigned column, size_t row, size_t run,
                   struct buffer *out);
/* The key and the outputs of the table that begins at list[at], or all its columns: their number.
 */
size_t section_columns(const struct report *report, const struct reading *list, size_t list_count,
                       size_t at, unsigned *columns);
/* Keys of all sources, in the order of the sheets, then those of the facts in use. */
mls_status section_sources(const struct report *report, struct memory *memory, const char ***keys,
                           size_t *count);
/* What may stand as a link in a document: it leads to the web and can not end its brackets. */
bool section_is_link(const char *url);

/* "input", "bound", "fact", "cell", "output", "check", "key". */
const char *reading_word(const struct mls_model *model, unsigned cell);

/* The members that JSON reports share, each after a comma: "value", "unit", "si", "state", "error";
   and of inputs and facts "source", "accessed". */
mls_status json_value(struct mls_values *values, struct memo *memo, unsigned cell, size_t row,
                      struct buffer *out);
/* A number that reads back to the same double, or null. */
void json_number(struct buffer *out, double value);
/* The opening members of every JSON document: {"mlsysim": ..., "sheet": ...  */
void json_head(struct buffer *out, const struct mls_model *model);

#endif
