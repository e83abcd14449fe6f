/* The worksheet of a table: a row for each key, a column for each column, one formula copied down.
   Base-unit columns stand at the right, and behind them the parts of long formulas. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

/* Rows above the data. */
enum { FACTOR_UP = 4, LABEL_UP = 3, NAME_UP = 2, UNIT_UP = 1 };

static unsigned up(const struct page *page, unsigned rows) { return page->first - rows; }

static enum kind kind_of(const struct xlsx *x, const struct column *column) {
  const struct cell *cell = &x->model->cells[column->cell];
  if (column->node) return column->node->type.kind;
  return cell->text ? KIND_TEXT : cell->truth ? KIND_TRUTH : KIND_NUMBER;
}

static size_t row_in_cell(const struct xlsx *x, const struct column *column, size_t row) {
  const struct cell *cell = &x->model->cells[column->cell];
  return cell->family ? row * cell->word_count + column->word : row;
}

static double value_of(const struct xlsx *x, const struct column *column, size_t row) {
  if (column->node) {
    const struct cell *cell = &x->model->cells[column->cell];
    return values_evaluate(x->values, cell->home, row, column->node);
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
  if (!cell->family) return xlsx_print(x, "%s.%s", line->key, cell->field);
  const char *word = x->model->words[cell->words[column->word]];
  return xlsx_print(x, "%s.%s.%s", line->key, cell->field, word);
}

static const char *base_unit(struct xlsx *x, const struct column *column) {
  const struct cell *cell = &x->model->cells[column->cell];
  enum kind kind = kind_of(x, column);
  if (kind != KIND_NUMBER) return xlsx_unit(NULL, kind);
  if (column->node) return xlsx_base_unit(x, column->node->type.strict, column->node->type.count);
  return xlsx_base_unit(x, cell->strict, cell->count);
}

static const char *column_label(struct xlsx *x, const struct column *column) {
  if (!column->node) return xlsx_label(x, column->cell, row_in_cell(x, column, 0));
  return xlsx_words(x, column->node, x->model->cells[column->cell].home);
}

static void put_head(struct xlsx *x, unsigned page, const struct column *column) {
  const struct page *here = &x->pages[page];
  const char *label = column_label(x, column), *name = column_name(x, column);
  const char *unit = column->node
                         ? base_unit(x, column)
                         : xlsx_unit(x->model->cells[column->cell].unit, kind_of(x, column));
  put_text(x, page, up(here, LABEL_UP), column->shown, label, STYLE_HEAD);
  put_text(x, page, up(here, NAME_UP), column->shown, name, STYLE_KEY);
  put_text(x, page, up(here, UNIT_UP), column->shown, unit, STYLE_UNIT);
  if (!column->node) xlsx_put_column_state(x, page, column, up(here, FACTOR_UP));
  if (column->base == column->shown) return;
  put_text(x, page, up(here, LABEL_UP), column->base, xlsx_print(x, "%s, base unit", label),
           STYLE_HEAD);
  put_text(x, page, up(here, NAME_UP), column->base, name, STYLE_BASE);
  put_text(x, page, up(here, UNIT_UP), column->base, base_unit(x, column), STYLE_BASE);
  if (kind_of(x, column) != KIND_TEXT)
    put_number(x, page, up(here, FACTOR_UP), column->base, factor_of(x, column), STYLE_BASE,
               XLSX_PLAIN);
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
};

static const char *at(struct xlsx *x, unsigned row, unsigned column) {
  char letters[8];
  return xlsx_print(x, "%s%u", xlsx_letters(letters, column), row + 1);
}

static void put_input(struct writer *w, unsigned row, double si) {
  struct xlsx *x = w->x;
  if (w->kind == KIND_TEXT) {
    const char *word = value_is_error(si) ? "missing" : x->model->words[(size_t)si];
    put_word(x, w->page, row, w->column->shown, word, STYLE_INPUT_WORD);
    return;
  }
  put_number(x, w->page, row, w->column->shown, xlsx_typed(si, w->factor), STYLE_INPUT, XLSX_PLAIN);
  const char *typed = at(x, row, w->column->shown);
  char letters[8];
  const char *formula =
      xlsx_print(x, "IF(ISNUMBER(%s),%s*%s$%u,NA())", typed, typed,
                 xlsx_letters(letters, w->column->base), up(&x->pages[w->page], FACTOR_UP) + 1);
  put_formula(x, w->page, row, w->column->base, formula, si, STYLE_BASE, XLSX_EXACT);
}

static const char *fact_formula(struct writer *w, size_t row) {
  struct xlsx *x = w->x;
  const struct block *block = xlsx_block(x, x->model->cells[w->column->cell].registry);
  if (!block) return "NA()";
  return xlsx_print(x, "INDEX(%s,%s)", xlsx_fact_range(x, block, FACT_BASE),
                    xlsx_fact_row(x, w->page, w->column->cell, row_in_cell(x, w->column, row)));
}

static const char *formula_of(struct writer *w, size_t row) {
  const struct cell *cell = &w->x->model->cells[w->column->cell];
  if (!w->column->node && cell->kind == CELL_FACT) return fact_formula(w, row);
  w->pen.row = row;
  return xlsx_spell(&w->pen, w->column->node ? w->column->node : cell->formula);
}

/* One formula for all columns of a page, also where some hold words: it can then be copied across.
 */
static const char *shown_formula(struct writer *w, unsigned row) {
  struct xlsx *x = w->x;
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

static void put_calculated(struct writer *w, unsigned row, size_t index, double si) {
  struct xlsx *x = w->x;
  bool text = w->kind == KIND_TEXT;
  put_value(x, w->page, row, w->column->base, formula_of(w, index), si, text, STYLE_BASE,
            w->kind == KIND_NUMBER ? XLSX_EXACT : XLSX_PLAIN);
  const char *shown = shown_formula(w, row);
  if (value_is_error(si))
    put_formula_text(x, w->page, row, w->column->shown, shown, "missing", w->style);
  else
    put_value(x, w->page, row, w->column->shown, shown, text ? si : si / w->factor, text, w->style,
              w->format);
}

static void put_rows(struct writer *w) {
  struct xlsx *x = w->x;
  const struct cell *cell = &x->model->cells[w->column->cell];
  bool input = !w->column->node && cell->kind == CELL_INPUT;
  struct memory_mark mark = memory_mark(&x->scratch);
  unsigned first = x->pages[w->page].first, rows = x->pages[w->page].rows;
  for (unsigned row = 0; row < rows && x->status == MLS_OK; row++) {
    memory_reset(&x->scratch, mark);
    double si = value_of(x, w->column, row);
    if (input) put_input(w, first + row, si);
    else put_calculated(w, first + row, row, si);
  }
  memory_reset(&x->scratch, mark);
  if (input)
    put_validation(x, w->page, first, first + rows - 1, w->column->shown, w->column->shown,
                   xlsx_line(x, w->column->cell), cell->unit);
}

static void put_column(struct xlsx *x, unsigned page, struct column column) {
  const struct cell *cell = &x->model->cells[column.cell];
  struct writer w = { .x = x, .page = page, .column = &column, .style = STYLE_NUMBER };
  w.pen = xlsx_pen(x, column.cell);
  w.pen.whole = column.node;
  w.kind = kind_of(x, &column);
  w.factor = factor_of(x, &column);
  w.format = format_of(x, &x->pages[page], &column);
  if (!column.node && cell->kind == CELL_FACT) w.style = STYLE_PULLED;
  if (!column.node && cell->output) w.style = STYLE_OUTPUT;
  if (!column.node && cell->formula) xlsx_prepare(&w.pen, cell->formula);
  put_head(x, page, &column);
  put_rows(&w);
}

static void put_keys(struct xlsx *x, unsigned page, unsigned key) {
  struct memory_mark mark = memory_mark(&x->scratch);
  const struct page *here = &x->pages[page];
  for (unsigned row = 0; row < here->rows && x->status == MLS_OK; row++) {
    memory_reset(&x->scratch, mark);
    double value = values_get(x->values, key, row);
    if (x->model->cells[key].text)
      put_word(x, page, here->first + row, 0, x->model->words[(size_t)value], STYLE_KEY);
    else put_number(x, page, here->first + row, 0, value, STYLE_KEY, XLSX_PLAIN);
  }
  memory_reset(&x->scratch, mark);
}

static void put_page_heads(struct xlsx *x, unsigned page, const struct line *line) {
  const struct page *here = &x->pages[page];
  const char *label = *line->label ? line->label : line->name;
  const char *title = xlsx_print(x, "%s: %s", here->name, label);
  put_page(x, page, title, "One formula a column; the columns at the right are in base units.");
  put_jump(x, page, 2, 0, x->instance_page[here->instance], 0,
           xlsx_print(x, "Back to %s", x->pages[x->instance_page[here->instance]].name));
  put_text(x, page, up(here, LABEL_UP), 0, line->key, STYLE_HEAD);
  put_text(x, page, up(here, NAME_UP), 0, line->key, STYLE_KEY);
  put_text(x, page, up(here, UNIT_UP), 0, "Unit", STYLE_KEY);
  put_text(x, page, up(here, FACTOR_UP), here->base, "Factor", STYLE_NOTE);
  put_text(x, page, up(here, FACTOR_UP) - 1, here->base, "State", STYLE_NOTE);
}

static void put_widths(struct xlsx *x, unsigned page) {
  const struct page *here = &x->pages[page];
  put_width(x, page, 0, 0, 18, false);
  if (here->planned) put_width(x, page, 1, here->planned, 14, false);
  put_width(x, page, here->base, here->base, 7, true);
  if (here->planned) put_width(x, page, here->base + 1, here->base + here->planned, 15, true);
}

static void put_step_widths(struct xlsx *x, unsigned page) {
  const struct page *here = &x->pages[page];
  if (here->column_count == here->planned) return;
  put_width(x, page, here->columns[here->planned].shown, here->columns[here->column_count - 1].base,
            20, true);
}

void xlsx_write_table(struct xlsx *x, unsigned page) {
  const struct page *here = &x->pages[page];
  const struct instance *instance = &x->model->instances[here->instance];
  const struct line *line = &instance->sheet->lines[instance->sheet->tables[here->table]];
  put_widths(x, page);
  put_page_heads(x, page, line);
  x->pages[page].mixed = has_words(x, here);
  put_keys(x, page, instance->cells[line->slot]);
  for (size_t i = 0; i < x->pages[page].column_count && x->status == MLS_OK; i++)
    put_column(x, page, x->pages[page].columns[i]);
  here = &x->pages[page];
  put_step_widths(x, page);
  enum { ACROSS = 12 }; /* columns on a printed page */
  unsigned columns = 1 + here->planned;
  const char *title = xlsx_print(x, "%s: %s", here->name, *line->label ? line->label : line->name);
  put_print(x, page, title,
            (struct print){ up(here, LABEL_UP), up(here, UNIT_UP), here->first + here->rows - 1,
                            columns, (columns + ACROSS - 1) / ACROSS, 0 });
}
