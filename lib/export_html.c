/* A run as one HTML file that needs nothing else: answers, charts, checks, inputs and facts with
   their sources, tables. No script, no picture or font from elsewhere; the policy in its head
   forbids them too. Whatever comes from sheets, registries and scenarios is escaped, and links lead
   to the web alone. Values are rounded for reading, as in the text form. */
#include <string.h>

#include "export.h"

enum { DIGITS = 4 };

struct page {
  const struct report *report;
  const struct mls_model *model;
  struct memory *memory;
  const struct reading *list;
  size_t count;
  struct buffer text; /* of one cell, before it is escaped */
  struct buffer out;
};

/* The policy names this text by its SHA-256: tests/cli_html.py calculates it anew. */
static const char style[] =
    "body{font-family:Arial,Helvetica,sans-serif;color:#222;max-width:62rem;margin:1rem auto;"
    "padding:0 1rem;line-height:1.4}"
    "table{border-collapse:collapse;margin:.5rem 0 1.5rem;max-width:100%}"
    "th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top;"
    "overflow-wrap:break-word}"
    "th{background:#e8eef7}td.n{text-align:right;white-space:nowrap}"
    "figure{margin:1rem 0 2rem}figcaption{font-weight:bold;break-after:avoid}"
    "svg{max-width:100%;height:auto;break-inside:avoid}.bad{font-weight:bold;color:#8a1c1c}.wide{"
    "overflow-x:auto}"
    "h1,h2{color:#1f3864;break-after:avoid}a{color:#1f4e9c}";
static const char style_hash[] = "sha256-Dh2ZZGXJb3ky0p98W+jOQD6lS/2sw5ohzUUxyQNUl/I=";

/* ---- text ---- */

static void put(struct page *page, const char *text) { chart_escape(&page->out, text); }

/* Puts what stands in page->text into a cell. */
static mls_status end_cell(struct page *page, const char *tag, const char *attributes) {
  buffer_print(&page->out, "<%s%s>", tag, attributes);
  if (page->text.size) put(page, page->text.bytes);
  buffer_print(&page->out, "</%s>", tag);
  page->text.size = 0;
  return page->text.failed ? fail_memory(page->report->fails) : MLS_OK;
}

static mls_status put_cell(struct page *page, const char *tag, const char *attributes,
                           const char *text) {
  buffer_text(&page->text, text);
  return end_cell(page, tag, attributes);
}

static struct mls_values *values_of(const struct page *page, size_t run) {
  return page->report->runs[run].values;
}

static void heading(struct page *page, int level, const char *name, const char *label) {
  buffer_print(&page->out, "<h%d>", level);
  put(page, name);
  if (label[0]) buffer_text(&page->out, ": "), put(page, label);
  buffer_print(&page->out, "</h%d>\n", level);
}

/* Opens a table: its first column, one for each scenario, the others. */
static mls_status open_table(struct page *page, const char *first, const char *const *after,
                             size_t count) {
  buffer_text(&page->out, "<div class=\"wide\"><table>\n<thead><tr>");
  TRY(put_cell(page, "th", " scope=\"col\"", first));
  for (size_t run = 0; run < page->report->run_count; run++)
    TRY(put_cell(page, "th", " scope=\"col\"", page->report->runs[run].name));
  for (size_t i = 0; i < count; i++) TRY(put_cell(page, "th", " scope=\"col\"", after[i]));
  buffer_text(&page->out, "</tr></thead>\n<tbody>\n");
  return MLS_OK;
}

static mls_status close_table(struct page *page) {
  buffer_text(&page->out, "</tbody></table></div>\n");
  return report_drain(page->report, &page->out);
}

/* ---- sections ---- */

/* Places of the sources below. */
static void put_key(struct page *page, const char *key) {
  buffer_text(&page->out, "<a href=\"#source-");
  put(page, key);
  buffer_text(&page->out, "\">");
  put(page, key);
  buffer_text(&page->out, "</a> ");
}

static void put_keys(struct page *page, unsigned cell, size_t row) {
  buffer_text(&page->out, "<td>");
  const struct fact *fact = NULL;
  const struct line *line = model_line(page->model, cell);
  if (page->model->cells[cell].kind == CELL_FACT) fact = values_fact(values_of(page, 0), cell, row);
  else if (!section_is_set(page->report, cell, row))
    for (size_t i = 0; i < line->cite_count; i++) put_key(page, line->cites[i]);
  if (fact && fact->source) put_key(page, fact->source->key);
  buffer_text(&page->out, "</td>");
}

static mls_status put_meaning(struct page *page, unsigned cell, size_t row) {
  const struct fact *fact = NULL;
  bool is_fact = page->model->cells[cell].kind == CELL_FACT;
  if (is_fact) fact = values_fact(values_of(page, 0), cell, row);
  const char *text = !is_fact             ? model_line(page->model, cell)->label
                     : fact && fact->note ? fact->note
                                          : "";
  return put_cell(page, "td", "", text);
}

static mls_status put_values(struct page *page, unsigned cell, size_t row) {
  const char *first = show_unit(values_of(page, 0), cell, row)->text;
  for (size_t run = 0; run < page->report->run_count; run++) {
    const struct mls_values *values = values_of(page, run);
    const char *unit = show_unit(values, cell, row)->text;
    bool word = show_word(values, cell, row) != NULL;
    show_number(values, cell, row, DIGITS, &page->text);
    if (!word && strcmp(unit, first) != 0) buffer_print(&page->text, " %s", unit);
    TRY(end_cell(page, "td", " class=\"n\""));
  }
  return MLS_OK;
}

static mls_status put_line(struct page *page, unsigned cell, size_t row) {
  const struct cell *at = &page->model->cells[cell];
  buffer_text(&page->out, "<tr>");
  show_path(page->model, cell, row, &page->text);
  TRY(end_cell(page, "th", " scope=\"row\""));
  TRY(put_values(page, cell, row));
  bool number = !at->text && !at->truth;
  TRY(put_cell(page, "td", "", number ? show_unit(values_of(page, 0), cell, row)->text : ""));
  TRY(put_cell(page, "td", "", state_word(section_state(page->report, cell, row))));
  put_keys(page, cell, row);
  TRY(put_meaning(page, cell, row));
  buffer_text(&page->out, "</tr>\n");
  return report_drain(page->report, &page->out);
}

static mls_status put_section(struct page *page, const char *title, const char *word,
                              enum section section) {
  static const char *const after[] = { "unit", "state", "source", "meaning" };
  bool open = false;
  for (size_t i = 0; i < page->count; i++) {
    const struct reading *reading = &page->list[i];
    size_t rows = reading->kind == READING_CELL ? page->model->cells[reading->cell].rows : 0;
    for (size_t row = 0; row < rows; row++) {
      if (!section_has(page->report, reading, row, section)) continue;
      if (!open) heading(page, 2, title, "");
      if (!open) TRY(open_table(page, word, after, sizeof after / sizeof *after));
      open = true;
      TRY(put_line(page, reading->cell, row));
    }
  }
  return open ? close_table(page) : MLS_OK;
}

/* ---- checks ---- */

/* The verdict as a word, and why: red is not all that tells a failure. */
static mls_status put_verdict(struct page *page, unsigned cell, size_t run) {
  struct mls_values *values = values_of(page, run);
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct verdict verdict;
  TRY(trace_check(values, cell, &verdict));
  const char *word = verdict.holds < 0 ? "missing" : verdict.holds ? "holds" : "FAILS";
  buffer_text(&page->text, word);
  if (verdict.detail[0]) buffer_print(&page->text, ": %s", verdict.detail);
  mls_status status = end_cell(page, "td", verdict.holds == 1 ? "" : " class=\"bad\"");
  memory_reset(&values->scratch_memory, mark);
  return status;
}

static mls_status put_check(struct page *page, unsigned cell) {
  bool own = page->model->cells[cell].kind == CELL_CHECK;
  buffer_text(&page->out, "<tr>");
  model_path(page->model, cell, &page->text);
  TRY(end_cell(page, "th", " scope=\"row\""));
  for (size_t run = 0; run < page->report->run_count; run++) TRY(put_verdict(page, cell, run));
  TRY(put_cell(page, "td", "", own ? model_line(page->model, cell)->label : ""));
  buffer_text(&page->out, "</tr>\n");
  return report_drain(page->report, &page->out);
}

static mls_status put_checks(struct page *page) {
  static const char *const after[] = { "meaning" };
  bool open = false;
  for (size_t i = 0; i < page->count; i++) {
    if (!reading_is_check(page->model, &page->list[i])) continue;
    if (!open) heading(page, 2, "Checks", "");
    if (!open) TRY(open_table(page, "check", after, 1));
    open = true;
    TRY(put_check(page, page->list[i].cell));
  }
  return open ? close_table(page) : MLS_OK;
}

/* ---- charts ---- */

static mls_status put_numbers(struct page *page, const struct chart *c) {
  char number[TEXT_NUMBER];
  buffer_text(&page->out, "<details><summary>Numbers</summary><table>\n<thead><tr>");
  TRY(put_cell(page, "th", " scope=\"col\"", c->columns ? c->across : "shown"));
  bool wide = c->columns || c->swing; /* a number for each look; else one a line */
  for (size_t i = 0; i < chart_looks(c) && wide; i++)
    TRY(put_cell(page, "th", " scope=\"col\"", chart_look(c, i)));
  if (!wide) {
    chart_axis(c, &page->text);
    TRY(end_cell(page, "th", " scope=\"col\""));
  }
  buffer_text(&page->out, "</tr></thead>\n<tbody>\n");
  for (size_t line = 0; line < (c->columns ? c->rows : c->item_count); line++) {
    const char *name = c->columns ? chart_key(c, line, number) : c->items[line].label;
    buffer_text(&page->out, "<tr>");
    TRY(put_cell(page, "th", " scope=\"row\"", name));
    for (size_t i = 0; i < (wide ? chart_looks(c) : 1); i++) {
      double value = c->columns ? chart_value(c, i, line) : chart_value(c, line, i);
      TRY(put_cell(page, "td", " class=\"n\"", chart_number(c, value, number)));
    }
    buffer_text(&page->out, "</tr>\n");
    TRY(report_drain(page->report, &page->out));
  }
  buffer_text(&page->out, "</tbody></table></details>\n");
  return MLS_OK;
}

static mls_status put_chart(struct page *page, const struct chart *c) {
  buffer_text(&page->out, "<figure><figcaption>");
  put(page, c->title);
  if (c->rows < c->all_rows) buffer_text(&page->out, ", ");
  chart_cut(c, &page->out);
  buffer_text(&page->out, "</figcaption>\n");
  chart_svg(c, &page->out);
  if (c->kind != CHART_ROOFLINE) TRY(put_numbers(page, c));
  buffer_text(&page->out, "</figure>\n");
  return report_drain(page->report, &page->out);
}

static mls_status put_charts(struct page *page) {
  struct chart chart;
  bool open = false;
  for (size_t line = 0; chart_next(page->model, &line); line++) {
    if (!open) heading(page, 2, "Charts", "");
    if (!open && page->report->run_count > 1) {
      buffer_text(&page->out, "<p>Of the scenario ");
      put(page, page->report->runs[0].name);
      buffer_text(&page->out, ".</p>\n");
    }
    open = true;
    TRY(chart_make(values_of(page, 0), line, page->memory, &chart));
    TRY(put_chart(page, &chart));
  }
  return MLS_OK;
}

/* ---- tables ---- */

static mls_status put_table(struct page *page, const unsigned *columns, size_t count, size_t run) {
  if (page->report->run_count > 1) heading(page, 4, page->report->runs[run].name, "");
  buffer_text(&page->out, "<div class=\"wide\"><table>\n<thead><tr>");
  for (size_t i = 0; i < count; i++) {
    section_title(page->report, columns[i], &page->text);
    TRY(end_cell(page, "th", " scope=\"col\""));
  }
  buffer_text(&page->out, "</tr></thead>\n<tbody>\n");
  for (size_t row = 0; row < page->model->cells[columns[0]].rows; row++) {
    buffer_text(&page->out, "<tr>");
    for (size_t i = 0; i < count; i++) {
      section_value(page->report, columns[i], row, run, &page->text);
      TRY(end_cell(page, i ? "td" : "th", i ? " class=\"n\"" : " scope=\"row\""));
    }
    buffer_text(&page->out, "</tr>\n");
    TRY(report_drain(page->report, &page->out));
  }
  return close_table(page);
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
    if (!titled) heading(page, 2, "Tables", "");
    titled = true;
    buffer_print(&page->text, "%s%s", instance->path, line->name);
    if (page->text.failed) return fail_memory(page->report->fails);
    heading(page, 3, page->text.bytes, line->label);
    page->text.size = 0;
    for (size_t run = 0; run < page->report->run_count; run++)
      TRY(put_table(page, columns, count, run));
  }
  return MLS_OK;
}

/* ---- sources ---- */

static void put_source(struct page *page, const char *key) {
  const struct source *source = source_find(page->model->facts, key);
  buffer_text(&page->out, "<li id=\"source-");
  put(page, key);
  buffer_text(&page->out, "\"><b>");
  put(page, key);
  buffer_text(&page->out, "</b>");
  const char *parts[] = { source ? source->title : "", source ? source->authors : "",
                          source ? source->year : "" };
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    if (!parts[i] || !parts[i][0]) continue;
    buffer_text(&page->out, i ? ", " : ": ");
    put(page, parts[i]);
  }
  const char *url = source ? source->url : NULL;
  bool link = url && section_is_link(url);
  if (!url) url = "";
  if (url[0]) buffer_text(&page->out, link ? ", <a rel=\"noreferrer\" href=\"" : ", ");
  if (link) put(page, url), buffer_text(&page->out, "\">");
  put(page, url);
  if (link) buffer_text(&page->out, "</a>");
  if (source && source->accessed && source->accessed[0]) {
    buffer_text(&page->out, ", read on ");
    put(page, source->accessed);
  }
  buffer_text(&page->out, "</li>\n");
}

static mls_status put_sources(struct page *page) {
  const char **keys;
  size_t count;
  TRY(section_sources(page->report, page->memory, &keys, &count));
  if (count == 0) return MLS_OK;
  heading(page, 2, "Sources", "");
  buffer_text(&page->out, "<ul>\n");
  for (size_t i = 0; i < count; i++) {
    put_source(page, keys[i]);
    TRY(report_drain(page->report, &page->out));
  }
  buffer_text(&page->out, "</ul>\n");
  return MLS_OK;
}

/* ---- the whole ---- */

static void put_head(struct page *page) {
  const char *label = page->model->instances[0].sheet->label;
  buffer_print(&page->out,
               "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
               "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
               "style-src '%s'; base-uri 'none'; form-action 'none'\">\n"
               "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
               style_hash);
  put(page, label[0] ? label : page->model->name);
  buffer_print(&page->out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", style);
  heading(page, 1, page->model->name, label);
  buffer_text(&page->out, "<p>As of ");
  put(page, page->report->date);
  buffer_print(&page->out, ". Calculated by mlsysim %s.</p>\n", MLS_VERSION);
}

static mls_status put_page(struct page *page) {
  put_head(page);
  TRY(put_section(page, "Results", "result", SECTION_RESULTS));
  TRY(put_charts(page));
  TRY(put_checks(page));
  TRY(put_section(page, "Inputs", "input", SECTION_INPUTS));
  TRY(put_section(page, "Facts", "fact", SECTION_FACTS));
  if (page->report->all) TRY(put_section(page, "Other cells", "cell", SECTION_OTHERS));
  TRY(put_tables(page));
  TRY(put_sources(page));
  buffer_text(&page->out, "</main>\n</body>\n</html>\n");
  return report_flush(page->report, &page->out);
}

mls_status export_html(const struct report *report) {
  struct memory scratch;
  struct page page = { .report = report, .model = report->model, .memory = &scratch };
  struct reading *list;
  memory_open(&scratch, &report->fails->memory->allocator);
  buffer_open(&page.text, &scratch);
  buffer_open(&page.out, &scratch);
  mls_status status = reading_make(report->model, &scratch, &list, &page.count);
  if (status == MLS_MEMORY) fail_memory(report->fails);
  page.list = list;
  if (status == MLS_OK) status = put_page(&page);
  buffer_close(&page.out);
  buffer_close(&page.text);
  memory_close(&scratch);
  return status;
}
