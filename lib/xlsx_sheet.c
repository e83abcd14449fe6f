/* The worksheet of an instance: the lines of its sheet in their order, with value, unit, formula in
   words and in names, state and sources; at the right the same in base units, where the formulas
   are; below what the formulas need and no line has. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

/* ---- helpers ---- */

static bool is_whole(double number) { return number == floor(number); }

static const char *format_of(const struct cell *cell, double value) {
  if (cell->kind == CELL_CHECK || cell->kind == CELL_WITHIN) return XLSX_HOLDS;
  if (cell->truth) return XLSX_YES;
  return value_is_error(value) ? XLSX_PLAIN : xlsx_number_format(value, is_whole(value));
}

static const char *base_format(double value) {
  bool plain = value_is_error(value) || (is_whole(value) && fabs(value) < 1e6);
  return plain ? XLSX_PLAIN : XLSX_EXACT;
}

static enum kind kind_of(const struct cell *cell) {
  return cell->text ? KIND_TEXT : cell->truth ? KIND_TRUTH : KIND_NUMBER;
}

static const char *at(struct xlsx *x, unsigned row, unsigned column) {
  char letters[8];
  return xlsx_print(x, "%s%u", xlsx_letters(letters, column), row + 1);
}

const char *xlsx_shown(struct xlsx *x, unsigned row, unsigned base, unsigned factor_row,
                       unsigned factor, bool text) {
  char letters[8];
  const char *value = at(x, row, base);
  if (text) return xlsx_print(x, "IF(ISERROR(%s),\"missing\",%s)", value, value);
  const char *over = xlsx_print(x, factor_row == row ? "%s%u" : "%s$%u",
                                xlsx_letters(letters, factor), factor_row + 1);
  return xlsx_print(x, "IF(ISNUMBER(%s),%s/%s,\"missing\")", value, value, over);
}

/* The cell a person reads, beside a base-unit value of a row. */
static void put_shown(struct xlsx *x, unsigned page, unsigned row, double si, double factor,
                      bool text, enum style style, const char *format) {
  unsigned base = x->pages[page].base;
  const char *formula = xlsx_shown(x, row, base + BASE_VALUE, row, base + BASE_FACTOR, text);
  if (value_is_error(si)) put_formula_text(x, page, row, SHOW_VALUE, formula, "missing", style);
  else put_value(x, page, row, SHOW_VALUE, formula, text ? si : si / factor, text, style, format);
}

static void put_block(struct xlsx *x, unsigned page, unsigned row, const char *unit, double factor,
                      const char *name) {
  unsigned base = x->pages[page].base;
  put_text(x, page, row, base + BASE_UNIT, unit, STYLE_BASE);
  put_number(x, page, row, base + BASE_FACTOR, factor, STYLE_BASE, XLSX_PLAIN);
  put_text(x, page, row, base + BASE_NAME, name, STYLE_BASE);
}

static void put_cites(struct xlsx *x, unsigned page, unsigned row, const struct line *line) {
  unsigned columns = x->pages[page].sources;
  for (unsigned i = 0; i < columns; i++) {
    if (i < line->cite_count) put_source(x, page, row, SHOW_SOURCE + i, line->cites[i]);
    else put_blank(x, page, row, SHOW_SOURCE + i, STYLE_TEXT);
  }
}

/* ---- inputs ---- */

/* Both cells of what the inputs worksheet has; a word has the one that is shown. */
static void put_from_inputs(struct xlsx *x, unsigned page, unsigned row, const struct knob *knob) {
  const struct cell *here = &x->model->cells[knob->cell];
  double si = values_get(x->values, knob->cell, knob->row), factor = here->unit->factor;
  const char *from = xlsx_input_cell(x, knob, IN_BASE);
  put_text(x, page, row, SHOW_UNIT, xlsx_unit(here->unit, kind_of(here)), STYLE_UNIT);
  if (xlsx_is_typed_word(here)) {
    put_value(x, page, row, SHOW_VALUE, from, si, true, STYLE_PULLED, XLSX_PLAIN);
    return;
  }
  put_value(x, page, row, x->pages[page].base + BASE_VALUE, from, si, here->text, STYLE_BASE,
            base_format(si));
  put_shown(x, page, row, si, factor, here->text, STYLE_PULLED, format_of(here, si / factor));
  put_block(x, page, row, xlsx_base_unit(x, here->unit->strict, here->unit->count), factor, "");
}

static void put_input(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                      const struct line *line) {
  unsigned base = x->pages[page].base;
  put_from_inputs(x, page, row, xlsx_knob(x, cell, 0));
  put_text(x, page, row, SHOW_WORDS, xlsx_set_words(x, line), STYLE_WRAP);
  put_text(x, page, row, SHOW_FORMULA, xlsx_set_text(x, line), STYLE_MONO);
  put_text(x, page, row, base + BASE_NAME, line->name, STYLE_BASE);
}

/* ---- formulas ---- */

void xlsx_put_tree(struct pen *pen, const struct node *node, unsigned row, unsigned column,
                   double si, bool text) {
  struct xlsx *x = pen->x;
  const char *formula = xlsx_spell(pen, node);
  bool array =
      node->kind == NODE_CALL && node_is_total(node) && node->count == 2 && node->function->array;
  if (array) put_array(x, pen->page, row, column, formula, si, STYLE_BASE, base_format(si));
  else put_value(x, pen->page, row, column, formula, si, text, STYLE_BASE, base_format(si));
}

static void put_base(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  struct pen pen = xlsx_pen(x, cell);
  xlsx_prepare(&pen, here->formula);
  xlsx_put_tree(&pen, here->formula, row, x->pages[page].base + BASE_VALUE,
                values_get(x->values, cell, 0), here->text);
}

static void put_formula_row(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                            const struct line *line) {
  const struct cell *here = &x->model->cells[cell];
  double si = values_get(x->values, cell, 0), factor = here->unit->factor;
  enum style style = here->kind == CELL_CHECK ? STYLE_VERDICT
                     : here->output           ? STYLE_OUTPUT
                                              : STYLE_NUMBER;
  put_shown(x, page, row, si, factor, here->text, style, format_of(here, si / factor));
  if (here->kind == CELL_CHECK) put_verdicts(x, page, row, row, SHOW_VALUE);
  put_text(x, page, row, SHOW_UNIT, xlsx_unit(here->unit, kind_of(here)), STYLE_UNIT);
  put_text(x, page, row, SHOW_WORDS, xlsx_words(x, here->formula, model_home(x->model, here)),
           STYLE_WRAP);
  put_text(x, page, row, SHOW_FORMULA, xlsx_source_text(x, line->name, here->formula), STYLE_MONO);
  put_base(x, page, row, cell);
  const char *unit = kind_of(here) == KIND_NUMBER
                         ? xlsx_base_unit(x, here->unit->strict, here->unit->count)
                         : xlsx_unit(NULL, kind_of(here));
  put_block(x, page, row, unit, factor, line->name);
}

static void put_cell(struct xlsx *x, unsigned page, unsigned row, const struct entry *entry) {
  const struct cell *here = &x->model->cells[entry->cell];
  const struct line *line = xlsx_line(x, entry->cell);
  put_text(x, page, row, SHOW_LABEL, xlsx_label(x, entry->cell, 0),
           here->output ? STYLE_OUTPUT_LABEL : STYLE_WRAP);
  if (here->formula) put_formula_row(x, page, row, entry->cell, line);
  else put_input(x, page, row, entry->cell, line);
  xlsx_put_state(x, page, row, entry->cell);
  put_cites(x, page, row, line);
}

/* ---- facts ---- */

static const char set_here[] = "set on inputs";

/* A missing fact says which. */
static const char *source_word(struct xlsx *x, unsigned cell, size_t row, const char *name) {
  if (values_setting(x->values, cell, row)) return set_here;
  const struct fact *fact = values_fact(x->values, cell, row);
  if (!fact) return xlsx_print(x, "missing: %s", name);
  return fact->source ? xlsx_safe(x, xlsx_print(x, "[%s]", fact->source->key)) : "no source";
}

static void put_fact_links(struct xlsx *x, unsigned page, unsigned row, unsigned cell,
                           const char *index, const char *key) {
  unsigned name = x->pages[page].base + BASE_NAME;
  const char *link =
      xlsx_print(x,
                 "HYPERLINK(IF(ISNUMBER(%s),%s,\"#facts!A1\"),"
                 "IF(ISNUMBER(%s),%s,IF(ISERROR(%s),\"missing: \"&%s,%s)))",
                 index, xlsx_in_facts(x, cell, FACT_LINK, index), index,
                 xlsx_in_facts(x, cell, FACT_SOURCE, index), index, at(x, row, name), index);
  put_formula_text(x, page, row, SHOW_SOURCE, link, key, STYLE_LINK);
  for (unsigned i = 1; i < x->pages[page].sources; i++)
    put_blank(x, page, row, SHOW_SOURCE + i, STYLE_TEXT);
}

/* Row of the fact on the facts worksheet; a word when another number was typed instead. */
static void put_fact_row(struct xlsx *x, unsigned page, unsigned row, const struct entry *entry,
                         const struct knob *knob) {
  unsigned column = x->pages[page].base + BASE_FACT;
  const struct fact *fact = values_fact(x->values, entry->cell, entry->row);
  const char *formula = knob ? xlsx_print(x, "IF(%s,%s,\"%s\")", xlsx_input_untouched(x, knob),
                                          xlsx_input_cell(x, knob, IN_FACT), set_here)
                             : xlsx_fact_row(x, page, entry->cell, entry->row);
  if (values_setting(x->values, entry->cell, entry->row)) {
    put_formula_text(x, page, row, column, formula, set_here, STYLE_BASE);
    return;
  }
  put_formula(x, page, row, column, formula, xlsx_fact_place(x, entry->cell, fact), STYLE_BASE,
              XLSX_PLAIN);
}

/* A fact of an item that the sheet itself names. */
static void put_fixed(struct xlsx *x, unsigned page, unsigned row, const struct entry *entry) {
  const struct cell *here = &x->model->cells[entry->cell];
  double si = values_get(x->values, entry->cell, entry->row), factor = here->unit->factor;
  unsigned base = x->pages[page].base;
  const char *index = at(x, row, base + BASE_FACT);
  put_value(x, page, row, base + BASE_VALUE, xlsx_in_facts(x, entry->cell, FACT_BASE, index), si,
            here->text, STYLE_BASE, base_format(si));
  put_shown(x, page, row, si, factor, here->text, STYLE_PULLED, format_of(here, si / factor));
  put_text(x, page, row, SHOW_UNIT, xlsx_unit(here->unit, kind_of(here)), STYLE_UNIT);
  put_block(x, page, row, xlsx_base_unit(x, here->unit->strict, here->unit->count), factor, "");
}

static const char *fact_name(struct xlsx *x, const struct entry *entry) {
  const struct cell *here = &x->model->cells[entry->cell];
  const char *owner = xlsx_line(x, entry->cell)->name;
  if (!here->family) return xlsx_print(x, "%s.%s", owner, here->fact->field);
  const char *word = x->model->words[here->fact->words[entry->row % here->fact->word_count]];
  return xlsx_print(x, "%s.%s.%s", owner, here->fact->field, word);
}

const char *xlsx_source_word(struct xlsx *x, const struct knob *knob) {
  const struct page *page = &x->pages[knob->page];
  const struct entry *entry = &page->entries[knob->line - page->first];
  return source_word(x, knob->cell, knob->row, fact_name(x, entry));
}

/* The facts of the chosen item follow the choice. */
static void put_fact(struct xlsx *x, unsigned page, unsigned row, const struct entry *entry) {
  const struct knob *knob = xlsx_knob(x, entry->cell, entry->row);
  const char *label = xlsx_label(x, entry->cell, entry->row);
  put_text(x, page, row, SHOW_LABEL, label, STYLE_INSET);
  put_fact_row(x, page, row, entry, knob);
  if (knob) put_from_inputs(x, page, row, knob);
  else put_fixed(x, page, row, entry);
  xlsx_put_fact_state(x, page, row, entry->cell, entry->row);
  put_fact_links(x, page, row, entry->cell, at(x, row, x->pages[page].base + BASE_FACT),
                 source_word(x, entry->cell, entry->row, fact_name(x, entry)));
  put_text(x, page, row, SHOW_WORDS, knob ? "from facts, unless set on inputs" : "from facts",
           STYLE_WRAP);
  put_text(x, page, row, SHOW_FORMULA, fact_name(x, entry), STYLE_MONO);
  put_text(x, page, row, x->pages[page].base + BASE_NAME, fact_name(x, entry), STYLE_BASE);
}

/* ---- the other lines ---- */

static unsigned last_shown(const struct page *page) { return SHOW_SOURCE + page->sources - 1; }

static unsigned table_page(const struct xlsx *x, unsigned instance, unsigned table) {
  for (unsigned i = 0; i < x->page_count; i++)
    if (x->pages[i].kind == PAGE_TABLE && x->pages[i].instance == instance &&
        x->pages[i].table == table)
      return i;
  return 0;
}

static void put_column(struct xlsx *x, unsigned page, unsigned row, const struct entry *entry) {
  const struct line *line = xlsx_line(x, entry->cell);
  const struct cell *here = &x->model->cells[entry->cell];
  unsigned to = table_page(x, here->instance, (unsigned)here->table);
  put_text(x, page, row, SHOW_LABEL, xlsx_label(x, entry->cell, 0), STYLE_WRAP);
  put_jump(x, page, row, SHOW_VALUE, to, 0, "column");
  put_text(x, page, row, SHOW_UNIT, xlsx_unit(here->unit, kind_of(here)), STYLE_UNIT);
  put_text(x, page, row, SHOW_WORDS,
           here->formula ? xlsx_words(x, here->formula, model_home(x->model, here))
                         : xlsx_set_words(x, line),
           STYLE_WRAP);
  put_text(x, page, row, SHOW_FORMULA,
           here->formula ? xlsx_source_text(x, line->name, here->formula) : xlsx_set_text(x, line),
           STYLE_MONO);
  xlsx_put_state(x, page, row, entry->cell);
  put_cites(x, page, row, line);
}

static void put_table(struct xlsx *x, unsigned page, unsigned row, const struct line *line) {
  unsigned to = table_page(x, x->pages[page].instance, line->domain->index);
  const char *label = *line->label ? line->label : line->name;
  put_row(x, page, row, 0, last_shown(&x->pages[page]), STYLE_KEY);
  put_jump(x, page, row, SHOW_LABEL, to, 0, xlsx_print(x, "Table %s: %s", line->name, label));
  put_text(x, page, row, SHOW_WORDS,
           xlsx_print(x, "%u rows, one for each %s", x->pages[to].rows, line->domain->key),
           STYLE_KEY);
  put_text(x, page, row, SHOW_FORMULA,
           xlsx_print(x, "%s in %s", line->domain->key, line->domain->set->text), STYLE_MONO);
  put_cites(x, page, row, line);
}

static void put_use(struct xlsx *x, unsigned page, unsigned row, const struct line *line) {
  const struct instance *instance = &x->model->instances[x->pages[page].instance];
  unsigned to = x->instance_page[instance->children[line->use->index]];
  const char *label = *line->label ? line->label : line->use->sheet;
  put_row(x, page, row, 0, last_shown(&x->pages[page]), STYLE_KEY);
  put_jump(x, page, row, SHOW_LABEL, to, 0, xlsx_print(x, "Part %s: %s", line->name, label));
  put_text(x, page, row, SHOW_WORDS,
           xlsx_print(x, "on its own worksheet, by sheet %s", line->use->sheet), STYLE_KEY);
  put_cites(x, page, row, line);
}

static void put_entry(struct xlsx *x, unsigned page, unsigned row, const struct entry *entry) {
  const struct page *here = &x->pages[page];
  const struct line *line = &x->model->instances[here->instance].sheet->lines[entry->line];
  switch (entry->kind) {
    case ENTRY_HEADING:
      put_row(x, page, row, 0, last_shown(here), STYLE_SECTION);
      put_text(x, page, row, 0, line->label, STYLE_SECTION);
      return;
    case ENTRY_NOTE: put_text(x, page, row, 0, line->label, STYLE_NOTE); return;
    case ENTRY_CELL: put_cell(x, page, row, entry); return;
    case ENTRY_FACT: put_fact(x, page, row, entry); return;
    case ENTRY_USE: put_use(x, page, row, line); return;
    case ENTRY_TABLE: put_table(x, page, row, line); return;
    case ENTRY_COLUMN: put_column(x, page, row, entry); return;
  }
}

static void put_heads(struct xlsx *x, unsigned page) {
  static const char *const shown[] = { "Quantity",         "Value", "Unit",  "Formula in words",
                                       "Formula in names", "State", "Source" };
  static const char *const base[] = { "Base-unit value", "Base unit",   "Factor", "Name",
                                      "Fact row",        "State number" };
  const struct page *here = &x->pages[page];
  unsigned row = here->first - 1;
  for (unsigned i = 0; i < SHOW_SOURCE + here->sources; i++)
    put_text(x, page, row, i, shown[i < SHOW_SOURCE ? i : SHOW_SOURCE], STYLE_HEAD);
  for (unsigned i = 0; i < BASE_COUNT; i++)
    put_text(x, page, row, here->base + i, base[i], STYLE_HEAD);
}

static void put_widths(struct xlsx *x, unsigned page) {
  static const double shown[] = { 36, 16, 18, 44, 44, 11 };
  static const double base[] = { 17, 16, 13, 26, 13, 9 };
  const struct page *here = &x->pages[page];
  for (unsigned i = 0; i < SHOW_SOURCE; i++) put_width(x, page, i, i, shown[i], false);
  put_width(x, page, SHOW_SOURCE, last_shown(here), 18, false);
  put_width(x, page, here->base - 1, here->base - 1, 2, false);
  for (unsigned i = 0; i < BASE_COUNT; i++)
    put_width(x, page, here->base + i, here->base + i, base[i], true);
  if (here->states > 1)
    put_width(x, page, here->base + BASE_COUNT, here->base + BASE_COUNT + here->states - 2, 9,
              true);
}

static const char *title_of(struct xlsx *x, unsigned page) {
  const struct page *here = &x->pages[page];
  const struct sheet *sheet = x->model->instances[here->instance].sheet;
  return *sheet->label ? xlsx_print(x, "%s: %s", here->name, sheet->label) : here->name;
}

void xlsx_write_instance(struct xlsx *x, unsigned page) {
  struct memory_mark mark = memory_mark(&x->scratch);
  put_page(x, page, title_of(x, page),
           "Inputs are typed on the inputs worksheet. Formulas are in the base-unit block at the "
           "right.");
  put_widths(x, page);
  put_heads(x, page);
  for (size_t i = 0; i < x->pages[page].entry_count && x->status == MLS_OK; i++) {
    memory_reset(&x->scratch, mark);
    put_entry(x, page, x->pages[page].first + (unsigned)i, &x->pages[page].entries[i]);
  }
  memory_reset(&x->scratch, mark);
}

/* ---- constants and steps ---- */

static void put_constant(struct xlsx *x, unsigned page, unsigned row, const struct extra *extra) {
  const struct literal *literal = extra->node->literal;
  const struct unit *unit = literal->unit ? literal->unit : x->model->units->plain;
  unsigned base = x->pages[page].base;
  put_number(x, page, row, SHOW_VALUE, literal->number, STYLE_CONSTANT, XLSX_PLAIN);
  put_text(x, page, row, SHOW_UNIT, xlsx_unit(unit, KIND_NUMBER), STYLE_UNIT);
  put_text(x, page, row, SHOW_WORDS, "constant of the sheet", STYLE_WRAP);
  const char *text = literal->unit ? xlsx_print(x, "%s [%s]", literal->typed, unit->text)
                                   : xlsx_print(x, "number %s", literal->typed);
  put_text(x, page, row, SHOW_FORMULA, text, STYLE_MONO);
  const char *formula =
      xlsx_print(x, "%s*%s", at(x, row, SHOW_VALUE), at(x, row, base + BASE_FACTOR));
  double si = node_si(extra->node);
  put_formula(x, page, row, base + BASE_VALUE, formula, si, STYLE_BASE, base_format(si));
  put_block(x, page, row, xlsx_base_unit(x, unit->strict, unit->count), unit->factor,
            extra->name ? extra->name : "");
}

static void put_step(struct xlsx *x, unsigned page, unsigned row, const struct extra *extra) {
  const struct node *node = extra->node;
  struct pen pen = {
    .x = x, .page = page, .owner = page, .home = extra->home, .cell = extra->cell, .whole = node
  };
  double si = values_evaluate(x->values, extra->home, 0, node);
  bool text = node->type->kind == KIND_TEXT;
  const char *unit = node->type->kind == KIND_NUMBER
                         ? xlsx_base_unit(x, node->type->strict, node->type->count)
                         : xlsx_unit(NULL, node->type->kind);
  const char *format = value_is_error(si) ? XLSX_PLAIN : xlsx_number_format(si, is_whole(si));
  put_shown(x, page, row, si, 1, text, STYLE_NUMBER, format);
  put_text(x, page, row, SHOW_UNIT, unit, STYLE_UNIT);
  put_text(x, page, row, SHOW_WORDS, xlsx_words(x, node, extra->home), STYLE_WRAP);
  put_text(x, page, row, SHOW_FORMULA, xlsx_source_text(x, "part", node), STYLE_MONO);
  xlsx_put_tree(&pen, node, row, x->pages[page].base + BASE_VALUE, si, text);
  put_block(x, page, row, unit, 1, "");
}

static void put_extra(struct xlsx *x, unsigned page, unsigned row, const struct extra *extra) {
  const struct line *line = xlsx_line(x, extra->cell);
  const char *what = extra->node->kind == NODE_NUMBER ? "in" : "part of";
  const char *more = extra->uses > 1 ? xlsx_print(x, " and %u more", extra->uses - 1) : "";
  put_text(x, page, row, SHOW_LABEL, xlsx_print(x, "%s %s%s", what, line->name, more), STYLE_WRAP);
  if (extra->node->kind == NODE_NUMBER) put_constant(x, page, row, extra);
  else put_step(x, page, row, extra);
  put_text(x, page, row, SHOW_STATE, "", STYLE_BADGE);
  put_cites(x, page, row, line);
}

void xlsx_write_extras(struct xlsx *x, unsigned page) {
  struct memory_mark mark = memory_mark(&x->scratch);
  const struct page *here = &x->pages[page];
  if (here->extra_count) {
    unsigned row = xlsx_extra_row(here, 0) - 1;
    put_row(x, page, row, 0, last_shown(here), STYLE_SECTION);
    put_text(x, page, row, 0, "Constants and parts of the formulas above", STYLE_SECTION);
  }
  for (size_t i = 0; i < here->extra_count && x->status == MLS_OK; i++) {
    memory_reset(&x->scratch, mark);
    struct extra extra = here->extras[i];
    put_extra(x, page, xlsx_extra_row(here, i), &extra);
  }
  unsigned last = here->extra_count ? xlsx_extra_row(here, here->extra_count - 1)
                                    : here->first + (unsigned)here->entry_count;
  put_badges(x, page, here->first, last, SHOW_STATE);
  unsigned head = here->first - 1;
  put_print(x, page, title_of(x, page),
            (struct print){ head, head, last, SHOW_SOURCE + here->sources, 1, 0 });
  memory_reset(&x->scratch, mark);
}
