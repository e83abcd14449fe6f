/* Where an error began and what a cell rests on. Nothing of this is
   stored while calculating: it is found on demand by walking the formulas over settled values, so
   calculation stays plain arithmetic. Verdicts of checks are in verdict.c. */
#include "trace.h"

#include <math.h>
#include <string.h>

#include "limits.h"

/* ---- rows ---- */

size_t trace_row(const struct mls_model *model, unsigned cell, size_t row) {
  return model_rows(model, cell) ? row : 0;
}

/* The word of a fact family that has this text number. */
static bool word_of_key(const struct cell *cell, double key, size_t *word) {
  for (unsigned i = 0; i < cell->fact->word_count; i++) {
    if ((double)cell->fact->words[i] != key) continue;
    *word = i;
    return true;
  }
  return false;
}

/* A family of a table's items has a row for each item and word. */
static size_t family_row(const struct cell *cell, size_t row, size_t word) {
  return cell->table < 0 ? word : row * cell->fact->word_count + word;
}

bool trace_lookup(const struct mls_values *values, unsigned instance, size_t row,
                  const struct node *node, size_t *found) {
  double key = values_evaluate(values, instance, row, node->arguments[0]);
  const struct mls_model *model = values->model;
  unsigned index = model_cell(model, instance, node);
  const struct cell *cell = &model->cells[index];
  if (value_is_error(key)) return false;
  if (!cell->family) return rows_find(model, model_rows(model, index), key, found);
  if (!word_of_key(cell, key, found)) return false;
  *found = family_row(cell, row, *found);
  return true;
}

size_t trace_fixed(const struct mls_model *model, unsigned cell, size_t row,
                   const struct node *node) {
  const struct cell *here = &model->cells[cell];
  return node->ref == REF_ROW ? family_row(here, row, node->parts->row)
                              : trace_row(model, cell, row);
}

/* ---- where an error began ---- */

struct spot {
  unsigned cell;
  size_t row;
};

/* The subexpression that made an error out of sound arguments. */
struct fault {
  unsigned instance;
  size_t row;
  const struct node *node;
};

static double value_at(const struct mls_values *values, const struct fault *at,
                       const struct node *node) {
  return values_evaluate(values, at->instance, at->row, node);
}

/* Moves `at` to the part of a call that its error comes from; false when the call made it. */
static bool enter_call(const struct mls_values *values, struct fault *at) {
  const struct node *node = at->node;
  struct node *const *part = node->arguments;
  switch (node->function->rule) {
    case RULE_MISSING: return false;
    case RULE_EITHER: at->node = part[1]; return true;
    case RULE_PRIOR: {
      size_t lag = node_lag(node);
      at->node = at->row < lag ? part[1] : part[0];
      if (at->row >= lag) at->row -= lag;
      return true;
    }
    case RULE_CHOOSE: {
      double chosen = value_at(values, at, part[0]);
      if (value_is_error(chosen)) at->node = part[0];
      else at->node = chosen != 0 ? part[1] : part[2];
      return true;
    }
    default: break;
  }
  for (unsigned i = 0; i < node->count; i++) {
    if (!value_is_error(value_at(values, at, part[i]))) continue;
    at->node = part[i];
    return true;
  }
  return false;
}

/* Moves from a path to the cell it reads; false when its key selects no row. */
static bool enter_path(const struct mls_values *values, struct fault *at, struct spot *spot) {
  const struct node *node = at->node;
  unsigned cell = model_cell(values->model, at->instance, node);
  size_t row = trace_fixed(values->model, cell, at->row, node);
  if (node->ref == REF_LOOKUP && !trace_lookup(values, at->instance, at->row, node, &row))
    return false;
  *spot = (struct spot){ cell, row };
  return true;
}

/* Down a formula along the leftmost error. True: it comes from the cell in `spot`; false: it began
   in the part that `at` then names. */
static bool descend(const struct mls_values *values, struct fault *at, struct spot *spot) {
  for (;;) {
    const struct node *node = at->node;
    if (node->kind == NODE_PATH) {
      bool keyed = node->ref == REF_LOOKUP;
      if (!keyed || !value_is_error(value_at(values, at, node->arguments[0])))
        return enter_path(values, at, spot);
      at->node = node->arguments[0];
    } else if (node->kind != NODE_CALL) {
      return false;
    } else if (node_is_total(node)) {
      spot->cell = values->model->instances[at->instance].cells[node->total];
      spot->row = 0;
      return true;
    } else if (!enter_call(values, at)) {
      return false;
    }
  }
}

/* Whether a row of an aggregate is selected, or an error where that is decided. */
static double chosen_row(const struct mls_values *values, const struct cell *cell, size_t row) {
  return cell->total->truth == GRAPH_NONE ? 1 : values_get(values, cell->total->truth, row);
}

/* The one row that `first` and `last` look at. */
static bool enter_end(const struct mls_values *values, const struct cell *cell, struct spot *spot) {
  size_t rows = values->model->cells[cell->total->column].rows;
  bool last = strcmp(cell->total->function->name, "last") == 0;
  for (size_t i = 0; i < rows; i++) {
    size_t row = last ? rows - 1 - i : i;
    if (chosen_row(values, cell, row) == 0) continue;
    *spot = (struct spot){ cell->total->column, row };
    return value_is_error(values_get(values, cell->total->column, row));
  }
  return false;
}

/* The first row of an aggregate that makes it an error: one where the truth is an error, or the
   column of a selected row. */
static bool enter_total(const struct mls_values *values, const struct cell *cell,
                        struct spot *spot) {
  bool end = cell->total->function->rule == RULE_COLUMN_ANY;
  for (size_t row = 0; row < values->model->cells[cell->total->column].rows; row++) {
    double chosen = chosen_row(values, cell, row);
    bool wrong = value_is_error(chosen);
    bool sound =
        end || chosen == 0 || !value_is_error(values_get(values, cell->total->column, row));
    if (!wrong && sound) continue;
    *spot = (struct spot){ wrong ? cell->total->truth : cell->total->column, row };
    return true;
  }
  return end && enter_end(values, cell, spot);
}

/* ---- what to say about it ---- */

static const struct node *zero_divisor(const struct mls_values *values, const struct fault *at) {
  const struct node *node = at->node;
  bool divides = node->function->rule == RULE_DIVIDE || strcmp(node->function->name, "mod") == 0;
  if (divides && value_at(values, at, node->arguments[1]) == 0) return node->arguments[1];
  return NULL;
}

/* 0 ^ negative counts as a division by zero. */
static bool zero_power(const struct mls_values *values, const struct fault *at) {
  const struct node *node = at->node;
  return node->function->rule == RULE_POWER && value_at(values, at, node->arguments[0]) == 0 &&
         value_at(values, at, node->arguments[1]) < 0;
}

/* A name that a value may be said of; a number says it itself. */
static bool is_named(const struct node *node) {
  if (node->kind != NODE_CALL) return node->kind == NODE_PATH;
  for (unsigned i = 0; i < node->count; i++)
    if (is_named(node->arguments[i])) return true;
  return false;
}

static void say_amount(const struct mls_values *values, const struct fault *at,
                       const struct node *node, struct buffer *out) {
  const struct unit *unit = NULL;
  if (node->kind == NODE_PATH)
    unit = values->model->cells[model_cell(values->model, at->instance, node)].unit;
  formula_print(out, node);
  buffer_text(out, " = ");
  double si = value_at(values, at, node);
  if (unit || !node->type->strict->count) {
    show_amount(out, si, unit, 4);
    return;
  }
  struct units units = *values->model->units;
  struct memory scratch;
  memory_open(&scratch, &values->scratch_memory.allocator);
  units.memory = &scratch;
  struct unit base = { 1, NULL, NULL, dims_text(&units, node->type->strict, node->type->count) };
  show_amount(out, si, &base, 4);
  memory_close(&scratch);
}

/* "a / b with a = 3 GB, b = 0": the call, then its arguments where they are not numbers already. */
static void say_call(const struct mls_values *values, const struct fault *at, struct buffer *out) {
  const char *joint = " with ";
  const struct node *only = zero_divisor(values, at);
  formula_print(out, at->node);
  for (unsigned i = 0; i < at->node->count; i++) {
    const struct node *part = at->node->arguments[i];
    if ((only && part != only) || !is_named(part)) continue;
    buffer_text(out, joint);
    say_amount(values, at, part, out);
    joint = ", ";
  }
}

/* Too large, or outside of what the function is defined for? */
static bool is_overflow(const struct mls_values *values, const struct fault *at) {
  switch (at->node->function->rule) {
    case RULE_SAME:
    case RULE_MULTIPLY:
    case RULE_DIVIDE: return true;
    case RULE_POWER: return value_at(values, at, at->node->arguments[0]) > 0;
    default: return strcmp(at->node->function->name, "exp") == 0;
  }
}

static const char *say_fault(const struct mls_values *values, const struct fault *at,
                             struct buffer *out) {
  if (at->node->kind != NODE_CALL) {
    formula_print(out, at->node);
    buffer_text(out, " is too large for a number");
    return "range";
  }
  if (at->node->function->rule == RULE_MISSING) {
    buffer_text(out, at->node->arguments[0]->text);
    return "missing";
  }
  say_call(values, at, out);
  if (zero_divisor(values, at) || zero_power(values, at)) return "division";
  buffer_text(out, is_overflow(values, at) ? " is too large for a number" : " is not defined");
  return "range";
}

/* "H100", or the row of a registry table, for messages. */
static const char *item_of(const struct mls_values *values, unsigned cell, size_t row,
                           char out[TEXT_NUMBER]) {
  const struct cell *here = &values->model->cells[cell];
  if (here->table >= 0) return model_row_key(values->model, cell, row, out);
  size_t item = values_item(values, cell);
  return item < here->fact->registry->item_count ? here->fact->registry->items[item] : "the item";
}

static const char *family_word(const struct mls_model *model, const struct cell *cell, size_t row) {
  return cell->family ? model->words[cell->fact->words[row % cell->fact->word_count]] : NULL;
}

static void say_fact(const struct mls_values *values, unsigned cell, size_t row,
                     struct buffer *out) {
  const struct cell *here = &values->model->cells[cell];
  const char *word = family_word(values->model, here, row);
  char number[TEXT_NUMBER];
  buffer_print(out, "%s has no fact %s%s%s (%s)", item_of(values, cell, row, number),
               here->fact->field, word ? "." : "", word ? word : "", here->fact->registry->name);
}

/* The key of a lookup that selects nothing, in words. */
static void say_key(const struct mls_values *values, const struct fault *at, struct buffer *out) {
  const struct node *key = at->node->arguments[0];
  double value = value_at(values, at, key);
  char number[TEXT_NUMBER];
  if (key->type->kind != KIND_TEXT) buffer_text(out, text_number(number, value));
  else if (value >= 0 && value < (double)values->model->word_count)
    buffer_text(out, values->model->words[(size_t)value]);
}

static void say_lookup(const struct mls_values *values, const struct fault *at,
                       struct buffer *out) {
  const struct mls_model *model = values->model;
  unsigned cell = model_cell(model, at->instance, at->node);
  const struct cell *target = &model->cells[cell];
  char number[TEXT_NUMBER];
  if (target->family) {
    size_t row = at->row * target->fact->word_count;
    buffer_print(out, "%s has no fact %s.", item_of(values, cell, row, number),
                 target->fact->field);
    say_key(values, at, out);
    buffer_print(out, " (%s)", target->fact->registry->name);
    return;
  }
  model_path(model, cell, out);
  buffer_text(out, " has no row ");
  say_key(values, at, out);
}

/* An aggregate over sound rows: over none of them, or one that these rows do not have. */
static const char *say_total(const struct mls_values *values, const struct cell *cell,
                             struct buffer *out) {
  const struct mls_model *model = values->model;
  size_t rows = model->cells[cell->total->column].rows, selected = rows;
  for (size_t row = 0; row < rows && cell->total->truth != GRAPH_NONE; row++)
    if (values_get(values, cell->total->truth, row) == 0) selected--;
  formula_print(out, sheet_slot(model->instances[cell->instance].sheet, cell->slot).origin);
  buffer_text(out, selected == 0 ? " selects no row" : " has no result for these rows");
  return selected == 0 ? "missing" : "range";
}

static mls_status tell(struct mls_values *values, struct spot spot, const struct fault *fault,
                       struct origin *out) {
  const struct cell *cell = &values->model->cells[spot.cell];
  struct buffer text;
  buffer_open(&text, &values->scratch_memory);
  *out = (struct origin){ .kind = "missing", .cell = spot.cell, .row = spot.row };
  if (cell->kind == CELL_FACT) say_fact(values, spot.cell, spot.row, &text);
  else if (cell->kind == CELL_TOTAL) out->kind = say_total(values, cell, &text);
  else if (!fault) buffer_text(&text, "no value was given");
  else if (fault->node->kind == NODE_PATH) say_lookup(values, fault, &text);
  else out->kind = say_fault(values, fault, &text);
  out->message = buffer_keep(&text, &values->scratch_memory);
  buffer_close(&text);
  return out->message ? MLS_OK : fail_memory(&values->fails);
}

/* One step up from an error. True: `at` moved to the cell it comes from; false: it began there, in
   `fault` when that has a node. */
static bool step_up(const struct mls_values *values, struct spot *at, struct fault *fault) {
  const struct cell *here = &values->model->cells[at->cell];
  *fault = (struct fault){ model_home(values->model, here), at->row, here->formula };
  if (here->formula) return descend(values, fault, at);
  if (here->kind == CELL_TOTAL) return enter_total(values, here, at);
  if (here->kind == CELL_WITHIN) *at = (struct spot){ here->target, 0 };
  return here->kind == CELL_WITHIN;
}

mls_status trace_error(struct mls_values *values, unsigned cell, size_t row, struct origin *out) {
  struct spot at = { cell, row };
  struct fault fault;
  *out = (struct origin){ .cell = cell, .row = row };
  if (!value_is_error(values_get(values, cell, row))) return MLS_OK;
  while (step_up(values, &at, &fault)) {}
  return tell(values, at, fault.node ? &fault : NULL, out);
}

static size_t index_of(const struct mls_model *model, struct spot at) {
  return model->cells[at.cell].offset + at.row;
}

static mls_status memo_add(struct memo *memo, struct spot at, unsigned *number) {
  struct memo_origin *origins =
      memory_grow(memo->memory, memo->origins, memo->count, &memo->room, sizeof *origins);
  if (!origins) return MLS_MEMORY;
  memo->origins = origins;
  origins[memo->count++] = (struct memo_origin){ at.cell, at.row };
  *number = (unsigned)memo->count;
  return MLS_OK;
}

/* Up to the origin, or to a value whose origin is known. */
static mls_status memo_walk(const struct mls_values *values, struct memo *memo, struct spot at,
                            unsigned *number) {
  const struct mls_model *model = values->model;
  struct fault fault;
  struct spot from = at;
  while (!memo->known[index_of(model, at)] && step_up(values, &at, &fault)) {}
  *number = memo->known[index_of(model, at)];
  if (!*number) TRY(memo_add(memo, at, number));
  for (at = from; !memo->known[index_of(model, at)];) {
    memo->known[index_of(model, at)] = *number;
    if (!step_up(values, &at, &fault)) break;
  }
  return MLS_OK;
}

mls_status trace_error_again(struct mls_values *values, struct memo *memo, unsigned cell,
                             size_t row, struct origin *out) {
  unsigned number;
  *out = (struct origin){ .cell = cell, .row = row };
  if (!value_is_error(values_get(values, cell, row))) return MLS_OK;
  if (!memo->known)
    memo->known = memory_array(memo->memory, values->model->value_count, sizeof *memo->known);
  if (!memo->known) return fail_memory(&values->fails);
  if (memo_walk(values, memo, (struct spot){ cell, row }, &number) != MLS_OK)
    return fail_memory(&values->fails);
  const struct memo_origin *origin = &memo->origins[number - 1];
  return trace_error(values, origin->cell, origin->row, out);
}

/* ---- reasons ---- */

struct reasons {
  struct mls_values *values;
  unsigned instance;
  struct reason *list;
  size_t count, room;
  bool failed;
};

static void add_reason(struct reasons *reasons, unsigned cell, size_t row) {
  bool whole = row == ROWS_ALL;
  for (size_t i = 0; i < reasons->count; i++)
    if (reasons->list[i].cell == cell && reasons->list[i].row == row) return;
  struct reason *list = memory_grow(&reasons->values->scratch_memory, reasons->list, reasons->count,
                                    &reasons->room, sizeof *list);
  reasons->failed = reasons->failed || !list;
  if (!list) return;
  reasons->list = list;
  list[reasons->count++] = (struct reason){ cell, row, whole };
}

static void collect(struct reasons *reasons, const struct node *node, size_t row);

static void collect_path(struct reasons *reasons, const struct node *node, size_t row) {
  const struct mls_model *model = reasons->values->model;
  unsigned cell = model_cell(model, reasons->instance, node);
  size_t found = ROWS_ALL;
  if (node->ref == REF_CELL && row == ROWS_ALL) {
    add_reason(reasons, cell, trace_row(model, cell, row));
  } else if (node->ref == REF_ROW && row == ROWS_ALL) {
    add_reason(reasons, cell, model_rows(model, cell) ? ROWS_ALL : node->parts->row);
  } else if (node->ref == REF_CELL || node->ref == REF_ROW) {
    add_reason(reasons, cell, trace_fixed(model, cell, row, node));
  } else if (node->ref == REF_COLUMN || row == ROWS_ALL) {
    add_reason(reasons, cell, ROWS_ALL);
  } else if (trace_lookup(reasons->values, reasons->instance, row, node, &found)) {
    add_reason(reasons, cell, found);
  }
  if (node->ref == REF_LOOKUP) collect(reasons, node->arguments[0], row);
}

static void collect(struct reasons *reasons, const struct node *node, size_t row) {
  if (node->kind == NODE_PATH) collect_path(reasons, node, row);
  if (node->kind != NODE_CALL) return;
  if (node->function->rule == RULE_PRIOR) {
    size_t lag = node_lag(node);
    if (row == ROWS_ALL) collect(reasons, node->arguments[0], row);
    if (row == ROWS_ALL || row < lag) collect(reasons, node->arguments[1], row);
    else collect(reasons, node->arguments[0], row - lag);
    return;
  }
  for (unsigned i = 0; i < node->count; i++) collect(reasons, node->arguments[i], row);
}

static void collect_total(struct reasons *reasons, const struct cell *cell) {
  add_reason(reasons, cell->total->column, ROWS_ALL);
  if (cell->total->truth != GRAPH_NONE) add_reason(reasons, cell->total->truth, ROWS_ALL);
}

mls_status trace_reasons(struct mls_values *values, unsigned cell, size_t row, struct reason **out,
                         size_t *count) {
  const struct cell *here = &values->model->cells[cell];
  struct reasons reasons = { .values = values, .instance = model_home(values->model, here) };
  if (here->formula) collect(&reasons, here->formula, row);
  else if (here->kind == CELL_TOTAL) collect_total(&reasons, here);
  else if (here->kind == CELL_WITHIN) add_reason(&reasons, here->target, 0);
  else if (here->kind == CELL_FACT && here->fact->chooser != GRAPH_NONE)
    add_reason(&reasons, here->fact->chooser, 0);
  *out = reasons.list;
  *count = reasons.count;
  return reasons.failed ? fail_memory(&values->fails) : MLS_OK;
}

/* ---- evidence ---- */

bool trace_fact_state(const struct mls_values *values, unsigned cell, size_t row, enum state *out) {
  const struct fact *fact = values_fact(values, cell, row);
  *out = fact ? fact->state : STATE_ASSUMED;
  return fact || !value_is_error(values_get(values, cell, row));
}

/* A set of bits over the values: cells once (at their first row), facts a row each. */
struct seen {
  unsigned char *bits;
  unsigned *stack;
  size_t depth;
};

static bool see(struct seen *seen, size_t index) {
  unsigned char bit = (unsigned char)(1u << (index & 7));
  if (seen->bits[index >> 3] & bit) return false;
  seen->bits[index >> 3] |= bit;
  return true;
}

static void count_fact(struct mls_values *values, struct seen *seen, unsigned cell, size_t row,
                       struct evidence *out) {
  enum state state;
  size_t index = values->model->cells[cell].offset + row;
  if (trace_fact_state(values, cell, row, &state) && see(seen, index)) out->count[state]++;
}

static void count_reason(struct mls_values *values, struct seen *seen, struct reason reason,
                         struct evidence *out) {
  const struct cell *cell = &values->model->cells[reason.cell];
  if (cell->kind == CELL_FACT) {
    size_t first = reason.whole ? 0 : reason.row, last = reason.whole ? cell->rows : first + 1;
    for (size_t row = first; row < last; row++) count_fact(values, seen, reason.cell, row, out);
  } else if (see(seen, cell->offset)) {
    seen->stack[seen->depth++] = reason.cell;
  }
}

/* What a cell adds to what its precedents rest on: an input, a cited default, a constant. */
static void count_cell(const struct mls_values *values, unsigned cell, struct evidence *out) {
  const struct mls_model *model = values->model;
  const struct cell *here = &model->cells[cell];
  const struct line *line = model_line(model, cell);
  if (here->kind == CELL_INPUT) {
    bool cited = line->cite_count > 0 && !values_setting(values, cell, 0);
    out->count[cited ? STATE_CITED : STATE_INPUT]++;
  }
  enum state state = state_of_constants(model, cell);
  if (state != STATE_INPUT) out->count[state]++;
}

static mls_status count_all(struct mls_values *values, struct seen *seen, struct evidence *out) {
  const struct mls_model *model = values->model;
  while (seen->depth > 0) {
    unsigned cell = seen->stack[--seen->depth];
    struct memory_mark mark = memory_mark(&values->scratch_memory);
    struct reason *list;
    size_t count;
    size_t row = model_rows(model, cell) || model->cells[cell].family ? ROWS_ALL : 0;
    TRY(trace_reasons(values, cell, row, &list, &count));
    count_cell(values, cell, out);
    for (size_t i = 0; i < count; i++) count_reason(values, seen, list[i], out);
    memory_reset(&values->scratch_memory, mark);
  }
  return MLS_OK;
}

mls_status trace_evidence(struct mls_values *values, unsigned cell, struct evidence *out) {
  const struct mls_model *model = values->model;
  size_t bytes = model->value_count / 8 + 1, cells = model->cell_count * sizeof(unsigned);
  struct seen seen = { memory_take(&values->scratch_memory, NULL, bytes),
                       memory_take(&values->scratch_memory, NULL, cells), 0 };
  *out = (struct evidence){ .count = { 0 } };
  mls_status status = MLS_MEMORY;
  if (seen.bits && seen.stack) {
    memset(seen.bits, 0, bytes);
    bool one = !model->cells[cell].family;
    count_reason(values, &seen, (struct reason){ cell, one ? 0 : ROWS_ALL, !one }, out);
    status = count_all(values, &seen, out);
  }
  memory_give(&values->scratch_memory, seen.bits);
  memory_give(&values->scratch_memory, seen.stack);
  return status == MLS_MEMORY ? fail_memory(&values->fails) : status;
}
