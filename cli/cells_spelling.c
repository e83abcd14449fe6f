/* Formulas in one spelling: programs that save a workbook write the same formula differently, and
   share one among cells. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"

struct pen {
  char *out;
  size_t size, used;
};

static void put(struct pen *pen, const char *text, size_t size) {
  for (size_t i = 0; i < size; i++, pen->used++)
    if (pen->used + 1 < pen->size) pen->out[pen->used] = text[i];
}

static bool is_name(char byte) {
  unsigned char code = (unsigned char)byte;
  return isalnum(code) || code >= 0x80 || byte == '_' || byte == '.' || byte == '$' || byte == '\\';
}

/* A text in quotes, which may hold doubled ones; returns what is behind it. */
static const char *after_quoted(const char *at) {
  char quote = *at++;
  while (*at && (*at != quote || at[1] == quote)) at += *at == quote ? 2 : 1;
  return *at ? at + 1 : at;
}

static const char *put_number(struct pen *pen, const char *at) {
  char *end, text[40];
  double number = strtod(at, &end);
  if (end == at || at[1] == 'x' || at[1] == 'X') { /* not strtod's own hexadecimals */
    put(pen, at, 1);
    return at + 1;
  }
  put(pen, text, (size_t)snprintf(text, sizeof text, "%.15g", number));
  return end;
}

/* $B$7 and B7: column and row with their marks; false for another name. */
static bool read_reference(const char *at, size_t size, long place[2], bool fixed[2]) {
  size_t i = 0;
  place[0] = place[1] = 0;
  fixed[0] = i < size && at[i] == '$';
  i += fixed[0];
  size_t letters = i;
  for (; i < size && isalpha((unsigned char)at[i]) && i - letters < 3; i++)
    place[0] = place[0] * 26 + (toupper((unsigned char)at[i]) - 'A' + 1);
  if (i == letters) return false;
  fixed[1] = i < size && at[i] == '$';
  i += fixed[1];
  size_t digits = i;
  for (; i < size && isdigit((unsigned char)at[i]) && i - digits < 7; i++)
    place[1] = place[1] * 10 + (at[i] - '0');
  return i == size && i > digits && place[1] > 0;
}

static bool put_reference(struct pen *pen, const char *at, size_t size, unsigned row,
                          unsigned column) {
  long place[2], home[2] = { (long)column + 1, (long)row + 1 };
  bool fixed[2];
  char text[64];
  if (!read_reference(at, size, place, fixed)) return false;
  for (size_t i = 0; i < 2; i++) {
    const char *form = fixed[i] ? "%c%ld" : "%c[%ld]";
    int length =
        snprintf(text, sizeof text, form, i ? 'r' : 'c', fixed[i] ? place[i] : place[i] - home[i]);
    put(pen, text, (size_t)length);
  }
  return true;
}

static void put_upper(struct pen *pen, const char *at, size_t size) {
  for (size_t i = 0; i < size; i++) {
    char letter = (char)toupper((unsigned char)at[i]);
    put(pen, &letter, 1);
  }
}

static const char *put_name(struct pen *pen, const char *at, unsigned row, unsigned column) {
  static const char later[] = "_xlfn.";
  size_t size = 0;
  if (strncmp(at, later, sizeof later - 1) == 0) at += sizeof later - 1;
  while (is_name(at[size])) size++;
  const char *end = at + size;
  if (*end == '!') put(pen, at, size);
  else if (*end == '(' || !put_reference(pen, at, size, row, column)) put_upper(pen, at, size);
  bool truth =
      (size == 4 && strncmp(at, "TRUE", 4) == 0) || (size == 5 && strncmp(at, "FALSE", 5) == 0);
  return truth && strncmp(end, "()", 2) == 0 ? end + 2 : end;
}

size_t cells_spelling(const char *formula, unsigned row, unsigned column, char *out, size_t size) {
  struct pen pen = { out, size, 0 };
  for (const char *at = formula; *at;) {
    if (isspace((unsigned char)*at)) {
      at++;
    } else if (*at == '"' || *at == '\'') {
      const char *end = after_quoted(at);
      bool text = *at == '"' || end - at < 2;
      put(&pen, at + !text, (size_t)(end - at) - (text ? 0 : 2));
      at = end;
    } else if (isdigit((unsigned char)*at) || *at == '.') {
      at = put_number(&pen, at);
    } else if (is_name(*at)) {
      at = put_name(&pen, at, row, column);
    } else {
      put(&pen, at++, 1);
    }
  }
  if (size > 0) out[pen.used < size ? pen.used : size - 1] = 0;
  return pen.used;
}
