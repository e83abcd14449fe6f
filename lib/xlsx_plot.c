/* Native charts of the workbook over the cells that xlsx_chart.c wrote: title, axes with units,
   text for those who do not see them, and looks that do not rest on colour alone: dashes and
   markers of lines, patterns of every second item. */
#include <math.h>
#include <stdlib.h>

#include "xlsx_chart.h"

static const lxw_color_t colors[] = { 0x1F4E9C, 0xA34700, 0x1B6B3A, 0x7A1F7A, 0x8A1C1C, 0x4A4A4A };
enum { LOOKS = sizeof colors / sizeof *colors, FONT = 10, TITLE = 14 };

struct drawing {
  const struct plate *plate;
  lxw_chart *chart;
  const char *sheet;
};

static lxw_chart_font font_of(double size) {
  return (lxw_chart_font){ .name = (char *)(uintptr_t) "Arial", .size = size };
}

/* ---- cached numbers ----
   libxlsxwriter 1.1.4 keeps 0 beside a chart for every cell that is a formula. Who does not
   calculate the file would be shown those, so the value of each cell is put there instead. */

static void no_memory(struct xlsx *x) {
  if (x->status == MLS_OK) x->status = fail_memory(x->report->fails);
}

/* A word among numbers is "missing": none then. */
static void fill_point(struct lxw_series_data_point *point, const lxw_cell *cell, bool words) {
  bool formula = cell && cell->type == FORMULA_CELL;
  const char *text = formula ? cell->user_data2 : cell ? cell->sst_string : NULL;
  point->no_data = LXW_TRUE;
  if (formula && !text) point->number = cell->formula_result;
  else if (cell && cell->type == NUMBER_CELL) point->number = cell->u.number;
  else if (!text) return;
  if (text && !words) return;
  point->is_string = text != NULL;
  if (text) point->string = lxw_strdup(text); /* freed with the chart */
  point->no_data = !text && isnan(point->number);
}

static void keep_range(struct xlsx *x, lxw_worksheet *sheet, lxw_series_range *range, bool words) {
  range->ignore_cache = LXW_TRUE;
  for (lxw_row_t row = range->first_row; row <= range->last_row; row++) {
    lxw_row *line = lxw_worksheet_find_row(sheet, row);
    struct lxw_series_data_point *point = calloc(1, sizeof *point);
    if (!point) {
      no_memory(x);
      return;
    }
    fill_point(point, line ? lxw_worksheet_find_cell_in_row(line, range->first_col) : NULL, words);
    if (point->is_string) range->has_string_cache = LXW_TRUE;
    STAILQ_INSERT_TAIL(range->data_cache, point, list_pointers);
    range->num_data_points++;
  }
}

/* ---- series ---- */

/* Values in a column; categories in another one, from `from` to `to`; named by a cell. */
static lxw_chart_series *add_series(const struct drawing *d, unsigned from, unsigned to,
                                    unsigned categories, unsigned values, unsigned name_row,
                                    unsigned name_column) {
  lxw_chart_series *series = chart_add_series(d->chart, NULL, NULL);
  struct xlsx *x = d->plate->x;
  if (!series) {
    no_memory(x);
    return NULL;
  }
  chart_series_set_categories(series, d->sheet, from, (lxw_col_t)categories, to,
                              (lxw_col_t)categories);
  chart_series_set_values(series, d->sheet, from, (lxw_col_t)values, to, (lxw_col_t)values);
  chart_series_set_name_range(series, d->sheet, name_row, (lxw_col_t)name_column);
  keep_range(x, x->pages[d->plate->page].sheet, series->categories,
             d->plate->chart->kind != CHART_ROOFLINE);
  keep_range(x, x->pages[d->plate->page].sheet, series->values, false);
  return series;
}

static void fill_series(lxw_chart_series *series, size_t look) {
  lxw_chart_fill fill = { .color = colors[look % LOOKS] };
  lxw_chart_pattern pattern = { .fg_color = colors[look % LOOKS],
                                .bg_color = 0xFFFFFF,
                                .type = LXW_CHART_PATTERN_WIDE_UPWARD_DIAGONAL };
  lxw_chart_line line = { .color = colors[look % LOOKS], .width = 0.75 };
  if (!series) return;
  if (look % 2) chart_series_set_pattern(series, &pattern);
  else chart_series_set_fill(series, &fill);
  chart_series_set_line(series, &line);
}

static void label_series(lxw_chart_series *series, const char *format) {
  lxw_chart_font font = font_of(9);
  if (!series) return;
  chart_series_set_labels(series);
  chart_series_set_labels_num_format(series, format);
  chart_series_set_labels_font(series, &font);
}

static void dash_series(lxw_chart_series *series, size_t look) {
  static const uint8_t dashes[] = { LXW_CHART_LINE_DASH_SOLID, LXW_CHART_LINE_DASH_DASH,
                                    LXW_CHART_LINE_DASH_ROUND_DOT, LXW_CHART_LINE_DASH_LONG_DASH };
  static const uint8_t marks[] = { LXW_CHART_MARKER_CIRCLE, LXW_CHART_MARKER_SQUARE,
                                   LXW_CHART_MARKER_TRIANGLE, LXW_CHART_MARKER_DIAMOND,
                                   LXW_CHART_MARKER_X };
  lxw_chart_line line = { .color = colors[look % LOOKS],
                          .width = 2,
                          .dash_type = dashes[look % sizeof dashes] };
  lxw_chart_fill fill = { .color = colors[look % LOOKS] };
  if (!series) return;
  chart_series_set_line(series, &line);
  chart_series_set_marker_type(series, marks[look % sizeof marks]);
  chart_series_set_marker_size(series, 5);
  chart_series_set_marker_fill(series, &fill);
}

/* ---- kinds ---- */

/* A format for the numbers at an axis: that of the largest. */
static const char *axis_format(const struct chart *c) {
  if (c->kind == CHART_SCORECARD) return "0%";
  double most = fmax(fabs(c->low), fabs(c->high));
  return xlsx_number_format(most, most >= 10);
}

/* Numbers beside bars; none at 0, which is a clear part or a missing value. */
static const char *label_format(struct xlsx *x, const struct chart *c) {
  double most = fmax(fabs(c->low), fabs(c->high));
  const char *format = c->kind == CHART_SCORECARD ? "0%" : xlsx_number_format(most, false);
  return xlsx_print(x, "%s;-%s;;", format, format);
}

static void draw_rows(const struct drawing *d) {
  const struct plate *p = d->plate;
  bool lines = p->chart->kind == CHART_SERIES;
  for (unsigned i = 0; i < p->chart->item_count; i++) {
    unsigned column = lines ? xlsx_drawn(p, i) : 1 + i;
    lxw_chart_series *series = add_series(d, p->first, p->last, 0, column, p->first - 1, 1 + i);
    if (lines) dash_series(series, i);
    else fill_series(series, i);
  }
}

/* One bar: each cell is a series of its own. */
static void draw_stack(const struct drawing *d) {
  const struct plate *p = d->plate;
  for (unsigned i = 0; i < p->chart->item_count; i++) {
    lxw_chart_series *series = add_series(d, p->first + i, p->first + i, 2, 1, p->first + i, 0);
    fill_series(series, i);
  }
}

/* Black numbers stand on it. */
static void pale_series(const struct drawing *d, lxw_chart_series *series) {
  lxw_chart_fill pale = { .color = 0x9DC3E6 };
  if (!series) return;
  chart_series_set_fill(series, &pale);
  label_series(series, label_format(d->plate->x, d->plate->chart));
}

static void draw_single(const struct drawing *d, unsigned categories, unsigned values) {
  const struct plate *p = d->plate;
  pale_series(d, add_series(d, p->first, p->last, categories, values, p->first - 1, values));
  chart_legend_set_position(d->chart, LXW_CHART_LEGEND_NONE);
}

/* Clear and shown parts take turns. */
static void draw_waterfall(const struct drawing *d) {
  const struct plate *p = d->plate;
  lxw_chart_fill none = { .none = LXW_TRUE };
  lxw_chart_line bare = { .none = LXW_TRUE };
  for (unsigned column = 4; column < 8; column++) {
    lxw_chart_series *series = add_series(d, p->first, p->last, 0, column, p->first - 1, column);
    if (!series) return;
    if (column % 2) pale_series(d, series);
    else chart_series_set_fill(series, &none), chart_series_set_line(series, &bare);
  }
  chart_legend_set_position(d->chart, LXW_CHART_LEGEND_NONE);
}

/* Both ends from 0 on, over each other: where they lie on one side the longer one may hide the
   other, whose number stands below. */
static void draw_swing(const struct drawing *d) {
  const struct plate *p = d->plate;
  for (unsigned i = 0; i < 2; i++)
    fill_series(add_series(d, p->first, p->last, 8, 6 + i, p->first - 1, 1 + i), i);
  chart_set_series_overlap(d->chart, 100);
}

static void draw_roofline(const struct drawing *d) {
  const struct plate *p = d->plate;
  unsigned curve = xlsx_curve(p);
  dash_series(add_series(d, curve, curve + XLSX_CURVE - 1, 1, 2, curve - 1, 2), 0);
  lxw_chart_series *point = chart_add_series(d->chart, NULL, NULL);
  lxw_chart_line bare = { .none = LXW_TRUE };
  lxw_chart_fill fill = { .color = colors[1] };
  if (!point) return;
  chart_series_set_categories(point, d->sheet, p->first, 1, p->first, 1);
  chart_series_set_values(point, d->sheet, p->first + 1, 1, p->first + 1, 1);
  chart_series_set_name_range(point, d->sheet, p->first + 1, 0);
  keep_range(p->x, p->x->pages[p->page].sheet, point->categories, false);
  keep_range(p->x, p->x->pages[p->page].sheet, point->values, false);
  chart_series_set_line(point, &bare);
  chart_series_set_marker_type(point, LXW_CHART_MARKER_DIAMOND);
  chart_series_set_marker_size(point, 12);
  chart_series_set_marker_fill(point, &fill);
}

/* A decade more on each side, for inputs that will be tried. */
static void set_decades(const struct drawing *d) {
  const struct chart *c = d->plate->chart;
  chart_axis_set_log_base(d->chart->x_axis, 10);
  chart_axis_set_log_base(d->chart->y_axis, 10);
  if (isnan(c->intensity)) return;
  chart_axis_set_min(d->chart->x_axis, c->from / 10);
  chart_axis_set_max(d->chart->x_axis, c->to * 10);
  chart_axis_set_min(d->chart->y_axis, c->low / 10);
  chart_axis_set_max(d->chart->y_axis, c->high * 10);
  chart_axis_set_crossing(d->chart->x_axis, c->from / 10);
  chart_axis_set_crossing(d->chart->y_axis, c->low / 10);
}

static void draw(const struct drawing *d) {
  const struct chart *c = d->plate->chart;
  if (c->columns) draw_rows(d);
  else if (c->kind == CHART_STACKED) draw_stack(d);
  else if (c->kind == CHART_WATERFALL) draw_waterfall(d);
  else if (c->swing) draw_swing(d);
  else if (c->kind == CHART_TORNADO) draw_single(d, 5, 4);
  else if (c->kind == CHART_SCORECARD) draw_single(d, 3, 2);
  else if (c->kind == CHART_ROOFLINE) draw_roofline(d), set_decades(d);
  else draw_single(d, 0, 1);
}

/* ---- the chart ---- */

static bool is_lying(const struct chart *c) { return !c->columns && c->kind != CHART_ROOFLINE; }

/* Lying bars are stacked also where each is alone: 0 then stays on the axis. */
static uint8_t type_of(const struct chart *c) {
  if (c->kind == CHART_SERIES) return LXW_CHART_LINE;
  if (c->kind == CHART_ROOFLINE) return LXW_CHART_SCATTER_STRAIGHT_WITH_MARKERS;
  if (c->swing) return LXW_CHART_BAR;
  if (is_lying(c)) return LXW_CHART_BAR_STACKED;
  return c->kind == CHART_STACKED ? LXW_CHART_COLUMN_STACKED : LXW_CHART_COLUMN;
}

/* What the axis beside the values shows. */
static const char *across_name(struct xlsx *x, const struct chart *c) {
  if (c->kind == CHART_ROOFLINE) return xlsx_print(x, "Intensity, %s", c->across);
  if (c->columns) return c->across;
  if (c->swing) return "Input that moves";
  return c->kind == CHART_SCORECARD ? "Check" : "Shown";
}

static void set_axis(struct xlsx *x, lxw_chart_axis *axis, const char *name) {
  lxw_chart_font font = font_of(FONT);
  const char *safe = xlsx_safe(x, name);
  if (x->status != MLS_OK) return;
  chart_axis_set_name(axis, safe);
  chart_axis_set_name_font(axis, &font);
  chart_axis_set_num_font(axis, &font);
}

/* The first bar on top, its name beside the field also where bars go to the left. libxlsxwriter
   calls the axis of names y in charts of lying bars. */
static void set_axes(const struct drawing *d) {
  const struct chart *c = d->plate->chart;
  struct xlsx *x = d->plate->x;
  struct buffer text;
  buffer_open(&text, &x->scratch);
  chart_axis(c, &text);
  const char *shown = xlsx_keep(x, &text);
  bool lying = is_lying(c);
  lxw_chart_axis *names = lying ? d->chart->y_axis : d->chart->x_axis;
  lxw_chart_axis *values = lying ? d->chart->x_axis : d->chart->y_axis;
  set_axis(x, names, across_name(x, c));
  set_axis(x, values, shown);
  if (c->kind != CHART_ROOFLINE) chart_axis_set_num_format(values, axis_format(c));
  if (c->kind != CHART_ROOFLINE)
    chart_axis_set_label_position(names, LXW_CHART_AXIS_LABEL_POSITION_LOW);
  if (lying) chart_axis_set_reverse(names), chart_axis_set_crossing_max(names);
  chart_axis_major_gridlines_set_visible(values, LXW_TRUE);
}

static void insert(const struct drawing *d, const char *title) {
  const struct plate *p = d->plate;
  struct xlsx *x = p->x;
  const char *text = xlsx_print(x, "%s. A %s chart; the numbers stand below it.", title,
                                chart_words[p->chart->kind]);
  lxw_chart_options options = { .x_scale = 960.0 / 480,
                                .y_scale = 20.0 * XLSX_CHART_ROWS / 288,
                                .description = (char *)(uintptr_t)text };
  if (x->status != MLS_OK) return;
  xlsx_check(
      x, worksheet_insert_chart_opt(x->pages[p->page].sheet, p->top + 1, 0, d->chart, &options));
}

void xlsx_plot(const struct plate *plate, const char *title) {
  struct xlsx *x = plate->x;
  if (x->status != MLS_OK) return;
  struct drawing d = { plate, workbook_add_chart(x->file, type_of(plate->chart)),
                       x->pages[plate->page].name };
  lxw_chart_font head = font_of(TITLE), legend = font_of(FONT);
  if (!d.chart) {
    no_memory(x);
    return;
  }
  chart_title_set_name(d.chart, title);
  chart_title_set_name_font(d.chart, &head);
  chart_legend_set_position(d.chart, LXW_CHART_LEGEND_BOTTOM);
  chart_legend_set_font(d.chart, &legend);
  chart_show_blanks_as(d.chart, LXW_CHART_BLANKS_AS_CONNECTED); /* LibreOffice takes none for 0 */
  draw(&d);
  set_axes(&d);
  insert(&d, title);
}
