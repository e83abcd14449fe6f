/* What the two files of charts in the workbook share: where the block of one chart stands. */
#ifndef MLS_XLSX_CHART_H
#define MLS_XLSX_CHART_H

#include "xlsx.h"

enum {
  XLSX_CHART_ROWS = 21,                 /* rows that a chart covers */
  XLSX_CHART_COLUMNS = LIMIT_CHART + 1, /* columns that are printed */
  XLSX_CURVE = 7                        /* points of a roofline's ceiling */
};

/* Title at `top`, the chart below it, then the numbers from row `first` to `last`. */
struct plate {
  struct xlsx *x;
  const struct chart *chart;
  unsigned page, top, first, last;
};

/* The first point of the ceiling, two rows below the numbers. */
static inline unsigned xlsx_curve(const struct plate *plate) { return plate->last + 3; }

/* The column that the line of an item is drawn over, right of the shown ones. */
static inline unsigned xlsx_drawn(const struct plate *plate, size_t item) {
  return 1 + (unsigned)(plate->chart->item_count + item);
}

/* The native chart over the cells of a plate (xlsx_plot.c). */
void xlsx_plot(const struct plate *plate, const char *title);

#endif
