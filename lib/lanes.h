/* The bodies behind the function table: values over lanes, totals over columns, derivatives. Only
   function.c includes this, and batch.c for the bounds of inputs. */
#ifndef MLS_LANES_H
#define MLS_LANES_H

#include "function.h"

typedef bool lanes_body(size_t n, double *restrict out, const double *const *in, size_t count,
                        unsigned ones);
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
#endif
#ifdef MLS_VECTORS
#define LANES_BODIES(name)                                                                         \
  { lanes_##name##_any, lanes_##name##_v3, lanes_##name##_v4 }
#define LANES_DECLARE(type, name) type lanes_##name##_any, lanes_##name##_v3, lanes_##name##_v4;
#else
#define LANES_BODIES(name)                                                                         \
  { lanes_##name##_any, lanes_##name##_any, lanes_##name##_any }
#define LANES_DECLARE(type, name) type lanes_##name##_any;
#endif

LANES_DECLARE(lanes_body, add)
LANES_DECLARE(lanes_body, subtract)
LANES_DECLARE(lanes_body, multiply)
LANES_DECLARE(lanes_body, divide)
LANES_DECLARE(lanes_body, power)
LANES_DECLARE(lanes_body, negate)
LANES_DECLARE(lanes_body, less)
LANES_DECLARE(lanes_body, less_equal)
LANES_DECLARE(lanes_body, more)
LANES_DECLARE(lanes_body, more_equal)
LANES_DECLARE(lanes_body, equal)
LANES_DECLARE(lanes_body, unequal)
LANES_DECLARE(lanes_body, and)
LANES_DECLARE(lanes_body, or)
LANES_DECLARE(lanes_body, if)
LANES_DECLARE(lanes_body, invert)
LANES_DECLARE(lanes_body, default)
LANES_DECLARE(lanes_body, known)
LANES_DECLARE(lanes_body, missing)
LANES_DECLARE(lanes_body, min)
LANES_DECLARE(lanes_body, max)
LANES_DECLARE(lanes_body, abs)
LANES_DECLARE(lanes_body, floor)
LANES_DECLARE(lanes_body, ceil)
LANES_DECLARE(lanes_body, round)
LANES_DECLARE(lanes_body, mod)
LANES_DECLARE(lanes_body, sqrt)
LANES_DECLARE(lanes_body, exp)
LANES_DECLARE(lanes_body, ln)
LANES_DECLARE(lanes_body, log2)
LANES_DECLARE(lanes_body, log10)
LANES_DECLARE(lanes_body, erf)
LANES_DECLARE(lanes_body, lgamma)
LANES_DECLARE(lanes_body, normal_cdf)
LANES_DECLARE(lanes_body, normal_quantile)
LANES_DECLARE(lanes_body, poisson_pmf)
LANES_DECLARE(lanes_body, poisson_cdf)
LANES_DECLARE(lanes_body, gamma_cdf)
LANES_DECLARE(lanes_body, gamma_quantile)
LANES_DECLARE(lanes_body, beta_quantile)
LANES_DECLARE(lanes_body, binomial_cdf)
/* Whether some x is below `low`, above `high`, or no number. */
typedef bool lanes_bounds(size_t n, const double *x, double low, double high);
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
