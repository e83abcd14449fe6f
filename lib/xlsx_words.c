/* A formula in words: labels for names, so that it can be read by somebody who does not know the
   sheet. And what an input may be, in words. */
#include "xlsx.h"

#include <string.h>

static void add_words(struct xlsx *x, struct buffer *out, const struct node *node, unsigned home);

/* "memory_bandwidth" -> "memory bandwidth" */
static void add_name(struct buffer *out, const char *name) {
  for (; *name; name++) buffer_char(out, *name == '_' || *name == '.' ? ' ' : *name);
}

static void add_fact(struct xlsx *x, struct buffer *out, unsigned cell, size_t row) {
  const struct cell *here = &x->model->cells[cell];
  const struct fact_cell *fact = here->fact;
  add_name(out, fact->field);
  if (here->family && row != ROWS_ALL)
    buffer_print(out, " %s", x->model->words[fact->words[row % fact->word_count]]);
  const struct line *line = xlsx_line(x, cell);
  const char *owner = line->kind == LINE_TABLE ? line->domain->key : line->label;
  buffer_text(out, " of ");
  if (*owner) buffer_text(out, owner);
  else add_name(out, line->name);
}

static void add_label(struct xlsx *x, struct buffer *out, unsigned cell, size_t row) {
  const struct cell *here = &x->model->cells[cell];
  const struct line *line = xlsx_line(x, cell);
  if (here->kind == CELL_FACT) add_fact(x, out, cell, row);
  else if (here->kind == CELL_KEY) add_name(out, line->domain->key);
  else if (*line->label) buffer_text(out, line->label);
  else add_name(out, line->name);
}

const char *xlsx_label(struct xlsx *x, unsigned cell, size_t row) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  add_label(x, &out, cell, row);
  return xlsx_keep(x, &out);
}

/* A label with marks of its own, or a long one, is set in quotes. */
static bool needs_quotes(const char *label) {
  size_t words = 1;
  for (const char *at = label; *at; at++) words += *at == ' ';
  return words > 5 || strpbrk(label, ",;:()+*/") != NULL;
}

static void add_operand(struct xlsx *x, struct buffer *out, unsigned cell, size_t row,
                        unsigned home) {
  const char *label = xlsx_label(x, cell, row);
  bool quotes = needs_quotes(label);
  buffer_print(out, quotes ? "\xe2\x80\x9c%s\xe2\x80\x9d" : "%s", label);
  const struct instance *instance = &x->model->instances[x->model->cells[cell].instance];
  size_t size = strlen(instance->path);
  if (x->model->cells[cell].instance != home && size && x->model->cells[cell].kind != CELL_FACT)
    buffer_print(out, " (%.*s)", (int)size - 1, instance->path);
}

static void add_path(struct xlsx *x, struct buffer *out, const struct node *node, unsigned home) {
  unsigned cell = model_cell(x->model, home, node);
  size_t row = node->ref == REF_ROW ? node->parts->row : ROWS_ALL;
  add_operand(x, out, cell, row, home);
  if (node->ref != REF_LOOKUP) return;
  buffer_text(out, " at ");
  add_words(x, out, node->arguments[0], home);
}

static const char *symbol(const char *name) {
  static const char *const symbols[][2] = { { "*", "\xc3\x97" },      { "/", "\xc3\xb7" },
                                            { "-", "\xe2\x88\x92" },  { "<=", "\xe2\x89\xa4" },
                                            { ">=", "\xe2\x89\xa5" }, { "==", "=" },
                                            { "!=", "\xe2\x89\xa0" } };
  for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
    if (strcmp(symbols[i][0], name) == 0) return symbols[i][1];
  return name;
}

static void add_part(struct xlsx *x, struct buffer *out, const struct node *part, unsigned home,
                     bool brackets) {
  if (brackets) buffer_char(out, '(');
  add_words(x, out, part, home);
  if (brackets) buffer_char(out, ')');
}

static bool is_operator(const struct node *node) {
  return node->kind == NODE_CALL && node->function->form != FORM_CALL;
}

static void add_infix(struct xlsx *x, struct buffer *out, const struct node *node, unsigned home) {
  const struct node *left = node->arguments[0], *right = node->arguments[1];
  unsigned level = node->function->level;
  bool power = level == 5;
  add_part(x, out, left, home,
           is_operator(left) &&
               (left->function->level < level || (power && left->function->level == 5)));
  buffer_print(out, " %s ", symbol(node->function->name));
  add_part(x, out, right, home,
           is_operator(right) &&
               (right->function->level < level || (!power && right->function->level == level)));
}

static void add_call(struct xlsx *x, struct buffer *out, const struct node *node, unsigned home) {
  buffer_print(out, "%s(", node->function->name);
  for (unsigned i = 0; i < node->count; i++) {
    if (i) buffer_text(out, "; ");
    add_words(x, out, node->arguments[i], home);
  }
  buffer_char(out, ')');
}

static void add_choice(struct xlsx *x, struct buffer *out, const struct node *node, unsigned home) {
  static const char *const joints[] = { "if ", " then ", " else " };
  for (unsigned i = 0; i < 3; i++) {
    buffer_text(out, joints[i]);
    const struct node *part = node->arguments[i];
    bool nested = part->kind == NODE_CALL && part->function->rule == RULE_CHOOSE;
    add_part(x, out, part, home, nested);
  }
}

static void add_prior(struct xlsx *x, struct buffer *out, const struct node *node, unsigned home) {
  if (node->count > 2) buffer_print(out, "%s rows above: ", node->arguments[2]->literal->typed);
  else buffer_text(out, "the row above: ");
  add_part(x, out, node->arguments[0], home, is_operator(node->arguments[0]));
  buffer_text(out, ", at first ");
  add_part(x, out, node->arguments[1], home, is_operator(node->arguments[1]));
}

static bool is_sentence(const struct node *node) {
  if (node->kind != NODE_CALL) return false;
  return node->function->rule == RULE_CHOOSE || node->function->rule == RULE_PRIOR;
}

static void add_number(struct buffer *out, const struct node *node) {
  buffer_text(out, node->literal->typed);
  if (node->literal->unit) buffer_print(out, " %s", node->literal->unit->text);
}

static void add_words(struct xlsx *x, struct buffer *out, const struct node *node, unsigned home) {
  switch (node->kind) {
    case NODE_NUMBER: add_number(out, node); return;
    case NODE_TEXT: buffer_text(out, node->text); return;
    case NODE_PATH: add_path(x, out, node, home); return;
    case NODE_CALL: break;
  }
  bool inner = out->size > 0 && is_sentence(node) && out->bytes[out->size - 1] != '(';
  if (inner) buffer_char(out, '(');
  if (node->function->rule == RULE_CHOOSE) add_choice(x, out, node, home);
  else if (node->function->rule == RULE_PRIOR) add_prior(x, out, node, home);
  else if (node->function->form == FORM_INFIX) add_infix(x, out, node, home);
  else if (node->function->form == FORM_PREFIX) {
    buffer_text(out, out->size ? "\xe2\x88\x92" : "minus ");
    add_part(x, out, node->arguments[0], home, is_operator(node->arguments[0]));
  } else add_call(x, out, node, home);
  if (inner) buffer_char(out, ')');
}

const char *xlsx_words(struct xlsx *x, const struct node *node, unsigned home) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  add_words(x, &out, node, home);
  return xlsx_keep(x, &out);
}

const char *xlsx_source_text(struct xlsx *x, const char *name, const struct node *node) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_print(&out, "%s = ", name);
  formula_print(&out, node);
  return xlsx_keep(x, &out);
}

/* ---- inputs ---- */

static void add_likely(struct buffer *out, const struct line *line, const char *joint,
                       const char *between) {
  if (!line->domain->likely) return;
  buffer_text(out, joint);
  buffer_number(out, line->domain->likely->low);
  buffer_text(out, between);
  buffer_number(out, line->domain->likely->high);
}

const char *xlsx_set_words(struct xlsx *x, const struct line *line) {
  const struct set *set = line->domain->set;
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (set->kind == SET_REGISTRY) buffer_print(&out, "an item of %s", set->name);
  if (set->kind == SET_WORDS) buffer_print(&out, "one of %s", set->text);
  if (set->kind == SET_RANGE) {
    buffer_text(&out, "from ");
    buffer_number(&out, set->low);
    buffer_text(&out, " to ");
    buffer_number(&out, set->high);
    if (set->step > 0) buffer_text(&out, " in steps of ");
    if (set->step > 0) buffer_number(&out, set->step);
    add_likely(&out, line, "; likely ", " to ");
  }
  return xlsx_keep(x, &out);
}

const char *xlsx_set_text(struct xlsx *x, const struct line *line) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_print(&out, "%s = ", line->name);
  for (size_t i = 0; i < line->domain->value_count; i++) {
    const struct value *value = &line->domain->values[i];
    if (i) buffer_text(&out, ", ");
    if (value->word) buffer_text(&out, value->word);
    else if (value->typed) buffer_text(&out, value->typed);
    else buffer_number(&out, value->number);
  }
  add_likely(&out, line, " likely ", "..");
  buffer_print(&out, " in %s", line->domain->set->text);
  return xlsx_keep(x, &out);
}
