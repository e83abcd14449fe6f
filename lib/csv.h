/* Rows of a CSV (RFC 4180, comma) with line numbers, read by libcsv. BOM and CRLF are accepted,
   blank lines are skipped; fields must be clean UTF-8 of bounded size. The library's own <csv.h> is
   included by csv.c alone: compile with -iquote lib, never -I lib. Numbers in fields are in
   csv_number.c. */
#ifndef MLS_CSV_H
#define MLS_CSV_H

#include "fail.h"
#include "memory.h"
#include "text.h"

/* What separates fields, and decimals in numbers. */
enum csv_dialect {
  CSV_STANDARD, /* a comma; 0.5 */
  CSV_EXCEL_EU  /* a semicolon; 0,5 */
};
/* By name: NULL and "" are the standard, "excel-eu" the other; false for all else. */
bool csv_dialect_find(const char *name, enum csv_dialect *out);

struct csv_row {
  int line; /* of its first byte */
  size_t count;
  const char **fields;  /* ended by 0, as read: spaces at the ends are not removed; a row shorter
                           than the header is filled up with "" */
  const bool *newlines; /* true where the field held a quoted newline; as long as fields */
};

struct csv {
  const char *file; /* shown in messages */
  enum csv_dialect dialect;
  size_t count;
  struct csv_row *rows; /* rows[0] is the header */
};

/* Reads all rows into the arena. Errors: MLS_SYNTAX (open quote, text after a quote, a byte that is
   not UTF-8, a control character, another encoding or separator, named), MLS_LIMIT, MLS_MEMORY. An
   input without any row is MLS_SYNTAX "... is empty". Reading stops at the first error. */
mls_status csv_read(struct memory *memory, struct fails *fails, const char *file, const char *bytes,
                    size_t size, struct csv *out);

/* The same for what users bring: up to LIMIT_ROWS lines, not LIMIT_FACTS, in a dialect that a
   person chooses; a wrong separator names the option. */
mls_status csv_read_as(struct memory *memory, struct fails *fails, const char *file,
                       const char *bytes, size_t size, enum csv_dialect dialect, struct csv *out);

/* What a file is that holds no text of one byte units: "UTF-16 text", "an Excel workbook"; else
   NULL. */
const char *csv_other_form(struct slice text);
/* No byte above 127 has a place in UTF-8, and all have one in Windows-1252. */
bool csv_is_1252(const char *bytes, size_t size);

/* The header row is exactly the `count` names of `wanted` (extra ones may follow when `open`). */
mls_status csv_header(const struct csv *csv, struct fails *fails, const char *const *wanted,
                      size_t count, bool open);

/* Where a person edits field `index` (from 0) of a row: its line, and its number from 1. */
struct place csv_place(const struct csv *csv, const struct csv_row *row, size_t index);

enum { CSV_NOWHERE = -1 };

/* The row has the length of the header, and quoted newlines only in column `note`. */
mls_status csv_check_row(const struct csv *csv, const struct csv_row *row, int note,
                         struct fails *fails);

enum { CSV_SHOWN = 80 };

/* The text in quotes for a message, cut to a length that reads well. Returns `out`. */
const char *csv_shown(char out[CSV_SHOWN], struct slice text);

/* The text of a number ("0,5", "500 [GB]") as text_read_number takes it. With decimal commas, comma
   and point before the unit change places: a point is refused there, as a comma is elsewhere. Only
   MLS_MEMORY can go wrong, and is not told. */
mls_status csv_point(enum csv_dialect dialect, struct memory *memory, struct slice text,
                     struct slice *out);

/* What a person meant who wrote this where a number belongs: ": write 1000 without separators", or
   "" when nothing better than "not a number" can be said. Never NULL. */
const char *csv_number_advice(struct memory *memory, struct slice text);
const char *csv_number_advice_in(enum csv_dialect dialect, struct memory *memory,
                                 struct slice text);

/* Errors that unit_parse or unit_read added after `last` point into the unit's text; in a CSV a
   person looks for the field instead. */
void csv_pin(struct fails *fails, struct fail *last, struct place place);

/* Puts the messages after `last` into the order of the file. */
void csv_sort(struct fails *fails, struct fail *last);

#endif
