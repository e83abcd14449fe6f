/* Places in the text of a sheet: lines, bytes, characters (which messages count) and UTF-16 units
   (which editors count), and what stands in a place. */
#include <stdio.h>
#include <string.h>

#include "lsp.h"

bool place_is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool place_is_path(char c) { return place_is_word(c) || c == '.'; }

/* ---- lines and places ---- */

const char *place_line(const struct sheet *sheet, size_t number, size_t *size) {
  const char *at = sheet->text, *end = sheet->text + sheet->size;
  for (; number > 0; number--) {
    const char *next = memchr(at, '\n', (size_t)(end - at));
    if (!next) {
      *size = 0;
      return end;
    }
    at = next + 1;
  }
  const char *stop = memchr(at, '\n', (size_t)(end - at));
  *size = (size_t)((stop ? stop : end) - at);
  if (*size > 0 && at[*size - 1] == '\r') --*size;
  return at;
}

/* UTF-16 units of the character that a byte begins; 0 within a character. */
static size_t width_of(char c) {
  unsigned char byte = (unsigned char)c;
  return (size_t)((byte & 0xC0) != 0x80) + (byte >= 0xF0);
}

size_t place_units(const char *at, size_t size) {
  size_t units = 0;
  for (size_t i = 0; i < size; i++) units += width_of(at[i]);
  return units;
}

/* Bytes before a UTF-16 unit. */
static size_t unit_offset(const char *at, size_t size, size_t unit) {
  size_t bytes = 0, units = 0;
  while (bytes < size && units + width_of(at[bytes]) <= unit) units += width_of(at[bytes++]);
  return bytes;
}

size_t place_character(const char *at, size_t size, int column) {
  size_t bytes = 0;
  for (int left = column; bytes < size; bytes++)
    if (((unsigned char)at[bytes] & 0xC0) != 0x80 && --left <= 0) break;
  return bytes;
}

void place_range(struct out *out, size_t line, size_t from, size_t end_line, size_t to) {
  out_text(out, "\"range\":{\"start\":{\"line\":");
  out_count(out, line);
  out_text(out, ",\"character\":");
  out_count(out, from);
  out_text(out, "},\"end\":{\"line\":");
  out_count(out, end_line);
  out_text(out, ",\"character\":");
  out_count(out, to);
  out_text(out, "}}");
}

static enum inside inside_of(const char *line, size_t at) {
  enum inside inside = INSIDE_CODE;
  for (size_t i = 0; i < at; i++) {
    char c = line[i];
    if (inside == INSIDE_TEXT) inside = c == '"' ? INSIDE_CODE : INSIDE_TEXT;
    else if (c == '#') return INSIDE_LABEL;
    else if (c == '"') inside = INSIDE_TEXT;
    else if (c == '[') inside = INSIDE_UNIT;
    else if (c == ']') inside = INSIDE_CODE;
  }
  return inside;
}

size_t place_lead(const char *line, size_t size, const char *lead, size_t *name) {
  size_t at = 0, length = strlen(lead);
  while (at < size && (line[at] == ' ' || line[at] == '\t')) at++;
  if (length > 0) {
    if (size - at <= length || memcmp(line + at, lead, length) != 0) return 0;
    if (place_is_word(line[at + length])) return 0;
    at += length;
    while (at < size && (line[at] == ' ' || line[at] == '\t')) at++;
  }
  *name = at;
  while (at < size && place_is_word(line[at])) at++;
  return at - *name;
}

bool place_is_indented(const char *line, size_t size) {
  return size > 0 && (line[0] == ' ' || line[0] == '\t');
}

/* The line above, and its size: with its \r, which no name holds. */
static const char *line_above(const struct sheet *sheet, const char *line, size_t *size) {
  const char *end = line - 1, *at = end;
  while (at > sheet->text && at[-1] != '\n') at--;
  *size = (size_t)(end - at);
  return at;
}

/* The table whose columns stand in this line: the first line above that is not indented. */
static void find_table(const struct sheet *sheet, struct spot *spot) {
  const char *line = spot->line;
  size_t size = spot->size, name = 0;
  while (line > sheet->text && line <= sheet->text + sheet->size) {
    bool passed = size == 0 || line[0] == '#' || line[0] == '\r';
    if (!passed && !place_is_indented(line, size)) break;
    if (passed && line == spot->line) return;
    line = line_above(sheet, line, &size);
  }
  size_t length = line == spot->line ? 0 : place_lead(line, size, "table", &name);
  if (length > 0 && length < sizeof spot->table)
    snprintf(spot->table, sizeof spot->table, "%.*s", (int)length, line + name);
}

struct spot place_spot(const struct sheet *sheet, size_t number, size_t unit) {
  struct spot spot = { .number = number };
  spot.line = place_line(sheet, number, &spot.size);
  spot.at = unit_offset(spot.line, spot.size, unit);
  spot.inside = inside_of(spot.line, spot.at);
  find_table(sheet, &spot);
  return spot;
}
