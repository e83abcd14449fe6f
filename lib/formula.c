/* A recursive descent over the grammar of docs/language: one function a rule. Operators and
   functions are rows of the function table; nothing here knows one by name but the sign and the
   brackets. */
#include "formula.h"

#include <stddef.h>
#include <string.h>

#include "limits.h"

struct parser {
  struct formulas *to;
  struct fails *fails;
  struct place place; /* of text.at[at] */
  struct slice text;
  size_t at;
  int depth;
};

static mls_status parse_formula(struct parser *p, struct node **out);
static mls_status parse_sign(struct parser *p, struct node **out);

/* ---- scanning ---- */

static char look(const struct parser *p) { return p->at < p->text.size ? p->text.at[p->at] : 0; }

static void step(struct parser *p) {
  char c = p->text.at[p->at++];
  if (c == '\n') {
    p->place.line++;
    p->place.column = 1;
  } else if (((unsigned char)c & 0xC0) != 0x80) {
    p->place.column++;
  }
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void skip_blanks(struct parser *p) {
  while (is_blank(look(p))) step(p);
}

static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

/* What stands here, for "found ...": a word, a character, or the end. */
static struct slice found(const struct parser *p) {
  size_t end = p->at;
  while (end < p->text.size &&
         (is_letter(p->text.at[end]) || is_digit(p->text.at[end]) || p->text.at[end] == '_'))
    end++;
  if (end == p->at && end < p->text.size) {
    end++;
    while (end < p->text.size && ((unsigned char)p->text.at[end] & 0xC0) == 0x80) end++;
  }
  return (struct slice){ p->text.at + p->at, end - p->at };
}

static mls_status expected(struct parser *p, const char *what) {
  struct slice here = found(p);
  if (here.size == 0)
    return fail_add(p->fails, MLS_SYNTAX, p->place, "expected %s, found the end of the line", what);
  return fail_add(p->fails, MLS_SYNTAX, p->place, "expected %s, found \"%.*s\"", what,
                  (int)here.size, here.at);
}

void formulas_open(struct formulas *formulas, struct memory *memory, struct names *names,
                   struct units *units, struct fails *fails) {
  *formulas = (struct formulas){ .memory = memory, .names = names, .units = units, .fails = fails };
  memory_open_beside(&formulas->scratch, memory);
}

void formulas_close(struct formulas *formulas) { memory_close(&formulas->scratch); }

struct node *node_make(struct memory *memory, enum node_kind kind, unsigned count) {
  struct node *node = memory_push(memory, sizeof *node + count * sizeof *node->arguments);
  if (!node) return NULL;
  node->kind = (unsigned)kind & 3u;
  node->count = (unsigned char)count;
  node->depth = 1;
  if (kind == NODE_CALL) node->total = NODE_PLAIN;
  return node;
}

static mls_status make(struct parser *p, enum node_kind kind, struct place place, unsigned count,
                       struct node **out) {
  struct node *node = node_make(p->to->memory, kind, count);
  if (!node) return fail_memory(p->fails);
  node->line = (unsigned)place.line;
  node->column = (unsigned)place.column & 0xfffffu;
  *out = node;
  return MLS_OK;
}

static mls_status too_deep(struct parser *p) {
  return fail_add(p->fails, MLS_LIMIT, p->place,
                  "the formula is more than %d deep (LIMIT_DEPTH); name a part of it in a cell",
                  LIMIT_DEPTH);
}

/* The last `node->count` of the stack become its arguments. */
static mls_status take_arguments(struct parser *p, struct node *node) {
  unsigned deepest = 0;
  p->to->stack_count -= node->count;
  for (unsigned i = 0; i < node->count; i++) {
    node->arguments[i] = p->to->stack[p->to->stack_count + i];
    if (node->arguments[i]->depth > deepest) deepest = node->arguments[i]->depth;
  }
  if (deepest >= LIMIT_DEPTH) return too_deep(p);
  node->depth = (deepest + 1) & 0x3ffu;
  return MLS_OK;
}

static mls_status stack_argument(struct parser *p, struct node *argument) {
  struct formulas *to = p->to;
  struct node **stack =
      memory_grow(&to->scratch, to->stack, to->stack_count, &to->stack_room, sizeof *stack);
  if (!stack) return fail_memory(p->fails);
  to->stack = stack;
  stack[to->stack_count++] = argument;
  return MLS_OK;
}

/* ---- atoms ---- */

static struct slice scan_number(struct parser *p) {
  size_t start = p->at;
  while (is_digit(look(p)) || look(p) == '_') step(p);
  if (look(p) == '.' && p->at + 1 < p->text.size && p->text.at[p->at + 1] != '.') {
    step(p);
    while (is_digit(look(p)) || look(p) == '_') step(p);
  }
  if (look(p) == 'e' || look(p) == 'E') {
    step(p);
    if (look(p) == '+' || look(p) == '-') step(p);
    while (is_digit(look(p))) step(p);
  }
  return (struct slice){ p->text.at + start, p->at - start };
}

static mls_status parse_brackets(struct parser *p, const struct unit **out) {
  step(p);
  struct place place = p->place;
  size_t start = p->at;
  while (p->at < p->text.size && look(p) != ']') step(p);
  if (look(p) != ']') return expected(p, "] after the unit");
  struct slice text = { p->text.at + start, p->at - start };
  step(p);
  return unit_in_brackets(p->to->units, text, place, p->fails, out);
}

static mls_status parse_number(struct parser *p, struct node **out) {
  struct place place = p->place;
  struct slice typed = scan_number(p);
  struct literal *literal = memory_push(p->to->memory, sizeof *literal);
  if (!literal) return fail_memory(p->fails);
  if (!text_read_number(typed, &literal->number))
    return fail_add(p->fails, MLS_SYNTAX, place, "\"%.*s\" is not a number", (int)typed.size,
                    typed.at);
  if (literal->number - literal->number != 0)
    return fail_add(p->fails, MLS_RANGE, place, "%.*s is too large for a number", (int)typed.size,
                    typed.at);
  if (is_letter(look(p)) || look(p) == '.' || look(p) == '_')
    return expected(p, "a space or an operator after the number; units stand in [brackets]");
  literal->typed = memory_text(p->to->memory, typed.at, typed.size);
  if (!literal->typed) return fail_memory(p->fails);
  skip_blanks(p);
  if (look(p) == '[') TRY(parse_brackets(p, &literal->unit));
  TRY(make(p, NODE_NUMBER, place, 0, out));
  (*out)->literal = literal;
  return MLS_OK;
}

static mls_status parse_text(struct parser *p, struct node **out) {
  struct place place = p->place;
  TRY(make(p, NODE_TEXT, place, 0, out));
  step(p);
  size_t start = p->at;
  while (p->at < p->text.size && look(p) != '"' && look(p) != '\n') step(p);
  if (look(p) != '"') return fail_add(p->fails, MLS_SYNTAX, place, "text without a closing quote");
  (*out)->text = names_add(p->to->names, (struct slice){ p->text.at + start, p->at - start });
  step(p);
  return (*out)->text ? MLS_OK : fail_memory(p->fails);
}

/* Arguments in parentheses, onto the stack. */
static mls_status parse_arguments(struct parser *p, unsigned *count) {
  *count = 0;
  step(p);
  for (;;) {
    skip_blanks(p);
    if (*count >= LIMIT_ARGUMENTS)
      return fail_add(p->fails, MLS_LIMIT, p->place, "more than %d arguments (LIMIT_ARGUMENTS)",
                      LIMIT_ARGUMENTS);
    struct node *argument = NULL;
    TRY(parse_formula(p, &argument));
    TRY(stack_argument(p, argument));
    ++*count;
    skip_blanks(p);
    if (look(p) == ')') break;
    if (look(p) != ',') return expected(p, ", or )");
    step(p);
  }
  step(p);
  return MLS_OK;
}

static mls_status unknown_function(struct parser *p, struct place place, struct slice name) {
  struct nearest nearest = { .wanted = name };
  function_offer_all(&nearest);
  return fail_add(p->fails, MLS_NAME, place, "unknown function %.*s%s", (int)name.size, name.at,
                  nearest_hint(p->to->memory, &nearest));
}

static mls_status parse_call(struct parser *p, struct place place, struct slice name,
                             struct node **out) {
  const struct function *f = function_find(name, FORM_CALL);
  unsigned count;
  if (!f) return unknown_function(p, place, name);
  TRY(parse_arguments(p, &count));
  TRY(make(p, NODE_CALL, place, count, out));
  (*out)->function = f;
  TRY(take_arguments(p, *out));
  if (count >= f->least && count <= f->most) return MLS_OK;
  if (f->least == f->most)
    return fail_add(p->fails, MLS_SYNTAX, place, "%s takes %d argument%s, found %u", f->name,
                    f->least, f->least == 1 ? "" : "s", count);
  return fail_add(p->fails, MLS_SYNTAX, place, "%s takes %d to %d arguments, found %u", f->name,
                  f->least, f->most, count);
}

static bool is_part(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

/* The parts of a path while they are read. */
struct path {
  const char *names[LIMIT_PATH];
  unsigned count;
};

static mls_status parse_part(struct parser *p, struct path *path) {
  size_t start = p->at;
  if (!is_part(look(p))) return expected(p, "a name after the dot");
  while (is_part(look(p))) step(p);
  struct slice part = { p->text.at + start, p->at - start };
  const char *interned = names_add(p->to->names, part);
  if (!interned) return fail_memory(p->fails);
  path->names[path->count++] = interned;
  return MLS_OK;
}

static mls_status check_parts(struct parser *p, const struct path *path, struct place place) {
  for (unsigned i = 0; i < path->count; i++) {
    struct slice name = slice_of(path->names[i]);
    bool first = i == 0;
    if ((first ? !name_is_sound(name) : name.size > LIMIT_NAME))
      return fail_add(
          p->fails, MLS_SYNTAX, place,
          "\"%s\" is not a name: lower case letters, digits and _ (texts stand in quotes)",
          path->names[i]);
    if (name_is_reserved(name))
      return fail_add(p->fails, MLS_NAME, place, "%s is a reserved word", path->names[i]);
  }
  return MLS_OK;
}

static mls_status make_path(struct parser *p, struct place place, const struct path *path,
                            unsigned keys, struct node **out) {
  TRY(make(p, NODE_PATH, place, keys, out));
  (*out)->name_count = (unsigned char)path->count;
  (*out)->name = path->names[0];
  if (path->count == 1) return MLS_OK;
  struct parts *parts = memory_push(p->to->memory, sizeof *parts + path->count * sizeof(char *));
  unsigned *hop = memory_array(p->to->memory, path->count - 1, sizeof *hop);
  if (!parts || !hop) return fail_memory(p->fails);
  memcpy(parts->names, path->names, path->count * sizeof *path->names);
  parts->hop = hop;
  (*out)->parts = parts;
  return MLS_OK;
}

static mls_status parse_path(struct parser *p, struct node **out) {
  struct place place = p->place;
  struct path path = { .count = 0 };
  unsigned keys = 0;
  TRY(parse_part(p, &path));
  if (look(p) == '(') return parse_call(p, place, slice_of(path.names[0]), out);
  while (look(p) == '.') {
    step(p);
    if (path.count == LIMIT_PATH)
      return fail_add(p->fails, MLS_LIMIT, place, "a path of more than %d parts (LIMIT_PATH)",
                      LIMIT_PATH);
    TRY(parse_part(p, &path));
  }
  TRY(check_parts(p, &path, place));
  if (look(p) == '(') TRY(parse_arguments(p, &keys));
  if (keys > 1)
    return fail_add(p->fails, MLS_SYNTAX, place, "a look-up takes one key, found %u", keys);
  TRY(make_path(p, place, &path, keys, out));
  return take_arguments(p, *out);
}

static mls_status parse_inner(struct parser *p, struct node **out) {
  step(p);
  skip_blanks(p);
  TRY(parse_formula(p, out));
  skip_blanks(p);
  if (look(p) != ')') return expected(p, ")");
  step(p);
  return MLS_OK;
}

static mls_status parse_atom(struct parser *p, struct node **out) {
  if (p->depth >= LIMIT_DEPTH) return too_deep(p);
  p->depth++;
  char c = look(p);
  mls_status status;
  if (is_digit(c)) status = parse_number(p, out);
  else if (c == '"') status = parse_text(p, out);
  else if (c == '(') status = parse_inner(p, out);
  else if (is_letter(c)) status = parse_path(p, out);
  else status = expected(p, "a number, a name, a text or (");
  p->depth--;
  return status;
}

/* ---- operators ---- */

static mls_status operate(struct parser *p, const struct function *function, struct place place,
                          struct node *left, struct node *right, struct node **out) {
  TRY(stack_argument(p, left));
  if (right) TRY(stack_argument(p, right));
  TRY(make(p, NODE_CALL, place, right ? 2 : 1, out));
  (*out)->function = function;
  return take_arguments(p, *out);
}

/* The operator that stands here, or NULL. */
static const struct function *operator_here(struct parser *p) {
  skip_blanks(p);
  char c = look(p);
  if (c == ')' || c == ',' || c == 0) return NULL;
  bool pair = p->at + 1 < p->text.size && p->text.at[p->at + 1] == '=';
  return function_find((struct slice){ p->text.at + p->at, pair ? 2 : 1 }, FORM_INFIX);
}

static void skip_operator(struct parser *p, const struct function *function) {
  for (size_t i = strlen(function->name); i > 0; i--) step(p);
  skip_blanks(p);
}

enum { LEVEL_COMPARE = 1, LEVEL_SUM = 2, LEVEL_PRODUCT = 3, LEVEL_POWER = 5 };

static mls_status parse_power(struct parser *p, struct node **out) {
  TRY(parse_atom(p, out));
  const struct function *power = operator_here(p);
  if (!power || power->level != LEVEL_POWER) return MLS_OK;
  struct place place = p->place;
  struct node *right = NULL;
  skip_operator(p, power);
  p->depth++;
  mls_status status = parse_sign(p, &right);
  p->depth--;
  return status == MLS_OK ? operate(p, power, place, *out, right, out) : status;
}

static mls_status parse_sign(struct parser *p, struct node **out) {
  if (look(p) != '-') return parse_power(p, out);
  const struct function *minus =
      function_find((struct slice){ p->text.at + p->at, 1 }, FORM_PREFIX);
  if (!minus) return parse_power(p, out);
  if (p->depth >= LIMIT_DEPTH) return too_deep(p);
  struct place place = p->place;
  struct node *right = NULL;
  skip_operator(p, minus);
  p->depth++;
  mls_status status = parse_sign(p, &right);
  p->depth--;
  return status == MLS_OK ? operate(p, minus, place, right, NULL, out) : status;
}

/* Operators of `lowest` level and above, up to products, each level from left to right. */
static mls_status parse_binary(struct parser *p, int lowest, struct node **out) {
  const struct function *function;
  TRY(parse_sign(p, out));
  while ((function = operator_here(p)) && function->level >= lowest &&
         function->level <= LEVEL_PRODUCT) {
    struct place place = p->place;
    struct node *right = NULL;
    skip_operator(p, function);
    TRY(parse_binary(p, function->level + 1, &right));
    TRY(operate(p, function, place, *out, right, out));
  }
  return MLS_OK;
}

static mls_status parse_formula(struct parser *p, struct node **out) {
  TRY(parse_binary(p, LEVEL_SUM, out));
  const struct function *compare = operator_here(p);
  if (!compare || compare->level != LEVEL_COMPARE) return MLS_OK;
  struct place place = p->place;
  struct node *right = NULL;
  skip_operator(p, compare);
  TRY(parse_binary(p, LEVEL_SUM, &right));
  TRY(operate(p, compare, place, *out, right, out));
  compare = operator_here(p);
  if (compare && compare->level == LEVEL_COMPARE)
    return expected(p, "one comparison; join two with and(..., ...)");
  return MLS_OK;
}

mls_status formula_parse(struct formulas *formulas, struct place place, struct slice text,
                         struct node **out) {
  struct parser p = { formulas, formulas->fails, place, text, 0, 0 };
  struct node *node = NULL;
  *out = NULL;
  formulas->stack_count = 0;
  skip_blanks(&p);
  TRY(parse_formula(&p, &node));
  skip_blanks(&p);
  if (p.at < text.size) return expected(&p, "an operator or the end of the formula");
  *out = node;
  return MLS_OK;
}

/* ---- printing ---- */

static int level_of(const struct node *node) {
  bool infix = node->kind == NODE_CALL && node->function->form != FORM_CALL;
  return infix ? node->function->level : 6;
}

static void print_inner(struct buffer *buffer, const struct node *node, bool brackets) {
  if (brackets) buffer_char(buffer, '(');
  formula_print(buffer, node);
  if (brackets) buffer_char(buffer, ')');
}

static void print_infix(struct buffer *buffer, const struct node *node) {
  int level = node->function->level;
  bool power = level == LEVEL_POWER; /* binds to the right, and its right side may be a sign */
  const struct node *left = node->arguments[0], *right = node->arguments[1];
  print_inner(buffer, left,
              power ? level_of(left) <= level : level_of(left) < level + (level == 1));
  buffer_print(buffer, " %s ", node->function->name);
  print_inner(buffer, right, power ? level_of(right) < 4 : level_of(right) <= level);
}

static void print_arguments(struct buffer *buffer, const struct node *node) {
  buffer_char(buffer, '(');
  for (unsigned i = 0; i < node->count; i++) {
    if (i > 0) buffer_text(buffer, ", ");
    formula_print(buffer, node->arguments[i]);
  }
  buffer_char(buffer, ')');
}

static void print_call(struct buffer *buffer, const struct node *node) {
  if (node->function->form == FORM_INFIX) {
    print_infix(buffer, node);
  } else if (node->function->form == FORM_PREFIX) {
    buffer_text(buffer, node->function->name);
    print_inner(buffer, node->arguments[0], level_of(node->arguments[0]) < node->function->level);
  } else {
    buffer_text(buffer, node->function->name);
    print_arguments(buffer, node);
  }
}

void formula_print(struct buffer *buffer, const struct node *node) {
  if (node->kind == NODE_NUMBER) {
    buffer_text(buffer, node->literal->typed);
    if (node->literal->unit) buffer_print(buffer, " [%s]", node->literal->unit->text);
  } else if (node->kind == NODE_TEXT) {
    buffer_print(buffer, "\"%s\"", node->text);
  } else if (node->kind == NODE_CALL) {
    print_call(buffer, node);
  } else {
    for (unsigned i = 0; i < node->name_count; i++)
      buffer_print(buffer, "%s%s", i ? "." : "", node_name(node, i));
    if (node->count) print_arguments(buffer, node);
  }
}

bool node_same_way(const struct node *a, const struct node *b) {
  if (a->hops != b->hops) return false;
  return a->hops == 0 || memcmp(a->parts->hop, b->parts->hop, a->hops * sizeof *a->parts->hop) == 0;
}

bool node_is_zero(const struct node *node) {
  if (node->kind == NODE_NUMBER) return node->literal->number == 0 && !node->literal->unit;
  return node->kind == NODE_CALL && node->function->form == FORM_PREFIX &&
         node_is_zero(node->arguments[0]);
}

unsigned node_lag(const struct node *node) {
  if (node->kind != NODE_CALL || node->function->rule != RULE_PRIOR) return 0;
  return node->count > 2 ? (unsigned)node->arguments[2]->literal->number : 1;
}

bool node_is_constant(const struct node *node) {
  if (node->kind != NODE_NUMBER) return false;
  double number = node->literal->number;
  return number != 0 && number != 1 && number != 2 && number != 0.5;
}
