/* lib/real: accuracy against tests/data_real.h, exact cases, domains, the order of sums, and one
   fingerprint of the bits, which every compiler and instruction set must reproduce. */
#include <check.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "real.h"
#include "data_real.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

typedef double one(double);
typedef double two(double, double);
typedef double three(double, double, double);

Suite *suite_real(void);

/* ---- accuracy ---- */

/* The gap between doubles at `exact`. */
static double gap(double exact) {
  int exponent;
  frexp(exact, &exponent);
  return ldexp(1, exponent - 53 > -1074 ? exponent - 53 : -1074);
}

static void within_one_ulp(const char *name, const struct row *row, double got) {
  const double error = fabs((got - row->high) - row->low);
  ck_assert_msg(error <= gap(row->high), "%s(%a, %a) = %a, exact %a + %a", name, row->in[0],
                row->in[1], got, row->high, row->low);
}

static void near_relative(const char *name, const struct row *row, double got, double tolerance) {
  ck_assert_msg(fabs((got - row->high) - row->low) <= tolerance * fabs(row->high),
                "%s(%.17g, %.17g, %.17g) = %.17g, exact %.17g, off by %.2g", name, row->in[0],
                row->in[1], row->in[2], got, row->high, got / row->high - 1);
}

static void check_one(const char *name, one *f, const struct row *rows, size_t n,
                      double tolerance) {
  for (size_t i = 0; i < n; i++)
    if (tolerance > 0) near_relative(name, &rows[i], f(rows[i].in[0]), tolerance);
    else within_one_ulp(name, &rows[i], f(rows[i].in[0]));
}

static void check_two(const char *name, two *f, const struct row *rows, size_t n,
                      double tolerance) {
  for (size_t i = 0; i < n; i++)
    if (tolerance > 0) near_relative(name, &rows[i], f(rows[i].in[0], rows[i].in[1]), tolerance);
    else within_one_ulp(name, &rows[i], f(rows[i].in[0], rows[i].in[1]));
}

static void check_three(const char *name, three *f, const struct row *rows, size_t n) {
  for (size_t i = 0; i < n; i++)
    near_relative(name, &rows[i], f(rows[i].in[0], rows[i].in[1], rows[i].in[2]), 1e-12);
}

START_TEST(elementary_within_one_ulp) {
  check_one("exp", real_exp, EXP, COUNT(EXP), 0);
  check_one("log", real_log, LOG, COUNT(LOG), 0);
  check_one("log2", real_log2, LOG2, COUNT(LOG2), 0);
  check_one("log10", real_log10, LOG10, COUNT(LOG10), 0);
  check_two("pow", real_pow, POW, COUNT(POW), 0);
}
END_TEST

START_TEST(probability_to_1e12) {
  check_one("erf", real_erf, ERF, COUNT(ERF), 1e-15);
  check_one("lgamma", real_lgamma, LGAMMA, COUNT(LGAMMA), 1e-15);
  check_three("normal_cdf", real_normal_cdf, NORMAL_CDF, COUNT(NORMAL_CDF));
  check_three("normal_quantile", real_normal_quantile, NORMAL_QUANTILE, COUNT(NORMAL_QUANTILE));
  check_two("poisson_pmf", real_poisson_pmf, POISSON_PMF, COUNT(POISSON_PMF), 1e-12);
  check_two("poisson_cdf", real_poisson_cdf, POISSON_CDF, COUNT(POISSON_CDF), 1e-12);
  check_three("gamma_cdf", real_gamma_cdf, GAMMA_CDF, COUNT(GAMMA_CDF));
  check_three("gamma_quantile", real_gamma_quantile, GAMMA_QUANTILE, COUNT(GAMMA_QUANTILE));
  check_three("binomial_cdf", real_binomial_cdf, BINOMIAL_CDF, COUNT(BINOMIAL_CDF));
  check_three("beta_quantile", real_beta_quantile, BETA_QUANTILE, COUNT(BETA_QUANTILE));
}
END_TEST

/* ---- exact cases ---- */

START_TEST(powers_are_exact) {
  for (int base = 2; base < 1000; base++) {
    double product = 1;
    for (int k = 1; k < 60 && product <= 0x1p53 / base; k++) {
      product *= base;
      ck_assert_double_eq(real_pow(base, k), product);
      ck_assert_double_eq(real_pow(-base, k), k % 2 ? -product : product);
    }
    ck_assert_double_eq(real_pow((double)base * base, 0.5), base);
    ck_assert_double_eq(real_pow(base, 1), base);
    ck_assert_double_eq(real_pow(base, 0), 1);
  }
  ck_assert_double_eq(real_pow(0.25, 0.5), 0.5);
  ck_assert_double_eq(real_pow(0.5, -3), 8);
  ck_assert_double_eq(real_pow(2, -1074), DBL_TRUE_MIN);
  ck_assert_double_eq(real_pow(2, 1023), 0x1p1023);
  ck_assert_double_eq(real_exp(0), 1);
  ck_assert_double_eq(real_log(1), 0);
}
END_TEST

START_TEST(logarithms_are_exact) {
  for (int k = -1074; k < 1024; k++) ck_assert_double_eq(real_log2(ldexp(1, k)), k);
  char text[16];
  for (int k = -307; k <= 308; k++) {
    snprintf(text, sizeof text, "1e%d", k);
    ck_assert_double_eq(real_log10(strtod(text, NULL)), k);
  }
}
END_TEST

/* ---- domains ---- */

START_TEST(elementary_domains) {
  const double infinity = INFINITY, nan_value = NAN;
  ck_assert_double_eq(real_exp(infinity), infinity);
  ck_assert_double_eq(real_exp(710), infinity);
  ck_assert_double_eq(real_exp(-746), 0);
  ck_assert_double_eq(real_exp(-infinity), 0);
  ck_assert_double_nan(real_exp(nan_value));
  one *const logs[] = { real_log, real_log2, real_log10 };
  for (size_t i = 0; i < COUNT(logs); i++) {
    ck_assert_double_eq(logs[i](0), -infinity);
    ck_assert_double_eq(logs[i](-0.0), -infinity);
    ck_assert_double_eq(logs[i](infinity), infinity);
    ck_assert_double_nan(logs[i](-1));
    ck_assert_double_nan(logs[i](-infinity));
    ck_assert_double_nan(logs[i](nan_value));
  }
}
END_TEST

/* Like C's pow but for NaN, which always passes on, and 0^0. */
START_TEST(pow_domain) {
  static const double values[] = { 0,
                                   -0.0,
                                   1,
                                   -1,
                                   2,
                                   -2,
                                   3,
                                   -3,
                                   0.5,
                                   2.5,
                                   -0.5,
                                   1e308,
                                   -1e308,
                                   0x1p-1074,
                                   -0x1p-1074,
                                   0x1p53,
                                   INFINITY,
                                   -INFINITY,
                                   NAN,
                                   0x1.fffffffffffffp-1,
                                   0x1.0000000000001p+0,
                                   0x1.0000000000001p+52 };
  for (size_t i = 0; i < COUNT(values); i++)
    for (size_t j = 0; j < COUNT(values); j++) {
      const double x = values[i], y = values[j], got = real_pow(x, y), want = pow(x, y);
      if (isnan(x) || isnan(y) || (x == 0 && y == 0) || isnan(want))
        ck_assert_msg(isnan(got), "pow(%g, %g) = %g", x, y, got);
      else if (isinf(want) || want == 0)
        ck_assert_msg(got == want && !signbit(got) == !signbit(want), "pow(%g, %g) = %g", x, y,
                      got);
      else ck_assert_msg(fabs(got - want) <= 2 * gap(want), "pow(%g, %g) = %g", x, y, got);
    }
}
END_TEST

struct outside {
  three *f;
  double in[3];
};

static double pmf(double k, double mean, double unused) {
  (void)unused;
  return real_poisson_pmf(k, mean);
}

static double cdf(double k, double mean, double unused) {
  (void)unused;
  return real_poisson_cdf(k, mean);
}

START_TEST(probability_domains) {
  static const struct outside rows[] = { { real_normal_cdf, { 1, 0, 0 } },
                                         { real_normal_cdf, { 1, 0, -1 } },
                                         { real_normal_cdf, { INFINITY, 0, 1 } },
                                         { real_normal_cdf, { NAN, 0, 1 } },
                                         { real_normal_quantile, { 0, 0, 1 } },
                                         { real_normal_quantile, { 1, 0, 1 } },
                                         { real_normal_quantile, { 0.5, 0, 0 } },
                                         { real_normal_quantile, { NAN, 0, 1 } },
                                         { pmf, { -1, 2, 0 } },
                                         { pmf, { -0.5, 2, 0 } },
                                         { pmf, { 1, 0, 0 } },
                                         { pmf, { 1, -1, 0 } },
                                         { cdf, { -1, 2, 0 } },
                                         { cdf, { 0, 0, 0 } },
                                         { cdf, { NAN, 2, 0 } },
                                         { cdf, { 2, NAN, 0 } },
                                         { real_gamma_cdf, { -1, 2, 3 } },
                                         { real_gamma_cdf, { 1, 0, 3 } },
                                         { real_gamma_cdf, { 1, 2, 0 } },
                                         { real_gamma_cdf, { 1, 2, NAN } },
                                         { real_gamma_quantile, { -0.1, 2, 3 } },
                                         { real_gamma_quantile, { 1, 2, 3 } },
                                         { real_gamma_quantile, { 0.5, 0, 3 } },
                                         { real_gamma_quantile, { 0.5, 2, -1 } },
                                         { real_beta_quantile, { 0, 2, 3 } },
                                         { real_beta_quantile, { 1.1, 2, 3 } },
                                         { real_beta_quantile, { 0.5, 0, 3 } },
                                         { real_beta_quantile, { 0.5, 2, 0 } },
                                         { real_binomial_cdf, { -1, 2, 0.5 } },
                                         { real_binomial_cdf, { 3, 2, 0.5 } },
                                         { real_binomial_cdf, { 1, 2, 1.1 } },
                                         { real_binomial_cdf, { 1, 2, -0.1 } },
                                         { real_binomial_cdf, { 1, INFINITY, 0.5 } } };
  for (size_t i = 0; i < COUNT(rows); i++) {
    const double *in = rows[i].in;
    ck_assert_msg(isnan(rows[i].f(in[0], in[1], in[2])), "row %zu", i);
  }
  ck_assert_double_nan(real_lgamma(0));
  ck_assert_double_nan(real_lgamma(-0.5));
  ck_assert_double_nan(real_lgamma(NAN));
  ck_assert_double_nan(real_erf(NAN));
}
END_TEST

START_TEST(probability_edges) {
  ck_assert_double_eq(real_erf(INFINITY), 1);
  ck_assert_double_eq(real_erf(-INFINITY), -1);
  ck_assert_double_eq(real_erf(-0.7), -real_erf(0.7));
  ck_assert_double_eq(real_lgamma(1), 0);
  ck_assert_double_eq(real_lgamma(2), 0);
  ck_assert_double_eq(real_normal_cdf(0, 0, 1), 0.5);
  ck_assert_double_eq(real_normal_cdf(50, 0, 1), 1);
  ck_assert_double_eq(real_normal_cdf(-50, 0, 1), 0);
  ck_assert_double_eq(real_normal_quantile(0.5, 7, 2), 7);
  ck_assert_double_eq(real_poisson_cdf(2.9999999999, 2), real_poisson_cdf(3, 2));
  ck_assert_double_eq(real_poisson_pmf(0, 2), real_exp(-2));
  ck_assert_double_eq(real_gamma_cdf(0, 2, 3), 0);
  ck_assert_double_eq(real_gamma_cdf(1e300, 2, 1e-300), 1);
  ck_assert_double_eq(real_gamma_cdf(1e9, 2, 3), 1);
  ck_assert_double_eq(real_gamma_quantile(0, 2, 3), 0);
  ck_assert_double_eq(real_beta_quantile(1, 2, 3), 1);
  ck_assert_double_eq(real_binomial_cdf(2, 2, 0.5), 1);
  ck_assert_double_eq(real_binomial_cdf(0, 0, 0.5), 1);
  ck_assert_double_eq(real_binomial_cdf(1, 2, 0), 1);
  ck_assert_double_eq(real_binomial_cdf(1, 2, 1), 0);
  ck_assert_double_eq(real_binomial_cdf(1.5, 2.7, 0.5), 0.75);
}
END_TEST

/* Quantiles undo distribution functions, and nothing runs away anywhere in the domain. */
START_TEST(quantiles_undo) {
  for (double a = 1e-3; a < 2e6; a *= 3.7)
    for (double p = 1e-300; p < 1; p = p < 1e-3 ? p * 1e9 : p + 0.0917) {
      const double x = real_gamma_quantile(p, a, 1);
      if (x > 1e-290)
        ck_assert_msg(fabs(real_gamma_cdf(x, a, 1) / p - 1) < 1e-12 + 2e-15 * a, "gamma %g %g", p,
                      a);
      for (double b = 1e-3; b < 2e6; b *= 41) {
        const double y = real_beta_quantile(p, a, b);
        ck_assert_msg(y >= 0 && y <= 1, "beta %g %g %g", p, a, b);
      }
    }
}
END_TEST

/* ---- rate of return ---- */

static void irr_is(const double *flow, size_t n, double want, double tolerance) {
  const double got = real_irr(flow, n);
  ck_assert_msg(fabs(got - want) <= tolerance * fabs(want), "irr %.17g, want %.17g", got, want);
}

#define IRR(want, tolerance, ...)                                                                  \
  do {                                                                                             \
    const double flow[] = { __VA_ARGS__ };                                                         \
    irr_is(flow, COUNT(flow), want, tolerance);                                                    \
  } while (0)

START_TEST(irr_known) {
  IRR(0.1, 1e-14, -100, 110);
  IRR(-0.5, 1e-14, -100, 50);
  IRR(0, 0, -100, 60, 40);
  IRR(0.1, 1e-13, 110, -121);
  IRR(1e-7, 1e-10, -1e7, 1e7 + 1);
  IRR(999999, 1e-12, -1, 1e6);
  IRR(-0.999999, 1e-12, -1e6, 1);
  IRR(0.0866309480365316, 1e-13, -70000, 12000, 15000, 18000, 21000, 26000); /* Excel's example */
  IRR(-0.021244848273411, 1e-13, -70000, 12000, 15000, 18000, 21000);
  IRR(0.1, 1e-13, 0, 0, -1, 1.1);
}
END_TEST

/* Products of (factor - 1 / (1 + root)): the root nearest to 0 wins, from either side. */
START_TEST(irr_many_roots) {
  IRR(0.1, 1e-12, -1000, 2300, -1320); /* 10 % and 20 % */
  IRR(0.25, 1e-12, -16, 68, -60);      /* 25 % and 200 % */
  IRR(-0.2, 1e-12, -1, 2.1, -1.04);    /* -20 % and 30 % */
  IRR(0.2, 1e-12, -1, 1.9, -0.84);     /* 20 % and -30 % */
  IRR(-0.1, 1e-12, -1, 2.4, -1.35);    /* -10 % and 50 % */
}
END_TEST

START_TEST(irr_none) {
  const double positive[] = { 1, 2, 3 }, zeros[] = { 0, 0 }, no_root[] = { 1, -1, 1 };
  const double with_nan[] = { -1, NAN, 2 }, with_inf[] = { -1, INFINITY };
  ck_assert_double_nan(real_irr(positive, 3));
  ck_assert_double_nan(real_irr(zeros, 2));
  ck_assert_double_nan(real_irr(zeros, 0));
  ck_assert_double_nan(real_irr(no_root, 3));
  ck_assert_double_nan(real_irr(with_nan, 3));
  ck_assert_double_nan(real_irr(with_inf, 2));
}
END_TEST

START_TEST(irr_long) {
  static double flow[20000];
  flow[0] = -1000;
  for (size_t i = 1; i < COUNT(flow); i++) flow[i] = 10;
  irr_is(flow, COUNT(flow), 0.01, 1e-12);
  for (size_t i = 1; i < 361; i++) flow[i] = 5;
  irr_is(flow, 361, 0.00365592795236271, 1e-12);
}
END_TEST

/* ---- sums ---- */

static uint64_t random_state = 1;

static double random_double(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return ldexp((double)(int64_t)random_state, (int)(random_state >> 40 & 31) - 63);
}

/* The contract of real_sum as written in the header, one level at a time. */
static double plain_block(const double *x, size_t n) {
  double lane[8] = { 0 };
  for (size_t i = 0; i < n; i++) lane[i % 8] = i < 8 ? x[i] : lane[i % 8] + x[i];
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

static double plain_sum(const double *x, size_t n) {
  static double level[4096];
  size_t count = 0;
  for (size_t at = 0; at < n; at += 256)
    level[count++] = plain_block(x + at, n - at < 256 ? n - at : 256);
  for (; count > 1; count = (count + 1) / 2)
    for (size_t i = 0; i < count; i += 2)
      level[i / 2] = i + 1 < count ? level[i] + level[i + 1] : level[i];
  return count ? level[0] : 0;
}

static uint64_t bits(double x) {
  uint64_t out;
  memcpy(&out, &x, sizeof out);
  return out;
}

START_TEST(sum_order) {
  static double x[300000], truth[300000], chosen[300000];
  for (size_t i = 0; i < COUNT(x); i++) {
    x[i] = random_double();
    truth[i] = (double)(random_state >> 33 & 1);
    chosen[i] = truth[i] == 0 ? 0 : x[i];
  }
  for (size_t n = 0; n < COUNT(x); n = n < 600 ? n + 1 : n + 7919) {
    ck_assert_uint_eq(bits(real_sum(x, n)), bits(plain_sum(x, n)));
    ck_assert_uint_eq(bits(real_sum_where(x, truth, n)), bits(plain_sum(chosen, n)));
  }
}
END_TEST

START_TEST(sum_errors) {
  double x[20] = { 0 }, truth[20] = { 0 };
  ck_assert_double_eq(real_sum(x, 20), 0);
  x[13] = NAN;
  truth[2] = 1;
  x[2] = 5;
  ck_assert_double_nan(real_sum(x, 20));
  ck_assert_double_eq(real_sum_where(x, truth, 20), 5);
  truth[13] = 1;
  ck_assert_double_nan(real_sum_where(x, truth, 20));
  truth[13] = 0;
  truth[4] = NAN;
  ck_assert_double_nan(real_sum_where(x, truth, 20));
}
END_TEST

/* ---- the same bits everywhere ---- */

static uint64_t mix(uint64_t hash, double x) {
  return (hash ^ bits(x == x ? x : 0)) * 0x100000001b3u + (hash >> 47);
}

START_TEST(fingerprint) {
  uint64_t hash = 0xcbf29ce484222325u;
  random_state = 7;
  for (int i = 0; i < 20000; i++) {
    const double x = fabs(random_double()), y = random_double();
    hash = mix(mix(hash, real_exp(y)), real_log(x));
    hash = mix(mix(hash, real_log2(x)), real_log10(x));
    hash = mix(mix(hash, real_pow(x, y / 1e9)), real_erf(y / 1e9));
  }
  for (int i = 1; i < 400; i++) {
    const double p = i / 400.0, a = i * 0.37;
    hash = mix(mix(hash, real_normal_quantile(p, 0, 1)), real_gamma_quantile(p, a, 2));
    hash = mix(mix(hash, real_beta_quantile(p, a, 3)), real_binomial_cdf(i / 2, i, p));
    hash = mix(mix(hash, real_poisson_cdf(i, a)), real_lgamma(a));
  }
  ck_assert_uint_eq(hash, 0x6e2b8bd6229de307u);
}
END_TEST

Suite *suite_real(void) {
  Suite *suite = suite_create("real");
  TCase *all = tcase_create("real");
  tcase_set_timeout(all, 60);
  tcase_add_test(all, elementary_within_one_ulp);
  tcase_add_test(all, probability_to_1e12);
  tcase_add_test(all, powers_are_exact);
  tcase_add_test(all, logarithms_are_exact);
  tcase_add_test(all, elementary_domains);
  tcase_add_test(all, pow_domain);
  tcase_add_test(all, probability_domains);
  tcase_add_test(all, probability_edges);
  tcase_add_test(all, quantiles_undo);
  tcase_add_test(all, irr_known);
  tcase_add_test(all, irr_many_roots);
  tcase_add_test(all, irr_none);
  tcase_add_test(all, irr_long);
  tcase_add_test(all, sum_order);
  tcase_add_test(all, sum_errors);
  tcase_add_test(all, fingerprint);
  suite_add_tcase(suite, all);
  return suite;
}
