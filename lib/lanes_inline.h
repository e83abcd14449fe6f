/* What the common functions make of one lane. Written in a header so that there is one expression
   for each: lanes.c makes loops of it, and tape_row.c calculates one row with it. */
#ifndef MLS_LANES_INLINE_H
#define MLS_LANES_INLINE_H

#include "function.h"

static inline double lane_add(double x, double y) { return x + y; }
static inline double lane_subtract(double x, double y) { return x - y; }
static inline double lane_multiply(double x, double y) { return x * y; }
static inline double lane_divide(double x, double y) { return x / y; }
static inline double lane_negate(double x) { return -x; }
static inline double lane_abs(double x) { return fabs(x); }
static inline double lane_sqrt(double x) { return sqrt(x); }

/* ---- comparison and choice: these must see errors themselves ---- */

/* 0, or an error where x or y is one: what is not an error is finite. */
static inline double fault(double x, double y) { return (x - x) + (y - y); }

/* Below by more than value_equal forgives: not equal, and the difference is above 0. */
static inline bool less(double x, double y) {
  const double a = fabs(x), b = fabs(y);
  return y - x > 0x1p-48 * (a > b ? a : b);
}

/* What a comparison of x and y gives: it has been made without looking for errors. */
static inline double judged(double x, double y, double made) {
  return ((x != x) | (y != y)) ? FUNCTION_ERROR : made;
}

static inline double lane_less(double x, double y) { return judged(x, y, less(x, y) ? 1 : 0); }
static inline double lane_less_equal(double x, double y) {
  return judged(x, y, less(y, x) ? 0 : 1);
}
static inline double lane_more(double x, double y) { return judged(x, y, less(y, x) ? 1 : 0); }
static inline double lane_more_equal(double x, double y) {
  return judged(x, y, less(x, y) ? 0 : 1);
}

static inline double lane_equal(double x, double y) {
  return judged(x, y, value_equal(x, y) ? 1 : 0);
}

static inline double lane_if(double x, double y, double z) {
  return x != x ? FUNCTION_ERROR : x != 0 ? y : z;
}

/* The comparison is false when y is an error, which is then taken. Written so that compilers choose
   without a branch. */
static inline double lane_min(double x, double y) {
  const double least = x < y ? x : y;
  return x != x ? x : least;
}
static inline double lane_max(double x, double y) {
  const double most = x > y ? x : y;
  return x != x ? x : most;
}

#endif
