/* Totals over columns, and the derivatives of values and totals. Apart from lanes.c, which is
   compiled once for each instruction set: these are not. */
#include "lanes.h"
#include "real.h"

#define ERROR FUNCTION_ERROR

/* ---- totals ---- */

static double sound(double x) { return fabs(x) <= 0x1.fffffffffffffp1023 ? x : ERROR; }

/* The rows taken: how many, the first and last (n, 0 when none); wrong: an error among truths. */
struct selection {
  size_t count, first, last;
  bool wrong;
};

static struct selection selection_of(size_t n, const double *truth) {
  if (!truth) return (struct selection){ n, 0, n ? n - 1 : 0, false };
  struct selection made = { 0, n, 0, false };
  size_t wrong = 0;
  for (size_t i = 0; i < n; i++) {
    wrong += truth[i] != truth[i];
    made.count += truth[i] != 0;
  }
  made.wrong = wrong > 0;
  if (made.count == 0) return made;
  for (made.first = 0; truth[made.first] == 0;) made.first++;
  for (made.last = n - 1; truth[made.last] == 0;) made.last--;
  return made;
}

double span_sum(size_t n, const double *column, const double *truth) {
  return sound(truth ? real_sum_where(column, truth, n) : real_sum(column, n));
}

double span_mean(size_t n, const double *column, const double *truth) {
  const struct selection rows = selection_of(n, truth);
  return rows.count ? sound(span_sum(n, column, truth) / (double)rows.count) : ERROR;
}

/* An error in a counted row passes on, as in every total of the language. */
double span_count(size_t n, const double *column, const double *truth) {
  size_t wrong = 0;
  for (size_t i = 0; i < n; i++) wrong += (column[i] != column[i]) & (!truth || truth[i] != 0);
  const struct selection rows = selection_of(n, truth);
  return wrong || rows.wrong ? ERROR : (double)rows.count;
}

/* Like INDEX they look at their one row only. */
double span_first(size_t n, const double *column, const double *truth) {
  const struct selection rows = selection_of(n, truth);
  return rows.wrong || rows.count == 0 ? ERROR : sound(column[rows.first]);
}

double span_last(size_t n, const double *column, const double *truth) {
  const struct selection rows = selection_of(n, truth);
  return rows.wrong || rows.count == 0 ? ERROR : sound(column[rows.last]);
}

/* The least of sign * x. Independent lanes, for one chain of comparisons waits on itself; the order
   does not matter for the result. An infinity is what no row at all gives. */
enum { WIDE = 8 };

static inline double lesser(double least, double x) { return ((x < least) | (x != x)) ? x : least; }

static inline double selected(const double *column, const double *truth, size_t i, double sign) {
  if (!truth) return sign * column[i];
  return truth[i] == 0 ? (double)INFINITY : truth[i] != truth[i] ? truth[i] : sign * column[i];
}

static double extreme(size_t n, const double *column, const double *truth, double sign) {
  double least[WIDE];
  for (size_t j = 0; j < WIDE; j++) least[j] = (double)INFINITY;
  size_t i = 0;
  for (; i + WIDE <= n; i += WIDE)
    for (size_t j = 0; j < WIDE; j++)
      least[j] = lesser(least[j], selected(column, truth, i + j, sign));
  for (; i < n; i++) least[0] = lesser(least[0], selected(column, truth, i, sign));
  for (size_t j = 1; j < WIDE; j++) least[0] = lesser(least[0], least[j]);
  return sound(sign * least[0]);
}

double span_min(size_t n, const double *column, const double *truth) {
  return extreme(n, column, truth, 1);
}

double span_max(size_t n, const double *column, const double *truth) {
  return extreme(n, column, truth, -1);
}

double span_product(size_t n, const double *column, const double *truth) {
  const struct selection rows = selection_of(n, truth);
  if (rows.wrong || rows.count == 0) return ERROR;
  double product = 1;
  for (size_t i = 0; i < n; i++)
    if (!truth || truth[i] != 0) product *= column[i];
  return sound(product);
}

double span_irr(size_t n, const double *column, const double *truth) {
  const struct selection rows = selection_of(n, truth);
  return rows.wrong || rows.count == 0 ? ERROR : sound(real_irr_where(column, truth, n));
}

/* ---- derivatives at a point: f is the value, x, y, z the arguments ---- */

#define SLOPE_1(name, dx)                                                                          \
  void name(double f, const double *in, size_t count, double *slope) {                             \
    const double x = in[0];                                                                        \
    (void)f, (void)x, (void)count;                                                                 \
    slope[0] = (dx);                                                                               \
  }

#define SLOPE_2(name, dx, dy)                                                                      \
  void name(double f, const double *in, size_t count, double *slope) {                             \
    const double x = in[0], y = in[1];                                                             \
    (void)f, (void)x, (void)y, (void)count;                                                        \
    slope[0] = (dx), slope[1] = (dy);                                                              \
  }

#define SLOPE_3(name, dx, dy, dz)                                                                  \
  void name(double f, const double *in, size_t count, double *slope) {                             \
    const double x = in[0], y = in[1], z = in[2];                                                  \
    (void)f, (void)x, (void)y, (void)z, (void)count;                                               \
    slope[0] = (dx), slope[1] = (dy), slope[2] = (dz);                                             \
  }

static const double log_of_2 = 0x1.62e42fefa39efp-1, log_of_10 = 0x1.26bb1bbb55516p+1;
static const double pi = 0x1.921fb54442d18p+1;

/* At base 0 the limit from above; a negative base has whole exponents only, flat in them. */
static double power_by_base(double x, double y) {
  if (y == 0) return 0;
  return x == 0 && y == 1 ? 1 : y * (y == 3 ? x * x : real_pow(x, y - 1));
}

SLOPE_2(slope_add, 1, 1)
SLOPE_2(slope_subtract, 1, -1)
SLOPE_2(slope_multiply, y, x)
SLOPE_2(slope_divide, 1 / y, -f / y)
SLOPE_2(slope_power, power_by_base(x, y), x > 0 ? f * real_log(x) : 0)
SLOPE_1(slope_negate, -1)
SLOPE_1(slope_abs, x < 0 ? -1 : 1)
SLOPE_2(slope_round, 0, value_nearest(x / y))
SLOPE_2(slope_mod, 1, -value_floor(x / y))
SLOPE_1(slope_sqrt, 0.5 / f)
SLOPE_1(slope_exp, f)
SLOPE_1(slope_ln, 1 / x)
SLOPE_1(slope_log2, 1 / (x * log_of_2))
SLOPE_1(slope_log10, 1 / (x * log_of_10))
SLOPE_3(slope_if, 0, x != 0 ? 1 : 0, x != 0 ? 0 : 1)
SLOPE_2(slope_default, x == x ? 1 : 0, x == x ? 0 : 1)

/* All of the slope belongs to the first argument that is the result. */
void slope_min(double f, const double *in, size_t count, double *slope) {
  bool taken = false;
  for (size_t k = 0; k < count; k++) {
    slope[k] = !taken && in[k] == f ? 1 : 0;
    taken |= in[k] == f;
  }
}

void slope_max(double f, const double *in, size_t count, double *slope) {
  slope_min(f, in, count, slope);
}

/* Digamma: upwards to where Stirling's series is exact, then the series. */
static double digamma(double x) {
  double below = 0;
  for (; x < 10; x += 1) below += 1 / x;
  const double u = 1 / (x * x);
  const double series =
      u * (1.0 / 12 - u * (1.0 / 120 - u * (1.0 / 252 - u * (1.0 / 240 - u * (1.0 / 132)))));
  return real_log(x) - 0.5 / x - series - below;
}

SLOPE_1(slope_erf, 2 / sqrt(pi) * real_exp(-x * x))
SLOPE_1(slope_lgamma, x > 0 ? digamma(x) : ERROR)

/* A shape has no closed derivative: a five-point difference over 1/256 of the width that the
   distribution has in it. */
typedef double quantity(double x, double y, double z);

static double by_shape(quantity *of, double x, double y, double z, int which) {
  const double at = which == 1 ? y : z;
  const double h = (at < 1 ? at : sqrt(at)) * 0x1p-8;
  double f[4];
  for (int k = 0; k < 4; k++) {
    const double moved = at + h * (k < 2 ? k - 2 : k - 1);
    f[k] = which == 1 ? of(x, moved, z) : of(x, y, moved);
  }
  return (8 * (f[2] - f[1]) - (f[3] - f[0])) / (12 * h);
}

static double normal_density(double z) { return real_exp(-0.5 * z * z) / sqrt(2 * pi); }

/* Of the standard gamma distribution. */
static double gamma_density(double x, double shape) {
  if (x == 0) return shape > 1 ? 0 : shape == 1 ? 1 : (double)INFINITY;
  return real_exp(shape * real_log(x) - x - real_lgamma(shape)) / x;
}

static double beta_density(double x, double a, double b) {
  const double scale = real_lgamma(a + b) - real_lgamma(a) - real_lgamma(b);
  return real_exp(scale + (a - 1) * real_log(x) + (b - 1) * real_log(1 - x));
}

/* k and n whole: d/dp of the chance of at most k. */
static double binomial_slope(double k, double n, double p) {
  if (k == n) return 0;
  if (p == 0 || p == 1) return k == (p == 0 ? 0 : n - 1) ? -n : 0;
  const double ways = real_lgamma(n + 1) - real_lgamma(k + 1) - real_lgamma(n - k);
  return -real_exp(ways + k * real_log(p) + (n - k - 1) * real_log(1 - p));
}

static double standard(double x, double mean, double sd) { return (x - mean) / sd; }
static double standard_quantile(double p) { return real_normal_quantile(p, 0, 1); }

SLOPE_3(slope_normal_cdf, normal_density(standard(x, y, z)) / z,
        -normal_density(standard(x, y, z)) / z,
        -normal_density(standard(x, y, z)) * standard(x, y, z) / z)
SLOPE_3(slope_normal_quantile, z / normal_density(standard_quantile(x)), 1, standard_quantile(x))
SLOPE_2(slope_poisson_pmf, 0, f *(value_floor(x) - y) / y)
SLOPE_2(slope_poisson_cdf, 0, -real_poisson_pmf(x, y))
SLOPE_3(slope_gamma_cdf, gamma_density(x / z, y) / z, by_shape(real_gamma_cdf, x, y, z, 1),
        -gamma_density(x / z, y) * x / (z * z))
SLOPE_3(slope_gamma_quantile, z / gamma_density(f / z, y),
        by_shape(real_gamma_quantile, x, y, z, 1), f / z)
SLOPE_3(slope_beta_quantile, 1 / beta_density(f, y, z), by_shape(real_beta_quantile, x, y, z, 1),
        by_shape(real_beta_quantile, x, y, z, 2))
SLOPE_3(slope_binomial_cdf, 0, 0, binomial_slope(value_floor(x), value_floor(y), z))

/* ---- derivatives of totals: f is the total ---- */

static bool counts(const double *truth, size_t i) { return !truth || truth[i] != 0; }

void span_slope_sum(double f, size_t n, const double *column, const double *truth, double *slope) {
  (void)f, (void)column;
  for (size_t i = 0; i < n; i++) slope[i] = counts(truth, i) ? 1 : 0;
}

void span_slope_mean(double f, size_t n, const double *column, const double *truth, double *slope) {
  (void)f, (void)column;
  const double share = 1 / (double)selection_of(n, truth).count;
  for (size_t i = 0; i < n; i++) slope[i] = counts(truth, i) ? share : 0;
}

static void only(size_t n, size_t row, double *slope) {
  for (size_t i = 0; i < n; i++) slope[i] = i == row ? 1 : 0;
}

void span_slope_extreme(double f, size_t n, const double *column, const double *truth,
                        double *slope) {
  size_t row = 0;
  while (row < n && !(counts(truth, row) && column[row] == f)) row++;
  only(n, row, slope);
}

void span_slope_first(double f, size_t n, const double *column, const double *truth,
                      double *slope) {
  (void)f, (void)column;
  only(n, selection_of(n, truth).first, slope);
}

void span_slope_last(double f, size_t n, const double *column, const double *truth, double *slope) {
  (void)f, (void)column;
  only(n, selection_of(n, truth).last, slope);
}

/* The product of all others, not total / own: one row may be 0. */
void span_slope_product(double f, size_t n, const double *column, const double *truth,
                        double *slope) {
  (void)f;
  double before = 1, after = 1;
  for (size_t i = 0; i < n; i++) {
    slope[i] = counts(truth, i) ? before : 0;
    if (counts(truth, i)) before *= column[i];
  }
  for (size_t i = n; i-- > 0;) {
    slope[i] *= after;
    if (counts(truth, i)) after *= column[i];
  }
}

/* From the present value that is 0 at the rate: dr = -d(flow) (1+r)^-i / (d value / d r). */
void span_slope_irr(double f, size_t n, const double *column, const double *truth, double *slope) {
  const double shrink = 1 / (1 + f);
  double worth = 1, steepness = 0, row = 0;
  for (size_t i = 0; i < n; i++) {
    slope[i] = counts(truth, i) ? worth : 0;
    if (!counts(truth, i)) continue;
    steepness -= row * column[i] * worth * shrink;
    worth *= shrink;
    row += 1;
  }
  for (size_t i = 0; i < n; i++) slope[i] /= -steepness;
}
