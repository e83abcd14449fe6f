/* The bodies behind the function table: values over lanes, totals over columns, derivatives. Only
   function.c includes this. */
#ifndef MLS_LANES_H
#define MLS_LANES_H

#include "function.h"

typedef void lanes_body(size_t n, double *out, const double *const *in, size_t count);
typedef double span_body(size_t n, const double *column, const double *truth);
typedef void slope_body(double value, const double *in, size_t count, double *slope);
typedef void span_slope_body(double value, size_t n, const double *column, const double *truth,
                             double *slope);

lanes_body lanes_add, lanes_subtract, lanes_multiply, lanes_divide, lanes_power, lanes_negate;
lanes_body lanes_less, lanes_less_equal, lanes_more, lanes_more_equal, lanes_equal, lanes_unequal;
lanes_body lanes_and, lanes_or, lanes_not, lanes_if, lanes_default, lanes_known, lanes_missing;
lanes_body lanes_min, lanes_max, lanes_abs, lanes_floor, lanes_ceil, lanes_round, lanes_mod;
lanes_body lanes_sqrt, lanes_exp, lanes_ln, lanes_log2, lanes_log10, lanes_erf, lanes_lgamma;
lanes_body lanes_normal_cdf, lanes_normal_quantile, lanes_poisson_pmf, lanes_poisson_cdf;
lanes_body lanes_gamma_cdf, lanes_gamma_quantile, lanes_beta_quantile, lanes_binomial_cdf;

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
