/* Sheet text to lines. Physical lines are joined while a parenthesis is open, the comment is cut
   off as label and sources, and what is left is read by one function a leading word. A line with
   an error is kept as `wrong` when its name is known, so that only one error a cause is told. */
#include "statement.h"

#include <string.h>

#include "limits.h"
#include "progress.h"

struct slot sheet_slot(const struct sheet *sheet, unsigned slot) {
  if (slot >= sheet->line_count) return sheet->slots[slot - sheet->line_count];
  const struct line *line = &sheet->lines[slot];
  enum slot_kind kind =
      line->kind == LINE_TABLE                                                          ? SLOT_KEY
      : line->kind == LINE_INPUT || line->kind == LINE_CELL || line->kind == LINE_CHECK ? SLOT_LINE
                                                                                        : SLOT_NONE;
  return (struct slot){ .kind = line->name ? kind : SLOT_NONE,
                        .line = slot,
                        .table = kind == SLOT_KEY ? (int)line->domain->index : line->table,
                        .type = line->type };
}

/* ---- lines by name ---- */

static size_t index_at(const struct sheet *sheet, const struct line_index *index,
                       const char *name) {
  size_t at = hash_pointer(name, index->room);
  while (index->lines[at] && sheet->lines[index->lines[at] - 1].name != name)
    at = at + 1 < index->room ? at + 1 : 0;
  return at;
}

mls_status line_index_reserve(const struct sheet *sheet, struct line_index *index,
                              struct memory *memory, size_t more) {
  size_t count = index->count + more;
  struct line_index wide = { .room = count / 3 * 4 + 4 };
  if (count < index->room / 4 * 3) return MLS_OK;
  if (wide.room < index->room * 2) wide.room = index->room * 2;
  wide.lines = memory_array(memory, wide.room, sizeof *wide.lines);
  if (!wide.lines) return MLS_MEMORY;
  for (size_t i = 0; i < index->room; i++)
    if (index->lines[i]) line_index_put(sheet, &wide, index->lines[i] - 1);
  *index = wide;
  return MLS_OK;
}

void line_index_put(const struct sheet *sheet, struct line_index *index, unsigned line) {
  index->lines[index_at(sheet, index, sheet->lines[line].name)] = line + 1;
  index->count++;
}

bool line_find(const struct sheet *sheet, const struct line_index *index, const char *name,
               size_t *line) {
  if (index->room == 0) return false;
  size_t at = index_at(sheet, index, name);
  if (!index->lines[at]) return false;
  *line = index->lines[at] - 1;
  return true;
}

/* ---- labels ---- */

/* The "@key" token at the end of a comment is taken off it; NULL when there is none. */
static mls_status take_cite(struct reader *r, struct slice *text, const char **cite) {
  size_t start = text->size;
  *cite = NULL;
  while (start > 0 && (statement_is_word(text->at[start - 1]) || text->at[start - 1] == '.'))
    start--;
  bool key = start > 0 && start < text->size && text->at[start - 1] == '@' &&
             (start == 1 || text->at[start - 2] == ' ' || text->at[start - 2] == '\t');
  if (!key) return MLS_OK;
  *cite = names_add(r->names, (struct slice){ text->at + start, text->size - start });
  if (!*cite) return fail_memory(r->fails);
  *text = slice_trim((struct slice){ text->at, start - 1 });
  return MLS_OK;
}

/* Takes all of them: they stand before those that the line has already. */
static mls_status read_cites(struct reader *r, struct slice *text, const char ***cites,
                             unsigned *count) {
  const char *cite, **taken = NULL;
  size_t found = 0, room = 0;
  for (;;) {
    TRY(take_cite(r, text, &cite));
    if (!cite) break;
    const char **grown = memory_grow(&r->scratch, taken, found, &room, sizeof *taken);
    if (!grown) return fail_memory(r->fails);
    taken = grown;
    taken[found++] = cite;
  }
  if (found == 0) return MLS_OK;
  const char **kept = memory_array(r->memory, found + *count, sizeof *kept);
  if (!kept) return fail_memory(r->fails);
  for (size_t i = 0; i < found; i++) kept[i] = taken[found - 1 - i];
  if (*count > 0) memcpy(kept + found, *cites, *count * sizeof *kept);
  *cites = kept;
  *count += (unsigned)found;
  return MLS_OK;
}

/* Joins a comment to the label that a line has already. */
static mls_status add_label(struct reader *r, struct slice comment, const char **label,
                            const char ***cites, unsigned *count) {
  struct slice text = slice_trim(comment);
  TRY(read_cites(r, &text, cites, count));
  size_t before = strlen(*label);
  char *joined = memory_push(r->memory, before + text.size + 2);
  if (!joined) return fail_memory(r->fails);
  memcpy(joined, *label, before);
  if (before > 0 && text.size > 0) joined[before++] = ' ';
  if (text.size > 0) memcpy(joined + before, text.at, text.size);
  *label = joined;
  return MLS_OK;
}

/* ---- lines ---- */

static struct slice physical_line(struct reader *r) {
  size_t start = r->at;
  const char *end = memchr(r->text.at + start, '\n', r->text.size - start);
  size_t size = end ? (size_t)(end - (r->text.at + start)) : r->text.size - start;
  r->at = start + size + (end != NULL);
  r->line++;
  if (size > 0 && r->text.at[start + size - 1] == '\r') size--;
  return (struct slice){ r->text.at + start, size };
}

/* Where the comment begins outside quotes (or the size), and how the parentheses stand there. */
static size_t code_size(struct slice line, int *depth) {
  bool quoted = false;
  for (size_t i = 0; i < line.size; i++) {
    char c = line.at[i];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '#') return i;
    if (c == '(') ++*depth;
    if (c == ')') --*depth;
  }
  return line.size;
}

static mls_status check_clean(struct reader *r, struct slice line) {
  size_t where;
  if (text_is_clean(line, &where)) return MLS_OK;
  struct place place = { r->file, r->line, 1 };
  for (size_t i = 0; i < where; i++) place.column += ((unsigned char)line.at[i] & 0xC0) != 0x80;
  return fail_add(r->fails, MLS_SYNTAX, place,
                  "byte 0x%02X is no part of a UTF-8 text, or an invisible control character",
                  (unsigned char)line.at[where]);
}

/* Joins physical lines while a parenthesis is open; sets code, comment and place. */
static mls_status join_lines(struct reader *r, struct slice first) {
  int depth = 0;
  size_t size = code_size(first, &depth);
  struct slice last = first;
  size_t at = r->at, first_size = size;
  r->place = (struct place){ r->file, r->line, 1 };
  bool huge = false;
  while (depth > 0 && size == last.size && r->at < r->text.size && !huge) {
    last = physical_line(r);
    TRY(check_clean(r, last));
    size = code_size(last, &depth);
    huge = (size_t)(last.at + last.size - first.at) > LIMIT_LINE;
  }
  r->unclosed = depth > 0;
  if (huge && depth <= 0)
    return fail_add(r->fails, MLS_LIMIT, r->place, "a line of more than %d bytes (LIMIT_LINE)",
                    LIMIT_LINE);
  if (depth > 0) { /* never closed: the lines that follow are not part of this mistake */
    last = first;
    size = first_size;
    r->at = at;
    r->line = r->place.line;
  }
  r->code = slice_trim((struct slice){ first.at, (size_t)(last.at - first.at) + size });
  r->place.column += (int)(r->code.at - first.at);
  r->code_at = 0;
  r->commented = size < last.size;
  r->comment = (struct slice){ last.at + size + 1, r->commented ? last.size - size - 1 : 0 };
  return MLS_OK;
}

static struct line *add_line(struct reader *r) {
  struct line *line = &r->sheet->lines[r->sheet->line_count++];
  *line = (struct line){ .label = "", .table = -1 };
  return line;
}

/* "language 2" right below the first line: what is newer is refused by name, and nothing after it
   is read, lest every new word be told as a mistake. */
static mls_status check_language(struct reader *r, struct slice note) {
  static const char word[] = "language ";
  double number;
  if (note.size < sizeof word || memcmp(note.at, word, sizeof word - 1) != 0) return MLS_OK;
  struct slice rest = { note.at + sizeof word - 1, note.size - sizeof word + 1 };
  if (!text_read_number(rest, &number) || number <= SHEET_LANGUAGE) return MLS_OK;
  r->newer = true;
  return fail_add(
      r->fails, MLS_LIMIT, (struct place){ r->file, r->line, 1 },
      "this sheet is written in language %.*s; this version of mlsysim reads language %d",
      (int)rest.size, rest.at, SHEET_LANGUAGE);
}

static mls_status note_line(struct reader *r, struct slice text) {
  struct line *line = add_line(r);
  line->kind = LINE_NOTE;
  line->line = (unsigned)r->line;
  line->column = 1;
  line->table = r->table;
  line->heading = text.size > 1 && text.at[1] == '#';
  size_t marks = line->heading ? 2 : 1;
  struct slice rest = slice_trim((struct slice){ text.at + marks, text.size - marks });
  if (r->sheet->name && r->sheet->line_count == 1) TRY(check_language(r, rest));
  return add_label(r, rest, &line->label, &line->cites, &line->cite_count);
}

/* A label alone on an indented line belongs to the line above. */
static mls_status label_line(struct reader *r, struct slice comment) {
  struct sheet *sheet = r->sheet;
  if (sheet->line_count == 0)
    return add_label(r, comment, &sheet->label, &sheet->cites, &sheet->cite_count);
  struct line *line = &sheet->lines[sheet->line_count - 1];
  return add_label(r, comment, &line->label, &line->cites, &line->cite_count);
}

static mls_status statement_line(struct reader *r, bool indented) {
  struct line *line = add_line(r);
  line->line = (unsigned)r->place.line;
  line->column = (unsigned)r->place.column & 0xfffffu;
  if (!indented) r->table = -1;
  line->table = r->table;
  bool told = r->after_unclosed && indented && r->table < 0;
  r->after_unclosed = r->unclosed || told;
  if (told) {
    line->wrong = true;
    return MLS_SYNTAX;
  }
  if (indented && r->table < 0) {
    line->wrong = true;
    return fail_add(r->fails, MLS_SYNTAX, r->place,
                    "an indented line belongs to a table, and none is open here");
  }
  mls_status status = statement_read(r, line);
  line->wrong = status != MLS_OK;
  if (line->kind == LINE_TABLE && line->table < 0) r->table = (int)(line - r->sheet->lines);
  if (status == MLS_MEMORY) return status;
  if (r->commented) TRY(add_label(r, r->comment, &line->label, &line->cites, &line->cite_count));
  return status;
}

static mls_status header_line(struct reader *r) {
  TRY(statement_header(r, &r->sheet->name));
  if (r->commented)
    return add_label(r, r->comment, &r->sheet->label, &r->sheet->cites, &r->sheet->cite_count);
  return MLS_OK;
}

static mls_status read_line(struct reader *r) {
  struct slice text = physical_line(r);
  TRY(check_clean(r, text));
  if (slice_trim(text).size == 0) return MLS_OK;
  if (text.at[0] == '#') return note_line(r, text);
  bool indented = text.at[0] == ' ' || text.at[0] == '\t';
  TRY(join_lines(r, text));
  if (r->code.size == 0) return label_line(r, r->comment);
  if (!r->sheet->name) {
    mls_status status = header_line(r);
    if (status != MLS_OK || !r->sheet->name) r->sheet->name = "";
    return status;
  }
  return statement_line(r, indented);
}

/* Before memory is taken for its lines: a file with such a line is no sheet. */
static mls_status check_lengths(struct fails *fails, const char *file, struct slice text) {
  const char *at = text.at, *end = text.at + text.size;
  if (text.size > LIMIT_FILE)
    return fail_add(fails, MLS_LIMIT, (struct place){ file, 1, 1 },
                    "a file of more than %d bytes (LIMIT_FILE)", LIMIT_FILE);
  for (int line = 1; at < end; line++) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    if ((stop ? stop : end) - at > LIMIT_LINE)
      return fail_add(fails, MLS_LIMIT, (struct place){ file, line, 1 },
                      "a line of more than %d bytes (LIMIT_LINE)", LIMIT_LINE);
    at = stop ? stop + 1 : end;
  }
  return MLS_OK;
}

/* Lines to make room for: those that are not blank. */
static size_t count_lines(struct slice text) {
  size_t count = 1;
  const char *at = text.at, *end = text.at + text.size;
  while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
    while (at < end && statement_is_blank(*at)) at++;
    count += at < end;
  }
  return count;
}

static mls_status read_lines(struct reader *r) {
  struct sheet *sheet = r->sheet;
  size_t count = count_lines(r->text);
  sheet->lines = memory_array(r->memory, count, sizeof *sheet->lines);
  mls_status named = names_reserve(r->names, count + count / 32);
  if (!sheet->lines || named != MLS_OK || !memory_push(&r->scratch, 1))
    return fail_memory(r->fails);
  struct memory_mark mark = memory_mark(&r->scratch);
  while (r->at < r->text.size && r->fails->errors < LIMIT_ERRORS) {
    TRY(progress_tick(r->fails, 20, r->at, r->text.size));
    if (read_line(r) == MLS_MEMORY) return MLS_MEMORY;
    if (r->newer) return MLS_LIMIT;
    memory_reset(&r->scratch, mark);
  }
  return MLS_OK;
}

mls_status sheet_read(struct memory *memory, struct names *names, struct units *units,
                      struct fails *fails, const char *file, const char *bytes, size_t size,
                      struct sheet **out) {
  struct place start = { file, 1, 1 };
  size_t errors = fails->errors;
  *out = NULL;
  TRY(check_lengths(fails, file, (struct slice){ bytes, size }));
  struct sheet *sheet = memory_push(memory, sizeof *sheet);
  if (!sheet) return fail_memory(fails);
  *sheet = (struct sheet){ .file = file, .label = "", .hash = hash_more(HASH_START, bytes, size) };
  struct reader r = { .memory = memory,
                      .names = names,
                      .units = units,
                      .fails = fails,
                      .sheet = sheet,
                      .file = file,
                      .text = { bytes, size },
                      .table = -1 };
  if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0) r.at = 3;
  memory_open_beside(&r.scratch, memory);
  formulas_open(&r.formulas, memory, names, units, fails);
  mls_status status = read_lines(&r);
  formulas_close(&r.formulas);
  memory_close(&r.scratch);
  TRY(status);
  if (!sheet->name || !*sheet->name) {
    sheet->name = "";
    if (fails->errors == errors)
      fail_add(fails, MLS_SYNTAX, start,
               "expected \"sheet\" and the name of the sheet, found nothing");
  }
  *out = sheet;
  return fails->errors > errors ? fails->status : MLS_OK;
}
