/* What a spreadsheet accepts as text, name and address. Everything that comes from a sheet, a
   registry or a user's CSV passes here before it reaches a file that somebody opens. */
#include "xlsx.h"

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <string.h>

/* ---- text ---- */

static bool is_hex(const char *at, size_t count) {
  for (size_t i = 0; i < count; i++)
    if (!isxdigit((unsigned char)at[i])) return false;
  return true;
}

/* "_x0041_" is read back as "A" by a spreadsheet. */
static bool is_escape(const char *at) {
  return at[0] == '_' && at[1] == 'x' && is_hex(at + 2, 4) && at[6] == '_';
}

/* Length of a valid UTF-8 sequence that XML may hold; 0 for anything else. */
static size_t sequence(const char *text) {
  const unsigned char *at = (const unsigned char *)text;
  struct slice slice = { text, 1 };
  if (*at >= 0x80) slice.size = *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
  for (size_t i = 1; i < slice.size; i++)
    if ((at[i] & 0xc0) != 0x80) return 0;
  size_t where;
  if (!text_is_clean(slice, &where)) return 0;
  if (at[0] == 0xef && at[1] == 0xbf && at[2] >= 0xbe) return 0; /* U+FFFE and U+FFFF */
  return slice.size;
}

static bool looks_like_number(const char *text) {
  double number;
  struct slice slice = slice_trim(slice_of(text));
  if (slice.size && *slice.at == '+') slice.at++, slice.size--;
  return text_read_number(slice, &number);
}

static bool is_risky(const char *text) {
  return (*text && strchr("=+-@\t\r", *text)) || looks_like_number(text);
}

static void add_clean(struct buffer *out, const char *text, size_t most) {
  while (*text && out->size < most) {
    size_t size = sequence(text);
    if (is_escape(text)) buffer_text(out, "_x005F");
    if (size == 0 || *text == '\t') buffer_char(out, ' ');
    else buffer_add(out, text, size);
    text += size ? size : 1;
  }
  if (*text) buffer_text(out, " ... (cut)");
}

const char *xlsx_safe(struct xlsx *x, const char *text) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (is_risky(text)) buffer_char(&out, '\'');
  add_clean(&out, text, XLSX_TEXT);
  return xlsx_keep(x, &out);
}

const char *xlsx_word(struct xlsx *x, const char *word) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (*word && strchr("=+-@\t\r", *word)) buffer_char(&out, '\'');
  add_clean(&out, word, XLSX_TEXT);
  return xlsx_keep(x, &out);
}

void xlsx_literal(struct buffer *out, const char *text) {
  buffer_char(out, '"');
  for (; *text; text++) {
    if (*text == '"') buffer_char(out, '"');
    buffer_char(out, *text);
  }
  buffer_char(out, '"');
}

/* ---- addresses ---- */

const char *xlsx_letters(char out[8], unsigned column) {
  char *at = out + 7;
  *at = 0;
  for (unsigned left = column + 1; left; left = (left - 1) / 26)
    *--at = (char)('A' + (left - 1) % 26);
  memmove(out, at, strlen(at) + 1);
  return out;
}

void xlsx_address(struct buffer *out, unsigned row, unsigned column, bool fixed) {
  char letters[8];
  const char *mark = fixed ? "$" : "";
  buffer_print(out, "%s%s%s%u", mark, xlsx_letters(letters, column), mark, row + 1);
}

void xlsx_quote(struct buffer *out, const char *tab) {
  bool plain = isalpha((unsigned char)*tab) && xlsx_name_is_legal(tab) && !strchr(tab, '.');
  if (!plain) buffer_char(out, '\'');
  for (const char *at = tab; *at; at++) {
    if (*at == '\'') buffer_char(out, '\'');
    buffer_char(out, *at);
  }
  buffer_text(out, plain ? "!" : "'!");
}

/* ---- names ---- */

/* One to three letters and digits: "H100". Some programs read longer columns too. */
static bool is_address(const char *name) {
  size_t letters = 0, digits = 0;
  while (isalpha((unsigned char)name[letters])) letters++;
  while (isdigit((unsigned char)name[letters + digits])) digits++;
  return letters >= 1 && letters <= 3 && digits && name[letters + digits] == 0;
}

/* "r", "c", "rc", and what begins as r1c1 does. */
static bool is_row_column(const char *name) {
  char first = (char)tolower((unsigned char)name[0]);
  if (first != 'r' && first != 'c') return false;
  if (name[1] == 0 || isdigit((unsigned char)name[1])) return true;
  return first == 'r' && tolower((unsigned char)name[1]) == 'c' &&
         (name[2] == 0 || isdigit((unsigned char)name[2]));
}

static bool equals_folded(const char *a, const char *b) {
  while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) a++, b++;
  return *a == *b;
}

/* Names that a spreadsheet keeps for itself. */
static bool is_reserved(const char *name) {
  static const char *const reserved[] = { "true",
                                          "false",
                                          "print_area",
                                          "print_titles",
                                          "criteria",
                                          "extract",
                                          "database",
                                          "consolidate_area",
                                          "sheet_title",
                                          "auto_open",
                                          "auto_close",
                                          "auto_activate",
                                          "auto_deactivate",
                                          "recorder",
                                          "data_form",
                                          "_filterdatabase",
                                          NULL };
  for (size_t i = 0; reserved[i]; i++)
    if (equals_folded(name, reserved[i])) return true;
  return tolower((unsigned char)name[0]) == '_' && tolower((unsigned char)name[1]) == 'x' &&
         tolower((unsigned char)name[2]) == 'l';
}

bool xlsx_name_is_legal(const char *name) {
  size_t size = strlen(name);
  if (size == 0 || size > XLSX_NAME) return false;
  if (!isalpha((unsigned char)*name) && *name != '_') return false;
  for (const char *at = name; *at; at++)
    if (!isalnum((unsigned char)*at) && *at != '_' && *at != '.') return false;
  return !is_address(name) && !is_row_column(name) && !is_reserved(name);
}

/* Interned in lower case: a spreadsheet does not tell cases apart. False when it was there. */
static bool take(struct xlsx *x, const char *text) {
  struct buffer low;
  buffer_open(&low, &x->scratch);
  for (; *text; text++) buffer_char(&low, (char)tolower((unsigned char)*text));
  const char *key = low.failed ? NULL : names_add(&x->names, (struct slice){ low.bytes, low.size });
  buffer_close(&low);
  size_t before;
  if (key && map_get(&x->taken, key, &before)) return false;
  if (key && map_put(&x->taken, key, 1) == MLS_OK) return true;
  x->status = x->status == MLS_OK ? MLS_MEMORY : x->status;
  return false;
}

/* A sheet may call a cell as a function's constant is called: that one is then found by address. */
static bool is_constant(const char *name) {
  for (size_t i = 0; function_constant_row(i); i++)
    if (equals_folded(function_constant_row(i)->name, name)) return true;
  return false;
}

const char *xlsx_take(struct xlsx *x, unsigned page, const char *name) {
  if (x->name_count >= XLSX_NAMES || !xlsx_name_is_legal(name)) return NULL;
  if (page != GRAPH_NONE && is_constant(name)) return NULL;
  if (!take(x, xlsx_print(x, "%u!%s", page, name))) return NULL;
  x->name_count++;
  const char *kept = memory_text(&x->memory, name, strlen(name));
  if (!kept && x->status == MLS_OK) x->status = MLS_MEMORY;
  return kept;
}

const char *xlsx_tab(struct xlsx *x, const char *path) {
  char tab[XLSX_TAB + 1] = "", number[16] = "";
  for (unsigned n = 1; x->status == MLS_OK; n++) {
    if (n > 1) {
      struct buffer mark;
      buffer_open(&mark, &x->scratch);
      buffer_print(&mark, "~%u", n);
      if (!mark.failed) memcpy(number, mark.bytes, mark.size + 1);
      else x->status = MLS_MEMORY;
      buffer_close(&mark);
    }
    size_t most = XLSX_TAB - strlen(number), size = strlen(path) < most ? strlen(path) : most;
    memcpy(tab, path, size);
    memcpy(tab + size, number, strlen(number) + 1);
    if (take(x, tab)) break;
  }
  const char *kept = memory_text(&x->memory, tab, strlen(tab));
  if (!kept && x->status == MLS_OK) x->status = MLS_MEMORY;
  return kept ? kept : "";
}

/* ---- choices ---- */

/* "run 3: a_b" for the third name "=a*b". */
static const char *numbered(struct xlsx *x, const char *name, size_t number) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (number) buffer_print(&out, "run %zu: ", number);
  for (; *name; name++) buffer_char(&out, strchr("*?~", *name) ? '_' : *name);
  return xlsx_keep(x, &out);
}

const char *xlsx_choice(struct xlsx *x, const char *name, size_t number) {
  const char *safe = xlsx_safe(x, name);
  bool plain = *safe && *safe != '\'';
  const char *choice = numbered(x, plain ? safe : *safe ? safe + 1 : "", plain ? 0 : number);
  if (!take(x, xlsx_print(x, "choice!%s", choice)) && x->status == MLS_OK) {
    choice = numbered(x, choice, number);
    if (!take(x, xlsx_print(x, "choice!%s", choice)))
      xlsx_refuse(x, MLS_NAME, "two scenarios are called %s in a workbook; rename one", choice);
  }
  const char *kept = memory_text(&x->memory, choice, strlen(choice));
  if (!kept && x->status == MLS_OK) x->status = MLS_MEMORY;
  return kept ? kept : "";
}

/* ---- links ---- */

bool xlsx_url_is_safe(const char *url) {
  size_t head = strncmp(url, "https://", 8) == 0 ? 8 : strncmp(url, "http://", 7) == 0 ? 7 : 0;
  size_t host = strcspn(url + head, "/?#");
  if (head == 0 || strlen(url) > XLSX_URL || !memchr(url + head, '.', host)) return false;
  if (url[head] == '.' || url[head + host - 1] == '.') return false;
  for (const char *at = url; *at; at++)
    if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f || strchr("\"<>\\^`{|}", *at))
      return false;
  return true;
}

/* ---- units and numbers ---- */

static void add_parts(struct xlsx *x, struct buffer *out, const struct dims *dims, bool below) {
  const struct units *units = x->model->units;
  for (unsigned i = 0; dims && i < dims->count; i++) {
    const struct part *part = &dims->parts[i];
    int num = below ? -part->num : part->num;
    if (num < 0) continue;
    if (below) buffer_char(out, '/');
    else if (out->size) buffer_char(out, '*');
    buffer_text(out, units->bases[part->base]);
    if (part->den != 1) buffer_print(out, "^(%d/%d)", num, part->den);
    else if (num != 1) buffer_print(out, "^%d", num);
  }
}

const char *xlsx_base_unit(struct xlsx *x, const struct dims *strict, const struct dims *count) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  add_parts(x, &out, strict, false);
  add_parts(x, &out, count, false);
  bool only_below = out.size == 0 && ((strict && strict->count) || (count && count->count));
  if (only_below) buffer_char(&out, '1');
  add_parts(x, &out, strict, true);
  add_parts(x, &out, count, true);
  if (out.size == 0) buffer_text(&out, "number");
  return xlsx_keep(x, &out);
}

const char *xlsx_unit(const struct unit *unit, enum kind kind) {
  if (kind == KIND_TEXT) return "word";
  if (kind == KIND_TRUTH) return "1 = yes";
  return unit && unit->text && *unit->text ? unit->text : "number";
}

/* The quotient need not give the value back: one of its neighbours then mostly does. */
double xlsx_typed(double si, double factor) {
  double typed = si / factor;
  if (!isfinite(typed) || typed * factor == si) return typed;
  double above = nextafter(typed, DBL_MAX), below = nextafter(typed, -DBL_MAX);
  if (above * factor == si) return above;
  return below * factor == si ? below : typed;
}
