/* What the loaders of sources.csv and NAME.csv share: the file being loaded, and fields that both
   have. Used by source.c and registry.c alone. */
#ifndef MLS_LOAD_H
#define MLS_LOAD_H

#include "registry.h"

/* One file being loaded. Its name is copied for this load, so that equal pointers mean the same
   load, also when two folders show one name. */
struct load {
  struct facts *facts;
  struct registry *registry;
  struct csv csv;
  struct fails *fails;
};

mls_status load_open(struct load *load, struct facts *facts, const struct csv *csv,
                     struct fails *fails);

/* Where field `index` of a row stands. */
struct place load_place(const struct load *load, const struct csv_row *row, size_t index);

enum { LOAD_WHERE = 512 };
/* "line 3" of this file, or "hardware.csv:3" of another one. Returns `out`. */
const char *load_where(const struct load *load, struct place place, char out[LOAD_WHERE]);

/* The first error of several checks counts, but memory above all. */
mls_status load_worst(mls_status first, mls_status second);

mls_status load_intern(struct load *load, const char *text, const char **out);

/* No spaces at the ends: they are invisible, and would make a different name. */
mls_status load_ends(struct load *load, const struct csv_row *row, size_t index);

/* A date or nothing; keeps the newest one of all facts and sources. */
mls_status load_date(struct load *load, const struct csv_row *row, size_t index, const char **out);

/* Adds a source, or replaces the one of the same key. */
mls_status load_put_source(struct load *load, const struct source *source);

#endif
