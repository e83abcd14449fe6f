/* The numbers of a chart: what its line shows, in one unit, stacked or sorted as its kind wants. */
#include "chart.h"

#include <math.h>
#include <string.h>

#include "real.h"

#define DUST 1e-12 /* of the largest: what is left where numbers should cancel */
#define TINY 1e-9  /* k_tiny of the workbook, which calculates sizes again */

bool chart_next(const struct mls_model *model, size_t *line) {
  const struct sheet *sheet = model->instances[0].sheet;
  while (*line < sheet->line_count && sheet->lines[*line].kind != LINE_CHART) ++*line;
  return *line < sheet->line_count;
}

double chart_value(const struct chart *chart, size_t item, size_t row) {
  return chart->values[item * chart->rows + row];
}

size_t chart_looks(const struct chart *chart) {
  bool items = chart->kind == CHART_SERIES || chart->kind == CHART_STACKED ||
               (chart->kind == CHART_BARS && chart->columns);
  return items ? chart->item_count : chart->swing ? 2 : 0;
}

const char *chart_look(const struct chart *chart, size_t look) {
  static const char *const ends[] = { "At the low end", "At the high end" };
  return chart->swing ? ends[look] : chart->items[look].label;
}

void chart_axis(const struct chart *chart, struct buffer *out) {
  if (chart->swing) buffer_print(out, "Change of %s, ", chart->result.label);
  if (chart->kind == CHART_SCORECARD) buffer_text(out, "Margin, % of the limit");
  else if (chart->kind == CHART_ROOFLINE) buffer_print(out, "Rate, %s", chart->unit);
  else buffer_text(out, chart->unit[0] ? chart->unit : "number");
}

void chart_cut(const struct chart *chart, struct buffer *out) {
  char shown[TEXT_NUMBER], all[TEXT_NUMBER];
  if (chart->rows == chart->all_rows) return;
  buffer_print(out, "first %s of %s rows", text_person(shown, (double)chart->rows, 9),
               text_person(all, (double)chart->all_rows, 9));
}

const char *chart_key(const struct chart *chart, size_t row, char number[TEXT_NUMBER]) {
  return model_row_key(chart->model, chart->key, row, number);
}

const char *chart_number(const struct chart *chart, double value, char out[TEXT_NUMBER]) {
  if (isnan(value)) return chart->kind == CHART_SCORECARD ? "no margin" : "missing";
  bool dust = fabs(value) < DUST * fmax(fabs(chart->low), fabs(chart->high));
  return text_person(out, dust ? 0 : value, 4);
}

char chart_letter(size_t item) { return (char)('A' + item); }

/* ---- items ---- */

static const char *label_of(const struct mls_model *model, unsigned cell, size_t row, bool column,
                            struct memory *memory) {
  const struct line *line = model_line(model, cell);
  bool own = model->cells[cell].kind != CELL_FACT && model->cells[cell].kind != CELL_KEY;
  if (own && line->label[0]) return line->label;
  struct buffer path;
  buffer_open(&path, memory);
  if (column) model_path(model, cell, &path);
  else show_path(model, cell, row, &path);
  const char *text = buffer_keep(&path, memory);
  buffer_close(&path);
  return text;
}

static mls_status make_item(const struct chart *c, size_t shown, struct memory *memory,
                            struct chart_item *item) {
  const struct node *node = c->line->use->binds[shown].formula;
  item->cell = model_cell(c->model, 0, node);
  item->row = node_row(node);
  item->word = "";
  item->label = label_of(c->model, item->cell, item->row, c->columns, memory);
  return item->label ? MLS_OK : MLS_MEMORY;
}

/* "Efficiency (work.efficiency)": an input of a sheet that is used is seldom clear by its label. */
static mls_status add_path(const struct mls_model *model, struct memory *memory,
                           struct chart_item *item) {
  struct buffer out;
  if (model->cells[item->cell].instance == 0) return MLS_OK;
  buffer_open(&out, memory);
  buffer_print(&out, "%s (", item->label);
  model_path(model, item->cell, &out);
  buffer_char(&out, ')');
  item->label = buffer_keep(&out, memory);
  buffer_close(&out);
  return item->label ? MLS_OK : MLS_MEMORY;
}

/* Of a swing the first is the result, the others are items. */
static mls_status make_items(struct chart *c, struct memory *memory) {
  size_t first = c->swing ? 1 : 0;
  c->columns = c->line->use->binds[0].formula->ref == REF_COLUMN;
  c->item_count = c->line->use->bind_count - first;
  if (c->swing) TRY(make_item(c, 0, memory, &c->result));
  for (size_t i = 0; i < c->item_count; i++) {
    TRY(make_item(c, first + i, memory, &c->items[i]));
    if (c->swing) TRY(add_path(c->model, memory, &c->items[i]));
  }
  return MLS_OK;
}

/* The table of the columns: its instance is that of the first. */
static void find_rows(const struct mls_model *model, struct chart *c) {
  const struct cell *first = &model->cells[c->items[0].cell];
  c->rows = c->all_rows = c->swing ? 2 : 1;
  c->across = "";
  if (!c->columns) return;
  const struct instance *instance = &model->instances[first->instance];
  const struct line *table = &instance->sheet->lines[instance->sheet->tables[first->table]];
  c->key = instance->cells[instance->sheet->tables[first->table]];
  c->across = table->domain->key;
  c->all_rows = first->rows;
  c->rows = c->all_rows > LIMIT_CHART_ROWS ? LIMIT_CHART_ROWS : c->all_rows;
}

/* How far a check is from its limit, in percent of it; above 0 when it holds. */
static mls_status margin_of(struct mls_values *values, struct chart_item *item, double *out) {
  struct memory_mark mark = memory_mark(&values->scratch_memory);
  struct verdict verdict;
  TRY(trace_check(values, item->cell, &verdict));
  item->word = verdict.holds < 0 ? "missing" : verdict.holds ? "holds" : "fails";
  bool known = verdict.compares && verdict.right != 0;
  *out = known ? -100 * verdict.gap / fabs(verdict.right) : NAN;
  memory_reset(&values->scratch_memory, mark);
  return MLS_OK;
}

static mls_status make_values(struct mls_values *values, struct memory *memory, struct chart *c) {
  if (c->swing) return chart_swing(values, memory, c);
  c->values = memory_array(memory, c->item_count * c->rows, sizeof *c->values);
  if (!c->values) return MLS_MEMORY;
  for (size_t i = 0; i < c->item_count; i++)
    for (size_t row = 0; row < c->rows; row++) {
      struct chart_item *item = &c->items[i];
      double *value = &c->values[i * c->rows + row];
      if (c->kind == CHART_SCORECARD) TRY(margin_of(values, item, value));
      else *value = values_get(values, item->cell, c->columns ? row : item->row) / c->factor;
    }
  return MLS_OK;
}

/* ---- bars ---- */

static mls_status add_bar(struct chart *c, struct memory *memory, const char *label, double value,
                          size_t pieces) {
  struct chart_bar *bar = &c->bars[c->bar_count++];
  *bar = (struct chart_bar){ .label = label, .value = value };
  bar->pieces = memory_array(memory, pieces, sizeof *bar->pieces);
  return label && bar->pieces ? MLS_OK : MLS_MEMORY;
}

static void add_piece(struct chart *c, double from, double to, size_t item) {
  struct chart_bar *bar = &c->bars[c->bar_count - 1];
  bar->pieces[bar->piece_count++] = (struct chart_piece){ from, to, item };
}

static mls_status bar_alone(struct chart *c, struct memory *memory, const char *label, size_t item,
                            double value) {
  TRY(add_bar(c, memory, label, value, 1));
  if (!isnan(value)) add_piece(c, 0, value, item);
  return MLS_OK;
}

/* What is below 0 is stacked downwards. */
static mls_status bar_stacked(struct chart *c, struct memory *memory, const char *label,
                              size_t row) {
  double sum = 0, up = 0, down = 0;
  for (size_t i = 0; i < c->item_count; i++) sum += chart_value(c, i, row);
  TRY(add_bar(c, memory, label, sum, c->item_count));
  for (size_t i = 0; i < c->item_count && !isnan(sum); i++) {
    double value = chart_value(c, i, row), *at = value < 0 ? &down : &up;
    add_piece(c, *at, *at + value, i);
    *at += value;
  }
  return MLS_OK;
}

static mls_status bars_of_waterfall(struct chart *c, struct memory *memory) {
  double sum = 0;
  for (size_t i = 0; i < c->item_count; i++) {
    double value = chart_value(c, i, 0);
    TRY(add_bar(c, memory, c->items[i].label, value, 1));
    if (!isnan(sum + value)) add_piece(c, sum, sum + value, i);
    sum += value;
  }
  return bar_alone(c, memory, "Sum", c->item_count, sum);
}

/* Both ends of a swing may lie on one side of 0. */
double chart_length(const struct chart *c, size_t item) {
  double low = chart_value(c, item, 0), high = c->swing ? chart_value(c, item, 1) : 0;
  if (!c->swing || isnan(low + high)) return low + high;
  return fmax(fmax(low, high), 0) - fmin(fmin(low, high), 0);
}

double chart_size(const struct chart *c, size_t item) {
  double most = TINY, value = fabs(chart_length(c, item));
  for (size_t i = 0; i < c->item_count; i++) most = fmax(most, fabs(chart_length(c, i)));
  return isnan(value) ? -1 : floor(value / most / TINY + 0.5);
}

/* Of equal ones the first written comes first; what is missing comes last. */
size_t chart_rank(const struct chart *c, size_t item) {
  double size = chart_size(c, item);
  size_t rank = 1;
  for (size_t i = 0; i < c->item_count; i++) {
    double other = chart_size(c, i);
    rank += other > size || (other == size && i < item);
  }
  return rank;
}

/* "Load, 60 to 90 %" */
static const char *with_ends(const struct chart *c, struct memory *memory, size_t item) {
  const struct line *line = model_line(c->model, c->items[item].cell);
  struct buffer out;
  buffer_open(&out, memory);
  buffer_print(&out, "%s, ", c->items[item].label);
  buffer_number(&out, line->domain->likely->low);
  buffer_text(&out, " to ");
  buffer_number(&out, line->domain->likely->high);
  if (line->unit) buffer_print(&out, " %s", line->unit->text);
  const char *text = buffer_keep(&out, memory);
  buffer_close(&out);
  return text;
}

/* The longer end first, so that the other one is seen where both lie on one side. */
static mls_status bar_of_tornado(struct chart *c, struct memory *memory, size_t item) {
  double length = chart_length(c, item);
  if (!c->swing) return bar_alone(c, memory, c->items[item].label, item, length);
  TRY(add_bar(c, memory, with_ends(c, memory, item), length, 2));
  bool second = fabs(chart_value(c, item, 1)) > fabs(chart_value(c, item, 0));
  for (size_t i = 0; i < 2 && !isnan(length); i++) {
    size_t end = second ? 1 - i : i;
    add_piece(c, 0, chart_value(c, item, end), end);
  }
  return MLS_OK;
}

static mls_status bars_of_tornado(struct chart *c, struct memory *memory) {
  for (size_t rank = 1; rank <= c->item_count; rank++)
    for (size_t i = 0; i < c->item_count; i++)
      if (chart_rank(c, i) == rank) TRY(bar_of_tornado(c, memory, i));
  return MLS_OK;
}

static mls_status bars_of_rows(struct chart *c, struct memory *memory) {
  char number[TEXT_NUMBER];
  for (size_t row = 0; row < c->rows; row++) {
    const char *text = chart_key(c, row, number);
    const char *key = memory_text(memory, text, strlen(text));
    if (!key) return MLS_MEMORY;
    if (c->kind == CHART_STACKED) TRY(bar_stacked(c, memory, key, row));
    for (size_t i = 0; i < c->item_count && c->kind == CHART_BARS; i++)
      TRY(bar_alone(c, memory, key, i, chart_value(c, i, row)));
  }
  return MLS_OK;
}

static const char *scored(const struct chart_item *item, struct memory *memory) {
  struct buffer out;
  buffer_open(&out, memory);
  buffer_print(&out, "%s: %s", item->label, item->word);
  const char *text = buffer_keep(&out, memory);
  buffer_close(&out);
  return text;
}

static mls_status bars_of_items(struct chart *c, struct memory *memory) {
  for (size_t i = 0; i < c->item_count; i++) {
    struct chart_item *item = &c->items[i];
    const char *label = item->word[0] ? scored(item, memory) : item->label;
    TRY(bar_alone(c, memory, label, i, chart_value(c, i, 0)));
  }
  return MLS_OK;
}

static mls_status make_bars(struct chart *c, struct memory *memory) {
  c->bars = memory_array(memory, (c->item_count + 1) * c->rows, sizeof *c->bars);
  if (!c->bars) return MLS_MEMORY;
  if (c->columns) return bars_of_rows(c, memory);
  switch (c->kind) {
    case CHART_STACKED: return bar_stacked(c, memory, "All", 0);
    case CHART_WATERFALL: return bars_of_waterfall(c, memory);
    case CHART_TORNADO: return bars_of_tornado(c, memory);
    default: return bars_of_items(c, memory);
  }
}

/* ---- ranges ---- */

static void widen(struct chart *c, double value) {
  if (isnan(value)) return;
  if (value < c->low) c->low = value;
  if (value > c->high) c->high = value;
}

/* 0 is always shown: a cut axis makes small differences look large. */
static void find_range(struct chart *c) {
  for (size_t i = 0; i < c->bar_count; i++)
    for (size_t k = 0; k < c->bars[i].piece_count; k++) {
      widen(c, c->bars[i].pieces[k].from);
      widen(c, c->bars[i].pieces[k].to);
    }
  for (size_t i = 0; i < c->item_count * c->rows && c->kind == CHART_SERIES; i++)
    widen(c, c->values[i]);
  if (c->low == c->high) c->high = c->low + 1;
}

static double decade(double value, bool above) {
  double at = real_log10(value);
  return real_pow(10, above ? ceil(at) : floor(at));
}

/* Whole decades round the point and the knee; all NaN when a value is missing or not above 0. */
static void find_roofline(struct chart *c, double factor) {
  double rate = chart_value(c, 1, 0), peak = chart_value(c, 2, 0);
  double slope = chart_value(c, 3, 0) * factor; /* rate at an intensity of 1 */
  c->intensity = chart_value(c, 0, 0) * c->factor / factor;
  c->knee = peak / slope;
  bool sound = c->intensity > 0 && rate > 0 && peak > 0 && slope > 0;
  if (!sound) c->intensity = NAN;
  if (!sound) return;
  c->from = decade(fmin(c->intensity, c->knee) / 3, false);
  c->to = decade(fmax(c->intensity, c->knee) * 3, true);
  c->low = decade(fmin(rate, fmin(c->from * slope, peak)), false);
  c->high = decade(fmax(rate, peak), true);
}

static mls_status make_all(struct mls_values *values, struct memory *memory, struct chart *c) {
  const struct mls_model *model = values->model;
  TRY(make_items(c, memory));
  bool roofline = c->kind == CHART_ROOFLINE, score = c->kind == CHART_SCORECARD;
  unsigned measure = c->swing ? c->result.cell : c->items[roofline].cell;
  const struct unit *unit = model->cells[measure].unit;
  c->unit = score ? "%" : unit->text;
  c->factor = score ? 1 : unit->factor;
  find_rows(model, c);
  if (roofline) c->across = model->cells[c->items[0].cell].unit->text;
  TRY(make_values(values, memory, c));
  if (c->kind != CHART_SERIES && !roofline) TRY(make_bars(c, memory));
  if (roofline) find_roofline(c, model->cells[c->items[0].cell].unit->factor);
  else find_range(c);
  return MLS_OK;
}

mls_status chart_make(struct mls_values *values, size_t line, struct memory *memory,
                      struct chart *out) {
  const struct line *text = &values->model->instances[0].sheet->lines[line];
  *out = (struct chart){ .line = text, .kind = text->use->chart, .name = text->name };
  out->swing = text->use->swing;
  out->model = values->model;
  out->title = text->label[0] ? text->label : text->name;
  mls_status status = make_all(values, memory, out);
  return status == MLS_MEMORY ? fail_memory(&values->fails) : status;
}
