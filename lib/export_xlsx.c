/* The workbook as a form of report: a live spreadsheet that shows the first run and holds all. This
   file opens and closes it: the locale that numbers are printed in, the file that libxlsxwriter
   insists on, and the bytes that leave; what is in it is made by xlsx_*.c. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "system.h"
#include "xlsx.h"

/* ---- the file ----
   libxlsxwriter 1.1.4 writes to a named file only. */

struct temporary {
  char name[SYSTEM_PATH];
  bool made;
};

static mls_status file_failed(struct xlsx *x, const char *what) {
  xlsx_refuse(x, MLS_FILE, "a temporary file for the workbook could not be %s", what);
  return x->status;
}

static mls_status temporary_make(struct xlsx *x, struct temporary *file) {
  file->made = system_scratch_make(file->name);
  return file->made ? MLS_OK : file_failed(x, "made");
}

static void temporary_remove(struct temporary *file) {
  if (file->made) system_scratch_remove(file->name);
  file->made = false;
}

static mls_status pass_on(struct xlsx *x, FILE *stream) {
  char bytes[1 << 15];
  for (;;) {
    size_t size = fread(bytes, 1, sizeof bytes, stream);
    if (size == 0) break;
    TRY(x->report->write(x->report->context, bytes, size));
  }
  return ferror(stream) ? file_failed(x, "read") : MLS_OK;
}

static mls_status pack(struct xlsx *x, FILE *stream) {
  long size = fseek(stream, 0, SEEK_END) == 0 ? ftell(stream) : -1;
  if (size <= 0 || fseek(stream, 0, SEEK_SET) != 0) return file_failed(x, "read");
  unsigned char *bytes = memory_take(&x->memory, NULL, (size_t)size);
  if (!bytes) return fail_memory(x->report->fails);
  bool whole = fread(bytes, 1, (size_t)size, stream) == (size_t)size;
  mls_status status = whole ? xlsx_pack(x, bytes, (size_t)size) : file_failed(x, "read");
  memory_give(&x->memory, bytes);
  return status;
}

/* Where the system lets it, the file is gone from its folder before the first byte leaves. */
static mls_status send(struct xlsx *x, struct temporary *file) {
  FILE *stream = system_scratch_open(file->name);
  if (!stream) return file_failed(x, "read");
  file->made = false;
  mls_status status = xlsx_has_errors(x) ? pack(x, stream) : pass_on(x, stream);
  fclose(stream);
  return status;
}

/* ---- memory ----
   libxlsxwriter asks malloc, not the allocator of the values, and in many places does not look at
   what it got. So what it will need is asked for first, as measured: 430 bytes a value, some MB
   for the pages that all have; and what closing needs, where nothing can be looked at in between,
   is kept until then. */
enum { FOR_PAGES = 12 << 20, FOR_A_VALUE = 512, FOR_A_CELL = 160, FOR_CLOSING = 6 << 20 };

/* Values of large tables leave for the file row by row. */
static size_t kept_values(const struct xlsx *x) {
  size_t count = x->model->value_count;
  for (size_t i = 0; i < x->page_count; i++) {
    const struct page *page = &x->pages[i];
    if (!xlsx_is_large(page)) continue;
    for (unsigned k = 0; k < page->planned; k++) count -= page->columns[k].word ? 0 : page->rows;
  }
  return count;
}

static bool there_is_memory(const struct xlsx *x) {
  size_t inputs = x->knob_count * (2 * IN_COUNT + x->report->run_count);
  void *volatile all = malloc(FOR_PAGES + kept_values(x) * FOR_A_VALUE + inputs * FOR_A_CELL);
  free(all);
  return all != NULL;
}

/* ---- the workbook ---- */

/* Cut to what a property holds, 255 characters. */
static char *property(struct xlsx *x, const char *text) {
  const char *safe = xlsx_safe(x, text);
  return (char *)(uintptr_t)xlsx_print(x, "%.*s", 120, safe);
}

static void set_properties(struct xlsx *x) {
  const char *label = x->model->instances[0].sheet->label;
  lxw_doc_properties properties = {
    .title = property(x, *label && strlen(label) <= 120 ? label : x->model->name),
    .subject = property(x, x->model->name),
    .author = (char *)(uintptr_t) "mlsysim",
    .comments = (char *)(uintptr_t) "Live formulas over SI base units; the cached values are the "
                                    "engine's.",
    .created = (time_t)xlsx_day(x->report->date) * 86400, /* the same in every time zone */
  };
  const char *date = property(x, x->report->date);
  if (x->status != MLS_OK) return;
  xlsx_check(x, workbook_set_properties(x->file, &properties));
  xlsx_check(x, workbook_set_custom_property_string(x->file, "Engine version", MLS_VERSION));
  xlsx_check(x, workbook_set_custom_property_string(x->file, "Sheet", properties.subject));
  xlsx_check(x, workbook_set_custom_property_string(x->file, "As of", date));
}

static void open_pages(struct xlsx *x) {
  static const lxw_color_t colors[] = {
    [PAGE_COVER] = 0x1F3864,   [PAGE_INPUTS] = 0xFFC000,   [PAGE_SCENARIOS] = 0xFFC000,
    [PAGE_RUNS] = 0x7030A0,    [PAGE_INSTANCE] = 0x2E75B6, [PAGE_TABLE] = 0x9DC3E6,
    [PAGE_CHECKS] = 0xC00000,  [PAGE_CHARTS] = 0x7030A0,   [PAGE_FACTS] = 0x548235,
    [PAGE_SOURCES] = 0xBF9000, [PAGE_LOG] = 0x7F7F7F
  };
  for (size_t i = 0; i < x->page_count && x->status == MLS_OK; i++) {
    struct page *page = &x->pages[i];
    x->file->options.constant_memory = xlsx_is_large(page);
    page->sheet = workbook_add_worksheet(x->file, page->name);
    if (!page->sheet) x->status = fail_memory(x->report->fails);
    else worksheet_set_tab_color(page->sheet, colors[page->kind]);
  }
}

/* Defined names: those of a worksheet, then for all in.PATH (to type into) and out.PATH. */
static void define(struct xlsx *x, const char *name, const char *place) {
  if (x->status == MLS_OK) xlsx_check(x, workbook_define_name(x->file, name, place));
}

static const char *place_of(struct xlsx *x, unsigned cell, unsigned column) {
  const struct spot *spot = &x->spots[cell];
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_print(&out, "=%s", x->pages[spot->page].quoted);
  xlsx_address(&out, spot->row, column, true);
  size_t rows = x->model->cells[cell].rows / spot->across;
  if (rows > 1) buffer_char(&out, ':');
  if (rows > 1) xlsx_address(&out, spot->row + (unsigned)rows - 1, column, true);
  return xlsx_keep(x, &out);
}

static void name_globally(struct xlsx *x, unsigned cell, const char *prefix, const char *place) {
  struct buffer path;
  buffer_open(&path, &x->scratch);
  buffer_text(&path, prefix);
  model_path(x->model, cell, &path);
  const char *name = xlsx_take(x, GRAPH_NONE, xlsx_keep(x, &path));
  if (name) define(x, name, place);
}

/* The cell to type into. */
static void name_input(struct xlsx *x, unsigned cell) {
  const struct knob *knob = xlsx_knob(x, cell, 0);
  const char *place = knob ? xlsx_print(x, "=%s", xlsx_input_cell(x, knob, IN_OVERRIDE))
                           : place_of(x, cell, x->spots[cell].shown);
  name_globally(x, cell, "in.", place);
}

static void name_choices(struct xlsx *x) {
  define(x, "scenario", xlsx_print(x, "=cover!$B$%d", COVER_SCENARIO + 1));
  define(x, "as_of", xlsx_print(x, "=cover!$B$%d", COVER_AS_OF + 1));
  define(x, "stale_after_days", xlsx_print(x, "=cover!$B$%d", COVER_STALE + 1));
}

static void name_cells(struct xlsx *x) {
  struct memory_mark mark = memory_mark(&x->scratch);
  for (unsigned i = 0; i < x->model->cell_count && x->status == MLS_OK; i++) {
    const struct cell *cell = &x->model->cells[i];
    const struct spot *spot = &x->spots[i];
    if (spot->page == GRAPH_NONE) continue;
    memory_reset(&x->scratch, mark);
    if (spot->name)
      define(x, xlsx_print(x, "%s%s", x->pages[spot->page].quoted, spot->name),
             place_of(x, i, spot->base));
    if (cell->kind == CELL_INPUT) name_input(x, i);
    if (cell->output && cell->instance == 0)
      name_globally(x, i, "out.", place_of(x, i, x->spots[i].shown));
  }
}

static void name_constants(struct xlsx *x, const struct page *page) {
  for (size_t i = 0; i < page->extra_count && x->status == MLS_OK; i++) {
    if (!page->extras[i].name) continue;
    struct buffer place;
    buffer_open(&place, &x->scratch);
    buffer_print(&place, "=%s", page->quoted);
    xlsx_address(&place, xlsx_extra_row(page, i), page->base + BASE_VALUE, true);
    const char *where = xlsx_keep(x, &place);
    define(x, xlsx_print(x, "%s%s", page->quoted, page->extras[i].name), where);
  }
}

/* What formulas need is known when all are written: constants and steps come last. */
static void write_pages(struct xlsx *x) {
  for (unsigned i = 0; i < x->page_count && x->status == MLS_OK; i++) {
    if (x->pages[i].kind == PAGE_INSTANCE) xlsx_write_instance(x, i);
    if (x->pages[i].kind == PAGE_TABLE) xlsx_write_table(x, i);
  }
  size_t line = 0;
  if (x->status == MLS_OK) xlsx_write_inputs(x);
  if (x->status == MLS_OK) xlsx_write_scenarios(x);
  if (x->status == MLS_OK && x->runs_count) xlsx_write_runs(x);
  if (x->status == MLS_OK) xlsx_write_checks(x);
  if (x->status == MLS_OK && chart_next(x->model, &line)) xlsx_write_charts(x);
  for (unsigned i = 0; i < x->page_count && x->status == MLS_OK; i++)
    if (x->pages[i].kind == PAGE_INSTANCE) xlsx_write_extras(x, i);
  if (x->status == MLS_OK) xlsx_write_facts(x);
  if (x->status == MLS_OK) xlsx_write_sources(x);
  if (x->status == MLS_OK) xlsx_write_log(x);
  if (x->status == MLS_OK) xlsx_write_cover(x);
  if (x->status == MLS_OK) name_cells(x);
  if (x->status == MLS_OK) name_choices(x);
  for (unsigned i = 0; i < x->page_count && x->status == MLS_OK; i++)
    name_constants(x, &x->pages[i]);
}

static void fill(struct xlsx *x) {
  set_properties(x);
  open_pages(x);
  write_pages(x);
}

static mls_status make(struct xlsx *x, struct temporary *file) {
  errno = 0; /* see xlsx_check */
  TRY(xlsx_layout(x));
  TRY(temporary_make(x, file));
  void *closing = malloc(FOR_CLOSING);
  x->file = closing && there_is_memory(x) ? workbook_new(file->name) : NULL;
  if (!x->file || !xlsx_styles(x)) x->status = fail_memory(x->report->fails);
  if (x->status == MLS_OK) fill(x);
  free(closing);
  if (x->status != MLS_OK) return x->status;
  lxw_workbook *workbook = x->file;
  x->file = NULL; /* closing frees it, whatever comes of it */
  xlsx_check(x, workbook_close(workbook));
  return x->status;
}

static mls_status export_all(const struct report *report) {
  struct xlsx x = { .report = report, .model = report->model, .values = report->runs[0].values };
  struct temporary file = { .made = false };
  memory_open(&x.memory, &x.values->memory.allocator);
  memory_open(&x.scratch, &x.values->memory.allocator);
  names_open(&x.names, &x.memory);
  map_open(&x.taken, &x.memory);
  map_open(&x.cited_index, &x.memory);
  map_open(&x.fields, &x.memory);
  mls_status status = make(&x, &file);
  if (x.file) lxw_workbook_free(x.file);
  if (status == MLS_MEMORY && report->fails->status == MLS_OK) fail_memory(report->fails);
  if (status == MLS_OK) status = send(&x, &file);
  temporary_remove(&file);
  memory_close(&x.scratch);
  memory_close(&x.memory);
  return status;
}

/* libxlsxwriter prints numbers with printf: a decimal comma would break the file. Only this
   thread's locale is changed, and changed back. */
mls_status export_xlsx(const struct report *report) {
  struct system_locale locale;
  if (!system_numbers_plain(&locale)) return fail_memory(report->fails);
  mls_status status = export_all(report);
  system_numbers_back(&locale);
  return status;
}
