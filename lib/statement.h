/* One statement of a sheet: what stands between a line's beginning and its comment. For sheet.c,
   which joins physical lines to statements and reads their labels. */
#ifndef MLS_STATEMENT_H
#define MLS_STATEMENT_H

#include "sheet.h"

struct reader {
  struct memory *memory;
  struct formulas formulas;
  struct memory scratch; /* lists while they grow */
  struct names *names;
  struct units *units;
  struct fails *fails;
  struct sheet *sheet;
  const char *file;
  struct slice text;   /* the whole file */
  size_t at;           /* start of the next physical line */
  int line;            /* its number */
  int table;           /* line index of the open table, or -1 */
  bool unclosed;       /* the statement opens a parenthesis that it does not close */
  bool after_unclosed; /* so did the one before: what is indented may belong to it */
  /* the statement being read */
  struct slice code;
  size_t code_at;
  struct place place; /* of code.at[code_at] */
  struct slice comment;
  bool commented;
  bool newer; /* the language of the sheet is newer than this library */
};

static inline bool statement_is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
static inline bool statement_is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

/* Reads the statement of a new line: its kind and all but its label. */
mls_status statement_read(struct reader *r, struct line *line);
/* Reads "sheet NAME", the first one; `name` is set also when it is refused. */
mls_status statement_header(struct reader *r, const char **name);

#endif
