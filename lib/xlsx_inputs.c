/* The inputs worksheet: what may be typed, a row each. An override wins over the chosen scenario,
   and that over the cited figure, which nobody overwrites. The scenarios worksheet has the same
   rows. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

static unsigned inputs_page(const struct xlsx *x) { return xlsx_page_of(x, PAGE_INPUTS); }

const struct knob *xlsx_knob(const struct xlsx *x, unsigned cell, size_t row) {
  unsigned first = x->knob_of[cell];
  return first ? &x->knobs[first - 1 + row] : NULL;
}

/* ---- which rows there are ---- */

static bool is_knob(const struct xlsx *x, const struct entry *entry) {
  if (entry->kind == ENTRY_CELL) return x->model->cells[entry->cell].kind == CELL_INPUT;
  return entry->kind == ENTRY_FACT &&
         x->model->cells[xlsx_chooser(x, entry->cell)].kind == CELL_INPUT;
}

/* A heading goes before the first of each instance. */
static void add_knob(struct xlsx *x, unsigned page, unsigned entry) {
  const struct entry *from = &x->pages[page].entries[entry];
  unsigned at = x->pages[xlsx_page_of(x, PAGE_INPUTS)].first;
  struct knob *knobs =
      memory_grow(&x->memory, x->knobs, x->knob_count, &x->knob_room, sizeof *knobs);
  if (!knobs) {
    x->status = fail_memory(x->report->fails);
    return;
  }
  x->knobs = knobs;
  if (x->knob_count) at = x->knobs[x->knob_count - 1].at + 1;
  if (x->knob_count == 0 || x->knobs[x->knob_count - 1].page != page) at++;
  unsigned row = from->kind == ENTRY_FACT ? from->row : 0;
  if (row == 0) x->knob_of[from->cell] = (unsigned)x->knob_count + 1;
  x->knobs[x->knob_count++] =
      (struct knob){ from->cell, row, page, x->pages[page].first + entry, at };
}

void xlsx_list_knobs(struct xlsx *x) {
  for (unsigned i = 0; i < x->page_count && x->status == MLS_OK; i++)
    for (unsigned k = 0; k < x->pages[i].entry_count && x->status == MLS_OK; k++)
      if (is_knob(x, &x->pages[i].entries[k])) add_knob(x, i, k);
}

/* ---- cells ---- */

static const char *at(struct xlsx *x, const struct knob *knob, unsigned column) {
  char letters[8];
  return xlsx_print(x, "%s%u", xlsx_letters(letters, column), knob->at + 1);
}

const char *xlsx_input_cell(struct xlsx *x, const struct knob *knob, enum input_column column) {
  char letters[8];
  return xlsx_print(x, "inputs!$%s$%u", xlsx_letters(letters, column), knob->at + 1);
}

const char *xlsx_input_untouched(struct xlsx *x, const struct knob *knob) {
  return xlsx_print(x, "AND(ISBLANK(%s),%s=\"-\")", xlsx_input_cell(x, knob, IN_OVERRIDE),
                    xlsx_input_cell(x, knob, IN_SCENARIO));
}

static bool is_set(const struct mls_values *values, unsigned cell, size_t row) {
  return values_setting(values, cell, row) != NULL;
}

static bool is_fact(const struct xlsx *x, const struct knob *knob) {
  return x->model->cells[knob->cell].kind == CELL_FACT;
}

static bool is_text(const struct xlsx *x, const struct knob *knob) {
  return x->model->cells[knob->cell].text;
}

static double factor_of(const struct xlsx *x, const struct knob *knob) {
  return x->model->cells[knob->cell].unit->factor;
}

static const char *format_of(double value) {
  return value_is_error(value) ? XLSX_PLAIN : xlsx_number_format(value, value == floor(value));
}

/* The number of a knob as it is typed; the word of a text. */
static double typed(const struct xlsx *x, const struct knob *knob, double si) {
  return xlsx_typed(si, factor_of(x, knob));
}

static const char *word_of(const struct xlsx *x, double value) {
  return value_is_error(value) ? "missing" : x->model->words[(size_t)value];
}

/* What a run set: a number or a word, unlocked. */
void xlsx_put_set(struct xlsx *x, unsigned page, const struct knob *knob, unsigned column,
                  const struct mls_values *values) {
  if (!is_set(values, knob->cell, knob->row)) {
    put_blank(x, page, knob->at, column, STYLE_INPUT);
    return;
  }
  double si = values_get(values, knob->cell, knob->row);
  if (is_text(x, knob)) put_word(x, page, knob->at, column, word_of(x, si), STYLE_INPUT_WORD);
  else put_number(x, page, knob->at, column, typed(x, knob, si), STYLE_INPUT, XLSX_PLAIN);
}

void xlsx_put_allowed(struct xlsx *x, unsigned page, const struct knob *knob, unsigned first,
                      unsigned last) {
  const struct cell *here = &x->model->cells[knob->cell];
  unsigned row = knob->at;
  if (!is_fact(x, knob))
    put_validation(x, page, row, row, first, last, xlsx_line(x, knob->cell), here->unit);
  else put_validation_of_fact(x, page, row, row, first, last, here, here->fact->field);
}

void xlsx_put_knob_head(struct xlsx *x, unsigned page, const struct knob *knob) {
  const struct cell *here = &x->model->cells[knob->cell];
  const char *label = xlsx_label(x, knob->cell, knob->row);
  struct buffer path;
  buffer_open(&path, &x->scratch);
  model_path(x->model, knob->cell, &path);
  if (here->family) buffer_print(&path, ".%s", x->model->words[here->fact->words[knob->row]]);
  put_text(x, page, knob->at, IN_LABEL, label, is_fact(x, knob) ? STYLE_INSET : STYLE_WRAP);
  put_jump(x, page, knob->at, IN_WHERE, knob->page, knob->line, xlsx_keep(x, &path));
}

/* ---- the three figures ---- */

static void put_scenario(struct xlsx *x, unsigned page, const struct knob *knob) {
  double si = values_get(x->values, knob->cell, knob->row);
  bool set = is_set(x->values, knob->cell, knob->row);
  const char *pick = xlsx_print(x, "INDEX(%s,1,%s)", xlsx_run_range(x, knob->at), XLSX_RUN_NUMBER);
  const char *formula = xlsx_print(x, "IF(ISNUMBER(%s),IF(ISBLANK(%s),\"-\",%s),\"missing\")",
                                   XLSX_RUN_NUMBER, pick, pick);
  if (set && !is_text(x, knob))
    put_formula(x, page, knob->at, IN_SCENARIO, formula, typed(x, knob, si), STYLE_PICKED,
                XLSX_PLAIN);
  else
    put_formula_text(x, page, knob->at, IN_SCENARIO, formula,
                     set ? xlsx_word(x, word_of(x, si)) : "-", STYLE_PICKED);
}

static void put_default(struct xlsx *x, unsigned page, const struct knob *knob) {
  double si = x->model->cells[knob->cell].defaults[0];
  if (is_text(x, knob)) put_word(x, page, knob->at, IN_CITED, word_of(x, si), STYLE_NUMBER);
  else put_number(x, page, knob->at, IN_CITED, typed(x, knob, si), STYLE_NUMBER, XLSX_PLAIN);
}

/* The fact of the item that is chosen now. */
static void put_cited(struct xlsx *x, unsigned page, const struct knob *knob) {
  const struct fact *fact = values_cited(x->values, knob->cell, knob->row);
  const char *index = at(x, knob, IN_FACT);
  put_formula(x, page, knob->at, IN_FACT, xlsx_fact_row(x, page, knob->cell, knob->row),
              xlsx_fact_place(x, knob->cell, fact), STYLE_BASE, XLSX_PLAIN);
  const char *value = xlsx_in_facts(x, knob->cell, FACT_BASE, index);
  if (!is_text(x, knob)) value = xlsx_print(x, "%s/%s", value, at(x, knob, IN_FACTOR));
  const char *formula = xlsx_print(x, "IF(ISNUMBER(%s),%s,\"missing\")", index, value);
  if (!fact || fact->word)
    put_formula_text(x, page, knob->at, IN_CITED, formula,
                     fact ? xlsx_word(x, fact->word) : "missing", STYLE_PULLED);
  else {
    double number = fact->value / factor_of(x, knob);
    put_formula(x, page, knob->at, IN_CITED, formula, number, STYLE_PULLED, format_of(number));
  }
}

/* The base-unit value: the first of the three that is there. */
static const char *base_formula(struct xlsx *x, const struct knob *knob) {
  const char *override = at(x, knob, IN_OVERRIDE), *scenario = at(x, knob, IN_SCENARIO);
  const char *factor = is_text(x, knob) ? "" : xlsx_print(x, "*%s", at(x, knob, IN_FACTOR));
  if (!is_fact(x, knob))
    return xlsx_print(x, "IF(ISBLANK(%s),IF(%s=\"-\",%s,%s),%s)%s", override, scenario,
                      at(x, knob, IN_CITED), scenario, override, factor);
  const char *fact = xlsx_in_facts(x, knob->cell, FACT_BASE, at(x, knob, IN_FACT));
  return xlsx_print(x, "IF(ISBLANK(%s),IF(%s=\"-\",%s,%s%s),%s%s)", override, scenario, fact,
                    scenario, factor, override, factor);
}

static void put_now(struct xlsx *x, unsigned page, const struct knob *knob) {
  const struct cell *here = &x->model->cells[knob->cell];
  double si = values_get(x->values, knob->cell, knob->row), factor = factor_of(x, knob);
  enum style style = is_fact(x, knob) ? STYLE_PULLED : STYLE_OUTPUT;
  put_value(x, page, knob->at, IN_BASE, base_formula(x, knob), si, here->text, STYLE_BASE,
            here->text ? XLSX_PLAIN : XLSX_EXACT);
  put_text(x, page, knob->at, IN_BASE_UNIT,
           xlsx_base_unit(x, here->unit->strict, here->unit->count), STYLE_BASE);
  put_number(x, page, knob->at, IN_FACTOR, factor, STYLE_BASE, XLSX_PLAIN);
  const char *shown = xlsx_shown(x, knob->at, IN_BASE, knob->at, IN_FACTOR, here->text);
  if (value_is_error(si)) put_formula_text(x, page, knob->at, IN_VALUE, shown, "missing", style);
  else
    put_value(x, page, knob->at, IN_VALUE, shown, here->text ? si : si / factor, here->text, style,
              format_of(si / factor));
}

/* ---- rows ---- */

static const char *on_instance(struct xlsx *x, const struct knob *knob, unsigned column) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, x->pages[knob->page].quoted);
  xlsx_address(&out, knob->line, column, true);
  return xlsx_keep(x, &out);
}

/* State and source as the row of the instance has them. */
static void put_support(struct xlsx *x, unsigned page, const struct knob *knob) {
  const struct line *line = xlsx_line(x, knob->cell);
  enum rank rank = xlsx_rank_of_knob(x, knob);
  put_formula_text(x, page, knob->at, IN_STATE, on_instance(x, knob, SHOW_STATE),
                   xlsx_rank_word(rank), STYLE_BADGE);
  if (is_fact(x, knob))
    put_formula_text(x, page, knob->at, IN_SOURCE, on_instance(x, knob, SHOW_SOURCE),
                     xlsx_source_word(x, knob), STYLE_SHRINK);
  else if (line->cite_count) put_source(x, page, knob->at, IN_SOURCE, line->cites[0]);
  else put_text(x, page, knob->at, IN_SOURCE, "chosen here", STYLE_TEXT);
}

static void put_knob(struct xlsx *x, unsigned page, const struct knob *knob) {
  const struct cell *here = &x->model->cells[knob->cell];
  bool fact = is_fact(x, knob);
  xlsx_put_knob_head(x, page, knob);
  put_text(x, page, knob->at, IN_UNIT, xlsx_unit(here->unit, here->text ? KIND_TEXT : KIND_NUMBER),
           STYLE_UNIT);
  put_blank(x, page, knob->at, IN_OVERRIDE, STYLE_INPUT);
  xlsx_put_allowed(x, page, knob, IN_OVERRIDE, IN_OVERRIDE);
  put_scenario(x, page, knob);
  if (fact) put_cited(x, page, knob);
  else put_default(x, page, knob);
  put_now(x, page, knob);
  put_text(x, page, knob->at, IN_MAY,
           fact ? "any; a fact is looked up" : xlsx_set_words(x, xlsx_line(x, knob->cell)),
           STYLE_WRAP);
  put_support(x, page, knob);
  put_blank(x, page, knob->at, IN_NOTE, STYLE_INPUT_NOTE);
}

void xlsx_put_sections(struct xlsx *x, unsigned page, unsigned columns) {
  for (size_t i = 0; i < x->knob_count; i++) {
    const struct knob *knob = &x->knobs[i];
    if (i > 0 && x->knobs[i - 1].page == knob->page) continue;
    put_row(x, page, knob->at - 1, 0, columns - 1, STYLE_SECTION);
    put_text(x, page, knob->at - 1, 0, x->pages[knob->page].name, STYLE_SECTION);
  }
}

void xlsx_write_inputs(struct xlsx *x) {
  static const char *const heads[] = { "Input",
                                       "Name",
                                       "Value now",
                                       "Unit",
                                       "Override",
                                       "Scenario",
                                       "Cited figure",
                                       "May be",
                                       "State",
                                       "Source",
                                       "Note on the override",
                                       NULL,
                                       "Base-unit value",
                                       "Base unit",
                                       "Factor",
                                       "Fact row" };
  static const double widths[] = { 38, 34, 16, 18, 14, 14, 14, 34, 11, 22, 30, 2, 17, 16, 13, 9 };
  unsigned page = inputs_page(x), first = x->pages[page].first, last = first;
  put_page(x, page, "Inputs",
           "Type into the column Override: it wins over the scenario, and that over the cited "
           "figure. Empty it to go back.");
  for (unsigned i = 0; i < IN_COUNT; i++) {
    put_width(x, page, i, i, widths[i], i >= IN_BASE);
    if (heads[i]) put_text(x, page, first - 1, i, heads[i], STYLE_HEAD);
  }
  xlsx_put_sections(x, page, IN_GAP);
  struct memory_mark mark = memory_mark(&x->scratch);
  for (size_t i = 0; i < x->knob_count && x->status == MLS_OK; i++) {
    memory_reset(&x->scratch, mark);
    put_knob(x, page, &x->knobs[i]);
    last = x->knobs[i].at;
  }
  if (x->knob_count == 0) put_text(x, page, first, 0, "This model has no inputs.", STYLE_NOTE);
  put_badges(x, page, first, last, IN_STATE);
  put_print(x, page, "Inputs", (struct print){ first - 1, first - 1, last, IN_GAP, 1, 0 });
}
