/* The formula of the check that a bound input stays in its set. The sheet has no tree for it: one
   is made of the same functions, so that spelling, units and steps are those of any other formula.
 */
#include "xlsx.h"

static struct node *make(struct xlsx *x, enum node_kind kind) {
  struct node *node = memory_push(&x->memory, sizeof *node);
  if (!node) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return NULL;
  }
  node->kind = kind;
  node->total = NODE_PLAIN;
  node->type.kind = KIND_NUMBER;
  node->type.strict = node->type.count = x->model->units->none;
  return node;
}

static struct node *make_number(struct xlsx *x, double number, const struct unit *unit) {
  struct node *node = make(x, NODE_NUMBER);
  char text[TEXT_NUMBER];
  if (!node) return NULL;
  text_number(text, number);
  struct slice typed = slice_of(text);
  node->number = number;
  node->unit = unit && unit->text[0] ? unit : NULL;
  node->typed.at = memory_text(&x->memory, typed.at, typed.size);
  node->typed.size = node->typed.at ? typed.size : 0;
  if (unit) node->type.strict = unit->strict, node->type.count = unit->count;
  return node;
}

/* A path to the bound cell itself, from its own sheet. */
static struct node *make_path(struct xlsx *x, unsigned cell) {
  struct node *node = make(x, NODE_PATH);
  const struct cell *here = &x->model->cells[cell];
  const char **names = memory_array(&x->memory, 1, sizeof *names);
  if (!node || !names) return NULL;
  names[0] = xlsx_line(x, cell)->name;
  node->names = names;
  node->name_count = 1;
  node->ref.kind = REF_CELL;
  node->ref.slot = here->slot;
  node->type.strict = here->strict;
  node->type.count = here->count;
  return node;
}

static struct node *make_call(struct xlsx *x, const char *name, enum function_form form,
                              struct node *left, struct node *right) {
  struct node *node = make(x, NODE_CALL);
  struct node **arguments = memory_array(&x->memory, 2, sizeof *arguments);
  const struct function *function = function_find(slice_of(name), form);
  if (!node || !arguments || !function || !left) return NULL;
  arguments[0] = left, arguments[1] = right;
  node->arguments = arguments;
  node->count = right ? 2 : 1;
  node->function = function;
  node->type = left->type;
  return node;
}

/* abs(u - round(u, 1)) <= 1e-9 with u = (x - low) / step */
static struct node *on_step(struct xlsx *x, unsigned cell, const struct set *set,
                            const struct unit *unit) {
  struct node *from =
      make_call(x, "-", FORM_INFIX, make_path(x, cell), make_number(x, set->low, unit));
  struct node *steps = make_call(x, "/", FORM_INFIX, from, make_number(x, set->step, unit));
  if (!steps) return NULL;
  steps->type.strict = steps->type.count = x->model->units->none;
  struct node *whole = make_call(x, "round", FORM_CALL, steps, make_number(x, 1, NULL));
  struct node *off =
      make_call(x, "abs", FORM_CALL, make_call(x, "-", FORM_INFIX, steps, whole), NULL);
  return make_call(x, "<=", FORM_INFIX, off, make_number(x, 1e-9, NULL));
}

static const struct node *in_range(struct xlsx *x, unsigned cell, const struct line *line) {
  const struct set *set = line->set;
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
  if (line->set->kind == SET_RANGE) return in_range(x, target, line);
  const void *key = line->set->kind == SET_REGISTRY ? (const void *)line->set->registry : line->set;
  const char *word = xlsx_reference(x, pen->page, target, 0);
  const char *range = xlsx_list_range(x, xlsx_list(x, key));
  *formula = xlsx_print(x, "IF(EXACT(%s,IFERROR(INDEX(%s,MATCH(%s,%s,0)),\"\")),1,0)", word, range,
                        word, range);
  return NULL;
}
