/* Paths, units and values in words. Separate from the exporters because messages of errors and
   checks speak the same way as reports do. */
#include "show.h"

#include <string.h>

#include "csv_write.h"

/* ---- paths ---- */

void show_path(const struct mls_model *model, unsigned cell, size_t row, struct buffer *out) {
  const struct cell *here = &model->cells[cell];
  model_path(model, cell, out);
  if (row == ROWS_ALL) return;
  if (here->family)
    buffer_print(out, ".%s", model->words[here->fact->words[row % here->fact->word_count]]);
  if (!model_rows(model, cell)) return;
  char key[TEXT_NUMBER];
  buffer_print(out, "(%s)", model_row_key(model, cell, row, key));
}

static bool word_row(const struct mls_model *model, unsigned cell, const char *word, size_t *row) {
  const struct cell *here = &model->cells[cell];
  unsigned number = model_word(model, word);
  if (number == GRAPH_NONE) return false;
  if (!here->family) return rows_find(model, model_rows(model, cell), (double)number, row);
  for (unsigned i = 0; i < here->fact->word_count; i++) {
    if (here->fact->words[i] != number) continue;
    *row = i;
    return true;
  }
  return false;
}

/* The row with a key as typed: a number or a word, quoted or not. */
static bool key_row(const struct mls_model *model, unsigned cell, struct slice key, size_t *row) {
  const struct rows *rows = model_rows(model, cell);
  bool words = model->cells[cell].family ? !rows : rows && rows->words;
  double number;
  if (!words) return rows && text_read_number(key, &number) && rows_find(model, rows, number, row);
  if (key.size >= 2 && key.at[0] == '"' && key.at[key.size - 1] == '"')
    key = (struct slice){ key.at + 1, key.size - 2 };
  const char *word = names_find(&model->names, key);
  return word && word_row(model, cell, word, row);
}

/* "hw.flops.fp16" is the row "fp16" of "hw.flops". */
static bool find_family(const struct mls_model *model, struct slice path, unsigned *cell,
                        size_t *row) {
  size_t dot = path.size;
  while (dot > 0 && path.at[dot - 1] != '.') dot--;
  if (dot < 2) return false;
  *cell = model_find(model, (struct slice){ path.at, dot - 1 });
  struct slice word = { path.at + dot, path.size - dot };
  return *cell != GRAPH_NONE && model->cells[*cell].family && key_row(model, *cell, word, row);
}

static mls_status unknown(const struct mls_model *model, struct slice path, struct fails *fails) {
  struct nearest nearest = { .wanted = path };
  for (unsigned cell = 0; cell < model->cell_count; cell++) {
    if (model->cells[cell].kind == CELL_TOTAL) continue;
    struct buffer name;
    buffer_open(&name, fails->memory);
    model_path(model, cell, &name);
    const char *old = nearest.best;
    if (name.bytes) nearest_offer(&nearest, name.bytes);
    if (nearest.best != old) nearest.best = buffer_keep(&name, fails->memory);
    buffer_close(&name);
  }
  return fail_add(fails, MLS_NAME, (struct place){ 0 }, "%s has no cell %.*s%s", model->name,
                  (int)path.size, path.at, nearest_hint(fails->memory, &nearest));
}

static mls_status no_row(const struct mls_model *model, unsigned cell, struct slice key,
                         struct fails *fails) {
  struct buffer path;
  buffer_open(&path, fails->memory);
  model_path(model, cell, &path);
  const char *text = buffer_keep(&path, fails->memory);
  buffer_close(&path);
  if (!text) return fail_memory(fails);
  if (!model_rows(model, cell) && !model->cells[cell].family)
    return fail_add(fails, MLS_NAME, (struct place){ 0 }, "%s is one value and has no rows", text);
  return fail_add(fails, MLS_NAME, (struct place){ 0 }, "%s has no row %.*s", text, (int)key.size,
                  key.at);
}

mls_status show_find(const struct mls_model *model, const char *path, struct fails *fails,
                     unsigned *cell, size_t *row) {
  struct slice whole = slice_trim(slice_of(path)), name;
  TRY(model_present_path(model, fails->memory, (struct place){ 0 }, fails, &whole));
  name = whole;
  *cell = model_find(model, whole);
  *row = 0;
  if (*cell != GRAPH_NONE) {
    bool rows = model_rows(model, *cell) || model->cells[*cell].family;
    if (rows) *row = ROWS_ALL;
    return MLS_OK;
  }
  if (find_family(model, whole, cell, row)) return MLS_OK;
  if (whole.size == 0 || whole.at[whole.size - 1] != ')') return unknown(model, whole, fails);
  for (name.size = 0; name.at[name.size] != '(' && name.size < whole.size;) name.size++;
  *cell = model_find(model, slice_trim(name));
  if (*cell == GRAPH_NONE || name.size + 2 > whole.size) return unknown(model, name, fails);
  struct slice key = { whole.at + name.size + 1, whole.size - name.size - 2 };
  key = slice_trim(key);
  return key_row(model, *cell, key, row) ? MLS_OK : no_row(model, *cell, key, fails);
}

/* ---- values ---- */

const struct unit *show_unit(const struct mls_values *values, unsigned cell, size_t row) {
  const struct cell *here = &values->model->cells[cell];
  const struct setting *setting = values_setting(values, cell, row);
  if (setting) return &setting->unit;
  const struct fact *fact = here->kind == CELL_FACT ? values_fact(values, cell, row) : NULL;
  return fact && fact->unit ? fact->unit : here->unit;
}

void show_amount(struct buffer *out, double si, const struct unit *unit, int digits) {
  char number[TEXT_NUMBER];
  if (value_is_error(si)) {
    buffer_text(out, "missing");
    return;
  }
  buffer_text(out, text_person(number, unit ? si / unit->factor : si, digits));
  if (unit && unit->text[0]) buffer_print(out, " %s", unit->text);
}

/* The digits as typed of a number that nobody calculated; NULL for others. */
const char *show_typed(const struct mls_values *values, unsigned cell, size_t row) {
  const struct cell *here = &values->model->cells[cell];
  const struct setting *setting = values_setting(values, cell, row);
  if (setting) return setting->typed;
  if (here->kind == CELL_FACT) {
    const struct fact *fact = values_fact(values, cell, row);
    return fact ? fact->typed : NULL;
  }
  const struct rows *rows = model_rows(values->model, cell);
  if (here->kind != CELL_INPUT || (rows && rows->words)) return NULL;
  const struct line *line = model_line(values->model, cell);
  return !rows && line->domain->value_count == 1 ? line->domain->values[0].typed : NULL;
}

double show_written(const struct mls_values *values, unsigned cell, size_t row) {
  const struct cell *at = &values->model->cells[cell];
  double si = values_get(values, cell, row), number;
  if (at->kind != CELL_INPUT && at->kind != CELL_FACT) return si / at->unit->factor;
  const char *typed = show_typed(values, cell, row);
  bool own = typed && strcmp(show_unit(values, cell, row)->text, at->unit->text) == 0;
  if (own && text_read_number(slice_of(typed), &number)) return number;
  return csv_shortest(si, at->unit->factor);
}

const char *show_word(const struct mls_values *values, unsigned cell, size_t row) {
  const struct cell *here = &values->model->cells[cell];
  double value = values_get(values, cell, row);
  if (value_is_error(value)) return "missing";
  if (here->truth) return value != 0 ? "yes" : "no";
  if (!here->text) return NULL;
  size_t number = value >= 0 ? (size_t)value : 0;
  return number < values->model->word_count ? values->model->words[number] : "";
}

void show_number(const struct mls_values *values, unsigned cell, size_t row, int digits,
                 struct buffer *out) {
  const char *fixed = show_word(values, cell, row);
  if (!fixed) fixed = show_typed(values, cell, row);
  double si = values_get(values, cell, row);
  char number[TEXT_NUMBER];
  if (!fixed) fixed = text_person(number, si / show_unit(values, cell, row)->factor, digits);
  buffer_text(out, fixed);
}

void show_value(const struct mls_values *values, unsigned cell, size_t row, struct buffer *out) {
  const struct unit *unit = show_unit(values, cell, row);
  show_number(values, cell, row, 4, out);
  if (!show_word(values, cell, row) && unit->text[0]) buffer_print(out, " %s", unit->text);
}
