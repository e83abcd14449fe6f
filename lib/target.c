/* What a name in a CSV of inputs means. Apart from scenario.c because it knows the graph, where
   scenario.c knows the file. */
#include "target.h"

#include <string.h>

#include "csv.h"
#include "renamed.h"

/* A name being looked up. */
struct lookup {
  const struct mls_model *model;
  struct memory *memory;
  struct slice path;
  struct place place;
  struct fails *fails;
  struct target *out;
  char shown[CSV_SHOWN];
};

bool target_takes(const struct target *target, const struct unit *unit) {
  bool counts =
      target->count->count == 0 || unit->count->count == 0 || dims_same(target->count, unit->count);
  return counts && dims_same(target->strict, unit->strict);
}

/* The path of a cell in the arena; NULL when there is no memory. */
static const char *cell_path(const struct lookup *lookup, unsigned cell) {
  struct buffer buffer;
  buffer_open(&buffer, lookup->memory);
  model_path(lookup->model, cell, &buffer);
  const char *path = buffer_keep(&buffer, lookup->memory);
  buffer_close(&buffer);
  return path;
}

/* ---- names that nothing has ---- */

/* "batch" for "job.batch": the writer forgot the instance. */
static bool ends_with_name(const char *path, struct slice name) {
  size_t size = strlen(path);
  return size > name.size && path[size - name.size - 1] == '.' &&
         memcmp(path + size - name.size, name.at, name.size) == 0;
}

static bool begins_with_name(const char *path, struct slice name) {
  return strncmp(path, name.at, name.size) == 0 && path[name.size] == '.';
}

static mls_status column_cell(struct lookup *lookup, unsigned cell);

/* "job" for "job.batch", "plan" for its columns. */
static mls_status holder(struct lookup *lookup, unsigned cell, const char *path) {
  if (model_rows(lookup->model, cell)) return column_cell(lookup, cell);
  return fail_add(lookup->fails, MLS_NAME, lookup->place,
                  "%s holds inputs and is none itself; expected one of them, as %s", lookup->shown,
                  path);
}

static mls_status unknown_name(struct lookup *lookup) {
  struct nearest nearest = { .wanted = lookup->path };
  const char *inside = NULL;
  for (unsigned i = 0; i < lookup->model->cell_count; i++) {
    if (lookup->model->cells[i].kind != CELL_INPUT) continue;
    const char *path = cell_path(lookup, i);
    if (!path) return fail_memory(lookup->fails);
    if (begins_with_name(path, lookup->path)) return holder(lookup, i, path);
    if (model_rows(lookup->model, i)) continue;
    nearest_offer(&nearest, path);
    if (!inside && ends_with_name(path, lookup->path)) inside = path;
  }
  if (inside) nearest.best = inside;
  return fail_add(lookup->fails, MLS_NAME, lookup->place, "%s is not an input of %s%s",
                  lookup->shown, lookup->model->name, nearest_hint(lookup->memory, &nearest));
}

/* ---- names that can not be set ---- */

static mls_status bound_cell(struct lookup *lookup, unsigned index) {
  const struct cell *cell = &lookup->model->cells[index];
  const struct instance *own = &lookup->model->instances[cell->instance];
  const struct sheet *parent = lookup->model->instances[own->parent].sheet;
  const struct line *use = &parent->lines[parent->uses[own->use]];
  const char *path = cell_path(lookup, index);
  struct buffer formula;
  if (!path) return fail_memory(lookup->fails);
  buffer_open(&formula, lookup->memory);
  if (cell->formula) formula_print(&formula, cell->formula);
  mls_status status =
      formula.failed ? fail_memory(lookup->fails)
                     : fail_add(lookup->fails, MLS_NAME, lookup->place,
                                "%s is bound to %.80s by use %s in %s:%d; set what it is bound to",
                                path, formula.bytes ? formula.bytes : "a formula", use->name,
                                parent->file, (int)use->line);
  buffer_close(&formula);
  return status;
}

static mls_status column_cell(struct lookup *lookup, unsigned cell) {
  const char *path = cell_path(lookup, cell);
  const char *dot = path ? strrchr(path, '.') : NULL;
  if (!path) return fail_memory(lookup->fails);
  int size = (int)(dot ? dot - path : 0);
  return fail_add(lookup->fails, MLS_NAME, lookup->place,
                  "%s is a column; give its table rows with --rows %.*s=FILE.csv", path, size,
                  path);
}

static mls_status fixed_cell(struct lookup *lookup, unsigned cell) {
  struct place place =
      line_place(lookup->model->instances[lookup->model->cells[cell].instance].sheet,
                 model_line(lookup->model, cell));
  enum cell_kind kind = lookup->model->cells[cell].kind;
  const char *what = kind == CELL_FACT                           ? "a fact of the items of a table"
                     : kind == CELL_CHECK || kind == CELL_WITHIN ? "a check"
                                                                 : "calculated";
  return fail_add(lookup->fails, MLS_NAME, lookup->place,
                  "%s is %s in %s:%d; only inputs, and facts of items that inputs choose, are set",
                  lookup->shown, what, place.file, place.line);
}

/* ---- inputs and facts ---- */

static mls_status take_input(struct lookup *lookup, unsigned index) {
  const struct cell *cell = &lookup->model->cells[index];
  lookup->out->cell = index;
  lookup->out->item = model_registry(lookup->model, cell) != NULL;
  lookup->out->number = !cell->text;
  lookup->out->unit = cell->unit;
  lookup->out->strict = cell->unit->strict;
  lookup->out->count = cell->unit->count;
  return MLS_OK;
}

/* The cell of a field of the item that `chooser` names; GRAPH_NONE when no formula reads it, here
   or in a used sheet that shares the item. A family has one cell, with a row for each word. */
static unsigned fact_cell(const struct mls_model *model, unsigned chooser,
                          const struct field *field, size_t *row) {
  for (unsigned i = 0; i < model->cell_count; i++) {
    const struct cell *cell = &model->cells[i];
    if (cell->kind != CELL_FACT || cell->fact->chooser != chooser) continue;
    const char *name = cell->family ? field->family : field->name;
    if (!name || strcmp(name, cell->fact->field) != 0) continue;
    *row = 0;
    while (cell->family && strcmp(model->words[cell->fact->words[*row]], field->word) != 0) ++*row;
    return i;
  }
  return GRAPH_NONE;
}

static mls_status take_fact(struct lookup *lookup, unsigned chooser, const struct field *field) {
  lookup->out->number = field->type.kind == KIND_NUMBER;
  lookup->out->unit = field->unit;
  lookup->out->strict = field->type.strict;
  lookup->out->count = field->type.count;
  lookup->out->cell = fact_cell(lookup->model, chooser, field, &lookup->out->row);
  if (lookup->out->cell == GRAPH_NONE)
    fail_warn(lookup->fails, lookup->place, "no formula reads %s; setting it changes nothing",
              lookup->shown);
  return MLS_OK;
}

static mls_status unknown_field(struct lookup *lookup, const struct registry *registry,
                                struct slice name) {
  char shown[CSV_SHOWN];
  struct nearest nearest = { .wanted = name };
  for (size_t i = 0; i < registry->field_count; i++) {
    const struct field *field = &registry->fields[i];
    nearest_offer(&nearest, field->name);
    if (field->family && slice_is(name, field->family)) {
      nearest.best = field->name; /* a family is set a member at a time */
      break;
    }
  }
  return fail_add(lookup->fails, MLS_NAME, lookup->place, "%s is not a field of registry %s%s",
                  csv_shown(shown, name), registry->name, nearest_hint(lookup->memory, &nearest));
}

/* An old name of a field, in the path too: the setting that is kept has the present one. */
static mls_status take_present_field(struct lookup *lookup, const struct registry *registry,
                                     struct slice *name) {
  const struct mls_model *model = lookup->model;
  const char *now = renamed_now(model->facts, &model->names, RENAMED_FIELD, registry->name, *name,
                                lookup->place, lookup->fails);
  struct buffer path;
  if (!now) return MLS_OK;
  buffer_open(&path, lookup->memory);
  buffer_add(&path, lookup->path.at, (size_t)(name->at - lookup->path.at));
  buffer_text(&path, now);
  lookup->out->path = buffer_keep(&path, lookup->memory);
  buffer_close(&path);
  *name = slice_of(now);
  return lookup->out->path ? MLS_OK : fail_memory(lookup->fails);
}

/* Field `name` of the item that `chooser` names. Names are compared as text, because looking one up
   in the book's table could meet another thread that adds to it. */
static mls_status find_fact(struct lookup *lookup, unsigned chooser, struct slice name) {
  const struct cell *cell = &lookup->model->cells[chooser];
  if (cell->kind == CELL_BOUND) return bound_cell(lookup, chooser);
  const struct registry *registry = model_registry(lookup->model, cell);
  TRY(take_present_field(lookup, registry, &name));
  for (size_t i = 0; i < registry->field_count; i++)
    if (slice_is(name, registry->fields[i].name))
      return take_fact(lookup, chooser, &registry->fields[i]);
  return unknown_field(lookup, registry, name);
}

/* The longest head of the path that is a registry input, for "hw.flops.fp16". */
static bool find_chooser(const struct lookup *lookup, unsigned *cell, struct slice *field) {
  for (size_t i = lookup->path.size; i-- > 1;) {
    if (lookup->path.at[i] != '.') continue;
    *cell = model_find(lookup->model, (struct slice){ lookup->path.at, i });
    *field = (struct slice){ lookup->path.at + i + 1, lookup->path.size - i - 1 };
    if (*cell == GRAPH_NONE) continue;
    const struct cell *found = &lookup->model->cells[*cell];
    bool scalar = !model_rows(lookup->model, *cell);
    bool input = found->kind == CELL_INPUT || found->kind == CELL_BOUND;
    if (input && scalar && model_registry(lookup->model, found)) return true;
  }
  return false;
}

static mls_status find_any(struct lookup *lookup) {
  unsigned cell = model_find(lookup->model, lookup->path), chooser;
  struct slice field;
  if (cell == GRAPH_NONE || lookup->model->cells[cell].kind == CELL_FACT) {
    if (find_chooser(lookup, &chooser, &field)) return find_fact(lookup, chooser, field);
    return cell == GRAPH_NONE ? unknown_name(lookup) : fixed_cell(lookup, cell);
  }
  enum cell_kind kind = lookup->model->cells[cell].kind;
  bool rows = model_rows(lookup->model, cell) != NULL;
  if (kind == CELL_INPUT) return rows ? column_cell(lookup, cell) : take_input(lookup, cell);
  if (kind == CELL_KEY) return column_cell(lookup, cell);
  if (kind == CELL_BOUND) return bound_cell(lookup, cell);
  return fixed_cell(lookup, cell);
}

mls_status target_find(const struct mls_model *model, struct memory *memory, struct slice path,
                       struct place place, struct fails *fails, struct target *out) {
  struct lookup lookup = { model, memory, path, place, fails, out, "" };
  *out = (struct target){ .place = place };
  if (path.size == 0)
    return fail_add(fails, MLS_SYNTAX, place, "the name is empty; expected an input, as load");
  csv_shown(lookup.shown, path);
  TRY(model_present_path(model, memory, place, fails, &lookup.path));
  out->path = memory_text(memory, lookup.path.at, lookup.path.size);
  if (!out->path) return fail_memory(fails);
  return find_any(&lookup);
}
