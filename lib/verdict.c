/* What a check says: both sides of its comparison, the gap, and one sentence a planner reads. */
#include <math.h>
#include <string.h>

#include "trace.h"

/* ---- the unit of a side ---- */

static const struct unit *side_unit(const struct mls_model *model, unsigned home,
                                    const struct node *node);

/* The first cell or number below with the dimensions of the whole, as in price * 2. */
static const struct unit *part_unit(const struct mls_model *model, unsigned home,
                                    const struct node *node, const struct node *whole) {
  if (node->kind == NODE_CALL) {
    const struct unit *unit = NULL;
    for (unsigned i = 0; i < node->count && !unit; i++)
      unit = part_unit(model, home, node->arguments[i], whole);
    return unit;
  }
  const struct unit *unit = side_unit(model, home, node);
  const struct type *type = whole->type;
  bool fits = unit && unit->strict == type->strict && unit->count == type->count;
  return fits && unit->text[0] ? unit : NULL;
}

/* The unit that the author wrote for this side: of its cell, its first summand, its column. */
static const struct unit *side_unit(const struct mls_model *model, unsigned home,
                                    const struct node *node) {
  if (node->kind == NODE_NUMBER) return node->literal->unit;
  if (node->kind == NODE_PATH) return model->cells[model_cell(model, home, node)].unit;
  if (node->kind != NODE_CALL) return NULL;
  bool plain = node->type->zero || (!node->type->strict->count && !node->type->count->count);
  enum unit_rule rule = node->function->rule;
  bool same = rule == RULE_SAME || rule == RULE_EITHER || rule == RULE_PRIOR ||
              rule == RULE_COLUMN || rule == RULE_CHOOSE;
  if (!same) return plain ? NULL : part_unit(model, home, node, node);
  for (unsigned i = rule == RULE_CHOOSE; i < node->count; i++) {
    const struct unit *unit = side_unit(model, home, node->arguments[i]);
    if (unit && unit->text[0]) return unit;
  }
  return NULL;
}

/* Base units, made in the values' arena so that threads may share the model; NULL without memory.
 */
static const struct unit *base_unit(struct mls_values *values, struct type type) {
  struct unit *unit = memory_push(&values->scratch_memory, sizeof *unit);
  if (!unit) return NULL;
  struct units units = *values->model->units;
  units.memory = &values->scratch_memory;
  if (type.zero) type.strict = type.count = units.none;
  *unit = (struct unit){ 1, type.strict, type.count, dims_text(&units, type.strict, type.count) };
  bool plain = type.strict->count == 0 && type.count->count == 0;
  return plain || unit->text[0] ? unit : NULL; /* "" is also what there is without memory */
}

static const struct unit *shown_unit(struct mls_values *values, unsigned home,
                                     const struct node *compare) {
  const struct node *left = compare->arguments[0], *right = compare->arguments[1];
  const struct unit *unit = side_unit(values->model, home, left);
  if (!unit || !unit->text[0]) {
    const struct unit *other = side_unit(values->model, home, right);
    if (other && (!unit || other->text[0])) unit = other;
  }
  return unit ? unit : base_unit(values, left->type->zero ? *right->type : *left->type);
}

/* ---- sentences ---- */

enum comparison { AT_MOST, AT_LEAST, EQUAL, DIFFERENT };

static enum comparison comparison_of(const struct function *function) {
  if (function->name[0] == '<') return AT_MOST;
  if (function->name[0] == '>') return AT_LEAST;
  return function->name[0] == '=' ? EQUAL : DIFFERENT;
}

/* Positive: how far it is from holding. */
static double gap_of(enum comparison comparison, const struct verdict *verdict) {
  double over = verdict->left - verdict->right;
  double gap = over;
  if (comparison == AT_LEAST) gap = -over;
  else if (comparison != AT_MOST) gap = comparison == EQUAL ? fabs(over) : -fabs(over);
  /* sides that are equal within the tolerance of the language hold without a gap */
  return (verdict->holds == 1) == (gap <= 0) ? gap : 0;
}

static const char *gap_words(enum comparison comparison, bool holds) {
  if (comparison == EQUAL) return "apart by ";
  if (comparison == DIFFERENT) return holds ? "apart by " : "";
  if (holds) return "";
  return comparison == AT_MOST ? "over by " : "short by ";
}

/* Enough digits to tell the two sides apart. */
static int digits_of(const struct verdict *verdict) {
  char left[TEXT_NUMBER], right[TEXT_NUMBER];
  int digits = 4;
  for (; digits < 15 && verdict->left != verdict->right; digits++) {
    text_person(left, verdict->left / verdict->unit->factor, digits);
    text_person(right, verdict->right / verdict->unit->factor, digits);
    if (strcmp(left, right) != 0) break;
  }
  return digits;
}

static void say_sides(enum comparison comparison, const struct verdict *verdict,
                      struct buffer *out) {
  int digits = digits_of(verdict);
  show_amount(out, verdict->left, verdict->unit, digits);
  buffer_text(out, " against ");
  show_amount(out, verdict->right, verdict->unit, digits);
  double gap = fabs(verdict->gap);
  bool bounds = comparison == AT_MOST || comparison == AT_LEAST;
  if (gap == 0) {
    if (bounds) buffer_text(out, ", exactly at the limit");
    return;
  }
  buffer_print(out, ", %s", gap_words(comparison, verdict->holds == 1));
  show_amount(out, gap, verdict->unit, 4);
  if (bounds && verdict->holds == 1) buffer_text(out, " to spare");
}

static void say_words(const struct mls_values *values, unsigned home, const struct node *compare,
                      struct buffer *out) {
  for (unsigned i = 0; i < 2; i++) {
    double word = values_evaluate(values, home, 0, compare->arguments[i]);
    if (i > 0) buffer_text(out, " against ");
    if (word >= 0 && word < (double)values->model->word_count)
      buffer_print(out, "\"%s\"", values->model->words[(size_t)word]);
  }
}

static void compare(struct mls_values *values, const struct cell *cell, struct verdict *out,
                    struct buffer *detail) {
  const struct node *node = cell->formula;
  bool compares = node->kind == NODE_CALL &&
                  (node->function->rule == RULE_COMPARE || node->function->rule == RULE_EQUAL);
  if (!compares) return;
  const struct node *left = node->arguments[0], *right = node->arguments[1];
  if (left->type->kind != KIND_NUMBER || right->type->kind != KIND_NUMBER) {
    say_words(values, model_home(values->model, cell), node, detail);
    return;
  }
  enum comparison comparison = comparison_of(node->function);
  out->compares = true;
  out->left = values_evaluate(values, model_home(values->model, cell), 0, node->arguments[0]);
  out->right = values_evaluate(values, model_home(values->model, cell), 0, node->arguments[1]);
  out->gap = gap_of(comparison, out);
  out->unit = shown_unit(values, model_home(values->model, cell), node);
  const struct unit *base = base_unit(values, left->type->zero ? *right->type : *left->type);
  out->base = base ? base->text : NULL;
  if (out->unit) say_sides(comparison, out, detail);
}

/* "128 is outside": bounds are written without their unit, so the value is too. */
static void say_within(const struct mls_values *values, const struct cell *cell,
                       const struct verdict *verdict, struct buffer *detail) {
  show_number(values, cell->target, 0, 10, detail);
  buffer_text(detail, verdict->holds == 1 ? " is inside" : " is outside");
}

static void say_error(const struct origin *origin, struct buffer *detail) {
  if (strcmp(origin->kind, "missing") != 0) buffer_print(detail, "%s: ", origin->kind);
  buffer_text(detail, origin->message);
}

static void say_all(const struct mls_model *model, unsigned cell, const struct verdict *verdict,
                    const char *detail, struct buffer *out) {
  static const char *const endings[] = { " cannot be decided", " is false", " is true" };
  model_path(model, cell, out);
  if (model->cells[cell].formula) {
    buffer_text(out, ": ");
    formula_print(out, model->cells[cell].formula);
  }
  buffer_text(out, endings[verdict->holds + 1]);
  if (detail[0]) buffer_print(out, ": %s", detail);
}

static mls_status keep(struct mls_values *values, struct buffer *buffer, const char **out) {
  *out = buffer_keep(buffer, &values->scratch_memory);
  buffer_close(buffer);
  return *out ? MLS_OK : fail_memory(&values->fails);
}

mls_status trace_check(struct mls_values *values, unsigned cell, struct verdict *out) {
  const struct cell *here = &values->model->cells[cell];
  double value = values_get(values, cell, 0), none = FUNCTION_ERROR;
  struct buffer text;
  *out = (struct verdict){ .left = none, .right = none, .gap = none };
  out->holds = value_is_error(value) ? -1 : value != 0;
  struct origin origin = { .kind = NULL };
  if (out->holds < 0) TRY(trace_error(values, cell, 0, &origin));
  buffer_open(&text, &values->scratch_memory);
  if (origin.kind) say_error(&origin, &text);
  else if (here->kind == CELL_WITHIN) say_within(values, here, out, &text);
  else compare(values, here, out, &text);
  if (out->compares && (!out->unit || !out->base)) {
    buffer_close(&text);
    return fail_memory(&values->fails);
  }
  TRY(keep(values, &text, &out->detail));
  buffer_open(&text, &values->scratch_memory);
  say_all(values->model, cell, out, out->detail, &text);
  return keep(values, &text, &out->message);
}
