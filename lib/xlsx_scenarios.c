/* The scenarios worksheet: the runs side by side, what each sets and what the engine gave, and
   whether the workbook still gives the same for the chosen one. The inputs worksheet picks from
   the chosen column. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

const char XLSX_RUN_NUMBER[] = "scenarios!$D$3";

static unsigned last_run(const struct xlsx *x) {
  return RUN_FIRST + (unsigned)x->report->run_count - 1;
}

static const char *cells_until(struct xlsx *x, unsigned row, unsigned last) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  xlsx_address(&out, row, RUN_FIRST, true);
  buffer_char(&out, ':');
  xlsx_address(&out, row, last, true);
  return xlsx_keep(x, &out);
}

/* Two cells at least, the second one empty: gnumeric's INDEX does not take a range of one. */
static const char *run_cells(struct xlsx *x, unsigned row) {
  return cells_until(x, row, x->report->run_count > 1 ? last_run(x) : RUN_FIRST + 1);
}

const char *xlsx_run_range(struct xlsx *x, unsigned row) {
  return xlsx_print(x, "scenarios!%s", run_cells(x, row));
}

const char *xlsx_run_names(struct xlsx *x) {
  unsigned names = x->pages[xlsx_page_of(x, PAGE_SCENARIOS)].first - 1;
  return xlsx_print(x, "scenarios!%s", cells_until(x, names, last_run(x)));
}

void xlsx_list_results(struct xlsx *x) {
  const struct instance *main = &x->model->instances[0];
  x->results = memory_array(&x->memory, main->sheet->line_count, sizeof *x->results);
  if (!x->results) x->status = fail_memory(x->report->fails);
  for (size_t i = 0; i < main->sheet->line_count && x->status == MLS_OK; i++) {
    const struct line *line = &main->sheet->lines[i];
    if (line->kind != LINE_CELL || !line->output || line->table >= 0) continue;
    unsigned cell = main->cells[i];
    if (cell != GRAPH_NONE) x->results[x->result_count++] = cell;
  }
}

void xlsx_list_choices(struct xlsx *x) {
  x->choices = memory_array(&x->memory, x->report->run_count, sizeof *x->choices);
  if (!x->choices) x->status = fail_memory(x->report->fails);
  struct memory_mark mark = memory_mark(&x->scratch);
  for (size_t i = 0; i < x->report->run_count && x->status == MLS_OK; i++) {
    memory_reset(&x->scratch, mark);
    x->choices[i] = xlsx_choice(x, x->report->runs[i].name, i + 1);
  }
  memory_reset(&x->scratch, mark);
}

static unsigned results_row(const struct xlsx *x) {
  const struct page *page = &x->pages[xlsx_page_of(x, PAGE_SCENARIOS)];
  return (x->knob_count ? x->knobs[x->knob_count - 1].at : page->first) + 2;
}

unsigned xlsx_result_row(const struct xlsx *x, unsigned cell) {
  unsigned row = results_row(x) + 1;
  for (size_t i = 0; i < x->result_count; i++)
    if (x->results[i] == cell) return row + (unsigned)i;
  return row;
}

static unsigned agreement_first(const struct xlsx *x) {
  return results_row(x) + 2 + (unsigned)x->result_count + 1;
}

unsigned xlsx_agreement_row(const struct xlsx *x) {
  return agreement_first(x) + (unsigned)x->result_count + 1;
}

static unsigned tolerance_row(const struct xlsx *x) { return agreement_first(x); }

const char *xlsx_tolerance(struct xlsx *x) {
  char letters[8];
  return xlsx_print(x, "scenarios!$%s$%u", xlsx_letters(letters, RUN_NOW), tolerance_row(x) + 1);
}

/* ---- what the runs set ---- */

static void put_numbers(struct xlsx *x, unsigned page) {
  unsigned names = x->pages[page].first - 1;
  put_text(x, page, RUN_NUMBER_ROW, RUN_LABEL, "Number of the scenario", STYLE_KEY);
  put_text(x, page, RUN_NUMBER_ROW, RUN_UNIT, "number", STYLE_UNIT);
  const char *number = xlsx_print(x, "IFERROR(MATCH(cover!$B$%d,%s,0),\"missing\")",
                                  COVER_SCENARIO + 1, run_cells(x, names));
  put_formula(x, page, RUN_NUMBER_ROW, RUN_NOW, number, 1, STYLE_NUMBER, XLSX_PLAIN);
  for (size_t i = 0; i < x->report->run_count && x->status == MLS_OK; i++) {
    unsigned column = RUN_FIRST + (unsigned)i;
    put_number(x, page, RUN_NUMBER_ROW, column, (double)i + 1, STYLE_NUMBER, XLSX_PLAIN);
    put_text(x, page, names, column, x->choices[i], STYLE_HEAD);
  }
}

static void put_knob(struct xlsx *x, unsigned page, const struct knob *knob) {
  const struct cell *here = &x->model->cells[knob->cell];
  xlsx_put_knob_head(x, page, knob);
  put_text(x, page, knob->at, RUN_UNIT, xlsx_unit(here->unit, here->text ? KIND_TEXT : KIND_NUMBER),
           STYLE_UNIT);
  const char *now = xlsx_input_cell(x, knob, IN_VALUE);
  double si = values_get(x->values, knob->cell, knob->row), shown = si / here->unit->factor;
  if (value_is_error(si))
    put_formula_text(x, page, knob->at, RUN_NOW, now, "missing", STYLE_NUMBER);
  else
    put_value(x, page, knob->at, RUN_NOW, now, here->text ? si : shown, here->text, STYLE_NUMBER,
              xlsx_number_format(shown, shown == floor(shown)));
  for (size_t i = 0; i < x->report->run_count && x->status == MLS_OK; i++)
    xlsx_put_set(x, page, knob, RUN_FIRST + (unsigned)i, x->report->runs[i].values);
  xlsx_put_allowed(x, page, knob, RUN_FIRST, last_run(x));
}

/* ---- what the engine gave ---- */

static const char *cell_at(struct xlsx *x, unsigned row, unsigned column, bool row_fixed,
                           bool column_fixed) {
  char letters[8];
  return xlsx_print(x, "%s%s%s%u", column_fixed ? "$" : "", xlsx_letters(letters, column),
                    row_fixed ? "$" : "", row + 1);
}

static void put_result_head(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                            const char *unit) {
  const struct spot *spot = &x->spots[cell];
  put_text(x, page, row, RUN_LABEL, xlsx_label(x, cell, 0), STYLE_WRAP);
  put_jump(x, page, row, RUN_WHERE, spot->page, spot->row, xlsx_line(x, cell)->name);
  put_text(x, page, row, RUN_UNIT, unit, STYLE_UNIT);
}

static const char *format_of(const struct cell *here, double shown) {
  if (here->truth) return XLSX_YES;
  return value_is_error(shown) ? XLSX_PLAIN : xlsx_number_format(shown, shown == floor(shown));
}

static void put_result(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  const struct spot *spot = &x->spots[cell];
  enum kind kind = here->text ? KIND_TEXT : here->truth ? KIND_TRUTH : KIND_NUMBER;
  put_result_head(x, page, row, cell, xlsx_unit(here->unit, kind));
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, x->pages[spot->page].quoted);
  xlsx_address(&out, spot->row, spot->shown, true);
  const char *now = xlsx_keep(x, &out);
  double si = values_get(x->values, cell, 0), factor = here->unit->factor;
  if (value_is_error(si)) put_formula_text(x, page, row, RUN_NOW, now, "missing", STYLE_OUTPUT);
  else
    put_value(x, page, row, RUN_NOW, now, here->text ? si : si / factor, here->text, STYLE_OUTPUT,
              format_of(here, si / factor));
  for (size_t i = 0; i < x->report->run_count && x->status == MLS_OK; i++) {
    double value = values_get(x->report->runs[i].values, cell, 0);
    unsigned column = RUN_FIRST + (unsigned)i;
    if (value_is_error(value)) put_text(x, page, row, column, "missing", STYLE_CONSTANT);
    else if (here->text)
      put_word(x, page, row, column, x->model->words[(size_t)value], STYLE_CONSTANT);
    else
      put_number(x, page, row, column, value / factor, STYLE_CONSTANT,
                 format_of(here, value / factor));
  }
}

static void put_results(struct xlsx *x, unsigned page) {
  unsigned row = results_row(x);
  put_row(x, page, row, 0, last_run(x), STYLE_SECTION);
  put_text(x, page, row, 0, "Key results: what the engine gave for each scenario", STYLE_SECTION);
  for (size_t i = 0; i < x->result_count && x->status == MLS_OK; i++)
    put_result(x, page, row + 1 + (unsigned)i, x->results[i]);
}

/* ---- whether the workbook still agrees ---- */

/* The same number within the tolerance, or the same word. Only for the chosen scenario. */
static void put_agreement(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  unsigned result = xlsx_result_row(x, cell);
  const char *now = cell_at(x, result, RUN_NOW, true, true);
  const char *most = cell_at(x, tolerance_row(x), RUN_NOW, true, true);
  put_result_head(x, page, row, cell, "1 = yes");
  put_blank(x, page, row, RUN_NOW, STYLE_TEXT);
  for (size_t i = 0; i < x->report->run_count && x->status == MLS_OK; i++) {
    unsigned column = RUN_FIRST + (unsigned)i;
    const char *engine = cell_at(x, result, column, true, false);
    const char *formula =
        xlsx_print(x,
                   "IF(%s<>%s,\"-\",IF(AND(ISNUMBER(%s),ISNUMBER(%s)),"
                   "IF(ABS(%s-%s)<=%s*MAX(ABS(%s),ABS(%s)),1,0),IF(EXACT(%s,%s),1,0)))",
                   cell_at(x, RUN_NUMBER_ROW, RUN_NOW, true, true),
                   cell_at(x, RUN_NUMBER_ROW, column, true, false), now, engine, now, engine, most,
                   now, engine, now, engine);
    if (i == 0) put_formula(x, page, row, column, formula, 1, STYLE_NUMBER, XLSX_PLAIN);
    else put_formula_text(x, page, row, column, formula, "-", STYLE_NUMBER);
  }
}

static void put_agreements(struct xlsx *x, unsigned page) {
  unsigned first = agreement_first(x), end = xlsx_agreement_row(x);
  put_row(x, page, first - 1, 0, last_run(x), STYLE_SECTION);
  put_text(x, page, first - 1, 0, "The workbook gives the same as the engine", STYLE_SECTION);
  put_text(x, page, first, RUN_LABEL, "Relative difference that counts as the same", STYLE_WRAP);
  put_text(x, page, first, RUN_UNIT, "number", STYLE_UNIT);
  put_number(x, page, first, RUN_NOW, 1e-9, STYLE_CONSTANT, XLSX_PLAIN);
  for (size_t i = 0; i < x->result_count && x->status == MLS_OK; i++)
    put_agreement(x, page, first + 1 + (unsigned)i, x->results[i]);
  put_text(x, page, end, RUN_LABEL, "All of them", STYLE_KEY);
  put_blank(x, page, end, RUN_WHERE, STYLE_KEY);
  put_text(x, page, end, RUN_UNIT, "1 = yes", STYLE_UNIT);
  put_blank(x, page, end, RUN_NOW, STYLE_KEY);
  for (size_t i = 0; i < x->report->run_count && x->status == MLS_OK; i++) {
    unsigned column = RUN_FIRST + (unsigned)i;
    const char *formula = xlsx_print(
        x, "IF(%s<>%s,\"-\",IF(COUNTIF(%s:%s,0)=0,1,0))",
        cell_at(x, RUN_NUMBER_ROW, RUN_NOW, true, true),
        cell_at(x, RUN_NUMBER_ROW, column, true, false), cell_at(x, first + 1, column, true, false),
        cell_at(x, x->result_count ? end - 1 : first + 1, column, true, false));
    if (i == 0) put_formula(x, page, end, column, formula, 1, STYLE_VERDICT, XLSX_YES);
    else put_formula_text(x, page, end, column, formula, "-", STYLE_VERDICT);
  }
}

/* ---- all ---- */

static void put_heads(struct xlsx *x, unsigned page) {
  static const char *const heads[] = { "Input", "Name", "Unit", "Value now" };
  static const double widths[] = { 38, 34, 18, 16 };
  unsigned row = x->pages[page].first - 1;
  for (unsigned i = 0; i < RUN_FIRST; i++) {
    put_width(x, page, i, i, widths[i], false);
    put_text(x, page, row, i, heads[i], STYLE_HEAD);
  }
  put_width(x, page, RUN_FIRST, last_run(x), 16, false);
}

void xlsx_write_scenarios(struct xlsx *x) {
  enum { ACROSS = 10, LEAST = 6 }; /* runs on a printed page; columns for fewer stay empty */
  unsigned page = xlsx_page_of(x, PAGE_SCENARIOS), head = x->pages[page].first - 1;
  put_page(x, page, "Scenarios",
           "An empty cell keeps the cited figure. The cover has the cell that chooses one; an "
           "override on the inputs worksheet wins.");
  put_heads(x, page);
  put_numbers(x, page);
  xlsx_put_sections(x, page, last_run(x) + 1);
  struct memory_mark mark = memory_mark(&x->scratch);
  for (size_t i = 0; i < x->knob_count && x->status == MLS_OK; i++) {
    memory_reset(&x->scratch, mark);
    put_knob(x, page, &x->knobs[i]);
  }
  put_results(x, page);
  put_agreements(x, page);
  unsigned across = (unsigned)((x->report->run_count + ACROSS - 1) / ACROSS);
  unsigned last = xlsx_agreement_row(x);
  unsigned columns = last_run(x) + 1 > RUN_FIRST + LEAST ? last_run(x) + 1 : RUN_FIRST + LEAST;
  put_print(x, page, "Scenarios",
            (struct print){ head, head, last, columns, across, last < XLSX_ONE_PAGE });
  memory_reset(&x->scratch, mark);
}
