/* The runs worksheet: for each tornado of a result a block with one run a column. It shows the
   inputs that move and how far, then what comes out of each run, beside it what the engine gave.
   Below all blocks, not printed, stand the cells that the inputs change on the way to the result,
   and no others, calculated in every column by the formula that the model has. What does not move
   is read from the model, so the runs begin at whatever scenario and overrides are chosen. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

/* Columns of the inputs that move, and rows of a block from its first on: both follow the heads. */
enum { MOVE_LOW = RUNS_BASE, MOVE_HIGH, MOVE_LOW_BASE, MOVE_HIGH_BASE, MOVE_NUMBER, MOVE_COUNT };
enum { ROW_HEADS = 1, ROW_MOVES };
/* Rows from the heads of the runs on. */
enum {
  ROW_MOVED = 1,
  ROW_END,
  ROW_RESULT,
  ROW_CHANGE,
  ROW_ENGINE,
  ROW_SAME,
  ROW_AGREES,
  ROW_START,
  ROW_LAST
};

/* A block being written. */
struct block_of_runs {
  struct xlsx *x;
  struct runs *runs;
  const struct chart *chart;
  unsigned page;
  unsigned first; /* of its lines, below a heading */
};

static unsigned heads_of(const struct block_of_runs *b) {
  return b->runs->top + ROW_MOVES + (unsigned)b->chart->item_count + 1;
}

static unsigned last_run(const struct block_of_runs *b) {
  return RUNS_BASE + 2 * (unsigned)b->chart->item_count;
}

/* "F$12": of the own run; "$F$12": the same in all. */
static const char *in_run(const struct block_of_runs *b, unsigned run, unsigned row) {
  char letters[8];
  return xlsx_print(b->x, "%s$%u", xlsx_letters(letters, run), row + 1);
}

static const char *fixed(const struct block_of_runs *b, unsigned column, unsigned row) {
  return xlsx_print(b->x, "$%s", in_run(b, column, row));
}

/* ---- which runs there are ---- */

void xlsx_list_runs(struct xlsx *x) {
  const struct sheet *sheet = x->model->instances[0].sheet;
  x->runs = memory_array(&x->memory, sheet->line_count, sizeof *x->runs);
  if (!x->runs) x->status = fail_memory(x->report->fails);
  for (size_t line = 0; x->status == MLS_OK && chart_next(x->model, &line); line++)
    if (sheet->lines[line].use->swing) x->runs[x->runs_count++].line = line;
}

const struct runs *xlsx_runs_of(const struct xlsx *x, const struct chart *chart) {
  const struct runs *runs = x->runs;
  while (&x->model->instances[0].sheet->lines[runs->line] != chart->line) runs++;
  return runs;
}

/* ---- which cells they need ---- */

enum { MOVED = 1, NEEDED = 2 };
struct cone {
  unsigned char *marks;
  bool grown;
};

static void mark(struct cone *cone, unsigned cell, unsigned char with) {
  cone->grown |= (cone->marks[cell] & with) == 0;
  cone->marks[cell] |= with;
}

static mls_status need(void *context, unsigned precedent, enum edge_kind kind, unsigned lag) {
  (void)kind, (void)lag;
  mark(context, precedent, NEEDED);
  return MLS_OK;
}

/* Down from the inputs, and up from the result; again where columns need each other. */
static mls_status mark_cone(const struct mls_model *model, struct cone *cone) {
  unsigned count = (unsigned)model->cell_count;
  do {
    cone->grown = false;
    for (unsigned i = 0; i < count; i++)
      for (size_t k = model->edge_first[i]; k < model->edge_first[i + 1]; k++)
        if (cone->marks[i] & MOVED) mark(cone, model->edges[k].to, MOVED);
    for (unsigned i = count; i-- > 0;)
      if (cone->marks[i] & NEEDED) TRY(graph_precedents(model, i, need, cone));
  } while (cone->grown);
  return MLS_OK;
}

static void add_line(struct xlsx *x, struct runs *runs, struct run_line line) {
  struct run_line *lines =
      memory_grow(&x->memory, runs->lines, runs->count, &runs->room, sizeof *lines);
  if (!lines) {
    x->status = fail_memory(x->report->fails);
    return;
  }
  line.first = runs->next;
  runs->next += line.rows;
  runs->lines = lines;
  runs->lines[runs->count++] = line;
}

/* Rows of all cells that have a place: hidden totals are written where they are read. */
static void place_lines(const struct block_of_runs *b, const unsigned char *marks) {
  struct xlsx *x = b->x;
  for (unsigned i = 0; i < x->model->cell_count && x->status == MLS_OK; i++) {
    if (marks[i] != (MOVED | NEEDED) || x->spots[i].page == GRAPH_NONE) continue;
    b->runs->first[i] = b->runs->next;
    add_line(x, b->runs, (struct run_line){ i, NULL, 0, x->model->cells[i].rows });
  }
}

static void place_block(const struct block_of_runs *b) {
  struct xlsx *x = b->x;
  const struct mls_model *model = x->model;
  struct runs *runs = b->runs;
  struct cone cone = { memory_array(&x->scratch, model->cell_count, 1), false };
  runs->first = memory_array(&x->memory, model->cell_count, sizeof *runs->first);
  runs->steps = memory_array(&x->memory, model->instance_count, sizeof *runs->steps);
  if (!cone.marks || !runs->first || !runs->steps) x->status = fail_memory(x->report->fails);
  if (x->status != MLS_OK) return;
  for (size_t i = 0; i < model->instance_count; i++) map_open(&runs->steps[i], &x->memory);
  for (size_t i = 0; i < b->chart->item_count; i++)
    cone.marks[b->chart->items[i].cell] = MOVED | NEEDED;
  cone.marks[b->chart->result.cell] |= NEEDED;
  x->status = mark_cone(model, &cone);
  runs->change = heads_of(b) + ROW_CHANGE;
  runs->agrees = heads_of(b) + ROW_AGREES;
  runs->start = heads_of(b) + ROW_START;
  place_lines(b, cone.marks);
}

/* ---- formulas ---- */

unsigned xlsx_run_row(const struct pen *pen, unsigned cell) {
  return pen->runs ? pen->runs->first[cell] : 0;
}

struct map *xlsx_run_steps(const struct pen *pen) {
  return &pen->runs->steps[pen->x->model->cells[pen->cell].instance];
}

void xlsx_run_add_step(struct pen *pen, const struct node *node) {
  const struct cell *cell = &pen->x->model->cells[pen->cell];
  unsigned rows = !node_is_total(node) ? cell->rows : 1, first = pen->runs->next;
  add_line(pen->x, pen->runs, (struct run_line){ pen->cell, node, 0, rows });
  if (map_put(xlsx_run_steps(pen), node, first) != MLS_OK)
    pen->x->status = fail_memory(pen->x->report->fails);
}

static struct pen pen_of(const struct block_of_runs *b, const struct run_line *line, unsigned run) {
  struct pen pen = xlsx_pen(b->x, line->cell);
  pen.page = b->page;
  pen.runs = b->runs;
  pen.run = run;
  pen.whole = line->node;
  return pen;
}

static const struct node *tree_of(const struct xlsx *x, const struct run_line *line) {
  return line->node ? line->node : x->model->cells[line->cell].formula;
}

/* Long formulas are cut before one is written: a step may be read by a line above it. */
static void prepare_lines(const struct block_of_runs *b) {
  for (size_t i = 0; i < b->runs->count && b->x->status == MLS_OK; i++) {
    struct memory_mark start = memory_mark(&b->x->scratch);
    struct pen pen = pen_of(b, &b->runs->lines[i], RUNS_BASE);
    const struct node *tree = tree_of(b->x, &b->runs->lines[i]);
    if (tree) xlsx_prepare(&pen, tree);
    memory_reset(&b->x->scratch, start);
  }
  size_t cells = (b->runs->next - b->first) * (size_t)(last_run(b) - RUNS_BASE + 1);
  if (cells > XLSX_RUNS)
    xlsx_refuse(b->x, MLS_LIMIT,
                "the runs of chart %s would take %zu cells, at most %d are written: name fewer "
                "inputs, or shorten the tables that they change",
                b->chart->name, cells, XLSX_RUNS);
}

/* The input that a run moves goes to its end; all others stay. */
static const char *moved_formula(const struct block_of_runs *b, unsigned run, unsigned input,
                                 unsigned row) {
  unsigned move = b->runs->top + ROW_MOVES + input, heads = heads_of(b);
  return xlsx_print(b->x, "IF(%s=%s,IF(%s=1,%s,%s),%s)", in_run(b, run, heads + ROW_MOVED),
                    fixed(b, MOVE_NUMBER, move), in_run(b, run, heads + ROW_END),
                    fixed(b, MOVE_HIGH_BASE, move), fixed(b, MOVE_LOW_BASE, move),
                    fixed(b, RUNS_MODEL, row));
}

/* Which of the inputs that move a line is, or their number. */
static unsigned input_of(const struct block_of_runs *b, const struct run_line *line) {
  unsigned input = 0;
  while (input < b->chart->item_count && b->chart->items[input].cell != line->cell) input++;
  return input;
}

static void put_line(const struct block_of_runs *b, struct mls_values *values, unsigned run,
                     const struct run_line *line) {
  struct xlsx *x = b->x;
  const struct cell *cell = &x->model->cells[line->cell];
  struct memory_mark start = memory_mark(&x->scratch);
  for (unsigned row = 0; row < line->rows && x->status == MLS_OK; row++) {
    memory_reset(&x->scratch, start);
    struct pen pen = pen_of(b, line, run);
    pen.row = row;
    const struct node *tree = tree_of(x, line);
    double si = line->node ? values_evaluate(values, pen.home, row, tree)
                           : values_get(values, line->cell, row);
    if (tree)
      xlsx_put_tree(&pen, tree, line->first + row, run, si,
                    line->node ? tree->type->kind == KIND_TEXT : cell->text);
    else
      put_formula(x, b->page, line->first, run,
                  moved_formula(b, run, input_of(b, line), line->first), si, STYLE_BASE,
                  XLSX_EXACT);
  }
}

/* ---- what comes out ---- */

static const struct cell *result_of(const struct block_of_runs *b) {
  return &b->x->model->cells[b->chart->result.cell];
}

static const char *format_of(double value) {
  return value_is_error(value) ? XLSX_PLAIN : xlsx_number_format(value, value == floor(value));
}

static void put_known(const struct block_of_runs *b, unsigned row, unsigned column,
                      const char *formula, double value, enum style style) {
  if (value_is_error(value))
    put_formula_text(b->x, b->page, row, column, formula, "missing", style);
  else put_formula(b->x, b->page, row, column, formula, value, style, format_of(value));
}

static const char *result_factor(const struct block_of_runs *b) {
  const struct spot *spot = &b->x->spots[b->chart->result.cell];
  const struct page *page = &b->x->pages[spot->page];
  struct buffer out;
  buffer_open(&out, &b->x->scratch);
  buffer_text(&out, page->quoted);
  xlsx_address(&out, spot->row, page->base + BASE_FACTOR, true);
  return xlsx_keep(b->x, &out);
}

/* Only where the first scenario is chosen has the engine's value something to say. */
static void put_same(const struct block_of_runs *b, unsigned run) {
  unsigned row = heads_of(b) + ROW_SAME;
  const char *live = in_run(b, run, heads_of(b) + ROW_RESULT);
  const char *engine = in_run(b, run, heads_of(b) + ROW_ENGINE), *most = xlsx_tolerance(b->x);
  put_formula(b->x, b->page, row, run,
              xlsx_print(b->x,
                         "IF(%s<>1,\"-\",IF(AND(ISNUMBER(%s),ISNUMBER(%s)),"
                         "IF(ABS(%s-%s)<=%s*MAX(ABS(%s),ABS(%s)),1,0),IF(EXACT(%s,%s),1,0)))",
                         XLSX_RUN_NUMBER, live, engine, live, engine, most, live, engine, live,
                         engine),
              1, STYLE_NUMBER, XLSX_PLAIN);
}

/* A run that the engine made: input `moved` (from 1; 0: none) at one of its ends. */
static void put_run(const struct block_of_runs *b, struct mls_values *values, unsigned run,
                    unsigned moved, bool high) {
  struct xlsx *x = b->x;
  unsigned heads = heads_of(b), row = heads + ROW_RESULT;
  unsigned result = b->chart->result.cell;
  const char *cell = in_run(b, run, b->runs->first[result]);
  double value = values_get(values, result, 0) / b->chart->factor;
  double base = values_get(x->values, result, 0) / b->chart->factor;
  const char *head =
      moved ? xlsx_print(x, "%s: %s", b->chart->items[moved - 1].label, high ? "high" : "low")
            : "Base: nothing moves";
  put_text(x, b->page, heads, run, head, STYLE_HEAD);
  put_number(x, b->page, heads + ROW_MOVED, run, moved, STYLE_CONSTANT, XLSX_PLAIN);
  put_number(x, b->page, heads + ROW_END, run, high, STYLE_CONSTANT, XLSX_PLAIN);
  put_known(b, row, run,
            xlsx_print(x, "IF(ISERROR(%s),\"missing\",%s/%s)", cell, cell, result_factor(b)), value,
            STYLE_OUTPUT);
  put_known(b, heads + ROW_CHANGE, run,
            xlsx_print(x, "IF(AND(ISNUMBER(%s),ISNUMBER(%s)),%s-%s,\"missing\")",
                       in_run(b, run, row), fixed(b, RUNS_BASE, row), in_run(b, run, row),
                       fixed(b, RUNS_BASE, row)),
            value - base, STYLE_NUMBER);
  put_number(x, b->page, heads + ROW_ENGINE, run, value, STYLE_CONSTANT, format_of(value));
  put_same(b, run);
  for (size_t i = 0; i < b->runs->count; i++) put_line(b, values, run, &b->runs->lines[i]);
}

static mls_status put_moves(const struct block_of_runs *b, struct mls_values *branch,
                            unsigned input) {
  unsigned cell = b->chart->items[input].cell, run = RUNS_FIRST + 2 * input;
  double before = values_get(branch, cell, 0);
  for (unsigned end = 0; end < 2 && b->x->status == MLS_OK; end++) {
    TRY(branch_move(branch, cell, chart_end(b->x->model, cell, end == 1)));
    put_run(b, branch, run + end, input + 1, end == 1);
  }
  return branch_move(branch, cell, before);
}

static mls_status put_runs(const struct block_of_runs *b, struct mls_values *branch) {
  put_run(b, branch, RUNS_BASE, 0, false);
  for (unsigned i = 0; i < b->chart->item_count && b->x->status == MLS_OK; i++)
    TRY(put_moves(b, branch, i));
  return MLS_OK;
}

static void put_all_runs(const struct block_of_runs *b) {
  struct mls_values branch;
  mls_status status = branch_open(&branch, b->x->values);
  if (status == MLS_OK) status = put_runs(b, &branch);
  branch_close(&branch);
  if (b->x->status == MLS_OK) b->x->status = status;
}

/* ---- labels ---- */

/* The inputs that move: now, and both ends, which may be typed over. */
static void put_move(const struct block_of_runs *b, unsigned input) {
  struct xlsx *x = b->x;
  unsigned cell = b->chart->items[input].cell, row = b->runs->top + ROW_MOVES + input;
  const struct line *line = xlsx_line(x, cell);
  const struct knob *knob = xlsx_knob(x, cell, 0);
  const struct cell *here = &x->model->cells[cell];
  const char *factor = xlsx_input_cell(x, knob, IN_FACTOR);
  double ends[] = { line->domain->likely->low, line->domain->likely->high };
  double now = values_get(x->values, cell, 0) / here->unit->factor;
  put_text(x, b->page, row, RUNS_LABEL, xlsx_label(x, cell, 0), STYLE_WRAP);
  put_jump(x, b->page, row, RUNS_WHERE, knob->page, knob->line, xlsx_path(x, cell));
  put_formula(x, b->page, row, RUNS_MODEL, xlsx_input_cell(x, knob, IN_VALUE), now, STYLE_NUMBER,
              format_of(now));
  put_text(x, b->page, row, RUNS_UNIT, xlsx_unit(here->unit, KIND_NUMBER), STYLE_UNIT);
  for (unsigned i = 0; i < 2; i++) {
    put_number(x, b->page, row, MOVE_LOW + i, ends[i], STYLE_INPUT, XLSX_PLAIN);
    put_formula(x, b->page, row, MOVE_LOW_BASE + i,
                xlsx_print(x, "%s*%s", fixed(b, MOVE_LOW + i, row), factor),
                chart_end(x->model, cell, i == 1), STYLE_BASE, XLSX_EXACT);
  }
  put_validation(x, b->page, row, row, MOVE_LOW, MOVE_HIGH, line, here->unit);
  put_number(x, b->page, row, MOVE_NUMBER, input + 1, STYLE_CONSTANT, XLSX_PLAIN);
}

static void put_heads(const struct block_of_runs *b) {
  static const char *const moves[] = {
    "Input that moves", "Name",  "Value now", "Unit", "Low", "High", "Low, base unit",
    "High, base unit",  "Number"
  };
  static const char *const runs[] = { "Run", "Where", "Model now", "Unit" };
  for (unsigned i = 0; i < MOVE_COUNT; i++)
    put_text(b->x, b->page, b->runs->top + ROW_HEADS, i, moves[i], STYLE_HEAD);
  for (unsigned i = 0; i < RUNS_BASE; i++)
    put_text(b->x, b->page, heads_of(b), i, runs[i], STYLE_HEAD);
}

static void put_label(const struct block_of_runs *b, unsigned row, const char *label,
                      const char *unit) {
  put_text(b->x, b->page, heads_of(b) + row, RUNS_LABEL, label, STYLE_WRAP);
  put_blank(b->x, b->page, heads_of(b) + row, RUNS_WHERE, STYLE_TEXT);
  put_blank(b->x, b->page, heads_of(b) + row, RUNS_MODEL, STYLE_TEXT);
  put_text(b->x, b->page, heads_of(b) + row, RUNS_UNIT, unit, STYLE_UNIT);
}

/* The result of the model, which the base run must give, whatever is chosen. */
static void put_result(const struct block_of_runs *b) {
  struct xlsx *x = b->x;
  unsigned cell = b->chart->result.cell, row = heads_of(b) + ROW_RESULT;
  const struct spot *spot = &x->spots[cell];
  struct buffer out;
  buffer_open(&out, &x->scratch);
  buffer_text(&out, x->pages[spot->page].quoted);
  xlsx_address(&out, spot->row, spot->shown, true);
  const char *shown = xlsx_keep(x, &out);
  put_text(x, b->page, row, RUNS_LABEL, xlsx_label(x, cell, 0), STYLE_OUTPUT_LABEL);
  put_jump(x, b->page, row, RUNS_WHERE, spot->page, spot->row, xlsx_path(x, cell));
  put_known(b, row, RUNS_MODEL, shown, values_get(x->values, cell, 0) / b->chart->factor,
            STYLE_OUTPUT);
}

static void put_verdict(const struct block_of_runs *b, unsigned row, const char *formula) {
  put_formula(b->x, b->page, row, RUNS_BASE, formula, 1, STYLE_VERDICT, XLSX_YES);
  put_verdicts(b->x, b->page, row, row, RUNS_BASE);
}

static void put_agreement(const struct block_of_runs *b) {
  struct xlsx *x = b->x;
  unsigned same = heads_of(b) + ROW_SAME, result = heads_of(b) + ROW_RESULT;
  const char *model = fixed(b, RUNS_MODEL, result), *base = fixed(b, RUNS_BASE, result);
  put_verdict(b, b->runs->agrees,
              xlsx_print(x, "IF(COUNTIF(%s:%s,0)=0,1,0)", fixed(b, RUNS_BASE, same),
                         fixed(b, last_run(b), same)));
  put_verdict(b, b->runs->start,
              xlsx_print(x,
                         "IF(AND(ISNUMBER(%s),ISNUMBER(%s)),IF(ABS(%s-%s)<=%s*MAX(ABS(%s),ABS(%s)),"
                         "1,0),IF(EXACT(%s,%s),1,0))",
                         model, base, model, base, xlsx_tolerance(x), model, base, model, base));
}

static void put_labels(const struct block_of_runs *b) {
  const char *unit = xlsx_unit(result_of(b)->unit, KIND_NUMBER);
  put_heads(b);
  put_label(b, ROW_MOVED, "Number of the input that moves; 0: none", "number");
  put_label(b, ROW_END, "To its high end, else to its low one", "1 = yes");
  put_label(b, ROW_RESULT, "", unit);
  put_result(b);
  put_label(b, ROW_CHANGE, "Change", unit);
  put_label(b, ROW_ENGINE, xlsx_print(b->x, "What the engine gave, scenario %s", b->x->choices[0]),
            unit);
  put_label(b, ROW_SAME, "The run gives the same", "1 = yes");
  put_label(b, ROW_AGREES, "All runs give the same as the engine", "1 = yes");
  put_label(b, ROW_START, "The base run gives the model's result", "1 = yes");
  put_agreement(b);
}

/* ---- the lines ---- */

static const char *line_unit(struct xlsx *x, const struct run_line *line) {
  const struct cell *cell = &x->model->cells[line->cell];
  const struct node *node = line->node;
  enum kind kind = node          ? node->type->kind
                   : cell->text  ? KIND_TEXT
                   : cell->truth ? KIND_TRUTH
                                 : KIND_NUMBER;
  if (kind != KIND_NUMBER) return xlsx_unit(NULL, kind);
  return node ? xlsx_base_unit(x, node->type->strict, node->type->count)
              : xlsx_base_unit(x, cell->unit->strict, cell->unit->count);
}

/* "Power bill", then the keys of its rows. */
static const char *line_label(struct xlsx *x, const struct run_line *line, unsigned row) {
  char number[TEXT_NUMBER];
  const char *label = xlsx_label(x, line->cell, 0);
  if (line->node) label = xlsx_print(x, "part of %s", label);
  if (line->rows == 1) return label;
  const struct sheet *sheet = x->model->instances[x->model->cells[line->cell].instance].sheet;
  const char *key = sheet->lines[sheet->tables[x->model->cells[line->cell].table]].domain->key;
  return xlsx_print(x, "%s, %s %s", label, key, model_row_key(x->model, line->cell, row, number));
}

static void put_line_head(const struct block_of_runs *b, const struct run_line *line,
                          unsigned row) {
  struct xlsx *x = b->x;
  const struct cell *cell = &x->model->cells[line->cell];
  unsigned at_row = line->first + row;
  const struct spot *spot = &x->spots[line->cell];
  put_text(x, b->page, at_row, RUNS_LABEL, line_label(x, line, row), STYLE_WRAP);
  put_text(x, b->page, at_row, RUNS_UNIT, line_unit(x, line), STYLE_BASE);
  if (row == 0)
    put_jump(x, b->page, at_row, RUNS_WHERE, spot->page, spot->row, xlsx_path(x, line->cell));
  else put_blank(x, b->page, at_row, RUNS_WHERE, STYLE_TEXT);
  if (line->node) {
    put_blank(x, b->page, at_row, RUNS_MODEL, STYLE_TEXT);
    return;
  }
  const char *model = xlsx_reference(x, b->page, line->cell, row);
  const char *shown = xlsx_print(x, "IF(ISERROR(%s),\"missing\",%s)", model, model);
  double si = values_get(x->values, line->cell, row);
  if (value_is_error(si))
    put_formula_text(x, b->page, at_row, RUNS_MODEL, shown, "missing", STYLE_BASE);
  else put_value(x, b->page, at_row, RUNS_MODEL, shown, si, cell->text, STYLE_BASE, XLSX_EXACT);
}

static void put_lines(const struct block_of_runs *b) {
  struct xlsx *x = b->x;
  put_row(x, b->page, b->first - 1, 0, last_run(b), STYLE_SECTION);
  put_text(x, b->page, b->first - 1, 0,
           xlsx_print(x, "%s: what the inputs change on the way, in base units", b->chart->title),
           STYLE_SECTION);
  for (size_t i = 0; i < b->runs->count; i++)
    for (unsigned row = 0; row < b->runs->lines[i].rows && x->status == MLS_OK; row++) {
      struct memory_mark start = memory_mark(&x->scratch);
      put_line_head(b, &b->runs->lines[i], row);
      memory_reset(&x->scratch, start);
    }
}

/* ---- all ---- */

static void put_block(const struct block_of_runs *b) {
  struct xlsx *x = b->x;
  place_block(b);
  if (x->status == MLS_OK) prepare_lines(b);
  if (x->status != MLS_OK) return;
  put_row(x, b->page, b->runs->top, 0, last_run(b), STYLE_SECTION);
  put_text(x, b->page, b->runs->top, 0, b->chart->title, STYLE_SECTION);
  for (unsigned i = 0; i < b->chart->item_count; i++) put_move(b, i);
  put_labels(b);
  put_lines(b);
  put_all_runs(b);
}

static const char *sum_of(struct xlsx *x, const char *joint, bool start) {
  struct buffer out;
  buffer_open(&out, &x->scratch);
  for (size_t i = 0; i < x->runs_count; i++) {
    char letters[8];
    const char *column = xlsx_letters(letters, RUNS_BASE);
    if (i) buffer_text(&out, joint);
    if (start) buffer_print(&out, "(1-runs!$%s$%u)", column, x->runs[i].start + 1);
    else buffer_print(&out, "runs!$%s$%u", column, x->runs[i].agrees + 1);
  }
  return xlsx_keep(x, &out);
}

const char *xlsx_runs_apart(struct xlsx *x) { return x->runs_count ? sum_of(x, "+", true) : NULL; }

const char *xlsx_runs_agree(struct xlsx *x) { return x->runs_count ? sum_of(x, ",", false) : NULL; }

static void put_widths(struct xlsx *x, unsigned page, unsigned last) {
  static const double widths[] = { 38, 26, 15, 16 };
  for (unsigned i = 0; i < RUNS_BASE; i++) put_width(x, page, i, i, widths[i], false);
  put_width(x, page, RUNS_BASE, last, 15, false);
}

/* One below the other, and below them the lines of all. */
static unsigned place_blocks(struct xlsx *x, unsigned row) {
  const struct line *lines = x->model->instances[0].sheet->lines;
  for (size_t i = 0; i < x->runs_count; i++) {
    unsigned inputs = (unsigned)lines[x->runs[i].line].use->bind_count - 1;
    x->runs[i].top = row;
    row += ROW_MOVES + inputs + 1 + ROW_LAST + 1;
  }
  return row;
}

/* The last column. */
static unsigned put_blocks(struct xlsx *x, unsigned page, unsigned row) {
  unsigned last = MOVE_NUMBER;
  for (size_t i = 0; i < x->runs_count && x->status == MLS_OK; i++) {
    struct memory_mark start = memory_mark(&x->scratch);
    struct chart chart;
    x->runs[i].next = row + 1;
    x->status = chart_make(x->values, x->runs[i].line, &x->scratch, &chart);
    if (x->status != MLS_OK) return last;
    struct block_of_runs block = { x, &x->runs[i], &chart, page, row + 1 };
    put_block(&block);
    row = x->runs[i].next + 1;
    if (last_run(&block) > last) last = last_run(&block);
    memory_reset(&x->scratch, start);
  }
  return last;
}

void xlsx_write_runs(struct xlsx *x) {
  enum { ACROSS = 9 }; /* runs on a printed page */
  unsigned page = xlsx_page_of(x, PAGE_RUNS), across = 1;
  put_page(x, page, "Runs",
           "One input at a time goes to the ends of what is likely; all others stay as chosen. "
           "Live: the ends may be typed over.");
  put_widths(x, page, RUNS_BASE + 2 * (LIMIT_CHART - 1));
  unsigned below = place_blocks(x, x->pages[page].first - 1);
  unsigned last = put_blocks(x, page, below);
  while (last - RUNS_BASE >= across * ACROSS) across++;
  put_print(x, page, "Runs", (struct print){ 0, 1, below - 2, last + 1, across, 0 });
}
