/* sources.csv: who says what a fact says. Apart from registry.c because sheets cite sources too. */
#include <string.h>

#include "limits.h"
#include "load.h"

enum { S_KEY, S_KIND, S_TITLE, S_AUTHORS, S_YEAR, S_URL, S_ACCESSED, S_LICENCE, S_REDISTRIBUTE };

static bool key_is_sound(const char *key) {
  if (!*key || strlen(key) > LIMIT_WORD) return false;
  for (const char *at = key; *at; at++) {
    bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
    bool digit = *at >= '0' && *at <= '9';
    if (!letter && !digit && (at == key || (*at != '_' && *at != '-'))) return false;
  }
  return true;
}

static mls_status check_key(struct load *load, const struct csv_row *row, const char *key) {
  char shown[CSV_SHOWN], place[LOAD_WHERE];
  size_t old;
  if (!key_is_sound(key))
    return fail_add(load->fails, MLS_SYNTAX, load_place(load, row, S_KEY),
                    "%s is not a key; expected letters, digits, _ and -",
                    csv_shown(shown, slice_of(key)));
  if (!map_get(&load->facts->source_index, key, &old)) return MLS_OK;
  const struct source *first = &load->facts->sources[old];
  if (first->place.file == load->csv.file)
    return fail_add(load->fails, MLS_NAME, load_place(load, row, S_KEY),
                    "source %s stands in line %d already", key, first->place.line);
  if (first->place.line > 0)
    fail_warn(load->fails, load_place(load, row, S_KEY), "source %s overrides the one of %s", key,
              load_where(load, first->place, place));
  return MLS_OK;
}

static mls_status read_source(struct load *load, const struct csv_row *row) {
  struct source made = { .place = load_place(load, row, S_KEY) };
  const char **const texts[] = { &made.key,      &made.kind,    &made.title,
                                 &made.authors,  &made.year,    &made.url,
                                 &made.accessed, &made.licence, &made.redistribute };
  TRY(csv_check_row(&load->csv, row, CSV_NOWHERE, load->fails));
  made.licence = made.redistribute = "";
  for (size_t i = 0; i < row->count; i++) TRY(load_intern(load, row->fields[i], texts[i]));
  TRY(check_key(load, row, made.key));
  TRY(load_date(load, row, S_ACCESSED, &made.accessed));
  return load_put_source(load, &made);
}

mls_status sources_load(struct facts *facts, struct csv *csv, struct fails *fails) {
  static const char *const header[] = { "key", "kind",     "title",   "authors",     "year",
                                        "url", "accessed", "licence", "redistribute" };
  struct load load;
  mls_status first = MLS_OK;
  facts->has_sources = true;
  TRY(load_open(&load, facts, csv, fails));
  size_t wanted = csv->rows[0].count > S_ACCESSED + 1 ? S_REDISTRIBUTE + 1 : S_ACCESSED + 1;
  TRY(csv_header(&load.csv, fails, header, wanted, false));
  for (size_t i = 1; i < csv->count; i++) {
    first = load_worst(first, read_source(&load, &csv->rows[i]));
    if (fail_ends(first)) break;
  }
  return first;
}

const struct source *source_find(const struct facts *facts, const char *key) {
  size_t index;
  return map_get(&facts->source_index, key, &index) ? &facts->sources[index] : NULL;
}
