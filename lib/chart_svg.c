/* A chart as SVG: attributes alone, no style, no script, no link; whole pixels. Every item has a
   letter besides its colour, every bar its number, and the picture a title and a description. */
#include <math.h>
#include <string.h>

#include "chart.h"

enum {
  WIDTH = 760,
  LABEL_MOST = 96, /* characters of a label in a picture */
  BAR_LEFT = 16,
  BAR_KEYS = 120, /* where bars begin beside keys */
  BAR_RIGHT = 640,
  PLOT_LEFT = 84,
  PLOT_RIGHT = 730,
  PLOT_TOP = 34,
  PLOT_BOTTOM = 330,
  LEGEND_LINE = 20,
  MARKED = 40 /* points of a line that are marked each */
};

/* Dark enough for white letters on them. */
static const char *const colors[] = { "#1f4e9c", "#a34700", "#1b6b3a",
                                      "#7a1f7a", "#8a1c1c", "#4a4a4a" };
static const char *const dashes[] = { "", "8 4", "2 3", "12 3 2 3", "5 5", "1 5" };
enum { LOOKS = sizeof colors / sizeof *colors };

struct drawing {
  const struct chart *chart;
  struct buffer *out;
  long left, right, top, bottom; /* of the field of the values */
};

/* ---- pieces ---- */

static void put_text(const struct drawing *d, long x, long y, const char *anchor, const char *fill,
                     const char *text) {
  bool cut;
  struct slice fits = chart_short(text, LABEL_MOST, &cut);
  char kept[4 * LABEL_MOST + 4];
  memcpy(kept, fits.at, fits.size);
  strcpy(kept + fits.size, cut ? "..." : "");
  buffer_print(d->out, "<text x=\"%ld\" y=\"%ld\" text-anchor=\"%s\" fill=\"%s\">", x, y, anchor,
               fill);
  chart_escape(d->out, kept);
  buffer_text(d->out, "</text>\n");
}

static void put_line(const struct drawing *d, long x1, long y1, long x2, long y2,
                     const char *stroke) {
  buffer_print(d->out, "<line x1=\"%ld\" y1=\"%ld\" x2=\"%ld\" y2=\"%ld\" stroke=\"%s\"/>\n", x1,
               y1, x2, y2, stroke);
}

static void put_letter(const struct drawing *d, long x, long y, const char *fill, size_t item) {
  put_text(d, x, y, "middle", fill, (char[]){ chart_letter(item), 0 });
}

static void put_number(const struct drawing *d, long x, long y, const char *anchor, double value) {
  char text[TEXT_NUMBER];
  put_text(d, x, y, anchor, "#222222", chart_number(d->chart, value, text));
}

static void put_axis(const struct drawing *d, long x, long y, const char *anchor) {
  struct buffer text;
  buffer_open(&text, d->out->memory);
  chart_axis(d->chart, &text);
  if (text.failed) d->out->failed = true;
  else put_text(d, x, y, anchor, "#444444", text.bytes);
  buffer_close(&text);
}

/* ---- head, description, legend ---- */

/* What the picture shows, for those who do not see it: each bar, or each line from end to end. */
static void describe_lines(const struct chart *c, struct buffer *out) {
  char from[TEXT_NUMBER], to[TEXT_NUMBER];
  for (size_t i = 0; i < c->item_count && c->kind == CHART_SERIES; i++) {
    buffer_text(out, i ? "; " : "");
    chart_escape(out, c->items[i].label);
    buffer_print(out, " from %s to %s", chart_number(c, chart_value(c, i, 0), from),
                 chart_number(c, chart_value(c, i, c->rows - 1), to));
  }
}

static void describe_bars(const struct chart *c, struct buffer *out) {
  char number[TEXT_NUMBER];
  for (size_t i = 0; i < c->bar_count && i < LIMIT_CHART; i++) {
    buffer_text(out, i ? "; " : "");
    chart_escape(out, c->bars[i].label);
    buffer_print(out, " %s", chart_number(c, c->bars[i].value, number));
  }
  if (c->bar_count > LIMIT_CHART) buffer_text(out, "; and so on, see the table");
}

static void put_head(const struct drawing *d, long height) {
  const struct chart *c = d->chart;
  buffer_print(d->out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"%d\" "
               "height=\"%ld\" viewBox=\"0 0 %d %ld\" aria-labelledby=\"chart-%s-title "
               "chart-%s-text\" font-family=\"Arial, Helvetica, sans-serif\" font-size=\"12\">\n",
               WIDTH, height, WIDTH, height, c->name, c->name);
  buffer_print(d->out, "<title id=\"chart-%s-title\">", c->name);
  chart_escape(d->out, c->title);
  buffer_print(d->out, "</title>\n<desc id=\"chart-%s-text\">A %s chart, in ", c->name,
               chart_words[c->kind]);
  chart_escape(d->out, c->unit[0] ? c->unit : "numbers");
  buffer_text(d->out, ": ");
  describe_lines(c, d->out);
  describe_bars(c, d->out);
  buffer_print(d->out,
               ".</desc>\n<rect x=\"0\" y=\"0\" width=\"%d\" height=\"%ld\" "
               "fill=\"#ffffff\"/>\n",
               WIDTH, height);
}

static long legend_height(const struct chart *c) {
  return chart_looks(c) ? (long)chart_looks(c) * LEGEND_LINE + 8 : 0;
}

static void put_dash(const struct drawing *d, size_t item) {
  const char *dash = dashes[item % LOOKS];
  buffer_print(d->out, " stroke=\"%s\" stroke-width=\"2\"", colors[item % LOOKS]);
  if (*dash) buffer_print(d->out, " stroke-dasharray=\"%s\"", dash);
}

static void put_legend(const struct drawing *d, long y) {
  const struct chart *c = d->chart;
  bool lines = c->kind == CHART_SERIES;
  for (size_t i = 0; i < chart_looks(c); i++, y += LEGEND_LINE) {
    if (lines) {
      buffer_print(d->out, "<line x1=\"16\" y1=\"%ld\" x2=\"52\" y2=\"%ld\"", y + 8, y + 8);
      put_dash(d, i);
      buffer_text(d->out, "/>\n");
    } else {
      buffer_print(d->out, "<rect x=\"34\" y=\"%ld\" width=\"18\" height=\"16\" fill=\"%s\"/>\n", y,
                   colors[i % LOOKS]);
    }
    put_letter(d, lines ? 62 : 43, y + 12, lines ? colors[i % LOOKS] : "#ffffff", i);
    put_text(d, 74, y + 12, "start", "#222222", chart_look(c, i));
  }
}

/* ---- bars, lying ---- */

static long bar_x(const struct drawing *d, double value) {
  return d->left + chart_place(value, d->chart->low, d->chart->high, false, d->right - d->left);
}

static void put_piece(const struct drawing *d, const struct chart_piece *piece, long y,
                      long height) {
  long a = bar_x(d, piece->from), b = bar_x(d, piece->to);
  long x = a < b ? a : b, width = a < b ? b - a : a - b;
  buffer_print(d->out,
               "<rect x=\"%ld\" y=\"%ld\" width=\"%ld\" height=\"%ld\" fill=\"%s\" "
               "stroke=\"#ffffff\"/>\n",
               x, y, width < 1 ? 1 : width, height,
               colors[chart_looks(d->chart) ? piece->item % LOOKS : 0]);
  if (chart_looks(d->chart) && width >= 14)
    put_letter(d, x + width / 2, y + height - 4, "#ffffff", piece->item);
}

/* Behind one bar: labels stand between, and no line goes through them. */
static void put_bar_lines(const struct drawing *d, long y, long height) {
  struct chart_ticks ticks = chart_ticks(d->chart->low, d->chart->high, 5);
  for (size_t i = 0; i < ticks.count; i++) {
    long x = bar_x(d, ticks.first + (double)i * ticks.step);
    put_line(d, x, y - 2, x, y + height + 2, "#d0d0d0");
  }
  put_line(d, bar_x(d, 0), y - 2, bar_x(d, 0), y + height + 2, "#444444");
}

static void put_bar(const struct drawing *d, const struct chart_bar *bar, long y, long height) {
  bool keys = d->chart->columns;
  put_bar_lines(d, y, height);
  if (keys) put_text(d, d->left - 8, y + height - 4, "end", "#222222", bar->label);
  else put_text(d, BAR_LEFT, y - 5, "start", "#222222", bar->label);
  for (size_t i = 0; i < bar->piece_count; i++) put_piece(d, &bar->pieces[i], y, height);
  put_number(d, d->right + 8, y + height - 4, "start", bar->value);
}

static void put_bar_ticks(const struct drawing *d) {
  const struct chart *c = d->chart;
  struct chart_ticks ticks = chart_ticks(c->low, c->high, 5);
  for (size_t i = 0; i < ticks.count; i++) {
    double value = ticks.first + (double)i * ticks.step;
    put_number(d, bar_x(d, value), d->bottom + 16, "middle",
               fabs(value) < ticks.step / 2 ? 0 : value);
  }
  put_axis(d, d->left, d->bottom + 34, "start");
}

static void draw_bars(struct drawing *d) {
  const struct chart *c = d->chart;
  long pitch = c->columns ? 20 : 42, height = c->columns ? 16 : 20;
  d->left = c->columns ? BAR_KEYS : BAR_LEFT;
  d->right = BAR_RIGHT;
  d->top = 12;
  d->bottom = d->top + pitch * (long)c->bar_count + 4;
  put_head(d, d->bottom + 44 + legend_height(c));
  put_bar_ticks(d);
  for (size_t i = 0; i < c->bar_count; i++)
    put_bar(d, &c->bars[i], d->top + pitch * (long)i + (pitch - height), height);
  put_legend(d, d->bottom + 44);
}

/* ---- lines ---- */

static long plot_y(const struct drawing *d, double value, bool log) {
  return d->bottom - chart_place(value, d->chart->low, d->chart->high, log, d->bottom - d->top);
}

static long row_x(const struct drawing *d, size_t row) {
  double last = d->chart->rows > 1 ? (double)(d->chart->rows - 1) : 1;
  return d->left + chart_place((double)row, 0, last, false, d->right - d->left);
}

static void put_plot_ticks(const struct drawing *d) {
  const struct chart *c = d->chart;
  struct chart_ticks ticks = chart_ticks(c->low, c->high, 6);
  char number[TEXT_NUMBER];
  for (size_t i = 0; i < ticks.count; i++) {
    double value = ticks.first + (double)i * ticks.step;
    long y = plot_y(d, value, false);
    put_line(d, d->left, y, d->right, y, "#d0d0d0");
    put_number(d, d->left - 8, y + 4, "end", fabs(value) < ticks.step / 2 ? 0 : value);
  }
  size_t every = (c->rows + 11) / 12;
  for (size_t row = 0; row < c->rows; row += every)
    put_text(d, row_x(d, row), d->bottom + 18, "middle", "#222222", chart_key(c, row, number));
  put_line(d, d->left, plot_y(d, 0, false), d->right, plot_y(d, 0, false), "#444444");
  put_axis(d, BAR_LEFT, 18, "start");
  put_text(d, d->right, d->bottom + 38, "end", "#444444", c->across);
}

/* A line ends where a value is missing, and begins anew. */
static void put_series(const struct drawing *d, size_t item) {
  const struct chart *c = d->chart;
  bool open = false;
  size_t last = c->rows;
  for (size_t row = 0; row < c->rows; row++) {
    double value = chart_value(c, item, row);
    if (open && isnan(value)) buffer_text(d->out, "\"/>\n");
    if (!open && !isnan(value)) {
      buffer_text(d->out, "<polyline fill=\"none\"");
      put_dash(d, item);
      buffer_text(d->out, " points=\"");
    }
    open = !isnan(value);
    if (open) buffer_print(d->out, "%ld,%ld ", row_x(d, row), plot_y(d, value, false));
    if (open) last = row;
  }
  if (open) buffer_text(d->out, "\"/>\n");
  for (size_t row = 0; row < c->rows && c->rows <= MARKED; row++)
    if (!isnan(chart_value(c, item, row)))
      buffer_print(d->out, "<circle cx=\"%ld\" cy=\"%ld\" r=\"3\" fill=\"%s\"/>\n", row_x(d, row),
                   plot_y(d, chart_value(c, item, row), false), colors[item % LOOKS]);
  if (last < c->rows)
    put_letter(d, row_x(d, last) + 14, plot_y(d, chart_value(c, item, last), false) + 4,
               colors[item % LOOKS], item);
}

static void draw_series(struct drawing *d) {
  put_head(d, d->bottom + 52 + legend_height(d->chart));
  put_plot_ticks(d);
  for (size_t i = 0; i < d->chart->item_count; i++) put_series(d, i);
  put_legend(d, d->bottom + 52);
}

/* ---- roofline ---- */

static long log_x(const struct drawing *d, double value) {
  return d->left + chart_place(value, d->chart->from, d->chart->to, true, d->right - d->left);
}

static void put_decades(const struct drawing *d) {
  const struct chart *c = d->chart;
  for (double value = c->from; value <= c->to * 1.01; value *= 10) {
    put_line(d, log_x(d, value), d->top, log_x(d, value), d->bottom, "#d0d0d0");
    put_number(d, log_x(d, value), d->bottom + 18, "middle", value);
  }
  for (double value = c->low; value <= c->high * 1.01; value *= 10) {
    put_line(d, d->left, plot_y(d, value, true), d->right, plot_y(d, value, true), "#d0d0d0");
    put_number(d, d->left - 8, plot_y(d, value, true) + 4, "end", value);
  }
  put_axis(d, BAR_LEFT, 18, "start");
  put_text(d, d->right, d->bottom + 38, "end", "#444444", c->across);
  put_text(d, d->left, d->bottom + 38, "start", "#444444", "Intensity, on a logarithmic axis");
}

static void draw_roofline(struct drawing *d) {
  const struct chart *c = d->chart;
  put_head(d, d->bottom + 120);
  if (isnan(c->intensity)) {
    put_text(d, d->left, d->top, "start", "#222222", "A value is missing or not above 0.");
    return;
  }
  put_decades(d);
  double peak = chart_value(c, 2, 0), rate = chart_value(c, 1, 0);
  double bend = fmin(fmax(c->knee, c->from), c->to);
  buffer_print(d->out,
               "<polyline fill=\"none\" stroke=\"#1f4e9c\" stroke-width=\"3\" "
               "points=\"%ld,%ld %ld,%ld %ld,%ld\"/>\n",
               d->left, plot_y(d, peak * c->from / c->knee, true), log_x(d, bend),
               plot_y(d, peak, true), d->right, plot_y(d, peak, true));
  buffer_print(d->out, "<circle cx=\"%ld\" cy=\"%ld\" r=\"6\" fill=\"#a34700\"/>\n",
               log_x(d, c->intensity), plot_y(d, rate, true));
  static const char *const names[] = { "Point, intensity: ", "Point, rate: ", "Flat ceiling: ",
                                       "Rising ceiling: " };
  for (size_t i = 0; i < c->item_count; i++) {
    put_text(d, BAR_LEFT, d->bottom + 58 + 16 * (long)i, "start", "#222222", names[i]);
    put_text(d, BAR_LEFT + 110, d->bottom + 58 + 16 * (long)i, "start", "#222222",
             c->items[i].label);
  }
}

void chart_svg(const struct chart *chart, struct buffer *out) {
  struct drawing d = { chart, out, PLOT_LEFT, PLOT_RIGHT, PLOT_TOP, PLOT_BOTTOM };
  if (chart->kind == CHART_SERIES) draw_series(&d);
  else if (chart->kind == CHART_ROOFLINE) draw_roofline(&d);
  else draw_bars(&d);
  buffer_text(out, "</svg>\n");
}
