/* Opening a stream: what the header names, which results are wanted, and the batch that calculates
   them. */
#include <string.h>

#include "limits.h"
#include "stream.h"

/* ---- settings ---- */

mls_status stream_settings(struct mls_stream *stream) {
  mls_status status = MLS_OK;
  for (size_t i = 0; i < stream->setting_count && status != MLS_MEMORY; i++) {
    const mls_setting *one = &stream->settings[i];
    mls_status set = values_set(&stream->trial, one->path, slice_of(one->text), NULL,
                                (struct place){ NULL, 0, 0 });
    if (set != MLS_OK) status = set;
  }
  return status;
}

static mls_status keep_settings(struct mls_stream *stream, const mls_stream_options *options) {
  size_t count = options->setting_count;
  stream->settings = memory_array(&stream->memory, count, sizeof *stream->settings);
  if (!stream->settings) return fail_memory(&stream->fails);
  for (size_t i = 0; i < count; i++) {
    const mls_setting *given = &options->settings[i];
    mls_setting *kept = &stream->settings[stream->setting_count++];
    if (!given->path || !given->text) return MLS_VALUE;
    kept->path = memory_text(&stream->memory, given->path, strlen(given->path));
    kept->text = memory_text(&stream->memory, given->text, strlen(given->text));
    if (!kept->path || !kept->text) return fail_memory(&stream->fails);
  }
  mls_status status = stream_settings(stream);
  stream_tell(stream, 0);
  return status == MLS_OK ? values_settle(&stream->trial) : status;
}

/* ---- columns ---- */

static bool make_lanes(struct mls_stream *stream, struct stream_column *column) {
  column->typed = memory_array(&stream->memory, STREAM_ROOM, sizeof *column->typed);
  bool same = column->factor == 1 || !column->about.target.number;
  column->si =
      same ? column->typed : memory_array(&stream->memory, STREAM_ROOM, sizeof *column->si);
  return column->typed && column->si;
}

static mls_status open_column(struct mls_stream *stream, const struct intake_column *about,
                              struct stream_column *column) {
  const struct target *target = &about->target;
  column->about = *about;
  stream->named |= about->names;
  if (about->names || about->results) return MLS_OK;
  column->factor = column->written = 1;
  if (target->cell != GRAPH_NONE) {
    const struct cell *cell = &stream->model->cells[target->cell];
    column->written = cell->unit->factor;
    column->factor = about->unit ? about->unit->factor : column->written;
    bool set = values_setting(&stream->trial, target->cell, target->row) != NULL;
    if (set && cell->kind == CELL_INPUT)
      column->set = model_line(stream->model, target->cell)->domain->set;
    double si = values_get(&stream->trial, target->cell, target->row);
    column->filler = value_is_error(si) || !target->number ? si : si / column->factor;
  }
  return make_lanes(stream, column) ? MLS_OK : fail_memory(&stream->fails);
}

static mls_status read_header(struct mls_stream *stream, struct csv *csv) {
  struct slice corner = slice_trim(slice_of(csv->rows[0].fields[0]));
  if (csv->count > 1)
    return fail_add(&stream->fails, MLS_SYNTAX, csv_place(csv, &csv->rows[1], 0),
                    "the header has more than one line; expected lines that end in LF or CR LF");
  if (slice_is(corner, "name"))
    return fail_add(&stream->fails, MLS_NAME, csv_place(csv, &csv->rows[0], 0),
                    "the scenarios stand side by side; a batch reads one in each line, below a "
                    "header of names");
  return MLS_OK;
}

static mls_status open_columns(struct mls_stream *stream, struct slice header) {
  struct intake intake = { .out = &stream->header,
                           .trial = &stream->trial,
                           .model = stream->model,
                           .fails = &stream->fails,
                           .file = stream->file };
  struct intake_column *columns;
  struct inputs inputs = { stream->file, header.at, header.size, stream->dialect };
  if (scenario_is_json(&inputs))
    return fail_add(&stream->fails, MLS_SYNTAX, (struct place){ stream->file, 1, 1 },
                    "the scenarios are JSON; a batch reads a CSV with one in each line");
  TRY(csv_read_as(&stream->header.memory, &stream->fails, stream->file, header.at, header.size,
                  stream->dialect, &intake.csv));
  TRY(read_header(stream, &intake.csv));
  TRY(intake_columns(&intake, &columns));
  stream->column_count = intake.csv.rows[0].count;
  stream->columns = memory_array(&stream->memory, stream->column_count, sizeof *stream->columns);
  stream->fields = memory_array(&stream->memory, stream->column_count, sizeof *stream->fields);
  stream->texts = memory_array(&stream->memory, stream->column_count, sizeof *stream->texts);
  if (!stream->columns || !stream->fields || !stream->texts) return fail_memory(&stream->fails);
  for (size_t i = 0; i < stream->column_count; i++) {
    struct stream_column *column = &stream->columns[i];
    TRY(open_column(stream, &columns[i], column));
    bool number = column->about.target.number;
    if (!number) stream->texts[stream->text_count++] = i;
    stream->fields[i] = (struct stream_field){ number ? column->typed : NULL,
                                               number && !column->set ? NULL : column };
  }
  buffer_add(&stream->text, header.at, header.size);
  buffer_char(&stream->text, '\n');
  stream->text_header = stream->text.size;
  return stream->text.failed ? fail_memory(&stream->fails) : MLS_OK;
}

/* ---- results ---- */

static bool is_there(const struct mls_stream *stream, unsigned cell, size_t row) {
  for (size_t i = 0; i < stream->result_count; i++)
    if (stream->results[i].cell == cell && stream->results[i].row == row) return true;
  return false;
}

/* Inputs and facts are written as typed: where from. A column in another unit than the sheet's is
   turned into it. */
static void find_typed(struct mls_stream *stream, struct stream_result *result) {
  for (size_t i = 0; i < stream->column_count && !result->column; i++) {
    const struct target *target = &stream->columns[i].about.target;
    bool same = target->path && target->cell == result->cell && target->row == result->row;
    if (same && !values_setting(&stream->trial, target->cell, target->row))
      result->column = &stream->columns[i];
  }
  result->constant = show_written(&stream->trial, result->cell, result->row);
}

static mls_status open_written(struct mls_stream *stream, struct stream_result *result) {
  const struct cell *cell = &stream->model->cells[result->cell];
  struct memory *memory = &stream->memory;
  struct number_column *digits = &result->digits;
  if (cell->text || cell->truth) return MLS_OK;
  result->typed = cell->kind == CELL_INPUT || cell->kind == CELL_FACT;
  if (result->typed) find_typed(stream, result);
  result->written = result->value;
  if (result->typed || result->factor != 1)
    result->written = memory_array(memory, STREAM_ROOM, sizeof *result->written);
  digits->first = memory_array(memory, STREAM_ROOM, sizeof *digits->first);
  digits->second = memory_array(memory, STREAM_ROOM, sizeof *digits->second);
  digits->rest = memory_array(memory, STREAM_ROOM, sizeof *digits->rest);
  bool good = result->written && digits->first && digits->second && digits->rest;
  return good ? MLS_OK : fail_memory(&stream->fails);
}

static mls_status add_result(struct mls_stream *stream, unsigned cell, size_t row) {
  const struct cell *at = &stream->model->cells[cell];
  struct stream_result *results =
      memory_grow(&stream->memory, stream->results, stream->result_count, &stream->result_room,
                  sizeof *results);
  if (!results) return fail_memory(&stream->fails);
  stream->results = results;
  struct stream_result *result = &results[stream->result_count];
  *result = (struct stream_result){ .cell = cell, .row = row, .factor = at->unit->factor };
  result->check = at->kind == CELL_CHECK || at->kind == CELL_WITHIN;
  result->value = memory_array(&stream->memory, STREAM_ROOM, sizeof *result->value);
  if (!result->value) return fail_memory(&stream->fails);
  TRY(open_written(stream, result));
  stream->checked |= result->check;
  stream->result_count++;
  return MLS_OK;
}

static mls_status add_named(struct mls_stream *stream, const char *path) {
  unsigned cell;
  size_t row;
  struct place nowhere = { NULL, 0, 0 };
  if (!path) return MLS_VALUE;
  TRY(show_find(stream->model, path, &stream->fails, &cell, &row));
  if (row == ROWS_ALL)
    return fail_add(&stream->fails, MLS_NAME, nowhere, "%s has many values; expected one, as %s%s",
                    path, path, model_rows(stream->model, cell) ? "(12)" : ".fp16");
  if (is_there(stream, cell, row))
    return fail_add(&stream->fails, MLS_NAME, nowhere, "%s is asked for twice", path);
  return add_result(stream, cell, row);
}

/* The outputs that are one value, or what was asked for; then all checks. */
static mls_status open_results(struct mls_stream *stream, const mls_stream_options *options) {
  struct reading *list;
  size_t count;
  mls_status status = MLS_OK;
  if (reading_make(stream->model, &stream->memory, &list, &count) != MLS_OK)
    return fail_memory(&stream->fails);
  for (size_t i = 0; i < options->cell_count && status != MLS_MEMORY; i++) {
    mls_status added = add_named(stream, options->cells[i]);
    if (added != MLS_OK) status = added;
  }
  TRY(status);
  for (size_t i = 0; i < count; i++)
    if (options->cell_count == 0 && list[i].kind == READING_CELL &&
        reading_is_answer(stream->model, &list[i]))
      TRY(add_result(stream, list[i].cell, 0));
  for (size_t i = 0; i < count; i++)
    if (reading_is_check(stream->model, &list[i]) && !is_there(stream, list[i].cell, 0))
      TRY(add_result(stream, list[i].cell, 0));
  return MLS_OK;
}

static mls_status write_head(struct mls_stream *stream) {
  char separator = csv_separator(stream->dialect);
  struct buffer *out = &stream->head, name;
  /* Excel takes a file for UTF-8 by this mark alone; other programs may trip over it */
  if (stream->dialect == CSV_EXCEL_EU) buffer_text(out, "\xEF\xBB\xBF");
  buffer_text(out, "scenario");
  buffer_open(&name, &stream->memory);
  for (size_t i = 0; i < stream->result_count; i++) {
    const struct stream_result *result = &stream->results[i];
    const struct cell *cell = &stream->model->cells[result->cell];
    name.size = 0;
    show_path(stream->model, result->cell, result->row, &name);
    if (!cell->text && !cell->truth && cell->unit->text[0])
      buffer_print(&name, " [%s]", cell->unit->text);
    buffer_char(out, separator);
    csv_put_field(out, (struct slice){ name.bytes, name.size }, stream->dialect);
  }
  buffer_print(out, "%cerrors\n", separator);
  bool failed = out->failed || name.failed;
  buffer_close(&name);
  return failed ? fail_memory(&stream->fails) : MLS_OK;
}

/* ---- the batch ---- */

/* A column that the batch reads: not one that a setting overrides, nor one that no formula does. */
static bool is_read(const struct mls_stream *stream, const struct stream_column *column) {
  const struct target *target = &column->about.target;
  return column->typed && target->cell != GRAPH_NONE &&
         !values_setting(&stream->trial, target->cell, target->row);
}

static mls_status open_lines(struct mls_stream *stream) {
  struct memory *memory = &stream->memory;
  struct number_texts *numbers = &stream->numbers;
  stream->lines = memory_array(memory, STREAM_ROWS, sizeof *stream->lines);
  stream->firsts = memory_array(memory, STREAM_ROWS, sizeof *stream->firsts);
  numbers->words = memory_array(memory, STREAM_READ, sizeof *numbers->words);
  numbers->sizes = memory_array(memory, STREAM_READ, sizeof *numbers->sizes);
  numbers->odd = memory_array(memory, STREAM_READ, sizeof *numbers->odd);
  if (!stream->lines || !stream->firsts || !numbers->words || !numbers->sizes || !numbers->odd ||
      split_open(&stream->split, memory, stream->column_count) != MLS_OK)
    return fail_memory(&stream->fails);
  return MLS_OK;
}

static mls_status open_batch(struct mls_stream *stream) {
  struct memory *memory = &stream->memory;
  mls_place *columns = memory_array(memory, stream->column_count, sizeof *columns);
  mls_place *results = memory_array(memory, stream->result_count, sizeof *results);
  stream->in = memory_array(memory, stream->column_count, sizeof *stream->in);
  stream->out = memory_array(memory, stream->result_count, sizeof *stream->out);
  stream->bad = memory_array(memory, STREAM_ROWS, sizeof *stream->bad);
  if (!columns || !results || !stream->in || !stream->out || !stream->bad)
    return fail_memory(&stream->fails);
  size_t count = 0;
  for (size_t i = 0; i < stream->column_count; i++) {
    const struct stream_column *column = &stream->columns[i];
    if (!is_read(stream, column)) continue;
    columns[count] = (mls_place){ column->about.target.cell, column->about.target.row };
    stream->in[count++] = column->si;
  }
  for (size_t i = 0; i < stream->result_count; i++) {
    results[i] = (mls_place){ stream->results[i].cell, stream->results[i].row };
    stream->out[i] = stream->results[i].value;
  }
  stream->batch.memory.allocator = memory->allocator;
  stream->batch_opened = true;
  mls_status status =
      batch_open(&stream->batch, &stream->trial, columns, count, results, stream->result_count);
  for (const struct fail *fail = stream->batch.fails.first; fail; fail = fail->next)
    fail_add(&stream->fails, fail->status, fail->place, "%s", fail->text);
  return status == MLS_MEMORY ? fail_memory(&stream->fails) : status;
}

mls_status stream_open(struct mls_stream *stream, const mls_stream_options *options) {
  struct memory *memory = &stream->memory;
  const char *header = memory_text(memory, options->header, options->length);
  stream->file = memory_text(memory, options->file, strlen(options->file));
  if (!header || !stream->file) return fail_memory(&stream->fails);
  TRY(keep_settings(stream, options));
  TRY(open_columns(stream, (struct slice){ header, options->length }));
  TRY(open_results(stream, options));
  TRY(write_head(stream));
  TRY(open_lines(stream));
  return open_batch(stream);
}
