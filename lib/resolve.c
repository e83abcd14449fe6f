/* Paths to slots. A path is looked up part by part: key and columns of the own table, names of the
   sheet, then facts, columns, or the sheet an instance uses. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "limits.h"
#include "renamed.h"

/* A path on its way: where it stands now, and which part is next. */
struct walk {
  struct scope scope; /* the sheet that is being searched */
  struct scope home;  /* where the formula stands */
  struct node *node;
  unsigned part;
  bool whole; /* argument of an aggregate: a column may stand alone */
};

/* An error at the path of a walk. */
#define FAIL(walk, ...)                                                                            \
  fail_add((walk)->home.checker->fails, MLS_NAME, node_place((walk)->home.sheet, (walk)->node),    \
           __VA_ARGS__)

static const char *path_text(const struct walk *walk, unsigned parts) {
  struct buffer buffer;
  buffer_open(&buffer, walk->home.checker->memory);
  for (unsigned i = 0; i < parts; i++)
    buffer_print(&buffer, "%s%s", i ? "." : "", node_name(walk->node, i));
  const char *text = buffer_keep(&buffer, walk->home.checker->memory);
  buffer_close(&buffer);
  return text ? text : "";
}

/* Names are offered in file order, so that of two equally near ones the first is told. */
static void offer_lines(struct nearest *nearest, const struct sheet *sheet, int table) {
  for (size_t i = 0; i < sheet->line_count; i++) {
    const struct line *line = &sheet->lines[i];
    bool named = line->kind != LINE_NOTE && line->kind != LINE_CHART;
    if (line->name && named && line->table == table) nearest_offer(nearest, line->name);
  }
}

static mls_status unknown_name(const struct walk *walk) {
  struct checker *c = walk->home.checker;
  const char *name = node_name(walk->node, walk->part);
  struct nearest nearest = { .wanted = slice_of(name) };
  if (walk->scope.table >= 0) offer_lines(&nearest, walk->scope.sheet, walk->scope.table);
  offer_lines(&nearest, walk->scope.sheet, -1);
  const char *hint = nearest_hint(c->memory, &nearest);
  struct place place = node_place(walk->home.sheet, walk->node);
  if (walk->part == 0) return fail_add(c->fails, MLS_NAME, place, "unknown name %s%s", name, hint);
  return fail_add(c->fails, MLS_NAME, place, "sheet %s has no %s%s", walk->scope.sheet->name, name,
                  hint);
}

/* A key, column or cell with one row: nothing may follow. */
static mls_status end_in_cell(struct walk *walk, unsigned slot) {
  struct node *node = walk->node;
  if (walk->part + 1 < node->name_count)
    return FAIL(walk, "%s has no parts, so no %s", path_text(walk, walk->part + 1),
                node_name(node, walk->part + 1));
  if (node->count)
    return FAIL(walk, "%s is one cell; only a column of a table is looked up by key",
                path_text(walk, node->name_count));
  node->ref = REF_CELL;
  node->slot = slot;
  return MLS_OK;
}

static mls_status end_in_column(struct walk *walk, unsigned slot) {
  struct node *node = walk->node;
  const char *path = path_text(walk, walk->part + 1);
  if (walk->part + 1 < node->name_count)
    return FAIL(walk, "%s has no parts, so no %s", path, node_name(node, walk->part + 1));
  if (!node->count && !walk->whole)
    return FAIL(walk, "%s is a column; take a row, such as %s(key), or all, such as sum(%s)", path,
                path, path);
  node->ref = node->count ? REF_LOOKUP : REF_COLUMN;
  node->slot = slot;
  return MLS_OK;
}

/* ---- facts ---- */

static mls_status no_field(const struct walk *walk, const struct registry *registry,
                           const char *field) {
  struct checker *c = walk->home.checker;
  struct nearest nearest = { .wanted = slice_of(field) };
  for (size_t i = 0; i < registry->field_count; i++) {
    nearest_offer(&nearest, registry->fields[i].name);
    if (registry->fields[i].family) nearest_offer(&nearest, registry->fields[i].family);
  }
  return fail_add(c->fails, MLS_NAME, node_place(walk->home.sheet, walk->node),
                  "registry %s has no field %s%s", registry->name, field,
                  nearest_hint(c->memory, &nearest));
}

/* Row of a word among the words of a family, in order of first appearance. */
static unsigned family_row(const struct registry *registry, const char *family, const char *word) {
  unsigned row = 0;
  for (size_t i = 0; i < registry->field_count; i++) {
    if (registry->fields[i].family != family) continue;
    if (registry->fields[i].word == word) return row;
    row++;
  }
  return row;
}

static mls_status fact_slot(const struct walk *walk, unsigned line, const char *field, bool family,
                            struct type type) {
  struct checker *c = walk->home.checker;
  const struct type *kept = type_intern(c->units, type);
  if (!kept) return fail_memory(c->fails);
  return slot_fact(walk->scope, line, field, family, kept, &walk->node->slot);
}

static mls_status end_in_family(struct walk *walk, unsigned line, const struct registry *registry,
                                const char *family) {
  struct node *node = walk->node;
  size_t index;
  const char *interned = names_find(walk->home.checker->names, slice_of(family));
  if (!interned || !map_get(&registry->family_index, interned, &index))
    return no_field(walk, registry, family);
  if (!node->count)
    return FAIL(walk, "%s is a family of facts; choose one, such as %s(\"%s\")",
                path_text(walk, node->name_count), path_text(walk, node->name_count),
                registry->fields[index].word);
  node->ref = REF_LOOKUP;
  return fact_slot(walk, line, interned, true, registry->fields[index].type);
}

static mls_status end_in_fact(struct walk *walk, unsigned line, const struct registry *registry,
                              const char *name) {
  struct node *node = walk->node;
  const struct field *field;
  size_t index;
  struct checker *c = walk->home.checker;
  const char *now = renamed_now(c->facts, c->names, RENAMED_FIELD, registry->name, slice_of(name),
                                node_place(walk->home.sheet, node), c->fails);
  if (now) name = now;
  const char *interned = names_find(c->names, slice_of(name));
  if (!interned || !registry_field(registry, interned, &index))
    return end_in_family(walk, line, registry, name);
  field = &registry->fields[index];
  if (node->count)
    return FAIL(walk, "%s is one fact and takes no key", path_text(walk, node->name_count));
  node->ref = field->family ? REF_ROW : REF_CELL;
  if (field->family) node->parts->row = family_row(registry, field->family, field->word);
  return fact_slot(walk, line, field->family ? field->family : interned, field->family != NULL,
                   field->type);
}

/* hw.memory_bandwidth, hw.flops.fp8, hw.flops(precision): one or two parts after the item. */
static mls_status walk_fact(struct walk *walk, unsigned line) {
  const struct line *owner = &walk->scope.sheet->lines[line];
  const struct set *set = owner->domain->set;
  const struct registry *registry = set ? set->registry : NULL;
  struct node *node = walk->node;
  unsigned left = node->name_count - walk->part - 1;
  if (owner->wrong && !registry) return MLS_NAME; /* it was not found, and that was said */
  if (!registry || left > 2)
    return FAIL(walk, "%s has no parts, so no %s", path_text(walk, node->name_count - 1),
                node_name(node, node->name_count - 1u));
  const char *first = node_name(node, walk->part + 1);
  if (left == 1) return end_in_fact(walk, line, registry, first);
  struct buffer buffer;
  buffer_open(&buffer, walk->home.checker->memory);
  buffer_print(&buffer, "%s.%s", first, node_name(node, walk->part + 2));
  const char *both = buffer_keep(&buffer, walk->home.checker->memory);
  buffer_close(&buffer);
  return both ? end_in_fact(walk, line, registry, both) : fail_memory(walk->home.checker->fails);
}

/* ---- old names ---- */

/* The present name of a line of the sheet that is searched: `table` NULL, or of its column. */
static const char *present_name(const struct walk *walk, const char *table, const char *name) {
  struct checker *c = walk->home.checker;
  char path[2 * LIMIT_NAME + 2];
  if (walk->node->hops == 0) return NULL; /* a sheet knows its own names */
  snprintf(path, sizeof path, "%s%s%s", table ? table : "", table ? "." : "", name);
  const char *now = renamed_now(c->facts, c->names, RENAMED_INPUT, walk->scope.sheet->name,
                                slice_of(path), node_place(walk->home.sheet, walk->node), c->fails);
  const char *dot = now && table ? strchr(now, '.') : NULL;
  return dot ? names_find(c->names, slice_of(dot + 1)) : now;
}

static void rename_part(const struct walk *walk, const char *name) {
  struct node *node = walk->node;
  if (node->name_count == 1) node->name = name;
  else node->parts->names[walk->part] = name;
}

static bool has_line(const struct sheet *sheet, const struct names *names, struct slice path) {
  const char *dot = memchr(path.at, '.', path.size);
  size_t head = dot ? (size_t)(dot - path.at) : path.size, line;
  const char *name = names_find(names, (struct slice){ path.at, head });
  if (!name || !line_find(sheet, &sheet->symbols, name, &line)) return false;
  if (!dot) return true;
  const char *column = names_find(names, slice_of(dot + 1));
  return column && sheet->lines[line].kind == LINE_TABLE &&
         line_find(sheet, &sheet->columns[sheet->lines[line].domain->index], column, &line);
}

mls_status check_renamed(struct scope scope) {
  const struct checker *c = scope.checker;
  const struct sheet *sheet = scope.sheet;
  struct nearest none = { .wanted = { NULL, 0 } };
  for (size_t i = 0; i < c->facts->renamed_count; i++) {
    const struct renamed *renamed = &c->facts->renamed[i];
    if (renamed->kind != RENAMED_INPUT || renamed->home != sheet->name) continue;
    struct nearest nearest = { .wanted = slice_of(renamed->now) };
    offer_lines(&nearest, sheet, -1);
    if (has_line(sheet, c->names, slice_of(renamed->old))) renamed_alive(renamed, c->fails);
    if (!has_line(sheet, c->names, slice_of(renamed->now)))
      renamed_lost(renamed, nearest_hint(c->memory, strchr(renamed->now, '.') ? &none : &nearest),
                   c->fails);
  }
  return c->fails->status == MLS_MEMORY ? MLS_MEMORY : MLS_OK;
}

/* ---- parts of a sheet ---- */

static mls_status walk_table(struct walk *walk, const struct line *table) {
  struct node *node = walk->node;
  size_t line;
  if (walk->part + 1 == node->name_count)
    return FAIL(walk, "%s is a table; name one of its columns", path_text(walk, node->name_count));
  walk->part++;
  const char *now = present_name(walk, table->name, node_name(node, walk->part));
  if (now) rename_part(walk, now);
  if (node_name(node, walk->part) == table->domain->key)
    return end_in_column(walk, line_slot(walk->scope.sheet, table));
  if (line_find(walk->scope.sheet, &walk->scope.sheet->columns[table->domain->index],
                node_name(node, walk->part), &line))
    return end_in_column(walk, (unsigned)line);
  struct checker *c = walk->home.checker;
  struct nearest nearest = { .wanted = slice_of(node_name(node, walk->part)) };
  offer_lines(&nearest, walk->scope.sheet, (int)table->domain->index);
  return fail_add(c->fails, MLS_NAME, node_place(walk->home.sheet, node),
                  "table %s has no column %s%s", path_text(walk, walk->part),
                  node_name(node, walk->part), nearest_hint(c->memory, &nearest));
}

static mls_status walk_name(struct walk *walk);

static mls_status walk_use(struct walk *walk, const struct line *use) {
  struct node *node = walk->node;
  struct sheet *used = walk->scope.sheet->used[use->use->index];
  if (walk->part + 1 == node->name_count)
    return FAIL(walk, "%s is a used sheet; name one of its cells",
                path_text(walk, node->name_count));
  /* the used sheet is wrong and said so: nothing more to say here */
  if (!used) return MLS_NAME;
  node->parts->hop[node->hops++] = use->use->index;
  walk->scope = (struct scope){ walk->scope.checker, used, -1 };
  walk->part++;
  return walk_name(walk);
}

static mls_status walk_line(struct walk *walk, unsigned index) {
  const struct line *line = &walk->scope.sheet->lines[index];
  bool more = walk->part + 1 < walk->node->name_count;
  if (line->kind == LINE_TABLE) return walk_table(walk, line);
  if (line->kind == LINE_USE) return walk_use(walk, line);
  bool chooser =
      line->kind == LINE_INPUT && line->domain->set && line->domain->set->kind == SET_REGISTRY;
  if (chooser && more) return walk_fact(walk, index);
  if (line->kind == LINE_INPUT && !line->domain->set && more)
    return MLS_NAME; /* its set is wrong, and said so */
  return end_in_cell(walk, index);
}

static mls_status walk_name(struct walk *walk) {
  struct sheet *sheet = walk->scope.sheet;
  const char *now = present_name(walk, NULL, node_name(walk->node, walk->part));
  if (now) rename_part(walk, now);
  const char *name = node_name(walk->node, walk->part);
  size_t line;
  if (walk->scope.table >= 0) {
    unsigned index = sheet->tables[walk->scope.table];
    const struct line *table = &sheet->lines[index];
    bool items = table->domain->set && table->domain->set->kind == SET_REGISTRY;
    if (name == table->domain->key && items && walk->part + 1 < walk->node->name_count)
      return walk_fact(walk, index);
    if (name == table->domain->key) return end_in_cell(walk, index);
    if (line_find(sheet, &sheet->columns[walk->scope.table], name, &line))
      return end_in_cell(walk, (unsigned)line);
  }
  if (line_find(sheet, &sheet->symbols, name, &line)) return walk_line(walk, (unsigned)line);
  return unknown_name(walk);
}

static mls_status resolve_path(struct scope scope, struct node *node, bool whole) {
  struct walk walk = { scope, scope, node, 0, whole };
  return walk_name(&walk);
}

/* ---- aggregates ---- */

static bool same_cell(const struct node *a, const struct node *b) {
  return a->ref == b->ref && a->slot == b->slot && node_same_way(a, b);
}

static bool same_total(const struct node *a, const struct node *b) {
  if (a->function != b->function || a->count != b->count) return false;
  for (unsigned i = 0; i < a->count; i++)
    if (!same_cell(a->arguments[i], b->arguments[i])) return false;
  return true;
}

/* The hidden cell of this aggregate: one for all formulas of the sheet that ask for it. */
static mls_status slot_total(struct scope scope, struct node *node) {
  const struct sheet *sheet = scope.sheet;
  struct slot slot = { .kind = SLOT_TOTAL, .table = -1, .origin = node };
  const void *key = slot_key(node->function, node->arguments[0]->slot);
  size_t index;
  if (!map_get(&sheet->shared, key, &index)) index = SLOT_LAST;
  for (; index != SLOT_LAST; index = sheet_slot(sheet, (unsigned)index).next) {
    struct slot old = sheet_slot(sheet, (unsigned)index);
    node->total = (unsigned)index;
    if (old.kind == SLOT_TOTAL && same_total(old.origin, node)) return MLS_OK;
  }
  return slot_share(scope, slot, key, &node->total);
}

static bool is_column_path(struct scope scope, const struct node *node) {
  /* table.column, also through used sheets: the part before the last names a table */
  const struct sheet *sheet = scope.sheet;
  if (node->kind != NODE_PATH || node->count || node->name_count < 2) return false;
  for (unsigned i = 0; i + 1 < node->name_count; i++) {
    size_t index;
    if (!line_find(sheet, &sheet->symbols, node_name(node, i), &index)) return false;
    const struct line *line = &sheet->lines[index];
    if (line->kind == LINE_TABLE) return i + 2 == node->name_count;
    if (line->kind != LINE_USE || !sheet->used[line->use->index]) return false;
    sheet = sheet->used[line->use->index];
  }
  return false;
}

/* A path that enters a used sheet which could not be read. */
static bool is_sheet_unknown(struct scope scope, const struct node *node) {
  const struct sheet *sheet = scope.sheet;
  if (node->kind != NODE_PATH) return false;
  for (unsigned i = 0; i < node->name_count; i++) {
    size_t index;
    if (!line_find(sheet, &sheet->symbols, node_name(node, i), &index)) return false;
    const struct line *line = &sheet->lines[index];
    if (line->kind != LINE_USE) return false;
    sheet = sheet->used[line->use->index];
    if (!sheet) return true;
  }
  return false;
}

static int table_of(struct scope scope, const struct node *node) {
  return ref_slot(scope.sheet, node).table;
}

static mls_status resolve_aggregate(struct scope scope, struct node *node) {
  struct checker *c = scope.checker;
  for (unsigned i = 0; i < node->count; i++) {
    struct node *argument = node->arguments[i];
    if (argument->kind != NODE_PATH || argument->count)
      return fail_add(c->fails, MLS_SYNTAX, node_place(scope.sheet, argument),
                      "%s takes a column, such as plan.total; name the formula in a column first",
                      node->function->name);
    TRY(resolve_path(scope, argument, true));
    if (argument->ref != REF_COLUMN)
      return fail_add(c->fails, MLS_SYNTAX, node_place(scope.sheet, argument),
                      "%s takes a column with its table, such as plan.total", node->function->name);
  }
  if (node->count == 2) {
    const struct node *a = node->arguments[0], *b = node->arguments[1];
    bool same = node_same_way(a, b) && table_of(scope, a) == table_of(scope, b);
    if (!same)
      return fail_add(c->fails, MLS_NAME, node_place(scope.sheet, node->arguments[1]),
                      "both columns of %s must be of one table", node->function->name);
  }
  return slot_total(scope, node);
}

/* ---- trees ---- */

static mls_status resolve_prior(struct scope scope, const struct node *node) {
  struct checker *c = scope.checker;
  if (scope.table < 0)
    return fail_add(c->fails, MLS_SYNTAX, node_place(scope.sheet, node),
                    "prior stands in a column of a table only");
  if (node->count < 3) return MLS_OK;
  const struct node *rows = node->arguments[2];
  double count = rows->kind == NODE_NUMBER && !rows->literal->unit ? rows->literal->number : 0;
  bool sound = count >= 1 && count <= (double)LIMIT_ROWS && count == (double)(long)count;
  if (sound) return MLS_OK;
  return fail_add(c->fails, MLS_SYNTAX, node_place(scope.sheet, rows),
                  "the rows of prior are a literal whole number of at least 1");
}

static mls_status resolve_call(struct scope scope, struct node *node) {
  if (node->function->rule == RULE_PRIOR) TRY(resolve_prior(scope, node));
  if (function_is_aggregate(node->function)) return resolve_aggregate(scope, node);
  /* min and max: of columns when the first argument is one, else of numbers */
  if (node->function->total && is_column_path(scope, node->arguments[0])) {
    if (node->count > 2)
      return fail_add(scope.checker->fails, MLS_SYNTAX, node_place(scope.sheet, node),
                      "%s of a column takes one column of truths besides", node->function->name);
    return resolve_aggregate(scope, node);
  }
  if (node->function->total && node->count < 2 && is_sheet_unknown(scope, node->arguments[0]))
    return MLS_NAME; /* the line of the `use` is wrong and said so */
  if (node->function->total && node->count < 2)
    return fail_add(scope.checker->fails, MLS_SYNTAX, node_place(scope.sheet, node),
                    "%s takes at least two numbers, or a column of a table", node->function->name);
  for (unsigned i = 0; i < node->count; i++) TRY(resolve_formula(scope, node->arguments[i]));
  return MLS_OK;
}

mls_status resolve_formula(struct scope scope, struct node *node) {
  if (node->kind == NODE_CALL) return resolve_call(scope, node);
  if (node->kind != NODE_PATH) return MLS_OK;
  for (unsigned i = 0; i < node->count; i++) TRY(resolve_formula(scope, node->arguments[i]));
  return resolve_path(scope, node, false);
}

mls_status resolve_shown(struct scope scope, struct node *node) {
  if (node->kind == NODE_PATH && !node->count) return resolve_path(scope, node, true);
  return fail_add(scope.checker->fails, MLS_SYNTAX, node_place(scope.sheet, node),
                  "a chart shows cells and columns; name the formula in a cell first");
}
