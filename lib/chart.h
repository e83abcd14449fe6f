/* Charts of a settled model as plain numbers and bars, from which the forms of report draw: values
   in one unit, labels, ranges, ticks. Only the charts of the sheet itself, not of used ones. */
#ifndef MLS_CHART_H
#define MLS_CHART_H

#include "branch.h"
#include "limits.h"
#include "trace.h"

struct chart_item {
  unsigned cell;
  size_t row;        /* of a single value */
  const char *label; /* of its line, else its path */
  const char *word;  /* SCORECARD: "holds", "fails", "missing"; else "" */
};

/* A piece of a bar: from one value to another, in the colour of an item. */
struct chart_piece {
  double from, to;
  size_t item;
};

struct chart_bar {
  const char *label;
  double value; /* NaN: missing, then without pieces */
  struct chart_piece *pieces;
  size_t piece_count;
};

struct chart {
  const struct mls_model *model;
  const struct line *line;
  enum chart_kind kind;
  const char *name, *title;
  bool columns; /* items are columns, over the rows of a table; else single values */
  struct chart_item items[LIMIT_CHART];
  size_t item_count;
  unsigned key;          /* cell of the keys, when columns */
  size_t rows, all_rows; /* shown and of the table; 1 for single values */
  const char *unit;      /* of the values: "GB"; "" when plain; "%" of a scorecard */
  double factor;         /* base units in one of them */
  const char *across;    /* the other axis: the key, or the unit of an intensity; or "" */
  double *values;        /* item by item, rows each; NaN: missing */
  /* TORNADO of a result: items are inputs, of two rows each: how the result changes where the input
     is at the low end of what is likely, and at the high end */
  bool swing;
  struct chart_item result;
  struct chart_bar *bars; /* of all kinds but SERIES and ROOFLINE */
  size_t bar_count;
  double low, high; /* what the axis of the values must show; of a ROOFLINE above 0 */
  /* ROOFLINE alone: the point at `intensity`, the range of that axis, and where its ceilings meet
   */
  double intensity, from, to, knee;
};

/* Lines of the charts of the model's sheet: index of the next one at or after `*line`, or false. */
bool chart_next(const struct mls_model *model, size_t *line);
/* In `memory`, where all it points to lives. MLS_MEMORY is told in the fails of the values. */
mls_status chart_make(struct mls_values *values, size_t line, struct memory *memory,
                      struct chart *out);
double chart_value(const struct chart *chart, size_t item, size_t row);
/* Pieces stand for something by their colour and letter: how many there are to explain, or 0. */
size_t chart_looks(const struct chart *chart);
const char *chart_look(const struct chart *chart, size_t look);
/* "Weights, GB": what an axis shows, with its unit; of a roofline also "cost per byte". */
void chart_axis(const struct chart *chart, struct buffer *out);
/* "first 1,000 of 5,000 rows", or nothing. */
void chart_cut(const struct chart *chart, struct buffer *out);

/* What a tornado moves an input to, in SI: the low and the high end of what is likely. */
double chart_end(const struct mls_model *model, unsigned input, bool high);
/* The values of a swing (chart_swing.c): the result is calculated again for every end. */
mls_status chart_swing(struct mls_values *values, struct memory *memory, struct chart *chart);

/* Round ticks: the first one at or above `low`, their distance; about `count` of them. */
struct chart_ticks {
  double first, step;
  size_t count;
};
struct chart_ticks chart_ticks(double low, double high, size_t count);
/* Where a value stands between low and high, in 0..size; `log` for positive axes by decades. */
long chart_place(double value, double low, double high, bool log, long size);

/* The picture as SVG, and as text `width` characters wide (chart_svg.c, chart_text.c). */
void chart_svg(const struct chart *chart, struct buffer *out);
void chart_text(const struct chart *chart, size_t width, struct buffer *out);

/* TORNADO: how long a bar is, below 0 where it goes to the left alone; NaN: missing. */
double chart_length(const struct chart *chart, size_t item);
/* That as whole 1e-9ths of the longest, -1 when missing; and its place, from 1. Whole numbers, so
   that ties are the same for a spreadsheet that calculates them again. */
double chart_size(const struct chart *chart, size_t item);
size_t chart_rank(const struct chart *chart, size_t item);
/* A value for a person: "1,200"; "missing"; "no margin" of a check that compares with no limit. */
const char *chart_number(const struct chart *chart, double value, char out[TEXT_NUMBER]);
/* "1", "big": the key of a row; in `number` or of the model. */
const char *chart_key(const struct chart *chart, size_t row, char number[TEXT_NUMBER]);
/* The letter of an item: A, B ... */
char chart_letter(size_t item);
/* The text, or what of it is at most `most` characters wide, then "..."; wide letters count two. */
struct slice chart_short(const char *text, size_t most, bool *cut);

/* Text for XML and HTML: the five marks as entities, control characters as blanks. */
void chart_escape(struct buffer *out, const char *text);

#endif
