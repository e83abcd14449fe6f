/* A run as CSV for programs and spreadsheets (docs/formats.md, "Results CSV"): a line a scenario, a
   column a cell. Tables follow the line of their scenario, a line a row, with the key in column
   `row`; only the columns of that table are filled there. */
#include "csv_write.h"
#include "export.h"
#include "progress.h"

/* A column of the file. */
struct output {
  unsigned cell;
  unsigned word;  /* of a family of facts: which of its words */
  unsigned table; /* number of its table from 1, 0 for what stands on the line of the scenario */
};

struct sheet_csv {
  const struct report *report;
  struct memory *memory;
  const struct reading *list;
  size_t count;
  struct output *fields;
  size_t field_count, field_room;
  unsigned tables;
  const struct rows **rows;  /* keys of each table, from 1 */
  unsigned *keys;            /* a cell of each table, to ask for its keys */
  struct mls_values *values; /* of the run at hand */
  struct memo memo;
  char separator;
  struct buffer errors; /* of the line at hand */
  struct buffer out;
};

/* ---- texts and numbers ---- */

static void put_text(struct sheet_csv *csv, const char *text) {
  csv_put_text(&csv->out, slice_of(text), csv->report->dialect);
}

static void put_number(struct sheet_csv *csv, double value) {
  char number[TEXT_NUMBER];
  buffer_add(&csv->out, number, csv_number(number, value, csv->report->dialect));
}

/* ---- which cells ---- */

static bool is_wanted(const struct sheet_csv *csv, const struct reading *reading) {
  const struct mls_model *model = csv->report->model;
  bool cell = reading->kind == READING_CELL || reading->kind == READING_COLUMN;
  if (!cell || reading_is_check(model, reading)) return false;
  if (model->cells[reading->cell].kind == CELL_KEY) return false; /* stands in column `row` */
  return csv->report->all || reading_is_answer(model, reading);
}

static size_t row_of(const struct sheet_csv *csv, const struct output *field, size_t key) {
  const struct cell *cell = &csv->report->model->cells[field->cell];
  return cell->family ? key * cell->fact->word_count + field->word : key;
}

/* Of a family the words that the items of some run have. */
static bool is_there(const struct sheet_csv *csv, const struct output *field, size_t keys) {
  if (!csv->report->model->cells[field->cell].family) return true;
  for (size_t run = 0; run < csv->report->run_count; run++)
    for (size_t key = 0; key < keys; key++)
      if (!value_is_error(
              values_get(csv->report->runs[run].values, field->cell, row_of(csv, field, key))))
        return true;
  return false;
}

static mls_status add_field(struct sheet_csv *csv, unsigned cell) {
  const struct mls_model *model = csv->report->model;
  const struct cell *at = &model->cells[cell];
  const struct rows *rows = model_rows(model, cell);
  if (rows && (csv->tables == 0 || csv->rows[csv->tables] != rows)) {
    csv->rows[++csv->tables] = rows;
    csv->keys[csv->tables] = cell;
  }
  for (unsigned word = 0; word < (at->family ? at->fact->word_count : 1); word++) {
    struct output field = { cell, word, rows ? csv->tables : 0 };
    if (!is_there(csv, &field, rows ? rows->count : 1)) continue;
    struct output *fields =
        memory_grow(csv->memory, csv->fields, csv->field_count, &csv->field_room, sizeof *fields);
    if (!fields) return fail_memory(csv->report->fails);
    csv->fields = fields;
    fields[csv->field_count++] = field;
  }
  return MLS_OK;
}

static mls_status choose(struct sheet_csv *csv) {
  csv->rows = memory_array(csv->memory, csv->count + 1, sizeof *csv->rows);
  csv->keys = memory_array(csv->memory, csv->count + 1, sizeof *csv->keys);
  if (!csv->rows || !csv->keys) return fail_memory(csv->report->fails);
  for (size_t i = 0; i < csv->count; i++)
    if (is_wanted(csv, &csv->list[i])) TRY(add_field(csv, csv->list[i].cell));
  for (size_t i = 0; i < csv->count; i++)
    if (reading_is_check(csv->report->model, &csv->list[i])) TRY(add_field(csv, csv->list[i].cell));
  return MLS_OK;
}

/* ---- lines ---- */

static void put_path(const struct sheet_csv *csv, const struct output *field, struct buffer *out) {
  const struct mls_model *model = csv->report->model;
  const struct cell *cell = &model->cells[field->cell];
  model_path(model, field->cell, out);
  if (cell->family) buffer_print(out, ".%s", model->words[cell->fact->words[field->word]]);
}

static mls_status put_header(struct sheet_csv *csv) {
  const struct mls_model *model = csv->report->model;
  buffer_text(&csv->out, "scenario");
  if (csv->tables) buffer_print(&csv->out, "%crow", csv->separator);
  for (size_t i = 0; i < csv->field_count; i++) {
    const struct cell *cell = &model->cells[csv->fields[i].cell];
    struct buffer head;
    TRY(progress_step(csv->report->fails, 5));
    buffer_open(&head, csv->memory);
    put_path(csv, &csv->fields[i], &head);
    if (!cell->text && !cell->truth && cell->unit->text[0])
      buffer_print(&head, " [%s]", cell->unit->text);
    buffer_char(&csv->out, csv->separator);
    bool failed = head.failed;
    if (!failed) csv_put_field(&csv->out, slice_of(head.bytes), csv->report->dialect);
    buffer_close(&head);
    if (failed) return fail_memory(csv->report->fails);
  }
  buffer_print(&csv->out, "%cerrors\n", csv->separator);
  return MLS_OK;
}

static mls_status add_error(struct sheet_csv *csv, const struct output *field, size_t row) {
  struct memory_mark mark = memory_mark(&csv->values->scratch_memory);
  struct origin origin;
  TRY(trace_error_again(csv->values, &csv->memo, field->cell, row, &origin));
  if (csv->errors.size) buffer_char(&csv->errors, ';');
  put_path(csv, field, &csv->errors);
  buffer_print(&csv->errors, ":%s", origin.kind);
  memory_reset(&csv->values->scratch_memory, mark);
  return csv->errors.failed ? fail_memory(csv->report->fails) : MLS_OK;
}

static mls_status put_value(struct sheet_csv *csv, const struct output *field, size_t key) {
  const struct cell *cell = &csv->report->model->cells[field->cell];
  size_t row = row_of(csv, field, key);
  double si = values_get(csv->values, field->cell, row);
  if (value_is_error(si)) return add_error(csv, field, row);
  if (cell->truth) buffer_char(&csv->out, si != 0 ? '1' : '0');
  else if (cell->text) put_text(csv, show_word(csv->values, field->cell, row));
  else put_number(csv, show_written(csv->values, field->cell, row));
  return MLS_OK;
}

static void put_key(struct sheet_csv *csv, unsigned table, size_t row) {
  char key[TEXT_NUMBER];
  const struct rows *rows = csv->rows[table];
  if (rows->words) put_text(csv, model_row_key(csv->report->model, csv->keys[table], row, key));
  else put_number(csv, rows_number(rows, row));
}

/* The line of a scenario (table 0), or of a row of one of its tables. */
static mls_status put_line(struct sheet_csv *csv, const char *name, unsigned table, size_t row) {
  csv->errors.size = 0;
  put_text(csv, name);
  if (csv->tables) buffer_char(&csv->out, csv->separator);
  if (table) put_key(csv, table, row);
  for (size_t i = 0; i < csv->field_count; i++) {
    buffer_char(&csv->out, csv->separator);
    TRY(progress_step(csv->report->fails, 2));
    if (csv->fields[i].table == table) TRY(put_value(csv, &csv->fields[i], row));
  }
  buffer_char(&csv->out, csv->separator);
  if (csv->errors.size) csv_put_field(&csv->out, slice_of(csv->errors.bytes), csv->report->dialect);
  buffer_char(&csv->out, '\n');
  return report_drain(csv->report, &csv->out);
}

static mls_status put_run(struct sheet_csv *csv, const mls_run *run) {
  struct memory_mark mark = memory_mark(csv->memory);
  csv->values = run->values;
  csv->memo = (struct memo){ .memory = csv->memory };
  TRY(put_line(csv, run->name, 0, 0));
  for (unsigned table = 1; table <= csv->tables; table++)
    for (size_t row = 0; row < csv->rows[table]->count; row++)
      TRY(put_line(csv, run->name, table, row));
  memory_reset(csv->memory, mark);
  return MLS_OK;
}

static mls_status put_all(struct sheet_csv *csv) {
  TRY(choose(csv));
  /* Excel takes a file for UTF-8 by this mark alone; other programs may trip over it */
  if (csv->report->dialect == CSV_EXCEL_EU) buffer_text(&csv->out, "\xEF\xBB\xBF");
  TRY(put_header(csv));
  for (size_t i = 0; i < csv->report->run_count; i++) TRY(put_run(csv, &csv->report->runs[i]));
  return report_flush(csv->report, &csv->out);
}

mls_status export_csv(const struct report *report) {
  struct memory scratch;
  struct sheet_csv csv = { .report = report, .memory = &scratch };
  struct reading *list;
  csv.separator = csv_separator(report->dialect);
  memory_open(&scratch, &report->fails->memory->allocator);
  buffer_open(&csv.out, &scratch);
  buffer_open(&csv.errors, &scratch);
  mls_status status = reading_make(report->model, &scratch, &list, &csv.count);
  if (status == MLS_MEMORY) fail_memory(report->fails);
  csv.list = list;
  if (status == MLS_OK) status = put_all(&csv);
  buffer_close(&csv.errors);
  buffer_close(&csv.out);
  memory_close(&scratch);
  return status;
}
