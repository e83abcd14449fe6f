/* The proof of units: the type of every node of a formula, by the unit rule of its function's row.
   One error a formula; what is wrong has a wild type, so nothing that needs it is told again. */
#include <string.h>

#include "check.h"

static mls_status type_of(struct scope scope, struct node *node);

static struct units *units_of(struct scope scope) { return scope.checker->units; }

static struct type plain(struct scope scope) {
  return type_number(units_of(scope)->none, units_of(scope)->none);
}

static struct type truth(struct scope scope) {
  struct type type = plain(scope);
  type.kind = KIND_TRUTH;
  return type;
}

static struct type wild(struct scope scope) {
  struct type type = plain(scope);
  type.wild = true;
  return type;
}

static const char *words(struct scope scope, struct type type) {
  return type.zero ? "0" : type_words(units_of(scope), type);
}

/* "the sum", "the 2nd argument of min" ... in front of what it has and should have. */
static mls_status disagree(struct scope scope, const struct node *node, struct type a,
                           struct type b) {
  return fail_add(scope.checker->fails, MLS_UNIT, node_place(scope.sheet, node),
                  "\"%s\" joins %s and %s, which do not agree", node->function->name,
                  words(scope, a), words(scope, b));
}

static mls_status wants(struct scope scope, const struct node *node, unsigned argument,
                        const char *what) {
  const struct node *given = node->arguments[argument];
  return fail_add(scope.checker->fails, MLS_UNIT, node_place(scope.sheet, given),
                  "\"%s\" needs %s, found %s", node->function->name, what,
                  words(scope, *given->type));
}

static mls_status set_type(struct scope scope, struct node *node, struct type type) {
  node->type = type_intern(units_of(scope), type);
  return node->type ? MLS_OK : fail_memory(scope.checker->fails);
}

static mls_status beyond(struct scope scope, const struct node *node) {
  return fail_add(scope.checker->fails, MLS_LIMIT, node_place(scope.sheet, node),
                  "an exponent of the unit leaves its bound (LIMIT_EXPONENT)");
}

/* ---- agreement ---- */

/* The type of two that agree: the unit of the one that has one, the non-empty count part. */
static struct type merge(struct type a, struct type b) {
  if (a.wild) return b;
  if (b.wild) return a;
  if (a.zero) return b;
  if (b.zero) return a;
  if (!a.count->count) a.count = b.count;
  return a;
}

static mls_status numbers(struct scope scope, const struct node *node) {
  for (unsigned i = 0; i < node->count; i++) {
    struct type type = *node->arguments[i]->type;
    if (!type.wild && type.kind != KIND_NUMBER) return wants(scope, node, i, "a number");
  }
  return MLS_OK;
}

/* All arguments from `first` on agree; their common type. */
static mls_status agree(struct scope scope, const struct node *node, unsigned first,
                        struct type *out) {
  *out = *node->arguments[first]->type;
  for (unsigned i = first + 1; i < node->count && !(node->function->rule == RULE_PRIOR && i == 2);
       i++) {
    struct type type = *node->arguments[i]->type;
    if (!type_compatible(*out, type)) return disagree(scope, node, *out, type);
    *out = merge(*out, type);
  }
  return MLS_OK;
}

static mls_status without_strict(struct scope scope, const struct node *node, unsigned argument) {
  struct type type = *node->arguments[argument]->type;
  if (!type.wild && type.kind == KIND_NUMBER && !type.zero && type.strict->count)
    return wants(scope, node, argument, "a plain number");
  return MLS_OK;
}

/* ---- rules ---- */

static mls_status rule_same(struct scope scope, struct node *node, struct type *out) {
  TRY(numbers(scope, node));
  return agree(scope, node, 0, out);
}

static mls_status rule_mod(struct scope scope, struct node *node, struct type *out) {
  for (unsigned i = 0; i < node->count; i++) {
    struct type type = *node->arguments[i]->type;
    type.zero = false;
    TRY(set_type(scope, node->arguments[i], type));
  }
  return rule_same(scope, node, out);
}

static mls_status rule_compare(struct scope scope, struct node *node, struct type *out) {
  struct type common;
  TRY(numbers(scope, node));
  TRY(agree(scope, node, 0, &common));
  *out = truth(scope);
  return MLS_OK;
}

/* The registry of the input or key that a path names, or NULL. */
static const struct registry *path_registry(struct scope scope, const struct node *node) {
  if (node->kind != NODE_PATH || node->ref != REF_CELL) return NULL;
  const struct sheet *sheet = ref_sheet(scope.sheet, node);
  if (node->slot >= sheet->line_count) return NULL;
  const struct domain *domain = line_domain(&sheet->lines[node->slot]);
  return domain && domain->set ? domain->set->registry : NULL;
}

/* hw == "H100": an item is meant, also by an old name. */
static void present_items(struct scope scope, struct node *node) {
  for (unsigned i = 0; i < 2; i++) {
    struct node *text = node->arguments[i];
    if (text->kind == NODE_TEXT)
      present_item(scope.checker, path_registry(scope, node->arguments[1 - i]),
                   node_place(scope.sheet, text), &text->text);
  }
}

static mls_status rule_equal(struct scope scope, struct node *node, struct type *out) {
  present_items(scope, node);
  struct type common;
  for (unsigned i = 0; i < 2; i++)
    if (!node->arguments[i]->type->wild && node->arguments[i]->type->kind == KIND_TRUTH)
      return wants(scope, node, i, "two numbers or two texts (of truths write and, or, not)");
  TRY(agree(scope, node, 0, &common));
  if (!common.wild && common.kind == KIND_NUMBER && !common.zero && common.strict->count)
    return fail_add(scope.checker->fails, MLS_UNIT, node_place(scope.sheet, node),
                    "\"%s\" on a quantity in %s would ask for equal last digits; write "
                    "abs(a - b) <= a tolerance",
                    node->function->name, words(scope, common));
  *out = truth(scope);
  return MLS_OK;
}

static mls_status rule_product(struct scope scope, struct node *node, struct type *out) {
  struct units *units = units_of(scope);
  struct type a = *node->arguments[0]->type, b = *node->arguments[1]->type;
  bool divide = node->function->rule == RULE_DIVIDE;
  TRY(numbers(scope, node));
  *out = plain(scope);
  out->strict = (divide ? dims_divide : dims_multiply)(units, a.strict, b.strict);
  out->count = (divide ? dims_divide : dims_multiply)(units, a.count, b.count);
  if (!out->strict || !out->count) {
    *out = wild(scope);
    return beyond(scope, node);
  }
  out->wild = a.wild || b.wild;
  return MLS_OK;
}

static bool whole_literal(const struct node *node, int *out) {
  if (node->kind != NODE_NUMBER || node->literal->unit) return false;
  double number = node->literal->number;
  if (!(number >= 0 && number <= 9999) || number != (double)(int)number) return false;
  *out = (int)number;
  return true;
}

/* 2, -2, (1/2), -(2/3) ... */
static bool literal_exponent(const struct node *node, int *num, int *den) {
  *den = 1;
  if (whole_literal(node, num)) return true;
  if (node->kind != NODE_CALL) return false;
  if (node->function->form == FORM_PREFIX) {
    if (!literal_exponent(node->arguments[0], num, den)) return false;
    *num = -*num;
    return true;
  }
  if (node->function->rule != RULE_DIVIDE || !whole_literal(node->arguments[1], den) || *den == 0)
    return false;
  int inner;
  return literal_exponent(node->arguments[0], num, &inner) && inner == 1;
}

static mls_status rule_power(struct scope scope, struct node *node, struct type *out) {
  struct type base = *node->arguments[0]->type;
  int num, den;
  TRY(numbers(scope, node));
  TRY(without_strict(scope, node, 1));
  *out = plain(scope);
  out->wild = base.wild;
  if (!base.strict->count && !base.count->count) return MLS_OK;
  if (!literal_exponent(node->arguments[1], &num, &den))
    return fail_add(scope.checker->fails, MLS_UNIT, node_place(scope.sheet, node),
                    "the exponent of a quantity in %s must be a literal whole number or quotient, "
                    "such as 2 or (1/2)",
                    words(scope, base));
  out->strict = dims_power(units_of(scope), base.strict, num, den);
  out->count = dims_power(units_of(scope), base.count, num, den);
  if (out->strict && out->count) return MLS_OK;
  *out = wild(scope);
  return beyond(scope, node);
}

static mls_status rule_root(struct scope scope, struct node *node, struct type *out) {
  struct type base = *node->arguments[0]->type;
  TRY(numbers(scope, node));
  *out = base;
  out->zero = false;
  out->strict = dims_power(units_of(scope), base.strict, 1, 2);
  out->count = dims_power(units_of(scope), base.count, 1, 2);
  if (out->strict && out->count) return MLS_OK;
  *out = wild(scope);
  return beyond(scope, node);
}

static mls_status rule_plain(struct scope scope, struct node *node, struct type *out) {
  TRY(numbers(scope, node));
  for (unsigned i = 0; i < node->count; i++) TRY(without_strict(scope, node, i));
  *out = plain(scope);
  return MLS_OK;
}

static mls_status needs_truth(struct scope scope, const struct node *node, unsigned argument) {
  struct type type = *node->arguments[argument]->type;
  return type.wild || type.kind == KIND_TRUTH ? MLS_OK : wants(scope, node, argument, "a truth");
}

static mls_status rule_truth(struct scope scope, struct node *node, struct type *out) {
  for (unsigned i = 0; i < node->count; i++) TRY(needs_truth(scope, node, i));
  *out = truth(scope);
  return MLS_OK;
}

static mls_status rule_choose(struct scope scope, struct node *node, struct type *out) {
  TRY(needs_truth(scope, node, 0));
  return agree(scope, node, 1, out);
}

static mls_status rule_missing(struct scope scope, struct node *node, struct type *out) {
  if (node->arguments[0]->kind != NODE_TEXT)
    return fail_add(scope.checker->fails, MLS_SYNTAX, node_place(scope.sheet, node->arguments[0]),
                    "missing takes its reason as a text in quotes");
  *out = wild(scope);
  return MLS_OK;
}

/* ---- aggregates ---- */

static mls_status aggregate_type(struct scope scope, const struct node *node, enum unit_rule rule,
                                 struct type *out) {
  struct type column = *node->arguments[0]->type;
  *out = column;
  if (rule == RULE_COLUMN_ANY) return MLS_OK;
  if (rule == RULE_COLUMN_COUNT) {
    *out = plain(scope);
    return MLS_OK;
  }
  if (!column.wild && column.kind != KIND_NUMBER)
    return wants(scope, node, 0, "a column of numbers");
  if (rule == RULE_COLUMN) return MLS_OK;
  if (rule == RULE_COLUMN_PLAIN) TRY(without_strict(scope, node, 0));
  *out = plain(scope);
  return MLS_OK;
}

static mls_status prove_aggregate(struct scope scope, const struct node *node, struct type *out) {
  enum unit_rule rule = node->function->rule;
  if (node->count == 2) TRY(needs_truth(scope, node, 1));
  TRY(aggregate_type(scope, node, rule == RULE_SAME ? RULE_COLUMN : rule, out));
  out->zero = false;
  const struct type *type = type_intern(units_of(scope), *out);
  scope.sheet->slots[node->total - scope.sheet->line_count].type = type;
  return type ? MLS_OK : fail_memory(scope.checker->fails);
}

/* ---- trees ---- */

static mls_status prove_rule(struct scope scope, struct node *node, struct type *out) {
  if (node_is_total(node)) return prove_aggregate(scope, node, out);
  switch (node->function->rule) {
    case RULE_SAME: return rule_same(scope, node, out);
    case RULE_MOD: return rule_mod(scope, node, out);
    case RULE_COMPARE: return rule_compare(scope, node, out);
    case RULE_EQUAL: return rule_equal(scope, node, out);
    case RULE_MULTIPLY:
    case RULE_DIVIDE: return rule_product(scope, node, out);
    case RULE_POWER: return rule_power(scope, node, out);
    case RULE_ROOT: return rule_root(scope, node, out);
    case RULE_PLAIN: return rule_plain(scope, node, out);
    case RULE_TRUTH: return rule_truth(scope, node, out);
    case RULE_CHOOSE: return rule_choose(scope, node, out);
    case RULE_EITHER:
    case RULE_PRIOR: return agree(scope, node, 0, out);
    case RULE_KNOWN: *out = truth(scope); return MLS_OK;
    case RULE_MISSING: return rule_missing(scope, node, out);
    case RULE_COLUMN:
    case RULE_COLUMN_ANY:
    case RULE_COLUMN_COUNT:
    case RULE_COLUMN_NUMBER:
    case RULE_COLUMN_PLAIN: break;
  }
  return prove_aggregate(scope, node, out);
}

static mls_status prove_key(struct scope scope, struct node *node, const struct slot *slot) {
  const struct sheet *sheet = ref_sheet(scope.sheet, node);
  struct type key = *node->arguments[0]->type;
  const struct set *set =
      slot->kind == SLOT_FACT ? NULL : sheet->lines[sheet->tables[slot->table]].domain->set;
  bool text = slot->kind == SLOT_FACT || (set && set->kind != SET_RANGE);
  bool unknown = slot->kind != SLOT_FACT && !set; /* the line of the table is wrong and said so */
  struct node *word = node->arguments[0];
  if (set && word->kind == NODE_TEXT)
    present_item(scope.checker, set->registry, node_place(scope.sheet, word), &word->text);
  if (key.wild || unknown) return MLS_OK;
  bool sound =
      text ? key.kind == KIND_TEXT : key.kind == KIND_NUMBER && (key.zero || !key.strict->count);
  if (sound) return MLS_OK;
  return fail_add(scope.checker->fails, MLS_UNIT, node_place(scope.sheet, node->arguments[0]),
                  "the key is %s, found %s", text ? "a text" : "a plain number", words(scope, key));
}

static mls_status prove_path(struct scope scope, struct node *node, struct type *out) {
  struct slot slot = ref_slot(scope.sheet, node);
  *out = *slot.type;
  return node->count ? prove_key(scope, node, &slot) : MLS_OK;
}

static mls_status prove_text(struct scope scope, struct type *out) {
  *out = plain(scope);
  out->kind = KIND_TEXT;
  return MLS_OK;
}

static mls_status prove_number(struct scope scope, const struct node *node, struct type *out) {
  const struct unit *unit = node->literal->unit;
  *out = unit ? type_number(unit->strict, unit->count) : plain(scope);
  out->zero = node_is_zero(node);
  return MLS_OK;
}

static mls_status prove_node(struct scope scope, struct node *node, struct type *out) {
  switch ((enum node_kind)node->kind) {
    case NODE_TEXT: return prove_text(scope, out);
    case NODE_NUMBER: return prove_number(scope, node, out);
    case NODE_PATH: return prove_path(scope, node, out);
    case NODE_CALL: break;
  }
  return prove_rule(scope, node, out);
}

static mls_status type_of(struct scope scope, struct node *node) {
  struct type type;
  for (unsigned i = 0; i < node->count; i++) TRY(type_of(scope, node->arguments[i]));
  TRY(prove_node(scope, node, &type));
  return set_type(scope, node, type);
}

mls_status prove_formula(struct scope scope, struct node *node) { return type_of(scope, node); }

/* ---- lines and binds ---- */

static mls_status prove_check(struct scope scope, const struct line *line) {
  struct type type = *line->formula->type;
  if (type.wild || type.kind == KIND_TRUTH) return MLS_OK;
  return fail_add(scope.checker->fails, MLS_UNIT, node_place(scope.sheet, line->formula),
                  "a check is a truth, such as a comparison; found %s", words(scope, type));
}

static mls_status prove_declared(struct scope scope, const struct line *line) {
  struct type type = *line->formula->type;
  if (!type.wild && type.kind != KIND_NUMBER)
    return fail_add(scope.checker->fails, MLS_UNIT, line_place(scope.sheet, line),
                    "%s is %s and takes no brackets", line->name, words(scope, type));
  if (type_compatible(*line->type, type)) return MLS_OK;
  const char *written = line->unit->text, *base = words(scope, *line->type);
  bool told = strcmp(written, base) == 0; /* "GB, B" says more than "B, B" */
  return fail_add(scope.checker->fails, MLS_UNIT, line_place(scope.sheet, line),
                  "%s is declared in %s%s%s, but its formula gives %s", line->name, written,
                  told ? "" : ", ", told ? "" : base, words(scope, type));
}

/* Without brackets: a text, a truth, or a plain number, which drops a count. */
static mls_status prove_undeclared(struct scope scope, struct line *line) {
  struct type type = *line->formula->type;
  bool number = type.kind == KIND_NUMBER;
  if (!type.wild && number && !type.zero && type.strict->count)
    return fail_add(scope.checker->fails, MLS_UNIT, line_place(scope.sheet, line),
                    "%s is %s; declare its unit in brackets, such as %s [%s]", line->name,
                    words(scope, type), line->name,
                    dims_text(units_of(scope), type.strict, type.count));
  struct type own = plain(scope);
  own.kind = type.wild ? KIND_NUMBER : type.kind;
  own.wild = type.wild; /* known when what it needs is: check.c asks again */
  line->type = type_intern(units_of(scope), own);
  return line->type ? MLS_OK : fail_memory(scope.checker->fails);
}

mls_status prove_line(struct scope scope, struct line *line) {
  if (line->wrong) return MLS_OK;
  TRY(type_of(scope, line->formula));
  if (line->kind == LINE_CHECK) return prove_check(scope, line);
  return line->unit ? prove_declared(scope, line) : prove_undeclared(scope, line);
}

static mls_status prove_choice(struct scope scope, const struct bind *bind,
                               const struct line *input) {
  struct place place = node_place(scope.sheet, bind->formula);
  const struct registry *wanted = input->domain->set->registry;
  if (bind->formula->kind == NODE_TEXT) {
    present_item(scope.checker, wanted, place, &bind->formula->text);
    if (set_holds_word(input->domain->set, bind->formula->text)) return MLS_OK;
    struct nearest nearest = { .wanted = slice_of(bind->formula->text) };
    for (size_t i = 0; wanted && i < wanted->item_count; i++)
      nearest_offer(&nearest, wanted->items[i]);
    return fail_add(scope.checker->fails, MLS_RANGE, place, "\"%s\" is not in %s%s",
                    bind->formula->text, input->domain->set->text,
                    nearest_hint(scope.checker->memory, &nearest));
  }
  if (path_registry(scope, bind->formula) == wanted && wanted) return MLS_OK;
  return fail_add(scope.checker->fails, MLS_UNIT, place,
                  "%s chooses an item of %s: bind it to an input of that registry or to an item in "
                  "quotes",
                  input->name, input->domain->set->name);
}

static mls_status prove_word(struct scope scope, const struct bind *bind,
                             const struct line *input) {
  if (bind->formula->kind != NODE_TEXT || set_holds_word(input->domain->set, bind->formula->text))
    return MLS_OK;
  struct nearest nearest = { .wanted = slice_of(bind->formula->text) };
  for (size_t i = 0; i < input->domain->set->count; i++)
    nearest_offer(&nearest, input->domain->set->words[i]);
  return fail_add(scope.checker->fails, MLS_RANGE, node_place(scope.sheet, bind->formula),
                  "\"%s\" is not in %s%s", bind->formula->text, input->domain->set->text,
                  nearest_hint(scope.checker->memory, &nearest));
}

mls_status prove_bind(struct scope scope, struct bind *bind, const struct line *input) {
  TRY(type_of(scope, bind->formula));
  if (input->domain->set->kind == SET_REGISTRY) return prove_choice(scope, bind, input);
  struct type type = *bind->formula->type;
  if (!type_compatible(*input->type, type))
    return fail_add(scope.checker->fails, MLS_UNIT, bind->place,
                    "%s is %s%s, but it is bound to %s", bind->name, input->unit ? "in " : "",
                    input->unit ? input->unit->text : words(scope, *input->type),
                    words(scope, type));
  return input->domain->set->kind == SET_WORDS ? prove_word(scope, bind, input) : MLS_OK;
}
