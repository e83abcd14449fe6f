/* Statements to lines: one function a leading word. What a statement names is bound by check.c. */
#include "statement.h"

#include <string.h>

#include "limits.h"

/* ---- scanning a statement ---- */

static char look(const struct reader *r) {
  return r->code_at < r->code.size ? r->code.at[r->code_at] : 0;
}

static void step(struct reader *r) {
  char c = r->code.at[r->code_at++];
  if (c == '\n') {
    r->place.line++;
    r->place.column = 1;
  } else if (((unsigned char)c & 0xC0) != 0x80) {
    r->place.column++;
  }
}

static void skip_blanks(struct reader *r) {
  while (statement_is_blank(look(r))) step(r);
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

static struct slice peek_word(const struct reader *r) {
  size_t end = r->code_at;
  while (end < r->code.size && statement_is_word(r->code.at[end])) end++;
  return (struct slice){ r->code.at + r->code_at, end - r->code_at };
}

static struct slice take_word(struct reader *r) {
  skip_blanks(r);
  struct slice word = peek_word(r);
  for (size_t i = 0; i < word.size; i++) step(r);
  return word;
}

static bool accept(struct reader *r, char c) {
  skip_blanks(r);
  if (look(r) != c) return false;
  step(r);
  return true;
}

static bool accept_word(struct reader *r, const char *word) {
  skip_blanks(r);
  if (!slice_is(peek_word(r), word)) return false;
  take_word(r);
  return true;
}

static mls_status expected(struct reader *r, const char *what) {
  skip_blanks(r);
  struct slice here = peek_word(r);
  if (here.size == 0 && r->code_at < r->code.size) {
    here.size = 1;
    while (r->code_at + here.size < r->code.size &&
           ((unsigned char)r->code.at[r->code_at + here.size] & 0xC0) == 0x80)
      here.size++;
  }
  if (here.size == 0)
    return fail_add(r->fails, MLS_SYNTAX, r->place, "expected %s, found the end of the line", what);
  return fail_add(r->fails, MLS_SYNTAX, r->place, "expected %s, found \"%.*s\"", what,
                  (int)here.size, here.at);
}

static mls_status at_end(struct reader *r) {
  skip_blanks(r);
  return r->code_at == r->code.size ? MLS_OK : expected(r, "the end of the line");
}

static mls_status intern(struct reader *r, struct slice text, const char **out) {
  *out = names_add(r->names, text);
  return *out ? MLS_OK : fail_memory(r->fails);
}

/* "-", digits, one point, exponent; stops before "..". */
static struct slice peek_number(const struct reader *r) {
  struct slice code = r->code;
  size_t at = r->code_at, start = at;
  if (at < code.size && code.at[at] == '-') at++;
  while (at < code.size && (is_digit(code.at[at]) || code.at[at] == '_')) at++;
  if (at + 1 < code.size && code.at[at] == '.' && code.at[at + 1] != '.') {
    at++;
    while (at < code.size && (is_digit(code.at[at]) || code.at[at] == '_')) at++;
  }
  if (at < code.size && (code.at[at] == 'e' || code.at[at] == 'E')) {
    size_t exponent = at + 1;
    if (exponent < code.size && (code.at[exponent] == '+' || code.at[exponent] == '-')) exponent++;
    if (exponent < code.size && is_digit(code.at[exponent])) at = exponent;
    while (at < code.size && is_digit(code.at[at])) at++;
  }
  return (struct slice){ code.at + start, at - start };
}

static mls_status read_number(struct reader *r, struct slice *typed, double *out) {
  skip_blanks(r);
  *typed = peek_number(r);
  if (typed->size == 0 || !text_read_number(*typed, out)) return expected(r, "a number");
  if (*out - *out != 0)
    return fail_add(r->fails, MLS_RANGE, r->place, "%.*s is too large for a number",
                    (int)typed->size, typed->at);
  for (size_t i = 0; i < typed->size; i++) step(r);
  return MLS_OK;
}

/* A list that has grown in scratch, kept as long as it is; NULL when there is no memory. */
static void *keep_list(struct reader *r, const void *list, size_t count, size_t size) {
  void *kept = memory_array(r->memory, count, size);
  if (kept && count > 0) memcpy(kept, list, count * size);
  if (!kept) fail_memory(r->fails);
  return kept;
}

/* ---- names, units ---- */

static mls_status check_name(struct reader *r, struct place place, struct slice name) {
  if (name_is_reserved(name))
    return fail_add(r->fails, MLS_NAME, place, "%.*s is a reserved word", (int)name.size, name.at);
  if (name_is_address(name))
    return fail_add(r->fails, MLS_NAME, place,
                    "a spreadsheet reads %.*s as a cell address; call it %.*s_value, say",
                    (int)name.size, name.at, (int)name.size, name.at);
  if (name.size > LIMIT_NAME)
    return fail_add(r->fails, MLS_LIMIT, place, "a name of more than %d characters (LIMIT_NAME)",
                    LIMIT_NAME);
  if (!name_is_sound(name))
    return fail_add(
        r->fails, MLS_SYNTAX, place,
        "\"%.*s\" is not a name: a lower case letter, then lower case letters, digits and _",
        (int)name.size, name.at);
  return MLS_OK;
}

static mls_status read_name(struct reader *r, const char **name, struct place *place) {
  skip_blanks(r);
  *place = r->place;
  struct slice word = peek_word(r);
  if (word.size == 0) return expected(r, "a name");
  take_word(r);
  TRY(intern(r, word, name)); /* also when it is refused: what uses it is not told again */
  return check_name(r, *place, word);
}

static mls_status read_unit(struct reader *r, const struct unit **out) {
  *out = NULL;
  if (!accept(r, '[')) return MLS_OK;
  struct place place = r->place;
  size_t start = r->code_at;
  while (r->code_at < r->code.size && look(r) != ']') step(r);
  if (look(r) != ']') return expected(r, "] after the unit");
  struct slice text = { r->code.at + start, r->code_at - start };
  step(r);
  return unit_in_brackets(r->units, text, place, r->fails, out);
}

/* ---- sets and values ---- */

static mls_status read_range(struct reader *r, struct set *set) {
  struct slice typed;
  set->kind = SET_RANGE;
  struct place place = r->place;
  TRY(read_number(r, &typed, &set->low));
  if (!accept(r, '.') || !accept(r, '.')) return expected(r, ".. between the bounds of a range");
  TRY(read_number(r, &typed, &set->high));
  if (set->low > set->high)
    return fail_add(r->fails, MLS_RANGE, place,
                    "the range is empty: its first bound is the larger");
  if (!accept_word(r, "by")) return MLS_OK;
  place = r->place;
  TRY(read_number(r, &typed, &set->step));
  if (set->step > 0) return MLS_OK;
  return fail_add(r->fails, MLS_RANGE, place, "a step must be above 0");
}

static mls_status add_word(struct reader *r, struct set *set, struct slice word, struct place place,
                           size_t *room) {
  const char *interned;
  if (!word_is_sound(word))
    return fail_add(
        r->fails, MLS_SYNTAX, place,
        "\"%.*s\" is not a word: a letter, then letters, digits, _ and -; nothing that a "
        "spreadsheet takes for a truth, a number or a date",
        (int)word.size, word.at);
  TRY(intern(r, word, &interned));
  for (size_t i = 0; i < set->count; i++)
    if (set->words[i] == interned)
      return fail_add(r->fails, MLS_NAME, place, "%s stands twice in the set", interned);
  const char **words = memory_grow(&r->scratch, set->words, set->count, room, sizeof *words);
  if (!words) return fail_memory(r->fails);
  set->words = words;
  words[set->count++] = interned;
  return MLS_OK;
}

static mls_status read_words(struct reader *r, struct set *set) {
  size_t room = 0;
  set->kind = SET_WORDS;
  do {
    skip_blanks(r);
    struct place place = r->place;
    struct slice word = peek_word(r);
    if (word.size == 0) return expected(r, "a word");
    take_word(r);
    TRY(add_word(r, set, word, place, &room));
    skip_blanks(r);
  } while (accept(r, ','));
  if (set->count > 1) {
    set->words = keep_list(r, set->words, set->count, sizeof *set->words);
    return set->words ? MLS_OK : MLS_MEMORY;
  }
  const char *name = set->words[0];
  set->kind = SET_REGISTRY;
  set->name = name;
  if (name_is_sound(slice_of(set->name))) return MLS_OK;
  return fail_add(r->fails, MLS_SYNTAX, r->place,
                  "\"%s\" is no registry; a set of words has at least two", set->name);
}

static mls_status read_set(struct reader *r, struct set **out) {
  struct set *set = memory_push(r->memory, sizeof *set);
  if (!set) return fail_memory(r->fails);
  skip_blanks(r);
  size_t start = r->code_at;
  TRY(peek_number(r).size > 0 ? read_range(r, set) : read_words(r, set));
  TRY(at_end(r));
  struct slice text = slice_trim((struct slice){ r->code.at + start, r->code.size - start });
  TRY(intern(r, text, &set->text));
  *out = set;
  return MLS_OK;
}

/* The values of an input while they are read. */
struct values {
  struct value *list;
  size_t count, room;
};

static mls_status read_value(struct reader *r, struct values *values) {
  skip_blanks(r);
  struct value value = { .place = r->place };
  struct slice typed = peek_number(r);
  if (typed.size > 0) {
    TRY(read_number(r, &typed, &value.number));
    value.typed = memory_text(r->memory, typed.at, typed.size);
    if (!value.typed) return fail_memory(r->fails);
  } else {
    struct slice word = peek_word(r);
    if (word.size == 0 || slice_is(word, "in") || slice_is(word, "likely"))
      return expected(r, "a number or a word");
    take_word(r);
    TRY(intern(r, word, &value.word));
  }
  struct value *list =
      memory_grow(&r->scratch, values->list, values->count, &values->room, sizeof *list);
  if (!list) return fail_memory(r->fails);
  values->list = list;
  list[values->count++] = value;
  return MLS_OK;
}

static mls_status read_values(struct reader *r, struct domain *domain) {
  struct values values = { .list = NULL };
  do TRY(read_value(r, &values));
  while (accept(r, ','));
  domain->values = keep_list(r, values.list, values.count, sizeof *values.list);
  domain->value_count = domain->values ? (unsigned)values.count : 0;
  return domain->values ? MLS_OK : MLS_MEMORY;
}

static mls_status read_likely(struct reader *r, struct domain *domain) {
  struct slice typed;
  struct place place = r->place;
  struct likely *likely = memory_push(r->memory, sizeof *likely);
  if (!likely) return fail_memory(r->fails);
  domain->likely = likely;
  TRY(read_number(r, &typed, &likely->low));
  if (!accept(r, '.') || !accept(r, '.')) return expected(r, ".. between the two values");
  TRY(read_number(r, &typed, &likely->high));
  if (likely->low <= likely->high) return MLS_OK;
  return fail_add(r->fails, MLS_RANGE, place, "likely: P10 is above P90");
}

/* ---- statements ---- */

static mls_status read_formula(struct reader *r, struct line *line) {
  if (!accept(r, '=')) return expected(r, "=");
  skip_blanks(r);
  if (r->code_at == r->code.size) return expected(r, "a formula");
  struct slice text = { r->code.at + r->code_at, r->code.size - r->code_at };
  return formula_parse(&r->formulas, r->place, text, &line->formula);
}

static mls_status read_line_name(struct reader *r, struct line *line) {
  struct place place;
  mls_status status = read_name(r, &line->name, &place);
  line->line = (unsigned)place.line;
  line->column = (unsigned)place.column & 0xfffffu;
  return status;
}

static mls_status read_cell(struct reader *r, struct line *line) {
  TRY(read_line_name(r, line));
  TRY(read_unit(r, &line->unit));
  return read_formula(r, line);
}

static mls_status read_check(struct reader *r, struct line *line) {
  line->kind = LINE_CHECK;
  if (r->table >= 0 && line->table >= 0)
    return fail_add(r->fails, MLS_SYNTAX, r->place,
                    "a table has no checks; check a column from outside, such as min(plan.x) >= 0");
  TRY(read_line_name(r, line));
  return read_formula(r, line);
}

static mls_status read_input(struct reader *r, struct line *line) {
  line->kind = LINE_INPUT;
  struct domain *domain = line->domain = memory_push(r->memory, sizeof *domain);
  if (!domain) return fail_memory(r->fails);
  TRY(read_line_name(r, line));
  TRY(read_unit(r, &line->unit));
  if (!accept(r, '=')) return expected(r, "=");
  TRY(read_values(r, domain));
  if (accept_word(r, "likely")) TRY(read_likely(r, domain));
  if (!accept_word(r, "in")) return expected(r, "\"in\" and the set of valid values");
  return read_set(r, &domain->set);
}

/* The end of a formula in a list: the comma or closing parenthesis outside of all inner ones. */
static size_t bind_end(const struct reader *r) {
  int depth = 0;
  bool quoted = false;
  size_t at = r->code_at;
  for (; at < r->code.size; at++) {
    char c = r->code.at[at];
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '(' || c == '[') depth++;
    else if ((c == ')' || c == ']' || c == ',') && depth == 0) break;
    else if (c == ')' || c == ']') depth--;
  }
  return at;
}

/* What a `use` binds or a chart shows, while it is read. */
struct binds {
  struct bind *list;
  size_t count, room;
};

/* Adds a bind whose name was read, with the formula that follows. */
static mls_status read_bound(struct reader *r, struct binds *binds, struct bind bind) {
  skip_blanks(r);
  size_t end = bind_end(r);
  struct slice text = { r->code.at + r->code_at, end - r->code_at };
  TRY(formula_parse(&r->formulas, r->place, text, &bind.formula));
  while (r->code_at < end) step(r);
  struct bind *list =
      memory_grow(&r->scratch, binds->list, binds->count, &binds->room, sizeof *list);
  if (!list) return fail_memory(r->fails);
  binds->list = list;
  list[binds->count++] = bind;
  return MLS_OK;
}

static mls_status keep_binds(struct reader *r, struct usage *use, const struct binds *binds) {
  use->binds = keep_list(r, binds->list, binds->count, sizeof *binds->list);
  use->bind_count = use->binds ? binds->count : 0;
  return use->binds ? MLS_OK : MLS_MEMORY;
}

static mls_status read_bind(struct reader *r, struct binds *binds) {
  struct bind bind = { .name = NULL };
  TRY(read_name(r, &bind.name, &bind.place));
  if (!accept(r, '=')) return expected(r, "= and the formula of the bound input");
  return read_bound(r, binds, bind);
}

static mls_status read_use(struct reader *r, struct line *line) {
  struct place place;
  struct binds binds = { .list = NULL };
  line->kind = LINE_USE;
  struct usage *use = line->use = memory_push(r->memory, sizeof *use);
  if (!use) return fail_memory(r->fails);
  if (line->table >= 0)
    return fail_add(r->fails, MLS_SYNTAX, r->place, "a sheet can not be used inside a table");
  TRY(read_line_name(r, line));
  if (!accept(r, '=')) return expected(r, "=");
  TRY(read_name(r, &use->sheet, &place));
  if (!accept(r, '(')) return expected(r, "( after the name of the used sheet");
  if (accept(r, ')')) return at_end(r);
  do TRY(read_bind(r, &binds));
  while (accept(r, ','));
  if (!accept(r, ')')) return expected(r, ", or )");
  TRY(keep_binds(r, use, &binds));
  return at_end(r);
}

static mls_status read_table(struct reader *r, struct line *line) {
  struct place place;
  line->kind = LINE_TABLE;
  struct domain *domain = line->domain = memory_push(r->memory, sizeof *domain);
  if (!domain) return fail_memory(r->fails);
  if (line->table >= 0)
    return fail_add(r->fails, MLS_SYNTAX, r->place, "a table can not stand inside a table");
  mls_status named = read_line_name(r, line);
  if (!line->name || named == MLS_MEMORY) return named;
  if (!accept_word(r, "for")) return expected(r, "\"for\" and the name of the key");
  TRY(read_name(r, &domain->key, &place));
  if (!accept_word(r, "in")) return expected(r, "\"in\" and the rows");
  TRY(read_set(r, &domain->set));
  return named; /* its columns may use the key all the same */
}

/* ---- charts ---- */

const char *const chart_words[] = { [CHART_SERIES] = "series",     [CHART_BARS] = "bars",
                                    [CHART_STACKED] = "stacked",   [CHART_WATERFALL] = "waterfall",
                                    [CHART_TORNADO] = "tornado",   [CHART_SCORECARD] = "scorecard",
                                    [CHART_ROOFLINE] = "roofline", NULL };

/* "chart" and one more name begin a chart; a cell may be called chart all the same. */
static bool accept_chart(struct reader *r) {
  struct reader ahead = *r;
  if (!accept_word(&ahead, "chart")) return false;
  skip_blanks(&ahead);
  if (!is_letter(look(&ahead))) return false;
  *r = ahead;
  return true;
}

static mls_status read_chart_kind(struct reader *r, struct usage *use) {
  struct nearest nearest = { .wanted = peek_word(r) };
  for (size_t i = 0; chart_words[i]; i++) {
    use->chart = (enum chart_kind)i;
    if (accept_word(r, chart_words[i])) return MLS_OK;
    nearest_offer(&nearest, chart_words[i]);
  }
  return fail_add(r->fails, MLS_NAME, r->place, "there is no chart of the kind %.*s%s",
                  (int)nearest.wanted.size, nearest.wanted.at, nearest_hint(r->memory, &nearest));
}

static mls_status read_chart(struct reader *r, struct line *line) {
  struct binds shows = { .list = NULL };
  line->kind = LINE_CHART;
  struct usage *use = line->use = memory_push(r->memory, sizeof *use);
  if (!use) return fail_memory(r->fails);
  if (line->table >= 0)
    return fail_add(r->fails, MLS_SYNTAX, r->place, "a chart can not stand inside a table");
  TRY(read_chart_kind(r, use));
  TRY(read_line_name(r, line));
  if (!accept(r, '=')) return expected(r, "= and the cells that the chart shows");
  do {
    skip_blanks(r);
    struct bind shown = { .place = r->place };
    TRY(read_bound(r, &shows, shown));
  } while (accept(r, ','));
  TRY(keep_binds(r, use, &shows));
  return at_end(r);
}

mls_status statement_read(struct reader *r, struct line *line) {
  if (accept_chart(r)) return read_chart(r, line);
  struct slice word = peek_word(r);
  line->kind = LINE_CELL;
  if (slice_is(word, "input")) take_word(r);
  else if (slice_is(word, "output")) take_word(r);
  else if (slice_is(word, "check")) take_word(r);
  else if (slice_is(word, "use")) take_word(r);
  else if (slice_is(word, "table")) take_word(r);
  else return read_cell(r, line);
  if (slice_is(word, "input")) return read_input(r, line);
  if (slice_is(word, "check")) return read_check(r, line);
  if (slice_is(word, "use")) return read_use(r, line);
  if (slice_is(word, "table")) return read_table(r, line);
  line->output = true;
  return read_cell(r, line);
}

mls_status statement_header(struct reader *r, const char **name) {
  struct place place;
  if (!accept_word(r, "sheet")) return expected(r, "\"sheet\" and the name of the sheet");
  TRY(read_name(r, name, &place));
  return at_end(r);
}
