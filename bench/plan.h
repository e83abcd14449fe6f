/* The columns of a batch workload: a line each of name, lowest, highest, 1 for whole numbers. */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

#include "made.h"

struct plan {
  unsigned count;
  struct {
    char name[64];
    double low, high;
    int whole;
  } column[64];
};

static inline struct plan plan_read(const char *path) {
  struct plan plan = { .count = 0 };
  FILE *file = fopen(path, "r");
  if (!file) exit(EXIT_FAILURE);
  while (plan.count < 64 &&
         fscanf(file, "%63s %lf %lf %d", plan.column[plan.count].name, &plan.column[plan.count].low,
                &plan.column[plan.count].high, &plan.column[plan.count].whole) == 4)
    plan.count++;
  fclose(file);
  return plan;
}

static inline double plan_value(const struct plan *plan, unsigned row, unsigned column) {
  return made_column(row, column, plan->column[column].low, plan->column[column].high,
                     plan->column[column].whole);
}

/* As a file of six digits holds it, so that all programs calculate with the same numbers. */
static inline double plan_rounded(const struct plan *plan, unsigned row, unsigned column) {
  char text[32];
  snprintf(text, sizeof text, "%.6g", plan_value(plan, row, column));
  return strtod(text, NULL);
}

#endif
