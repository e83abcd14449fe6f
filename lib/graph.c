/* Instances flattened to cells: every slot of every instance becomes one cell; facts that several
   instances read of one chosen item become one cell of the input that chose it. order.c puts the
   cells in order of calculation. */
#include "graph.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "given.h"
#include "limits.h"
#include "progress.h"

struct maker {
  struct mls_model *model;
  struct fails *fails;
  struct givens givens;
  size_t cell_room, instance_room;
  struct memory scratch;
  struct map facts; /* slot_key(field, root cell) -> cell */
};

static mls_status out_of_memory(struct maker *m) { return fail_memory(m->fails); }

static mls_status too_many(struct maker *m, const char *what, long long bound, const char *name) {
  return fail_add(m->fails, MLS_LIMIT, (struct place){ m->model->instances[0].sheet->file, 0, 0 },
                  "more than %lld %s (%s)", bound, what, name);
}

/* ---- words ---- */

mls_status model_add_word(struct mls_model *model, const char *word, unsigned *number) {
  size_t known;
  if (map_get(&model->word_index, word, &known)) {
    *number = (unsigned)known;
    return MLS_OK;
  }
  const char **words =
      memory_grow(model->memory, model->words, model->word_count, &model->word_room, sizeof *words);
  if (!words || map_put(&model->word_index, word, model->word_count) != MLS_OK) return MLS_MEMORY;
  model->words = words;
  *number = (unsigned)model->word_count;
  words[model->word_count++] = word;
  return MLS_OK;
}

static mls_status add_word(struct maker *m, const char *word, unsigned *number) {
  return model_add_word(m->model, word, number) == MLS_OK ? MLS_OK : out_of_memory(m);
}

/* One walk over a formula: its texts get numbers, its steps are counted. */
static mls_status survey_formula(struct maker *m, const struct node *node) {
  struct survey *survey = &m->model->survey;
  unsigned number;
  bool folds = node->kind == NODE_CALL && node->count > 2 && function_folds(node->function);
  survey->ops += folds ? node->count - 1u : node->count > 0;
  survey->operands += folds ? 2u * (node->count - 1u) : node->count;
  survey->far += node->count > 0 && (node->kind == NODE_PATH || node_lag(node) > 0);
  survey->paths += node->kind == NODE_PATH;
  survey->constants += node->kind == NODE_NUMBER || node->kind == NODE_TEXT ||
                       (node->kind == NODE_CALL && node->function->rule == RULE_MISSING);
  if (node->kind == NODE_TEXT) return add_word(m, node->text, &number);
  for (unsigned i = 0; i < node->count; i++) TRY(survey_formula(m, node->arguments[i]));
  return MLS_OK;
}

static mls_status survey_cell(struct maker *m, const struct node *formula) {
  m->model->survey.formulas++;
  m->model->survey.bare += formula->count == 0;
  return survey_formula(m, formula);
}

static mls_status add_items(struct maker *m, const struct registry *registry) {
  unsigned number;
  for (size_t i = 0; i < registry->item_count; i++) TRY(add_word(m, registry->items[i], &number));
  for (size_t i = 0; i < registry->field_count; i++)
    if (registry->fields[i].family) TRY(add_word(m, registry->fields[i].word, &number));
  return MLS_OK;
}

/* ---- cells ---- */

static mls_status add_cell(struct maker *m, struct cell cell, unsigned *index) {
  struct mls_model *model = m->model;
  if (model->cell_count >= LIMIT_CELLS) return too_many(m, "cells", LIMIT_CELLS, "LIMIT_CELLS");
  if (model->value_count + cell.rows > LIMIT_VALUES)
    return too_many(m, "values", (long long)LIMIT_VALUES, "LIMIT_VALUES");
  if (!memory_allows(model->memory, (model->value_count + cell.rows) * sizeof(double)))
    return out_of_memory(m);
  struct cell *cells =
      memory_grow(model->memory, model->cells, model->cell_count, &m->cell_room, sizeof *cells);
  if (!cells) return out_of_memory(m);
  model->cells = cells;
  model->value_count += cell.rows;
  *index = (unsigned)model->cell_count;
  cells[model->cell_count++] = cell;
  return MLS_OK;
}

static void set_type(struct cell *cell, struct type type) {
  cell->text = type.kind == KIND_TEXT;
  cell->truth = type.kind == KIND_TRUTH;
}

static const struct rows *instance_rows(const struct instance *instance, int table) {
  return table < 0 ? NULL : &instance->rows[table];
}

/* ---- defaults of inputs ---- */

static mls_status default_value(struct maker *m, const struct line *line, const struct value *value,
                                double *out) {
  unsigned number;
  if (!value->word) {
    *out = value->number * (line->unit ? line->unit->factor : 1);
    return MLS_OK;
  }
  TRY(add_word(m, value->word, &number));
  *out = number;
  return MLS_OK;
}

static mls_status sheet_defaults(struct maker *m, const struct line *line, struct cell *cell) {
  const struct domain *domain = line->domain;
  double *values = memory_array(m->model->memory, domain->value_count, sizeof *values);
  if (!values) return out_of_memory(m);
  for (size_t i = 0; i < domain->value_count; i++)
    TRY(default_value(m, line, &domain->values[i], &values[i]));
  cell->defaults = values;
  cell->default_count = domain->value_count;
  return MLS_OK;
}

static mls_status set_words(struct maker *m, const struct set *set) {
  unsigned number;
  if (set->kind == SET_REGISTRY) return add_items(m, set->registry);
  for (size_t i = 0; set->kind == SET_WORDS && i < set->count; i++)
    TRY(add_word(m, set->words[i], &number));
  return MLS_OK;
}

/* ---- rows of tables ---- */

static mls_status word_rows(struct maker *m, struct rows *rows, const char *const *words,
                            size_t count) {
  unsigned *numbers = memory_array(m->model->memory, count, sizeof *numbers);
  if (!numbers) return out_of_memory(m);
  map_open(&rows->index, m->model->memory);
  for (size_t i = 0; i < count; i++) {
    TRY(add_word(m, words[i], &numbers[i]));
    if (map_put(&rows->index, words[i], i) != MLS_OK) return out_of_memory(m);
  }
  rows->words = numbers;
  rows->count = count;
  return MLS_OK;
}

static mls_status table_rows(struct maker *m, unsigned at, const struct line *table,
                             struct rows *rows) {
  const struct set *set = table->domain->set;
  bool given;
  TRY(given_rows(&m->givens, at, table, rows, &given));
  if (given) return set->kind == SET_REGISTRY ? add_items(m, set->registry) : MLS_OK;
  if (set->kind == SET_RANGE) {
    *rows = (struct rows){ .count = set_rows(set),
                           .low = set->low,
                           .step = set->step > 0 ? set->step : 1 };
    return MLS_OK;
  }
  *rows = (struct rows){ .registry = set->registry };
  if (set->kind == SET_WORDS) return word_rows(m, rows, set->words, set->count);
  TRY(add_items(m, set->registry));
  return word_rows(m, rows, (const char *const *)set->registry->items, set->registry->item_count);
}

/* ---- instances ---- */

static mls_status survey_lines(struct maker *m, const struct sheet *sheet) {
  for (size_t i = 0; i < sheet->line_count; i++) {
    const struct line *line = &sheet->lines[i];
    if (line_formula(line)) TRY(survey_cell(m, line->formula));
    for (size_t j = 0; line->kind == LINE_USE && j < line->use->bind_count; j++)
      TRY(survey_cell(m, line->use->binds[j].formula));
    if (line->kind == LINE_INPUT) TRY(set_words(m, line->domain->set));
  }
  return MLS_OK;
}

static const struct bind *find_bind(const struct maker *m, const struct instance *instance,
                                    const char *name) {
  const struct instance *parent = &m->model->instances[instance->parent];
  if (!instance->name) return NULL;
  const struct line *use = &parent->sheet->lines[parent->sheet->uses[instance->use]];
  for (size_t i = 0; i < use->use->bind_count; i++)
    if (use->use->binds[i].name == name) return &use->use->binds[i];
  return NULL;
}

static mls_status input_cell(struct maker *m, unsigned at, const struct line *line,
                             struct cell *cell) {
  const struct instance *instance = &m->model->instances[at];
  const struct bind *bind = line->table < 0 ? find_bind(m, instance, line->name) : NULL;
  cell->kind = bind ? CELL_BOUND : CELL_INPUT;
  if (!bind) TRY(given_column(&m->givens, at, line, cell));
  if (!bind) return cell->given ? MLS_OK : sheet_defaults(m, line, cell);
  cell->formula = bind->formula;
  return MLS_OK;
}

static mls_status line_cell(struct maker *m, unsigned at, const struct slot *slot,
                            struct cell *cell) {
  const struct instance *instance = &m->model->instances[at];
  const struct line *line = &instance->sheet->lines[slot->line];
  const struct rows *rows = instance_rows(instance, line->table);
  cell->rows = rows ? (unsigned)rows->count : 1;
  cell->output = line->output;
  cell->unit = line->unit ? line->unit : m->model->units->plain;
  cell->table = line->table;
  cell->formula = line_formula(line);
  set_type(cell, *line->type);
  if (line->kind == LINE_INPUT) return input_cell(m, at, line, cell);
  cell->kind = line->kind == LINE_CHECK ? CELL_CHECK : CELL_FORMULA;
  return MLS_OK;
}

static void key_cell(const struct maker *m, const struct instance *instance,
                     const struct slot *slot, struct cell *cell) {
  cell->kind = CELL_KEY;
  cell->rows = (unsigned)instance->rows[slot->table].count;
  cell->table = slot->table;
  cell->unit = m->model->units->plain;
  set_type(cell, *slot->type);
}

static mls_status total_cell(struct maker *m, const struct slot *slot, struct cell *cell) {
  struct total_cell *total = memory_push(m->model->memory, sizeof *total);
  if (!total) return out_of_memory(m);
  *total = (struct total_cell){ GRAPH_NONE, GRAPH_NONE, slot->origin->function };
  cell->kind = CELL_TOTAL;
  cell->total = total;
  cell->unit = m->model->units->plain;
  set_type(cell, *slot->type);
  return MLS_OK;
}

/* The check that a bound input stays within its set; registry items are proved already. */
static mls_status within_cell(struct maker *m, const struct cell *bound, unsigned target) {
  const struct line *line = &m->model->instances[bound->instance].sheet->lines[bound->slot];
  unsigned index;
  if (line->domain->set->kind == SET_REGISTRY) return MLS_OK;
  struct cell cell = { .kind = CELL_WITHIN,
                       .truth = true,
                       .instance = bound->instance,
                       .slot = bound->slot,
                       .table = -1,
                       .rows = 1,
                       .unit = m->model->units->plain,
                       .target = target };
  return add_cell(m, cell, &index);
}

static mls_status slot_cell(struct maker *m, unsigned at, unsigned index, const struct slot *slot,
                            unsigned *out) {
  const struct instance *instance = &m->model->instances[at];
  struct cell cell = { .instance = at, .slot = index, .table = -1, .rows = 1 };
  if (slot->kind == SLOT_LINE) TRY(line_cell(m, at, slot, &cell));
  if (slot->kind == SLOT_KEY) key_cell(m, instance, slot, &cell);
  if (slot->kind == SLOT_TOTAL) TRY(total_cell(m, slot, &cell));
  TRY(add_cell(m, cell, out));
  return cell.kind == CELL_BOUND ? within_cell(m, &cell, *out) : MLS_OK;
}

/* Cells that an instance makes at most, but for checks of bound inputs: facts may be others'. */
static size_t count_cells(const struct sheet *sheet) {
  size_t count = sheet->slot_count - sheet->line_count;
  for (unsigned i = 0; i < sheet->line_count; i++) count += sheet_slot(sheet, i).kind != SLOT_NONE;
  return count;
}

static mls_status fill_instance(struct maker *m, unsigned at) {
  struct mls_model *model = m->model;
  const struct sheet *sheet = model->instances[at].sheet;
  unsigned *cells = memory_array(model->memory, sheet->slot_count, sizeof *cells);
  struct rows *rows = memory_array(model->memory, sheet->table_count, sizeof *rows);
  unsigned *children = memory_array(model->memory, sheet->use_count, sizeof *children);
  struct cell *room = memory_reserve(model->memory, model->cells, model->cell_count, &m->cell_room,
                                     model->cell_count + count_cells(sheet) + 1, sizeof *room);
  if (!cells || !rows || !children || !room) return out_of_memory(m);
  model->cells = room;
  model->instances[at].rows = rows;
  model->instances[at].cells = cells;
  model->instances[at].children = children;
  TRY(survey_lines(m, sheet));
  for (size_t i = 0; i < sheet->table_count; i++)
    TRY(table_rows(m, at, &sheet->lines[sheet->tables[i]], &rows[i]));
  for (unsigned i = 0; i < sheet->slot_count; i++) {
    cells[i] = GRAPH_NONE;
    TRY(progress_tick(m->fails, 5, i, sheet->slot_count));
    struct slot slot = sheet_slot(sheet, i);
    bool own = slot.kind != SLOT_NONE && slot.kind != SLOT_FACT;
    if (own) TRY(slot_cell(m, at, i, &slot, &cells[i]));
  }
  return MLS_OK;
}

static const char *child_path(struct maker *m, const struct instance *parent, const char *name) {
  size_t before = strlen(parent->path), size = strlen(name);
  char *path = memory_push(m->model->memory, before + size + 2);
  if (!path) return NULL;
  memcpy(path, parent->path, before);
  memcpy(path + before, name, size);
  path[before + size] = '.';
  return path;
}

static mls_status add_instance(struct maker *m, const struct sheet *sheet, unsigned parent,
                               unsigned use, const char *name, unsigned *out) {
  struct mls_model *model = m->model;
  if (model->instance_count >= LIMIT_INSTANCES)
    return too_many(m, "instances of used sheets", LIMIT_INSTANCES, "LIMIT_INSTANCES");
  struct instance *instances = memory_grow(model->memory, model->instances, model->instance_count,
                                           &m->instance_room, sizeof *instances);
  if (!instances) return out_of_memory(m);
  model->instances = instances;
  unsigned at = (unsigned)model->instance_count++;
  instances[at] =
      (struct instance){ .name = name, .path = "", .parent = parent, .use = use, .sheet = sheet };
  if (name) instances[at].path = child_path(m, &instances[parent], name);
  if (!instances[at].path) return out_of_memory(m);
  *out = at;
  TRY(fill_instance(m, at));
  for (unsigned i = 0; i < sheet->use_count; i++) {
    unsigned child;
    TRY(add_instance(m, sheet->used[i], at, i, sheet->lines[sheet->uses[i]].name, &child));
    model->instances[at].children[i] = child;
  }
  return MLS_OK;
}

/* ---- facts ---- */

static mls_status family_words(struct maker *m, const struct registry *registry,
                               struct cell *cell) {
  unsigned count = 0;
  unsigned *words = memory_array(m->model->memory, registry->field_count, sizeof *words);
  if (!words) return out_of_memory(m);
  for (size_t i = 0; i < registry->field_count; i++)
    if (registry->fields[i].family == cell->fact->field)
      TRY(add_word(m, registry->fields[i].word, &words[count++]));
  if ((unsigned long long)cell->rows * count > LIMIT_VALUES)
    return too_many(m, "values", (long long)LIMIT_VALUES, "LIMIT_VALUES");
  cell->fact->words = words;
  cell->fact->word_count = count;
  cell->rows *= count;
  return MLS_OK;
}

/* Words that facts of this field may have must be numbered before threads share the model. */
static mls_status fact_words(struct maker *m, const struct registry *registry, size_t field) {
  unsigned number;
  for (size_t i = 0; i < registry->item_count; i++) {
    const struct fact *fact = fact_find(registry, i, field);
    if (fact && fact->word) TRY(add_word(m, fact->word, &number));
  }
  return MLS_OK;
}

static mls_status fact_cell(struct maker *m, struct cell *cell, const struct slot *slot,
                            const struct registry *registry, unsigned chooser) {
  size_t field;
  struct fact_cell *fact = memory_push(m->model->memory, sizeof *fact);
  if (!fact) return out_of_memory(m);
  *fact = (struct fact_cell){ .registry = registry, .field = slot->field, .chooser = chooser };
  cell->kind = CELL_FACT;
  cell->fact = fact;
  cell->family = slot->family;
  set_type(cell, *slot->type);
  bool found =
      map_get(slot->family ? &registry->family_index : &registry->field_index, slot->field, &field);
  cell->unit =
      found && registry->fields[field].unit ? registry->fields[field].unit : m->model->units->plain;
  if (slot->family) return family_words(m, registry, cell);
  return found && cell->text ? fact_words(m, registry, field) : MLS_OK;
}

static mls_status chosen_fact(struct maker *m, unsigned at, unsigned index,
                              const struct slot *slot) {
  struct mls_model *model = m->model;
  struct instance *instance = &model->instances[at];
  const struct line *line = &instance->sheet->lines[slot->line];
  unsigned root = model_chooser(model, instance->cells[slot->line]);
  const void *key = slot_key(slot->field, root);
  size_t known;
  if (map_get(&m->facts, key, &known)) {
    ((unsigned *)instance->cells)[index] = (unsigned)known;
    return MLS_OK;
  }
  struct cell cell = {
    .instance = model->cells[root].instance, .slot = model->cells[root].slot, .table = -1, .rows = 1
  };
  unsigned made;
  TRY(fact_cell(m, &cell, slot, line->domain->set->registry, root));
  TRY(add_cell(m, cell, &made));
  ((unsigned *)instance->cells)[index] = made;
  return map_put(&m->facts, key, made) == MLS_OK ? MLS_OK : out_of_memory(m);
}

static mls_status table_fact(struct maker *m, unsigned at, unsigned index,
                             const struct slot *slot) {
  struct instance *instance = &m->model->instances[at];
  const struct line *table = &instance->sheet->lines[slot->line];
  struct cell cell = { .instance = at,
                       .slot = slot->line,
                       .table = slot->table,
                       .rows = (unsigned)instance->rows[slot->table].count };
  unsigned made;
  TRY(fact_cell(m, &cell, slot, table->domain->set->registry, GRAPH_NONE));
  TRY(add_cell(m, cell, &made));
  ((unsigned *)instance->cells)[index] = made;
  return MLS_OK;
}

static mls_status add_facts(struct maker *m) {
  for (unsigned at = 0; at < m->model->instance_count; at++) {
    const struct sheet *sheet = m->model->instances[at].sheet;
    for (size_t i = sheet->line_count; i < sheet->slot_count; i++) {
      struct slot slot = sheet_slot(sheet, (unsigned)i);
      if (slot.kind != SLOT_FACT) continue;
      TRY((slot.table >= 0 ? table_fact : chosen_fact)(m, at, (unsigned)i, &slot));
    }
  }
  return MLS_OK;
}

/* What aggregates read is known only when all cells are. */
static void link_totals(struct mls_model *model) {
  for (size_t i = 0; i < model->cell_count; i++) {
    struct cell *cell = &model->cells[i];
    if (cell->kind != CELL_TOTAL) continue;
    const struct sheet *sheet = model->instances[cell->instance].sheet;
    const struct node *call = sheet_slot(sheet, cell->slot).origin;
    cell->total->column = model_cell(model, cell->instance, call->arguments[0]);
    if (call->count == 2)
      cell->total->truth = model_cell(model, cell->instance, call->arguments[1]);
  }
}

/* ---- the as-of date ---- */

static const char *later(const char *a, const char *b) {
  if (!a || !*a) return b && *b ? b : NULL;
  return b && strcmp(b, a) > 0 ? b : a;
}

static void find_date(struct mls_model *model) {
  for (size_t i = 0; i < model->facts->source_count; i++)
    model->date = later(model->date, model->facts->sources[i].accessed);
  for (size_t i = 0; i < model->facts->registry_count; i++) {
    const struct registry *registry = model->facts->registries[i];
    for (size_t j = 0; j < registry->fact_count; j++)
      model->date = later(model->date, registry->facts[j].accessed);
  }
}

static mls_status add_instances(struct maker *m, struct sheet *sheet, const mls_rows *given,
                                size_t count) {
  unsigned root;
  mls_status status = given_open(&m->givens, m->model, given, count, m->fails);
  if (status == MLS_OK) status = add_instance(m, sheet, 0, 0, NULL, &root);
  if (status == MLS_OK) status = given_unknown(&m->givens);
  given_close(&m->givens);
  return status;
}

static mls_status build(struct maker *m, struct sheet *sheet, const mls_rows *given, size_t count) {
  struct mls_model *model = m->model;
  unsigned empty;
  map_open(&model->word_index, model->memory);
  map_open(&m->facts, &m->scratch);
  TRY(add_word(m, "", &empty));
  TRY(add_instances(m, sheet, given, count));
  if (m->fails->errors > 0) return m->fails->status;
  TRY(add_facts(m));
  link_totals(model);
  find_date(model);
  return MLS_OK;
}

mls_status graph_build(struct mls_model *model, struct sheet *sheet, const mls_rows *given,
                       size_t given_count, struct fails *fails) {
  struct maker m = { .model = model, .fails = fails };
  memory_open_beside(&m.scratch, model->memory);
  mls_status status = build(&m, sheet, given, given_count);
  memory_close(&m.scratch);
  return status == MLS_OK ? graph_order(model, fails) : status;
}
