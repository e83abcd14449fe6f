/* Declares the names of a sheet, reads its sets and defaults against the registries, checks the
   sheets it uses, and drives resolve.c and prove.c over its formulas in an order in which the kind
   of every cell is known before it is needed. */
#include "check.h"

#include <math.h>
#include <string.h>

#include "limits.h"
#include "progress.h"
#include "renamed.h"

struct place node_place(const struct sheet *sheet, const struct node *node) {
  return (struct place){ sheet->file, (int)node->line, (int)node->column };
}

struct type type_number(const struct dims *strict, const struct dims *count) {
  return (struct type){ KIND_NUMBER, false, false, strict, count };
}

static mls_status give_type(struct checker *c, struct line *line, struct type type) {
  line->type = type_intern(c->units, type);
  return line->type ? MLS_OK : fail_memory(c->fails);
}

/* ---- names ---- */

static mls_status declare(struct checker *c, struct sheet *sheet, struct line_index *names,
                          unsigned index) {
  struct line *line = &sheet->lines[index];
  size_t other;
  if (line_find(sheet, names, line->name, &other)) {
    line->wrong = true;
    return fail_add(c->fails, MLS_NAME, line_place(c->sheet, line), "%s stands in line %d already",
                    line->name, (int)sheet->lines[other].line);
  }
  if (line_index_reserve(sheet, names, c->memory, 1) != MLS_OK) return fail_memory(c->fails);
  line_index_put(sheet, names, index);
  return MLS_OK;
}

static mls_status count_parts(struct checker *c, struct sheet *sheet) {
  size_t tables = 0, uses = 0, names = 0;
  for (size_t i = 0; i < sheet->line_count; i++) {
    const struct line *line = &sheet->lines[i];
    tables += line->kind == LINE_TABLE;
    uses += line->kind == LINE_USE;
    names += line->name && line->table < 0;
  }
  sheet->tables = memory_array(c->memory, tables, sizeof *sheet->tables);
  sheet->columns = memory_array(c->memory, tables, sizeof *sheet->columns);
  sheet->uses = memory_array(c->memory, uses, sizeof *sheet->uses);
  sheet->used = memory_array(c->memory, uses, sizeof *sheet->used);
  mls_status named = line_index_reserve(sheet, &sheet->symbols, c->memory, names);
  bool all = sheet->tables && sheet->columns && sheet->uses && sheet->used && named == MLS_OK;
  return all ? MLS_OK : fail_memory(c->fails);
}

/* Line index of a table to its index among the tables, which lines keep from here on. */
static void number_table(struct sheet *sheet, unsigned index) {
  struct line *line = &sheet->lines[index];
  line->domain->index = (unsigned)sheet->table_count;
  sheet->tables[sheet->table_count++] = index;
}

static mls_status declare_line(struct checker *c, struct sheet *sheet, unsigned index) {
  struct line *line = &sheet->lines[index];
  if (line->kind == LINE_TABLE) number_table(sheet, index);
  if (line->kind == LINE_USE) {
    line->use->index = (unsigned)sheet->use_count;
    sheet->uses[sheet->use_count++] = index;
  }
  if (line->table >= 0) line->table = (int)sheet->lines[line->table].domain->index;
  if (line->kind == LINE_NOTE || !line->name) return MLS_OK;
  if (line->kind == LINE_CHART) return declare(c, sheet, &sheet->charts, index);
  bool column = line->table >= 0;
  return declare(c, sheet, column ? &sheet->columns[line->table] : &sheet->symbols, index);
}

static mls_status declare_all(struct checker *c, struct sheet *sheet) {
  map_open(&sheet->shared, c->memory);
  TRY(count_parts(c, sheet));
  for (size_t i = 0; i < sheet->line_count; i++)
    if (declare_line(c, sheet, (unsigned)i) == MLS_MEMORY) return MLS_MEMORY;
  for (size_t i = 0; i < sheet->table_count; i++) {
    struct line *table = &sheet->lines[sheet->tables[i]];
    size_t column;
    if (table->domain->key && line_find(sheet, &sheet->columns[i], table->domain->key, &column))
      fail_add(c->fails, MLS_NAME, line_place(sheet, &sheet->lines[column]),
               "%s is the key of the table already", table->domain->key);
  }
  return MLS_OK;
}

/* ---- sets and defaults ---- */

size_t set_rows(const struct set *set) {
  if (set->kind == SET_WORDS) return set->count;
  if (set->kind == SET_REGISTRY) return set->registry ? set->registry->item_count : 0;
  double rows = floor((set->high - set->low) / (set->step > 0 ? set->step : 1) + 1e-9) + 1;
  return rows <= (double)LIMIT_ROWS ? (size_t)rows : (size_t)LIMIT_ROWS + 1;
}

/* Bounds hold within 2^-48 of the larger, steps within 1e-9 of a step. */
bool set_holds_number(const struct set *set, double number) {
  if (set->kind != SET_RANGE) return false;
  if (number < set->low && !value_equal(number, set->low)) return false;
  if (number > set->high && !value_equal(number, set->high)) return false;
  if (set->step <= 0) return true;
  double steps = (number - set->low) / set->step;
  return fabs(steps - floor(steps + 0.5)) <= 1e-9;
}

bool set_holds_word(const struct set *set, const char *word) {
  size_t item;
  if (set->kind == SET_REGISTRY) return set->registry && registry_item(set->registry, word, &item);
  for (size_t i = 0; i < set->count; i++)
    if (set->words[i] == word) return true;
  return false;
}

static mls_status find_set_registry(struct checker *c, struct line *line) {
  struct set *set = line->domain->set;
  if (set->kind != SET_REGISTRY) return MLS_OK;
  mls_status status =
      c->find_registry(c->context, set->name, line_place(c->sheet, line), &set->registry);
  if (status != MLS_OK) line->wrong = true;
  return status;
}

static mls_status wrong_number(struct checker *c, const struct line *line,
                               const struct value *value) {
  const char *unit = line->unit ? line->unit->text : "";
  return fail_add(c->fails, MLS_RANGE, value->place, "%s%s%s is outside %s", value->typed,
                  *unit ? " " : "", unit, line->domain->set->text);
}

static mls_status wrong_word(struct checker *c, const struct line *line,
                             const struct value *value) {
  struct nearest nearest = { .wanted = slice_of(value->word) };
  const struct set *set = line->domain->set;
  size_t count = set->kind == SET_WORDS ? set->count
                 : set->registry        ? set->registry->item_count
                                        : 0;
  for (size_t i = 0; i < count; i++)
    nearest_offer(&nearest, set->kind == SET_WORDS ? set->words[i] : set->registry->items[i]);
  return fail_add(c->fails, MLS_RANGE, value->place, "%s is not in %s%s", value->word, set->text,
                  nearest_hint(c->memory, &nearest));
}

void present_item(struct checker *c, const struct registry *registry, struct place place,
                  const char **word) {
  if (!registry) return;
  const char *now = renamed_now(c->facts, c->names, RENAMED_ITEM, registry->name, slice_of(*word),
                                place, c->fails);
  if (now) *word = now;
}

static mls_status check_value(struct checker *c, const struct line *line, struct value *value) {
  const struct set *set = line->domain->set;
  bool number = set->kind == SET_RANGE;
  if (number && value->word)
    return fail_add(c->fails, MLS_SYNTAX, value->place, "expected a number in %s, found \"%s\"",
                    set->text, value->word);
  if (!number && !value->word)
    return fail_add(c->fails, MLS_SYNTAX, value->place, "expected a word in %s, found %s",
                    set->text, value->typed);
  if (number) return set_holds_number(set, value->number) ? MLS_OK : wrong_number(c, line, value);
  present_item(c, set->registry, value->place, &value->word);
  return set_holds_word(set, value->word) ? MLS_OK : wrong_word(c, line, value);
}

static mls_status check_input(struct checker *c, struct sheet *sheet, struct line *line) {
  const struct domain *domain = line->domain;
  bool number = domain->set->kind == SET_RANGE;
  const struct unit *unit = line->unit ? line->unit : c->units->plain;
  struct type type = type_number(unit->strict, unit->count);
  if (!number) type = (struct type){ KIND_TEXT, false, false, c->units->none, c->units->none };
  TRY(give_type(c, line, type));
  if (!number && line->unit)
    return fail_add(c->fails, MLS_UNIT, line_place(c->sheet, line),
                    "%s is a word and takes no unit", line->name);
  TRY(find_set_registry(c, line));
  if (domain->likely && !number)
    return fail_add(c->fails, MLS_RANGE, line_place(c->sheet, line),
                    "likely needs a range of numbers");
  if (domain->likely && domain->value_count > 1)
    return fail_add(c->fails, MLS_RANGE, line_place(c->sheet, line),
                    "likely needs one value, found %u", domain->value_count);
  const struct line *table = line->table < 0 ? NULL : &sheet->lines[sheet->tables[line->table]];
  bool counted = table && !table->wrong;
  size_t rows = table && counted ? set_rows(table->domain->set) : 0;
  if (!table && domain->value_count > 1)
    return fail_add(c->fails, MLS_RANGE, line_place(c->sheet, line),
                    "%u values; an input outside a table takes one", domain->value_count);
  if (counted && domain->value_count > 1 && domain->value_count != rows)
    return fail_add(c->fails, MLS_RANGE, line_place(c->sheet, line),
                    "%u values for %zu row%s; give one, or one a row", domain->value_count, rows,
                    rows == 1 ? "" : "s");
  for (size_t i = 0; i < domain->value_count; i++) TRY(check_value(c, line, &domain->values[i]));
  return MLS_OK;
}

static bool is_whole(double number) { return number == floor(number) && fabs(number) < 1e15; }

static mls_status check_table(struct checker *c, struct sheet *sheet, struct line *line) {
  struct set *set = line->domain->set;
  TRY(find_set_registry(c, line));
  if (set->kind == SET_RANGE &&
      (!is_whole(set->low) || !is_whole(set->high) || !is_whole(set->step)))
    return fail_add(c->fails, MLS_RANGE, line_place(c->sheet, line),
                    "rows are counted in whole numbers, found %s", set->text);
  if (set_rows(set) > LIMIT_ROWS)
    return fail_add(c->fails, MLS_LIMIT, line_place(c->sheet, line),
                    "a table of more than %d rows (LIMIT_ROWS)", LIMIT_ROWS);
  if (sheet->columns[line->domain->index].count == 0)
    return fail_add(c->fails, MLS_SYNTAX, line_place(c->sheet, line), "table %s has no column",
                    line->name);
  if (sheet->columns[line->domain->index].count > LIMIT_COLUMNS)
    return fail_add(c->fails, MLS_LIMIT, line_place(c->sheet, line),
                    "a table of more than %d columns (LIMIT_COLUMNS)", LIMIT_COLUMNS);
  return MLS_OK;
}

static mls_status check_sets(struct checker *c, struct sheet *sheet) {
  /* tables first: their rows are needed by input columns */
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < sheet->line_count; i++) {
      struct line *line = &sheet->lines[i];
      bool table = line->kind == LINE_TABLE;
      TRY(progress_tick(c->fails, 2, i, sheet->line_count));
      if ((!table && line->kind != LINE_INPUT) || line->wrong || table != (pass == 0)) continue;
      mls_status status = table ? check_table(c, sheet, line) : check_input(c, sheet, line);
      if (fail_ends(status)) return status;
      if (status != MLS_OK) line->wrong = true;
    }
  return MLS_OK;
}

/* Keys of tables have their type here; slots after those of the lines come as formulas ask for
   them. */
static mls_status begin_slots(struct scope scope) {
  struct sheet *sheet = scope.sheet;
  sheet->slot_count = sheet->line_count;
  for (size_t i = 0; i < sheet->table_count; i++) {
    struct line *line = &sheet->lines[sheet->tables[i]];
    const struct set *set = line->domain->set;
    struct type type = type_number(scope.checker->units->none, scope.checker->units->none);
    type.kind = !set || set->kind == SET_RANGE ? KIND_NUMBER : KIND_TEXT;
    type.wild = !set;
    TRY(give_type(scope.checker, line, type));
  }
  return MLS_OK;
}

/* ---- used sheets ---- */

static mls_status check_use(struct scope scope, struct line *line) {
  struct checker *c = scope.checker;
  struct sheet *used = NULL;
  TRY(c->find_sheet(c->context, line->use->sheet, line_place(c->sheet, line), &used));
  if (used->checking)
    return fail_add(c->fails, MLS_CYCLE, line_place(c->sheet, line),
                    used == scope.sheet ? "sheet %s uses itself"
                                        : "sheet %s uses itself through others",
                    used->name);
  if (c->depth >= LIMIT_PATH)
    return fail_add(c->fails, MLS_LIMIT, line_place(c->sheet, line),
                    "sheets use each other more than %d deep (LIMIT_PATH)", LIMIT_PATH);
  mls_status status = check_sheet(c, used);
  scope.sheet->used[line->use->index] = used;
  return status;
}

static mls_status not_an_input(struct scope scope, const struct bind *bind,
                               const struct sheet *used) {
  struct nearest nearest = { .wanted = slice_of(bind->name) };
  size_t index;
  for (size_t i = 0; i < used->line_count; i++)
    if (used->lines[i].kind == LINE_INPUT && used->lines[i].table < 0 && used->lines[i].name)
      nearest_offer(&nearest, used->lines[i].name);
  bool known = line_find(used, &used->symbols, bind->name, &index);
  return fail_add(scope.checker->fails, MLS_NAME, bind->place, "%s has no input %s%s%s", used->name,
                  bind->name, known ? "; it is calculated there" : "",
                  nearest_hint(scope.checker->memory, &nearest));
}

static mls_status check_bind(struct scope scope, struct line *line, size_t index) {
  struct bind *bind = &line->use->binds[index];
  const struct sheet *used = scope.sheet->used[line->use->index];
  size_t at;
  const char *now =
      renamed_now(scope.checker->facts, scope.checker->names, RENAMED_INPUT, used->name,
                  slice_of(bind->name), bind->place, scope.checker->fails);
  if (now) bind->name = now;
  for (size_t i = 0; i < index; i++)
    if (line->use->binds[i].name == bind->name)
      return fail_add(scope.checker->fails, MLS_NAME, bind->place, "%s is bound twice", bind->name);
  if (!line_find(used, &used->symbols, bind->name, &at) || used->lines[at].kind != LINE_INPUT)
    return not_an_input(scope, bind, used);
  if (used->lines[at].wrong) return MLS_OK;
  TRY(resolve_formula(scope, bind->formula));
  return prove_bind(scope, bind, &used->lines[at]);
}

static mls_status check_uses(struct scope scope) {
  for (size_t i = 0; i < scope.sheet->use_count; i++) {
    struct line *line = &scope.sheet->lines[scope.sheet->uses[i]];
    if (line->wrong) continue;
    mls_status status = check_use(scope, line);
    if (fail_ends(status)) return status;
    if (status != MLS_OK) line->wrong = true;
  }
  return MLS_OK;
}

static mls_status check_binds(struct scope scope) {
  for (size_t i = 0; i < scope.sheet->use_count; i++) {
    struct line *line = &scope.sheet->lines[scope.sheet->uses[i]];
    for (size_t j = 0; j < line->use->bind_count && scope.sheet->used[line->use->index]; j++)
      if (check_bind(scope, line, j) == MLS_MEMORY) return MLS_MEMORY;
  }
  return MLS_OK;
}

/* ---- formulas ---- */

static struct scope scope_of(struct scope scope, const struct line *line) {
  scope.table = line->table;
  return scope;
}

static mls_status resolve_lines(struct scope scope) {
  for (size_t i = 0; i < scope.sheet->line_count; i++) {
    struct line *line = &scope.sheet->lines[i];
    if (!line_formula(line) || line->wrong) continue;
    TRY(progress_tick(scope.checker->fails, 4, i, scope.sheet->line_count));
    if (scope.checker->fails->errors >= LIMIT_ERRORS) { /* would not be kept */
      line->wrong = true;
      continue;
    }
    mls_status status = resolve_formula(scope_of(scope, line), line->formula);
    if (fail_ends(status)) return status;
    if (status != MLS_OK) line->wrong = true;
  }
  return MLS_OK;
}

enum { MARK_NEW, MARK_OPEN, MARK_DONE };

/* A cell of this sheet without brackets below `node` whose type is not known yet, or NULL. */
static struct line *unknown_below(struct scope scope, const struct node *node,
                                  const unsigned char *marks) {
  bool own = node->kind == NODE_PATH && node->hops == 0 && node->ref != REF_NONE;
  if (own && node->slot < scope.sheet->line_count) {
    struct line *line = &scope.sheet->lines[node->slot];
    bool open = line->kind == LINE_CELL && !line->unit;
    if (open && marks[node->slot] == MARK_NEW) return line;
  }
  for (unsigned i = 0; i < node->count; i++) {
    struct line *found = unknown_below(scope, node->arguments[i], marks);
    if (found) return found;
  }
  return NULL;
}

/* Proves one line, those without brackets that it needs first. The stack is a list, not recursion:
   sheets may be chains of any length. */
static mls_status prove_from(struct scope scope, unsigned start, unsigned char *marks,
                             unsigned *stack) {
  size_t depth = 0;
  if (marks[start] != MARK_NEW) return MLS_OK;
  stack[depth++] = start;
  while (depth > 0) {
    unsigned index = stack[depth - 1];
    struct line *line = &scope.sheet->lines[index];
    TRY(progress_tick(scope.checker->fails, 4, index, scope.sheet->line_count));
    marks[index] = MARK_OPEN;
    bool look = scope.sheet->undeclared && !line->wrong;
    struct line *next = look ? unknown_below(scope, line->formula, marks) : NULL;
    if (next) {
      stack[depth++] = (unsigned)(next - scope.sheet->lines);
      continue;
    }
    mls_status status = prove_line(scope_of(scope, line), line);
    if (fail_ends(status)) return status;
    if (status != MLS_OK) line->wrong = true;
    marks[index] = MARK_DONE;
    depth--;
  }
  return MLS_OK;
}

static bool has_formula(const struct line *line) {
  return (line->kind == LINE_CELL || line->kind == LINE_CHECK) && line->name;
}

static mls_status prove_again(struct scope scope, struct line *line) {
  mls_status status = prove_line(scope_of(scope, line), line);
  if (status != MLS_OK) line->wrong = true;
  return status == MLS_MEMORY ? status : MLS_OK;
}

/* Of columns that need each other through prior, the first one met is proved before the kind of the
   others is known, and may end without one. Asks those again until none is found out. */
static mls_status find_kinds(struct scope scope, bool *some) {
  bool found = true;
  for (*some = false; found;) {
    found = false;
    for (size_t i = 0; i < scope.sheet->line_count; i++) {
      struct line *line = &scope.sheet->lines[i];
      if (!has_formula(line) || line->wrong || !line->type->wild) continue;
      *some = true;
      TRY(prove_again(scope, line));
      found = found || !line->type->wild;
    }
  }
  return MLS_OK;
}

/* A column that was met before it was known agreed with everything. */
static bool was_unknown(const struct node *node) {
  if (node->kind == NODE_PATH && node->type->wild) return true;
  for (unsigned i = 0; i < node->count; i++)
    if (was_unknown(node->arguments[i])) return true;
  return false;
}

/* Columns that need themselves or each other through prior, once more with what is known now. */
static mls_status prove_met_early(struct scope scope) {
  for (size_t i = 0; scope.sheet->undeclared && i < scope.sheet->line_count; i++) {
    struct line *line = &scope.sheet->lines[i];
    bool column = has_formula(line) && line->table >= 0 && !line->wrong;
    if (column && was_unknown(line->formula)) TRY(prove_again(scope, line));
  }
  return MLS_OK;
}

/* Its kind is settled: a number, when nothing said otherwise. */
static mls_status settle_kind(struct scope scope, struct line *line) {
  if (!line->type || !line->type->wild) return MLS_OK;
  struct type type = *line->type;
  type.wild = false;
  return give_type(scope.checker, line, type);
}

/* What is left rests on missing(...) alone and is a number; then all is proved with what is known.
 */
static mls_status settle_kinds(struct scope scope) {
  bool some;
  TRY(find_kinds(scope, &some));
  if (scope.checker->fails->errors > 0) return MLS_OK; /* what is wrong stays unknown */
  if (!some) return prove_met_early(scope);
  for (size_t i = 0; i < scope.sheet->line_count; i++)
    TRY(settle_kind(scope, &scope.sheet->lines[i]));
  for (size_t i = 0; i < scope.sheet->line_count; i++) {
    struct line *line = &scope.sheet->lines[i];
    if (has_formula(line)) TRY(prove_again(scope, line));
    TRY(settle_kind(scope, line));
  }
  return MLS_OK;
}

static mls_status prove_each(struct scope scope, struct memory *scratch) {
  const struct sheet *sheet = scope.sheet;
  unsigned char *marks = memory_array(scratch, sheet->line_count, sizeof *marks);
  unsigned *stack = memory_array(scratch, sheet->line_count + 1, sizeof *stack);
  if (!marks || !stack) return fail_memory(scope.checker->fails);
  for (size_t i = 0; i < sheet->line_count; i++)
    if (has_formula(&sheet->lines[i])) TRY(prove_from(scope, (unsigned)i, marks, stack));
  return MLS_OK;
}

static mls_status prove_lines(struct scope scope) {
  struct memory scratch;
  memory_open_beside(&scratch, scope.checker->memory);
  mls_status status = prove_each(scope, &scratch);
  memory_close(&scratch);
  return status == MLS_OK ? settle_kinds(scope) : status;
}

static mls_status declare_type(struct scope scope, struct line *line) {
  const struct dims *none = scope.checker->units->none;
  struct type type = type_number(none, none);
  if (line->kind == LINE_CHECK) type.kind = KIND_TRUTH;
  else if (line->unit) type = type_number(line->unit->strict, line->unit->count);
  else if (line->kind == LINE_CELL || line->wrong) type.wild = true;
  else return MLS_OK;
  return give_type(scope.checker, line, type);
}

/* Declared types are known before anything is proved; the others start as "agrees with all". */
static mls_status declare_types(struct scope scope) {
  for (size_t i = 0; i < scope.sheet->line_count; i++) {
    struct line *line = &scope.sheet->lines[i];
    if (line->kind != LINE_TABLE) TRY(declare_type(scope, line));
    scope.sheet->undeclared |= line->kind == LINE_CELL && !line->unit;
  }
  return MLS_OK;
}

/* ---- sources ---- */

static mls_status check_cites(struct checker *c, const char **cites, size_t count,
                              struct place place) {
  for (size_t i = 0; i < count && c->facts->has_sources; i++) {
    if (source_find(c->facts, cites[i])) continue;
    struct nearest nearest = { .wanted = slice_of(cites[i]) };
    for (size_t j = 0; j < c->facts->source_count; j++)
      nearest_offer(&nearest, c->facts->sources[j].key);
    if (fail_add(c->fails, MLS_NAME, place, "unknown source @%s%s", cites[i],
                 nearest_hint(c->memory, &nearest)) == MLS_MEMORY)
      return MLS_MEMORY;
  }
  return MLS_OK;
}

static mls_status check_all_cites(struct checker *c, const struct sheet *sheet) {
  TRY(check_cites(c, sheet->cites, sheet->cite_count, (struct place){ sheet->file, 1, 1 }));
  for (size_t i = 0; i < sheet->line_count; i++) {
    const struct line *line = &sheet->lines[i];
    TRY(check_cites(c, line->cites, line->cite_count, line_place(c->sheet, line)));
  }
  return MLS_OK;
}

static mls_status check_parts(struct scope scope) {
  struct checker *c = scope.checker;
  TRY(declare_all(c, scope.sheet));
  TRY(check_sets(c, scope.sheet));
  TRY(begin_slots(scope));
  TRY(check_uses(scope));
  TRY(declare_types(scope));
  TRY(resolve_lines(scope));
  TRY(prove_lines(scope));
  TRY(check_binds(scope));
  TRY(check_charts(scope));
  TRY(check_renamed(scope));
  return check_all_cites(c, scope.sheet);
}

mls_status check_sheet(struct checker *checker, struct sheet *sheet) {
  if (sheet->checked) return sheet->failed ? MLS_NAME : MLS_OK;
  size_t errors = checker->fails->errors;
  const struct sheet *before = checker->sheet;
  sheet->checking = true;
  checker->sheet = sheet;
  checker->depth++;
  mls_status status = check_parts((struct scope){ checker, sheet, -1 });
  checker->depth--;
  checker->sheet = before;
  sheet->checking = false;
  sheet->checked = true;
  if (checker->fails->errors > errors) sheet->failed = true;
  return status != MLS_OK ? status : sheet->failed ? checker->fails->status : MLS_OK;
}
