/* The checks worksheet: every check and every bound input's set, 1 or 0, in words, both sides and
   the gap, all live; and the master check that the cover shows. */
#include "xlsx.h"

#include <math.h>
#include <string.h>

static unsigned checks_page(const struct xlsx *x) { return xlsx_page_of(x, PAGE_CHECKS); }

static const char *at(struct xlsx *x, unsigned row, unsigned column) {
  char letters[8];
  return xlsx_print(x, "%s%u", xlsx_letters(letters, column), row + 1);
}

/* The base-unit value of a check: of its own row, or of the row of its sheet. */
static void put_truth(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  double value = values_get(x->values, cell, 0);
  const char *formula = NULL;
  if (x->model->cells[cell].kind == CELL_WITHIN) {
    struct pen pen;
    const struct node *node = xlsx_within(x, cell, &pen, &formula);
    if (node) xlsx_prepare(&pen, node);
    if (node) formula = xlsx_spell(&pen, node);
    if (!formula && x->status == MLS_OK) x->status = fail_memory(x->report->fails);
  } else {
    formula = xlsx_reference(x, page, cell, 0);
  }
  if (x->status == MLS_OK)
    put_formula(x, page, row, CHECK_BASE, formula, value, STYLE_BASE, XLSX_PLAIN);
}

static void put_verdict(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  double value = values_get(x->values, cell, 0);
  const char *base = at(x, row, CHECK_BASE);
  const char *shown = xlsx_print(x, "IF(ISERROR(%s),\"missing\",%s)", base, base);
  const char *words =
      xlsx_print(x, "IF(ISERROR(%s),\"missing\",IF(%s=1,\"holds\",\"fails\"))", base, base);
  if (value_is_error(value)) {
    put_formula_text(x, page, row, CHECK_HOLDS, shown, "missing", STYLE_VERDICT);
    put_formula_text(x, page, row, CHECK_VERDICT, words, "missing", STYLE_VERDICT);
    return;
  }
  put_formula(x, page, row, CHECK_HOLDS, shown, value, STYLE_VERDICT, XLSX_PLAIN);
  put_formula_text(x, page, row, CHECK_VERDICT, words, value != 0 ? "holds" : "fails",
                   STYLE_VERDICT);
}

/* ---- both sides and the gap ---- */

static void put_number_or_missing(struct xlsx *x, unsigned page, unsigned row, unsigned column,
                                  const char *formula, double value) {
  const char *whole = xlsx_print(x, "IF(ISERROR(%s),\"missing\",%s)", formula, formula);
  if (value_is_error(value)) put_formula_text(x, page, row, column, whole, "missing", STYLE_NUMBER);
  else
    put_formula(x, page, row, column, whole, value, STYLE_NUMBER,
                xlsx_number_format(value, value == floor(value)));
}

static void put_side(struct xlsx *x, unsigned page, unsigned row, unsigned column, unsigned cell,
                     const struct node *side, double factor) {
  struct pen pen = xlsx_pen(x, cell);
  pen.page = page;
  double si = values_evaluate(x->values, pen.home, 0, side);
  xlsx_prepare(&pen, side);
  put_formula(x, page, row, column + CHECK_LEFT_BASE - CHECK_LEFT, xlsx_spell(&pen, side), si,
              STYLE_BASE, XLSX_EXACT);
  const char *shown = xlsx_print(x, "%s/%s", at(x, row, column + CHECK_LEFT_BASE - CHECK_LEFT),
                                 at(x, row, CHECK_FACTOR));
  put_number_or_missing(x, page, row, column, shown, si / factor);
}

/* At most 0 when the check holds, whichever way it compares. */
static void put_gap(struct xlsx *x, unsigned page, unsigned row, const struct node *node,
                    const struct verdict *verdict, double factor) {
  const char *left = at(x, row, CHECK_LEFT_BASE), *right = at(x, row, CHECK_RIGHT_BASE);
  const char *over = at(x, row, CHECK_FACTOR);
  const char *pattern = "(%s-%s)/%s";
  if (node->function->rule == RULE_EQUAL) pattern = "ABS(%s-%s)/%s";
  bool swap = node->function->name[0] == '>';
  struct buffer out;
  buffer_open(&out, &x->scratch);
  if (pattern[0] == 'A') buffer_print(&out, "ABS(%s-%s)/%s", left, right, over);
  else buffer_print(&out, "(%s-%s)/%s", swap ? right : left, swap ? left : right, over);
  double gap = swap ? verdict->right - verdict->left : verdict->left - verdict->right;
  if (pattern[0] == 'A') gap = fabs(gap);
  put_number_or_missing(x, page, row, CHECK_GAP, xlsx_keep(x, &out), gap / factor);
}

static void put_comparison(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  const struct node *node = x->model->cells[cell].formula;
  struct verdict verdict;
  mls_status status = trace_check(x->values, cell, &verdict);
  if (status != MLS_OK && x->status == MLS_OK) x->status = status;
  if (x->status != MLS_OK || !node || !verdict.compares || node->kind != NODE_CALL) {
    put_row(x, page, row, CHECK_LEFT, CHECK_GAP, STYLE_TEXT);
    put_text(x, page, row, CHECK_UNIT, xlsx_unit(NULL, KIND_TRUTH), STYLE_UNIT);
    return;
  }
  double factor = verdict.unit ? verdict.unit->factor : 1;
  put_text(x, page, row, CHECK_UNIT, xlsx_unit(verdict.unit, KIND_NUMBER), STYLE_UNIT);
  put_number(x, page, row, CHECK_FACTOR, factor, STYLE_BASE, XLSX_PLAIN);
  put_side(x, page, row, CHECK_LEFT, cell, node->arguments[0], factor);
  put_side(x, page, row, CHECK_RIGHT, cell, node->arguments[1], factor);
  put_gap(x, page, row, node, &verdict, factor);
}

/* ---- rows ---- */

static void put_check(struct xlsx *x, unsigned page, unsigned row, unsigned cell) {
  const struct cell *here = &x->model->cells[cell];
  unsigned where = here->kind == CELL_WITHIN ? here->target : cell;
  const struct line *line = xlsx_line(x, where);
  const char *path = xlsx_path(x, cell);
  put_text(x, page, row, CHECK_LABEL, xlsx_label(x, where, 0), STYLE_WRAP);
  put_jump(x, page, row, CHECK_WHERE, x->spots[where].page, x->spots[where].row, path);
  put_truth(x, page, row, cell);
  put_verdict(x, page, row, cell);
  put_comparison(x, page, row, cell);
  const char *words = here->formula ? xlsx_words(x, here->formula, model_home(x->model, here))
                                    : xlsx_print(x, "%s: %s", line->name, xlsx_set_words(x, line));
  put_text(x, page, row, CHECK_WORDS, words, STYLE_WRAP);
}

/* How many checks have a result now. */
static double count_of(struct xlsx *x, double result) {
  double count = 0;
  for (size_t i = 0; i < x->check_count; i++) {
    double value = values_get(x->values, x->checks[i], 0);
    count += value_is_error(result) ? value_is_error(value) : value == result;
  }
  return count;
}

static void put_count(struct xlsx *x, unsigned page, unsigned row, const char *label,
                      const char *formula, double value, const char *format) {
  put_text(x, page, row, CHECK_LABEL, label, STYLE_KEY);
  put_blank(x, page, row, CHECK_WHERE, STYLE_KEY);
  put_formula(x, page, row, CHECK_HOLDS, formula, value, STYLE_VERDICT, format);
  put_text(x, page, row, CHECK_UNIT, format == XLSX_HOLDS ? "1 = yes" : "number", STYLE_UNIT);
}

/* Below the checks: how many fail, how many cannot be told, how many tornados do not begin at the
   model's result, and the master check. */
static void put_master(struct xlsx *x, unsigned page) {
  unsigned first = x->pages[page].first, row = first + (unsigned)x->check_count + 1;
  unsigned last = x->check_count ? row - 2 : first;
  const char *range = xlsx_print(x, "%s:%s", at(x, first, CHECK_HOLDS), at(x, last, CHECK_HOLDS));
  double fails = count_of(x, 0), missing = count_of(x, FUNCTION_ERROR);
  put_count(x, page, row, "Checks that fail", xlsx_print(x, "COUNTIF(%s,0)", range), fails,
            XLSX_PLAIN);
  put_count(x, page, row + 1, "Checks that cannot be told",
            xlsx_print(x, "COUNTIF(%s,\"missing\")", range), missing, XLSX_PLAIN);
  if (x->runs_count)
    put_count(x, page, row + 2, "Tornados whose base run is not the model's", xlsx_runs_apart(x), 0,
              XLSX_PLAIN);
  unsigned master = xlsx_master_row(x);
  const char *all = xlsx_print(x, "IF(SUM(%s:%s)=0,1,0)", at(x, row, CHECK_HOLDS),
                               at(x, master - 1, CHECK_HOLDS));
  put_count(x, page, master, "Master check", all, fails + missing == 0, XLSX_HOLDS);
  put_verdicts(x, page, master, master, CHECK_HOLDS);
}

unsigned xlsx_master_row(const struct xlsx *x) {
  unsigned runs = x->runs_count ? 1 : 0;
  return x->pages[checks_page(x)].first + (unsigned)x->check_count + 3 + runs;
}

double xlsx_master(struct xlsx *x) {
  return count_of(x, 0) + count_of(x, FUNCTION_ERROR) == 0 ? 1 : 0;
}

static void put_heads(struct xlsx *x, unsigned page) {
  static const char *const heads[] = { "Check",
                                       "Where",
                                       "1 or 0",
                                       "Verdict",
                                       "Left side",
                                       "Right side",
                                       "Gap",
                                       "Unit",
                                       "In words",
                                       NULL,
                                       "Base-unit value",
                                       "Left, base unit",
                                       "Right, base unit",
                                       "Factor" };
  static const double widths[] = { 40, 40, 10, 11, 15, 15, 15, 14, 60, 2, 15, 17, 17, 13 };
  for (unsigned i = 0; i < sizeof heads / sizeof *heads; i++) {
    put_width(x, page, i, i, widths[i], i >= CHECK_BASE);
    if (heads[i]) put_text(x, page, x->pages[page].first - 1, i, heads[i], STYLE_HEAD);
  }
}

void xlsx_write_checks(struct xlsx *x) {
  unsigned page = checks_page(x), first = x->pages[page].first;
  put_page(x, page, "Checks",
           "1 holds, 0 fails. The gap is at most 0 when a comparison holds. A false check means: "
           "not feasible.");
  put_heads(x, page);
  struct memory_mark mark = memory_mark(&x->scratch);
  for (size_t i = 0; i < x->check_count && x->status == MLS_OK; i++) {
    memory_reset(&x->scratch, mark);
    put_check(x, page, first + (unsigned)i, x->checks[i]);
  }
  if (x->check_count == 0) put_text(x, page, first, 0, "This model has no checks.", STYLE_NOTE);
  else {
    unsigned last = first + (unsigned)x->check_count - 1;
    put_verdicts(x, page, first, last, CHECK_HOLDS);
  }
  put_master(x, page);
  put_print(x, page, "Checks",
            (struct print){ first - 1, first - 1, xlsx_master_row(x), CHECK_SPACE, 1, 0 });
}
