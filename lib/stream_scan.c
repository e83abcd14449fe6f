/* The short way into a stream: numbers and words straight from the bytes of plain lines. What is
   not plain is not judged here: the line goes the careful way. */
#include <string.h>

#include "check.h"
#include "number.h"
#include "stream.h"

/* ---- fields ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"'; }

/* A text without quotes inside, perhaps in quotes; spaces at its ends are for the careful way.
   Returns where it ends, or NULL. */
static const char *scan_text(const char *at, const char *end, char separator, struct slice *out) {
  bool quoted = *at == '"';
  const char *start = at += quoted;
  while (at < end && is_plain(*at) && (quoted || *at != separator)) at++;
  *out = (struct slice){ start, (size_t)(at - start) };
  if (out->size > 0 && (start[0] == ' ' || at[-1] == ' ')) return NULL;
  if (!quoted) return at;
  return at < end && *at == '"' ? at + 1 : NULL;
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

/* ---- lines ---- */

/* Separators inside quotes end no field: where there are some up to `stop`, where field `index`
   ends, the ends of the line before them move up. */
static bool drop_ends(struct stream_split *split, size_t index, const char *stop) {
  size_t field = split->next + index, to = field;
  uint32_t *before = split->ends + split->next - 1;
  while (to < split->count && split->from + split->ends[to] < stop) to++;
  if (to > field) memmove(before + (to - field), before, (index + 1) * sizeof *before);
  split->next += to - field;
  return to < split->count && split->from + split->ends[to] == stop;
}

static bool scan_texts(struct mls_stream *stream, const char *end, size_t index) {
  struct stream_split *split = &stream->split;
  char separator = csv_separator(stream->dialect);
  for (size_t i = 0; i < stream->text_count; i++) {
    struct slice text;
    size_t field = stream->texts[i];
    if (split->next + field >= split->count) return false;
    const char *start = split->from + (uint32_t)(split->ends[split->next + field - 1] + 1);
    const char *stop = scan_text(start, end, separator, &text);
    if (!stop || !drop_ends(split, field, stop) ||
        !take_text(stream, stream->fields[field].column, text, index))
      return false;
  }
  return true;
}

/* As many fields as there are columns, and then the end of the line. */
static bool has_fields(const struct mls_stream *stream) {
  const struct stream_split *split = &stream->split;
  const uint32_t *ends = split->ends + split->next;
  char separator = csv_separator(stream->dialect), odd = 0;
  if (split->count - split->next < stream->column_count) return false;
  for (size_t i = 0; i + 1 < stream->column_count; i++)
    odd = (char)(odd | (split->from[ends[i]] ^ separator));
  return odd == 0;
}

/* The byte behind a line whose texts are plain and whose numbers stand where they must, or NULL. */
static const char *scan_line(struct mls_stream *stream, const char *start, const char *end,
                             size_t index) {
  struct stream_split *split = &stream->split;
  if ((unsigned char)*start <= ' ' || !scan_texts(stream, end, index) || !has_fields(stream))
    return NULL;
  const char *last = split->from + split->ends[split->next + stream->column_count - 1];
  bool returns = end - last > 1 && last[0] == '\r' && last[1] == '\n';
  if (last < end && !returns && *last != '\n') return NULL;
  stream->firsts[index] = (uint32_t)split->next;
  split->next += stream->column_count + returns;
  return last < end ? last + returns + 1 : end;
}

static struct slice line_text(const char *start, const char *next) {
  size_t size = (size_t)(next - start);
  if (size > 0 && start[size - 1] == '\n') size--;
  if (size > 0 && start[size - 1] == '\r') size--;
  return (struct slice){ start, size };
}

/* The line goes the careful way: returns the byte behind it. */
static const char *skip_line(struct stream_split *split, const char *start, const char *end) {
  const char *next = memchr(start, '\n', (size_t)(end - start));
  next = next ? next + 1 : end;
  while (split->next < split->count && split->from + split->ends[split->next] < next) split->next++;
  return next;
}

static bool take_line(struct mls_stream *stream, const char **at, const char *end, size_t index) {
  struct stream_line *line = &stream->lines[index];
  const char *start = *at;
  stream->firsts[index] = 0;
  *at = stream->careful ? NULL : scan_line(stream, start, end, index);
  if (!*at) *at = skip_line(&stream->split, start, end);
  line->text = line_text(start, *at);
  return stream->firsts[index] > 0 || slice_trim(line->text).size > 0;
}

/* ---- numbers ---- */

/* The row goes the careful way; sound values stand in for it meanwhile. */
static void fill(struct mls_stream *stream, size_t index) {
  for (size_t i = 0; i < stream->column_count; i++)
    if (stream->columns[i].typed) stream->columns[i].typed[index] = stream->columns[i].filler;
}

static const char *field_start(const struct mls_stream *stream, size_t row, size_t field) {
  const struct stream_split *split = &stream->split;
  return split->from + (uint32_t)(split->ends[stream->firsts[row] + field - 1] + 1);
}

/* The texts of a column; 0 for those of careful lines. */
static void gather(const struct mls_stream *stream, size_t field, size_t from, size_t to) {
  uint64_t *words = stream->numbers.words, *sizes = stream->numbers.sizes;
  const uint32_t *ends = stream->split.ends + field, *firsts = stream->firsts + from;
  const char *bytes = stream->split.from;
  for (size_t i = 0; i < to - from; i++) {
    uint32_t first = firsts[i], start = first ? ends[first - 1] + 1 : 0;
    words[i] = first ? number_eight(bytes + start) : '0';
    sizes[i] = first ? ends[first] - start : 1;
  }
}

/* Those of more than eight bytes, and what may be no number; returns how many. */
static size_t gather_long(const struct mls_stream *stream, size_t field, size_t from, size_t to,
                          size_t *rows, struct number_long *out) {
  const struct number_texts *numbers = &stream->numbers;
  size_t count = 0;
  for (size_t row = from; row < to; row++) {
    if (!numbers->odd[row - from]) continue;
    const char *start = field_start(stream, row, field);
    size_t size = numbers->sizes[row - from], minus = *start == '-';
    const char *stop = start + size;
    bool good =
        is_digit(start[minus]) && size - minus > 8 && size < 30 && stop - stream->split.from >= 24;
    for (int i = 0; i < 3; i++) out->words[i][count] = good ? number_eight(stop - 24 + 8 * i) : 0;
    out->sizes[count] = good ? (size - minus) | (uint64_t)minus << 63 : 0;
    rows[count++] = row;
  }
  return count;
}

static void read_odd(struct mls_stream *stream, size_t field, size_t from, size_t to, char point) {
  struct number_long texts;
  size_t rows[STREAM_READ];
  double *typed = stream->fields[field].typed;
  size_t count = gather_long(stream, field, from, to, rows, &texts);
  number_read_long(stream->model->vectors, &texts, count, point);
  for (size_t i = 0; i < count; i++) {
    if (!texts.odd[i]) {
      typed[rows[i]] = texts.values[i];
      continue;
    }
    const char *start = field_start(stream, rows[i], field);
    const char *stop = number_scan(start, point, &typed[rows[i]]);
    if (stop != start + stream->numbers.sizes[rows[i] - from]) stream->firsts[rows[i]] = 0;
  }
}

static void read_column(struct mls_stream *stream, size_t field, size_t from, size_t to) {
  const struct stream_field *about = &stream->fields[field];
  char point = stream->dialect == CSV_EXCEL_EU ? ',' : '.';
  gather(stream, field, from, to);
  if (number_read(stream->model->vectors, &stream->numbers, to - from, point, about->typed + from))
    read_odd(stream, field, from, to, point);
  for (size_t row = from; about->column && row < to; row++)
    if (!is_sound(about->column, about->typed[row])) stream->firsts[row] = 0;
}

static void read_columns(struct mls_stream *stream, size_t from, size_t to) {
  for (size_t i = 0; i < stream->column_count; i++)
    if (stream->fields[i].typed) read_column(stream, i, from, to);
  for (size_t row = from; row < to; row++)
    if (stream->firsts[row] == 0) fill(stream, row);
}

/* Whether the ends of the next line are listed, with that of a LF behind a CR. */
static bool holds_line(const struct mls_stream *stream, const char *end) {
  const struct stream_split *split = &stream->split;
  return split->to == end || split->count - split->next > stream->column_count;
}

size_t stream_scan(struct mls_stream *stream, const char **at, const char *end, size_t *number) {
  size_t count = 0;
  while (*at < end && count < STREAM_ROWS) {
    size_t from = count, left = STREAM_ROWS - from;
    size_t most = from + (left < STREAM_READ ? left : STREAM_READ);
    if (!holds_line(stream, end))
      split_fill(&stream->split, stream->model->vectors, csv_separator(stream->dialect), *at, end);
    do {
      stream->lines[count].number = (*number)++;
      count += take_line(stream, at, end, count);
    } while (*at < end && count < most && holds_line(stream, end));
    read_columns(stream, from, count);
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
    size_t block = size < 240 ? size : 240; /* 15 vectors of 16 bytes */
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
