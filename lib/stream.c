/* The public calls of streams, and lines through one: read, calculated, written, many rows at once.
 */
#include "stream.h"

#include <string.h>

/* ---- opening and closing ---- */

static mls_status open_parts(struct mls_stream *stream, const mls_allocator *allocator) {
  struct memory *memory = &stream->memory;
  memory_open(memory, allocator);
  memory_open(&stream->message_memory, allocator);
  stream->fails = (struct fails){ .memory = &stream->message_memory };
  stream->header = (struct mls_scenarios){ .model = stream->model };
  memory_open(&stream->header.memory, allocator);
  buffer_open(&stream->text, memory);
  buffer_open(&stream->head, memory);
  buffer_open(&stream->errors, memory);
  buffer_open(&stream->bytes, memory);
  return values_open(&stream->trial, stream->model, allocator);
}

static mls_status no_dialect(struct mls_stream *stream, const char *name) {
  return fail_add(&stream->fails, MLS_NAME, (struct place){ 0 },
                  "there is no form of CSV called %s; there is excel-eu", name);
}

mls_status mls_stream_new(const mls_model *model, const mls_allocator *allocator,
                          const mls_stream_options *given, mls_stream **out) {
  mls_stream_options own = { .size = sizeof own };
  if (!model || !given || !out) return MLS_VALUE;
  *out = NULL;
  memcpy(&own, given, given->size < sizeof own ? given->size : sizeof own);
  if (!own.file || !own.header || (own.setting_count > 0 && !own.settings) ||
      (own.cell_count > 0 && !own.cells))
    return MLS_VALUE;
  struct memory memory;
  memory_open(&memory, allocator);
  mls_stream *stream = memory_take(&memory, NULL, sizeof *stream);
  if (!stream) return MLS_MEMORY;
  *stream = (mls_stream){ .model = model, .careful = own.careful != 0 };
  mls_status status = open_parts(stream, allocator);
  if (status == MLS_OK && !csv_dialect_find(own.csv, &stream->dialect))
    status = no_dialect(stream, own.csv);
  else if (status == MLS_OK) status = stream_open(stream, &own);
  if (status == MLS_MEMORY) mls_stream_free(stream);
  else *out = stream;
  return status;
}

void mls_stream_free(mls_stream *stream) {
  if (!stream) return;
  struct memory memory = { .allocator = stream->memory.allocator };
  if (stream->batch_opened) batch_close(&stream->batch);
  values_close(&stream->trial);
  buffer_close(&stream->text);
  buffer_close(&stream->head);
  buffer_close(&stream->errors);
  buffer_close(&stream->bytes);
  memory_close(&stream->header.memory);
  memory_close(&stream->message_memory);
  memory_close(&stream->memory);
  memory_give(&memory, stream);
}

const mls_message *mls_stream_message(mls_stream *stream, size_t index) {
  return stream ? fail_message(&stream->fails, index, &stream->shown) : NULL;
}

const char *mls_stream_head(const mls_stream *stream, size_t *size) {
  if (!stream || !size || !stream->head.bytes) return NULL;
  *size = stream->head.size;
  return stream->head.bytes;
}

/* ---- lines ---- */

static void convert(struct mls_stream *stream, size_t count) {
  for (size_t i = 0; i < stream->column_count; i++) {
    const struct stream_column *column = &stream->columns[i];
    if (column->si == column->typed) continue;
    for (size_t row = 0; row < count; row++) column->si[row] = column->typed[row] * column->factor;
  }
}

/* A column of results in the unit that it is written in. */
static void write_column(const struct mls_stream *stream, const struct stream_result *result,
                         size_t count) {
  const struct cell *cell = &stream->model->cells[result->cell];
  const struct stream_column *column = result->column;
  bool same =
      column && (!column->about.unit || strcmp(column->about.unit->text, cell->unit->text) == 0);
  if (same) memcpy(result->written, column->typed, count * sizeof *result->written);
  for (size_t row = 0; row < count && !same; row++)
    if (column || cell->kind == CELL_FACT)
      result->written[row] = csv_shortest(result->value[row], result->factor);
    else result->written[row] = result->constant;
}

/* What is written, and which rows go the careful way because a result is an error. */
static void finish(struct mls_stream *stream, size_t count) {
  for (size_t i = 0; i < stream->result_count; i++) {
    const struct stream_result *result = &stream->results[i];
    for (size_t row = 0; row < count; row++) stream->bad[row] |= value_is_error(result->value[row]);
    if (result->typed) write_column(stream, result, count);
    else if (result->written && result->written != result->value)
      for (size_t row = 0; row < count; row++)
        result->written[row] = result->value[row] / result->factor;
  }
  stream_prepare(stream, 0, count);
}

/* Rows that were read into the columns; `first` is the number of the first one. */
static mls_status put_rows(struct mls_stream *stream, size_t count, size_t first) {
  convert(stream, count);
  TRY(batch_run(&stream->batch, count, stream->in, stream->out, stream->bad));
  finish(stream, count);
  for (size_t row = 0; row < count; row++) {
    bool careful = stream->firsts[row] == 0 || stream->bad[row];
    TRY(careful ? stream_careful(stream, row, first + row) : stream_put(stream, row, first + row));
  }
  return MLS_OK;
}

static void begin(struct mls_stream *stream) {
  memory_close(&stream->message_memory);
  fail_clear(&stream->fails);
  stream->bytes.size = 0;
  stream->split.to = NULL;
  stream->split.count = stream->split.next = 0;
  stream->count = (mls_lines){ .rows = 0 };
}

mls_status mls_stream_lines(mls_stream *stream, const char *bytes, size_t size, size_t line,
                            size_t row, mls_lines *out, size_t out_size) {
  const char *at = bytes;
  size_t number = line;
  if (!stream || !stream->batch_opened || !bytes || !out) return MLS_VALUE;
  begin(stream);
  while (at < bytes + size) {
    size_t count = stream_scan(stream, &at, bytes + size, &number);
    if (count > 0) TRY(put_rows(stream, count, row + stream->count.rows));
  }
  stream->count.lines = number - line;
  stream->count.bytes = stream->bytes.bytes;
  stream->count.length = stream->bytes.size;
  memcpy(out, &stream->count, out_size < sizeof stream->count ? out_size : sizeof stream->count);
  return MLS_OK;
}
