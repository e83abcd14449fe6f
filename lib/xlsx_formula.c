/* A tree as a formula of the spreadsheet, through the spellings of the function table. Numbers
   other than 0 and 1 become cells of their own, and so do parts of a long formula: both are kept in
   the list of what stands below the lines of the instance ("extras"). */
#include "xlsx.h"

#include <ctype.h>
#include <string.h>

static const char *spell(struct pen *pen, const struct node *node);

struct pen xlsx_pen(struct xlsx *x, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  struct pen pen = { .x = x, .cell = cell, .home = model_home(x->model, here) };
  pen.page = x->spots[cell].page;
  pen.owner = x->instance_page[here->instance];
  pen.column = here->table >= 0;
  if (here->formula == NULL) pen.home = here->instance;
  return pen;
}

/* ---- brackets ----
   By text: a spelling may put an argument between operators of its own, or between brackets. */

enum {
  LEVEL_NONE = 0,
  LEVEL_COMPARE = 1,
  LEVEL_JOIN,
  LEVEL_ADD,
  LEVEL_MULTIPLY,
  LEVEL_POWER,
  LEVEL_SIGN,
  LEVEL_CLOSED
};

static int level_of(char c) {
  switch (c) {
    case '<':
    case '>':
    case '=': return LEVEL_COMPARE;
    case '&': return LEVEL_JOIN;
    case '+':
    case '-': return LEVEL_ADD;
    case '*':
    case '/': return LEVEL_MULTIPLY;
    case '^': return LEVEL_POWER;
    default: return LEVEL_NONE;
  }
}

/* The loosest operator outside brackets and quotes; a sign counts as an addition. */
static int loosest(const char *text) {
  int depth = 0, found = LEVEL_CLOSED;
  char quote = 0;
  for (; *text; text++) {
    if (quote) {
      if (*text == quote) quote = 0;
      continue;
    }
    if (*text == '"' || *text == '\'') quote = *text;
    if (*text == '(') depth++;
    if (*text == ')') depth--;
    int level = depth == 0 ? level_of(*text) : LEVEL_NONE;
    if (level != LEVEL_NONE && level < found) found = level;
  }
  return found;
}

/* What binds to the left of `at` in a template. */
static int level_before(const char *start, const char *at) {
  if (at == start) return LEVEL_NONE;
  int level = level_of(at[-1]);
  bool sign = level == LEVEL_ADD && (at - 1 == start || strchr("(,<>=&+-*/^", at[-2]));
  return sign ? LEVEL_SIGN : level;
}

static bool needs_brackets(int argument, int before, int after) {
  if (argument == LEVEL_CLOSED) return false;
  if (before != LEVEL_NONE && argument <= before) return true;
  if (after == LEVEL_POWER || after == LEVEL_COMPARE) return argument <= after;
  return after != LEVEL_NONE && argument < after;
}

static void put_argument(struct buffer *out, const char *start, const char *at, const char *after,
                         const char *argument) {
  bool brackets = needs_brackets(loosest(argument), level_before(start, at), level_of(*after));
  if (brackets) buffer_char(out, '(');
  buffer_text(out, argument);
  if (brackets) buffer_char(out, ')');
}

static const char *expand(struct xlsx *x, const char *template, const char *const *arguments,
                          unsigned count) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  for (const char *at = template; *at; at++) {
    if (*at != '$') {
      buffer_char(&out, *at);
      continue;
    }
    if (at[1] == '*') {
      for (unsigned i = 0; i < count; i++) {
        if (i) buffer_char(&out, ',');
        buffer_text(&out, arguments[i]);
      }
    } else {
      unsigned index = (unsigned)(at[1] - '1');
      put_argument(&out, template, at, at + 2, index < count ? arguments[index] : "NA()");
    }
    at++;
  }
  return xlsx_keep(x, &out);
}

/* ---- references ---- */

/* The base-unit cell of a row; on its own page relative in a table, so that it can be copied down.
 */
static const char *address(struct xlsx *x, unsigned page, unsigned cell, size_t row) {
  const struct spot *spot = &x->spots[cell];
  bool here = spot->page == page;
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (!here) buffer_text(&out, x->pages[spot->page].quoted);
  bool table = here && x->pages[page].kind == PAGE_TABLE;
  xlsx_address(&out, spot->row + (unsigned)(row / spot->across),
               spot->base + (unsigned)(row % spot->across), !table);
  return xlsx_keep(x, &out);
}

const char *xlsx_reference(struct xlsx *x, unsigned page, unsigned cell, size_t row) {
  const struct spot *spot = &x->spots[cell];
  if (spot->page == GRAPH_NONE) {
    xlsx_refuse(x, MLS_VALUE, "a cell has no place in the workbook");
    return "NA()";
  }
  if (spot->name && spot->page == page && row == 0) return spot->name;
  return address(x, page, cell, row);
}

/* "F$12": a row of the runs, in the column of the pen. */
static void run_address(const struct pen *pen, unsigned row, struct buffer *out) {
  char letters[8];
  buffer_print(out, "%s$%u", xlsx_letters(letters, pen->run), row + 1);
}

static const char *run_cell(const struct pen *pen, unsigned row) {
  struct buffer out;
  buffer_open(&out, &pen->x->scratch);
  run_address(pen, row, &out);
  return xlsx_keep(pen->x, &out);
}

static const char *run_range(const struct pen *pen, unsigned first, unsigned rows) {
  struct buffer out;
  buffer_open(&out, &pen->x->scratch);
  run_address(pen, first, &out);
  buffer_char(&out, ':');
  run_address(pen, first + rows - 1, &out);
  return xlsx_keep(pen->x, &out);
}

static const char *reference(const struct pen *pen, unsigned cell, size_t row) {
  unsigned first = xlsx_run_row(pen, cell);
  return first ? run_cell(pen, first + (unsigned)row)
               : xlsx_reference(pen->x, pen->page, cell, row);
}

/* All rows of a cell in one of its columns. */
static const char *range(const struct pen *pen, unsigned cell, unsigned column) {
  struct xlsx *x = pen->x;
  const struct spot *spot = &x->spots[cell];
  unsigned first = xlsx_run_row(pen, cell);
  if (first) return run_range(pen, first, x->model->cells[cell].rows);
  size_t rows = x->model->cells[cell].rows / spot->across;
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (spot->page != pen->page) buffer_text(&out, x->pages[spot->page].quoted);
  xlsx_address(&out, spot->row, column, true);
  buffer_char(&out, ':');
  xlsx_address(&out, spot->row + (unsigned)rows - 1, column, true);
  return xlsx_keep(x, &out);
}

/* The cell a path means, at the row its formula stands in. */
static size_t row_of(const struct pen *pen, unsigned cell, const struct node *node) {
  const struct cell *here = &pen->x->model->cells[cell];
  bool same = here->table >= 0 && pen->column;
  if (node->ref == REF_ROW)
    return same ? pen->row * here->fact->word_count + node->parts->row : node->parts->row;
  return same ? pen->row : 0;
}

/* "hw.flops." before the key gives the name of the row, which stands in the block. */
static const char *spell_family(struct pen *pen, unsigned cell, const char *key, unsigned column) {
  struct xlsx *x = pen->x;
  const struct page *page = &x->pages[x->spots[cell].page];
  unsigned names = page->base + BASE_NAME;
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_print(&out, "INDEX(%s,MATCH(", range(pen, cell, column));
  xlsx_literal(
      &out, xlsx_print(x, "%s.%s.", xlsx_line(x, cell)->name, x->model->cells[cell].fact->field));
  buffer_print(&out, "&%s,%s,0))", loosest(key) <= LEVEL_JOIN ? xlsx_print(x, "(%s)", key) : key,
               range(pen, cell, names));
  return xlsx_keep(x, &out);
}

/* Words of a family side by side, in the row of the item; their names head the columns. */
static const char *spell_family_across(struct pen *pen, unsigned cell, const char *key) {
  struct xlsx *x = pen->x;
  const struct spot *spot = &x->spots[cell];
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, "INDEX(");
  xlsx_address(&out, spot->row + (unsigned)pen->row, spot->base, false);
  buffer_char(&out, ':');
  xlsx_address(&out, spot->row + (unsigned)pen->row, spot->base + spot->across - 1, false);
  buffer_text(&out, ",1,MATCH("); /* 1: not all spreadsheets count along a single row */
  xlsx_literal(&out, xlsx_print(x, "%s.%s.", xlsx_line(x, cell)->domain->key,
                                x->model->cells[cell].fact->field));
  buffer_print(&out, "&%s,", loosest(key) <= LEVEL_JOIN ? xlsx_print(x, "(%s)", key) : key);
  unsigned heads = x->pages[spot->page].first - 2;
  xlsx_address(&out, heads, spot->base, true);
  buffer_char(&out, ':');
  xlsx_address(&out, heads, spot->base + spot->across - 1, true);
  buffer_text(&out, ",0))");
  return xlsx_keep(x, &out);
}

static unsigned key_cell(const struct xlsx *x, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  const struct instance *instance = &x->model->instances[here->instance];
  const struct sheet *sheet = instance->sheet;
  return instance->cells[sheet->tables[here->table]];
}

static const char *spell_lookup(struct pen *pen, unsigned cell, const struct node *node) {
  struct xlsx *x = pen->x;
  const struct cell *here = &x->model->cells[cell];
  const char *key = spell(pen, node->arguments[0]);
  if (here->family) {
    if (here->table >= 0) return spell_family_across(pen, cell, key);
    return spell_family(pen, cell, key, x->spots[cell].base);
  }
  const char *column = range(pen, cell, x->spots[cell].base);
  const char *keys = range(pen, key_cell(x, cell), 0);
  return xlsx_print(x, "INDEX(%s,MATCH(%s,%s,0))", column, key, keys);
}

const char *xlsx_spell_family(struct pen *pen, unsigned cell, const struct node *node,
                              unsigned column) {
  return spell_family(pen, cell, spell(pen, node->arguments[0]), column);
}

static const char *spell_path(struct pen *pen, const struct node *node) {
  struct xlsx *x = pen->x;
  unsigned cell = model_cell(x->model, pen->home, node);
  if (node->ref == REF_LOOKUP) return spell_lookup(pen, cell, node);
  if (node->ref == REF_COLUMN) return range(pen, cell, x->spots[cell].base);
  return reference(pen, cell, row_of(pen, cell, node));
}

/* ---- extras ---- */

static const char *extra_reference(struct pen *pen, size_t index) {
  struct xlsx *x = pen->x;
  const struct page *owner = &x->pages[pen->owner];
  const struct extra *extra = &owner->extras[index];
  if (extra->name && pen->page == pen->owner) return extra->name;
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (pen->page != pen->owner) buffer_text(&out, owner->quoted);
  xlsx_address(&out, xlsx_extra_row(owner, index), owner->base + BASE_VALUE, true);
  return xlsx_keep(x, &out);
}

static bool add_extra(struct pen *pen, struct extra extra, size_t *index) {
  struct xlsx *x = pen->x;
  struct page *owner = &x->pages[pen->owner];
  struct extra *extras = memory_grow(&x->memory, owner->extras, owner->extra_count,
                                     &owner->extra_room, sizeof *extras);
  if (!extras) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return false;
  }
  owner->extras = extras;
  *index = owner->extra_count++;
  extras[*index] = extra;
  if (xlsx_extra_row(owner, *index) >= XLSX_ROWS)
    xlsx_refuse(x, MLS_LIMIT, "%s has too many lines for a worksheet", owner->name);
  return true;
}

/* "2 [FLOP/param]" -> "k_2_FLOP_per_param": a name that says the value. */
static const char *constant_name(struct xlsx *x, unsigned page, const struct node *node) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, "k_");
  for (const char *typed = node->literal->typed; *typed; typed++) {
    char c = *typed;
    if (c == '-') buffer_char(&out, 'm');
    else if (isalnum((unsigned char)c) || c == '.') buffer_char(&out, c);
  }
  const char *unit = node->literal->unit ? node->literal->unit->text : "";
  if (*unit) buffer_char(&out, '_');
  for (; *unit; unit++) {
    if (*unit == '/') buffer_text(&out, "_per_");
    else if (*unit == '%') buffer_text(&out, "percent");
    else if (isalnum((unsigned char)*unit)) buffer_char(&out, *unit);
    else if (*unit == '*') buffer_char(&out, '_');
  }
  return xlsx_take(x, page, xlsx_keep(x, &out));
}

static const void *constant_key(const struct node *node) {
  size_t hash = hash_bytes(&node->literal->number, sizeof node->literal->number);
  hash ^= hash_bytes(&node->literal->unit, sizeof node->literal->unit);
  return (const void *)(uintptr_t)(hash | 1);
}

static bool same_constant(const struct node *a, const struct node *b) {
  return a->literal->number == b->literal->number && a->literal->unit == b->literal->unit;
}

/* A cell counts once, however often its formula is spelled. */
static void count_use(struct pen *pen, size_t index) {
  struct xlsx *x = pen->x;
  struct page *owner = &x->pages[pen->owner];
  uintptr_t pair = (uintptr_t)index * x->model->cell_count + pen->cell + 1;
  size_t before;
  if (map_get(&owner->users, (const void *)pair, &before)) return;
  owner->extras[index].uses++;
  if (map_put(&owner->users, (const void *)pair, 1) != MLS_OK && x->status == MLS_OK)
    x->status = fail_memory(x->report->fails);
}

static const char *spell_constant(struct pen *pen, const struct node *node) {
  struct xlsx *x = pen->x;
  struct page *owner = &x->pages[pen->owner];
  size_t index, first = 0;
  const void *key = constant_key(node);
  if (!map_get(&owner->constants, key, &first)) first = 0;
  for (size_t next = first; next; next = owner->extras[index].next) {
    index = next - 1;
    if (!same_constant(owner->extras[index].node, node)) continue;
    count_use(pen, index);
    return extra_reference(pen, index);
  }
  struct extra extra = { .node = node, .home = pen->home, .cell = pen->cell, .next = first };
  extra.name = constant_name(x, pen->owner, node);
  if (!add_extra(pen, extra, &index)) return "NA()";
  if (map_put(&owner->constants, key, index + 1) != MLS_OK) x->status = MLS_MEMORY;
  count_use(pen, index);
  return extra_reference(pen, index);
}

static const char *spell_number(struct pen *pen, const struct node *node) {
  const struct literal *literal = node->literal;
  bool si = !literal->unit || literal->unit->factor == 1;
  if (si && literal->number == 0) return "0";
  if (si && literal->number == 1) return "1";
  return spell_constant(pen, node);
}

/* ---- calls ---- */

static bool is_whole_power(const struct node *node) {
  const struct node *power = node->arguments[1];
  if (power->kind == NODE_CALL && power->count == 1 && power->function->form == FORM_PREFIX)
    power = power->arguments[0];
  if (power->kind != NODE_NUMBER || power->literal->unit) return false;
  double number = power->literal->number;
  return number != 0 && number == (double)(long)number;
}

static const char *spelling(const struct node *node) {
  const struct function *function = node->function;
  if (node_is_total(node) && node->count == 2) return function->excel_where;
  if (!function->excel_other) return function->excel;
  if (function->rule == RULE_EQUAL)
    return node->arguments[0]->type->kind == KIND_TEXT ? function->excel_other : function->excel;
  return is_whole_power(node) ? function->excel_other : function->excel;
}

size_t xlsx_rows_apart(const struct node *node) {
  size_t most = 0;
  for (unsigned i = 0; i < node->count; i++) {
    size_t rows = xlsx_rows_apart(node->arguments[i]);
    if (rows > most) most = rows;
  }
  return most + node_lag(node);
}

static const char *spell_prior(struct pen *pen, const struct node *node) {
  size_t lag = node_lag(node);
  if (pen->row < lag) return spell(pen, node->arguments[1]);
  struct pen above = *pen;
  above.row -= lag;
  return spell(&above, node->arguments[0]);
}

static const char *spell_call(struct pen *pen, const struct node *node) {
  struct xlsx *x = pen->x;
  if (node->function->rule == RULE_PRIOR) return spell_prior(pen, node);
  if (node->function->rule == RULE_MISSING) return expand(x, node->function->excel, NULL, 0);
  const char **arguments = memory_array(&x->scratch, node->count, sizeof *arguments);
  const char *template = spelling(node);
  if (!arguments || !template) {
    if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
    return "NA()";
  }
  for (unsigned i = 0; i < node->count; i++) arguments[i] = spell(pen, node->arguments[i]);
  return expand(x, template, arguments, node->count);
}

/* The cell of a step that was made for this node, or NULL. */
static const char *step_reference(struct pen *pen, const struct node *node) {
  struct xlsx *x = pen->x;
  size_t index;
  if (node == pen->whole || node->kind == NODE_NUMBER || node->kind == NODE_TEXT) return NULL;
  if (pen->runs)
    return map_get(xlsx_run_steps(pen), node, &index)
               ? run_cell(pen, (unsigned)(index + (pen->column ? pen->row : 0)))
               : NULL;
  const struct page *page = &x->pages[pen->page];
  if (pen->column && map_get(&page->steps, node, &index)) {
    struct buffer out;
    buffer_open(&out, &x->scratch);
    xlsx_address(&out, page->first + (unsigned)pen->row, page->columns[index].base, false);
    return xlsx_keep(x, &out);
  }
  return map_get(&x->pages[pen->owner].steps, node, &index) ? extra_reference(pen, index) : NULL;
}

static const char *spell_text(struct pen *pen, const struct node *node) {
  struct buffer out;
  buffer_open(&out, &pen->x->scratch);
  if (strlen(node->text) > XLSX_QUOTED)
    xlsx_refuse(pen->x, MLS_LIMIT, "a text in a spreadsheet formula has at most %d characters",
                XLSX_QUOTED);
  xlsx_literal(&out, xlsx_word(pen->x, node->text));
  return xlsx_keep(pen->x, &out);
}

static const char *spell(struct pen *pen, const struct node *node) {
  if (pen->x->status != MLS_OK) return "";
  const char *step = step_reference(pen, node);
  if (step) return step;
  switch (node->kind) {
    case NODE_NUMBER: return spell_number(pen, node);
    case NODE_TEXT: return spell_text(pen, node);
    case NODE_PATH: return spell_path(pen, node);
    default: return spell_call(pen, node);
  }
}

const char *xlsx_spell(struct pen *pen, const struct node *node) { return spell(pen, node); }
