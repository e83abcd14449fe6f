/* A run as text for a person: answers and checks first, scenarios side by side, then on request
   every cell in the order of the sheets. Values are rounded for reading; JSON has all digits. */
#include <math.h>
#include <string.h>

#include "grid.h"

enum { DIGITS = 4, SIDE_BY_SIDE = 6, REASONS_MOST = 50 };

static const char BOLD[] = "\033[1m", OFF[] = "\033[0m";
static const char RED[] = "\033[1;31m", YELLOW[] = "\033[33m";

struct item {
  unsigned cell;
  size_t row;
};

struct page {
  struct report report; /* with the runs that stand side by side */
  struct memory *memory;
  const struct reading *list;
  size_t count;
  struct item *items; /* the rows of the section at hand */
  size_t item_count, item_room;
  const unsigned *columns; /* of the table at hand; the key first */
  double *dust;            /* of each column: what is shown as 0 */
  size_t run;              /* whose table it is */
  bool after_table;        /* what follows keeps a distance */
  struct buffer out;
};

static struct mls_values *values_of(const struct page *page, size_t run) {
  return page->report.runs[run].values;
}

static void heading(struct page *page, const char *text) {
  bool color = page->report.color;
  buffer_print(&page->out, "\n%s%s%s\n", color ? BOLD : "", text, color ? OFF : "");
  page->after_table = false;
}

static mls_status add_item(struct page *page, unsigned cell, size_t row) {
  struct item *items =
      memory_grow(page->memory, page->items, page->item_count, &page->item_room, sizeof *items);
  if (!items) return fail_memory(page->report.fails);
  page->items = items;
  items[page->item_count++] = (struct item){ cell, row };
  return MLS_OK;
}

/* ---- cells: name, value of each run, unit, state, label ---- */

static enum state weakest(const struct page *page, struct item item) {
  enum state state = STATE_INPUT;
  bool fact = page->report.model->cells[item.cell].kind == CELL_FACT;
  for (size_t run = 0; run < page->report.run_count; run++) {
    enum state one;
    if (!fact || !trace_fact_state(values_of(page, run), item.cell, item.row, &one))
      one = values_state(values_of(page, run), item.cell);
    state = state_weakest(state, one);
  }
  return state;
}

/* Of a fact where it was read, else the comment of its line. */
static void put_label(const struct page *page, struct item item, struct buffer *out) {
  const struct mls_model *model = page->report.model;
  if (model->cells[item.cell].kind != CELL_FACT) {
    buffer_text(out, model_line(model, item.cell)->label);
    return;
  }
  const struct fact *fact = values_fact(values_of(page, 0), item.cell, item.row);
  if (fact && fact->source) buffer_text(out, fact->source->title);
  else if (fact && fact->note) buffer_text(out, fact->note);
}

static void put_run_value(const struct page *page, struct item item, size_t run,
                          struct buffer *out) {
  const struct mls_values *values = values_of(page, run);
  const struct unit *unit = show_unit(values, item.cell, item.row);
  show_number(values, item.cell, item.row, DIGITS, out);
  const struct unit *first = show_unit(values_of(page, 0), item.cell, item.row);
  bool other = strcmp(unit->text, first->text) != 0;
  if (other && !show_word(values, item.cell, item.row)) buffer_print(out, " %s", unit->text);
}

static mls_status cell_text(const struct grid *grid, size_t row, size_t column,
                            struct buffer *out) {
  const struct page *page = grid->context;
  size_t runs = page->report.run_count;
  bool titled = runs > 1;
  if (titled && row == 0) {
    if (column > 0 && column <= runs) buffer_text(out, page->report.runs[column - 1].name);
    return MLS_OK;
  }
  struct item item = page->items[row - titled];
  const struct cell *cell = &page->report.model->cells[item.cell];
  if (column == 0) show_path(page->report.model, item.cell, item.row, out);
  else if (column <= runs) put_run_value(page, item, column - 1, out);
  else if (column == runs + 1 && !cell->text && !cell->truth)
    buffer_text(out, show_unit(values_of(page, 0), item.cell, item.row)->text);
  else if (column == runs + 2) buffer_text(out, state_word(weakest(page, item)));
  else if (column == runs + 3) put_label(page, item, out);
  return MLS_OK;
}

static const char *cell_color(const struct grid *grid, size_t row, size_t column) {
  const struct page *page = grid->context;
  size_t runs = page->report.run_count, titled = runs > 1;
  if (row < titled || column == 0 || column > runs) return NULL;
  struct item item = page->items[row - titled];
  double value = values_get(values_of(page, column - 1), item.cell, item.row);
  return value_is_error(value) ? YELLOW : NULL;
}

/* Prints the items collected as one section and forgets them. */
static mls_status print_items(struct page *page) {
  enum align align[SIDE_BY_SIDE + 4] = { ALIGN_LEFT };
  size_t runs = page->report.run_count;
  for (size_t i = 1; i <= runs; i++) align[i] = ALIGN_RIGHT;
  for (size_t i = runs + 1; i < runs + 4; i++) align[i] = ALIGN_LEFT;
  struct grid grid = {
    &page->report, page->item_count + (runs > 1), runs + 4, align, cell_text, cell_color, page
  };
  if (page->item_count == 0) return MLS_OK;
  if (page->after_table) buffer_char(&page->out, '\n');
  page->after_table = false;
  mls_status status = grid_print(&grid, &page->out);
  page->item_count = 0;
  return status;
}

/* ---- tables: the key and its columns, a row each ---- */

static mls_status table_text(const struct grid *grid, size_t row, size_t column,
                             struct buffer *out) {
  const struct page *page = grid->context;
  const struct mls_model *model = page->report.model;
  unsigned cell = page->columns[column];
  const struct mls_values *values = values_of(page, page->run);
  const struct cell *here = &model->cells[cell];
  char key[TEXT_NUMBER];
  if (row == 0) {
    bool table = here->kind == CELL_KEY;
    buffer_text(out, table                     ? model_line(model, cell)->domain->key
                     : here->kind == CELL_FACT ? here->fact->field
                                               : model_line(model, cell)->name);
  } else if (row == 1) {
    if (!here->text && !here->truth) buffer_text(out, here->unit->text);
  } else if (here->kind == CELL_KEY) {
    buffer_text(out, model_row_key(model, cell, row - 2, key));
  } else {
    const char *word = show_word(values, cell, row - 2);
    double si = values_get(values, cell, row - 2);
    if (fabs(si) < page->dust[column]) si = 0;
    buffer_text(out, word ? word : text_person(key, si / here->unit->factor, DIGITS));
  }
  return MLS_OK;
}

static const char *table_color(const struct grid *grid, size_t row, size_t column) {
  const struct page *page = grid->context;
  if (row < 2) return NULL;
  double value = values_get(values_of(page, page->run), page->columns[column], row - 2);
  return value_is_error(value) ? YELLOW : NULL;
}

/* Remainders of rounding would be read as values: a tiny part of the largest one of the column. */
static double dust_of(const struct page *page, unsigned cell) {
  double most = 0;
  for (size_t row = 0; row < page->report.model->cells[cell].rows; row++) {
    double size = fabs(values_get(values_of(page, page->run), cell, row));
    if (size > most) most = size;
  }
  return most * 1e-12;
}

static mls_status print_table(struct page *page, const unsigned *columns, size_t count) {
  size_t rows = page->report.model->cells[columns[0]].rows;
  enum align *align = memory_array(page->memory, count, sizeof *align);
  page->dust = memory_array(page->memory, count, sizeof *page->dust);
  if (!align || !page->dust) return fail_memory(page->report.fails);
  for (size_t i = 0; i < count; i++)
    align[i] = page->report.model->cells[columns[i]].text ? ALIGN_LEFT : ALIGN_POINT;
  page->columns = columns;
  for (page->run = 0; page->run < page->report.run_count; page->run++) {
    for (size_t i = 0; i < count; i++) page->dust[i] = dust_of(page, columns[i]);
    struct grid grid = { &page->report, rows + 2, count, align, table_text, table_color, page };
    if (page->report.run_count > 1)
      buffer_print(&page->out, "\n  (%s)\n", page->report.runs[page->run].name);
    TRY(grid_print(&grid, &page->out));
  }
  return MLS_OK;
}

/* The table that begins at list[at]: in full, or its outputs only. */
static mls_status one_table(struct page *page, size_t at, bool all) {
  const struct mls_model *model = page->report.model;
  const struct reading *table = &page->list[at];
  const struct line *line = &model->instances[table->instance].sheet->lines[table->line];
  struct memory_mark mark = memory_mark(page->memory);
  unsigned *columns = memory_array(page->memory, page->count - at, sizeof *columns);
  size_t count = 0;
  if (!columns) return fail_memory(page->report.fails);
  for (size_t i = at + 1; i < page->count && page->list[i].kind == READING_COLUMN; i++)
    if (count == 0 || all || reading_is_answer(model, &page->list[i]))
      columns[count++] = page->list[i].cell;
  mls_status status = MLS_OK;
  if (count > 1 || all) {
    const char *path = model->instances[table->instance].path;
    buffer_print(&page->out, "\n%s%s  %s\n", path, line->name, line->label);
    status = print_table(page, columns, count);
    page->after_table = true;
  }
  memory_reset(page->memory, mark);
  return status;
}

/* ---- results ---- */

static mls_status print_results(struct page *page) {
  const struct mls_model *model = page->report.model;
  for (size_t i = 0; i < page->count; i++)
    if (page->list[i].kind == READING_CELL && reading_is_answer(model, &page->list[i]))
      TRY(add_item(page, page->list[i].cell, 0));
  if (page->item_count) heading(page, "Results");
  TRY(print_items(page));
  for (size_t i = 0; i < page->count; i++)
    if (page->list[i].kind == READING_TABLE && page->list[i].instance == 0)
      TRY(one_table(page, i, false));
  return MLS_OK;
}

/* ---- checks: name, verdict of each run, both sides, label ---- */

static const char *verdict_word(double value) {
  if (value_is_error(value)) return "missing";
  return value != 0 ? "holds" : "FAILS";
}

static mls_status check_text(const struct grid *grid, size_t row, size_t column,
                             struct buffer *out) {
  const struct page *page = grid->context;
  const struct mls_model *model = page->report.model;
  size_t runs = page->report.run_count, titled = runs > 1;
  if (row < titled) {
    if (column > 0 && column <= runs) buffer_text(out, page->report.runs[column - 1].name);
    return MLS_OK;
  }
  unsigned cell = page->items[row - titled].cell;
  if (column == 0) model_path(model, cell, out);
  else if (column <= runs)
    buffer_text(out, verdict_word(values_get(values_of(page, column - 1), cell, 0)));
  else if (column == runs + 2 && model->cells[cell].kind == CELL_CHECK)
    buffer_text(out, model_line(model, cell)->label);
  if (column != runs + 1 || runs > 1) return MLS_OK;
  struct mls_values *values = values_of(page, 0);
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct verdict verdict;
  TRY(trace_check(values, cell, &verdict));
  buffer_text(out, verdict.detail);
  memory_reset(&values->scratch_memory, mark);
  return MLS_OK;
}

static const char *check_color(const struct grid *grid, size_t row, size_t column) {
  const struct page *page = grid->context;
  size_t runs = page->report.run_count, titled = runs > 1;
  if (row < titled || column == 0 || column > runs) return NULL;
  double value = values_get(values_of(page, column - 1), page->items[row - titled].cell, 0);
  if (value_is_error(value)) return YELLOW;
  return value != 0 ? NULL : RED;
}

static bool holds_everywhere(const struct page *page, unsigned cell) {
  for (size_t run = 0; run < page->report.run_count; run++) {
    double value = values_get(values_of(page, run), cell, 0);
    if (value_is_error(value) || value == 0) return false;
  }
  return true;
}

/* With scenarios side by side there is no room for both sides of a check: the false ones follow. */
static mls_status print_false(struct page *page) {
  if (page->report.run_count == 1) return MLS_OK;
  for (size_t i = 0; i < page->item_count; i++) {
    for (size_t run = 0; run < page->report.run_count; run++) {
      struct mls_values *values = values_of(page, run);
      double value = values_get(values, page->items[i].cell, 0);
      if (value_is_error(value) || value != 0) continue;
      struct memory_mark mark = memory_mark(&values->scratch_memory);
      struct verdict verdict;
      TRY(trace_check(values, page->items[i].cell, &verdict));
      buffer_print(&page->out, "  %s: %s\n", page->report.runs[run].name, verdict.message);
      memory_reset(&values->scratch_memory, mark);
      TRY(report_drain(&page->report, &page->out));
    }
  }
  return MLS_OK;
}

static mls_status print_checks(struct page *page) {
  const struct mls_model *model = page->report.model;
  struct quiet quiet = { 0, 0 };
  size_t runs = page->report.run_count, quiet_lines = 0;
  for (size_t i = 0; i < page->count; i++) {
    unsigned cell = page->list[i].cell;
    if (!reading_is_check(model, &page->list[i])) continue;
    bool holds = !page->report.all && holds_everywhere(page, cell);
    if (holds && quiet_take(&quiet, model, &page->list[i])) quiet_lines = 1;
    else TRY(add_item(page, cell, 0));
  }
  enum align align[SIDE_BY_SIDE + 3] = { ALIGN_LEFT };
  struct grid grid = {
    &page->report, page->item_count + (runs > 1), runs + 3, align, check_text, check_color, page
  };
  if (page->item_count + quiet_lines) heading(page, "Checks");
  if (page->item_count) TRY(grid_print(&grid, &page->out));
  if (quiet_lines) buffer_text(&page->out, "  ");
  if (quiet_put(&quiet, &page->out)) buffer_char(&page->out, '\n');
  TRY(print_false(page));
  page->item_count = 0;
  return MLS_OK;
}

/* ---- what is missing, and why: answers with one origin share a line ---- */

struct missing {
  struct origin origin;
  struct buffer names;
};

static bool same_origin(const struct origin *a, const struct origin *b) {
  return a->cell == b->cell && a->row == b->row;
}

static mls_status add_missing(struct page *page, size_t run, struct item item, struct missing *list,
                              size_t *count) {
  struct mls_values *values = values_of(page, run);
  struct origin origin;
  TRY(trace_error(values, item.cell, item.row, &origin));
  size_t i = 0;
  while (i < *count && !same_origin(&list[i].origin, &origin)) i++;
  if (i == REASONS_MOST) return MLS_OK;
  if (i == *count) {
    list[i].origin = origin;
    buffer_open(&list[i].names, page->memory);
    ++*count;
  } else {
    buffer_text(&list[i].names, ", ");
  }
  show_path(page->report.model, item.cell, item.row, &list[i].names);
  return MLS_OK;
}

static mls_status collect_missing(struct page *page, size_t run, struct missing *list,
                                  size_t *count) {
  const struct mls_model *model = page->report.model;
  struct mls_values *values = values_of(page, run);
  for (size_t i = 0; i < page->count; i++) {
    const struct reading *reading = &page->list[i];
    if (!reading_is_answer(model, reading) && !reading_is_check(model, reading)) continue;
    for (size_t row = 0; row < model->cells[reading->cell].rows; row++)
      if (value_is_error(values_get(values, reading->cell, row))) {
        TRY(add_missing(page, run, (struct item){ reading->cell, row }, list, count));
        break; /* of a column the first row says it */
      }
  }
  return MLS_OK;
}

static void print_reason(struct page *page, size_t run, const struct missing *missing) {
  const struct origin *origin = &missing->origin;
  if (page->report.run_count > 1) buffer_print(&page->out, "  %s:", page->report.runs[run].name);
  buffer_print(&page->out, "  %s: ", missing->names.bytes ? missing->names.bytes : "");
  if (strcmp(origin->kind, "missing") != 0) buffer_print(&page->out, "%s: ", origin->kind);
  buffer_print(&page->out, "%s (in ", origin->message);
  show_path(page->report.model, origin->cell, origin->row, &page->out);
  buffer_text(&page->out, ")\n");
}

static mls_status print_missing(struct page *page) {
  bool titled = false;
  for (size_t run = 0; run < page->report.run_count; run++) {
    struct missing list[REASONS_MOST];
    size_t count = 0;
    struct mls_values *values = values_of(page, run);
    struct memory_mark mark = memory_mark(&values->scratch_memory);
    mls_status status = collect_missing(page, run, list, &count);
    if (count > 0 && !titled) heading(page, "Missing");
    titled = titled || count > 0;
    for (size_t i = 0; i < count; i++) {
      if (list[i].names.failed) status = fail_memory(page->report.fails);
      print_reason(page, run, &list[i]);
      buffer_close(&list[i].names);
    }
    memory_reset(&values->scratch_memory, mark);
    TRY(status);
  }
  return MLS_OK;
}

/* ---- everything ---- */

/* Of a family of facts the words that the items at hand have. */
static mls_status add_rows(struct page *page, unsigned cell) {
  const struct cell *here = &page->report.model->cells[cell];
  for (size_t row = 0; row < here->rows; row++) {
    bool wanted = here->rows == 1;
    for (size_t run = 0; run < page->report.run_count && !wanted; run++)
      wanted = !value_is_error(values_get(values_of(page, run), cell, row));
    if (wanted) TRY(add_item(page, cell, row));
  }
  return MLS_OK;
}

static void sheet_heading(struct page *page, const struct reading *reading) {
  const struct instance *instance = &page->report.model->instances[reading->instance];
  bool color = page->report.color;
  if (reading->instance == 0) return;
  size_t length = strlen(instance->path) - 1; /* without the dot */
  buffer_print(&page->out, "\n%s%.*s (%s)%s  %s\n", color ? BOLD : "", (int)length, instance->path,
               instance->sheet->name, color ? OFF : "", instance->sheet->label);
}

static mls_status print_entry(struct page *page, size_t at) {
  const struct reading *reading = &page->list[at];
  const struct mls_model *model = page->report.model;
  if (reading->kind == READING_CELL)
    return reading_is_check(model, reading) ? MLS_OK : add_rows(page, reading->cell);
  TRY(print_items(page));
  if (reading->kind == READING_SHEET) sheet_heading(page, reading);
  if (reading->kind == READING_HEADING)
    heading(page, model->instances[reading->instance].sheet->lines[reading->line].label);
  return reading->kind == READING_TABLE ? one_table(page, at, true) : MLS_OK;
}

static mls_status print_all(struct page *page) {
  heading(page, "All cells");
  for (size_t i = 0; i < page->count; i++) TRY(print_entry(page, i));
  return print_items(page);
}

static void print_title(struct page *page) {
  const struct report *report = &page->report;
  const struct mls_model *model = report->model;
  bool color = report->color;
  buffer_print(&page->out, "%s%s%s  %s\n", color ? BOLD : "", model->name, color ? OFF : "",
               model->instances[0].sheet->label);
  if (report->run_count == 1) buffer_print(&page->out, "scenario %s, ", report->runs[0].name);
  buffer_print(&page->out, "as of %s\n", report->date);
}

static mls_status print_page(struct page *page) {
  TRY(print_results(page));
  TRY(print_checks(page));
  TRY(print_missing(page));
  if (page->report.all) TRY(print_all(page));
  return report_flush(&page->report, &page->out);
}

/* Of the first scenario. */
static mls_status print_charts(struct page *page, const struct report *report) {
  struct chart chart;
  size_t first = 0;
  if (report->plot && report->run_count > 1 && chart_next(report->model, &first))
    buffer_print(&page->out, "\nCharts of the scenario %s\n", report->runs[0].name);
  for (size_t line = 0; report->plot && chart_next(report->model, &line); line++) {
    TRY(chart_make(report->runs[0].values, line, page->memory, &chart));
    chart_text(&chart, report->plot, &page->out);
    TRY(report_flush(report, &page->out));
  }
  return MLS_OK;
}

static mls_status print_pages(struct page *page, const struct report *report) {
  print_title(page);
  for (size_t i = 0; i < report->run_count; i += SIDE_BY_SIDE) {
    size_t left = report->run_count - i;
    page->report.runs = report->runs + i;
    page->report.run_count = left < SIDE_BY_SIDE ? left : SIDE_BY_SIDE;
    TRY(print_page(page));
  }
  return print_charts(page, report);
}

mls_status export_text(const struct report *report) {
  struct memory scratch;
  struct page page = { .report = *report, .memory = &scratch };
  struct reading *list;
  memory_open(&scratch, &report->fails->memory->allocator);
  buffer_open(&page.out, &scratch);
  mls_status status = reading_make(report->model, &scratch, &list, &page.count);
  page.list = list;
  if (status == MLS_OK) status = print_pages(&page, report);
  else fail_memory(report->fails);
  buffer_close(&page.out);
  memory_close(&scratch);
  return status;
}
