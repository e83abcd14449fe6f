/* The bodies behind the function table: values over lanes, totals over columns, derivatives. Only
   function.c includes this, and batch.c for the bounds of inputs. */
#ifndef MLS_LANES_H
#define MLS_LANES_H

#include "function.h"

typedef bool lanes_body(size_t n, double *restrict out, const double *const *in, size_t count,
                        unsigned ones);
typedef bool lanes_run(unsigned code, double *restrict out, const double *const *in);
typedef double span_body(size_t n, const double *column, const double *truth);
typedef void slope_body(double value, const double *in, size_t count, double *slope);
typedef void span_slope_body(double value, size_t n, const double *column, const double *truth,
                             double *slope);

#define LANES_PASSING(name, which)                                                                 \
  { .lanes = LANES_SETS_OF(name), .one = one_##name, .number = BODY_##name, .passes = which }
#define LANES_BODIES(name) LANES_PASSING(name, 0)

lanes_body FUNCTION_BODIES(LANES_NAMES);
#define LANES_ONE_OF(name) one_##name(const double *const *in, size_t count)
double FUNCTION_BODIES(LANES_ONE_OF);
/* The bodies of function_block. */
typedef unsigned lanes_block(lanes outer, lanes inner, unsigned at, unsigned ones, bool seen);
lanes_block LANES_NAMES(block);
lanes_run LANES_NAMES(run);
/* Whether some x of a block is below `low`, above `high`, no number, or (`whole`) not for sure a
   whole one. */
typedef bool lanes_bounds(const double *x, double low, double high, bool whole);
lanes_bounds LANES_NAMES(outside);

span_body span_sum, span_mean, span_min, span_max, span_count, span_product;
span_body span_first, span_last, span_irr;

slope_body slope_add, slope_subtract, slope_multiply, slope_divide, slope_power, slope_negate;
slope_body slope_if, slope_default, slope_min, slope_max, slope_abs, slope_round;
slope_body slope_mod, slope_sqrt, slope_exp, slope_ln, slope_log2, slope_log10, slope_erf;
slope_body slope_lgamma;
slope_body slope_normal_cdf, slope_normal_quantile, slope_poisson_pmf, slope_poisson_cdf;
slope_body slope_gamma_cdf, slope_gamma_quantile, slope_beta_quantile, slope_binomial_cdf;

span_slope_body span_slope_sum, span_slope_mean, span_slope_extreme, span_slope_product;
span_slope_body span_slope_first, span_slope_last, span_slope_irr;

#endif
