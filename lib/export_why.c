/* The tree of reasons below a cell: its formula in names, with numbers put in, its facts with their
   sources. What is needed twice is told once and referred to; a column is told once for all its
   rows, and once more for the row its recurrence starts from. Never recursive over cells: a chain
   may be a hundred thousand cells long. */
#include <math.h>
#include <string.h>

#include "export.h"

enum { DIGITS = 4, DEPTH_MOST = 30, NUMBERS_MOST = 2000 };

struct visit {
  unsigned cell;
  size_t row;
  unsigned depth;
  bool start; /* the first row of a recurrence: where it comes from */
};

struct why {
  const struct report *report;
  struct mls_values *values;
  struct memory *memory;
  struct visit *stack;
  size_t depth, room;
  size_t *told;        /* cell -> row it was told for + 2, ROWS_ALL + 2 = 1; 0: not yet */
  bool *started;       /* cell -> the start of its recurrence was told */
  unsigned char *bits; /* a bit a value: told by itself */
  bool each;           /* every row of a column is told by itself (JSON) */
  bool deeper;         /* something was left out for depth */
  bool begun;          /* the starts of recurrences have begun */
  struct memo memo;
  struct buffer out;
};

/* ---- the formula with numbers put in ---- */

static void put_in(const struct why *why, unsigned instance, size_t row, const struct node *node,
                   struct buffer *out);

/* Units stand in brackets here, as in a sheet: 2 [GB] / 3 [GB/s]. */
static void put_number(const struct why *why, double value, const struct node *node,
                       const struct unit *unit, struct buffer *out) {
  char number[TEXT_NUMBER];
  const struct mls_model *model = why->values->model;
  if (value_is_error(value)) buffer_text(out, "missing");
  else if (node->type->kind == KIND_TRUTH) buffer_text(out, value != 0 ? "yes" : "no");
  else if (node->type->kind == KIND_TEXT)
    buffer_print(out, "\"%s\"",
                 value >= 0 && value < (double)model->word_count ? model->words[(size_t)value]
                                                                 : "");
  else buffer_text(out, text_person(number, unit ? value / unit->factor : value, DIGITS));
  bool plain = node->type->kind != KIND_NUMBER || value_is_error(value);
  if (!plain && unit && unit->text[0]) buffer_print(out, " [%s]", unit->text);
}

static void put_path(const struct why *why, unsigned instance, size_t row, const struct node *node,
                     struct buffer *out) {
  const struct mls_values *values = why->values;
  unsigned cell = model_cell(values->model, instance, node);
  size_t found = trace_fixed(values->model, cell, row, node);
  if (node->ref == REF_LOOKUP && !trace_lookup(values, instance, row, node, &found)) {
    buffer_text(out, "missing");
    return;
  }
  const struct unit *unit = show_unit(values, cell, found);
  const char *typed = show_typed(values, cell, found);
  if (!typed || node->type->kind != KIND_NUMBER) {
    put_number(why, values_get(values, cell, found), node, unit, out);
    return;
  }
  buffer_text(out, typed);
  if (unit->text[0]) buffer_print(out, " [%s]", unit->text);
}

/* An aggregate is put in as its result, in the unit of its column where it has those dimensions. */
static void put_total(const struct why *why, unsigned instance, size_t row, const struct node *node,
                      struct buffer *out) {
  const struct mls_model *model = why->values->model;
  unsigned column = model_cell(model, instance, node->arguments[0]);
  const struct unit *unit = model->cells[column].unit;
  bool same = unit->strict == node->type->strict && node->function->rule != RULE_COLUMN_COUNT;
  if (!same) unit = NULL;
  put_number(why, values_evaluate(why->values, instance, row, node), node, unit, out);
}

static int level_of(const struct node *node) {
  bool infix = node->kind == NODE_CALL && node->function->form != FORM_CALL;
  return infix ? node->function->level : 9;
}

static void put_operand(const struct why *why, unsigned instance, size_t row,
                        const struct node *node, bool brackets, struct buffer *out) {
  if (brackets) buffer_char(out, '(');
  put_in(why, instance, row, node, out);
  if (brackets) buffer_char(out, ')');
}

static void put_infix(const struct why *why, unsigned instance, size_t row, const struct node *node,
                      struct buffer *out) {
  int level = node->function->level;
  bool right = level == 5; /* a power binds to the right */
  const struct node *a = node->arguments[0], *b = node->arguments[1];
  put_operand(why, instance, row, a, level_of(a) < level || (right && level_of(a) == level), out);
  buffer_print(out, " %s ", node->function->name);
  put_operand(why, instance, row, b, level_of(b) < level || (!right && level_of(b) == level), out);
}

/* The side of prior that is taken, and the row it is taken from. */
static const struct node *prior_side(const struct node *node, size_t *row) {
  size_t lag = node_lag(node);
  bool first = *row < lag;
  if (!first) *row -= lag;
  return node->arguments[first];
}

static void put_prior(const struct why *why, unsigned instance, size_t row, const struct node *node,
                      struct buffer *out) {
  const struct node *taken = prior_side(node, &row);
  put_operand(why, instance, row, taken, level_of(taken) < 9, out);
}

static void put_call(const struct why *why, unsigned instance, size_t row, const struct node *node,
                     struct buffer *out) {
  buffer_print(out, "%s(", node->function->name);
  for (unsigned i = 0; i < node->count; i++) {
    if (i > 0) buffer_text(out, ", ");
    put_in(why, instance, row, node->arguments[i], out);
  }
  buffer_char(out, ')');
}

static void put_in(const struct why *why, unsigned instance, size_t row, const struct node *node,
                   struct buffer *out) {
  if (node->kind == NODE_PATH) {
    put_path(why, instance, row, node, out);
  } else if (node->kind != NODE_CALL) {
    formula_print(out, node);
  } else if (node_is_total(node)) {
    put_total(why, instance, row, node, out);
  } else if (node->function->rule == RULE_PRIOR) {
    put_prior(why, instance, row, node, out);
  } else if (node->function->form == FORM_INFIX) {
    put_infix(why, instance, row, node, out);
  } else if (node->function->form == FORM_PREFIX) {
    const struct node *a = node->arguments[0];
    buffer_text(out, node->function->name);
    put_operand(why, instance, row, a, level_of(a) < node->function->level, out);
  } else {
    put_call(why, instance, row, node, out);
  }
}

/* The formula with numbers in `out`; left empty where it would say nothing new or take a page. */
static void numbers_of(const struct why *why, struct visit at, struct buffer *out) {
  const struct cell *cell = &why->values->model->cells[at.cell];
  const struct node *formula = cell->formula;
  if (!formula || formula->kind != NODE_CALL || at.row == ROWS_ALL) return;
  if (node_is_total(formula)) return;
  bool prior = formula->function->rule == RULE_PRIOR;
  if (prior) formula = prior_side(formula, &at.row);
  put_in(why, model_home(why->values->model, cell), at.row, formula, out);
  if (out->size <= NUMBERS_MOST || out->failed) return;
  out->size = 0;
  out->bytes[0] = 0;
}

void why_numbers(struct mls_values *values, unsigned cell, size_t row, struct buffer *out) {
  struct why why = { .values = values };
  numbers_of(&why, (struct visit){ cell, row, 0, false }, out);
}

/* ---- walking ---- */

static mls_status push(struct why *why, struct visit visit) {
  struct visit *stack = memory_grow(why->memory, why->stack, why->depth, &why->room, sizeof *stack);
  if (!stack) return fail_memory(why->report->fails);
  why->stack = stack;
  stack[why->depth++] = visit;
  return MLS_OK;
}

/* Once each row. */
static bool is_new_row(struct why *why, const struct visit *at) {
  size_t index = why->values->model->cells[at->cell].offset + at->row;
  unsigned char bit = (unsigned char)(1u << (index & 7));
  if (why->bits[index >> 3] & bit) return false;
  why->bits[index >> 3] |= bit;
  return true;
}

static bool has_prior(const struct node *node) {
  if (node->kind == NODE_CALL && node->function->rule == RULE_PRIOR) return true;
  for (unsigned i = 0; i < node->count; i++)
    if (has_prior(node->arguments[i])) return true;
  return false;
}

/* A visit that tells more than a reference does. */
static bool is_new(struct why *why, struct visit *at) {
  const struct mls_model *model = why->values->model;
  bool fact = model->cells[at->cell].kind == CELL_FACT;
  if (at->row != ROWS_ALL && (why->each || fact)) return is_new_row(why, at);
  size_t *told = &why->told[at->cell];
  if (*told == 0) {
    *told = at->row + 2;
    return true;
  }
  const struct node *formula = model->cells[at->cell].formula;
  bool recurs = model_rows(model, at->cell) && formula && has_prior(formula);
  if (!recurs || at->row == ROWS_ALL || *told == at->row + 2 || why->started[at->cell])
    return false;
  why->started[at->cell] = true;
  if (*told == 2) return false;
  at->row = 0;
  at->start = true;
  return true;
}

static mls_status push_reasons(struct why *why, struct visit at) {
  struct memory_mark mark = memory_mark(&why->values->scratch_memory);
  struct reason *list;
  size_t count;
  TRY(trace_reasons(why->values, at.cell, at.row, &list, &count));
  for (size_t i = count; i-- > 0;) {
    bool itself = list[i].cell == at.cell && list[i].row == at.row;
    if (!itself) TRY(push(why, (struct visit){ list[i].cell, list[i].row, at.depth + 1, false }));
  }
  memory_reset(&why->values->scratch_memory, mark);
  return MLS_OK;
}

/* ---- as text ---- */

static void indent(struct why *why, unsigned depth) {
  for (unsigned i = 0; i < depth; i++) buffer_text(&why->out, "  ");
}

/* "36 rows, 1.2 to 3.4 MUSD" */
void why_rows(struct mls_values *values, unsigned cell, bool unit, struct buffer *out) {
  const struct cell *here = &values->model->cells[cell];
  double least = INFINITY, most = -INFINITY;
  bool number = !here->text && !here->truth;
  for (size_t row = 0; row < here->rows && number; row++) {
    double value = values_get(values, cell, row);
    number = !value_is_error(value);
    if (value < least) least = value;
    if (value > most) most = value;
  }
  buffer_print(out, "%u row%s", here->rows, here->rows == 1 ? "" : "s");
  if (!number || least > most) return;
  char text[TEXT_NUMBER];
  bool same = least == most;
  buffer_text(out, same ? ", each " : ", ");
  if (!same) buffer_print(out, "%s to ", text_person(text, least / here->unit->factor, DIGITS));
  if (unit) show_amount(out, most, here->unit, DIGITS);
  else buffer_text(out, text_person(text, most / here->unit->factor, DIGITS));
}

/* Sources stand on lines of their own: they are long. */
static void put_source(struct why *why, unsigned depth, const struct source *source,
                       const char *key) {
  buffer_char(&why->out, '\n');
  indent(why, depth + 1);
  buffer_print(&why->out, "from @%s", key);
  if (source) buffer_print(&why->out, " %s", source->title);
  if (source && source->url && source->url[0]) buffer_print(&why->out, " <%s>", source->url);
}

static void put_part(struct why *why, const char *joint, const char *text) {
  if (text && text[0]) buffer_print(&why->out, "%s%s", joint, text);
}

static void put_fact(struct why *why, struct visit at) {
  enum state state;
  const struct fact *fact = at.row == ROWS_ALL ? NULL : values_fact(why->values, at.cell, at.row);
  if (at.row == ROWS_ALL || !trace_fact_state(why->values, at.cell, at.row, &state)) return;
  buffer_print(&why->out, "  %s", state_word(state));
  if (!fact) {
    buffer_text(&why->out, ", set by the user");
    return;
  }
  put_part(why, ": ", fact->note);
  if (fact->source) put_source(why, at.depth, fact->source, fact->source->key);
  put_part(why, ", ", fact->locator);
  put_part(why, ", read ", fact->accessed);
}

static void put_comment(struct why *why, struct visit at) {
  const struct mls_model *model = why->values->model;
  const struct cell *cell = &model->cells[at.cell];
  if (cell->kind == CELL_FACT) {
    put_fact(why, at);
    return;
  }
  if (cell->kind == CELL_INPUT) {
    bool set = at.row != ROWS_ALL && values_setting(why->values, at.cell, at.row);
    buffer_text(&why->out, set ? "  input, set by the user" : "  input, default of the sheet");
  }
  const struct line *line = model_line(model, at.cell);
  if (cell->kind == CELL_WITHIN || cell->kind == CELL_KEY) return;
  put_part(why, "  # ", line->label);
  for (size_t i = 0; i < line->cite_count; i++)
    put_source(why, at.depth, source_find(model->facts, line->cites[i]), line->cites[i]);
}

static mls_status put_missing(struct why *why, struct visit at) {
  struct mls_values *values = why->values;
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct origin origin;
  if (at.row == ROWS_ALL || !value_is_error(values_get(values, at.cell, at.row))) return MLS_OK;
  TRY(trace_error(values, at.cell, at.row, &origin));
  if (origin.cell == at.cell && origin.row == at.row)
    buffer_print(&why->out, ": %s%s%s", strcmp(origin.kind, "missing") ? origin.kind : "",
                 strcmp(origin.kind, "missing") ? ": " : "", origin.message);
  memory_reset(&values->scratch_memory, mark);
  return MLS_OK;
}

static mls_status put_formula(struct why *why, struct visit at) {
  const struct cell *cell = &why->values->model->cells[at.cell];
  struct buffer numbers;
  if (!cell->formula) return MLS_OK;
  indent(why, at.depth);
  buffer_text(&why->out, "  = ");
  formula_print(&why->out, cell->formula);
  buffer_char(&why->out, '\n');
  buffer_open(&numbers, why->memory);
  numbers_of(why, at, &numbers);
  if (numbers.size > 0) {
    indent(why, at.depth);
    buffer_print(&why->out, "  = %s\n", numbers.bytes);
  }
  bool failed = numbers.failed;
  buffer_close(&numbers);
  return failed ? fail_memory(why->report->fails) : MLS_OK;
}

static void put_verdict_or_value(struct why *why, struct visit at) {
  buffer_text(&why->out, " = ");
  if (at.row == ROWS_ALL) why_rows(why->values, at.cell, true, &why->out);
  else show_value(why->values, at.cell, at.row, &why->out);
}

/* Told after all that is on the stack. */
static mls_status defer(struct why *why, struct visit at) {
  TRY(push(why, at));
  memmove(why->stack + 1, why->stack, (why->depth - 1) * sizeof *why->stack);
  at.depth = 0;
  why->stack[0] = at;
  return MLS_OK;
}

/* Where a recurrence starts has a heading of its own, once. */
static void begin_start(struct why *why) {
  if (!why->begun) buffer_text(&why->out, "\nFrom the first row on\n");
  why->begun = true;
}

static mls_status tell_text(struct why *why, struct visit at) {
  struct visit start = at;
  bool fresh = at.start || is_new(why, &start);
  bool later = start.start && !at.start, leaf = !why->values->model->cells[at.cell].formula;
  if (at.start) begin_start(why);
  indent(why, at.depth);
  show_path(why->values->model, at.cell, at.row, &why->out);
  put_verdict_or_value(why, at);
  TRY(put_missing(why, at));
  if (!fresh || later) {
    const char *note = later ? "  (in the same way, from the first row on)" : "  (see above)";
    bool other = why->told[at.cell] != at.row + 2; /* another row was told */
    if (!later && other) note = "  (by the formula above)";
    buffer_print(&why->out, "%s\n", leaf ? "" : note);
    return later ? defer(why, start) : MLS_OK;
  }
  put_comment(why, at);
  buffer_char(&why->out, '\n');
  TRY(put_formula(why, at));
  if (at.depth < DEPTH_MOST) return leaf ? MLS_OK : push_reasons(why, at);
  why->deeper = why->deeper || !leaf;
  return MLS_OK;
}

static mls_status put_end(struct why *why, unsigned cell) {
  struct evidence evidence;
  TRY(trace_evidence(why->values, cell, &evidence));
  if (why->deeper)
    buffer_print(&why->out,
                 "\nCells more than %d steps down are left out; ask why of one of the last.\n",
                 DEPTH_MOST);
  size_t inputs = evidence.count[STATE_INPUT], others = 0;
  for (int state = STATE_INPUT + 1; state <= STATE_ASSUMED; state++)
    others += evidence.count[state];
  buffer_print(&why->out, "\nWeakest state: %s. It rests on %zu input%s",
               state_word(values_state(why->values, cell)), inputs, inputs == 1 ? "" : "s");
  if (others)
    buffer_print(&why->out, " and %zu fact%s or constant%s", others, others == 1 ? "" : "s",
                 others == 1 ? "" : "s");
  const char *joint = ": ";
  for (int state = STATE_INPUT + 1; state <= STATE_ASSUMED; state++) {
    if (evidence.count[state] == 0) continue;
    buffer_print(&why->out, "%s%zu %s", joint, evidence.count[state],
                 state_word((enum state)state));
    joint = ", ";
  }
  buffer_text(&why->out, ".\n");
  return MLS_OK;
}

static mls_status why_text(struct why *why, unsigned cell) {
  while (why->depth > 0) {
    struct visit at = why->stack[--why->depth];
    TRY(tell_text(why, at));
    TRY(report_drain(why->report, &why->out));
  }
  TRY(put_end(why, cell));
  return report_flush(why->report, &why->out);
}

/* ---- as JSON: a flat list, each cell once, with the paths it rests on ---- */

static void json_path(struct why *why, unsigned cell, size_t row) {
  struct buffer path;
  buffer_open(&path, why->memory);
  show_path(why->values->model, cell, row, &path);
  buffer_json(&why->out, path.bytes);
  if (path.failed) why->out.failed = true;
  buffer_close(&path);
}

static void json_formula(struct why *why, struct visit at) {
  const struct cell *cell = &why->values->model->cells[at.cell];
  struct buffer text;
  buffer_open(&text, why->memory);
  if (cell->formula) formula_print(&text, cell->formula);
  buffer_text(&why->out, ", \"formula\": ");
  buffer_json(&why->out, text.bytes);
  buffer_close(&text);
  buffer_open(&text, why->memory);
  numbers_of(why, at, &text);
  buffer_text(&why->out, ", \"numbers\": ");
  buffer_json(&why->out, text.size ? text.bytes : NULL);
  if (text.failed) why->out.failed = true;
  buffer_close(&text);
}

static void json_source(struct why *why, const struct source *source, const char *key,
                        const char *joint) {
  struct buffer *out = &why->out;
  buffer_print(out, "%s{\"key\": ", joint);
  buffer_json(out, key);
  buffer_text(out, ", \"title\": ");
  buffer_json(out, source ? source->title : NULL);
  buffer_text(out, ", \"url\": ");
  buffer_json(out, source ? source->url : NULL);
  buffer_text(out, ", \"accessed\": ");
  buffer_json(out, source ? source->accessed : NULL);
  buffer_char(out, '}');
}

static void json_sources(struct why *why, struct visit at) {
  const struct mls_model *model = why->values->model;
  const struct cell *cell = &model->cells[at.cell];
  buffer_text(&why->out, ", \"sources\": [");
  if (cell->kind == CELL_FACT) {
    const struct fact *fact = at.row == ROWS_ALL ? NULL : values_fact(why->values, at.cell, at.row);
    if (fact && fact->source) json_source(why, fact->source, fact->source->key, "");
  } else if (cell->kind != CELL_KEY && cell->kind != CELL_WITHIN) {
    const struct line *line = model_line(model, at.cell);
    for (size_t i = 0; i < line->cite_count; i++)
      json_source(why, source_find(model->facts, line->cites[i]), line->cites[i], i ? ", " : "");
  }
  buffer_char(&why->out, ']');
}

static void json_label(struct why *why, struct visit at) {
  const struct mls_model *model = why->values->model;
  enum cell_kind kind = model->cells[at.cell].kind;
  bool own = kind != CELL_FACT && kind != CELL_KEY && kind != CELL_WITHIN;
  buffer_text(&why->out, ", \"label\": ");
  buffer_json(&why->out, own ? model_line(model, at.cell)->label : NULL);
}

static mls_status json_reasons(struct why *why, struct visit at) {
  struct memory_mark mark = memory_mark(&why->values->scratch_memory);
  struct reason *list;
  size_t count;
  TRY(trace_reasons(why->values, at.cell, at.row, &list, &count));
  buffer_text(&why->out, ", \"reasons\": [");
  for (size_t i = 0; i < count; i++) {
    if (i > 0) buffer_text(&why->out, ", ");
    json_path(why, list[i].cell, list[i].row);
  }
  buffer_text(&why->out, "]}");
  memory_reset(&why->values->scratch_memory, mark);
  return push_reasons(why, at);
}

static mls_status tell_json(struct why *why, struct visit at, bool *first) {
  struct buffer *out = &why->out;
  if (!is_new(why, &at)) return MLS_OK;
  buffer_text(out, *first ? "\n  {\"path\": " : ",\n  {\"path\": ");
  *first = false;
  json_path(why, at.cell, at.row);
  buffer_print(out, ", \"kind\": \"%s\"", reading_word(why->values->model, at.cell));
  if (at.row == ROWS_ALL) {
    buffer_print(out, ", \"rows\": %u", why->values->model->cells[at.cell].rows);
    buffer_print(out, ", \"state\": \"%s\"", state_word(values_state(why->values, at.cell)));
  } else {
    TRY(json_value(why->values, &why->memo, at.cell, at.row, out));
  }
  json_formula(why, at);
  json_label(why, at);
  json_sources(why, at);
  return json_reasons(why, at);
}

static mls_status json_end(struct why *why, unsigned cell) {
  struct evidence evidence;
  TRY(trace_evidence(why->values, cell, &evidence));
  buffer_print(&why->out, "],\n \"state\": \"%s\", \"evidence\": {",
               state_word(values_state(why->values, cell)));
  for (int state = STATE_INPUT; state <= STATE_ASSUMED; state++)
    buffer_print(&why->out, "%s\"%s\": %zu", state ? ", " : "", state_word((enum state)state),
                 evidence.count[state]);
  buffer_text(&why->out, "}}\n");
  return report_flush(why->report, &why->out);
}

static mls_status why_json(struct why *why, unsigned cell, size_t row) {
  struct buffer *out = &why->out;
  bool first = true;
  json_head(out, why->report->model);
  buffer_text(out, ", \"date\": ");
  buffer_json(out, why->report->date);
  buffer_text(out, ", \"scenario\": ");
  buffer_json(out, why->report->runs[0].name);
  buffer_text(out, ", \"path\": ");
  json_path(why, cell, row);
  buffer_text(out, ",\n \"cells\": [");
  while (why->depth > 0) {
    struct visit at = why->stack[--why->depth];
    TRY(tell_json(why, at, &first));
    TRY(report_drain(why->report, out));
  }
  return json_end(why, cell);
}

mls_status export_why(const struct report *report, unsigned cell, size_t row, bool json) {
  struct memory scratch;
  memory_open(&scratch, &report->fails->memory->allocator);
  struct why why = { .report = report,
                     .values = report->runs[0].values,
                     .memory = &scratch,
                     .memo = { .memory = &scratch } };
  why.told = memory_array(&scratch, report->model->cell_count, sizeof *why.told);
  why.started = memory_array(&scratch, report->model->cell_count, sizeof *why.started);
  why.bits = memory_array(&scratch, report->model->value_count / 8 + 1, 1);
  why.each = json;
  buffer_open(&why.out, &scratch);
  bool room = why.told && why.started && why.bits;
  mls_status status = room ? MLS_OK : fail_memory(report->fails);
  if (status == MLS_OK) status = push(&why, (struct visit){ cell, row, 0, false });
  if (status == MLS_OK) status = json ? why_json(&why, cell, row) : why_text(&why, cell);
  buffer_close(&why.out);
  memory_close(&scratch);
  return status;
}
