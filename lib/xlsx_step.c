/* Steps: a long formula is cut into parts with cells of their own, so that a person can follow it
   and so that spellings that repeat an argument stay short. Aggregates that a column reads are
   steps too: a spreadsheet would otherwise add up the column again in every row. */
#include "xlsx.h"

#include <string.h>

static size_t length_at(struct pen *pen, const struct node *node, size_t row) {
  struct memory_mark mark = memory_mark(&pen->x->scratch);
  struct pen there = *pen;
  there.row = row;
  size_t size = strlen(xlsx_spell(&there, node));
  memory_reset(&pen->x->scratch, mark);
  return size;
}

/* The longest it gets: prior is spelled differently in the first rows. */
static size_t length(struct pen *pen, const struct node *node) {
  size_t first = length_at(pen, node, 0);
  if (!pen->column) return first;
  size_t last = length_at(pen, node, pen->x->model->cells[pen->cell].rows - 1);
  return first > last ? first : last;
}

static void add_scalar_step(struct pen *pen, const struct node *node) {
  struct xlsx *x = pen->x;
  struct page *owner = &x->pages[pen->owner];
  size_t index;
  if (map_get(&owner->steps, node, &index)) return;
  struct extra *extras = memory_grow(&x->memory, owner->extras, owner->extra_count,
                                     &owner->extra_room, sizeof *extras);
  if (!extras || map_put(&owner->steps, node, owner->extra_count) != MLS_OK) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return;
  }
  owner->extras = extras;
  extras[owner->extra_count++] =
      (struct extra){ .node = node, .home = pen->home, .cell = pen->cell, .uses = 1 };
}

static void add_column_step(struct pen *pen, const struct node *node) {
  struct xlsx *x = pen->x;
  struct page *page = &x->pages[pen->page];
  struct column *columns = memory_grow(&x->memory, page->columns, page->column_count,
                                       &page->column_room, sizeof *columns);
  if (!columns || map_put(&page->steps, node, page->column_count) != MLS_OK) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return;
  }
  /* Behind the columns of the table and their block, two for each step. */
  page->columns = columns;
  unsigned made = (unsigned)page->column_count - page->planned;
  unsigned shown = page->last_base + 2 + 2 * made;
  columns[page->column_count++] = (struct column){ pen->cell, 0, node, shown, shown + 1 };
  if (shown + 1 >= XLSX_COLUMNS)
    xlsx_refuse(x, MLS_LIMIT, "table %s has more columns than a worksheet", page->name);
}

static void add_step(struct pen *pen, const struct node *node) {
  if (pen->runs) xlsx_run_add_step(pen, node);
  else if (pen->column && !node_is_total(node)) add_column_step(pen, node);
  else add_scalar_step(pen, node);
}

/* Reads cells, so that a cell of its own says something. */
static bool is_composite(const struct node *node) {
  return node->kind == NODE_CALL || (node->kind == NODE_PATH && node->ref == REF_LOOKUP);
}

static bool is_step(const struct pen *pen, const struct node *node) {
  size_t index;
  if (pen->runs) return map_get(xlsx_run_steps(pen), node, &index);
  return map_get(&pen->x->pages[pen->owner].steps, node, &index) ||
         (pen->column && map_get(&pen->x->pages[pen->page].steps, node, &index));
}

enum { WORTH = 24 }; /* a shorter part is not worth a cell */

/* The longest part of a call that may become a step, or NULL. */
static const struct node *longest_part(struct pen *pen, const struct node *node) {
  const struct node *best = NULL;
  size_t most = WORTH;
  bool prior = node->kind == NODE_CALL && node->function->rule == RULE_PRIOR;
  for (unsigned i = 0; i < node->count; i++) {
    const struct node *part = node->arguments[i];
    if (!is_composite(part) || is_step(pen, part) || (prior && i == 2)) continue;
    size_t size = length(pen, part);
    if (size <= most) continue;
    most = size;
    best = part;
  }
  return best;
}

/* Those that a column reads, and those that need a cell to themselves. */
static bool is_own_cell(const struct pen *pen, const struct node *node) {
  if (node->kind != NODE_CALL || !node_is_total(node)) return false;
  return pen->column || (node->function->array && node->count == 2);
}

void xlsx_prepare(struct pen *pen, const struct node *node) {
  struct xlsx *x = pen->x;
  if (node->kind == NODE_NUMBER || node->kind == NODE_TEXT || x->status != MLS_OK) return;
  if (is_own_cell(pen, node)) {
    if (node != pen->whole && !is_step(pen, node)) add_step(pen, node);
    return;
  }
  for (unsigned i = 0; i < node->count; i++) xlsx_prepare(pen, node->arguments[i]);
  while (x->status == MLS_OK && length(pen, node) > XLSX_SHORT) {
    const struct node *part = longest_part(pen, node);
    if (!part) return;
    add_step(pen, part);
  }
}
