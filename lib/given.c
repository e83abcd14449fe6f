/* Rows of tables that come from outside: a CSV gives a table other keys, and its input columns
   their values. Apart from graph.c, which makes the cells of them. The files as read take many
   times what is kept of them, so they stand in a memory of their own. */
#include "given.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "limits.h"
#include "progress.h"
#include "renamed.h"

/* What is being read: a table's CSV for the table it replaces. */
struct reading {
  struct givens *givens;
  struct given *given;
  const struct sheet *sheet;
  const struct line *table;
};

/* For what is needed while reading, and for what the model keeps. */
static struct memory *memory_of(const struct reading *r) { return &r->givens->memory; }
static struct memory *kept_of(const struct reading *r) { return r->givens->model->memory; }
static struct fails *fails_of(const struct reading *r) { return r->givens->fails; }

static mls_status worst(mls_status first, mls_status second) {
  return first == MLS_OK || fail_ends(second) ? second : first;
}

mls_status given_open(struct givens *givens, struct mls_model *model, const mls_rows *rows,
                      size_t count, struct fails *fails) {
  *givens = (struct givens){ .model = model, .fails = fails, .count = count };
  memory_open_beside(&givens->memory, model->memory);
  givens->list = memory_array(&givens->memory, count, sizeof *givens->list);
  if (!givens->list) return fail_memory(fails);
  for (size_t i = 0; i < count; i++) {
    struct slice path = slice_trim(slice_of(rows[i].table));
    const char *copy = memory_text(&givens->memory, path.at, path.size);
    if (!copy) return fail_memory(fails);
    givens->list[i] = (struct given){ .path = copy, .source = &rows[i], .instance = GRAPH_NONE };
  }
  return MLS_OK;
}

void given_close(struct givens *givens) { memory_close(&givens->memory); }

/* ---- columns ---- */

static const struct line *column_line(const struct reading *r, const char *name) {
  size_t index;
  const char *interned = names_find(r->givens->model->facts->names, slice_of(name));
  bool found = interned &&
               line_find(r->sheet, &r->sheet->columns[r->table->domain->index], interned, &index);
  return found ? &r->sheet->lines[index] : NULL;
}

static bool is_input_of(const struct reading *r, const struct line *line) {
  return line->kind == LINE_INPUT && line->table == (int)r->table->domain->index;
}

static mls_status no_column(const struct reading *r, const struct rows_column *column) {
  struct nearest nearest = { .wanted = slice_of(column->name) };
  for (size_t i = 0; i < r->sheet->line_count; i++)
    if (is_input_of(r, &r->sheet->lines[i])) nearest_offer(&nearest, r->sheet->lines[i].name);
  return fail_add(fails_of(r), MLS_NAME, column->place, "table %s has no input column %s%s",
                  r->given->path, column->name, nearest_hint(memory_of(r), &nearest));
}

static bool unit_agrees(const struct line *line, const struct unit *unit) {
  return type_compatible(*line->type, type_number(unit->strict, unit->count));
}

static mls_status wrong_unit(const struct reading *r, const struct line *line,
                             const struct unit *unit, struct place place) {
  if (line->domain->set->kind != SET_RANGE)
    return fail_add(fails_of(r), MLS_UNIT, place, "found the unit %s; %s is a word and has none",
                    unit->text, line->name);
  if (!line->unit)
    return fail_add(fails_of(r), MLS_UNIT, place, "found the unit %s; %s is a plain number",
                    unit->text, line->name);
  return fail_add(fails_of(r), MLS_UNIT, place,
                  "found the unit %s; expected one that converts to %s, the unit of %s", unit->text,
                  line->unit->text, line->name);
}

/* A column that had this name: the file's heading becomes the present one. */
static void take_present_name(const struct reading *r, struct rows_column *column) {
  const struct facts *facts = r->givens->model->facts;
  char path[2 * LIMIT_NAME + 2];
  int size = snprintf(path, sizeof path, "%s.%s", r->table->name, column->name);
  if (size < 0 || (size_t)size >= sizeof path) return;
  const char *now = renamed_now(facts, facts->names, RENAMED_INPUT, r->sheet->name, slice_of(path),
                                column->place, fails_of(r));
  const char *dot = now ? strchr(now, '.') : NULL;
  if (dot) column->name = dot + 1;
}

static mls_status check_column(const struct reading *r, struct rows_column *column) {
  take_present_name(r, column);
  const struct line *line = column_line(r, column->name);
  if (!line) return no_column(r, column);
  if (line->kind != LINE_INPUT)
    return fail_add(fails_of(r), MLS_NAME, column->place,
                    "%s.%s is calculated in %s:%d; only input columns are given", r->given->path,
                    column->name, r->sheet->file, line->line);
  bool sound = !column->has_unit ||
               (line->domain->set->kind == SET_RANGE && unit_agrees(line, &column->unit));
  return sound ? MLS_OK : wrong_unit(r, line, &column->unit, column->place);
}

static bool is_given(const struct reading *r, const char *name, size_t *column) {
  for (*column = 0; *column < r->given->csv.column_count; ++*column)
    if (strcmp(r->given->csv.columns[*column].name, name) == 0) return true;
  return false;
}

/* One value serves rows of any number; a list is one for each row of the sheet. */
static mls_status check_left_out(const struct reading *r, const struct line *line) {
  size_t column;
  if (!is_input_of(r, line) || line->domain->value_count == 1 || is_given(r, line->name, &column))
    return MLS_OK;
  return fail_add(
      fails_of(r), MLS_NAME, r->given->csv.key_place,
      "there is no column %s, and in %s:%d it has %u values; add it, or give it one value "
      "there",
      line->name, r->sheet->file, line->line, line->domain->value_count);
}

/* The key is known by its place; the name of another column there is a mistake. */
static mls_status check_key_name(const struct reading *r) {
  const struct rows_csv *csv = &r->given->csv;
  if (!column_line(r, csv->key)) return MLS_OK;
  return fail_add(fails_of(r), MLS_NAME, csv->key_place,
                  "the first column is the key, %s; found the column %s", r->table->domain->key,
                  csv->key);
}

static mls_status check_columns(const struct reading *r) {
  mls_status status = check_key_name(r);
  for (size_t i = 0; i < r->given->csv.column_count; i++)
    status = worst(status, check_column(r, &r->given->csv.columns[i]));
  for (size_t i = 0; i < r->sheet->line_count && !fail_ends(status); i++)
    status = worst(status, check_left_out(r, &r->sheet->lines[i]));
  return status;
}

/* ---- keys ---- */

static int by_number(const void *a, const void *b) {
  const struct row_number *x = a, *y = b;
  if (x->number != y->number) return x->number < y->number ? -1 : 1;
  return x->row < y->row ? -1 : 1;
}

/* Equal as look-ups take them, however they are written: 1 and 1.0. */
static mls_status check_twice(const struct reading *r, const struct row_number *sorted,
                              size_t count) {
  mls_status status = MLS_OK;
  for (size_t i = 1; i < count; i++) {
    const struct row_number *a = &sorted[i - 1], *b = &sorted[i];
    if (!value_equal(a->number, b->number)) continue;
    size_t first = a->row < b->row ? a->row : b->row, second = a->row < b->row ? b->row : a->row;
    struct slice key = rows_key(&r->given->csv, second);
    status = worst(status, fail_add(fails_of(r), MLS_NAME, rows_key_place(&r->given->csv, second),
                                    "key %.*s stands in line %d already", (int)key.size, key.at,
                                    rows_key_place(&r->given->csv, first).line));
  }
  return status;
}

/* A number in the dialect of the file; *good is false when it is none. */
static mls_status to_number(const struct reading *r, struct slice text, double *out, bool *good) {
  struct slice plain;
  if (csv_point(r->given->csv.csv.dialect, memory_of(r), text, &plain) != MLS_OK)
    return fail_memory(fails_of(r));
  *good = text_read_number(plain, out);
  return MLS_OK;
}

static const char *advice(const struct reading *r, struct slice text) {
  return csv_number_advice_in(r->given->csv.csv.dialect, memory_of(r), text);
}

static mls_status read_number_key(const struct reading *r, size_t row, double *out) {
  char shown[CSV_SHOWN];
  struct slice key = rows_key(&r->given->csv, row);
  bool good = false;
  TRY(to_number(r, key, out, &good));
  if (!good)
    return fail_add(fails_of(r), MLS_SYNTAX, rows_key_place(&r->given->csv, row),
                    "%s is not a number%s; expected one for the key %s", csv_shown(shown, key),
                    advice(r, key), r->table->domain->key);
  if (*out - *out == 0) return MLS_OK;
  return fail_add(fails_of(r), MLS_RANGE, rows_key_place(&r->given->csv, row),
                  "%s is too large for a number", csv_shown(shown, key));
}

static mls_status number_keys(const struct reading *r, struct rows *rows) {
  size_t count = r->given->csv.count;
  double *numbers = memory_array(kept_of(r), count, sizeof *numbers);
  struct row_number *sorted = memory_array(kept_of(r), count, sizeof *sorted);
  mls_status status = MLS_OK;
  if (!numbers || !sorted) return fail_memory(fails_of(r));
  for (size_t i = 0; i < count && !fail_ends(status); i++) {
    TRY(progress_tick(fails_of(r), 1, i, count));
    status = worst(status, read_number_key(r, i, &numbers[i]));
    sorted[i] = (struct row_number){ numbers[i], (unsigned)i };
  }
  if (status != MLS_OK) return status;
  qsort(sorted, count, sizeof *sorted, by_number);
  *rows = (struct rows){ .count = count, .numbers = numbers, .sorted = sorted };
  return check_twice(r, sorted, count);
}

static mls_status no_item(const struct reading *r, size_t row, struct slice key) {
  const struct registry *registry = r->table->domain->set->registry;
  struct nearest nearest = { .wanted = key };
  for (size_t i = 0; i < registry->item_count; i++) nearest_offer(&nearest, registry->items[i]);
  return fail_add(fails_of(r), MLS_RANGE, rows_key_place(&r->given->csv, row),
                  "%.*s is not in %s%s", (int)key.size, key.at, registry->name,
                  nearest_hint(memory_of(r), &nearest));
}

/* The present name of an item; NULL when the text is no old one, or names no item. */
static const char *item_now(const struct reading *r, const struct registry *registry,
                            struct slice text, struct place place) {
  const struct facts *facts = r->givens->model->facts;
  if (!registry) return NULL;
  return renamed_now(facts, facts->names, RENAMED_ITEM, registry->name, text, place, fails_of(r));
}

static mls_status read_word_key(const struct reading *r, size_t row, struct rows *rows,
                                unsigned *number) {
  struct mls_model *model = r->givens->model;
  struct slice key = rows_key(&r->given->csv, row);
  const struct registry *registry = r->table->domain->set->registry;
  size_t item;
  char shown[CSV_SHOWN];
  if (!registry && !word_is_sound(key))
    return fail_add(fails_of(r), MLS_SYNTAX, rows_key_place(&r->given->csv, row),
                    "%s is not a word: a letter, then letters, digits, _ and -",
                    csv_shown(shown, key));
  const char *now = item_now(r, registry, key, rows_key_place(&r->given->csv, row));
  const char *word = now ? now : names_add(model->facts->names, key);
  if (!word) return fail_memory(fails_of(r));
  if (registry && !registry_item(registry, word, &item)) return no_item(r, row, key);
  if (model_add_word(model, word, number) != MLS_OK || map_put(&rows->index, word, row) != MLS_OK)
    return fail_memory(fails_of(r));
  return MLS_OK;
}

static mls_status word_keys(const struct reading *r, struct rows *rows) {
  size_t count = r->given->csv.count;
  unsigned *words = memory_array(kept_of(r), count, sizeof *words);
  mls_status status = MLS_OK;
  if (!words) return fail_memory(fails_of(r));
  *rows =
      (struct rows){ .count = count, .words = words, .registry = r->table->domain->set->registry };
  map_open(&rows->index, kept_of(r));
  for (size_t i = 0; i < count && !fail_ends(status); i++) {
    TRY(progress_tick(fails_of(r), 2, i, count));
    status = worst(status, read_word_key(r, i, rows, &words[i]));
  }
  return status;
}

/* ---- a table ---- */

static struct given *find(const struct givens *givens, const char *before, const char *name) {
  size_t size = strlen(before);
  for (size_t i = 0; i < givens->count; i++) {
    struct given *given = &givens->list[i];
    if (strncmp(given->path, before, size) == 0 && strcmp(given->path + size, name) == 0)
      return given;
  }
  return NULL;
}

static mls_status read_given(const struct reading *r, struct rows *rows) {
  struct given *given = r->given;
  const mls_rows *source = given->source;
  const char *shown = source->file ? source->file : given->path;
  const char *file = memory_text(kept_of(r), shown, strlen(shown));
  enum csv_dialect dialect;
  if (!file) return fail_memory(fails_of(r));
  if (!csv_dialect_find(source->csv, &dialect))
    return fail_add(fails_of(r), MLS_NAME, (struct place){ file, 0, 0 },
                    "there is no form of CSV called %s; there is excel-eu", source->csv);
  TRY(rows_read_as(memory_of(r), fails_of(r), r->givens->model->units, file,
                   source->bytes ? source->bytes : "", source->bytes ? source->size : 0, dialect,
                   &given->csv));
  if (given->csv.count > LIMIT_ROWS)
    return fail_add(fails_of(r), MLS_LIMIT, given->csv.key_place,
                    "a table of more than %d rows (LIMIT_ROWS)", LIMIT_ROWS);
  mls_status status = check_columns(r);
  bool numbers = r->table->domain->set->kind == SET_RANGE;
  return fail_ends(status) ? status
                           : worst(status, numbers ? number_keys(r, rows) : word_keys(r, rows));
}

mls_status given_rows(struct givens *givens, unsigned instance, const struct line *table,
                      struct rows *rows, bool *given) {
  const struct instance *at = &givens->model->instances[instance];
  struct reading r = { givens, find(givens, at->path, table->name), at->sheet, table };
  struct rows made;
  *given = false;
  if (!r.given) return MLS_OK;
  r.given->instance = instance;
  r.given->table = table->domain->index;
  mls_status status = read_given(&r, &made);
  if (status != MLS_OK) return fail_ends(status) ? status : MLS_OK;
  r.given->sound = *given = true;
  *rows = made;
  return MLS_OK;
}

/* ---- values ---- */

/* "500 [GB]": the unit is read off the end of the text; else it is the column's or the declared. */
static mls_status split_unit(const struct reading *r, const struct rows_column *column,
                             const struct line *line, struct place place, struct slice *text,
                             struct unit *unit) {
  const struct units *units = r->givens->model->units;
  const char *open = text->size ? memchr(text->at, '[', text->size) : NULL;
  *unit = column->has_unit ? column->unit : line->unit ? *line->unit : *units->plain;
  if (!open || text->at[text->size - 1] != ']') return MLS_OK;
  struct slice inside = { open + 1, (size_t)(text->at + text->size - 2 - open) };
  struct fail *last = fails_of(r)->last;
  mls_status status = unit_read(units, memory_of(r), inside, place, fails_of(r), unit);
  if (status != MLS_OK) csv_pin(fails_of(r), last, place);
  *text = slice_trim((struct slice){ text->at, (size_t)(open - text->at) });
  if (status == MLS_OK && !unit_agrees(line, unit)) return wrong_unit(r, line, unit, place);
  return status;
}

static mls_status read_number(const struct reading *r, const struct rows_column *column,
                              const struct line *line, size_t row, size_t index, double *out) {
  struct slice whole = rows_value(&r->given->csv, row, index), text = whole;
  struct place place = rows_value_place(&r->given->csv, row, index);
  char shown[CSV_SHOWN], number[TEXT_NUMBER];
  struct unit unit;
  double typed;
  bool good = false;
  TRY(split_unit(r, column, line, place, &text, &unit));
  TRY(to_number(r, text, &typed, &good));
  if (!good)
    return fail_add(fails_of(r), MLS_SYNTAX, place, "%s is not a number%s; expected one for %s",
                    csv_shown(shown, whole), advice(r, text), line->name);
  double factor = line->unit ? line->unit->factor : 1;
  *out = typed * unit.factor;
  double declared = unit.factor == factor ? typed : *out / factor;
  if (*out - *out != 0)
    return fail_add(fails_of(r), MLS_RANGE, place, "%s is too large for a number",
                    csv_shown(shown, whole));
  if (set_holds_number(line->domain->set, declared)) return MLS_OK;
  return fail_add(fails_of(r), MLS_RANGE, place, "%s%s%s is outside %s",
                  text_number(number, declared), line->unit ? " " : "",
                  line->unit ? line->unit->text : "", line->domain->set->text);
}

static mls_status read_word(const struct reading *r, const struct line *line, size_t row,
                            size_t index, double *out) {
  struct slice text = rows_value(&r->given->csv, row, index);
  const struct set *set = line->domain->set;
  const char *now = item_now(r, set->kind == SET_REGISTRY ? set->registry : NULL, text,
                             rows_value_place(&r->given->csv, row, index));
  const char *word = now ? now : names_find(r->givens->model->facts->names, text);
  unsigned number;
  if (word && set_holds_word(set, word)) {
    if (model_add_word(r->givens->model, word, &number) != MLS_OK) return fail_memory(fails_of(r));
    *out = number;
    return MLS_OK;
  }
  struct nearest nearest = { .wanted = text };
  size_t count = set->kind == SET_WORDS ? set->count : set->registry->item_count;
  for (size_t i = 0; i < count; i++)
    nearest_offer(&nearest, set->kind == SET_WORDS ? set->words[i] : set->registry->items[i]);
  return fail_add(fails_of(r), MLS_RANGE, rows_value_place(&r->given->csv, row, index),
                  "%.*s is not in %s%s", (int)text.size, text.at, set->text,
                  nearest_hint(memory_of(r), &nearest));
}

mls_status given_column(struct givens *givens, unsigned instance, const struct line *line,
                        struct cell *cell) {
  const struct sheet *sheet = givens->model->instances[instance].sheet;
  struct reading r = { .givens = givens, .sheet = sheet };
  size_t index;
  for (size_t i = 0; i < givens->count; i++) {
    struct given *at = &givens->list[i];
    if (at->sound && at->instance == instance && (int)at->table == line->table) r.given = at;
  }
  if (!r.given || !is_given(&r, line->name, &index)) return MLS_OK;
  size_t count = r.given->csv.count;
  double *values = memory_array(givens->model->memory, count, sizeof *values);
  if (!values) return fail_memory(givens->fails);
  mls_status status = MLS_OK;
  for (size_t row = 0; row < count && !fail_ends(status); row++) {
    TRY(progress_tick(givens->fails, 2, row, count));
    status = line->domain->set->kind == SET_RANGE
                 ? worst(status, read_number(&r, &r.given->csv.columns[index], line, row, index,
                                             &values[row]))
                 : worst(status, read_word(&r, line, row, index, &values[row]));
  }
  if (fail_ends(status)) return status;
  cell->defaults = values;
  cell->default_count = (unsigned)count;
  cell->given = true;
  return MLS_OK;
}

/* ---- tables that no sheet has ---- */

static mls_status offer_tables(struct givens *givens, struct nearest *nearest) {
  const struct mls_model *model = givens->model;
  for (size_t i = 0; i < model->instance_count; i++) {
    const struct instance *at = &model->instances[i];
    for (size_t j = 0; j < at->sheet->table_count; j++) {
      struct buffer path;
      buffer_open(&path, &givens->memory);
      buffer_print(&path, "%s%s", at->path, at->sheet->lines[at->sheet->tables[j]].name);
      const char *kept = buffer_keep(&path, &givens->memory);
      buffer_close(&path);
      if (!kept) return fail_memory(givens->fails);
      nearest_offer(nearest, kept);
    }
  }
  return MLS_OK;
}

static mls_status no_table(struct givens *givens, const struct given *given) {
  const char *shown = given->source->file ? given->source->file : given->path;
  const char *file = memory_text(givens->model->memory, shown, strlen(shown));
  struct nearest nearest = { .wanted = slice_of(given->path) };
  if (!file) return fail_memory(givens->fails);
  for (const struct given *other = givens->list; other < given; other++)
    if (strcmp(other->path, given->path) == 0)
      return fail_add(givens->fails, MLS_NAME, (struct place){ file, 0, 0 },
                      "table %s is given rows twice", given->path);
  TRY(offer_tables(givens, &nearest));
  return fail_add(givens->fails, MLS_NAME, (struct place){ file, 0, 0 },
                  "%s has no table %s to give rows to%s", givens->model->name, given->path,
                  nearest_hint(&givens->memory, &nearest));
}

mls_status given_unknown(struct givens *givens) {
  mls_status status = MLS_OK;
  for (size_t i = 0; i < givens->count && !fail_ends(status); i++)
    if (givens->list[i].instance == GRAPH_NONE)
      status = worst(status, no_table(givens, &givens->list[i]));
  return status;
}
