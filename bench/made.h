/* What every program of bench/ shares: the numbers that workloads are made of, CPU time, medians.
   A number is a hash of its place, so that each program makes the same ones without a file. */
#ifndef BENCH_MADE_H
#define BENCH_MADE_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Uniform in [0, 1): a 32-bit mixer, lowbias32. */
static inline double made_uniform(uint32_t k) {
  k ^= k >> 16;
  k *= 0x7feb352dU;
  k ^= k >> 15;
  k *= 0x846ca68bU;
  k ^= k >> 16;
  return k / 4294967296.0;
}

/* Leaf k of a grid, counted from 1 row by row: 0.1 to 1.1 with six decimals. */
static inline double made_leaf(uint32_t k) {
  return nearbyint((0.1 + made_uniform(k)) * 1e6) / 1e6;
}

/* Column `column` of scenario `row`. */
static inline double made_column(uint32_t row, uint32_t column, double low, double high,
                                 int whole) {
  double value = low + (high - low) * made_uniform(row * 32 + column + 7000000);
  return whole ? floor(value) : value;
}

static inline double cpu_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static inline int made_ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double made_median(double *list, size_t count) {
  qsort(list, count, sizeof *list, made_ascending);
  return list[count / 2];
}

static inline void *made_room(size_t count) {
  double *room = malloc((count ? count : 1) * sizeof *room);
  if (!room) {
    fputs("bench: no memory\n", stderr);
    exit(EXIT_FAILURE);
  }
  return room;
}

/* One line a figure: what was measured, seconds of CPU for one, and a value that shows that the
   work was done. */
static inline void made_tell(const char *name, double seconds, double check) {
  printf("%s %.9g %.15g\n", name, seconds, check);
  fflush(stdout);
}

#endif
