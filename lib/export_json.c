/* A run as JSON (docs: "JSON of a run"): numbers that read back exactly, one line a cell. */
#include "export.h"
#include "json.h"

void json_number(struct buffer *out, double value) {
  if (value - value == 0) buffer_number(out, value);
  else buffer_text(out, "null");
}

void json_head(struct buffer *out, const struct mls_model *model) {
  buffer_print(out, "{\"mlsysim\": \"%s\", \"schema\": %d, \"sheet\": ", MLS_VERSION, JSON_SCHEMA);
  buffer_json(out, model->name);
}

/* ---- one value ---- */

static mls_status put_error(struct mls_values *values, struct memo *memo, unsigned cell, size_t row,
                            struct buffer *out) {
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct origin origin;
  struct buffer path;
  TRY(trace_error_again(values, memo, cell, row, &origin));
  buffer_print(out, "{\"kind\": \"%s\", \"origin\": ", origin.kind);
  buffer_open(&path, &values->scratch_memory);
  show_path(values->model, origin.cell, origin.row, &path);
  buffer_json(out, path.bytes);
  if (path.failed) out->failed = true;
  buffer_close(&path);
  buffer_text(out, ", \"message\": ");
  buffer_json(out, origin.message);
  buffer_char(out, '}');
  memory_reset(&values->scratch_memory, mark);
  return MLS_OK;
}

/* The number in the shown unit: the typed one where somebody typed it, so that it comes back. */
static double shown_number(const struct mls_values *values, unsigned cell, size_t row) {
  const char *typed = show_typed(values, cell, row);
  double number;
  if (typed && text_read_number(slice_of(typed), &number)) return number;
  return values_get(values, cell, row) / show_unit(values, cell, row)->factor;
}

static void put_value(const struct mls_values *values, unsigned cell, size_t row,
                      struct buffer *out) {
  const struct cell *here = &values->model->cells[cell];
  double si = values_get(values, cell, row);
  buffer_text(out, ", \"value\": ");
  if (value_is_error(si)) buffer_text(out, "null");
  else if (here->truth) buffer_text(out, si != 0 ? "true" : "false");
  else if (here->text) buffer_json(out, show_word(values, cell, row));
  else json_number(out, shown_number(values, cell, row));
  bool number = !here->truth && !here->text;
  buffer_text(out, ", \"unit\": ");
  buffer_json(out, number ? show_unit(values, cell, row)->text : NULL);
  buffer_text(out, ", \"si\": ");
  json_number(out, number ? si : FUNCTION_ERROR);
}

static enum state state_of(struct mls_values *values, unsigned cell, size_t row) {
  enum state state;
  bool fact = values->model->cells[cell].kind == CELL_FACT;
  if (fact && trace_fact_state(values, cell, row, &state)) return state;
  return values_state(values, cell);
}

/* Where a fact or the default of an input comes from. */
static void put_source(const struct mls_values *values, unsigned cell, size_t row,
                       struct buffer *out) {
  const struct cell *here = &values->model->cells[cell];
  const char *key = NULL, *accessed = NULL;
  if (here->kind == CELL_FACT) {
    const struct fact *fact = values_fact(values, cell, row);
    if (fact && fact->source) key = fact->source->key;
    if (fact) accessed = fact->accessed;
  } else if (here->kind == CELL_INPUT && !values_setting(values, cell, row)) {
    const struct line *line = model_line(values->model, cell);
    key = line->cite_count ? line->cites[0] : NULL;
    const struct source *source = key ? source_find(values->model->facts, key) : NULL;
    accessed = source ? source->accessed : NULL;
  }
  if (key) buffer_text(out, ", \"source\": "), buffer_json(out, key);
  if (accessed && accessed[0]) buffer_text(out, ", \"accessed\": "), buffer_json(out, accessed);
}

mls_status json_value(struct mls_values *values, struct memo *memo, unsigned cell, size_t row,
                      struct buffer *out) {
  put_value(values, cell, row, out);
  buffer_print(out, ", \"state\": \"%s\"", state_word(state_of(values, cell, row)));
  buffer_text(out, ", \"error\": ");
  if (value_is_error(values_get(values, cell, row))) TRY(put_error(values, memo, cell, row, out));
  else buffer_text(out, "null");
  put_source(values, cell, row, out);
  return MLS_OK;
}

/* ---- cells ---- */

struct writer {
  const struct report *report;
  struct mls_values *values; /* of the run at hand */
  const struct reading *list;
  size_t count;
  struct memo memo; /* of the run at hand */
  struct memory *memory;
  struct buffer out;
};

static void put_key(const struct mls_model *model, unsigned cell, size_t row, struct buffer *out) {
  char key[TEXT_NUMBER];
  const struct rows *rows = model_rows(model, cell);
  if (!rows) return;
  const char *text = model_row_key(model, cell, row, key);
  buffer_text(out, ", \"row\": ");
  if (rows->words) buffer_json(out, text);
  else buffer_text(out, text);
}

static void put_path(const struct mls_model *model, unsigned cell, size_t row, struct buffer *out) {
  struct buffer path;
  buffer_open(&path, out->memory);
  if (model->cells[cell].family && !model_rows(model, cell)) show_path(model, cell, row, &path);
  else model_path(model, cell, &path);
  buffer_json(out, path.bytes);
  if (path.failed) out->failed = true;
  buffer_close(&path);
}

static mls_status put_cell(struct writer *writer, unsigned cell, bool *first) {
  const struct mls_model *model = writer->report->model;
  struct buffer *out = &writer->out;
  for (size_t row = 0; row < model->cells[cell].rows; row++) {
    buffer_text(out, *first ? "\n    {\"path\": " : ",\n    {\"path\": ");
    *first = false;
    put_path(model, cell, row, out);
    put_key(model, cell, row, out);
    buffer_print(out, ", \"kind\": \"%s\"", reading_word(model, cell));
    TRY(json_value(writer->values, &writer->memo, cell, row, out));
    /* tells a reader of this file what somebody chose from what stood in the sheet */
    if (values_setting(writer->values, cell, row)) buffer_text(out, ", \"set\": true");
    buffer_char(out, '}');
    TRY(report_drain(writer->report, out));
  }
  return MLS_OK;
}

static mls_status put_cells(struct writer *writer) {
  const struct mls_model *model = writer->report->model;
  bool first = true;
  buffer_text(&writer->out, "\n   \"cells\": [");
  for (size_t i = 0; i < writer->count; i++) {
    const struct reading *reading = &writer->list[i];
    bool cell = reading->kind == READING_CELL || reading->kind == READING_COLUMN;
    if (!cell || reading_is_check(model, reading)) continue;
    if (writer->report->all || reading_is_answer(model, reading))
      TRY(put_cell(writer, reading->cell, &first));
  }
  buffer_text(&writer->out, "],");
  return MLS_OK;
}

/* ---- checks ---- */

static void put_sides(const struct verdict *verdict, struct buffer *out) {
  buffer_text(out, ", \"left\": ");
  json_number(out, verdict->left);
  buffer_text(out, ", \"right\": ");
  json_number(out, verdict->right);
  buffer_text(out, ", \"gap\": ");
  json_number(out, verdict->gap);
  buffer_text(out, ", \"unit\": ");
  buffer_json(out, verdict->base);
}

static mls_status put_check(struct writer *writer, unsigned cell) {
  struct mls_values *values = writer->values;
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct buffer *out = &writer->out;
  struct verdict verdict;
  TRY(trace_check(values, cell, &verdict));
  buffer_text(out, "{\"path\": ");
  put_path(values->model, cell, 0, out);
  static const char *const words[] = { "null", "false", "true" };
  buffer_print(out, ", \"holds\": %s", words[verdict.holds + 1]);
  put_sides(&verdict, out);
  buffer_text(out, ", \"error\": ");
  if (verdict.holds < 0) TRY(put_error(values, &writer->memo, cell, 0, out));
  else buffer_text(out, "null");
  buffer_text(out, ", \"message\": ");
  buffer_json(out, verdict.message);
  buffer_char(out, '}');
  memory_reset(&values->scratch_memory, mark);
  return MLS_OK;
}

static mls_status put_checks(struct writer *writer) {
  const char *joint = "\n    ";
  buffer_text(&writer->out, "\n   \"checks\": [");
  for (size_t i = 0; i < writer->count; i++) {
    if (!reading_is_check(writer->report->model, &writer->list[i])) continue;
    buffer_text(&writer->out, joint);
    TRY(put_check(writer, writer->list[i].cell));
    TRY(report_drain(writer->report, &writer->out));
    joint = ",\n    ";
  }
  buffer_text(&writer->out, "]");
  return MLS_OK;
}

/* What opening the model warned of, in the shape of errors. */
static void put_warnings(struct buffer *out, const struct mls_model *model) {
  const struct fail *fail = model->warnings;
  buffer_text(out, ",\n \"warnings\": [");
  for (size_t i = 0; i < model->warning_count && fail; i++, fail = fail->next) {
    buffer_text(out, i ? ",\n  {\"file\": " : "\n  {\"file\": ");
    buffer_json(out, fail->place.file);
    buffer_print(out, ", \"line\": %d, \"column\": %d, \"message\": ", fail->place.line,
                 fail->place.column);
    buffer_json(out, fail->text);
    buffer_char(out, '}');
  }
  buffer_char(out, ']');
}

static mls_status put_runs(struct writer *writer) {
  const struct report *report = writer->report;
  struct buffer *out = &writer->out;
  json_head(out, report->model);
  buffer_text(out, ", \"date\": ");
  buffer_json(out, report->date);
  buffer_text(out, ",\n \"scenarios\": [");
  for (size_t i = 0; i < report->run_count; i++) {
    struct memory_mark mark = memory_mark(writer->memory);
    writer->values = report->runs[i].values;
    writer->memo = (struct memo){ .memory = writer->memory };
    buffer_text(out, i ? ",\n  {\"name\": " : "\n  {\"name\": ");
    buffer_json(out, report->runs[i].name);
    buffer_char(out, ',');
    TRY(put_cells(writer));
    TRY(put_checks(writer));
    buffer_char(out, '}');
    memory_reset(writer->memory, mark);
  }
  buffer_char(out, ']');
  put_warnings(out, report->model);
  buffer_text(out, "}\n");
  return report_flush(report, out);
}

mls_status export_json(const struct report *report) {
  struct memory scratch;
  struct writer writer = { .report = report, .memory = &scratch };
  struct reading *list;
  memory_open(&scratch, &report->fails->memory->allocator);
  buffer_open(&writer.out, &scratch);
  mls_status status = reading_make(report->model, &scratch, &list, &writer.count);
  writer.list = list;
  if (status == MLS_MEMORY) fail_memory(report->fails);
  if (status == MLS_OK) status = put_runs(&writer);
  buffer_close(&writer.out);
  memory_close(&scratch);
  return status;
}
