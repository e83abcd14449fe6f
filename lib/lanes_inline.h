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

/* Truths made of doubles, not of bools: these stay in vectors. */
static inline double same(double x, double y) { return value_equal(x, y) ? 1 : 0; }
static inline double less(double x, double y) { return x < y ? 1 - same(x, y) : 0; }

static inline double lane_less(double x, double y) { return less(x, y) + fault(x, y); }
static inline double lane_less_equal(double x, double y) { return 1 - less(y, x) + fault(x, y); }
static inline double lane_more(double x, double y) { return less(y, x) + fault(x, y); }
static inline double lane_more_equal(double x, double y) { return 1 - less(x, y) + fault(x, y); }

static inline double lane_if(double x, double y, double z) {
  return x != x ? FUNCTION_ERROR : x != 0 ? y : z;
}

/* The comparison is false when y is an error, which is then taken. */
static inline double lane_min(double x, double y) { return ((x < y) | (x != x)) ? x : y; }
static inline double lane_max(double x, double y) { return ((x > y) | (x != x)) ? x : y; }

#endif
