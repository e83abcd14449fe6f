/* The worksheet of charts: for each a block with its title, the native chart (xlsx_plot.c), and the
   numbers that it shows, live. What a kind of chart needs besides stands beside them as formulas
   that anybody may read: steps of a waterfall, the order of a tornado, points of a roofline. */
#include "xlsx_chart.h"

#include <math.h>
#include <string.h>

enum { SCALE = 68 }; /* percent: pages of A4 and of Letter are wider than all columns then */

/* ---- addresses and values ---- */

static const char *at(const struct plate *p, unsigned row, unsigned column) {
  char letters[8];
  return xlsx_print(p->x, "%s%u", xlsx_letters(letters, column), row + 1);
}

/* From the first row of the numbers to the last, fixed: a formula is the same in each row. */
static const char *down(const struct plate *p, unsigned column) {
  char letters[8];
  xlsx_letters(letters, column);
  return xlsx_print(p->x, "$%s$%u:$%s$%u", letters, p->first + 1, letters, p->last + 1);
}

/* All rows of a table in the format of the largest. */
static const char *format_of(const struct plate *p, double value) {
  double most = fmax(fabs(p->chart->low), fabs(p->chart->high));
  if (p->chart->columns) return xlsx_number_format(most, most >= 1000);
  return xlsx_number_format(value, value == floor(value));
}

static void put_live(const struct plate *p, unsigned row, unsigned column, const char *formula,
                     double value, enum style style) {
  if (isnan(value)) put_formula_text(p->x, p->page, row, column, formula, "missing", style);
  else put_formula(p->x, p->page, row, column, formula, value, style, format_of(p, value));
}

/* A value in the unit of its factor, which stands in a cell. */
static void put_item(const struct plate *p, unsigned row, unsigned column, size_t item, size_t line,
                     const char *factor, double value) {
  const struct chart_item *shown = &p->chart->items[item];
  size_t from = p->chart->columns ? line : shown->row;
  const char *base = xlsx_reference(p->x, p->page, shown->cell, from);
  put_live(p, row, column,
           xlsx_print(p->x, "IF(ISERROR(%s),\"missing\",%s/%s)", base, base, factor), value,
           STYLE_NUMBER);
}

static void put_heads(const struct plate *p, const char *const *heads, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    put_text(p->x, p->page, p->first - 1, i, heads[i], STYLE_HEAD);
}

/* "Before, USD": every number of the worksheet has its unit above it. */
static const char *head_of(const struct plate *p, const char *label) {
  const char *unit = p->chart->unit;
  return xlsx_print(p->x, "%s, %s", label, unit[0] ? unit : "number");
}

/* One factor for all numbers of the block, above their headings. */
static const char *put_factor(const struct plate *p) {
  unsigned row = p->first - 2;
  put_text(p->x, p->page, row, 0, head_of(p, "Base units in one"), STYLE_TEXT);
  put_number(p->x, p->page, row, 1, p->chart->factor, STYLE_BASE, XLSX_PLAIN);
  return xlsx_print(p->x, "$B$%u", row + 1);
}

/* Labels and values of single cells in the first two columns. */
static void put_items(const struct plate *p) {
  const struct chart *c = p->chart;
  const char *factor = put_factor(p);
  for (unsigned i = 0; i < c->item_count; i++) {
    put_text(p->x, p->page, p->first + i, 0, c->items[i].label, STYLE_WRAP);
    put_item(p, p->first + i, 1, i, 0, factor, chart_value(c, i, 0));
  }
}

/* ---- kinds ---- */

static void put_bars(const struct plate *p) {
  const char *heads[] = { "Shown", head_of(p, "Value") };
  put_heads(p, heads, 2);
  put_items(p);
}

/* A line is drawn over an error where a value is missing: a word would be drawn as 0. */
static void put_drawn(const struct plate *p, unsigned row, size_t item, double value) {
  const char *shown = at(p, row, 1 + (unsigned)item);
  put_formula(p->x, p->page, row, xlsx_drawn(p, item),
              xlsx_print(p->x, "IF(ISTEXT(%s),NA(),%s)", shown, shown), value, STYLE_BASE,
              format_of(p, value));
}

static void put_row_heads(const struct plate *p) {
  const struct chart *c = p->chart;
  bool words = p->x->model->cells[c->key].text;
  put_text(p->x, p->page, p->first - 1, 0,
           xlsx_print(p->x, "%s, %s", c->across, words ? "word" : "number"), STYLE_HEAD);
  for (unsigned i = 0; i < c->item_count; i++) {
    put_text(p->x, p->page, p->first - 1, 1 + i, head_of(p, c->items[i].label), STYLE_HEAD);
    if (c->kind != CHART_SERIES) continue;
    put_text(p->x, p->page, p->first - 1, xlsx_drawn(p, i),
             xlsx_print(p->x, "Drawn: %s", head_of(p, c->items[i].label)), STYLE_HEAD);
  }
}

static void put_rows(const struct plate *p) {
  const struct chart *c = p->chart;
  struct xlsx *x = p->x;
  const char *factor = put_factor(p);
  put_row_heads(p);
  struct memory_mark mark = memory_mark(&x->scratch);
  for (unsigned row = 0; row < c->rows && x->status == MLS_OK; row++) {
    memory_reset(&x->scratch, mark);
    put_value(x, p->page, p->first + row, 0, xlsx_reference(x, p->page, c->key, row),
              values_get(x->values, c->key, row), x->model->cells[c->key].text, STYLE_KEY,
              XLSX_PLAIN);
    for (unsigned i = 0; i < c->item_count; i++) {
      put_item(p, p->first + row, 1 + i, i, row, factor, chart_value(c, i, row));
      if (c->kind == CHART_SERIES) put_drawn(p, p->first + row, i, chart_value(c, i, row));
    }
  }
}

/* From `before` to `after`, cut at 0: the clear part and the shown part, above and below. */
static void put_step(const struct plate *p, unsigned row, double before, double after) {
  const char *low = xlsx_print(p->x, "MIN(%s:%s)", at(p, row, 2), at(p, row, 3));
  const char *high = xlsx_print(p->x, "MAX(%s:%s)", at(p, row, 2), at(p, row, 3));
  double least = fmin(before, after), most = fmax(before, after);
  bool known = !isnan(before + after);
  double values[] = { fmax(0, least), fmax(0, most) - fmax(0, least), fmin(0, most),
                      fmin(0, least) - fmin(0, most) };
  const char *formulas[] = { xlsx_print(p->x, "MAX(0,%s)", low),
                             xlsx_print(p->x, "MAX(0,%s)-MAX(0,%s)", high, low),
                             xlsx_print(p->x, "MIN(0,%s)", high),
                             xlsx_print(p->x, "MIN(0,%s)-MIN(0,%s)", low, high) };
  for (unsigned i = 0; i < 4; i++)
    put_live(p, row, 4 + i,
             xlsx_print(p->x, "IF(ISTEXT(%s),\"missing\",%s)", at(p, row, 3), formulas[i]),
             known ? values[i] : NAN, STYLE_BASE);
}

static void put_sum(const struct plate *p, double sum) {
  unsigned row = p->last, above = row - 1;
  const char *all = xlsx_print(p->x, "%s:%s", at(p, p->first, 1), at(p, above, 1));
  put_text(p->x, p->page, row, 0, "Sum", STYLE_OUTPUT_LABEL);
  put_live(p, row, 1, xlsx_print(p->x, "IF(COUNT(%s)=ROWS(%s),SUM(%s),\"missing\")", all, all, all),
           sum, STYLE_OUTPUT);
  put_number(p->x, p->page, row, 2, 0, STYLE_BASE, XLSX_PLAIN);
  put_live(p, row, 3, at(p, row, 1), sum, STYLE_BASE);
  put_step(p, row, 0, sum);
}

static void put_waterfall(const struct plate *p) {
  const char *heads[] = { "Step",
                          head_of(p, "Value"),
                          head_of(p, "Before"),
                          head_of(p, "After"),
                          head_of(p, "Clear above 0"),
                          head_of(p, "Shown above 0"),
                          head_of(p, "Clear below 0"),
                          head_of(p, "Shown below 0") };
  const struct chart *c = p->chart;
  double sum = 0;
  put_heads(p, heads, sizeof heads / sizeof *heads);
  put_items(p);
  for (unsigned i = 0; i < c->item_count; i++) {
    unsigned row = p->first + i;
    double before = sum;
    sum += chart_value(c, i, 0);
    /* above the first step stands a heading: N() of it is 0 */
    const char *last = at(p, row - 1, 3);
    const char *start = i ? last : xlsx_print(p->x, "N(%s)", last);
    put_live(p, row, 2, start, before, STYLE_BASE);
    put_live(p, row, 3,
             xlsx_print(p->x, "IF(COUNT(%s:%s)=COLUMNS(%s:%s),%s+%s,\"missing\")", at(p, row, 1),
                        at(p, row, 2), at(p, row, 1), at(p, row, 2), at(p, row, 1), at(p, row, 2)),
             sum, STYLE_BASE);
    put_step(p, row, before, sum);
  }
  put_sum(p, sum);
}

/* Sizes as whole numbers, so that ties are ties in every program; what is missing comes last. Both
   stand to the right of the lengths. */
static void put_size(const struct plate *p, unsigned row, unsigned lengths, size_t item) {
  const char *value = at(p, row, lengths), *all = down(p, lengths);
  unsigned size = lengths + 1;
  put_live(p, row, size,
           xlsx_print(p->x,
                      "IF(ISNUMBER(%s),ROUND(ABS(%s)/MAX(MAX(%s),-MIN(%s),k_tiny)/k_tiny,0),-1)",
                      value, value, all, all),
           chart_size(p->chart, item), STYLE_BASE);
  char letters[8];
  xlsx_letters(letters, size);
  put_live(p, row, size + 1,
           xlsx_print(p->x, "1+SUMPRODUCT(1*(%s>%s))+SUMPRODUCT(1*(%s$%u:%s=%s))", down(p, size),
                      at(p, row, size), letters, p->first, at(p, row - 1, size), at(p, row, size)),
           (double)chart_rank(p->chart, item), STYLE_BASE);
}

/* The item whose place this row is. */
static size_t item_at(const struct plate *p, unsigned row) {
  size_t item = 0;
  while (chart_rank(p->chart, item) != row - p->first + 1) item++;
  return item;
}

/* Of `count` columns of values, right of the places, and then the name: it may be longer than its
   column. */
static void put_sorted(const struct plate *p, unsigned row, unsigned places, unsigned count) {
  unsigned column = places + 1;
  char letters[8];
  const char *match =
      xlsx_print(p->x, "MATCH(ROWS($%s$%u:$%s%u),%s,0)", xlsx_letters(letters, places),
                 p->first + 1, letters, row + 1, down(p, places));
  size_t item = item_at(p, row);
  for (unsigned i = 0; i < count; i++)
    put_live(p, row, column + i, xlsx_print(p->x, "INDEX(%s,%s)", down(p, 1 + i), match),
             chart_value(p->chart, item, i), STYLE_NUMBER);
  put_formula_text(p->x, p->page, row, column + count,
                   xlsx_print(p->x, "INDEX(%s,%s)", down(p, 0), match),
                   xlsx_safe(p->x, p->chart->items[item].label), STYLE_PLAIN);
}

/* ---- a tornado of a result: its runs stand on their own worksheet ---- */

static void put_ends(const struct plate *p, unsigned row, size_t item) {
  const struct runs *runs = xlsx_runs_of(p->x, p->chart);
  const struct xlsx *x = p->x;
  for (unsigned end = 0; end < 2; end++) {
    struct buffer out;
    buffer_open(&out, &p->x->scratch);
    buffer_text(&out, x->pages[xlsx_page_of(x, PAGE_RUNS)].quoted);
    xlsx_address(&out, runs->change, RUNS_FIRST + 2 * (unsigned)item + end, true);
    put_live(p, row, 1 + end, xlsx_keep(p->x, &out), chart_value(p->chart, item, end),
             STYLE_NUMBER);
  }
  const char *low = at(p, row, 1), *high = at(p, row, 2);
  put_live(p, row, 3,
           xlsx_print(p->x, "IF(COUNT(%s:%s)=COLUMNS(%s:%s),MAX(%s:%s,0)-MIN(%s:%s,0),\"missing\")",
                      low, high, low, high, low, high, low, high),
           chart_length(p->chart, item), STYLE_BASE);
}

static void put_swing(const struct plate *p) {
  const char *heads[] = {
    "Input that moves",    head_of(p, "At the low end"), head_of(p, "At the high end"),
    head_of(p, "Length"),  "Size, whole number",         "Place, number",
    head_of(p, "Low end"), head_of(p, "High end"),       "Longest first"
  };
  put_heads(p, heads, sizeof heads / sizeof *heads);
  for (unsigned i = 0; i < p->chart->item_count; i++) {
    put_text(p->x, p->page, p->first + i, 0, p->chart->items[i].label, STYLE_WRAP);
    put_ends(p, p->first + i, i);
    put_size(p, p->first + i, 3, i);
    put_sorted(p, p->first + i, 5, 2);
  }
}

static void put_tornado(const struct plate *p) {
  const char *heads[] = { "Shown",         head_of(p, "Value"),         "Size, whole number",
                          "Place, number", head_of(p, "Largest first"), "Shown" };
  put_heads(p, heads, sizeof heads / sizeof *heads);
  put_items(p);
  for (unsigned i = 0; i < p->chart->item_count; i++) {
    put_size(p, p->first + i, 1, i);
    put_sorted(p, p->first + i, 3, 1);
  }
}

/* The row of a check on its worksheet. */
static unsigned check_row(const struct xlsx *x, unsigned cell) {
  unsigned row = 0;
  while (row < x->check_count && x->checks[row] != cell) row++;
  return x->pages[xlsx_page_of(x, PAGE_CHECKS)].first + row;
}

static const char *of_check(const struct plate *p, unsigned row, unsigned column) {
  struct buffer out;
  buffer_open(&out, &p->x->scratch);
  buffer_text(&out, p->x->pages[xlsx_page_of(p->x, PAGE_CHECKS)].quoted);
  xlsx_address(&out, row, column, true);
  return xlsx_keep(p->x, &out);
}

static void put_margin(const struct plate *p, unsigned row, size_t item) {
  struct xlsx *x = p->x;
  const struct chart_item *shown = &p->chart->items[item];
  unsigned check = check_row(x, shown->cell);
  const char *gap = of_check(p, check, CHECK_GAP), *limit = of_check(p, check, CHECK_RIGHT);
  double margin = chart_value(p->chart, item, 0) / 100;
  const char *formula =
      xlsx_print(x, "IF(OR(N(%s)=0,ISTEXT(%s)),\"no margin\",-%s/ABS(%s))", limit, gap, gap, limit);
  put_text(x, p->page, row, 0, shown->label, STYLE_WRAP);
  put_formula_text(x, p->page, row, 1, of_check(p, check, CHECK_VERDICT), shown->word,
                   STYLE_VERDICT);
  if (isnan(margin)) put_formula_text(x, p->page, row, 2, formula, "no margin", STYLE_NUMBER);
  else put_formula(x, p->page, row, 2, formula, margin, STYLE_NUMBER, "0.0%");
  put_formula_text(x, p->page, row, 3, xlsx_print(x, "%s&\": \"&%s", at(p, row, 0), at(p, row, 1)),
                   xlsx_print(x, "%s: %s", xlsx_safe(x, shown->label), shown->word), STYLE_TEXT);
}

static void put_scorecard(const struct plate *p) {
  static const char *const heads[] = { "Check", "Verdict", "Margin, % of the limit",
                                       "In the chart" };
  put_heads(p, heads, sizeof heads / sizeof *heads);
  for (unsigned i = 0; i < p->chart->item_count; i++) put_margin(p, p->first + i, i);
}

/* The four cells, each in its own unit, then points of the ceiling around the knee. */
static void put_point(const struct plate *p, unsigned row, double times) {
  const struct chart *c = p->chart;
  unsigned first = p->first;
  double knee = c->knee, peak = chart_value(c, 2, 0);
  bool known = !isnan(c->intensity);
  const char *bend = xlsx_print(p->x, "$B$%u*$D$%u/($B$%u*$D$%u)/$D$%u", first + 3, first + 3,
                                first + 4, first + 4, first + 1);
  put_number(p->x, p->page, row, 0, times, STYLE_CONSTANT, XLSX_PLAIN);
  put_live(p, row, 1,
           xlsx_print(p->x, "IF(COUNT($B$%u:$B$%u)<ROWS($B$%u:$B$%u),\"missing\",%s*%s)", first + 1,
                      first + 4, first + 1, first + 4, at(p, row, 0), bend),
           known ? times * knee : NAN, STYLE_NUMBER);
  put_live(p, row, 2,
           xlsx_print(p->x, "IF(ISTEXT(%s),\"missing\",$B$%u*$D$%u/$D$%u*MIN(1,%s))", at(p, row, 1),
                      first + 3, first + 3, first + 2, at(p, row, 0)),
           known ? peak * fmin(1, times) : NAN, STYLE_NUMBER);
}

static void put_roofline(const struct plate *p) {
  static const char *const heads[] = { "Shown", "Value", "Unit", "Base units in one, number" };
  const char *points[] = { "Times the knee, number",
                           xlsx_print(p->x, "Intensity, %s", p->chart->across),
                           head_of(p, "Ceiling") };
  const struct chart *c = p->chart;
  struct xlsx *x = p->x;
  put_heads(p, heads, sizeof heads / sizeof *heads);
  for (unsigned i = 0; i < c->item_count; i++) {
    unsigned row = p->first + i;
    const struct unit *unit = x->model->cells[c->items[i].cell].unit;
    double si = chart_value(c, i, 0) * c->factor;
    put_text(x, p->page, row, 0, c->items[i].label, STYLE_WRAP);
    put_item(p, row, 1, i, 0, at(p, row, 3), si / unit->factor);
    put_text(x, p->page, row, 2, xlsx_unit(unit, KIND_NUMBER), STYLE_UNIT);
    put_number(x, p->page, row, 3, unit->factor, STYLE_BASE, XLSX_PLAIN);
  }
  for (unsigned i = 0; i < 3; i++)
    put_text(x, p->page, xlsx_curve(p) - 1, i, points[i], STYLE_HEAD);
  double times = 0.001;
  for (unsigned i = 0; i < XLSX_CURVE; i++, times *= 10) put_point(p, xlsx_curve(p) + i, times);
}

static void put_numbers(const struct plate *p) {
  if (p->chart->columns) {
    put_rows(p);
    return;
  }
  switch (p->chart->kind) {
    case CHART_WATERFALL: put_waterfall(p); break;
    case CHART_TORNADO: p->chart->swing ? put_swing(p) : put_tornado(p); break;
    case CHART_SCORECARD: put_scorecard(p); break;
    case CHART_ROOFLINE: put_roofline(p); break;
    default: put_bars(p);
  }
}

/* ---- the worksheet ---- */

static struct plate plate_of(struct xlsx *x, unsigned page, unsigned top, const struct chart *c) {
  struct plate p = { x, c, page, top, top + XLSX_CHART_ROWS + 3, 0 };
  size_t lines = c->columns ? c->rows : c->item_count + (c->kind == CHART_WATERFALL);
  p.last = p.first + (unsigned)lines - 1;
  return p;
}

static unsigned put_block(struct xlsx *x, unsigned page, unsigned top, const struct chart *c) {
  struct plate p = plate_of(x, page, top, c);
  struct buffer cut;
  buffer_open(&cut, &x->scratch);
  buffer_text(&cut, c->title);
  buffer_text(&cut, c->rows < c->all_rows ? ", " : "");
  chart_cut(c, &cut);
  const char *title = xlsx_safe(x, xlsx_keep(x, &cut));
  put_row(x, page, top, 0, XLSX_CHART_COLUMNS - 1, STYLE_SECTION);
  put_text(x, page, top, 0, title, STYLE_SECTION);
  put_numbers(&p);
  xlsx_plot(&p, title);
  return (c->kind == CHART_ROOFLINE ? xlsx_curve(&p) + XLSX_CURVE : p.last + 1) + 1;
}

static void set_page(struct xlsx *x, unsigned page, unsigned last, lxw_row_t *breaks) {
  lxw_worksheet *sheet = x->pages[page].sheet;
  put_print(x, page, "Charts", (struct print){ 0, 1, last, XLSX_CHART_COLUMNS, 1, 0 });
  if (x->status != MLS_OK) return;
  worksheet_set_print_scale(sheet, SCALE); /* in place of "one page wide": it would cut charts */
  if (breaks[0]) xlsx_check(x, worksheet_set_h_pagebreaks(sheet, breaks));
}

void xlsx_write_charts(struct xlsx *x) {
  enum { BREAKS = 1000 };
  lxw_row_t breaks[BREAKS + 1] = { 0 };
  unsigned page = xlsx_page_of(x, PAGE_CHARTS), row = x->pages[page].first - 1, count = 0;
  put_page(x, page, "Charts", "Live: each shows the cells below it. They follow every input.");
  put_width(x, page, 0, 0, 34, false);
  put_width(x, page, 1, XLSX_CHART_COLUMNS - 1, 13, false);
  for (size_t line = 0; chart_next(x->model, &line) && x->status == MLS_OK; line++) {
    struct memory_mark mark = memory_mark(&x->scratch);
    struct chart chart;
    mls_status status = chart_make(x->values, line, &x->scratch, &chart);
    if (status != MLS_OK) x->status = status;
    if (status != MLS_OK) return;
    if (count > 0 && count <= BREAKS) breaks[count - 1] = row;
    count++;
    row = put_block(x, page, row, &chart);
    memory_reset(&x->scratch, mark);
  }
  set_page(x, page, row, breaks);
}
