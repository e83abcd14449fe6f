/* The worksheet of a table: a row for each key, a column for each column, one formula copied down.
   Base-unit columns stand at the right, and behind them the parts of long formulas. */
#include "xlsx.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Rows above the data. */
enum { STATE_UP = 5, FACTOR_UP = 4, LABEL_UP = 3, NAME_UP = 2, UNIT_UP = 1 };

static unsigned up(const struct page *page, unsigned rows) { return page->first - rows; }

static enum kind kind_of(const struct xlsx *x, const struct column *column) {
  const struct cell *cell = &x->model->cells[column->cell];
  if (column->node) return column->node->type->kind;
  return cell->text ? KIND_TEXT : cell->truth ? KIND_TRUTH : KIND_NUMBER;
}

static size_t row_in_cell(const struct xlsx *x, const struct column *column, size_t row) {
  const struct cell *cell = &x->model->cells[column->cell];
  return cell->family ? row * cell->fact->word_count + column->word : row;
}

static double value_of(const struct xlsx *x, const struct column *column, size_t row) {
  if (column->node) {
    const struct cell *cell = &x->model->cells[column->cell];
    return values_evaluate(x->values, model_home(x->model, cell), row, column->node);
  }
  return values_get(x->values, column->cell, row_in_cell(x, column, row));
}

static double factor_of(const struct xlsx *x, const struct column *column) {
  return column->node ? 1 : x->model->cells[column->cell].unit->factor;
}

static const char *format_of(const struct xlsx *x, const struct page *page,
                             const struct column *column) {
  if (kind_of(x, column) == KIND_TRUTH) return XLSX_YES;
  double largest = 0, factor = factor_of(x, column);
  bool whole = true;
  for (size_t row = 0; row < page->rows; row++) {
    double value = value_of(x, column, row) / factor;
    if (value_is_error(value)) continue;
    if (fabs(value) > largest) largest = fabs(value);
    whole = whole && value == floor(value);
  }
  return xlsx_number_format(largest, whole);
}

/* ---- headings ---- */

static const char *column_name(struct xlsx *x, const struct column *column) {
  const struct cell *cell = &x->model->cells[column->cell];
  const struct line *line = xlsx_line(x, column->cell);
  if (column->node) return xlsx_print(x, "part of %s", line->name);
  if (cell->kind != CELL_FACT) return line->name;
  if (!cell->family) return xlsx_print(x, "%s.%s", line->domain->key, cell->fact->field);
  const char *word = x->model->words[cell->fact->words[column->word]];
  return xlsx_print(x, "%s.%s.%s", line->domain->key, cell->fact->field, word);
}

static const char *base_unit(struct xlsx *x, const struct column *column) {
  const struct cell *cell = &x->model->cells[column->cell];
  enum kind kind = kind_of(x, column);
  if (kind != KIND_NUMBER) return xlsx_unit(NULL, kind);
  if (column->node) return xlsx_base_unit(x, column->node->type->strict, column->node->type->count);
  return xlsx_base_unit(x, cell->unit->strict, cell->unit->count);
}

static const char *column_label(struct xlsx *x, const struct column *column) {
  if (!column->node) return xlsx_label(x, column->cell, row_in_cell(x, column, 0));
  return xlsx_words(x, column->node, model_home(x->model, &x->model->cells[column->cell]));
}

static const char *shown_unit(struct xlsx *x, const struct column *column) {
  if (column->node) return base_unit(x, column);
  return xlsx_unit(x->model->cells[column->cell].unit, kind_of(x, column));
}

/* The headings of a column in one row. */
static void put_head(struct xlsx *x, unsigned page, const struct column *column, unsigned rows_up) {
  unsigned row = up(&x->pages[page], rows_up);
  bool two = column->base != column->shown;
  switch (rows_up) {
    case STATE_UP:
      if (!column->node) xlsx_put_column_rank(x, page, column, row);
      return;
    case FACTOR_UP:
      if (!column->node) xlsx_put_column_badge(x, page, column, row);
      if (two && kind_of(x, column) != KIND_TEXT)
        put_number(x, page, row, column->base, factor_of(x, column), STYLE_BASE, XLSX_PLAIN);
      return;
    case LABEL_UP: {
      const char *label = column_label(x, column);
      put_text(x, page, row, column->shown, label, STYLE_HEAD);
      if (two)
        put_text(x, page, row, column->base, xlsx_print(x, "%s, base unit", label), STYLE_HEAD);
      return;
    }
    case NAME_UP:
      put_text(x, page, row, column->shown, column_name(x, column), STYLE_KEY);
      if (two) put_text(x, page, row, column->base, column_name(x, column), STYLE_BASE);
      return;
    default:
      put_text(x, page, row, column->shown, shown_unit(x, column), STYLE_UNIT);
      if (two) put_text(x, page, row, column->base, base_unit(x, column), STYLE_BASE);
  }
}

/* ---- rows ---- */

/* How the cells of a column are written: the same in every row. */
struct writer {
  struct xlsx *x;
  unsigned page;
  const struct column *column;
  struct pen pen;
  enum kind kind;
  double factor;
  const char *format;
  enum style style;
  bool input;
  size_t apart; /* rows at the top with formulas of their own */
  struct down base, shown;
};

static const char *at(struct xlsx *x, unsigned row, unsigned column) {
  char letters[8];
  return xlsx_print(x, "%s%u", xlsx_letters(letters, column), row + 1);
}

static const char *input_formula(struct writer *w, unsigned row) {
  struct xlsx *x = w->x;
  const char *typed = at(x, row, w->column->shown);
  char letters[8];
  return xlsx_print(x, "IF(ISNUMBER(%s),%s*%s$%u,NA())", typed, typed,
                    xlsx_letters(letters, w->column->base), up(&x->pages[w->page], FACTOR_UP) + 1);
}

static const char *fact_formula(struct writer *w, size_t row) {
  struct xlsx *x = w->x;
  const struct block *block = xlsx_block(x, x->model->cells[w->column->cell].fact->registry);
  if (!block) return "NA()";
  return xlsx_print(x, "INDEX(%s,%s)", xlsx_fact_range(x, block, FACT_BASE),
                    xlsx_fact_row(x, w->page, w->column->cell, row_in_cell(x, w->column, row)));
}

/* Of a row of the table, on its row of the worksheet. */
static const char *base_formula(struct writer *w, size_t row) {
  const struct cell *cell = &w->x->model->cells[w->column->cell];
  if (w->input) return input_formula(w, w->x->pages[w->page].first + (unsigned)row);
  if (!w->column->node && cell->kind == CELL_FACT) return fact_formula(w, row);
  w->pen.row = row;
  return xlsx_spell(&w->pen, w->column->node ? w->column->node : cell->formula);
}

/* One formula for all columns of a page, also where some hold words: it can then be copied across.
 */
static const char *shown_formula(struct writer *w, size_t index) {
  struct xlsx *x = w->x;
  unsigned row = x->pages[w->page].first + (unsigned)index;
  unsigned factor_row = up(&x->pages[w->page], FACTOR_UP), base = w->column->base;
  char letters[8];
  if (!x->pages[w->page].mixed)
    return xlsx_shown(x, row, base, factor_row, base, w->kind == KIND_TEXT);
  const char *value = at(x, row, base);
  return xlsx_print(x, "IF(ISNUMBER(%s),%s/%s$%u,IF(ISERROR(%s),\"missing\",%s))", value, value,
                    xlsx_letters(letters, base), factor_row + 1, value, value);
}

static bool has_words(const struct xlsx *x, const struct page *page) {
  for (unsigned i = 0; i < page->planned; i++) {
    const struct cell *cell = &x->model->cells[page->columns[i].cell];
    if (cell->text && cell->kind != CELL_INPUT) return true;
  }
  return false;
}

/* What `spell` gives for a row: asked for those apart and for the two that the others copy. */
static const char *copied(struct writer *w, struct down *down, size_t row,
                          const char *(*spell)(struct writer *, size_t)) {
  if (row < w->apart) return spell(w, row);
  if (!down->text && !xlsx_down_make(w->x, down, spell(w, w->apart), spell(w, w->apart + 1))) {
    w->apart = SIZE_MAX;
    return spell(w, row);
  }
  return xlsx_down(down, (unsigned)(row - w->apart));
}

static void put_input(struct writer *w, size_t row, double si) {
  struct xlsx *x = w->x;
  unsigned at_row = x->pages[w->page].first + (unsigned)row;
  if (w->kind == KIND_TEXT) {
    const char *word = value_is_error(si) ? "missing" : x->model->words[(size_t)si];
    put_word(x, w->page, at_row, w->column->shown, word, STYLE_INPUT_WORD);
    return;
  }
  put_number(x, w->page, at_row, w->column->shown, xlsx_typed(si, w->factor), STYLE_INPUT,
             XLSX_PLAIN);
  put_formula(x, w->page, at_row, w->column->base, copied(w, &w->base, row, base_formula), si,
              STYLE_BASE, XLSX_EXACT);
}

static void put_calculated(struct writer *w, size_t row, double si) {
  struct xlsx *x = w->x;
  bool text = w->kind == KIND_TEXT;
  unsigned at_row = x->pages[w->page].first + (unsigned)row;
  put_value(x, w->page, at_row, w->column->base, copied(w, &w->base, row, base_formula), si, text,
            STYLE_BASE, w->kind == KIND_NUMBER ? XLSX_EXACT : XLSX_PLAIN);
  const char *shown = copied(w, &w->shown, row, shown_formula);
  if (value_is_error(si))
    put_formula_text(x, w->page, at_row, w->column->shown, shown, "missing", w->style);
  else
    put_value(x, w->page, at_row, w->column->shown, shown, text ? si : si / w->factor, text,
              w->style, w->format);
}

static void open_writer(struct writer *w, struct xlsx *x, unsigned page, struct column *column) {
  const struct cell *cell = &x->model->cells[column->cell];
  *w = (struct writer){ .x = x, .page = page, .column = column, .style = STYLE_NUMBER };
  w->pen = xlsx_pen(x, column->cell);
  w->pen.whole = column->node;
  w->kind = kind_of(x, column);
  w->factor = factor_of(x, column);
  w->format = format_of(x, &x->pages[page], column);
  w->input = !column->node && cell->kind == CELL_INPUT;
  const struct node *formula = column->node ? column->node : cell->formula;
  w->apart = formula ? xlsx_rows_apart(formula) : 0;
  if (!column->node && cell->kind == CELL_FACT) w->style = STYLE_PULLED;
  if (!column->node && cell->output) w->style = STYLE_OUTPUT;
}

static void put_key(struct xlsx *x, unsigned page, unsigned key, unsigned row) {
  double value = values_get(x->values, key, row);
  unsigned at_row = x->pages[page].first + row;
  if (x->model->cells[key].text)
    put_word(x, page, at_row, 0, x->model->words[(size_t)value], STYLE_KEY);
  else put_number(x, page, at_row, 0, value, STYLE_KEY, XLSX_PLAIN);
}

/* Row by row: a large worksheet leaves for its file as it is written. */
static void put_rows(struct xlsx *x, unsigned page, unsigned key, struct writer *writers) {
  struct memory_mark mark = memory_mark(&x->scratch);
  unsigned rows = x->pages[page].rows;
  size_t count = x->pages[page].column_count;
  for (unsigned row = 0; row < rows && x->status == MLS_OK; row++) {
    memory_reset(&x->scratch, mark);
    put_key(x, page, key, row);
    for (size_t i = 0; i < count; i++) {
      double si = value_of(x, writers[i].column, row);
      if (writers[i].input) put_input(&writers[i], row, si);
      else put_calculated(&writers[i], row, si);
    }
  }
  memory_reset(&x->scratch, mark);
}

static void put_validations(struct xlsx *x, unsigned page, const struct writer *writers) {
  const struct page *here = &x->pages[page];
  for (size_t i = 0; i < here->column_count; i++) {
    const struct column *column = writers[i].column;
    if (writers[i].input)
      put_validation(x, page, here->first, here->first + here->rows - 1, column->shown,
                     column->shown, xlsx_line(x, column->cell), x->model->cells[column->cell].unit);
  }
}

/* Everything above the rows, from the top. */
static void put_page_heads(struct xlsx *x, unsigned page, const struct line *line) {
  const struct page *here = &x->pages[page];
  unsigned first = here->base, parent = x->instance_page[here->instance];
  const char *label = *line->label ? line->label : line->name;
  put_page(x, page, xlsx_print(x, "%s: %s", here->name, label),
           "One formula a column; the columns at the right are in base units.");
  for (unsigned rows_up = STATE_UP; rows_up >= UNIT_UP && x->status == MLS_OK; rows_up--) {
    unsigned row = up(here, rows_up);
    if (rows_up == STATE_UP) put_text(x, page, row, first, "State", STYLE_NOTE);
    if (rows_up == FACTOR_UP) {
      put_jump(x, page, row, 0, parent, 0, xlsx_print(x, "Back to %s", x->pages[parent].name));
      put_text(x, page, row, first, "Factor", STYLE_NOTE);
    }
    if (rows_up == LABEL_UP) put_text(x, page, row, 0, line->domain->key, STYLE_HEAD);
    if (rows_up == NAME_UP) put_text(x, page, row, 0, line->domain->key, STYLE_KEY);
    if (rows_up == UNIT_UP) put_text(x, page, row, 0, "Unit", STYLE_KEY);
    for (size_t i = 0; i < here->column_count; i++) put_head(x, page, &here->columns[i], rows_up);
  }
}

static void put_widths(struct xlsx *x, unsigned page) {
  const struct page *here = &x->pages[page];
  put_width(x, page, 0, 0, 18, false);
  if (here->planned) put_width(x, page, 1, here->planned, 14, false);
  put_width(x, page, here->base, here->base, 7, true);
  if (here->planned) put_width(x, page, here->base + 1, here->last_base, 15, true);
}

static void put_step_widths(struct xlsx *x, unsigned page) {
  const struct page *here = &x->pages[page];
  if (here->column_count == here->planned) return;
  put_width(x, page, here->columns[here->planned].shown, here->columns[here->column_count - 1].base,
            20, true);
}

/* Steps become columns behind the others. */
static void prepare_column(struct xlsx *x, const struct column *column) {
  const struct cell *cell = &x->model->cells[column->cell];
  if (column->node || !cell->formula) return;
  struct pen pen = xlsx_pen(x, column->cell);
  xlsx_prepare(&pen, cell->formula);
}

void xlsx_write_table(struct xlsx *x, unsigned page) {
  const struct page *here = &x->pages[page];
  const struct instance *instance = &x->model->instances[here->instance];
  const struct line *line = &instance->sheet->lines[instance->sheet->tables[here->table]];
  put_widths(x, page);
  x->pages[page].mixed = has_words(x, here);
  for (size_t i = 0; i < x->pages[page].column_count && x->status == MLS_OK; i++)
    prepare_column(x, &x->pages[page].columns[i]);
  here = &x->pages[page]; /* with the columns of steps */
  struct writer *writers = memory_array(&x->memory, here->column_count, sizeof *writers);
  if (!writers && x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  for (size_t i = 0; i < here->column_count && x->status == MLS_OK; i++)
    open_writer(&writers[i], x, page, &here->columns[i]);
  if (x->status != MLS_OK) return;
  put_page_heads(x, page, line);
  put_rows(x, page, instance->cells[line_slot(instance->sheet, line)], writers);
  put_validations(x, page, writers);
  put_step_widths(x, page);
  enum { ACROSS = 12 }; /* columns on a printed page */
  unsigned columns = 1 + here->planned;
  const char *title = xlsx_print(x, "%s: %s", here->name, *line->label ? line->label : line->name);
  put_print(x, page, title,
            (struct print){ up(here, LABEL_UP), up(here, UNIT_UP), here->first + here->rows - 1,
                            columns, (columns + ACROSS - 1) / ACROSS, 0 });
}
