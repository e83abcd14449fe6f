/* Fields of a CSV being written, for the report of a run and for the results of a batch. */
#include "csv_write.h"

#include <math.h>
#include <string.h>

char csv_separator(enum csv_dialect dialect) { return dialect == CSV_EXCEL_EU ? ';' : ','; }

static bool is_odd(struct slice text, char separator) {
  if (text.size > 0 && (text.at[0] == ' ' || text.at[text.size - 1] == ' ')) return true;
  for (size_t i = 0; i < text.size; i++) {
    char c = text.at[i];
    if (c == separator || c == '"' || c == '\n' || c == '\r') return true;
  }
  return false;
}

static bool is_formula(char first) {
  unsigned char byte = (unsigned char)first;
  return (first && strchr("=+-@", first)) || byte < 0x20 || byte == 0x7F;
}

static void put(struct buffer *out, struct slice text, bool guarded, enum csv_dialect dialect) {
  bool quoted = is_odd(text, csv_separator(dialect));
  if (quoted) buffer_char(out, '"');
  if (guarded) buffer_char(out, '\'');
  for (size_t i = 0; quoted && i < text.size; i++) {
    if (text.at[i] == '"') buffer_char(out, '"');
    buffer_char(out, text.at[i]);
  }
  if (quoted) buffer_char(out, '"');
  else buffer_add(out, text.at, text.size);
}

void csv_put_field(struct buffer *out, struct slice text, enum csv_dialect dialect) {
  put(out, text, false, dialect);
}

void csv_put_text(struct buffer *out, struct slice text, enum csv_dialect dialect) {
  bool formula = text.size > 0 && is_formula(text.at[0]);
  bool guarded =
      text.size > 1 && text.at[0] == '\'' && (text.at[1] == '\'' || is_formula(text.at[1]));
  put(out, text, formula || guarded, dialect);
}

size_t csv_comma(char *out, size_t size) {
  char *point = memchr(out, '.', size);
  if (point) *point = ',';
  return size;
}

double csv_shortest(double si, double factor) {
  double best = si / factor;
  const double near[] = { best, nextafter(best, HUGE_VAL), nextafter(best, -HUGE_VAL) };
  size_t least = TEXT_NUMBER;
  for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
    char text[TEXT_NUMBER];
    size_t size = strlen(text_number(text, near[i]));
    if (near[i] * factor != si || size >= least) continue;
    least = size;
    best = near[i];
  }
  return best;
}
