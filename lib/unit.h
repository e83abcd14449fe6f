/* Units: dimension vectors, unit expressions, conversion. Unit names come from units.csv rows only;
   nothing about a unit is built in. */
#ifndef MLS_UNIT_H
#define MLS_UNIT_H

#include <stdbool.h>
#include "csv.h"
#include "text.h"

/* One base with its rational exponent (den >= 1, lowest terms, num != 0). */
struct part {
  unsigned short base; /* index into units.bases */
  short num;
  short den;
};

/* Parts in order of base, interned: equal dimensions are one pointer. The empty one is never NULL.
 */
struct dims {
  unsigned short count;
  struct part parts[];
};

/* A written unit: SI value = number * factor. Both parts are interned; `text` is as written in the
   brackets, without them ("GB/s"; "" for plain). */
struct unit {
  double factor;
  const struct dims *strict; /* s m kg A K mol cd B FLOP and currencies */
  const struct dims *count;  /* token param GPU ...: may be empty against anything */
  const char *text;
};

struct unit_row; /* a row of units.csv */

struct units {
  struct memory *memory;
  struct names *names;
  struct unit_row *rows;
  size_t count;
  size_t room;
  struct names row_names; /* names of rows: not the book's, so that threads may read them */
  struct map by_name;     /* one of row_names -> index of row */
  struct map written;     /* interned text -> parsed unit */
  const struct unit **parsed;
  size_t parsed_count;
  size_t parsed_room;
  const char **bases; /* names of the bases, strict and counts */
  bool *base_counts;  /* true where the base is a count */
  size_t base_count;
  size_t base_room;
  const struct dims **set; /* interned dims, open addressing */
  size_t set_room;
  size_t set_count;
  const struct type **types; /* interned types, likewise */
  size_t type_room;
  size_t type_count;
  const struct dims *none;
  const struct unit *plain; /* factor 1, no parts, text "" */
  int depth;                /* of definitions being looked up */
};

mls_status units_open(struct units *units, struct memory *memory, struct names *names);
/* Adds the rows of a units.csv (header unit,definition,kind,differs,note). Rows may refer to later
   ones; a later file's row replaces an earlier one of the same name. */
mls_status units_load(struct units *units, struct csv *csv, struct fails *fails);

/* Parses the text of a unit; "" is plain. The same text gives the same pointer. Errors:
   MLS_SYNTAX, MLS_NAME (with the nearest name), MLS_LIMIT. */
mls_status unit_parse(struct units *units, struct slice text, struct place place,
                      struct fails *fails, const struct unit **out);
/* The same of what stands between brackets in a sheet, where nothing is an error. */
mls_status unit_in_brackets(struct units *units, struct slice text, struct place place,
                            struct fails *fails, const struct unit **out);

/* The same without touching the table, so that threads may share it: the unit and its dims are made
   in `memory`, and are compared by dims_same. */
mls_status unit_read(const struct units *units, struct memory *memory, struct slice text,
                     struct place place, struct fails *fails, struct unit *out);

/* dims algebra; NULL when an exponent leaves its bound or memory runs out. */
const struct dims *dims_multiply(struct units *units, const struct dims *a, const struct dims *b);
const struct dims *dims_divide(struct units *units, const struct dims *a, const struct dims *b);
const struct dims *dims_power(struct units *units, const struct dims *a, int num, int den);

/* What a value is: a number with dimensions, a text, or a truth. `zero` marks the literal 0, which
   takes the unit of its partner; `wild` marks missing(...) and what a reported error left unknown:
   it agrees with everything. */
enum kind { KIND_NUMBER, KIND_TEXT, KIND_TRUTH };
struct type {
  enum kind kind;
  bool zero;
  bool wild;
  const struct dims *strict;
  const struct dims *count;
};

/* The one pointer for this type: there are few, and every node of a formula has one. NULL when
   there is no memory. */
const struct type *type_intern(struct units *units, struct type type);

/* In words for messages: "kg*m^2/s^3", "USD/token", "a plain number", "a text", "a truth". Where
   the dims are those of a well known row (W, J, GB ...), that is added: "kg*m^2/s^3 (W)". */
const char *type_words(struct units *units, struct type type);

/* Kinds agree, strict parts are equal, and count parts are equal or one is empty. The literal 0
   agrees with every number, a wild type with everything. */
bool type_compatible(struct type a, struct type b);
/* The same dimensions, also when one side was not interned (unit_read). */
bool dims_same(const struct dims *a, const struct dims *b);

/* A unit with factor 1 that has these dims, spelled in bases ("B/s"): what SI values are shown in.
 */
const char *dims_text(struct units *units, const struct dims *strict, const struct dims *count);

/* For the independent unit tests and `list units`: the row at `index`, in file order. */
struct unit_view {
  const char *name;
  const char *definition;
  const char *kind;
  double factor;
};
bool units_row(const struct units *units, size_t index, struct unit_view *out);

#endif
