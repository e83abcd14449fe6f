/* Rows of a CSV. libcsv splits the bytes; this file counts lines, checks encodings and bounds, and
   says what a spreadsheet did when the file is not what it should be. */
#include "csv.h"

#include <csv.h>
#include <string.h>

#include "limits.h"
#include "progress.h"

enum { PIECE = 1 << 15 }; /* bytes given to libcsv at once, so that a bad file stops it early */

/* A field of the row being read: where its text ends in `text`. */
struct field_end {
  size_t end;
  bool newline;
};

struct csv_reader {
  struct memory *memory;
  struct fails *fails;
  struct csv *csv;
  size_t room; /* of csv->rows */
  const char *bytes;
  size_t size;
  bool option; /* a person may choose the dialect */
  size_t most; /* lines, a bound of this name: */
  const char *bound;
  int line;           /* of the next byte after the fields taken so far */
  int row_line;       /* of the first byte of the row */
  bool after_return;  /* the row ended with CR: a LF now belongs to it */
  struct buffer text; /* of the row: each field and a 0 */
  struct field_end *ends;
  size_t count, ends_room;
  int short_rows; /* shorter than the header: filling them up takes memory */
  mls_status status;
};

/* ---- what is wrong with bytes ---- */

/* Bytes that Windows-1252 gives no character. */
static bool outside_1252(unsigned char byte) {
  return byte == 0x81 || byte == 0x8D || byte == 0x8F || byte == 0x90 || byte == 0x9D;
}

static bool is_continuation(unsigned char byte) { return (byte & 0xC0) == 0x80; }

bool csv_is_1252(const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) {
    unsigned char byte = (unsigned char)bytes[i];
    if (byte < 0x80) continue;
    if (outside_1252(byte)) return false;
    bool leads = byte >= 0xC2 && byte <= 0xF4;
    if (leads && i + 1 < size && is_continuation((unsigned char)bytes[i + 1])) return false;
  }
  return true;
}

/* A sound character, so that it was refused for what it is: a control of two or three bytes. */
static bool is_invisible(struct slice rest) {
  const unsigned char *at = (const unsigned char *)rest.at;
  size_t size = at[0] == 0xC2 ? 2 : at[0] == 0xE2 ? 3 : 0;
  if (size == 0 || rest.size < size) return false;
  return is_continuation(at[1]) && (size == 2 || is_continuation(at[2]));
}

static mls_status unclean_field(struct csv_reader *reader, struct slice field, size_t where,
                                int line) {
  struct place place = { reader->csv->file, line, (int)reader->count + 1 };
  struct slice rest = { field.at + where, field.size - where };
  unsigned char byte = (unsigned char)rest.at[0];
  if (is_invisible(rest))
    return fail_add(reader->fails, MLS_SYNTAX, place,
                    "an invisible control character stands in this field: delete it");
  if (byte < 0x80)
    return fail_add(reader->fails, MLS_SYNTAX, place,
                    "a control character (byte 0x%02X) stands in this field: delete it", byte);
  const char *guess =
      csv_is_1252(reader->bytes, reader->size) ? "; the file looks like Windows-1252" : "";
  return fail_add(reader->fails, MLS_SYNTAX, place,
                  "byte 0x%02X is not UTF-8%s: save the file as \"CSV UTF-8\"", byte, guess);
}

static bool begins_with(struct slice text, const char *bytes, size_t size) {
  return text.size >= size && memcmp(text.at, bytes, size) == 0;
}

const char *csv_other_form(struct slice text) {
  size_t head = text.size < 256 ? text.size : 256;
  if (begins_with(text, "PK\x03\x04", 4) || begins_with(text, "\xD0\xCF\x11\xE0", 4))
    return "an Excel workbook";
  if (begins_with(text, "\xFF\xFE", 2) || begins_with(text, "\xFE\xFF", 2)) return "UTF-16 text";
  if (head > 0 && memchr(text.at, 0, head)) return "UTF-16 text or not a text";
  return NULL;
}

/* ---- fields and rows from libcsv ---- */

/* Nearly all fields are: a quick look saves the careful one. */
static bool is_plain(struct slice field) {
  unsigned odd = 0;
  for (size_t i = 0; i < field.size; i++) odd |= (unsigned char)(field.at[i] - 0x20) > 0x5E;
  return !odd;
}

/* Checks a field and counts its newlines; CR LF is one. */
static mls_status check_field(struct csv_reader *reader, struct slice field) {
  struct slice rest = field;
  size_t where;
  if (is_plain(field)) return MLS_OK;
  while (!text_is_clean(rest, &where)) {
    char byte = rest.at[where];
    if (byte != '\n' && byte != '\r') return unclean_field(reader, rest, where, reader->line);
    reader->line++;
    where++;
    if (byte == '\r' && where < rest.size && rest.at[where] == '\n') where++;
    rest.at += where;
    rest.size -= where;
  }
  return MLS_OK;
}

static struct place here(const struct csv_reader *reader) {
  return (struct place){ reader->csv->file, reader->line, (int)reader->count + 1 };
}

static mls_status field_too_long(struct csv_reader *reader) {
  return fail_add(reader->fails, MLS_LIMIT, here(reader),
                  "this field is longer than %d bytes (LIMIT_TEXT); is a quote left open?",
                  LIMIT_TEXT);
}

static bool ends_widen(struct csv_reader *reader) {
  size_t room = reader->ends_room ? reader->ends_room * 2 : 32;
  struct field_end *ends = memory_take(reader->memory, reader->ends, room * sizeof *ends);
  if (!ends) return false;
  reader->ends = ends;
  reader->ends_room = room;
  return true;
}

static mls_status take_field(struct csv_reader *reader, struct slice field) {
  if (reader->count == 0) reader->row_line = reader->line;
  if (field.size > LIMIT_TEXT) return field_too_long(reader);
  if (reader->count >= LIMIT_COLUMNS)
    return fail_add(reader->fails, MLS_LIMIT, here(reader),
                    "this line has more than %d fields (LIMIT_COLUMNS)", LIMIT_COLUMNS);
  int line = reader->line;
  TRY(check_field(reader, field));
  if (reader->count == reader->ends_room && !ends_widen(reader)) return fail_memory(reader->fails);
  buffer_add(&reader->text, field.at, field.size);
  if (reader->text.failed) return fail_memory(reader->fails);
  reader->text.size++; /* over the 0 that ends a buffer */
  reader->ends[reader->count++] = (struct field_end){ reader->text.size, reader->line > line };
  return MLS_OK;
}

static bool row_is_blank(const struct csv_reader *reader) {
  return reader->count == 0 ||
         (reader->count == 1 &&
          slice_trim((struct slice){ reader->text.bytes, reader->text.size - 1 }).size == 0);
}

/* Another separator was found: says what belongs there, and which option reads the other form. */
static mls_status wrong_separator(struct csv_reader *reader, struct place place,
                                  const char *found) {
  bool eu = reader->csv->dialect == CSV_EXCEL_EU;
  const char *wanted = eu ? "expected \";\" (and a comma in numbers: 0,5), as --csv excel-eu says"
                          : "expected \",\" (and a point in numbers: 0.5)";
  const char *option = reader->option && !eu && strcmp(found, "\";\"") == 0
                           ? "; --csv excel-eu reads this form"
                           : "";
  return fail_add(reader->fails, MLS_SYNTAX, place, "fields are separated by %s; %s%s", found,
                  wanted, option);
}

static mls_status check_separator(struct csv_reader *reader) {
  const char *header = reader->text.bytes;
  bool eu = reader->csv->dialect == CSV_EXCEL_EU;
  if (reader->csv->count > 0 || reader->count > 1) return MLS_OK;
  const char *found = strchr(header, eu ? ',' : ';') ? (eu ? "\",\"" : "\";\"")
                      : strchr(header, '\t')         ? "tabs"
                                                     : NULL;
  if (!found) return MLS_OK;
  return wrong_separator(reader, (struct place){ reader->csv->file, reader->row_line, 1 }, found);
}

/* Pointers, marks and text of a row are one piece of memory. */
static bool row_make(struct csv_reader *reader, struct csv_row *row) {
  size_t width = reader->csv->count > 0 ? reader->csv->rows[0].count : 0;
  if (width < reader->count) width = reader->count;
  size_t head = width * (sizeof(char *) + sizeof(bool));
  char *piece = memory_push(reader->memory, head + reader->text.size);
  if (!piece) return false;
  bool *newlines = (bool *)(piece + width * sizeof(char *));
  char *text = piece + head;
  memcpy(text, reader->text.bytes, reader->text.size);
  *row =
      (struct csv_row){ reader->row_line, reader->count, (const char **)(void *)piece, newlines };
  for (size_t i = 0; i < width; i++) {
    bool has = i < reader->count;
    row->fields[i] = has ? text + (i > 0 ? reader->ends[i - 1].end : 0) : "";
    newlines[i] = has && reader->ends[i].newline;
  }
  return true;
}

/* Bounds that keep a hostile file of short lines from taking many times its size. */
static mls_status check_bounds(struct csv_reader *reader) {
  const struct csv *csv = reader->csv;
  struct place place = { csv->file, reader->row_line, 1 };
  if (csv->count > reader->most)
    return fail_add(reader->fails, MLS_LIMIT, place, "the file has more than %zu lines (%s)",
                    reader->most, reader->bound);
  if (csv->count == 0 || reader->count >= csv->rows[0].count) return MLS_OK;
  if (++reader->short_rows <= LIMIT_ERRORS) return MLS_OK;
  return fail_add(reader->fails, MLS_LIMIT, place,
                  "more than %d lines have fewer fields than the header (LIMIT_ERRORS)",
                  LIMIT_ERRORS);
}

static mls_status take_row(struct csv_reader *reader) {
  if (row_is_blank(reader)) return MLS_OK;
  TRY(check_separator(reader));
  TRY(check_bounds(reader));
  struct csv *csv = reader->csv;
  struct csv_row *rows =
      memory_grow(reader->memory, csv->rows, csv->count, &reader->room, sizeof *rows);
  if (!rows) return fail_memory(reader->fails);
  csv->rows = rows;
  if (!row_make(reader, &rows[csv->count])) return fail_memory(reader->fails);
  csv->count++;
  return MLS_OK;
}

/* libcsv's callbacks can not stop it: after an error they do nothing until the piece is over. */
static void on_field(void *bytes, size_t size, void *data) {
  struct csv_reader *reader = data;
  reader->after_return = false;
  if (reader->status == MLS_OK)
    reader->status = take_field(reader, (struct slice){ bytes ? bytes : "", size });
}

static void on_row(int end, void *data) {
  struct csv_reader *reader = data;
  if (reader->status == MLS_OK) reader->status = take_row(reader);
  bool second = end == '\n' && reader->after_return && reader->count == 0;
  if (end >= 0 && !second) reader->line++;
  reader->after_return = end == '\r';
  reader->count = 0;
  reader->text.size = 0;
}

/* ---- the whole file ---- */

static int never_space(unsigned char byte) {
  (void)byte;
  return 0;
}

/* Lines from the field that libcsv was in to the byte it refused. */
static int partial_lines(const struct csv_parser *parser) {
  int lines = 0;
  for (size_t i = 0; i < parser->entry_pos; i++) {
    unsigned char byte = parser->entry_buf[i];
    bool pair = byte == '\n' && i > 0 && parser->entry_buf[i - 1] == '\r';
    lines += (byte == '\n' || byte == '\r') && !pair;
  }
  return lines;
}

static mls_status wrong_quote(struct csv_reader *reader, const struct csv_parser *parser,
                              char byte) {
  struct place place = here(reader);
  place.line += partial_lines(parser);
  bool eu = reader->csv->dialect == CSV_EXCEL_EU;
  if (parser->quoted && byte == (eu ? ',' : ';') && reader->csv->count == 0)
    return wrong_separator(reader, place, eu ? "\",\"" : "\";\"");
  if (parser->quoted)
    return fail_add(reader->fails, MLS_SYNTAX, place,
                    "text follows a closing quote; expected a %s (a quote inside quotes is \"\")",
                    eu ? "semicolon" : "comma");
  return fail_add(reader->fails, MLS_SYNTAX, place,
                  "a quote stands inside a field that does not begin with one; write the field as "
                  "\"... \"\" ...\"");
}

static mls_status parser_failed(struct csv_reader *reader, struct csv_parser *parser, char byte) {
  if (reader->status != MLS_OK) return reader->status;
  if (csv_error(parser) == CSV_EPARSE) return wrong_quote(reader, parser, byte);
  return fail_memory(reader->fails);
}

static mls_status read_end(struct csv_reader *reader, struct csv_parser *parser) {
  if (csv_fini(parser, on_field, on_row, reader) == 0) return reader->status;
  if (reader->status != MLS_OK) return reader->status;
  return fail_add(reader->fails, MLS_SYNTAX, here(reader),
                  "the quote that opens this field is never closed");
}

static mls_status read_pieces(struct csv_reader *reader, struct csv_parser *parser,
                              struct slice text) {
  for (size_t at = 0; at < text.size;) {
    size_t piece = text.size - at < PIECE ? text.size - at : PIECE;
    size_t done = csv_parse(parser, text.at + at, piece, on_field, on_row, reader);
    if (done < piece) return parser_failed(reader, parser, text.at[at + done]);
    if (reader->status != MLS_OK) return reader->status;
    if (parser->entry_pos > LIMIT_TEXT + 1) return field_too_long(reader); /* and a quote */
    at += piece;
    TRY(progress_tick(reader->fails, piece / 16, at, text.size));
  }
  return read_end(reader, parser);
}

static mls_status read_text(struct csv_reader *reader, struct slice text) {
  struct csv_parser parser;
  unsigned char options = CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL;
  if (csv_init(&parser, options) != 0) return fail_memory(reader->fails);
  csv_set_space_func(&parser, never_space); /* libcsv would cut spaces at the ends */
  if (reader->csv->dialect == CSV_EXCEL_EU) csv_set_delim(&parser, ';');
  csv_set_blk_size(&parser, PIECE);
  mls_status status = read_pieces(reader, &parser, text);
  csv_free(&parser);
  buffer_close(&reader->text);
  memory_give(reader->memory, reader->ends);
  return status;
}

static mls_status read_file(struct csv_reader *reader) {
  struct csv *csv = reader->csv;
  struct place top = { csv->file, 1, 1 };
  struct slice text = { reader->bytes, reader->size };
  if (text.size > LIMIT_FILE)
    return fail_add(reader->fails, MLS_LIMIT, top, "the file is larger than %d MB (LIMIT_FILE)",
                    LIMIT_FILE / 1000000);
  const char *form = csv_other_form(text);
  if (form)
    return fail_add(reader->fails, MLS_SYNTAX, top,
                    "the file is %s; expected a CSV: save it as \"CSV UTF-8\"", form);
  if (begins_with(text, "\xEF\xBB\xBF", 3)) text.at += 3, text.size -= 3;
  buffer_open(&reader->text, reader->memory);
  TRY(read_text(reader, text));
  if (csv->count == 0)
    return fail_add(reader->fails, MLS_SYNTAX, top, "the file is empty; expected a header line");
  return MLS_OK;
}

mls_status csv_read(struct memory *memory, struct fails *fails, const char *file, const char *bytes,
                    size_t size, struct csv *out) {
  struct csv_reader reader = { .memory = memory,
                               .fails = fails,
                               .csv = out,
                               .bytes = bytes,
                               .size = size,
                               .line = 1,
                               .most = LIMIT_FACTS,
                               .bound = "LIMIT_FACTS" };
  *out = (struct csv){ .file = file };
  return read_file(&reader);
}

mls_status csv_read_as(struct memory *memory, struct fails *fails, const char *file,
                       const char *bytes, size_t size, enum csv_dialect dialect, struct csv *out) {
  struct csv_reader reader = { .memory = memory,
                               .fails = fails,
                               .csv = out,
                               .bytes = bytes,
                               .size = size,
                               .line = 1,
                               .option = true,
                               .most = LIMIT_ROWS,
                               .bound = "LIMIT_ROWS" };
  *out = (struct csv){ .file = file, .dialect = dialect };
  return read_file(&reader);
}

/* ---- headers, rows, places ---- */

struct place csv_place(const struct csv *csv, const struct csv_row *row, size_t index) {
  return (struct place){ csv->file, row->line, (int)index + 1 };
}

const char *csv_shown(char out[CSV_SHOWN], struct slice text) {
  enum { MOST = 64 };
  size_t size = text.size;
  if (size > MOST)
    for (size = MOST; size > 0 && is_continuation((unsigned char)text.at[size]);) size--;
  out[0] = '"';
  for (size_t i = 0; i < size; i++)
    out[i + 1] = text.at[i] == '\n' || text.at[i] == '\r' ? ' ' : text.at[i];
  strcpy(out + size + 1, size < text.size ? "...\"" : "\"");
  return out;
}

static mls_status wrong_header(const struct csv *csv, struct fails *fails, size_t index,
                               const char *const *wanted, size_t count) {
  const struct csv_row *row = &csv->rows[0];
  char found[CSV_SHOWN] = "the end of the line", expected[CSV_SHOWN] = "the end of the line";
  if (index < row->count) csv_shown(found, slice_of(row->fields[index]));
  if (index < count) csv_shown(expected, slice_of(wanted[index]));
  struct buffer all;
  buffer_open(&all, fails->memory);
  for (size_t i = 0; i < count; i++) buffer_print(&all, "%s%s", i > 0 ? "," : "", wanted[i]);
  mls_status status = all.failed
                          ? fail_memory(fails)
                          : fail_add(fails, MLS_SYNTAX, csv_place(csv, row, index),
                                     "found %s in the header; expected %s (the header is %s)",
                                     found, expected, all.bytes);
  buffer_close(&all);
  return status;
}

mls_status csv_header(const struct csv *csv, struct fails *fails, const char *const *wanted,
                      size_t count, bool open) {
  const struct csv_row *row = &csv->rows[0];
  for (size_t i = 0; i < count; i++)
    if (i >= row->count || strcmp(row->fields[i], wanted[i]) != 0)
      return wrong_header(csv, fails, i, wanted, count);
  return open || row->count == count ? MLS_OK : wrong_header(csv, fails, count, wanted, count);
}

static mls_status wrong_length(const struct csv *csv, const struct csv_row *row,
                               struct fails *fails) {
  size_t width = csv->rows[0].count;
  if (row->count < width)
    return fail_add(fails, MLS_SYNTAX, csv_place(csv, row, row->count),
                    "this line has %zu field%s, the header %zu", row->count,
                    row->count == 1 ? "" : "s", width);
  return fail_add(fails, MLS_SYNTAX, csv_place(csv, row, width),
                  "this line has %zu fields, the header %zu (a field that holds a %s stands in "
                  "quotes)",
                  row->count, width, csv->dialect == CSV_EXCEL_EU ? "semicolon" : "comma");
}

mls_status csv_check_row(const struct csv *csv, const struct csv_row *row, int note,
                         struct fails *fails) {
  if (row->count != csv->rows[0].count) return wrong_length(csv, row, fails);
  mls_status status = MLS_OK;
  for (size_t i = 0; i < row->count; i++)
    if (row->newlines[i] && (int)i != note)
      status = fail_add(fails, MLS_SYNTAX, csv_place(csv, row, i),
                        "this field holds a line break; only a note may");
  return status;
}

void csv_pin(struct fails *fails, struct fail *last, struct place place) {
  struct fail *fail = last ? last->next : fails->first;
  for (; fail; fail = fail->next) fail->place = place;
}

static bool is_after(const struct fail *a, const struct fail *b) {
  if (a->place.line != b->place.line) return a->place.line > b->place.line;
  return a->place.column > b->place.column;
}

void csv_sort(struct fails *fails, struct fail *last) {
  struct fail **from = last ? &last->next : &fails->first, *rest = *from, *end = NULL;
  *from = NULL;
  while (rest) {
    struct fail *fail = rest, **at = end && !is_after(end, fail) ? &end->next : from;
    rest = rest->next;
    while (*at && !is_after(*at, fail)) at = &(*at)->next;
    fail->next = *at;
    *at = fail;
    if (!fail->next) end = fail;
  }
  fails->last = end ? end : last;
}
