/* Rows of results, and the careful way to them: a line read as a file of one scenario, set,
   settled, and asked where its errors began. */
#include <string.h>

#include "limits.h"
#include "stream.h"
#include "trace.h"

/* ---- a row of results ---- */

/* What a row needs besides its texts. */
static size_t row_room(const struct mls_stream *stream) {
  return (stream->result_count + 2) * (TEXT_NUMBER + 1);
}

/* A text at the end of the results; NULL without memory. */
static char *put_text(struct mls_stream *stream, char *to, struct slice text) {
  stream->bytes.size = (size_t)(to - stream->bytes.bytes);
  csv_put_text(&stream->bytes, text, stream->dialect);
  return buffer_room(&stream->bytes, row_room(stream));
}

static char *put_name(struct mls_stream *stream, char *to, struct slice name, size_t row) {
  if (!stream->named) return to + number_put_count(to, row);
  return name.size > 0 ? put_text(stream, to, name) : to;
}

static char *put_result(struct mls_stream *stream, char *to, const struct stream_result *result,
                        size_t index) {
  if (result->written) return to + csv_number_at(to, &result->digits, index, stream->dialect);
  double value = result->value[index];
  if (value != value) return to;
  if (!stream->model->cells[result->cell].text) return *to = value != 0 ? '1' : '0', to + 1;
  return put_text(stream, to, slice_of(stream->model->words[(size_t)value]));
}

void stream_prepare(struct mls_stream *stream, size_t index, size_t count) {
  for (size_t i = 0; i < stream->result_count; i++) {
    const struct stream_result *result = &stream->results[i];
    const struct number_column *digits = &result->digits;
    if (!result->written) continue;
    struct number_column from = { digits->first + index, digits->second + index,
                                  digits->rest + index };
    number_prepare(stream->model->vectors, result->written + index, count, &from);
  }
}

static char *put_errors(struct mls_stream *stream, char *to) {
  struct slice errors = { stream->errors.bytes, stream->errors.size };
  if (errors.size == 0) return to;
  stream->bytes.size = (size_t)(to - stream->bytes.bytes);
  csv_put_field(&stream->bytes, errors, stream->dialect);
  return buffer_room(&stream->bytes, row_room(stream));
}

/* A bad row has no results. */
static mls_status put_row(struct mls_stream *stream, struct slice name, size_t index, size_t row,
                          bool bad) {
  char separator = csv_separator(stream->dialect);
  char *to = buffer_room(&stream->bytes, row_room(stream));
  if (to) to = put_name(stream, to, name, row);
  for (size_t i = 0; i < stream->result_count && to; i++) {
    *to++ = separator;
    if (!bad) to = put_result(stream, to, &stream->results[i], index);
  }
  if (to) *to++ = separator, to = put_errors(stream, to);
  if (!to || stream->errors.failed) return fail_memory(&stream->fails);
  *to++ = '\n';
  stream->bytes.size = (size_t)(to - stream->bytes.bytes);
  stream->count.rows++;
  stream->count.bad += bad;
  return MLS_OK;
}

static void count_checks(struct mls_stream *stream, size_t index) {
  bool failing = false;
  for (size_t i = 0; i < stream->result_count && stream->checked; i++)
    failing |= stream->results[i].check && !(stream->results[i].value[index] == 1);
  stream->count.failing += failing;
}

mls_status stream_put(struct mls_stream *stream, size_t index, size_t row) {
  stream->errors.size = 0;
  count_checks(stream, index);
  return put_row(stream, stream->lines[index].name, index, row, false);
}

/* ---- what is wrong ---- */

void stream_tell(struct mls_stream *stream, size_t line) {
  for (const struct fail *fail = stream->trial.fails.first; fail; fail = fail->next) {
    if (fail->warning) continue;
    struct place place = fail->place;
    if (line > 0) place.file = stream->file, place.line = (int)line;
    if (stream->count.messages++ < LIMIT_BAD)
      fail_add(&stream->fails, fail->status, place, "%s", fail->text);
  }
}

/* The field that a message is about, "row" for the line as a whole. */
static const char *field_name(const struct mls_stream *stream, int column) {
  if (column < 1 || (size_t)column > stream->column_count) return "row";
  const struct stream_column *at = &stream->columns[column - 1];
  if (at->about.names) return "scenario";
  return at->about.results ? "row" : at->about.target.path;
}

/* path:kind of each wrong field, once. */
static void list_wrong(struct mls_stream *stream) {
  struct buffer *errors = &stream->errors;
  const char *last = NULL;
  for (const struct fail *fail = stream->trial.fails.first; fail; fail = fail->next) {
    const char *name = field_name(stream, fail->place.column);
    if (fail->warning || name == last) continue;
    buffer_print(errors, "%s%s:%s", errors->size ? ";" : "", name, fail_word(fail->status));
    last = name;
  }
}

/* ---- the careful way ---- */

static mls_status no_return(struct mls_stream *stream, struct slice line) {
  if (!memchr(line.at, '\r', line.size)) return MLS_OK;
  return fail_add(&stream->trial.fails, MLS_SYNTAX, (struct place){ 0 },
                  "a carriage return stands inside this line; expected lines that end in LF or "
                  "CR LF");
}

static mls_status read_line(struct mls_stream *stream, struct slice line,
                            struct mls_scenarios *out) {
  struct mls_values *trial = &stream->trial;
  memory_close(&trial->scratch_memory);
  fail_clear(&trial->fails);
  stream->text.size = stream->text_header;
  buffer_add(&stream->text, line.at, line.size);
  if (stream->text.failed) return fail_memory(&stream->fails);
  struct inputs inputs = { stream->file, stream->text.bytes, stream->text.size, stream->dialect };
  *out = (struct mls_scenarios){ .model = stream->model };
  memory_open(&out->memory, &stream->memory.allocator);
  TRY(no_return(stream, line));
  return scenario_read(out, trial, &inputs);
}

static mls_status calculate(struct mls_stream *stream, const struct mls_scenarios *scenario,
                            size_t index) {
  struct mls_values *trial = &stream->trial;
  TRY(scenario_apply(scenario, 0, trial));
  TRY(stream_settings(stream));
  TRY(values_settle(trial));
  for (size_t i = 0; i < stream->result_count; i++) {
    struct stream_result *result = &stream->results[i];
    result->value[index] = values_get(trial, result->cell, result->row);
    if (result->written) result->written[index] = result->value[index] / result->factor;
    if (result->typed && !value_is_error(result->value[index]))
      result->written[index] = show_written(trial, result->cell, result->row);
  }
  stream_prepare(stream, index, 1);
  return MLS_OK;
}

/* path:kind of each result with an error. */
static mls_status list_errors(struct mls_stream *stream, size_t index) {
  struct buffer *errors = &stream->errors;
  for (size_t i = 0; i < stream->result_count; i++) {
    const struct stream_result *result = &stream->results[i];
    struct origin origin;
    if (!value_is_error(result->value[index])) continue;
    TRY(trace_error(&stream->trial, result->cell, result->row, &origin));
    if (errors->size) buffer_char(errors, ';');
    show_path(stream->model, result->cell, result->row, errors);
    buffer_print(errors, ":%s", origin.kind);
  }
  stream->count.errors += errors->size > 0;
  return MLS_OK;
}

static mls_status put_good(struct mls_stream *stream, const struct mls_scenarios *scenario,
                           size_t index, size_t row) {
  TRY(calculate(stream, scenario, index));
  TRY(list_errors(stream, index));
  count_checks(stream, index);
  return put_row(stream, slice_of(scenario->list[0].name), index, row, false);
}

static mls_status put_bad(struct mls_stream *stream, const struct mls_scenarios *scenario,
                          size_t index, size_t row) {
  const char *name = scenario->count > 0 ? scenario->list[0].name : "";
  list_wrong(stream);
  stream_tell(stream, stream->lines[index].number);
  return put_row(stream, slice_of(name), index, row, true);
}

mls_status stream_careful(struct mls_stream *stream, size_t index, size_t row) {
  struct mls_scenarios scenario;
  stream->errors.size = 0;
  mls_status status = read_line(stream, stream->lines[index].text, &scenario);
  if (status == MLS_OK) status = put_good(stream, &scenario, index, row);
  else if (status != MLS_MEMORY) status = put_bad(stream, &scenario, index, row);
  scenario_close(&scenario);
  return status == MLS_MEMORY ? fail_memory(&stream->fails) : status;
}
