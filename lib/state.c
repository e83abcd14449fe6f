/* States of verification: the weakest that a cell rests on, over all its precedents. Of a family of
   facts only the one looked up counts. */
#include "values.h"

/* A number that needs a source stands below the node; keys of look-ups and rows of prior are
   indexes. */
static bool has_constant(const struct node *node) {
  if (node_is_constant(node)) return true;
  if (node->kind != NODE_CALL) return false;
  unsigned count = node_lag(node) ? 2 : node->count;
  for (unsigned i = 0; i < count; i++)
    if (has_constant(node->arguments[i])) return true;
  return false;
}

static enum state fact_row_state(const struct mls_values *values, unsigned cell, size_t row) {
  if (values_setting(values, cell, row)) return STATE_ASSUMED;
  const struct fact *fact = values_fact(values, cell, row);
  return fact ? fact->state : STATE_INPUT;
}

static enum state fact_state(const struct mls_values *values, unsigned cell) {
  enum state state = STATE_INPUT;
  for (size_t row = 0; row < values->model->cells[cell].rows; row++)
    state = state_weakest(state, fact_row_state(values, cell, row));
  return state;
}

/* The row of a family that a path looks up, or false when its key is an error or varies by row. */
static bool family_row(const struct mls_values *values, const struct cell *cell,
                       const struct node *node, const struct cell *family, size_t *row) {
  if (node->ref == REF_ROW) {
    *row = node->parts->row;
    return family->table < 0;
  }
  if (cell->table >= 0 || family->table >= 0 || node->count == 0) return false;
  double key = values_evaluate(values, model_home(values->model, cell), 0, node->arguments[0]);
  for (unsigned i = 0; i < family->fact->word_count; i++)
    if ((double)family->fact->words[i] == key) {
      *row = i;
      return true;
    }
  return false;
}

static enum state path_state(const struct mls_values *values, const struct cell *cell,
                             const struct node *node) {
  const struct mls_model *model = values->model;
  unsigned to = model_cell(model, model_home(model, cell), node);
  const struct cell *other = &model->cells[to];
  size_t row;
  if (other->kind == CELL_FACT && other->family && family_row(values, cell, node, other, &row))
    return fact_row_state(values, to, row);
  return (enum state)values->states[to];
}

static enum state node_state(const struct mls_values *values, const struct cell *cell,
                             const struct node *node) {
  const struct mls_model *model = values->model;
  enum state state = STATE_INPUT;
  if (node_is_total(node))
    return (enum state)values->states[model->instances[model_home(model, cell)].cells[node->total]];
  if (node->kind == NODE_PATH) state = path_state(values, cell, node);
  for (unsigned i = 0; i < node->count; i++)
    state = state_weakest(state, node_state(values, cell, node->arguments[i]));
  return state;
}

/* The line a formula is written in: for a bound input that of the `use`. */
static const struct line *formula_line(const struct mls_model *model, unsigned cell) {
  const struct cell *at = &model->cells[cell];
  if (at->kind != CELL_BOUND) return model_line(model, cell);
  const struct instance *instance = &model->instances[at->instance];
  const struct sheet *parent = model->instances[instance->parent].sheet;
  return &parent->lines[parent->uses[instance->use]];
}

enum state state_of_constants(const struct mls_model *model, unsigned cell) {
  const struct node *formula = model->cells[cell].formula;
  if (!formula || !has_constant(formula)) return STATE_INPUT;
  return formula_line(model, cell)->cite_count > 0 ? STATE_CITED : STATE_ESTIMATE;
}

static enum state formula_state(const struct mls_values *values, unsigned cell) {
  const struct cell *at = &values->model->cells[cell];
  enum state state =
      state_weakest(node_state(values, at, at->formula), state_of_constants(values->model, cell));
  bool alias = at->formula->kind == NODE_PATH;
  return state == STATE_VERIFIED && !alias ? STATE_DERIVED : state;
}

static enum state cell_state(const struct mls_values *values, unsigned cell) {
  const struct cell *at = &values->model->cells[cell];
  switch (at->kind) {
    case CELL_INPUT:
      return at->given || values_setting(values, cell, 0) ||
                     model_line(values->model, cell)->cite_count == 0
                 ? STATE_INPUT
                 : STATE_CITED;
    case CELL_FACT: return fact_state(values, cell);
    case CELL_KEY: return STATE_INPUT;
    case CELL_WITHIN: return (enum state)values->states[at->target];
    case CELL_TOTAL: {
      enum state state = (enum state)values->states[at->total->column];
      if (at->total->truth != GRAPH_NONE)
        state = state_weakest(state, (enum state)values->states[at->total->truth]);
      return state == STATE_VERIFIED ? STATE_DERIVED : state;
    }
    case CELL_BOUND:
    case CELL_FORMULA:
    case CELL_CHECK: break;
  }
  return formula_state(values, cell);
}

/* Columns that need each other rest on the same things: one state for the group. */
enum state values_state(struct mls_values *values, unsigned cell) {
  const struct mls_model *model = values->model;
  if (!values->states_known)
    for (unsigned start = 0, end; start < model->cell_count; start = end) {
      enum state state = STATE_INPUT;
      end = model->cells[start].group_end;
      for (unsigned i = start; i < end; i++) values->states[i] = STATE_INPUT;
      for (unsigned i = start; i < end; i++) state = state_weakest(state, cell_state(values, i));
      for (unsigned i = start; i < end; i++) values->states[i] = (unsigned char)state;
    }
  values->states_known = true;
  return (enum state)values->states[cell];
}
