/* Numerics in plain C: elementary functions, probability, internal rate of return, sums.

   Deterministic. Given IEEE doubles evaluated as doubles, round to nearest and -ffp-contract=off,
   every function here returns the same bits with every compiler, instruction set and number of
   threads: only + - * /, sqrt, floor and integer operations are used, no other function of libm, no
   errno, no locale, no state, no locks. Each loop has a fixed bound.

   Outside its domain a function returns NaN (of any bits: the caller makes it the one error value),
   and NaN in gives NaN out, also where C's pow would not (pow(1, NaN), pow(NaN, 0)). An argument of
   a probability function that is infinite gives NaN. "1 ulp" below means: the distance from the
   exact value is less than the gap between neighbouring doubles there, subnormal ones included. */
#ifndef MLS_REAL_H
#define MLS_REAL_H

#include <stddef.h>

/* ---- elementary: real.c ---- */

/* e^x within 1 ulp. Overflow is inf, underflow 0; exp(0) is 1 exactly.
   Method: Cody-Waite reduction by ln 2 in two parts (Tang 1989, without his table), a polynomial of
   degree 12, the sum 1 + r compensated. */
double real_exp(double x);

/* Logarithms within 1 ulp. log2 is exact for powers of two, log10 for the doubles nearest to powers
   of ten. 0 gives -inf, below 0 NaN, inf inf.
   Method: x = 2^k m, log m = 2 atanh((m-1)/(m+1)) as in Sun's fdlibm, the square in two parts. */
double real_log(double x);
double real_log2(double x);
double real_log10(double x);

/* x^y within 1 ulp, and exact where the result is a double: 3^2, 10^3, 0.25^0.5.
   0^0 is NaN (the language's range error), 0^negative inf; a negative base needs a whole exponent,
   else NaN. Infinite arguments as C's pow. Overflow is inf (-inf), underflow 0.
   Method: log x to about 2^-68 in two doubles (the two-interval reduction of Sun's fdlibm, in
   natural logarithms), times y in two doubles, then the kernel of real_exp. */
double real_pow(double x, double y);

/* log(1 + u) - u without cancellation, u > -1, within a few ulp for -0.29 < u < 0.41. */
double real_log1pmx(double u);

/* Loader's deviance (2000): a log(a/x) + x - a for a > 0 and x = high + low > 0; the absolute error
   is that of rounding the result, however large a. It is the exponent of all densities below. */
double real_deviance(double a, double high, double low);

/* ---- probability: real_tail.c ----
   Meaning and order of arguments are Excel's; the relative error is below 1e-12 in both tails, for
   shapes and counts up to 1e6 (larger ones work, with an error that grows as the argument's own
   rounding does). The domain is where both Excel and LibreOffice give a value; k and n are first
   cut to floor(k + 1e-9), the language's floor. */

/* ERF, odd in x, within 4 ulp. Chebyshev series of Shepherd and Laframboise (1981) for x >= 1. */
double real_erf(double x);

/* GAMMALN: log Gamma(x), x > 0, relative 1e-15 also near its zeros 1 and 2. */
double real_lgamma(double x);

/* NORMDIST(x, mean, sd, TRUE) and NORMINV(p, mean, sd): sd > 0, 0 < p < 1. The quantile starts at
   Abramowitz and Stegun 26.2.23 and takes Halley's step, relative to the tail, three times. */
double real_normal_cdf(double x, double mean, double sd);
double real_normal_quantile(double p, double mean, double sd);

/* POISSON(k, mean, FALSE or TRUE): k >= 0, mean > 0. */
double real_poisson_pmf(double k, double mean);
double real_poisson_cdf(double k, double mean);

/* GAMMADIST(x, shape, scale, TRUE): x >= 0, and GAMMAINV(p, shape, scale): 0 <= p < 1; shape and
   scale above 0. Method of the regularised incomplete gamma function: series and continued fraction
   (DiDonato and Morris 1986) before Loader's prefactor; for large shapes near x = shape, where both
   are slow, 32-point Gauss-Legendre quadrature of the log-concave density from x into the tail. The
   quantile is a bracketed Newton iteration on the logarithm of the smaller tail from Wilson and
   Hilferty's start. */
double real_gamma_cdf(double x, double shape, double scale);
double real_gamma_quantile(double p, double shape, double scale);

/* BETAINV(p, a, b): 0 < p <= 1, a and b above 0. The incomplete beta function in the same way:
   continued fraction (DiDonato and Morris 1992), or quadrature when both a and b are large. */
double real_beta_quantile(double p, double a, double b);

/* BINOMDIST(k, n, p, TRUE): 0 <= k <= n, 0 <= p <= 1. */
double real_binomial_cdf(double k, double n, double p);

/* ---- columns: real.c ---- */

/* The rate r > -1 nearest to 0 with sum of flow[i] / (1 + r)^i = 0; NaN unless both signs occur, or
   when there is no such rate. Signs are looked for outwards from 0 on both sides, on a grid of
   log(1+r) that starts with steps of 0.002 and grows by 5 % a step to |log(1+r)| = 36 (r from -1 +
   2e-16 to 4e15): two roots within one step are not seen. Then safeguarded Newton; relative 1e-12
   where the root is well conditioned. */
double real_irr(const double *flow, size_t n);
/* The same over the rows whose truth is not 0; later ones move up. `truth` NULL: all rows. */
double real_irr_where(const double *flow, const double *truth, size_t n);

/* The sum in a fixed order, so that the bits do not depend on how the work is divided:
   1. Blocks of 256 consecutive values, counted from the first; the last may be shorter.
   2. In a block 8 lanes: lane j is x[j], plus x[j+8], plus x[j+16] ... in order; a lane without any
      value (a block shorter than 8) is +0.
   3. The block's sum is ((lane0 + lane4) + (lane2 + lane6)) + ((lane1 + lane5) + (lane3 + lane7)).
   4. Sums of blocks 0 and 1, 2 and 3, ... are added; then those sums pairwise in the same way,
   until one is left. An odd one at the end of a level goes up unchanged. The empty sum is +0. NaN
   in gives NaN out. */
double real_sum(const double *x, size_t n);

/* The same order over x[i] where truth[i] is not 0 and +0 where it is 0. NaN of a truth and of a
   row that is taken pass on; NaN of a row that is not taken does not count. */
double real_sum_where(const double *x, const double *truth, size_t n);

#endif
