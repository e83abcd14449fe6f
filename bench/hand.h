/* The workloads of bench/ in plain C: hand.c. */
#ifndef BENCH_HAND_H
#define BENCH_HAND_H

#include <stddef.h>

enum {
  HAND_WIDE = 30 /* cells of a row: 10 inputs, 20 formulas */
};

/* Calculates all rows, and the total of the last column. */
double hand_wide(size_t rows, double *cells);
/* Recurrences: value * 1.0000001 + add, and max(value / 2, add) + 1 / (1 + value). */
double hand_linear(size_t rows, double start, const double *add, double *out);
double hand_bent(size_t rows, double start, const double *add, double *out);

#endif
