/* CSV tables with a key, and header cells. Apart from scenario.c because the maker of the graph,
   which is below scenarios, needs them too. */
#include "rows.h"

#include <string.h>

#include "limits.h"
#include "progress.h"

/* ---- texts met so far ---- */

void rows_seen_open(struct rows_seen *seen, const struct memory *memory) {
  memory_open(&seen->memory, &memory->allocator);
  names_open(&seen->names, &seen->memory);
  map_open(&seen->first, &seen->memory);
}

void rows_seen_close(struct rows_seen *seen) { memory_close(&seen->memory); }

mls_status rows_seen_add(struct rows_seen *seen, struct slice text, size_t where, size_t *first,
                         bool *again) {
  const char *name = names_add(&seen->names, text);
  if (!name) return MLS_MEMORY;
  *again = map_get(&seen->first, name, first);
  return *again ? MLS_OK : map_put(&seen->first, name, where);
}

/* ---- header cells ---- */

static mls_status heading_unit(struct memory *memory, struct fails *fails,
                               const struct units *units, struct slice unit, struct place place,
                               struct rows_column *out) {
  struct fail *last = fails->last;
  mls_status status = unit_read(units, memory, unit, place, fails, &out->unit);
  if (status != MLS_OK) csv_pin(fails, last, place);
  out->has_unit = true;
  return status;
}

mls_status rows_heading(struct memory *memory, struct fails *fails, const struct units *units,
                        struct slice text, struct place place, struct rows_column *out) {
  char shown[CSV_SHOWN];
  text = slice_trim(text);
  const char *open = text.size > 0 ? memchr(text.at, '[', text.size) : NULL;
  size_t before = open ? (size_t)(open - text.at) : text.size;
  struct slice name = slice_trim((struct slice){ text.at, before });
  *out = (struct rows_column){ .place = place };
  if (name.size == 0)
    return fail_add(fails, MLS_SYNTAX, place,
                    "found %s in the header; expected a name, as load or load [%%]",
                    csv_shown(shown, text));
  out->name = memory_text(memory, name.at, name.size);
  if (!out->name) return fail_memory(fails);
  if (!open) return MLS_OK;
  struct slice unit = { open + 1, text.size - before - 1 };
  bool closed = unit.size > 1 && unit.at[unit.size - 1] == ']';
  if (!closed)
    return fail_add(fails, MLS_SYNTAX, place,
                    "found %s in the header; expected a unit in brackets at its end, as load [%%]",
                    csv_shown(shown, text));
  unit.size--;
  return heading_unit(memory, fails, units, unit, place, out);
}

/* ---- the table ---- */

static mls_status worst(mls_status first, mls_status second) {
  return first == MLS_OK || fail_ends(second) ? second : first;
}

static mls_status read_column(struct memory *memory, struct fails *fails, const struct units *units,
                              struct rows_csv *rows, size_t index, struct rows_seen *seen) {
  const struct csv_row *header = &rows->csv.rows[0];
  struct place place = csv_place(&rows->csv, header, index);
  struct rows_column *column = &rows->columns[index - 1];
  size_t first;
  bool again;
  TRY(rows_heading(memory, fails, units, slice_of(header->fields[index]), place, column));
  if (rows_seen_add(seen, slice_of(column->name), index, &first, &again) != MLS_OK)
    return fail_memory(fails);
  if (!again) return MLS_OK;
  return fail_add(fails, MLS_NAME, place, "column %s stands in field %zu already", column->name,
                  first + 1);
}

static mls_status read_header(struct memory *memory, struct fails *fails, const struct units *units,
                              struct rows_csv *rows) {
  const struct csv_row *header = &rows->csv.rows[0];
  struct rows_column key;
  struct rows_seen seen;
  rows->key_place = csv_place(&rows->csv, header, 0);
  rows->column_count = header->count - 1;
  rows->columns = memory_array(memory, rows->column_count, sizeof *rows->columns);
  if (!rows->columns) return fail_memory(fails);
  TRY(csv_check_row(&rows->csv, header, CSV_NOWHERE, fails));
  mls_status status =
      rows_heading(memory, fails, units, slice_of(header->fields[0]), rows->key_place, &key);
  rows->key = key.name;
  if (key.has_unit && status == MLS_OK)
    status = fail_add(fails, MLS_SYNTAX, rows->key_place, "the key %s has a unit; expected none",
                      key.name);
  rows_seen_open(&seen, memory);
  for (size_t i = 1; i < header->count && !fail_ends(status); i++)
    status = worst(status, read_column(memory, fails, units, rows, i, &seen));
  rows_seen_close(&seen);
  return status;
}

/* The rows met so far, each at the hash of its key: index + 1, 0 for none. A copy of the keys would
   take more than their file. */
struct keys {
  const struct rows_csv *rows;
  unsigned *slots;
  size_t room; /* a power of two, at least twice the rows */
};

static mls_status keys_open(struct keys *keys, const struct rows_csv *rows,
                            const struct memory *memory) {
  *keys = (struct keys){ .rows = rows, .room = 2 };
  while (keys->room < 2 * rows->count) keys->room *= 2;
  keys->slots = memory_take(memory, NULL, keys->room * sizeof *keys->slots);
  if (keys->slots) memset(keys->slots, 0, keys->room * sizeof *keys->slots);
  return keys->slots ? MLS_OK : MLS_MEMORY;
}

/* Where a key stands, or where it belongs. */
static unsigned *keys_find(const struct keys *keys, struct slice key) {
  size_t at = hash_bytes(key.at, key.size) & (keys->room - 1);
  for (;; at = (at + 1) & (keys->room - 1)) {
    if (keys->slots[at] == 0) return &keys->slots[at];
    struct slice other = rows_key(keys->rows, keys->slots[at] - 1);
    if (other.size == key.size && memcmp(other.at, key.at, key.size) == 0) return &keys->slots[at];
  }
}

static mls_status check_key(const struct keys *keys, size_t row, struct fails *fails) {
  char shown[CSV_SHOWN];
  struct slice key = rows_key(keys->rows, row);
  struct place place = rows_key_place(keys->rows, row);
  if (key.size == 0)
    return fail_add(fails, MLS_SYNTAX, place, "the key is empty; expected a number or a word");
  if (key.size > LIMIT_WORD)
    return fail_add(fails, MLS_LIMIT, place, "key %s is longer than %d bytes (LIMIT_WORD)",
                    csv_shown(shown, key), LIMIT_WORD);
  unsigned *slot = keys_find(keys, key);
  if (*slot == 0) {
    *slot = (unsigned)row + 1;
    return MLS_OK;
  }
  return fail_add(fails, MLS_NAME, place, "key %s stands in line %d already", csv_shown(shown, key),
                  rows_key_place(keys->rows, *slot - 1).line);
}

static mls_status check_row(const struct keys *keys, size_t row, struct fails *fails) {
  const struct rows_csv *rows = keys->rows;
  TRY(progress_tick(fails, 2 + rows->column_count, row, rows->count));
  TRY(csv_check_row(&rows->csv, &rows->csv.rows[row + 1], CSV_NOWHERE, fails));
  mls_status status = check_key(keys, row, fails);
  for (size_t i = 0; i < rows->column_count; i++)
    if (rows_value(rows, row, i).size == 0)
      status = worst(status, fail_add(fails, MLS_SYNTAX, rows_value_place(rows, row, i),
                                      "no value for %s; expected a number or a word",
                                      rows->columns[i].name));
  return status;
}

static mls_status check_rows(const struct rows_csv *rows, const struct memory *memory,
                             struct fails *fails) {
  struct keys keys;
  if (keys_open(&keys, rows, memory) != MLS_OK) return fail_memory(fails);
  mls_status status = MLS_OK;
  for (size_t i = 0; i < rows->count && !fail_ends(status); i++)
    status = worst(status, check_row(&keys, i, fails));
  memory_give(memory, keys.slots);
  return status;
}

mls_status rows_read(struct memory *memory, struct fails *fails, const struct units *units,
                     const char *file, const char *bytes, size_t size, struct rows_csv *out) {
  return rows_read_as(memory, fails, units, file, bytes, size, CSV_STANDARD, out);
}

mls_status rows_read_as(struct memory *memory, struct fails *fails, const struct units *units,
                        const char *file, const char *bytes, size_t size, enum csv_dialect dialect,
                        struct rows_csv *out) {
  *out = (struct rows_csv){ 0 };
  TRY(csv_read_as(memory, fails, file, bytes, size, dialect, &out->csv));
  out->count = out->csv.count - 1;
  mls_status status = read_header(memory, fails, units, out);
  if (status == MLS_OK && out->count == 0)
    return fail_add(fails, MLS_SYNTAX, out->key_place,
                    "the file has a header alone; expected at least one row");
  if (status != MLS_OK) return status; /* messages of values name their column */
  return check_rows(out, memory, fails);
}

struct slice rows_key(const struct rows_csv *rows, size_t row) {
  return slice_trim(slice_of(rows->csv.rows[row + 1].fields[0]));
}

struct place rows_key_place(const struct rows_csv *rows, size_t row) {
  return csv_place(&rows->csv, &rows->csv.rows[row + 1], 0);
}

struct slice rows_value(const struct rows_csv *rows, size_t row, size_t column) {
  return slice_trim(slice_of(rows->csv.rows[row + 1].fields[column + 1]));
}

struct place rows_value_place(const struct rows_csv *rows, size_t row, size_t column) {
  return csv_place(&rows->csv, &rows->csv.rows[row + 1], column + 1);
}
