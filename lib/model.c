/* Questions to a finished model: which cell a path means, how a cell is called, which row a key is.
 */
#include <math.h>
#include <string.h>

#include "graph.h"
#include "renamed.h"

unsigned model_cell(const struct mls_model *model, unsigned instance, const struct node *path) {
  for (unsigned i = 0; i < path->hops; i++)
    instance = model->instances[instance].children[path->parts->hop[i]];
  return model->instances[instance].cells[path->slot];
}

unsigned model_chooser(const struct mls_model *model, unsigned cell) {
  /* inputs bound to each other in a ring have no root; order.c tells the cycle */
  for (size_t steps = 0; steps < model->cell_count; steps++) {
    const struct cell *at = &model->cells[cell];
    if (at->kind != CELL_BOUND || at->formula->kind != NODE_PATH) return cell;
    cell = model_cell(model, model_home(model, at), at->formula);
  }
  return cell;
}

const struct line *model_line(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  const struct sheet *sheet = model->instances[at->instance].sheet;
  return &sheet->lines[at->kind == CELL_TOTAL ? 0 : at->slot];
}

unsigned model_home(const struct mls_model *model, const struct cell *cell) {
  return cell->kind == CELL_BOUND ? model->instances[cell->instance].parent : cell->instance;
}

const struct registry *model_registry(const struct mls_model *model, const struct cell *cell) {
  if (cell->kind == CELL_FACT) return cell->fact->registry;
  if (cell->kind != CELL_INPUT && cell->kind != CELL_BOUND) return NULL;
  return model->instances[cell->instance].sheet->lines[cell->slot].domain->set->registry;
}

const struct rows *model_rows(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  return at->table < 0 ? NULL : &model->instances[at->instance].rows[at->table];
}

unsigned model_word(const struct mls_model *model, const char *word) {
  size_t number;
  const char *interned = names_find(&model->names, slice_of(word));
  return interned && map_get(&model->word_index, interned, &number) ? (unsigned)number : GRAPH_NONE;
}

/* ---- rows ---- */

double rows_number(const struct rows *rows, size_t row) {
  return rows->numbers ? rows->numbers[row] : rows->low + (double)row * rows->step;
}

/* Keys that are equal within the tolerance stand next to where the key would stand. */
static bool number_find(const struct rows *rows, double key, size_t *row) {
  size_t low = 0, high = rows->count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (rows->sorted[middle].number < key) low = middle + 1;
    else high = middle;
  }
  for (size_t at = low ? low - 1 : 0; at <= low && at < rows->count; at++)
    if (value_equal(rows->sorted[at].number, key)) {
      *row = rows->sorted[at].row;
      return true;
    }
  return false;
}

static bool range_find(const struct rows *rows, double key, size_t *row) {
  if (rows->numbers) return number_find(rows, key, row);
  double at = floor((key - rows->low) / rows->step + 0.5);
  if (!(at >= 0) || at >= (double)rows->count) return false;
  *row = (size_t)at;
  return value_equal(rows->low + at * rows->step, key);
}

bool rows_find(const struct mls_model *model, const struct rows *rows, double key, size_t *row) {
  if (key != key) return false;
  if (!rows->words) return range_find(rows, key, row);
  return map_get(&rows->index, model->words[(size_t)key], row);
}

const char *model_row_key(const struct mls_model *model, unsigned cell, size_t row,
                          char out[TEXT_NUMBER]) {
  const struct cell *at = &model->cells[cell];
  const struct rows *rows = model_rows(model, cell);
  if (at->kind == CELL_FACT && at->family && !rows) return model->words[at->fact->words[row]];
  if (!rows) return "";
  if (at->kind == CELL_FACT && at->family) row /= at->fact->word_count;
  if (rows->words) return model->words[rows->words[row]];
  return text_number(out, rows_number(rows, row));
}

/* ---- paths ---- */

void model_path(const struct mls_model *model, unsigned cell, struct buffer *out) {
  const struct cell *at = &model->cells[cell];
  const struct instance *instance = &model->instances[at->instance];
  const struct line *line = model_line(model, cell);
  buffer_text(out, instance->path);
  if (at->table >= 0)
    buffer_print(out, "%s.", instance->sheet->lines[instance->sheet->tables[at->table]].name);
  if (at->kind == CELL_TOTAL) {
    formula_print(out, sheet_slot(instance->sheet, at->slot).origin);
  } else if (at->kind == CELL_KEY) {
    buffer_text(out, line->domain->key);
  } else if (at->kind == CELL_FACT) {
    if (at->table < 0) buffer_print(out, "%s.%s", line->name, at->fact->field);
    else buffer_print(out, "%s.%s", line->domain->key, at->fact->field);
  } else {
    buffer_text(out, line->name);
    if (at->kind == CELL_WITHIN) buffer_print(out, " in %s", line->domain->set->text);
  }
}

/* The cell of kind WITHIN for a bound input stands right after it when made, but order.c may move
   it; so it is searched by its target. */
static unsigned find_within(const struct mls_model *model, unsigned target, struct slice set) {
  if (target == GRAPH_NONE || !slice_is(set, model_line(model, target)->domain->set->text))
    return GRAPH_NONE;
  for (size_t i = 0; i < model->cell_count; i++)
    if (model->cells[i].kind == CELL_WITHIN && model->cells[i].target == target) return (unsigned)i;
  return GRAPH_NONE;
}

static struct slice next_part(struct slice *path) {
  const char *dot = path->size ? memchr(path->at, '.', path->size) : NULL;
  struct slice part = { path->at, dot ? (size_t)(dot - path->at) : path->size };
  size_t used = part.size + (dot != NULL);
  path->at += used;
  path->size -= used;
  return part;
}

/* A fact of the item that `chooser` names which other sheets alone read. */
static unsigned find_shared(const struct mls_model *model, unsigned chooser, const char *name) {
  if (!model_registry(model, &model->cells[chooser])) return GRAPH_NONE;
  unsigned root = model_chooser(model, chooser);
  for (size_t i = 0; i < model->cell_count; i++) {
    const struct cell *cell = &model->cells[i];
    if (cell->kind == CELL_FACT && cell->fact->chooser == root && cell->fact->field == name)
      return (unsigned)i;
  }
  return GRAPH_NONE;
}

static unsigned find_fact(const struct mls_model *model, const struct instance *instance,
                          const struct line *line, struct slice field) {
  const char *name = names_find(&model->names, field);
  for (size_t i = instance->sheet->line_count; name && i < instance->sheet->slot_count; i++) {
    struct slot slot = sheet_slot(instance->sheet, (unsigned)i);
    if (slot.kind == SLOT_FACT && slot.field == name && &instance->sheet->lines[slot.line] == line)
      return instance->cells[i];
  }
  return name && line->kind == LINE_INPUT
             ? find_shared(model, instance->cells[line_slot(instance->sheet, line)], name)
             : GRAPH_NONE;
}

static unsigned find_column(const struct mls_model *model, const struct instance *instance,
                            const struct line *table, struct slice path) {
  size_t line;
  struct slice part = next_part(&path);
  const char *name = names_find(&model->names, part);
  if (!name) return GRAPH_NONE;
  if (path.size > 0)
    return name == table->domain->key ? find_fact(model, instance, table, path) : GRAPH_NONE;
  if (name == table->domain->key) return instance->cells[line_slot(instance->sheet, table)];
  if (!line_find(instance->sheet, &instance->sheet->columns[table->domain->index], name, &line))
    return GRAPH_NONE;
  return instance->cells[line];
}

static unsigned find_in(const struct mls_model *model, unsigned at, struct slice path) {
  const struct instance *instance = &model->instances[at];
  size_t index;
  struct slice part = next_part(&path);
  const char *name = names_find(&model->names, part);
  if (!name || !line_find(instance->sheet, &instance->sheet->symbols, name, &index))
    return GRAPH_NONE;
  const struct line *line = &instance->sheet->lines[index];
  if (line->kind == LINE_USE)
    return path.size ? find_in(model, instance->children[line->use->index], path) : GRAPH_NONE;
  if (line->kind == LINE_TABLE)
    return path.size ? find_column(model, instance, line, path) : GRAPH_NONE;
  if (path.size == 0) return instance->cells[index];
  return find_fact(model, instance, line, path);
}

static unsigned find_whole(const struct mls_model *model, struct slice path) {
  bool ends_in_dot = path.size > 0 && path.at[path.size - 1] == '.';
  return ends_in_dot ? GRAPH_NONE : find_in(model, 0, path);
}

/* Of the next one or two parts of a path in a sheet; *used are the bytes that are the old name. */
static const struct renamed *renamed_part(const struct mls_model *model, const char *sheet,
                                          struct slice path, size_t *used) {
  struct slice rest = path;
  for (int parts = 0; parts < 2 && rest.size > 0; parts++) {
    struct slice part = next_part(&rest);
    struct slice old = { path.at, (size_t)(part.at - path.at) + part.size };
    const struct renamed *found =
        renamed_find(model->facts, &model->names, RENAMED_INPUT, sheet, old);
    *used = old.size;
    if (found) return found;
  }
  return NULL;
}

/* The first old name in a path, and in `out` the path with the present one; NULL when it has none.
 */
static const struct renamed *renamed_path(const struct mls_model *model, struct slice path,
                                          struct buffer *out) {
  const struct instance *instance = &model->instances[0];
  struct slice rest = path;
  size_t used, line;
  while (model->facts->renamed_count > 0 && rest.size > 0) {
    size_t before = path.size - rest.size;
    const struct renamed *old = renamed_part(model, instance->sheet->name, rest, &used);
    if (old) {
      out->size = 0;
      buffer_add(out, path.at, before);
      buffer_text(out, old->now);
      buffer_add(out, rest.at + used, rest.size - used);
      return old;
    }
    const char *name = names_find(&model->names, next_part(&rest));
    if (!name || !line_find(instance->sheet, &instance->sheet->symbols, name, &line)) return NULL;
    if (instance->sheet->lines[line].kind != LINE_USE) return NULL;
    instance = &model->instances[instance->children[instance->sheet->lines[line].use->index]];
  }
  return NULL;
}

mls_status model_present_path(const struct mls_model *model, struct memory *memory,
                              struct place place, struct fails *fails, struct slice *path) {
  const struct renamed *old;
  struct buffer out;
  buffer_open(&out, memory);
  const char *kept = "";
  while (kept && (old = renamed_path(model, *path, &out))) {
    kept = buffer_keep(&out, memory);
    if (kept) *path = slice_of(kept);
    if (fails) renamed_warn(old, place, fails);
  }
  buffer_close(&out);
  if (kept) return MLS_OK;
  return fails ? fail_memory(fails) : MLS_MEMORY;
}

unsigned model_find(const struct mls_model *model, struct slice path) {
  for (size_t i = 0; i + 4 <= path.size; i++)
    if (memcmp(path.at + i, " in ", 4) == 0)
      return find_within(model, find_whole(model, (struct slice){ path.at, i }),
                         (struct slice){ path.at + i + 4, path.size - i - 4 });
  return find_whole(model, path);
}
