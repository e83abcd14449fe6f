/* The formula of the check that a bound input stays in its set. The sheet has no tree for it: one
   is made of the same functions, so that spelling, units and steps are those of any other formula.
 */
#include "xlsx.h"

/* A number of these dimensions. */
static struct type *make_type(struct xlsx *x, const struct dims *strict, const struct dims *count) {
  struct type *type = memory_push(&x->memory, sizeof *type);
  if (type) *type = (struct type){ KIND_NUMBER, false, false, strict, count };
  else if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  return type;
}

static struct node *make(struct xlsx *x, enum node_kind kind, unsigned count,
                         const struct type *type) {
  struct node *node = node_make(&x->memory, kind, count);
  if (node) node->type = type;
  else if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  return type ? node : NULL;
}

static struct node *make_number(struct xlsx *x, double number, const struct unit *unit) {
  struct literal *literal = memory_push(&x->memory, sizeof *literal);
  char *typed = memory_push(&x->memory, TEXT_NUMBER);
  if (!unit) unit = x->model->units->plain;
  struct node *node = make(x, NODE_NUMBER, 0, make_type(x, unit->strict, unit->count));
  if (!literal || !typed || !node) return NULL;
  *literal = (struct literal){ number, text_number(typed, number), unit->text[0] ? unit : NULL };
  node->literal = literal;
  return node;
}

/* A path to the bound cell itself, from its own sheet. */
static struct node *make_path(struct xlsx *x, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  struct node *node = make(x, NODE_PATH, 0, make_type(x, here->unit->strict, here->unit->count));
  if (!node) return NULL;
  node->name = xlsx_line(x, cell)->name;
  node->name_count = 1;
  node->ref = REF_CELL;
  node->slot = here->slot;
  return node;
}

static struct node *make_call(struct xlsx *x, const char *name, enum function_form form,
                              struct node *left, struct node *right) {
  const struct function *function = function_find(slice_of(name), form);
  if (!function || !left) return NULL;
  struct node *node = make(x, NODE_CALL, right ? 2 : 1, left->type);
  if (!node) return NULL;
  node->arguments[0] = left;
  if (right) node->arguments[1] = right;
  node->function = function;
  return node;
}

/* abs(u - round(u, 1)) <= 1e-9 with u = (x - low) / step */
static struct node *on_step(struct xlsx *x, unsigned cell, const struct set *set,
                            const struct unit *unit) {
  struct node *from =
      make_call(x, "-", FORM_INFIX, make_path(x, cell), make_number(x, set->low, unit));
  struct node *steps = make_call(x, "/", FORM_INFIX, from, make_number(x, set->step, unit));
  const struct type *plain = make_type(x, x->model->units->none, x->model->units->none);
  if (!steps || !plain) return NULL;
  steps->type = plain;
  struct node *whole = make_call(x, "round", FORM_CALL, steps, make_number(x, 1, NULL));
  struct node *off =
      make_call(x, "abs", FORM_CALL, make_call(x, "-", FORM_INFIX, steps, whole), NULL);
  return make_call(x, "<=", FORM_INFIX, off, make_number(x, 1e-9, NULL));
}

static const struct node *in_range(struct xlsx *x, unsigned cell, const struct line *line) {
  const struct set *set = line->domain->set;
  struct node *above =
      make_call(x, "<=", FORM_INFIX, make_number(x, set->low, line->unit), make_path(x, cell));
  struct node *below =
      make_call(x, "<=", FORM_INFIX, make_path(x, cell), make_number(x, set->high, line->unit));
  struct node *both = make_call(x, "and", FORM_CALL, above, below);
  if (set->step > 0) both = make_call(x, "and", FORM_CALL, both, on_step(x, cell, set, line->unit));
  return both;
}

const struct node *xlsx_within(struct xlsx *x, unsigned cell, struct pen *pen,
                               const char **formula) {
  unsigned target = x->model->cells[cell].target;
  const struct line *line = xlsx_line(x, target);
  *formula = NULL;
  *pen = xlsx_pen(x, cell);
  pen->home = x->model->cells[target].instance;
  if (line->domain->set->kind == SET_RANGE) return in_range(x, target, line);
  const void *key = line->domain->set->kind == SET_REGISTRY
                        ? (const void *)line->domain->set->registry
                        : line->domain->set;
  const char *word = xlsx_reference(x, pen->page, target, 0);
  const char *range = xlsx_list_range(x, xlsx_list(x, key));
  *formula = xlsx_print(x, "IF(EXACT(%s,IFERROR(INDEX(%s,MATCH(%s,%s,0)),\"\")),1,0)", word, range,
                        word, range);
  return NULL;
}
