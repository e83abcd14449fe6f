/* A chart as text for a terminal: plain ASCII apart from the labels, no colours. Items have
   letters, bars are made of the letters of their items. */
#include <math.h>
#include <string.h>

#include "chart.h"

enum { LEAST = 40, MOST = 160, HEIGHT = 14, KEYS = 14, NUMBERS = 12 };

struct drawing {
  const struct chart *chart;
  struct buffer *out;
  size_t width;
};

static void pad(const struct drawing *d, size_t count) {
  for (; count > 0; count--) buffer_char(d->out, ' ');
}

static void put_label(const struct drawing *d, const char *text, size_t most) {
  bool cut;
  struct slice fits = chart_short(text, most, &cut);
  buffer_add(d->out, fits.at, fits.size);
  if (cut) buffer_text(d->out, "...");
}

/* Right-aligned; texts here are ASCII. */
static void put_right(const struct drawing *d, const char *text, size_t width) {
  size_t size = strlen(text);
  pad(d, size < width ? width - size : 0);
  buffer_text(d->out, text);
}

static void put_legend(const struct drawing *d) {
  const struct chart *c = d->chart;
  for (size_t i = 0; i < chart_looks(c); i++) {
    buffer_print(d->out, "  %c  ", chart_letter(i));
    put_label(d, chart_look(c, i), d->width - 5);
    buffer_char(d->out, '\n');
  }
}

/* ---- bars ---- */

static void put_bar(const struct drawing *d, const struct chart_bar *bar, size_t size) {
  const struct chart *c = d->chart;
  char line[MOST + 1], text[TEXT_NUMBER];
  memset(line, ' ', size);
  long zero = chart_place(0, c->low, c->high, false, (long)size - 1);
  for (size_t i = 0; i < bar->piece_count; i++) {
    const struct chart_piece *piece = &bar->pieces[i];
    long a = chart_place(piece->from, c->low, c->high, false, (long)size - 1);
    long b = chart_place(piece->to, c->low, c->high, false, (long)size - 1);
    char mark = chart_looks(c) ? chart_letter(piece->item) : '#';
    for (long at = a < b ? a : b; at < (a < b ? b : a); at++) line[at] = mark;
  }
  if (line[zero] == ' ') line[zero] = '|';
  buffer_add(d->out, line, size);
  put_right(d, chart_number(c, bar->value, text), NUMBERS);
  buffer_char(d->out, '\n');
}

static void draw_bars(const struct drawing *d) {
  const struct chart *c = d->chart;
  size_t keys = c->columns ? KEYS : 2;
  for (size_t i = 0; i < c->bar_count; i++) {
    buffer_text(d->out, "  ");
    put_label(d, c->bars[i].label, c->columns ? KEYS - 4 : d->width - 2);
    if (c->columns) {
      bool cut;
      size_t used = 2 + chart_short(c->bars[i].label, KEYS - 4, &cut).size + (cut ? 3 : 0);
      pad(d, used < keys ? keys - used : 1);
    } else {
      buffer_text(d->out, "\n  ");
    }
    put_bar(d, &c->bars[i], d->width - keys - NUMBERS);
  }
}

/* ---- a field of characters ---- */

struct canvas {
  char cells[HEIGHT][MOST];
  size_t width;
};

static void put_field(const struct drawing *d, const struct canvas *field) {
  const struct chart *c = d->chart;
  char text[TEXT_NUMBER];
  for (size_t row = 0; row < HEIGHT; row++) {
    bool ends = row == 0 || row + 1 == HEIGHT;
    put_right(d, ends ? chart_number(c, row ? c->low : c->high, text) : "", NUMBERS);
    buffer_text(d->out, " |");
    size_t size = field->width;
    while (size > 0 && field->cells[row][size - 1] == ' ') size--;
    buffer_add(d->out, field->cells[row], size);
    buffer_char(d->out, '\n');
  }
}

/* What both ends of the lower axis are. */
static void put_below(const struct drawing *d, const char *from, const char *to, size_t width) {
  size_t used = strlen(from) + strlen(to);
  pad(d, NUMBERS + 2);
  buffer_text(d->out, from);
  pad(d, used < width ? width - used : 1);
  buffer_print(d->out, "%s\n", to);
}

static void mark(struct canvas *field, long x, long y, char letter) {
  field->cells[HEIGHT - 1 - y][x] = letter;
}

static void draw_series(const struct drawing *d, struct canvas *field) {
  const struct chart *c = d->chart;
  char from[TEXT_NUMBER], to[TEXT_NUMBER];
  double last = c->rows > 1 ? (double)(c->rows - 1) : 1;
  for (size_t i = 0; i < c->item_count; i++)
    for (size_t row = 0; row < c->rows; row++) {
      double value = chart_value(c, i, row);
      if (isnan(value)) continue;
      mark(field, chart_place((double)row, 0, last, false, (long)field->width - 1),
           chart_place(value, c->low, c->high, false, HEIGHT - 1), chart_letter(i));
    }
  put_field(d, field);
  put_below(d, chart_key(c, 0, from), chart_key(c, c->rows - 1, to), field->width);
}

static void draw_roofline(const struct drawing *d, struct canvas *field) {
  const struct chart *c = d->chart;
  char from[TEXT_NUMBER], to[TEXT_NUMBER];
  if (isnan(c->intensity)) {
    buffer_text(d->out, "  A value is missing or not above 0.\n");
    return;
  }
  long last = (long)field->width - 1;
  long knee = chart_place(c->knee, c->from, c->to, true, last);
  double peak = chart_value(c, 2, 0), start = peak * c->from / c->knee;
  long low = chart_place(start, c->low, c->high, true, HEIGHT - 1);
  long high = chart_place(peak, c->low, c->high, true, HEIGHT - 1);
  for (long x = 0; x <= last; x++) {
    long y = x >= knee ? high : low + (high - low) * x / (knee ? knee : 1);
    mark(field, x, y, x >= knee ? '-' : '/');
  }
  mark(field, chart_place(c->intensity, c->from, c->to, true, last),
       chart_place(chart_value(c, 1, 0), c->low, c->high, true, HEIGHT - 1), 'O');
  put_field(d, field);
  put_below(d, chart_number(c, c->from, from), chart_number(c, c->to, to), field->width);
  buffer_print(d->out, "  O  at %s %s: ", chart_number(c, c->intensity, from), c->across);
  buffer_print(d->out, "%s %s; ceilings meet at ", chart_number(c, chart_value(c, 1, 0), to),
               c->unit);
  buffer_print(d->out, "%s %s\n", chart_number(c, c->knee, from), c->across);
}

/* ---- the chart ---- */

static void put_head(const struct drawing *d) {
  const struct chart *c = d->chart;
  buffer_char(d->out, '\n');
  buffer_text(d->out, c->title);
  buffer_text(d->out, " (");
  chart_axis(c, d->out);
  if (c->columns) buffer_print(d->out, " over %s", c->across);
  if (c->rows < c->all_rows) buffer_text(d->out, ", ");
  chart_cut(c, d->out);
  buffer_text(d->out, ")\n");
}

void chart_text(const struct chart *chart, size_t width, struct buffer *out) {
  struct drawing d = { chart, out, width < LEAST ? LEAST : width > MOST ? MOST : width };
  struct canvas field = { .width = d.width - NUMBERS - 2 };
  memset(field.cells, ' ', sizeof field.cells);
  put_head(&d);
  if (chart->kind == CHART_SERIES) draw_series(&d, &field);
  else if (chart->kind == CHART_ROOFLINE) draw_roofline(&d, &field);
  else draw_bars(&d);
  put_legend(&d);
}
