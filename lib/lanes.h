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

/* Each body is compiled for LANES_SETS instruction sets: that of any machine, and on x86-64 those
   with vectors of 256 and 512 bits (x86-64-v3, -v4), by meson.build, which defines MLS_VECTORS. */
#define LANES_JOIN(a, b) LANES_JOIN_(a, b)
#define LANES_JOIN_(a, b) a##b
#ifndef LANES_SET
#define LANES_SET _any
#define LANES_ANY_MACHINE
#endif
#ifdef MLS_VECTORS
#define LANES_SETS_OF(name)                                                                        \
  { lanes_##name##_any, lanes_##name##_v3, lanes_##name##_v4 }
#define LANES_DECLARE(type, name) type lanes_##name##_any, lanes_##name##_v3, lanes_##name##_v4;
#else
#define LANES_SETS_OF(name)                                                                        \
  { lanes_##name##_any, lanes_##name##_any, lanes_##name##_any }
#define LANES_DECLARE(type, name) type lanes_##name##_any;
#endif
#define LANES_PASSING(name, which)                                                                 \
  { .lanes = LANES_SETS_OF(name), .one = one_##name, .passes = which }
#define LANES_BODIES(name) LANES_PASSING(name, 0)
#define LANES_FUNCTION(name)                                                                       \
  LANES_DECLARE(lanes_body, name)                                                                  \
  double one_##name(const double *const *in, size_t count);

LANES_FUNCTION(add)
LANES_FUNCTION(subtract)
LANES_FUNCTION(multiply)
LANES_FUNCTION(divide)
LANES_FUNCTION(power)
LANES_FUNCTION(negate)
LANES_FUNCTION(less)
LANES_FUNCTION(less_equal)
LANES_FUNCTION(more)
LANES_FUNCTION(more_equal)
LANES_FUNCTION(equal)
LANES_FUNCTION(unequal)
LANES_FUNCTION(and)
LANES_FUNCTION(or)
LANES_FUNCTION(if)
LANES_FUNCTION(invert)
LANES_FUNCTION(default)
LANES_FUNCTION(known)
LANES_FUNCTION(missing)
LANES_FUNCTION(min)
LANES_FUNCTION(max)
LANES_FUNCTION(abs)
LANES_FUNCTION(floor)
LANES_FUNCTION(ceil)
LANES_FUNCTION(round)
LANES_FUNCTION(mod)
LANES_FUNCTION(sqrt)
LANES_FUNCTION(exp)
LANES_FUNCTION(ln)
LANES_FUNCTION(log2)
LANES_FUNCTION(log10)
LANES_FUNCTION(erf)
LANES_FUNCTION(lgamma)
LANES_FUNCTION(normal_cdf)
LANES_FUNCTION(normal_quantile)
LANES_FUNCTION(poisson_pmf)
LANES_FUNCTION(poisson_cdf)
LANES_FUNCTION(gamma_cdf)
LANES_FUNCTION(gamma_quantile)
LANES_FUNCTION(beta_quantile)
LANES_FUNCTION(binomial_cdf)
/* The bodies of function_block. */
typedef unsigned lanes_block(lanes outer, lanes inner, unsigned at, unsigned ones, bool seen);
LANES_DECLARE(lanes_block, block)
LANES_DECLARE(lanes_run, run)
/* Whether some x of a block is below `low`, above `high`, no number, or (`whole`) not for sure a
   whole one. */
typedef bool lanes_bounds(const double *x, double low, double high, bool whole);
LANES_DECLARE(lanes_bounds, outside)

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
