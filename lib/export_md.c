/* A run as Markdown to paste into a document or an issue: answers, checks, inputs, tables, sources.
   Values are rounded for reading, as in the text form. Whatever comes from sheets, registries and
   scenarios is escaped, so that it shows as it is written. */
#include <string.h>

#include "export.h"

enum { DIGITS = 4 };

struct page {
  const struct report *report;
  const struct mls_model *model;
  struct memory *memory;
  const struct reading *list;
  size_t count;
  struct buffer cell; /* the text of a table's cell before it is escaped */
  struct buffer out;
};

/* ---- escaping ---- */

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* An underscore inside a word is no emphasis, and names are full of them. */
static bool inside_word(const char *text, const char *at) {
  return at > text && is_letter(at[-1]) && is_letter(at[1]);
}

static void put_escaped(struct buffer *out, const char *text) {
  for (const char *at = text; *at; at++) {
    char c = *at;
    if (c == '&') buffer_text(out, "&amp;");
    else if (c == '<') buffer_text(out, "&lt;");
    else if (c == '>') buffer_text(out, "&gt;");
    else if ((unsigned char)c < 0x20 || c == 0x7F) buffer_char(out, ' ');
    else if (strchr("\\`*[]{}|~$!#", c) || (c == '_' && !inside_word(text, at)))
      buffer_print(out, "\\%c", c);
    else buffer_char(out, c);
  }
}

static void put(struct page *page, const char *text) { put_escaped(&page->out, text); }

/* Ends a cell of a table with what stands in page->cell. */
static mls_status put_cell(struct page *page) {
  buffer_char(&page->out, ' ');
  if (page->cell.size) put_escaped(&page->out, page->cell.bytes);
  buffer_text(&page->out, page->cell.size ? " |" : "|");
  page->cell.size = 0;
  return page->cell.failed ? fail_memory(page->report->fails) : MLS_OK;
}

static mls_status put_text(struct page *page, const char *text) {
  buffer_text(&page->cell, text);
  return put_cell(page);
}

/* One blank line above, also below another heading. */
static void heading(struct page *page, const char *marks, const char *name, const char *label) {
  size_t size = page->out.size;
  bool blank = size > 1 && page->out.bytes[size - 1] == '\n' && page->out.bytes[size - 2] == '\n';
  buffer_print(&page->out, "%s%s ", blank ? "" : "\n", marks);
  put_escaped(&page->out, name);
  if (label && label[0]) {
    buffer_text(&page->out, ": ");
    put_escaped(&page->out, label);
  }
  buffer_text(&page->out, "\n\n");
}

static struct mls_values *values_of(const struct page *page, size_t run) {
  return page->report->runs[run].values;
}

/* ---- tables of cells: a line a cell, a column a scenario ---- */

static mls_status put_value(struct page *page, unsigned cell, size_t row, size_t run) {
  const struct mls_values *values = values_of(page, run);
  const char *unit = show_unit(values, cell, row)->text;
  const char *first = show_unit(values_of(page, 0), cell, row)->text;
  show_number(values, cell, row, DIGITS, &page->cell);
  if (strcmp(unit, first) != 0 && !show_word(values, cell, row))
    buffer_print(&page->cell, " %s", unit);
  return put_cell(page);
}

/* Keys of the sources of a line, or of a fact of the first scenario. */
static mls_status put_keys(struct page *page, unsigned cell, size_t row) {
  const struct mls_values *values = values_of(page, 0);
  if (page->model->cells[cell].kind == CELL_FACT) {
    const struct fact *fact = values_fact(values, cell, row);
    return put_text(page, fact && fact->source ? fact->source->key : "");
  }
  const struct line *line = model_line(page->model, cell);
  bool own =
      page->model->cells[cell].kind != CELL_INPUT || !section_is_set(page->report, cell, row);
  for (size_t i = 0; own && i < line->cite_count; i++)
    buffer_print(&page->cell, "%s%s", i ? ", " : "", line->cites[i]);
  return put_cell(page);
}

static mls_status put_meaning(struct page *page, unsigned cell, size_t row) {
  if (page->model->cells[cell].kind != CELL_FACT)
    return put_text(page, model_line(page->model, cell)->label);
  const struct fact *fact = values_fact(values_of(page, 0), cell, row);
  return put_text(page, fact && fact->note ? fact->note : "");
}

static mls_status put_line(struct page *page, unsigned cell, size_t row) {
  const struct cell *at = &page->model->cells[cell];
  buffer_char(&page->out, '|');
  show_path(page->model, cell, row, &page->cell);
  TRY(put_cell(page));
  for (size_t run = 0; run < page->report->run_count; run++) TRY(put_value(page, cell, row, run));
  bool number = !at->text && !at->truth;
  TRY(put_text(page, number ? show_unit(values_of(page, 0), cell, row)->text : ""));
  TRY(put_text(page, state_word(section_state(page->report, cell, row))));
  TRY(put_keys(page, cell, row));
  TRY(put_meaning(page, cell, row));
  buffer_char(&page->out, '\n');
  return report_drain(page->report, &page->out);
}

static mls_status put_runs(struct page *page, const char *before, const char *const *after,
                           size_t count, const char *rule) {
  buffer_char(&page->out, '|');
  TRY(put_text(page, before));
  for (size_t run = 0; run < page->report->run_count; run++)
    TRY(put_text(page, page->report->runs[run].name));
  for (size_t i = 0; i < count; i++) TRY(put_text(page, after[i]));
  buffer_text(&page->out, "\n|---|");
  for (size_t run = 0; run < page->report->run_count; run++) buffer_text(&page->out, rule);
  for (size_t i = 0; i < count; i++) buffer_text(&page->out, "---|");
  buffer_char(&page->out, '\n');
  return MLS_OK;
}

static mls_status put_section(struct page *page, const char *title, const char *word,
                              enum section section) {
  static const char *const after[] = { "unit", "state", "source", "meaning" };
  bool titled = false;
  for (size_t i = 0; i < page->count; i++) {
    const struct reading *reading = &page->list[i];
    if (reading->kind != READING_CELL) continue;
    for (size_t row = 0; row < page->model->cells[reading->cell].rows; row++) {
      if (!section_has(page->report, reading, row, section)) continue;
      if (!titled) {
        heading(page, "##", title, NULL);
        TRY(put_runs(page, word, after, sizeof after / sizeof *after, "---:|"));
      }
      titled = true;
      TRY(put_line(page, reading->cell, row));
    }
  }
  return MLS_OK;
}

/* ---- checks ---- */

static bool holds_everywhere(const struct page *page, unsigned cell) {
  for (size_t run = 0; run < page->report->run_count; run++)
    if (!section_holds(page->report, cell, run)) return false;
  return true;
}

static bool is_quiet(const struct page *page, const struct reading *reading, struct quiet *quiet) {
  return !page->report->all && holds_everywhere(page, reading->cell) &&
         quiet_take(quiet, page->model, reading);
}

static mls_status put_verdicts(struct page *page, unsigned cell) {
  buffer_char(&page->out, '|');
  model_path(page->model, cell, &page->cell);
  TRY(put_cell(page));
  for (size_t run = 0; run < page->report->run_count; run++) {
    bool error = value_is_error(values_get(values_of(page, run), cell, 0));
    TRY(put_text(page, error                                    ? "missing"
                       : section_holds(page->report, cell, run) ? "holds"
                                                                : "FAILS"));
  }
  bool own = page->model->cells[cell].kind == CELL_CHECK;
  TRY(put_text(page, own ? model_line(page->model, cell)->label : ""));
  buffer_char(&page->out, '\n');
  return MLS_OK;
}

static mls_status put_message(struct page *page, size_t run, const char *message) {
  buffer_text(&page->out, "- ");
  if (page->report->run_count > 1) {
    put_escaped(&page->out, page->report->runs[run].name);
    buffer_text(&page->out, ": ");
  }
  put_escaped(&page->out, message);
  buffer_char(&page->out, '\n');
  return report_drain(page->report, &page->out);
}

static mls_status put_reason(struct page *page, unsigned cell, size_t run) {
  struct mls_values *values = values_of(page, run);
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct verdict verdict;
  TRY(trace_check(values, cell, &verdict));
  mls_status status = put_message(page, run, verdict.message);
  memory_reset(&values->scratch_memory, mark);
  return status;
}

static mls_status put_reasons(struct page *page) {
  bool begun = false;
  for (size_t i = 0; i < page->count; i++) {
    if (!reading_is_check(page->model, &page->list[i])) continue;
    for (size_t run = 0; run < page->report->run_count; run++) {
      if (section_holds(page->report, page->list[i].cell, run)) continue;
      if (!begun) buffer_char(&page->out, '\n');
      begun = true;
      TRY(put_reason(page, page->list[i].cell, run));
    }
  }
  return MLS_OK;
}

static mls_status put_checks(struct page *page) {
  static const char *const after[] = { "meaning" };
  struct quiet quiet = { 0, 0 };
  size_t told = 0;
  bool begun = false;
  for (size_t i = 0; i < page->count; i++) {
    unsigned cell = page->list[i].cell;
    if (!reading_is_check(page->model, &page->list[i])) continue;
    if (!begun) heading(page, "##", "Checks", NULL);
    begun = true;
    if (is_quiet(page, &page->list[i], &quiet)) continue;
    if (told++ == 0) TRY(put_runs(page, "check", after, 1, "---|"));
    TRY(put_verdicts(page, cell));
  }
  TRY(put_reasons(page));
  if (told && quiet.checks + quiet.ranges) buffer_char(&page->out, '\n');
  if (quiet_put(&quiet, &page->out)) buffer_text(&page->out, ".\n");
  return MLS_OK;
}

/* ---- answers without a value ---- */

static mls_status put_missing(struct page *page, unsigned cell, size_t row, size_t run) {
  struct mls_values *values = values_of(page, run);
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct origin origin;
  struct buffer text;
  TRY(trace_error(values, cell, row, &origin));
  buffer_open(&text, page->memory);
  show_path(page->model, cell, row, &text);
  buffer_print(&text, ": %s: %s (in ", origin.kind, origin.message);
  show_path(page->model, origin.cell, origin.row, &text);
  buffer_char(&text, ')');
  mls_status status =
      text.failed ? fail_memory(page->report->fails) : put_message(page, run, text.bytes);
  buffer_close(&text);
  memory_reset(&values->scratch_memory, mark);
  return status;
}

/* Of a column the first row says it. */
static mls_status put_all_missing(struct page *page) {
  bool titled = false;
  for (size_t i = 0; i < page->count; i++) {
    unsigned cell = page->list[i].cell;
    if (!reading_is_answer(page->model, &page->list[i])) continue;
    for (size_t run = 0; run < page->report->run_count; run++) {
      size_t row = 0, rows = page->model->cells[cell].rows;
      while (row < rows && !value_is_error(values_get(values_of(page, run), cell, row))) row++;
      if (row == rows) continue;
      if (!titled) heading(page, "##", "Missing", NULL);
      titled = true;
      TRY(put_missing(page, cell, row, run));
    }
  }
  return MLS_OK;
}

/* ---- tables ---- */

static mls_status put_table_head(struct page *page, const unsigned *columns, size_t count) {
  buffer_char(&page->out, '|');
  for (size_t i = 0; i < count; i++) {
    section_title(page->report, columns[i], &page->cell);
    TRY(put_cell(page));
  }
  buffer_text(&page->out, "\n|");
  for (size_t i = 0; i < count; i++)
    buffer_text(&page->out, page->model->cells[columns[i]].text ? "---|" : "---:|");
  buffer_char(&page->out, '\n');
  return MLS_OK;
}

static mls_status put_table(struct page *page, const unsigned *columns, size_t count, size_t run) {
  if (page->report->run_count > 1) heading(page, "####", page->report->runs[run].name, NULL);
  TRY(put_table_head(page, columns, count));
  for (size_t row = 0; row < page->model->cells[columns[0]].rows; row++) {
    buffer_char(&page->out, '|');
    for (size_t i = 0; i < count; i++) {
      section_value(page->report, columns[i], row, run, &page->cell);
      TRY(put_cell(page));
    }
    buffer_char(&page->out, '\n');
    TRY(report_drain(page->report, &page->out));
  }
  return MLS_OK;
}

static mls_status put_tables(struct page *page) {
  unsigned *columns = memory_array(page->memory, page->count, sizeof *columns);
  bool titled = false;
  if (!columns) return fail_memory(page->report->fails);
  for (size_t i = 0; i < page->count; i++) {
    const struct reading *table = &page->list[i];
    if (table->kind != READING_TABLE) continue;
    const struct instance *instance = &page->model->instances[table->instance];
    const struct line *line = &instance->sheet->lines[table->line];
    size_t count = section_columns(page->report, page->list, page->count, i, columns);
    if (count < 2 && !page->report->all) continue;
    if (!titled) heading(page, "##", "Tables", NULL);
    titled = true;
    buffer_print(&page->cell, "%s%s", instance->path, line->name);
    if (page->cell.failed) return fail_memory(page->report->fails);
    heading(page, "###", page->cell.bytes, line->label);
    page->cell.size = 0;
    for (size_t run = 0; run < page->report->run_count; run++)
      TRY(put_table(page, columns, count, run));
  }
  return MLS_OK;
}

/* ---- sources ---- */

static void put_source(struct page *page, const char *key) {
  const struct source *source = source_find(page->model->facts, key);
  buffer_text(&page->out, "- **");
  put(page, key);
  buffer_text(&page->out, "**");
  const char *parts[] = { source ? source->title : "", source ? source->authors : "",
                          source ? source->year : "" };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (!parts[i] || !parts[i][0]) continue;
    buffer_text(&page->out, i ? ", " : ": ");
    put(page, parts[i]);
  }
  const char *url = source ? source->url : NULL;
  if (url && section_is_link(url)) buffer_print(&page->out, ", <%s>", url);
  else if (url && url[0]) buffer_text(&page->out, ", "), put(page, url);
  if (source && source->accessed && source->accessed[0])
    buffer_print(&page->out, ", read on %s", source->accessed);
  buffer_char(&page->out, '\n');
}

static mls_status put_sources(struct page *page) {
  const char **keys;
  size_t count;
  TRY(section_sources(page->report, page->memory, &keys, &count));
  if (count) heading(page, "##", "Sources", NULL);
  for (size_t i = 0; i < count; i++) {
    put_source(page, keys[i]);
    TRY(report_drain(page->report, &page->out));
  }
  return MLS_OK;
}

/* ---- the whole ---- */

static mls_status put_page(struct page *page) {
  const char *label = page->model->instances[0].sheet->label;
  buffer_text(&page->out, "# ");
  put(page, page->model->name);
  if (label && label[0]) buffer_text(&page->out, ": "), put(page, label);
  buffer_text(&page->out, "\n\nAs of ");
  put(page, page->report->date);
  buffer_print(&page->out, ". Calculated by mlsysim %s.\n", MLS_VERSION);
  TRY(put_section(page, "Results", "result", SECTION_RESULTS));
  TRY(put_all_missing(page));
  TRY(put_checks(page));
  TRY(put_section(page, "Inputs", "input", SECTION_INPUTS));
  if (page->report->all) TRY(put_section(page, "Facts", "fact", SECTION_FACTS));
  if (page->report->all) TRY(put_section(page, "Other cells", "cell", SECTION_OTHERS));
  TRY(put_tables(page));
  TRY(put_sources(page));
  return report_flush(page->report, &page->out);
}

mls_status export_md(const struct report *report) {
  struct memory scratch;
  struct page page = { .report = report, .model = report->model, .memory = &scratch };
  struct reading *list;
  memory_open(&scratch, &report->fails->memory->allocator);
  buffer_open(&page.cell, &scratch);
  buffer_open(&page.out, &scratch);
  mls_status status = reading_make(report->model, &scratch, &list, &page.count);
  if (status == MLS_MEMORY) fail_memory(report->fails);
  page.list = list;
  if (status == MLS_OK) status = put_page(&page);
  buffer_close(&page.out);
  buffer_close(&page.cell);
  memory_close(&scratch);
  return status;
}
