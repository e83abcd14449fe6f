/* The numbers that workloads are made of: a number is a hash of its place, so that each program
   makes the same ones without a file. And how a figure is told to bench.py. */
#ifndef BENCH_MADE_H
#define BENCH_MADE_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "measure.h"

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

/* On large pages, as the library's own memory, where the system gives them. */
static inline double *made_room(size_t count) {
  size_t page = (size_t)1 << 21, size = (count * sizeof(double) / page + 1) * page;
  double *room = need(aligned_alloc(page, size));
#ifdef MADV_HUGEPAGE
  madvise(room, size, MADV_HUGEPAGE);
#endif
  memset(room, 0, size);
  return room;
}

/* One line a figure: what was measured, seconds of CPU for one, and a value that shows that the
   work was done. */
static inline void made_tell(const char *name, double seconds, double check) {
  printf("%s %.9g %.15g\n", name, seconds, check);
  fflush(stdout);
}

#endif
