/* The short way into a stream: numbers and words straight from the bytes of plain lines. What is
   not plain is not judged here: the line goes the careful way. */
#include <string.h>

#include "check.h"
#include "number.h"
#include "stream.h"

/* ---- fields ---- */

static bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"'; }

/* A text without quotes inside, perhaps in quotes; spaces at its ends are for the careful way. */
static const char *scan_text(const char *at, char separator, struct slice *out) {
  bool quoted = *at == '"';
  const char *start = at += quoted;
  while (is_plain(*at) && (quoted || *at != separator)) at++;
  *out = (struct slice){ start, (size_t)(at - start) };
  if (out->size > 0 && (start[0] == ' ' || at[-1] == ' ')) return NULL;
  if (!quoted) return at;
  return *at == '"' ? at + 1 : NULL;
}

/* The number of a word that may be set, looked up afresh only when it is another than before. */
static bool find_word(const struct mls_stream *stream, struct stream_column *column,
                      struct slice word, double *out) {
  const struct target *target = &column->about.target;
  if (word.size == 0 || word.size > LIMIT_WORD) return false;
  if (word.size != column->last_size || memcmp(word.at, column->last, word.size) != 0) {
    const char *known = names_find(&stream->model->names, word);
    const struct cell *cell = &stream->model->cells[target->cell];
    unsigned number = known ? model_word(stream->model, known) : GRAPH_NONE;
    if (number == GRAPH_NONE) return false;
    if (cell->kind == CELL_INPUT &&
        !set_holds_word(model_line(stream->model, target->cell)->domain->set, known))
      return false;
    memcpy(column->last, word.at, word.size);
    column->last_size = word.size;
    column->last_number = number;
  }
  *out = column->last_number;
  return true;
}

static bool take_text(struct mls_stream *stream, struct stream_column *column, struct slice text,
                      size_t index) {
  if (column->about.results) return text.size == 0;
  if (!column->about.names) {
    if (column->about.target.cell == GRAPH_NONE) return text.size > 0;
    return find_word(stream, column, text, &column->typed[index]);
  }
  stream->lines[index].name = text;
  return text.size > 0 && text.size <= LIMIT_WORD && text.at[0] != '\'';
}

/* A setting stands in for this number, which must be a sound one all the same. */
static bool is_sound(const struct stream_column *column, double typed) {
  bool same = column->factor == column->written;
  return set_holds_number(column->set, same ? typed : typed * column->factor / column->written);
}

/* One field; returns where it ends, or NULL when it is not plain. */
static inline const char *scan_field(struct mls_stream *stream, const struct stream_field *field,
                                     const char *at, char point, char separator, size_t index) {
  struct slice text;
  if (field->typed) {
    at = number_scan(at, point, &field->typed[index]);
    return at && field->column && !is_sound(field->column, field->typed[index]) ? NULL : at;
  }
  at = scan_text(at, separator, &text);
  return at && take_text(stream, field->column, text, index) ? at : NULL;
}

/* ---- lines ---- */

/* All fields of a plain line; returns the byte after the last, or NULL. */
static const char *scan_fields(struct mls_stream *stream, const char *at, size_t index) {
  char separator = csv_separator(stream->dialect);
  char point = stream->dialect == CSV_EXCEL_EU ? ',' : '.';
  const struct stream_field *field = stream->fields, *end = field + stream->column_count;
  for (;;) {
    at = scan_field(stream, field, at, point, separator, index);
    if (!at || ++field == end) return at;
    if (*at++ != separator) return NULL;
  }
}

/* Past the end of a line, from a byte that may be it; NULL when it is not. */
static const char *line_end(const char *at, const char *end) {
  if (at >= end) return at == end ? at : NULL;
  at += *at == '\r' && at + 1 < end;
  return *at == '\n' ? at + 1 : NULL;
}

static struct slice line_text(const char *start, const char *next) {
  size_t size = (size_t)(next - start);
  if (size > 0 && start[size - 1] == '\n') size--;
  if (size > 0 && start[size - 1] == '\r') size--;
  return (struct slice){ start, size };
}

/* The row goes the careful way; sound values stand in for it meanwhile. */
static void fill(struct mls_stream *stream, size_t index) {
  for (size_t i = 0; i < stream->column_count; i++)
    if (stream->columns[i].typed) stream->columns[i].typed[index] = stream->columns[i].filler;
}

static bool scan_line(struct mls_stream *stream, const char **at, const char *end, size_t index) {
  const char *start = *at, *next = NULL;
  struct stream_line *line = &stream->lines[index];
  if (!stream->careful) {
    next = scan_fields(stream, start, index);
    if (next) next = line_end(next, end);
  }
  line->careful = !next;
  if (!next) {
    next = memchr(start, '\n', (size_t)(end - start));
    next = next ? next + 1 : end;
  }
  *at = next;
  line->text = line_text(start, next);
  if (!line->careful) return true;
  if (slice_trim(line->text).size == 0) return false;
  fill(stream, index);
  return true;
}

size_t stream_scan(struct mls_stream *stream, const char **at, const char *end, size_t *number) {
  size_t count = 0;
  while (*at < end && count < STREAM_ROWS) {
    stream->lines[count].number = (*number)++;
    count += scan_line(stream, at, end, count);
  }
  return count;
}

/* ---- counting ---- */

/* Line ends, and those with a byte up to a space behind them: where a blank line may begin. Counted
   in bytes, so that compilers make one step of many. */
static size_t count_ends(const char *at, size_t size, size_t *odd) {
  size_t ends = 0;
  *odd = 0;
  while (size > 0) {
    unsigned char some = 0, few = 0;
    size_t block = size < 255 ? size : 255;
    for (size_t i = 0; i < block; i++) {
      unsigned char end = at[i] == '\n';
      some = (unsigned char)(some + end);
      few = (unsigned char)(few + (end & ((unsigned char)at[i + 1] <= ' ')));
    }
    ends += some;
    *odd += few;
    at += block;
    size -= block;
  }
  return ends;
}

static bool is_blank(const char *at, const char *end) {
  while (at < end && (*at == ' ' || *at == '\t' || *at == '\r')) at++;
  return at == end || *at == '\n';
}

void mls_stream_count(const char *bytes, size_t size, size_t *lines, size_t *rows) {
  size_t odd, blank = 0;
  const char *end = bytes + size;
  *lines = *rows = 0;
  if (size == 0) return;
  size_t ends = count_ends(bytes, size - 1, &odd); /* the last byte ends a line in any case */
  *lines = ends + 1;
  blank += is_blank(bytes, end);
  for (const char *at = bytes; odd > 0 && (at = memchr(at, '\n', (size_t)(end - 1 - at)));) {
    at++;
    odd -= (unsigned char)*at <= ' ';
    blank += is_blank(at, end);
  }
  *rows = *lines - blank;
}
