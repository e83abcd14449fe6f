/* What the loaders of sources.csv and NAME.csv share. Apart so that neither has a copy. */
#include "load.h"

#include <stdio.h>
#include <string.h>

struct place load_place(const struct load *load, const struct csv_row *row, size_t index) {
  return csv_place(&load->csv, row, index);
}

mls_status load_open(struct load *load, struct facts *facts, const struct csv *csv,
                     struct fails *fails) {
  const char *file = csv->file ? csv->file : "";
  *load = (struct load){ .facts = facts, .csv = *csv, .fails = fails };
  load->csv.file = memory_text(facts->memory, file, strlen(file));
  return load->csv.file ? MLS_OK : fail_memory(fails);
}

mls_status load_worst(mls_status first, mls_status second) {
  return first == MLS_OK || fail_ends(second) ? second : first;
}

mls_status load_intern(struct load *load, const char *text, const char **out) {
  *out = names_add(load->facts->names, slice_of(text));
  return *out ? MLS_OK : fail_memory(load->fails);
}

const char *load_where(const struct load *load, struct place place, char out[LOAD_WHERE]) {
  if (place.file == load->csv.file) snprintf(out, LOAD_WHERE, "line %d", place.line);
  else snprintf(out, LOAD_WHERE, "%.480s:%d", place.file, place.line);
  return out;
}

mls_status load_ends(struct load *load, const struct csv_row *row, size_t index) {
  char shown[CSV_SHOWN];
  struct slice text = slice_of(row->fields[index]);
  if (slice_trim(text).size == text.size) return MLS_OK;
  return fail_add(load->fails, MLS_SYNTAX, load_place(load, row, index),
                  "%s begins or ends with a space; expected none", csv_shown(shown, text));
}

static bool two_digits(const char *at, int *out) {
  if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') return false;
  *out = (at[0] - '0') * 10 + (at[1] - '0');
  return true;
}

static bool date_is_sound(const char *text) {
  static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
  int century, year, month, day;
  if (strlen(text) != 10 || text[4] != '-' || text[7] != '-') return false;
  if (!two_digits(text, &century) || !two_digits(text + 2, &year) ||
      !two_digits(text + 5, &month) || !two_digits(text + 8, &day))
    return false;
  if (month < 1 || month > 12) return false;
  bool leap = year % 4 == 0 && (year != 0 || century % 4 == 0);
  return day >= 1 && day <= days[month - 1] + (month == 2 && leap);
}

mls_status load_date(struct load *load, const struct csv_row *row, size_t index, const char **out) {
  char shown[CSV_SHOWN];
  struct facts *facts = load->facts;
  TRY(load_intern(load, row->fields[index], out));
  if (!**out) return MLS_OK;
  if (!date_is_sound(*out))
    return fail_add(load->fails, MLS_SYNTAX, load_place(load, row, index),
                    "%s is not a date; expected a day as 2026-11-23",
                    csv_shown(shown, slice_of(*out)));
  if (!facts->newest || strcmp(*out, facts->newest) > 0) facts->newest = *out;
  return MLS_OK;
}

mls_status load_put_source(struct load *load, const struct source *source) {
  struct facts *facts = load->facts;
  size_t index;
  if (map_get(&facts->source_index, source->key, &index)) {
    facts->sources[index] = *source;
    return MLS_OK;
  }
  struct source *sources = memory_grow(facts->memory, facts->sources, facts->source_count,
                                       &facts->source_room, sizeof *sources);
  if (!sources) return fail_memory(load->fails);
  facts->sources = sources;
  sources[facts->source_count] = *source;
  if (map_put(&facts->source_index, source->key, facts->source_count) != MLS_OK)
    return fail_memory(load->fails);
  facts->source_count++;
  return MLS_OK;
}
