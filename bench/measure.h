/* What the benchmark programs share: CPU time, medians, and stopping. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline double clock_now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static inline double now(void) { return clock_now(CLOCK_PROCESS_CPUTIME_ID); }

static inline int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static inline double median(double *list, size_t count) {
  qsort(list, count, sizeof *list, ascending);
  return list[count / 2];
}

static inline void stop(const char *what) {
  fprintf(stderr, "bench: %s failed\n", what);
  exit(EXIT_FAILURE);
}

static inline void *need(void *memory) {
  if (!memory) stop("memory");
  return memory;
}

#endif
