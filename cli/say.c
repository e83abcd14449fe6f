/* Messages on stderr in the form that editors read: file:line:column: kind: text. */
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int exit_of(mls_status status) {
  if (status == MLS_OK) return DONE;
  if (status == MLS_CANCELLED) return INTERRUPTED;
  return status == MLS_FILE || status == MLS_MEMORY ? SYSTEM_FAILS : BAD_INPUT;
}

size_t say_code(const char *text, unsigned *code) {
  static const unsigned least[] = { 0, 0x80, 0x800, 0x10000 };
  const unsigned char *at = (const unsigned char *)text;
  size_t more = at[0] >= 0xF0 ? 3 : at[0] >= 0xE0 ? 2 : at[0] >= 0xC0;
  *code = at[0] & (0x7Fu >> (more + (more > 0)));
  if (at[0] > 0xF4 || (at[0] & 0xC0) == 0x80) return 0;
  for (size_t i = 1; i <= more; i++) {
    if ((at[i] & 0xC0) != 0x80) return 0;
    *code = *code << 6 | (at[i] & 0x3Fu);
  }
  bool surrogate = *code >= 0xD800 && *code < 0xE000;
  return *code < least[more] || *code > 0x10FFFF || surrogate ? 0 : more + 1;
}

/* Controls, and marks that turn the reading direction, so that a name looks like another. */
static bool is_harmful(unsigned code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069);
}

size_t say_character(const char *text) {
  unsigned code;
  size_t size = say_code(text, &code);
  return is_harmful(code) ? 0 : size;
}

static void put(const char *text) {
  while (*text) {
    size_t size = say_character(text);
    if (size) fwrite(text, 1, size, stderr);
    else fprintf(stderr, "\\x%02x", (unsigned char)*text);
    text += size ? size : 1;
  }
}

void say_error(const char *format, ...) {
  char text[4096];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  fputs("mlsysim: ", stderr);
  put(text);
  fputc('\n', stderr);
}

void say_file(const char *path, const char *what, const char *why) {
  put(path);
  fprintf(stderr, ": file: %s: %s\n", what, why);
}

void say_message(const mls_message *message, const char *origin) {
  if (message->status == MLS_CANCELLED) return; /* who pressed Ctrl-C knows */
  put(message->file ? message->file : origin);
  if (message->line > 0) fprintf(stderr, ":%d", message->line);
  if (message->line > 0 && message->column > 0) fprintf(stderr, ":%d", message->column);
  fprintf(stderr, ": %s: ", message->warning ? "warning" : mls_status_word(message->status));
  put(message->text ? message->text : "");
  fputc('\n', stderr);
}

void say_book(mls_book *book, const char *origin) {
  const mls_message *message;
  for (size_t i = 0; book && (message = mls_book_message(book, i)); i++)
    say_message(message, origin);
}

void say_values(mls_values *values, const char *origin) {
  const mls_message *message;
  for (size_t i = 0; values && (message = mls_values_message(values, i)); i++)
    say_message(message, origin);
}

/* ---- nearest ---- */

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* Edits between two short words; transpositions count one. */
static size_t distance(const char *a, const char *b) {
  enum { MOST = 64 };
  size_t table[MOST + 1][MOST + 1], n = strlen(a), m = strlen(b);
  if (n > MOST || m > MOST) return MOST;
  for (size_t i = 0; i <= n; i++) table[i][0] = i;
  for (size_t j = 0; j <= m; j++) table[0][j] = j;
  for (size_t i = 1; i <= n; i++) {
    for (size_t j = 1; j <= m; j++) {
      size_t edits = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      edits = least(edits, least(table[i - 1][j], table[i][j - 1]) + 1);
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      table[i][j] = swapped ? least(edits, table[i - 2][j - 2] + 1) : edits;
    }
  }
  return table[n][m];
}

const char *nearest_name(const char *wanted, const char *const *names, size_t count) {
  const char *best = NULL;
  size_t least_edits = strlen(wanted) / 3 + 1;
  for (size_t i = 0; i < count; i++) {
    size_t edits = distance(wanted, names[i]);
    if (edits > least_edits || (best && edits == least_edits)) continue;
    best = names[i];
    least_edits = edits;
  }
  return best;
}
