/* Cells in order of calculation. Strong components of "needs" come out precedents first; a
   component of more than one cell is either columns of one table that need each other through prior
   (a group, calculated row by row) or a cycle, which is told with its path. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "graph.h"
#include "limits.h"
#include "progress.h"

/* A cell that another one reads. */
struct need {
  unsigned to;
  unsigned kind : 2; /* enum edge_kind */
  unsigned lag : 30;
};

struct orderer {
  struct mls_model *model;
  struct fails *fails;
  struct memory scratch; /* all arrays here */
  struct need *needs;    /* in order of the cells that have them */
  size_t need_count, need_room;
  unsigned *first;     /* cell -> first of its needs */
  unsigned *component; /* cell -> number of its component */
  unsigned *sorted;    /* cells in order of calculation */
  size_t sorted_count;
  unsigned *path, *next; /* for the components, then to tell cycles */
};

/* ---- what a cell reads ---- */

struct walker {
  const struct mls_model *model;
  unsigned cell;
  graph_visit visit;
  void *context;
};

static mls_status walk_node(const struct walker *w, const struct node *node, unsigned lag);

static mls_status walk_path(const struct walker *w, const struct node *node, unsigned lag) {
  const struct cell *cell = &w->model->cells[w->cell];
  unsigned to = model_cell(w->model, model_home(w->model, cell), node);
  const struct cell *other = &w->model->cells[to];
  bool own = node->ref == REF_CELL && node->hops == 0 && cell->table >= 0 &&
             cell->table == other->table && cell->instance == other->instance;
  for (unsigned i = 0; i < node->count; i++) TRY(walk_node(w, node->arguments[i], lag));
  if (!own) return w->visit(w->context, to, EDGE_ALL, 0);
  return w->visit(w->context, to, lag ? EDGE_PRIOR : EDGE_SAME, lag);
}

static mls_status walk_call(const struct walker *w, const struct node *node, unsigned lag) {
  const struct cell *cell = &w->model->cells[w->cell];
  if (node_is_total(node))
    return w->visit(w->context, w->model->instances[model_home(w->model, cell)].cells[node->total],
                    EDGE_ALL, 0);
  unsigned rows = node_lag(node), above = lag + rows < LIMIT_ROWS ? lag + rows : LIMIT_ROWS;
  for (unsigned i = 0; i < node->count; i++)
    TRY(walk_node(w, node->arguments[i], i == 0 ? above : lag));
  return MLS_OK;
}

static mls_status walk_node(const struct walker *w, const struct node *node, unsigned lag) {
  if (node->kind == NODE_CALL) return walk_call(w, node, lag);
  return node->kind == NODE_PATH ? walk_path(w, node, lag) : MLS_OK;
}

mls_status graph_precedents(const struct mls_model *model, unsigned index, graph_visit visit,
                            void *context) {
  const struct cell *cell = &model->cells[index];
  struct walker w = { model, index, visit, context };
  if (cell->formula) return walk_node(&w, cell->formula, 0);
  if (cell->kind == CELL_WITHIN) return visit(context, cell->target, EDGE_ALL, 0);
  if (cell->kind == CELL_FACT && cell->fact->chooser != GRAPH_NONE)
    return visit(context, cell->fact->chooser, EDGE_ALL, 0);
  if (cell->kind != CELL_TOTAL) return MLS_OK;
  TRY(visit(context, cell->total->column, EDGE_ALL, 0));
  if (cell->total->truth == GRAPH_NONE) return MLS_OK;
  return visit(context, cell->total->truth, EDGE_ALL, 0);
}

struct collector {
  struct orderer *o;
  unsigned from;
};

static mls_status collect(void *context, unsigned to, enum edge_kind kind, unsigned lag) {
  struct collector *collector = context;
  struct orderer *o = collector->o;
  for (size_t i = o->first[collector->from]; i < o->need_count; i++)
    if (o->needs[i].to == to && o->needs[i].kind == kind && o->needs[i].lag == lag) return MLS_OK;
  struct need *needs =
      memory_grow(&o->scratch, o->needs, o->need_count, &o->need_room, sizeof *needs);
  if (!needs) return fail_memory(o->fails);
  o->needs = needs;
  if (o->need_count == UINT_MAX) return fail_memory(o->fails);
  needs[o->need_count++] = (struct need){ to, (unsigned)kind & 3u, lag & 0x3fffffffu };
  return MLS_OK;
}

static mls_status collect_all(struct orderer *o) {
  size_t count = o->model->cell_count;
  o->first = memory_array(&o->scratch, count + 1, sizeof *o->first);
  o->needs = memory_reserve(&o->scratch, NULL, 0, &o->need_room,
                            o->model->survey.paths + o->model->instance_count, sizeof *o->needs);
  if (!o->first || !o->needs) return fail_memory(o->fails);
  for (unsigned i = 0; i < count; i++) {
    struct collector collector = { o, i };
    o->first[i] = (unsigned)o->need_count;
    TRY(progress_tick(o->fails, 2, i, count));
    TRY(graph_precedents(o->model, i, collect, &collector));
  }
  o->first[count] = (unsigned)o->need_count;
  return MLS_OK;
}

/* ---- strong components (Tarjan's, in the form that Pearce gave them, without recursion) ---- */

/* A cell that was entered has a number; it falls to the least number of those it leads to, and
   cells whose number did not fall are the first of their component. A finished component is
   numbered from the top, above all that are open. */
struct tarjan {
  unsigned *number;      /* 0: not entered */
  unsigned *path, *next; /* the way down; of a cell's needs, the next to look at */
  bool *fell;            /* its number is that of an earlier cell */
  unsigned *stack; /* cells that were left, and whose component is open: from the end of `sorted`,
                      which has room for them */
  size_t top, path_count;
  unsigned counter, component;
};

static mls_status tarjan_open(struct orderer *o, struct tarjan *t) {
  size_t count = o->model->cell_count;
  struct memory *memory = &o->scratch;
  t->number = o->component = memory_array(memory, count, sizeof *t->number);
  t->stack = o->sorted = memory_array(memory, count, sizeof *t->stack);
  t->path = o->path = memory_array(memory, count, sizeof *t->path);
  t->next = o->next = memory_array(memory, count, sizeof *t->next);
  t->fell = memory_array(memory, count, sizeof *t->fell);
  t->top = count;
  t->component = (unsigned)count;
  bool all = t->number && t->stack && t->path && t->next && t->fell;
  return all ? MLS_OK : fail_memory(o->fails);
}

static void tarjan_enter(struct tarjan *t, unsigned cell) {
  t->number[cell] = ++t->counter;
  t->path[t->path_count++] = cell;
}

/* `cell` leads to `to`. */
static void tarjan_lead(struct tarjan *t, unsigned cell, unsigned to) {
  if (t->number[to] >= t->number[cell]) return;
  t->number[cell] = t->number[to];
  t->fell[cell] = true;
}

static void tarjan_close(struct orderer *o, struct tarjan *t, unsigned cell) {
  unsigned number = t->number[cell];
  t->counter--;
  while (t->top < o->model->cell_count && t->number[t->stack[t->top]] >= number) {
    unsigned member = t->stack[t->top++];
    t->number[member] = t->component;
    t->counter--;
    o->sorted[o->sorted_count++] = member;
  }
  t->number[cell] = t->component--;
  o->sorted[o->sorted_count++] = cell;
}

static void tarjan_leave(struct orderer *o, struct tarjan *t, unsigned cell) {
  t->path_count--;
  if (t->fell[cell]) t->stack[--t->top] = cell;
  else tarjan_close(o, t, cell);
  if (t->path_count > 0) tarjan_lead(t, t->path[t->path_count - 1], cell);
}

static void tarjan_from(struct orderer *o, struct tarjan *t, unsigned start) {
  if (t->number[start]) return;
  tarjan_enter(t, start);
  while (t->path_count > 0) {
    unsigned cell = t->path[t->path_count - 1];
    size_t next = (size_t)o->first[cell] + t->next[cell]++;
    if (next == o->first[cell + 1]) {
      tarjan_leave(o, t, cell);
      continue;
    }
    unsigned to = o->needs[next].to;
    if (!t->number[to]) tarjan_enter(t, to);
    else tarjan_lead(t, cell, to);
  }
}

static mls_status find_components(struct orderer *o) {
  struct tarjan t = { .counter = 0 };
  TRY(tarjan_open(o, &t));
  for (unsigned i = 0; i < o->model->cell_count; i++) {
    TRY(progress_tick(o->fails, 2, i, o->model->cell_count));
    tarjan_from(o, &t, i);
  }
  return MLS_OK;
}

/* ---- cycles ---- */

/* Breadth first from `from` to `to` over the needs of one component; `via` receives the parents. */
static void find_way(const struct orderer *o, unsigned from, unsigned to, unsigned *via,
                     unsigned *queue) {
  size_t head = 0, tail = 0;
  memset(via, 0xff, o->model->cell_count * sizeof *via);
  queue[tail++] = from;
  via[from] = from;
  while (head < tail) {
    unsigned cell = queue[head++];
    for (size_t i = o->first[cell]; i < o->first[cell + 1]; i++) {
      const struct need *need = &o->needs[i];
      if (o->component[need->to] != o->component[from]) continue;
      if (via[need->to] != GRAPH_NONE) continue;
      via[need->to] = cell;
      if (need->to == to) return;
      queue[tail++] = need->to;
    }
  }
}

/* Where a person can break a cycle at a cell. */
static struct place cell_place(const struct mls_model *model, unsigned index) {
  const struct cell *cell = &model->cells[index];
  const struct sheet *sheet = model->instances[model_home(model, cell)].sheet;
  if (cell->kind == CELL_BOUND) return node_place(sheet, cell->formula);
  if (cell->kind == CELL_TOTAL) return node_place(sheet, sheet_slot(sheet, cell->slot).origin);
  return line_place(model->instances[cell->instance].sheet, model_line(model, index));
}

/* The cell to begin with: of the outermost sheet, then the first in it; totals have no line. */
static size_t first_of_cycle(const struct mls_model *model, const unsigned *way, size_t count) {
  size_t best = 0;
  for (size_t i = 1; i < count; i++) {
    const struct cell *a = &model->cells[way[i]], *b = &model->cells[way[best]];
    unsigned home_a = model_home(model, a), home_b = model_home(model, b);
    bool total_a = a->kind == CELL_TOTAL, total_b = b->kind == CELL_TOTAL;
    bool before = total_a != total_b ? total_b
                  : home_a != home_b ? home_a < home_b
                                     : way[i] < way[best];
    if (before) best = i;
  }
  return best;
}

enum { SHOWN_CELLS = 12 };

/* "a needs b needs c needs a"; the cells of the cycle stand in `way`, each needs the one after. */
static mls_status tell_way(struct orderer *o, const unsigned *way, size_t count) {
  struct buffer buffer;
  size_t first = first_of_cycle(o->model, way, count);
  buffer_open(&buffer, o->model->memory);
  for (size_t i = 0; i <= count; i++) {
    bool hidden = count >= SHOWN_CELLS && i + 2 > SHOWN_CELLS && i + 2 <= count;
    if (hidden && i + 1 == SHOWN_CELLS)
      buffer_print(&buffer, " ... (%zu more) ...", count - SHOWN_CELLS);
    if (hidden) continue;
    if (i > 0) buffer_text(&buffer, " needs ");
    model_path(o->model, way[(first + i) % count], &buffer);
  }
  mls_status status = buffer.failed
                          ? fail_memory(o->fails)
                          : fail_add(o->fails, MLS_CYCLE, cell_place(o->model, way[first]),
                                     "cells need each other: %s", buffer.bytes);
  buffer_close(&buffer);
  return status;
}

/* The way is stored backwards in `via`. */
static mls_status tell_cycle(struct orderer *o, unsigned from, unsigned to) {
  const unsigned *via = o->next;
  unsigned *way = o->path;
  size_t count = 1;
  for (unsigned at = to; at != from; at = via[at]) count++;
  unsigned at = to;
  for (size_t i = count; i-- > 0; at = via[at]) way[i] = at;
  return tell_way(o, way, count);
}

/* The shortest cycle in which one cell needs the other; in a component there is one. */
static mls_status cycle_through(struct orderer *o, unsigned from, unsigned to) {
  if (from != to) find_way(o, to, from, o->next, o->path);
  return tell_cycle(o, to, from);
}

/* ---- groups ---- */

static bool same_table(const struct mls_model *model, unsigned a, unsigned b) {
  const struct cell *x = &model->cells[a], *y = &model->cells[b];
  return x->instance == y->instance && x->table == y->table && x->table >= 0;
}

/* A cell of a component with a need inside it that no order of rows can satisfy. */
static bool is_impossible(const struct orderer *o, const unsigned *members, size_t count,
                          unsigned *from, unsigned *to) {
  for (size_t i = 0; i < count; i++)
    for (size_t j = o->first[members[i]]; j < o->first[members[i] + 1]; j++) {
      const struct need *need = &o->needs[j];
      *from = members[i];
      *to = need->to;
      if (o->component[*to] != o->component[*from]) continue;
      bool self = *from == *to && need->kind != EDGE_PRIOR;
      if (self || need->kind == EDGE_ALL || !same_table(o->model, *from, *to)) return true;
    }
  return false;
}

/* A cell of the group that must come before this one and has no place yet, or GRAPH_NONE. */
static unsigned waits_for(const struct orderer *o, unsigned cell, const bool *placed) {
  for (size_t j = o->first[cell]; j < o->first[cell + 1]; j++) {
    const struct need *need = &o->needs[j];
    if (need->kind == EDGE_SAME && o->component[need->to] == o->component[cell] &&
        !placed[need->to])
      return need->to;
  }
  return GRAPH_NONE;
}

/* When all that are left wait, following them must come back to one that was met before. */
static mls_status cycle_of_rows(struct orderer *o, unsigned cell, const bool *placed) {
  size_t count = 0;
  unsigned *via = o->next, *way = o->path;
  memset(via, 0xff, o->model->cell_count * sizeof *via);
  for (; via[cell] == GRAPH_NONE; cell = via[cell]) via[cell] = waits_for(o, cell, placed);
  unsigned at = cell;
  do way[count++] = at;
  while ((at = via[at]) != cell);
  return tell_way(o, way, count);
}

/* Members in an order in which each row can be calculated: only needs in the same row count. In
   file order where that leaves a choice. */
static mls_status order_group(struct orderer *o, unsigned *members, size_t count, bool *placed) {
  unsigned *order = memory_array(&o->scratch, count, sizeof *order);
  if (!order) return fail_memory(o->fails);
  for (size_t done = 0; done < count;) {
    unsigned best = GRAPH_NONE, waiting = GRAPH_NONE;
    for (size_t i = 0; i < count; i++) {
      if (placed[members[i]] || members[i] >= best) continue;
      if (waits_for(o, members[i], placed) == GRAPH_NONE) best = members[i];
      else waiting = members[i];
    }
    if (best == GRAPH_NONE) return cycle_of_rows(o, waiting, placed);
    placed[best] = true;
    order[done++] = best;
  }
  memcpy(members, order, count * sizeof *order);
  return MLS_OK;
}

static mls_status check_component(struct orderer *o, unsigned *members, size_t count,
                                  bool *placed) {
  unsigned from, to;
  if (is_impossible(o, members, count, &from, &to)) return cycle_through(o, from, to);
  return count > 1 ? order_group(o, members, count, placed) : MLS_OK;
}

static mls_status check_components(struct orderer *o) {
  bool *placed = memory_array(&o->scratch, o->model->cell_count, sizeof *placed);
  if (!placed) return fail_memory(o->fails);
  size_t errors = o->fails->errors;
  /* what would not be kept is not looked for: each way takes time in the number of cells */
  for (size_t start = 0, end; start < o->sorted_count && o->fails->errors < LIMIT_ERRORS;
       start = end) {
    unsigned component = o->component[o->sorted[start]];
    TRY(progress_tick(o->fails, 1, start, o->sorted_count));
    for (end = start; end < o->sorted_count && o->component[o->sorted[end]] == component;) end++;
    if (check_component(o, o->sorted + start, end - start, placed) == MLS_MEMORY) return MLS_MEMORY;
  }
  return o->fails->errors > errors ? o->fails->status : MLS_OK;
}

/* ---- renumbering ---- */

static unsigned moved(const unsigned *place, unsigned cell) {
  return cell == GRAPH_NONE ? cell : place[cell];
}

static void renumber_cell(struct cell *cell, const unsigned *place) {
  if (cell->kind == CELL_WITHIN) cell->target = place[cell->target];
  if (cell->kind == CELL_FACT) cell->fact->chooser = moved(place, cell->fact->chooser);
  if (cell->kind != CELL_TOTAL) return;
  cell->total->column = place[cell->total->column];
  cell->total->truth = moved(place, cell->total->truth);
}

static void renumber_instances(struct mls_model *model, const unsigned *place) {
  for (size_t i = 0; i < model->instance_count; i++) {
    unsigned *cells = (unsigned *)model->instances[i].cells;
    for (size_t j = 0; j < model->instances[i].sheet->slot_count; j++)
      cells[j] = moved(place, cells[j]);
  }
}

/* Cells move to their places in the same array, round by round of the permutation. */
static void permute(struct cell *cells, unsigned *place, size_t count) {
  for (size_t i = 0; i < count; i++)
    while (place[i] != i) {
      unsigned to = place[i];
      struct cell moving = cells[to];
      cells[to] = cells[i];
      cells[i] = moving;
      place[i] = place[to];
      place[to] = to;
    }
}

/* Offsets into the values, and where each cell's group ends. */
static void lay_out(const struct orderer *o) {
  struct cell *cells = o->model->cells;
  size_t offset = 0;
  for (size_t i = 0; i < o->sorted_count; i++) {
    cells[i].offset = (unsigned)offset;
    offset += cells[i].rows;
  }
  for (size_t i = o->sorted_count; i-- > 0;) {
    bool joined =
        i + 1 < o->sorted_count && o->component[o->sorted[i]] == o->component[o->sorted[i + 1]];
    cells[i].group_end = joined ? cells[i + 1].group_end : (unsigned)i + 1;
  }
}

/* Needs turned round: from each cell to those that read it, in order of calculation. */
static mls_status make_edges(struct orderer *o, const unsigned *place) {
  struct mls_model *model = o->model;
  size_t count = model->cell_count;
  unsigned *first = memory_array(model->memory, count + 2, sizeof *first);
  struct edge *edges = memory_array(model->memory, o->need_count, sizeof *edges);
  if (!first || !edges) return fail_memory(o->fails);
  for (size_t i = 0; i < o->need_count; i++) first[place[o->needs[i].to] + 2]++;
  for (size_t i = 2; i < count + 2; i++) first[i] += first[i - 1];
  for (size_t k = 0; k < count; k++)
    for (size_t i = o->first[o->sorted[k]]; i < o->first[o->sorted[k] + 1]; i++) {
      const struct need *need = &o->needs[i];
      edges[first[place[need->to] + 1]++] = (struct edge){ (unsigned)k, need->kind, need->lag };
    }
  model->edge_first = first;
  model->edges = edges;
  model->edge_count = o->need_count;
  return MLS_OK;
}

static mls_status renumber(struct orderer *o) {
  struct mls_model *model = o->model;
  unsigned *place = memory_array(&o->scratch, model->cell_count, sizeof *place);
  if (!place) return fail_memory(o->fails);
  for (size_t i = 0; i < o->sorted_count; i++) place[o->sorted[i]] = (unsigned)i;
  TRY(make_edges(o, place));
  renumber_instances(model, place);
  for (size_t i = 0; i < model->cell_count; i++) renumber_cell(&model->cells[i], place);
  permute(model->cells, place, model->cell_count);
  lay_out(o);
  return MLS_OK;
}

static mls_status order(struct orderer *o) {
  TRY(collect_all(o));
  TRY(find_components(o));
  TRY(check_components(o));
  return renumber(o);
}

mls_status graph_order(struct mls_model *model, struct fails *fails) {
  struct orderer o = { .model = model, .fails = fails };
  memory_open_beside(&o.scratch, model->memory);
  mls_status status = order(&o);
  memory_close(&o.scratch);
  return status;
}
