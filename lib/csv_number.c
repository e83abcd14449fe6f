/* Numbers in the fields of a CSV: the two dialects, and what people meant who wrote something else.
   Apart from csv.c, which splits lines and never looks into a field. */
#include <string.h>

#include "csv.h"
#include "limits.h"

/* ---- dialects ---- */

bool csv_dialect_find(const char *name, enum csv_dialect *out) {
  bool plain = !name || !name[0];
  *out = plain ? CSV_STANDARD : CSV_EXCEL_EU;
  return plain || strcmp(name, "excel-eu") == 0;
}

static void swap_points(char *text, size_t size) {
  for (size_t i = 0; i < size && text[i] != '['; i++)
    if (text[i] == ',') text[i] = '.';
    else if (text[i] == '.') text[i] = ',';
}

mls_status csv_point(enum csv_dialect dialect, struct memory *memory, struct slice text,
                     struct slice *out) {
  *out = text;
  bool either =
      text.size > 0 && (memchr(text.at, ',', text.size) || memchr(text.at, '.', text.size));
  if (dialect == CSV_STANDARD || !either) return MLS_OK;
  char *copy = memory_text(memory, text.at, text.size);
  if (!copy) return MLS_MEMORY;
  swap_points(copy, text.size);
  out->at = copy;
  return MLS_OK;
}

/* ---- numbers as people write them ---- */

/* Advice being written, in the dialect of the file. */
struct advice {
  struct buffer buffer;
  char decimal;      /* between whole and fraction: a point or a comma */
  const char *right; /* its name, */
  const char *wrong; /* and that of the other one */
};

static bool begins_with(struct slice text, const char *bytes, size_t size) {
  return text.size >= size && memcmp(text.at, bytes, size) == 0;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Bytes of a separator that stands between digits in some country, 0 when it is none. */
static size_t separator_size(struct slice rest) {
  if (rest.size == 0) return 0;
  if (strchr(",.' _", rest.at[0]) && rest.at[0]) return 1;
  if (begins_with(rest, "\xC2\xA0", 2)) return 2;      /* no-break space */
  if (begins_with(rest, "\xE2\x80\xAF", 3)) return 3;  /* narrow no-break space */
  return begins_with(rest, "\xE2\x80\x99", 3) ? 3 : 0; /* apostrophe */
}

/* What digits with separators between them are made of. */
struct grouping {
  size_t separators, commas, points;
  size_t last;  /* where the last comma or point stands */
  size_t group; /* digits after the last separator */
};

static bool read_grouping(struct slice text, struct grouping *out) {
  *out = (struct grouping){ 0 };
  size_t i = text.size > 0 && text.at[0] == '-';
  while (i < text.size) {
    size_t size = separator_size((struct slice){ text.at + i, text.size - i });
    if (size == 0 && !is_digit(text.at[i])) return false;
    bool odd = out->separators > 0 ? out->group != 2 && out->group != 3 : out->group == 0;
    if (size > 0 && odd) return false; /* 12.5.2026 is no number */
    if (size > 0) out->separators++, out->group = 0;
    else out->group++;
    if (text.at[i] == ',' || text.at[i] == '.') out->last = i;
    out->commas += text.at[i] == ',';
    out->points += text.at[i] == '.';
    i += size ? size : 1;
  }
  return out->separators > 0 && out->group > 0;
}

/* The digits alone, with a decimal point (or comma) for the byte at `point`. */
static void add_digits(struct advice *advice, struct slice text, size_t point) {
  for (size_t i = 0; i < text.size; i++)
    if (is_digit(text.at[i]) || (i == 0 && text.at[i] == '-'))
      buffer_char(&advice->buffer, text.at[i]);
    else if (i == point) buffer_char(&advice->buffer, advice->decimal);
}

static void advise_grouping(struct advice *advice, struct slice text, struct grouping grouping) {
  size_t others = advice->decimal == '.' ? grouping.commas : grouping.points;
  bool lone = grouping.separators == 1 && others == 1;
  bool thousands = lone && grouping.group == 3;
  size_t alike = text.at[grouping.last] == ',' ? grouping.commas : grouping.points;
  bool decimals = (lone && !thousands) || (grouping.separators > 1 && alike == 1);
  buffer_text(&advice->buffer, ": write ");
  add_digits(advice, text, decimals ? grouping.last : text.size);
  if (thousands) {
    buffer_text(&advice->buffer, ", or ");
    add_digits(advice, text, grouping.last);
    buffer_print(&advice->buffer, " if the %s is a decimal one", advice->wrong);
  } else if (lone) {
    buffer_print(&advice->buffer, " with a decimal %s", advice->right);
  } else {
    buffer_text(&advice->buffer, " without separators");
  }
}

/* Bytes at the start that read as a number. */
static size_t number_size(const struct advice *advice, struct slice text) {
  enum { MOST = 40 };
  char head[MOST];
  double ignored;
  size_t size = text.size < MOST ? text.size : MOST;
  if (size > 0) memcpy(head, text.at, size);
  if (advice->decimal == ',') swap_points(head, size);
  while (size > 0 && !text_read_number((struct slice){ head, size }, &ignored)) size--;
  return size;
}

static bool is_unit_start(char c) {
  return c == '%' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "5 GB", "5%": a number and then a unit without its brackets. */
static void advise_unit(struct advice *advice, struct slice text) {
  size_t size = number_size(advice, text);
  struct slice unit = slice_trim((struct slice){ text.at + size, text.size - size });
  if (size == 0 || unit.size == 0 || unit.size > LIMIT_NAME || !is_unit_start(unit.at[0]) ||
      memchr(unit.at, ' ', unit.size))
    return;
  buffer_print(&advice->buffer, ": write the unit in brackets, %.*s [%.*s]", (int)size, text.at,
               (int)unit.size, unit.at);
}

static const char *sign_advice(struct slice text) {
  static const struct {
    const char *begins, *advice;
  } signs[] = {
    { "#", ": the spreadsheet could not calculate it" },
    { "=", ": a spreadsheet formula; save the file with its values" },
    { "+", ": write it without the +" },
    { "\xE2\x88\x92", ": write its sign as -" },
    { "\xE2\x80\x93", ": write its sign as -" },
    { "$", ": write the currency as a unit, 5 [USD]" },
    { "\xE2\x82\xAC", ": write the currency as a unit, 5 [EUR]" },
    { "\xC2\xA3", ": write the currency as a unit, 5 [GBP]" },
    { "(", ": write a negative number with -" },
  };
  for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
    if (begins_with(text, signs[i].begins, strlen(signs[i].begins))) return signs[i].advice;
  return NULL;
}

static void advise(struct advice *advice, struct slice text) {
  struct grouping grouping;
  const char *sign = sign_advice(text);
  if (sign) buffer_text(&advice->buffer, sign);
  else if (text.size > 0 && text.at[0] == advice->decimal)
    buffer_print(&advice->buffer, ": write a digit before the %s", advice->right);
  else if (text.size > 1 && text.at[text.size - 1] == advice->decimal &&
           is_digit(text.at[text.size - 2]))
    buffer_print(&advice->buffer, ": write a digit after the %s, or no %s", advice->right,
                 advice->right);
  else if (text.size < LIMIT_NAME && read_grouping(text, &grouping))
    advise_grouping(advice, text, grouping);
  else advise_unit(advice, text);
}

const char *csv_number_advice_in(enum csv_dialect dialect, struct memory *memory,
                                 struct slice text) {
  bool comma = dialect == CSV_EXCEL_EU;
  struct advice advice = { .decimal = comma ? ',' : '.',
                           .right = comma ? "comma" : "point",
                           .wrong = comma ? "point" : "comma" };
  buffer_open(&advice.buffer, memory);
  advise(&advice, slice_trim(text));
  const char *kept = advice.buffer.size > 0 ? buffer_keep(&advice.buffer, memory) : "";
  buffer_close(&advice.buffer);
  return kept ? kept : "";
}

const char *csv_number_advice(struct memory *memory, struct slice text) {
  return csv_number_advice_in(CSV_STANDARD, memory, text);
}
