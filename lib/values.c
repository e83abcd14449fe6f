/* Opening values, setting inputs and facts, and putting them back. settle.c calculates. */
#include "values.h"

#include <math.h>
#include <string.h>

#include "check.h"
#include "limits.h"
#include "recur.h"
#include "renamed.h"
#include "settle.h"
#include "stale.h"
#include "target.h"
#include "tree.h"

/* ---- opening and closing ---- */

static bool bits_open(struct bits *bits, struct memory *memory, size_t count) {
  unsigned long long *words = memory_array(memory, bits_words(count), sizeof *words);
  if (words) *bits = bits_at(words, count);
  return words != NULL;
}

/* Where the bits of the rows and the sums of each cell stand. */
static mls_status lay_out(struct mls_values *v) {
  const struct mls_model *model = v->model;
  size_t words = 0, sums = 0;
  for (unsigned i = 0; i < model->cell_count; i++) {
    if (!model->tape->programs[i].marks_rows) continue;
    size_t blocks = tree_blocks(model, i);
    struct stale *stale = stale_of(v, i);
    stale->words = (unsigned)words;
    stale->tree = (unsigned)sums;
    words += stale_words(model, i);
    sums += blocks > 1 ? tree_size(blocks) : 0;
  }
  v->row_words = memory_array(&v->memory, words, sizeof *v->row_words);
  v->trees = memory_array(&v->memory, sums, sizeof *v->trees);
  return v->row_words && v->trees ? MLS_OK : MLS_MEMORY;
}

static mls_status allocate(struct mls_values *v) {
  const struct mls_model *model = v->model;
  size_t cells = model->cell_count;
  const struct tape *tape = model->tape;
  v->value = memory_array(&v->memory, tape->constants_at + tape_tail(tape), sizeof *v->value);
  v->scratch = memory_array(&v->memory, (size_t)tape->registers * TAPE_BLOCK, sizeof *v->scratch);
  v->followers = memory_array(&v->memory, tape->group_ops, sizeof *v->followers);
  v->rows = memory_array(&v->memory, tape->columns, sizeof *v->rows);
  v->states = memory_array(&v->memory, cells, 1);
  v->setting_of = memory_array(&v->memory, cells, sizeof *v->setting_of);
  bool all = v->value && v->setting_of && v->scratch && v->followers && v->rows && v->states &&
             bits_open(&v->stale, &v->memory, cells) && bits_open(&v->changed, &v->memory, cells);
  return all ? lay_out(v) : MLS_MEMORY;
}

mls_status values_open(struct mls_values *values, const struct mls_model *model,
                       const mls_allocator *allocator) {
  *values = (struct mls_values){ .model = model };
  memory_open(&values->memory, allocator);
  memory_open(&values->told_memory, &values->memory.allocator);
  memory_open(&values->scratch_memory, &values->memory.allocator);
  progress_open(&values->progress, NULL, NULL);
  values->fails = (struct fails){ .memory = &values->told_memory, .progress = &values->progress };
  TRY(allocate(values));
  memcpy(values->value + model->tape->constants_at, model->tape->constants,
         model->tape->constant_count * sizeof *values->value);
  for (unsigned i = 0; i < model->cell_count; i++) settle_fill(values, i);
  stale_mark_all(values);
  return MLS_OK;
}

static void forget(const struct mls_values *values, struct setting *setting) {
  memory_give(&values->memory, setting->typed);
  memory_give(&values->memory, setting->unit_text);
}

void values_close(struct mls_values *values) {
  for (size_t i = 0; i < values->setting_count; i++) forget(values, &values->settings[i]);
  memory_give(&values->memory, values->settings);
  memory_close(&values->scratch_memory);
  memory_close(&values->told_memory);
  memory_close(&values->memory);
}

void values_begin(struct mls_values *values) {
  memory_close(&values->told_memory);
  memory_close(&values->scratch_memory);
  fail_clear(&values->fails);
}

void values_reset(struct mls_values *values) {
  for (size_t i = 0; i < values->setting_count; i++) {
    values->setting_of[values->settings[i].cell] = 0;
    forget(values, &values->settings[i]);
  }
  values->setting_count = 0;
  for (unsigned i = 0; i < values->model->cell_count; i++)
    if (values->model->cells[i].kind == CELL_INPUT) settle_default(values, i);
    else if (values->model->cells[i].kind == CELL_FACT)
      stale_mark(values, i, 0, values->model->cells[i].rows);
  values->states_known = false;
}

/* ---- settings ---- */

const struct setting *values_setting(const struct mls_values *values, unsigned cell, size_t row) {
  for (unsigned at = values->setting_of[cell]; at; at = values->settings[at - 1].next)
    if (values->settings[at - 1].row == row) return &values->settings[at - 1];
  return NULL;
}

static char *copy_text(const struct mls_values *values, struct slice text) {
  char *copy = memory_take(&values->memory, NULL, text.size + 1);
  if (!copy) return NULL;
  if (text.size > 0) memcpy(copy, text.at, text.size);
  copy[text.size] = 0;
  return copy;
}

static mls_status make_room(struct mls_values *values, struct place place) {
  if (values->setting_count < values->setting_room) return MLS_OK;
  if (values->setting_count >= LIMIT_SETTINGS)
    return fail_add(&values->fails, MLS_LIMIT, place, "more than %d settings (LIMIT_SETTINGS)",
                    LIMIT_SETTINGS);
  size_t room = values->setting_room ? values->setting_room * 2 : 16;
  struct setting *moved = memory_take(&values->memory, values->settings, room * sizeof *moved);
  if (!moved) return fail_memory(&values->fails);
  values->settings = moved;
  values->setting_room = room;
  return MLS_OK;
}

/* Keeps what was typed, so that it is printed back as typed. */
static mls_status keep(struct mls_values *values, struct setting setting, struct slice typed,
                       const char *unit_text, struct place place) {
  struct setting *old = (struct setting *)values_setting(values, setting.cell, setting.row);
  if (!old) TRY(make_room(values, place));
  setting.typed = copy_text(values, typed);
  if (!setting.typed) return fail_memory(&values->fails);
  if (unit_text) {
    setting.unit_text = copy_text(values, slice_of(unit_text));
    if (!setting.unit_text) {
      memory_give(&values->memory, setting.typed);
      return fail_memory(&values->fails);
    }
    setting.unit.text = setting.unit_text;
  }
  if (old) {
    setting.next = old->next;
    forget(values, old);
  } else {
    setting.next = values->setting_of[setting.cell];
    old = &values->settings[values->setting_count++];
    values->setting_of[setting.cell] = (unsigned)values->setting_count;
  }
  *old = setting;
  return MLS_OK;
}

static void apply(struct mls_values *values, unsigned cell, size_t row, double si) {
  double *at = &values->value[values->model->cells[cell].offset + row];
  if (values->settled) stale_fetch(values, cell, row);
  if (memcmp(at, &si, sizeof si) != 0) {
    *at = si;
    stale_touch(values, cell, row);
  }
  values->states_known = false;
}

/* ---- setting from text ---- */

static mls_status wrong_set(struct mls_values *values, const struct target *target,
                            const struct set *set, struct slice found) {
  struct nearest nearest = { .wanted = found };
  size_t count = set->kind == SET_WORDS      ? set->count
                 : set->kind == SET_REGISTRY ? set->registry->item_count
                                             : 0;
  for (size_t i = 0; i < count; i++)
    nearest_offer(&nearest, set->kind == SET_WORDS ? set->words[i] : set->registry->items[i]);
  return fail_add(&values->fails, MLS_RANGE, target->place, "%.*s is not in %s%s", (int)found.size,
                  found.at, set->text, nearest_hint(&values->scratch_memory, &nearest));
}

static mls_status set_word(struct mls_values *values, const struct target *target,
                           struct slice text) {
  const struct mls_model *model = values->model;
  const struct cell *cell = &model->cells[target->cell];
  const struct registry *registry = model_registry(model, cell);
  const char *now = cell->kind == CELL_INPUT && registry
                        ? renamed_now(model->facts, &model->names, RENAMED_ITEM, registry->name,
                                      text, target->place, &values->fails)
                        : NULL;
  if (now) text = slice_of(now);
  const char *word = names_find(&model->names, text);
  if (cell->kind == CELL_INPUT) {
    const struct set *set = model_line(model, target->cell)->domain->set;
    if (!word || !set_holds_word(set, word)) return wrong_set(values, target, set, text);
  } else if (!word || model_word(model, word) == GRAPH_NONE) {
    return fail_add(&values->fails, MLS_RANGE, target->place,
                    "no item of %s has the word \"%.*s\" here", registry->name, (int)text.size,
                    text.at);
  }
  double si = model_word(model, word);
  struct setting setting = {
    .cell = target->cell, .row = target->row, .si = si, .unit = *cell->unit
  };
  TRY(keep(values, setting, text, NULL, target->place));
  apply(values, target->cell, target->row, si);
  return MLS_OK;
}

/* What a person may have meant by text that is no number. */
static const char *number_hint(struct slice text) {
  bool comma = false, letter = false;
  for (size_t i = 0; i < text.size; i++) {
    comma = comma || text.at[i] == ',';
    letter = letter || (text.at[i] >= 'a' && text.at[i] <= 'z') ||
             (text.at[i] >= 'A' && text.at[i] <= 'Z');
  }
  if (comma) return "; write a point for decimals and no separators between thousands";
  if (letter) return "; units stand in brackets, such as 5 [TB/s]";
  return "";
}

static mls_status split_unit(struct mls_values *values, const struct target *target,
                             struct slice *text, const struct unit *fallback, struct unit *unit,
                             bool *own) {
  *unit = fallback ? *fallback : *values->model->cells[target->cell].unit;
  *own = fallback != NULL;
  *text = slice_trim(*text);
  if (text->size == 0 || text->at[text->size - 1] != ']') return MLS_OK;
  const char *open = memchr(text->at, '[', text->size);
  if (!open) return MLS_OK;
  struct slice inner = { open + 1, (size_t)(text->at + text->size - 1 - (open + 1)) };
  *text = slice_trim((struct slice){ text->at, (size_t)(open - text->at) });
  *own = true;
  return unit_read(values->model->units, &values->scratch_memory, inner, target->place,
                   &values->fails, unit);
}

static mls_status check_unit(struct mls_values *values, const struct target *target,
                             const struct unit *unit) {
  const struct cell *cell = &values->model->cells[target->cell];
  struct type is = { KIND_NUMBER, false, false, unit->strict, unit->count };
  struct type wanted = { KIND_NUMBER, false, false, cell->unit->strict, cell->unit->count };
  if (type_compatible(is, wanted)) return MLS_OK;
  return fail_add(&values->fails, MLS_UNIT, target->place, "%s is in %s, found %s", target->path,
                  *cell->unit->text ? cell->unit->text : "plain numbers",
                  *unit->text ? unit->text : "a plain number");
}

static mls_status check_range(struct mls_values *values, const struct target *target, double si,
                              double declared) {
  const struct cell *cell = &values->model->cells[target->cell];
  char number[TEXT_NUMBER];
  if (si - si != 0)
    return fail_add(&values->fails, MLS_RANGE, target->place,
                    si == si ? "the number is too large" : "this is not a number");
  if (cell->kind != CELL_INPUT) return MLS_OK;
  const struct set *set = model_line(values->model, target->cell)->domain->set;
  if (set_holds_number(set, declared)) return MLS_OK;
  return fail_add(&values->fails, MLS_RANGE, target->place, "%s%s%s is outside %s",
                  text_number(number, declared), *cell->unit->text ? " " : "", cell->unit->text,
                  set->text);
}

static mls_status set_number(struct mls_values *values, const struct target *target,
                             struct slice text, const struct unit *fallback) {
  const struct cell *cell = &values->model->cells[target->cell];
  struct setting setting = { .cell = target->cell, .row = target->row };
  struct slice whole = text;
  bool own;
  TRY(split_unit(values, target, &text, fallback, &setting.unit, &own));
  if (!text_read_number(text, &setting.number))
    return fail_add(&values->fails, MLS_SYNTAX, target->place,
                    "expected a number%s%s, found \"%.*s\"%s", *cell->unit->text ? " in " : "",
                    cell->unit->text, (int)whole.size, whole.at, number_hint(text));
  TRY(check_unit(values, target, &setting.unit));
  setting.si = setting.number * setting.unit.factor;
  double declared =
      setting.unit.factor == cell->unit->factor ? setting.number : setting.si / cell->unit->factor;
  TRY(check_range(values, target, setting.si, declared));
  TRY(keep(values, setting, text, own ? setting.unit.text : NULL, target->place));
  apply(values, target->cell, target->row, setting.si);
  return MLS_OK;
}

mls_status values_set(struct mls_values *values, const char *path, struct slice text,
                      const struct unit *fallback, struct place place) {
  struct target target;
  struct slice name = slice_trim(slice_of(path));
  TRY(target_find(values->model, &values->scratch_memory, name, place, &values->fails, &target));
  if (target.cell == GRAPH_NONE) return MLS_OK;
  text = slice_trim(text);
  if (text.size == 0) return fail_add(&values->fails, MLS_SYNTAX, place, "%s has no value", path);
  if (!target.number) return set_word(values, &target, text);
  return set_number(values, &target, text, fallback);
}

mls_status values_set_number(struct mls_values *values, unsigned cell, size_t row, double si) {
  const struct mls_model *model = values->model;
  struct place nowhere = { NULL, 0, 0 };
  if (cell >= model->cell_count || row >= model->cells[cell].rows ||
      model->cells[cell].kind != CELL_INPUT)
    return fail_add(&values->fails, MLS_NAME, nowhere, "cell %u, row %zu is no input", cell, row);
  const struct cell *at = &model->cells[cell];
  char number[TEXT_NUMBER];
  struct target target = { .cell = cell, .row = row };
  if (at->text)
    return fail_add(&values->fails, MLS_UNIT, nowhere, "cell %u takes a word, not a number", cell);
  double declared = si / at->unit->factor;
  TRY(check_range(values, &target, si, declared));
  if (at->table < 0) {
    struct setting setting = { .cell = cell, .si = si, .number = declared, .unit = *at->unit };
    TRY(keep(values, setting, slice_of(text_number(number, declared)), NULL, nowhere));
  }
  apply(values, cell, row, si);
  return MLS_OK;
}

/* ---- facts ---- */

size_t values_item(const struct mls_values *values, unsigned cell) {
  const struct mls_model *model = values->model;
  const struct cell *at = &model->cells[cell];
  if (at->kind == CELL_FACT) cell = at->fact->chooser;
  size_t item = 0;
  const struct registry *registry =
      cell == GRAPH_NONE ? NULL : model_registry(model, &model->cells[cell]);
  if (!registry) return 0;
  registry_item(registry, model->words[(size_t)values_get(values, cell, 0)], &item);
  return item;
}

static const struct field *family_field(const struct fact_cell *fact, size_t index, size_t *field) {
  for (size_t i = 0; i < fact->registry->field_count; i++) {
    if (fact->registry->fields[i].family != fact->field) continue;
    if (index-- > 0) continue;
    *field = i;
    return &fact->registry->fields[i];
  }
  return NULL;
}

/* The item that a row of facts belongs to; false: none. */
static bool fact_item(const struct mls_values *values, unsigned cell, size_t row, size_t *item) {
  const struct cell *at = &values->model->cells[cell];
  if (at->table < 0) {
    *item = values_item(values, cell);
    return true;
  }
  const unsigned *words = model_rows(values->model, cell)->words;
  const char *key = values->model->words[words[at->family ? row / at->fact->word_count : row]];
  return registry_item(at->fact->registry, key, item);
}

static const struct fact *fact_of_item(const struct cell *at, size_t row, size_t item) {
  size_t field;
  const struct fact_cell *fact = at->fact;
  bool found = at->family ? family_field(fact, row % fact->word_count, &field) != NULL
                          : registry_field(fact->registry, fact->field, &field);
  return found ? fact_find(fact->registry, item, field) : NULL;
}

/* The fact a row of a cell stands for by the registry alone. */
const struct fact *values_cited(const struct mls_values *values, unsigned cell, size_t row) {
  size_t item;
  if (!fact_item(values, cell, row, &item)) return NULL;
  return fact_of_item(&values->model->cells[cell], row, item);
}

double settle_item_fact(const struct mls_model *model, unsigned cell, size_t row, size_t item) {
  const struct fact *fact = fact_of_item(&model->cells[cell], row, item);
  if (!fact) return FUNCTION_ERROR;
  return fact->word ? (double)model_word(model, fact->word) : fact->value;
}

double settle_fact(const struct mls_values *values, unsigned cell, size_t row) {
  const struct setting *setting = values_setting(values, cell, row);
  size_t item;
  if (setting) return setting->si;
  if (!fact_item(values, cell, row, &item)) return FUNCTION_ERROR;
  return settle_item_fact(values->model, cell, row, item);
}

const struct fact *values_fact(const struct mls_values *values, unsigned cell, size_t row) {
  if (values->model->cells[cell].kind != CELL_FACT || values_setting(values, cell, row))
    return NULL;
  return values_cited(values, cell, row);
}
