/* The cover, with the answers and the way to everything else; the sources; the log. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

/* ---- cover ---- */

enum {
  COVER_LABEL,
  COVER_VALUE,
  COVER_UNIT,
  COVER_STATE,
  COVER_ENGINE,
  COVER_CHANGE,
  COVER_NAME,
  COVER_COLUMNS,
  COVER_RANK = COVER_COLUMNS + 1 /* beside what is printed */
};

static const struct sheet *main_sheet(const struct xlsx *x) { return x->model->instances[0].sheet; }

static const char *on_page(struct xlsx *x, unsigned cell, unsigned column) {
  const struct spot *spot = &x->spots[cell];
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, x->pages[spot->page].quoted);
  xlsx_address(&out, spot->row, column, true);
  return xlsx_keep(x, &out);
}

/* What the engine gave for the chosen scenario, and how far the workbook is from it now: what
   counts as the same is no change. */
static void put_engine(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                       const char *format) {
  const struct cell *here = &x->model->cells[cell];
  double si = values_get(x->values, cell, 0);
  const char *engine = xlsx_print(x, "IF(ISNUMBER(%s),INDEX(%s,1,%s),\"missing\")", XLSX_RUN_NUMBER,
                                  xlsx_run_range(x, xlsx_result_row(x, cell)), XLSX_RUN_NUMBER);
  const char *now = xlsx_print(x, "B%u", row + 1), *then = xlsx_print(x, "E%u", row + 1);
  const char *change =
      xlsx_print(x,
                 "IF(AND(ISNUMBER(%s),ISNUMBER(%s)),IF(ABS(%s-%s)<=%s*MAX(ABS(%s),"
                 "ABS(%s)),0,%s-%s),IF(EXACT(%s,%s),\"same\",\"other\"))",
                 now, then, now, then, xlsx_tolerance(x), now, then, now, then, now, then);
  if (value_is_error(si) || here->text) {
    put_formula_text(x, page, row, COVER_ENGINE, engine,
                     here->text && !value_is_error(si) ? xlsx_word(x, x->model->words[(size_t)si])
                                                       : "missing",
                     STYLE_CONSTANT);
    put_formula_text(x, page, row, COVER_CHANGE, change, "same", STYLE_NUMBER);
    return;
  }
  put_formula(x, page, row, COVER_ENGINE, engine, si / here->unit->factor, STYLE_CONSTANT, format);
  put_formula(x, page, row, COVER_CHANGE, change, 0, STYLE_NUMBER,
              here->truth ? XLSX_PLAIN : format);
}

static void put_answer(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  const struct spot *spot = &x->spots[cell];
  double si = values_get(x->values, cell, 0), factor = here->unit->factor;
  enum kind kind = here->text ? KIND_TEXT : here->truth ? KIND_TRUTH : KIND_NUMBER;
  const char *formula = on_page(x, cell, spot->shown);
  const char *format = kind == KIND_TRUTH ? XLSX_YES
                       : value_is_error(si)
                           ? XLSX_PLAIN
                           : xlsx_number_format(si / factor, si / factor == floor(si / factor));
  put_text(x, page, row, COVER_LABEL, xlsx_label(x, cell, 0), STYLE_WRAP);
  if (value_is_error(si))
    put_formula_text(x, page, row, COVER_VALUE, formula, "missing", STYLE_OUTPUT);
  else
    put_value(x, page, row, COVER_VALUE, formula, here->text ? si : si / factor, here->text,
              STYLE_OUTPUT, format);
  put_text(x, page, row, COVER_UNIT, xlsx_unit(here->unit, kind), STYLE_UNIT);
  put_formula_text(x, page, row, COVER_STATE, on_page(x, cell, SHOW_STATE),
                   xlsx_rank_word(xlsx_rank_shown(x, cell)), STYLE_BADGE);
  put_engine(x, page, row, cell, format);
  char letters[8];
  put_formula(x, page, row, COVER_RANK,
              xlsx_print(x, "MATCH(%s%u,%s,0)", xlsx_letters(letters, COVER_STATE), row + 1,
                         xlsx_rank_words(x)),
              xlsx_rank_shown(x, cell) + 1, STYLE_BASE, XLSX_PLAIN);
  put_jump(x, page, row, COVER_NAME, spot->page, spot->row, xlsx_line(x, cell)->name);
}

/* Answers in the order of the sheet. */
static unsigned put_answers(struct xlsx *x, unsigned page, unsigned row) {
  static const char *const heads[] = { "Key result",   "Value",  "Unit", "State",
                                       "Engine value", "Change", "Where" };
  for (unsigned i = 0; i < COVER_COLUMNS; i++) put_text(x, page, row, i, heads[i], STYLE_HEAD);
  if (x->result_count) put_text(x, page, row, COVER_RANK, "State, number", STYLE_HEAD);
  unsigned first = ++row;
  for (size_t i = 0; i < x->result_count; i++) put_answer(x, page, row++, x->results[i]);
  if (row == first) put_text(x, page, row++, 0, "This sheet marks no outputs.", STYLE_NOTE);
  put_badges(x, page, first, row - 1, COVER_STATE);
  return row + 1;
}

static const char *purpose(struct xlsx *x, const struct page *page) {
  switch (page->kind) {
    case PAGE_INSTANCE: {
      const struct sheet *sheet = x->model->instances[page->instance].sheet;
      return *sheet->label ? sheet->label : xlsx_print(x, "Sheet %s", sheet->name);
    }
    case PAGE_TABLE: {
      const struct sheet *sheet = x->model->instances[page->instance].sheet;
      const struct line *line = &sheet->lines[sheet->tables[page->table]];
      return xlsx_print(x, "Table: %s", *line->label ? line->label : line->name);
    }
    case PAGE_INPUTS: return "What may be typed: inputs, and overrides of facts";
    case PAGE_SCENARIOS: return "The scenarios side by side, with the engine's values";
    case PAGE_RUNS: return "The runs of the tornado, live, one a column";
    case PAGE_CHECKS: return "Every check with its verdict and gap";
    case PAGE_CHARTS: return "Pictures of the results, live";
    case PAGE_FACTS: return "The facts of the registries, and lists to choose from";
    case PAGE_SOURCES: return "Where numbers and formulas come from";
    case PAGE_LOG: return "Version, date, conventions, limits";
    default: return "";
  }
}

static unsigned put_contents(struct xlsx *x, unsigned page, unsigned row) {
  put_row(x, page, row, 0, COVER_COLUMNS - 1, STYLE_HEAD);
  put_text(x, page, row, COVER_LABEL, "Contents", STYLE_HEAD);
  put_text(x, page, row++, COVER_VALUE, "Purpose", STYLE_HEAD);
  for (unsigned i = 1; i < x->page_count && x->status == MLS_OK; i++) {
    put_jump(x, page, row, COVER_LABEL, i, 0, x->pages[i].name);
    put_text(x, page, row++, COVER_VALUE, purpose(x, &x->pages[i]), STYLE_PLAIN);
  }
  return row + 1;
}

static unsigned put_legend(struct xlsx *x, unsigned page, unsigned row) {
  static const struct {
    const char *text;
    enum style style;
    const char *meaning;
  } legend[] = { { "Input", STYLE_INPUT_WORD,
                   "Type here: unlocked, checked against its range or list" },
                 { "Formula", STYLE_NUMBER, "Calculated: live, shown in the unit of its row" },
                 { "Looked up", STYLE_PULLED, "A fact: follows the item that is chosen" },
                 { "Result", STYLE_OUTPUT, "What the sheet is asked for" },
                 { "Constant", STYLE_CONSTANT, "A fixed number of a formula" },
                 { "Base unit", STYLE_BASE, "The same in SI units, where the formulas are" } };
  put_row(x, page, row, 0, COVER_COLUMNS - 1, STYLE_HEAD);
  put_text(x, page, row, COVER_LABEL, "Colours", STYLE_HEAD);
  put_text(x, page, row++, COVER_VALUE, "Meaning", STYLE_HEAD);
  for (size_t i = 0; i < sizeof legend / sizeof *legend; i++, row++) {
    enum style style = legend[i].style;
    put_text(x, page, row, COVER_LABEL, legend[i].text,
             style == STYLE_INPUT_WORD ? STYLE_SAMPLE : style);
    put_text(x, page, row, COVER_VALUE, legend[i].meaning, STYLE_PLAIN);
  }
  put_text(x, page, row, COVER_LABEL, "verified ... missing", STYLE_BADGE);
  put_text(x, page, row, COVER_VALUE,
           "State: the weakest that a number rests on; the log says what each word means",
           STYLE_PLAIN);
  return row;
}

/* The cells that a person chooses in. */
static void put_choices(struct xlsx *x, unsigned page) {
  put_text(x, page, COVER_SCENARIO, COVER_LABEL, "Scenario", STYLE_KEY);
  put_word(x, page, COVER_SCENARIO, COVER_VALUE, x->choices[0], STYLE_INPUT_WORD);
  put_validation_of_list(x, page, COVER_SCENARIO, COVER_VALUE, xlsx_run_names(x),
                         "one of the scenarios");
  put_text(x, page, COVER_SCENARIO, COVER_UNIT, "word", STYLE_UNIT);
  put_jump(x, page, COVER_SCENARIO, COVER_STATE, xlsx_page_of(x, PAGE_SCENARIOS), 0, "see all");
  put_text(x, page, COVER_AS_OF, COVER_LABEL, "As of", STYLE_KEY);
  put_date(x, page, COVER_AS_OF, COVER_VALUE, x->report->date, STYLE_INPUT);
  put_validation_of_date(x, page, COVER_AS_OF, COVER_VALUE);
  put_text(x, page, COVER_AS_OF, COVER_UNIT, "date", STYLE_UNIT);
  put_text(x, page, COVER_STALE, COVER_LABEL, "Facts are stale after (assumption)", STYLE_KEY);
  put_number(x, page, COVER_STALE, COVER_VALUE, STALE_DAYS, STYLE_INPUT, XLSX_PLAIN);
  put_validation_of_days(x, page, COVER_STALE, COVER_VALUE);
  put_text(x, page, COVER_STALE, COVER_UNIT, "days", STYLE_UNIT);
}

static void put_alerts(struct xlsx *x, unsigned page) {
  unsigned inputs = xlsx_page_of(x, PAGE_INPUTS), scenarios = xlsx_page_of(x, PAGE_SCENARIOS);
  unsigned first = x->pages[inputs].first, last = first;
  if (x->knob_count) last = x->knobs[x->knob_count - 1].at;
  put_text(x, page, COVER_OVERRIDES, COVER_LABEL, "Overrides in use", STYLE_KEY);
  put_formula(x, page, COVER_OVERRIDES, COVER_VALUE,
              xlsx_print(x, "COUNTA(inputs!$E$%u:$E$%u)", first + 1, last + 1), 0, STYLE_NUMBER,
              XLSX_PLAIN);
  put_text(x, page, COVER_OVERRIDES, COVER_UNIT, "number", STYLE_UNIT);
  put_jump(x, page, COVER_OVERRIDES, COVER_STATE, inputs, 0, "see inputs");
  put_text(x, page, COVER_AGREES, COVER_LABEL, "Results are the engine's", STYLE_KEY);
  const char *results =
      xlsx_print(x, "INDEX(%s,1,%s)", xlsx_run_range(x, xlsx_agreement_row(x)), XLSX_RUN_NUMBER);
  if (x->runs_count) results = xlsx_print(x, "MIN(%s,%s)", results, xlsx_runs_agree(x));
  put_formula(x, page, COVER_AGREES, COVER_VALUE,
              xlsx_print(x, "IF(ISNUMBER(%s),%s,0)", XLSX_RUN_NUMBER, results), 1, STYLE_VERDICT,
              XLSX_YES);
  put_text(x, page, COVER_AGREES, COVER_UNIT, "1 = yes", STYLE_UNIT);
  put_jump(x, page, COVER_AGREES, COVER_STATE, scenarios, xlsx_agreement_row(x), "see why");
}

static unsigned put_status(struct xlsx *x, unsigned page) {
  unsigned checks = xlsx_page_of(x, PAGE_CHECKS), row = COVER_MASTER;
  put_choices(x, page);
  put_alerts(x, page);
  put_text(x, page, row, COVER_LABEL, "Master check", STYLE_KEY);
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, x->pages[checks].quoted);
  xlsx_address(&out, xlsx_master_row(x), CHECK_HOLDS, true);
  put_formula(x, page, row, COVER_VALUE, xlsx_keep(x, &out), xlsx_master(x), STYLE_VERDICT,
              XLSX_HOLDS);
  put_verdicts(x, page, row, row, COVER_VALUE);
  put_text(x, page, row, COVER_UNIT, "1 = yes", STYLE_UNIT);
  put_jump(x, page, row, COVER_STATE, checks, 0, "see checks");
  put_text(x, page, COVER_SHEET, COVER_LABEL, "Sheet", STYLE_KEY);
  put_jump(x, page, COVER_SHEET, COVER_VALUE, x->instance_page[0], 0, x->model->name);
  return COVER_END + 1;
}

/* What the sheet itself says it is good for and where it fails: its notes above the first line. */
static unsigned put_about(struct xlsx *x, unsigned page, unsigned row) {
  const struct sheet *sheet = main_sheet(x);
  if (sheet->line_count == 0 || sheet->lines[0].kind != LINE_NOTE || sheet->lines[0].heading)
    return row;
  put_row(x, page, row, 0, COVER_COLUMNS - 1, STYLE_HEAD);
  put_text(x, page, row++, COVER_LABEL, "About this model", STYLE_HEAD);
  for (size_t i = 0; i < sheet->line_count; i++) {
    const struct line *line = &sheet->lines[i];
    if (line->kind != LINE_NOTE || line->heading) break;
    put_text(x, page, row++, COVER_LABEL, line->label, STYLE_PLAIN);
  }
  return row + 1;
}

/* How sure the results are: the weakest of their badges. */
static void put_weakest(struct xlsx *x, unsigned page, unsigned first) {
  enum rank weakest = RANK_INPUT;
  for (size_t i = 0; i < x->result_count; i++) {
    enum rank rank = xlsx_rank_shown(x, x->results[i]);
    if (rank > weakest) weakest = rank;
  }
  put_text(x, page, COVER_WEAKEST, COVER_LABEL, "Weakest state of the results", STYLE_KEY);
  put_text(x, page, COVER_WEAKEST, COVER_UNIT, "word", STYLE_UNIT);
  put_jump(x, page, COVER_WEAKEST, COVER_STATE, xlsx_page_of(x, PAGE_LOG), RANK_ROW, "see words");
  if (x->result_count == 0) {
    put_text(x, page, COVER_WEAKEST, COVER_VALUE, "no results", STYLE_BADGE);
    return;
  }
  char letters[8];
  const char *column = xlsx_letters(letters, COVER_RANK);
  put_formula_text(x, page, COVER_WEAKEST, COVER_VALUE,
                   xlsx_print(x, "INDEX(%s,MAX(%s%u:%s%u))", xlsx_rank_words(x), column, first + 1,
                              column, first + (unsigned)x->result_count),
                   xlsx_rank_word(weakest), STYLE_BADGE);
  put_badges(x, page, COVER_WEAKEST, COVER_WEAKEST, COVER_VALUE);
}

void xlsx_write_cover(struct xlsx *x) {
  unsigned page = 0, row;
  const char *title = *main_sheet(x)->label ? main_sheet(x)->label : x->model->name;
  put_page(
      x, page, title,
      xlsx_print(x,
                 "Calculated by mlsysim %s. Every number is a live formula: choose a scenario, or "
                 "change a blue cell, and all follows.",
                 MLS_VERSION));
  static const double widths[] = { 46, 20, 18, 14, 16, 14, 34 };
  for (unsigned i = 0; i < COVER_COLUMNS; i++) put_width(x, page, i, i, widths[i], false);
  put_width(x, page, COVER_RANK, COVER_RANK, 14, true);
  row = put_status(x, page);
  row = put_about(x, page, row);
  put_weakest(x, page, row + 1);
  row = put_answers(x, page, row);
  row = put_contents(x, page, row);
  row = put_legend(x, page, row);
  put_print(x, page, title, (struct print){ 0, 1, row, COVER_COLUMNS, 1, row < XLSX_ONE_PAGE });
}

/* ---- sources ---- */

static bool is_year(const char *text) {
  return text && strlen(text) == 4 && strspn(text, "0123456789") == 4;
}

static void put_year(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                     const char *year) {
  double number;
  if (is_year(year) && text_read_number(slice_of(year), &number))
    put_number(x, page, row, column, number, STYLE_UNIT, XLSX_YEAR);
  else put_text(x, page, row, column, year ? year : "", STYLE_UNIT);
}

static const char *or_none(const char *text) { return text ? text : ""; }

static void put_cited(struct xlsx *x, unsigned page, unsigned row, const struct cited *cited) {
  static const struct source none = { .title = "This key is not among the sources." };
  const struct source *source = cited->source ? cited->source : &none;
  put_text(x, page, row, 0, cited->key, STYLE_KEY);
  put_text(x, page, row, 1, or_none(source->title), STYLE_WRAP);
  put_text(x, page, row, 2, or_none(source->authors), STYLE_WRAP);
  put_year(x, page, row, 3, source->year);
  const char *url = or_none(source->url);
  if (xlsx_url_is_safe(url)) put_web(x, page, row, 4, url);
  else put_text(x, page, row, 4, url, STYLE_WRAP);
  put_date(x, page, row, 5, source->accessed, STYLE_UNIT);
  put_text(x, page, row, 6, or_none(source->kind), STYLE_TEXT);
  put_text(x, page, row, 7, or_none(source->licence), STYLE_WRAP);
}

void xlsx_write_sources(struct xlsx *x) {
  static const char *const heads[] = { "Key",     "Title",   "Authors", "Published (year)",
                                       "Address", "Read on", "Kind",    "Licence" };
  static const double widths[] = { 22, 58, 36, 12, 52, 12, 15, 26 };
  unsigned page = xlsx_page_of(x, PAGE_SOURCES), first = x->pages[page].first;
  put_page(x, page, "Sources", "What the sheets and facts of this workbook cite.");
  for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
    put_width(x, page, i, i, widths[i], false);
    put_text(x, page, first - 1, i, heads[i], STYLE_HEAD);
  }
  for (size_t i = 0; i < x->cited_count && x->status == MLS_OK; i++)
    put_cited(x, page, first + (unsigned)i, &x->cited[i]);
  if (x->cited_count == 0) put_text(x, page, first, 0, "Nothing is cited.", STYLE_NOTE);
  unsigned last = first + (unsigned)(x->cited_count ? x->cited_count - 1 : 0);
  unsigned columns = sizeof heads / sizeof *heads;
  put_print(x, page, "Sources", (struct print){ first - 1, first - 1, last, columns, 1, 0 });
}

/* ---- log ---- */

static const char *const conventions[] = {
  ("Every quantity has two cells: what a person reads, in the unit of its row, and the base-unit "
   "value at the right (SI units, bytes, FLOP, currency), which all formulas use. Factor turns one "
   "into the other."),
  ("Names are those of the sheet, on its own worksheet; names that begin with in. are the cells to "
   "type into, those with out. the results; scenario, as_of and stale_after_days are on the "
   "cover."),
  ("An override on the inputs worksheet wins over the chosen scenario, and that over the cited "
   "figure. Signs are those of the sheet; a label says what a number counts."),
  ("The state of a number is the weakest of what it rests on, now. A fact whose source was read "
   "longer before the as-of date than the cover says is stale."),
  ("Truths are 1 and 0. Text is compared letter for letter. Whole numbers are taken with a "
   "tolerance (k_tiny below)."),
  ("\"missing\" stands where a fact is missing or a number impossible; the base-unit cell then "
   "holds the error."),
  ("Sheets are protected without a password: Review, Unprotect Sheet opens them. Macros, external "
   "links, volatile functions, hidden cells and circular references: none."),
};
static const char *const limits[] = {
  "Number formats fit the values at the time of the export; the cells hold the full number.",
  "A scenario is added in the file of inputs; here its figures may be changed.",
  "Rows of tables and instances of sheets are fixed; change them in the sheet and export again.",
};

static unsigned put_list(struct xlsx *x, unsigned page, unsigned row, const char *head,
                         const char *const *lines, size_t count) {
  put_row(x, page, row, 0, 3, STYLE_SECTION);
  put_text(x, page, row++, 0, head, STYLE_SECTION);
  for (size_t i = 0; i < count; i++, row++) {
    put_text(x, page, row, 0, xlsx_print(x, "%zu.", i + 1), STYLE_UNIT);
    put_text(x, page, row, 1, lines[i], STYLE_WRAP);
  }
  return row + 1;
}

static unsigned put_constants(struct xlsx *x, unsigned page, unsigned row) {
  put_row(x, page, row, 0, 3, STYLE_SECTION);
  put_text(x, page, row++, 0, "Constants of functions", STYLE_SECTION);
  const struct function_constant *constant;
  for (size_t i = 0; (constant = function_constant_row(i)) != NULL; i++, row++) {
    put_text(x, page, row, 0, constant->name, STYLE_KEY);
    put_text(x, page, row, 1, constant->meaning, STYLE_WRAP);
    put_number(x, page, row, 2, constant->value, STYLE_CONSTANT, XLSX_PLAIN);
    put_text(x, page, row, 3, "number", STYLE_UNIT);
    if (x->status != MLS_OK) return row;
    const char *where = xlsx_print(x, "=log!$C$%u", row + 1);
    xlsx_check(x, workbook_define_name(x->file, constant->name, where));
  }
  return row + 1;
}

/* The words of states, which badges read by number. */
static unsigned put_states(struct xlsx *x, unsigned page) {
  for (unsigned i = 0; i < RANK_COUNT; i++) {
    put_text(x, page, RANK_ROW + i, 0, xlsx_rank_word((enum rank)i), STYLE_BADGE);
    put_text(x, page, RANK_ROW + i, 1, xlsx_rank_meaning((enum rank)i), STYLE_WRAP);
    put_number(x, page, RANK_ROW + i, 2, i, STYLE_CONSTANT, XLSX_PLAIN);
    put_text(x, page, RANK_ROW + i, 3, "number", STYLE_UNIT);
  }
  return RANK_ROW + RANK_COUNT + 1;
}

static const char *run_names(struct xlsx *x) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  for (size_t i = 0; i < x->report->run_count; i++)
    buffer_print(&out, "%s%s", i ? ", " : "", x->choices[i]);
  return xlsx_keep(x, &out);
}

void xlsx_write_log(struct xlsx *x) {
  unsigned page = xlsx_page_of(x, PAGE_LOG), row = x->pages[page].first - 1;
  static const char *const heads[] = { "Item", "What", "Value", "Unit" };
  static const double widths[] = { 22, 100, 18, 12 };
  put_page(x, page, "Log", "How this workbook was made, and how to read it.");
  for (unsigned i = 0; i < 4; i++) {
    put_width(x, page, i, i, widths[i], false);
    put_text(x, page, row, i, heads[i], STYLE_HEAD);
  }
  unsigned head = row++;
  row = put_states(x, page);
  put_text(x, page, row, 0, "Engine", STYLE_KEY);
  put_text(x, page, row++, 1, xlsx_print(x, "mlsysim %s", MLS_VERSION), STYLE_WRAP);
  put_text(x, page, row, 0, "Sheet", STYLE_KEY);
  put_text(x, page, row++, 1, x->model->name, STYLE_WRAP);
  put_text(x, page, row, 0, "Scenarios", STYLE_KEY);
  put_text(x, page, row++, 1, run_names(x), STYLE_WRAP);
  put_text(x, page, row, 0, "Model hash", STYLE_KEY);
  put_text(x, page, row++, 1, xlsx_print(x, "hash %016llx", x->report->hash), STYLE_WRAP);
  put_text(x, page, row, 0, "As of", STYLE_KEY);
  put_text(x, page, row, 1, "The newest date of the facts, unless another was asked for",
           STYLE_WRAP);
  put_date(x, page, row, 2, x->report->date, STYLE_UNIT);
  put_text(x, page, row++, 3, "date", STYLE_UNIT);
  row = put_list(x, page, row + 1, "Conventions", conventions,
                 sizeof conventions / sizeof *conventions);
  row = put_list(x, page, row, "Limits", limits, sizeof limits / sizeof *limits);
  row = put_constants(x, page, row);
  put_print(x, page, "Log", (struct print){ head, head, row - 2, 4, 1, row < XLSX_ONE_PAGE });
}
