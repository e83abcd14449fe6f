/* Marks: setting and calculating leave them, settling takes them. Cells are numbered in order of
   calculation and a change only makes later cells stale. */
#include "stale.h"

#include <string.h>

#include "system.h"
#include "tree.h"

/* ---- rows ---- */

static size_t marked_rows(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  return at->kind == CELL_TOTAL ? tree_blocks(model, cell) : at->rows;
}

size_t stale_words(const struct mls_model *model, unsigned cell) {
  size_t rows = marked_rows(model, cell);
  return rows > 1 ? bits_words(rows) : 0;
}

/* The rows as bits, that of one alone included. */
static struct bits rows_of(struct mls_values *v, const struct stale *stale, size_t rows) {
  struct bits bits = bits_at(v->row_words + stale->words, rows);
  if (rows > 1 && stale->until == stale->from + 1) bits_set(&bits, stale->from);
  return bits;
}

struct bits stale_rows(struct mls_values *v, unsigned cell) {
  return rows_of(v, stale_of(v, cell), marked_rows(v->model, cell));
}

/* What the last settling changed is told until something is set again. */
static void unsettle(struct mls_values *v) {
  if (v->settled) bits_clear_all(&v->changed);
  v->settled = false;
}

static void mark_more(struct mls_values *v, struct stale *stale, size_t from, size_t until,
                      size_t rows) {
  if (until == from + 1 && stale_is_alone(stale, from)) return;
  if (stale->until == 0) {
    stale->from = (unsigned)from;
    stale->until = (unsigned)until;
    if (until == from + 1) return;
  }
  struct bits bits = rows_of(v, stale, rows);
  bits_fill(&bits, from, until);
  if (from < stale->from) stale->from = (unsigned)from;
  if (until > stale->until) stale->until = (unsigned)until;
}

void stale_mark(struct mls_values *v, unsigned cell, size_t from, size_t until) {
  if (from >= until) return;
  if (!v->model->tape->programs[cell].single)
    mark_more(v, stale_of(v, cell), from, until, marked_rows(v->model, cell));
  bits_set(&v->stale, cell);
  unsettle(v);
}

void stale_mark_all(struct mls_values *v) {
  for (unsigned i = 0; i < v->model->cell_count; i++) {
    const struct cell *cell = &v->model->cells[i];
    if (cell->kind == CELL_INPUT || cell->kind == CELL_KEY) {
      bits_set(&v->changed, i);
      continue;
    }
    /* a NaN that no cell ever has: the first settling changes every cell, also one of value 0 */
    memset(&v->value[cell->offset], 0xFF, cell->rows * sizeof *v->value);
    stale_mark(v, i, 0, marked_rows(v->model, i));
  }
}

void stale_end(struct mls_values *v, unsigned cell) {
  stale_of(v, cell)->until = 0;
  bits_clear(&v->stale, cell);
}

/* ---- edges ---- */

void stale_edge(struct mls_values *v, const struct edge *edge, size_t row) {
  const struct mls_model *model = v->model;
  if (model->tape->programs[edge->to].single && edge->lag == 0) {
    bits_set(&v->stale, edge->to);
    return;
  }
  size_t rows = marked_rows(model, edge->to), at = row + edge->lag;
  if (edge->kind != EDGE_ALL)
    stale_mark(v, edge->to, at < rows ? at : rows, at < rows ? at + 1 : rows);
  else if (model->cells[edge->to].kind == CELL_TOTAL && rows > 1)
    stale_mark(v, edge->to, row / TREE_BLOCK, row / TREE_BLOCK + 1);
  else stale_mark(v, edge->to, 0, rows);
}

void stale_fetch(const struct mls_values *v, unsigned cell, size_t row) {
  enum { MOST = 64 };
  const struct mls_model *model = v->model;
  const struct program *programs = model->tape->programs;
  size_t edge = model->edge_first[cell];
  unsigned end = programs[cell].block_end;
  if (programs[cell].narrow || edge == model->edge_first[cell + 1] ||
      tape_leaves(&model->edges[edge], end))
    return;
  if (end > cell + MOST) end = cell + MOST;
  for (unsigned i = cell; i < end; i++) system_read_soon(&v->value[programs[i].value + row]);
}

void stale_touch(struct mls_values *v, unsigned cell, size_t row) {
  const struct mls_model *model = v->model;
  const struct program *program = &model->tape->programs[cell];
  unsettle(v);
  bits_set(&v->changed, cell);
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    if (program->narrow && !tape_leaves(edge, program->block_end)) bits_set(&v->stale, edge->to);
    else stale_edge(v, edge, row);
  }
}

static void mark_same(struct mls_values *v, const struct edge *edge, size_t from, size_t until) {
  size_t rows = marked_rows(v->model, edge->to);
  if (edge->kind != EDGE_ALL) {
    size_t low = from + edge->lag, high = until + edge->lag;
    stale_mark(v, edge->to, low < rows ? low : rows, high < rows ? high : rows);
  } else if (v->model->cells[edge->to].kind == CELL_TOTAL && rows > 1) {
    stale_mark(v, edge->to, from / TREE_BLOCK, (until - 1) / TREE_BLOCK + 1);
  }
}

void stale_changed(struct mls_values *v, unsigned cell, size_t from, size_t until, unsigned group,
                   unsigned group_end) {
  const struct mls_model *model = v->model;
  bits_set(&v->changed, cell);
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    if (edge->to < group || edge->to >= group_end) mark_same(v, edge, from, until);
  }
}

void stale_whole(struct mls_values *v, unsigned cell) {
  const struct mls_model *model = v->model;
  if (!model->tape->programs[cell].read_whole) return;
  for (size_t i = model->edge_first[cell]; i < model->edge_first[cell + 1]; i++) {
    const struct edge *edge = &model->edges[i];
    if (edge->kind != EDGE_ALL) continue;
    size_t rows = marked_rows(model, edge->to);
    if (model->cells[edge->to].kind != CELL_TOTAL || rows == 1) stale_mark(v, edge->to, 0, rows);
  }
}
