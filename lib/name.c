/* What may be a name and what may be a word: the rules that keep sheets, CSV and spreadsheets from
   reading the same letters differently. */
#include "name.h"

#include <string.h>

#include "limits.h"

static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool name_is_sound(struct slice name) {
  if (name.size == 0 || name.size > LIMIT_NAME || !is_lower(name.at[0])) return false;
  for (size_t i = 1; i < name.size; i++)
    if (!is_lower(name.at[i]) && !is_digit(name.at[i]) && name.at[i] != '_') return false;
  return true;
}

bool name_is_reserved(struct slice name) {
  static const char *const reserved[] = { "sheet", "use",  "input", "output", "check",
                                          "table", "for",  "in",    "likely", "by",
                                          "prior", "true", "false" };
  if (name.size < 2 || name.size > 6) return false;
  for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++)
    if (reserved[i][0] == name.at[0] && slice_is(name, reserved[i])) return true;
  return false;
}

static size_t letters(struct slice name) {
  size_t count = 0;
  while (count < name.size && (is_lower(name.at[count]) || is_upper(name.at[count]))) count++;
  return count;
}

static size_t digits(struct slice name, size_t at) {
  size_t count = 0;
  while (at + count < name.size && is_digit(name.at[at + count])) count++;
  return count;
}

/* r, c, rc, r1, c1, r1c1, rc1 ... in any case: the other way to write an address. */
static bool is_row_column(struct slice name) {
  size_t at = 0;
  if (at < name.size && (name.at[at] == 'r' || name.at[at] == 'R')) {
    at++;
    at += digits(name, at);
  }
  if (at < name.size && (name.at[at] == 'c' || name.at[at] == 'C')) {
    at++;
    at += digits(name, at);
  }
  return at > 0 && at == name.size;
}

bool name_is_address(struct slice name) {
  if (is_row_column(name)) return true;
  size_t count = letters(name);
  size_t more = digits(name, count);
  return count >= 1 && count <= 3 && more >= 1 && count + more == name.size;
}

/* "MAY-25": spreadsheets turn it into a date when a CSV is opened. */
static bool is_month_word(struct slice word) {
  static const char months[] = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC";
  if (word.size < 4) return false;
  char head[3];
  for (int i = 0; i < 3; i++) head[i] = is_lower(word.at[i]) ? (char)(word.at[i] - 32) : word.at[i];
  bool month = false;
  for (int i = 0; i < 12; i++) month = month || memcmp(head, months + 3 * i, 3) == 0;
  size_t at = word.at[3] == '-' ? 4 : 3;
  return month && at < word.size && digits(word, at) == word.size - at;
}

bool word_is_sound(struct slice word) {
  if (word.size == 0 || word.size > LIMIT_WORD) return false;
  if (!is_lower(word.at[0]) && !is_upper(word.at[0])) return false;
  for (size_t i = 1; i < word.size; i++) {
    char c = word.at[i];
    if (!is_lower(c) && !is_upper(c) && !is_digit(c) && c != '_' && c != '-') return false;
  }
  if (slice_is(word, "TRUE") || slice_is(word, "FALSE")) return false;
  bool exponent =
      (word.at[0] == 'e' || word.at[0] == 'E') && word.size > 1 && digits(word, 1) == word.size - 1;
  return !exponent && !is_month_word(word);
}
