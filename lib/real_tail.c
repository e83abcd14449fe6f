/* Probability functions. Separate from real.c because they loop and branch: they are written for
   one value, and for accuracy in both tails rather than for lanes.

   Each distribution is one pair (lower, upper) of probabilities, of which the smaller is computed
   and the other is its complement; each density is an exponential of Loader's deviances. */
#include "real.h"

#include <float.h>
#include <math.h>

static const double OUTSIDE = (double)NAN;
static const double TWO_PI = 6.283185307179586;

struct tails {
  double lower, upper;
};

/* The language's floor, INT(x + 1E-9). */
static double whole_below(double x) { return floor(x + 1e-9); }

static int is_finite(double x) { return fabs(x) <= DBL_MAX; }

static double smaller(double a, double b) { return a < b ? a : b; }

/* a + b and a * b exactly, as high + low. */
struct pair {
  double high, low;
};

static struct pair add_exactly(double a, double b) {
  const double sum = a + b, part = sum - a;
  return (struct pair){ sum, (a - (sum - part)) + (b - part) };
}

static struct pair multiply_exactly(double a, double b) {
  const double a_wide = a * 0x1.0000002p27, b_wide = b * 0x1.0000002p27; /* Dekker's split */
  const double a_head = a_wide - (a_wide - a), b_head = b_wide - (b_wide - b), product = a * b;
  const double a_rest = a - a_head, b_rest = b - b_head;
  const double low = ((a_head * b_head - product) + a_head * b_rest + a_rest * b_head);
  return (struct pair){ product, low + a_rest * b_rest };
}

/* ---- normal ---- */

/* (1 + 2x) e^(x^2) erfc(x) for x >= 0 as a Chebyshev series in (x - 4) / (x + 4), after Shepherd
   and Laframboise (1981); coefficients from tests/make_data_real.py. */
static double scaled_erfc(double x) {
  static const double series[] = {
    1.1774832005374487,      -0.007260796620301901,   -0.081265123236185,
    0.06009212804122225,     -0.02875393558027666,    0.01059566336347286,
    -0.003136927294554264,   0.0007456494372536184,   -0.0001369696503010054,
    1.7183861600300937e-05,  -7.158364623450346e-07,  -2.4261399442449534e-07,
    5.5765709395703566e-08,  -2.1057869513809494e-09, -1.1717889351884957e-09,
    1.9098355172456688e-10,  1.408871764208814e-11,   -6.901108320480746e-12,
    9.167958364100702e-14,   2.145450828639587e-13,   -1.4716575026970432e-14,
    -6.668675084802875e-15,  7.504598899204023e-16,   2.2200859027457624e-16,
    -3.1706441653559756e-17, -8.178498274657596e-18
  };
  const double y = (x - 4) / (x + 4);
  double b = 0, b_next = 0;
  for (size_t i = sizeof series / sizeof *series - 1; i > 0; i--) {
    const double b_new = series[i] + (2 * y * b - b_next);
    b_next = b;
    b = b_new;
  }
  return (series[0] + (y * b - b_next)) / (1 + 2 * x);
}

static const double ROOT_HALF = 0.7071067811865476;

/* e^(-z^2/2 - shift) scaled_erfc(z / sqrt 2) / 2, the square taken exactly: the upper tail of the
   standard normal from z >= 0, over e^shift. */
static double normal_tail(double z, double shift) {
  const double end = smaller(z, 1e3); /* keeps inf out; the tail underflows long before */
  const struct pair square = multiply_exactly(end, end);
  const double exponent = -0.5 * square.high - shift,
               lost = -0.5 * square.high - (exponent + shift);
  return 0.5 * real_exp(exponent) * (1 + (lost - 0.5 * square.low)) * scaled_erfc(end * ROOT_HALF);
}

/* erf(x) / x for |x| <= 1 in u = x^2, relative 2^-56. */
static double erf_center(double u) {
  static const double series[] = { 1.1283791670955126,     -0.3761263890318375,
                                   0.11283791670954879,    -0.026866170645076792,
                                   0.0052239776248180145,  -0.000854832698083379,
                                   0.0001205533111164271,  -1.4925595266831182e-05,
                                   1.6461000484121368e-06, -1.6350312701054695e-07,
                                   1.4659775274047436e-08, -1.1372848856791674e-09,
                                   5.957176147748911e-11 };
  double sum = 0;
  for (size_t i = sizeof series / sizeof *series; i-- > 0;) sum = sum * u + series[i];
  return sum;
}

double real_erf(double x) {
  const double size = fabs(x);
  if (!(size > 1)) return x * erf_center(x * x); /* NaN too */
  const double value = 1 - 2 * normal_tail(size * 1.4142135623730951, 0);
  return x < 0 ? -value : value;
}

double real_normal_cdf(double x, double mean, double sd) {
  if (!(is_finite(x) && is_finite(mean) && sd > 0 && is_finite(sd))) return OUTSIDE;
  const double z = (x - mean) / sd;
  return z < 0 ? normal_tail(-z, 0) : 1 - normal_tail(z, 0);
}

/* The z > 0 with upper tail q < 0.1. The step is relative to the tail, so that it also holds where
   the tail is subnormal. */
static double normal_outer(double z, double q) {
  const double log_q = real_log(q);
  for (int step = 0; step < 3; step++) {
    const double excess = normal_tail(z, log_q) - 1;
    const double hazard = 0.7978845608028654 / scaled_erfc(z * ROOT_HALF);
    const double newton = excess / (hazard * (1 + excess));
    z += newton / (1 - 0.5 * z * newton);
  }
  return z;
}

/* The z with distribution function 0.5 + d, |d| <= 0.4. */
static double normal_inner(double z, double d) {
  for (int step = 0; step < 3; step++) {
    const double x = z * ROOT_HALF, gap = 0.5 * real_erf(x) - d;
    const double newton = gap * 2.5066282746310002 * real_exp(x * x);
    z -= newton / (1 + 0.5 * z * newton);
  }
  return z;
}

/* The standard normal quantile, 0 < p < 1; Abramowitz and Stegun 26.2.23 to 4.5e-4, then Halley. */
static double normal_unit(double p) {
  const double q = smaller(p, 1 - p), t = sqrt(-2 * real_log(q));
  const double top = 2.515517 + t * (0.802853 + t * 0.010328);
  const double start = t - top / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  if (q >= 0.1) return normal_inner(p < 0.5 ? -start : start, p - 0.5);
  const double z = normal_outer(start, q);
  return p < 0.5 ? -z : z;
}

double real_normal_quantile(double p, double mean, double sd) {
  if (!(p > 0 && p < 1 && is_finite(mean) && sd > 0 && is_finite(sd))) return OUTSIDE;
  return mean + sd * normal_unit(p);
}

/* ---- log gamma ---- */

/* log Gamma(x) - (x - 1/2) log x + x - log(2 pi) / 2 for x >= 10: Stirling's series. */
static double stirling_series(double x) {
  const double r = 1 / x, z = r * r;
  return r * (0.08333333333333333 +
              z * (-0.002777777777777778 +
                   z * (0.0007936507936507937 +
                        z * (-0.0005952380952380953 +
                             z * (0.0008417508417508417 +
                                  z * (-0.0019175269175269176 + z * 0.00641025641025641))))));
}

static const double HALF_LOG_TWO_PI = 0.9189385332046728;

/* log Gamma(1 + t) for 0 <= t <= 1: t (t - 1), its zeros, times a polynomial in 2t - 1. */
static double lgamma_between(double t) {
  static const double series[] = {
    0.4831289505409809,     -0.07297994795715304,    0.015727850268641097,  -0.003913560937626331,
    0.001049818664454635,   -0.0002945507015164312,  8.510090373634476e-05, -2.5094328700900636e-05,
    7.511391846837954e-06,  -2.2742472358027586e-06, 6.948428393704062e-07, -2.138638060528023e-07,
    6.623870571642316e-08,  -2.0619851263731666e-08, 6.430366506216791e-09, -2.0184741279133343e-09,
    6.5655031582108e-10,    -2.075322954216366e-10,  5.030067090605482e-11, -1.5936042537298723e-11,
    1.1577613910649688e-11, -3.700571132904742e-12
  };
  const double s = 2 * t - 1;
  double sum = 0;
  for (size_t i = sizeof series / sizeof *series; i-- > 0;) sum = sum * s + series[i];
  return t * (t - 1) * sum;
}

double real_lgamma(double x) {
  if (!(x > 0)) return OUTSIDE;
  if (x < 1) return lgamma_between(x) - real_log(x);
  if (x >= 10) return ((x - 0.5) * real_log(x) - x) + (HALF_LOG_TWO_PI + stirling_series(x));
  double product = 1;
  for (; x > 2; x -= 1) product *= x - 1;
  return real_log(product) + lgamma_between(x - 1);
}

/* log Gamma(x + 1) - (x + 1/2) log x + x - log(2 pi) / 2: what Stirling lacks (Loader). */
static double stirling_error(double x) {
  if (x >= 10) return stirling_series(x);
  return ((real_lgamma(x + 1) - (x + 0.5) * real_log(x)) + x) - HALF_LOG_TWO_PI;
}

/* ---- quadrature of a log-concave density into its tail ---- */

/* log g(t) = a pmx(a_slope t) + b pmx(b_slope t) - fall t with pmx(u) = log(1 + u) - u and a, b >=
   0: the density at distance t from a point, over the density at the point. */
struct descent {
  double a, a_slope, b, b_slope, fall;
  double end; /* g is 0 from here on */
};

static double descent_log(const struct descent *d, double t) {
  const double first = d->a * real_log1pmx(d->a_slope * t) - d->fall * t;
  return d->b > 0 ? first + d->b * real_log1pmx(d->b_slope * t) : first;
}

static double descent_slope(const struct descent *d, double t) {
  const double u = d->a_slope * t, v = d->b_slope * t;
  return -d->fall - d->a * d->a_slope * u / (1 + u) - d->b * d->b_slope * v / (1 + v);
}

/* Where g has fallen to about e^-40, never short of it: the parabola's answer, then Newton steps,
   which for a concave function come from beyond. */
static double descent_length(const struct descent *d) {
  const double bend = d->a * d->a_slope * d->a_slope + d->b * d->b_slope * d->b_slope;
  double t = smaller(80 / (d->fall + sqrt(d->fall * d->fall + 80 * bend)), 0.75 * d->end);
  for (int step = 0; step < 3; step++)
    t = smaller(t - (descent_log(d, t) + 40) / descent_slope(d, t), 0.5 * (t + d->end));
  return t;
}

/* The integral of g: 32 Gauss-Legendre points over the length. */
static double descent_integral(const struct descent *d) {
  static const double node[] = { 0.04830766568773832, 0.1444719615827965,  0.23928736225213706,
                                 0.33186860228212767, 0.42135127613063533, 0.5068999089322294,
                                 0.5877157572407623,  0.6630442669302152,  0.7321821187402897,
                                 0.7944837959679424,  0.84936761373257,    0.8963211557660521,
                                 0.9349060759377397,  0.9647622555875064,  0.9856115115452684,
                                 0.9972638618494816 };
  static const double weight[] = { 0.0965400885147278,   0.09563872007927486,  0.09384439908080457,
                                   0.09117387869576389,  0.08765209300440381,  0.08331192422694675,
                                   0.07819389578707031,  0.0723457941088485,   0.06582222277636185,
                                   0.058684093478535544, 0.050998059262376175, 0.04283589802222668,
                                   0.03427386291302143,  0.02539206530926206,  0.01627439473090567,
                                   0.007018610009470096 };
  const double half = 0.5 * descent_length(d);
  double sum = 0;
  for (size_t i = 0; i < sizeof node / sizeof *node; i++) {
    const double near = real_exp(descent_log(d, half * (1 - node[i])));
    const double far = real_exp(descent_log(d, half * (1 + node[i])));
    sum += weight[i] * (near + far);
  }
  return half * sum;
}

/* ---- gamma ---- */

enum { TERMS = 20000, STEPS = 100 };
static const double LARGE = 40;    /* shapes from here use quadrature */
static const double TINY = 1e-300; /* stands for 0 in Lentz's fractions */

/* x^a e^-x / Gamma(a + 1) for x = high + low. */
static double gamma_head(double a, double high, double low) {
  if (a < 1) return real_pow(high, a) * real_exp(-high - real_lgamma(a + 1));
  return real_exp(-stirling_error(a) - real_deviance(a, high, low)) / sqrt(TWO_PI * a);
}

/* The lower tail over gamma_head: 1 + x/(a+1) + x^2/((a+1)(a+2)) + ... */
static double gamma_series(double a, double x) {
  double term = 1, sum = 1;
  for (int i = 1; i < TERMS && term > 1e-17 * sum; i++) {
    term *= x / (a + i);
    sum += term;
  }
  return sum;
}

/* The upper tail over a gamma_head: Legendre's continued fraction by Lentz's method. */
static double gamma_fraction(double a, double x) {
  double b = x + 1 - a, c = 1 / TINY, d = 1 / b, value = d;
  for (int i = 1; i < TERMS; i++) {
    const double top = -i * (i - a);
    b += 2;
    d = 1 / (top * d + b);
    c = b + top / c;
    value *= d * c;
    if (fabs(d * c - 1) <= 0x1p-52) break;
  }
  return value;
}

static struct tails gamma_near(double a, double high, double low, double head) {
  const double over = ((high - a) + 1) + low;
  const int up = over >= 0;
  const struct descent d = { .a = a - 1,
                             .a_slope = (up ? 1 : -1) / high,
                             .fall = fabs(over) / high,
                             .end = up ? DBL_MAX : high };
  const double part = head * (a / high) * descent_integral(&d);
  return up ? (struct tails){ 1 - part, part } : (struct tails){ part, 1 - part };
}

/* Both tails of the gamma distribution of scale 1 at x = high + low >= 0. */
static struct tails gamma_tails(double a, double high, double low) {
  if (high <= 0) return (struct tails){ 0, 1 };
  const double head = gamma_head(a, high, low);
  if (!(head > 0)) return high < a ? (struct tails){ 0, 1 } : (struct tails){ 1, 0 };
  if (a >= LARGE && fabs(high - a) < 0.5 * a) return gamma_near(a, high, low, head);
  if (high < a + 1) {
    const double part = smaller(head * gamma_series(a, high), 1);
    return (struct tails){ part, 1 - part };
  }
  const double part = head * a * gamma_fraction(a, high);
  return (struct tails){ 1 - part, part };
}

double real_poisson_pmf(double k, double mean) {
  const double n = whole_below(k);
  if (!(n >= 0 && is_finite(n) && mean > 0 && is_finite(mean))) return OUTSIDE;
  return n == 0 ? real_exp(-mean) : gamma_head(n, mean, 0);
}

double real_poisson_cdf(double k, double mean) {
  const double n = whole_below(k);
  if (!(n >= 0 && is_finite(n) && mean > 0 && is_finite(mean))) return OUTSIDE;
  return gamma_tails(n + 1, mean, 0).upper;
}

static int are_shapes(double a, double b) { return a > 0 && b > 0 && is_finite(a) && is_finite(b); }

double real_gamma_cdf(double x, double shape, double scale) {
  if (!(x >= 0 && is_finite(x) && are_shapes(shape, scale))) return OUTSIDE;
  const double ratio = x / scale;
  if (!is_finite(ratio)) return 1;
  const struct pair back = multiply_exactly(ratio, scale);
  const double low = ((x - back.high) - back.low) / scale; /* what the division rounded off */
  return gamma_tails(shape, ratio, is_finite(low) ? low : 0).lower;
}

/* ---- quantiles: a bracketed Newton iteration on the logarithm of the smaller tail ---- */

/* What is sought: the point with `lower` = p, by its smaller side. */
struct target {
  double p;
  int upper;
};

static struct target target_at(double p) {
  return p > 0.5 ? (struct target){ 1 - p, 1 } : (struct target){ p, 0 };
}

/* How far log x must move; `density` is d lower / d log x. */
static double target_step(struct target target, struct tails at, double density) {
  const double here = target.upper ? at.upper : at.lower;
  if (here == 0) return target.upper ? -(double)INFINITY : (double)INFINITY;
  const double step = real_log(here / target.p) * here / density;
  return target.upper ? step : -step;
}

/* Moves *x by the factor e^step, or to the geometric middle of the bracket if that leaves it.
   False when the step no longer matters: Newton's next one is of its square. */
static int quantile_move(double *x, double *low, double *high, double step) {
  if (step > 0) *low = *x;
  if (step < 0) *high = *x;
  const double next = *x * real_exp(step);
  const int inside = next > *low && next < *high;
  *x = inside ? next : sqrt(*low) * sqrt(*high);
  return !(inside && fabs(step) < 1e-10) && *low < *high * (1 - 0x1p-52) && step != 0;
}

/* Where the first term of the series for the lower tail is p; the quantile is never below. */
static double gamma_small(double p, double a) {
  return real_exp((real_log(p) + real_lgamma(a + 1)) / a);
}

static double gamma_unit(double p, double a) {
  const double small = gamma_small(p, a), z = normal_unit(p);
  if (small < DBL_MIN) return small;
  double low = 0.9 * small, high = a + 12 * sqrt(a) + 60; /* all but 1e-16 lies below */
  const double root = 1 - 1 / (9 * a) + z / (3 * sqrt(a)), cube = a * root * root * root;
  double x = root > 0.3 && cube > low && cube < high ? cube : small; /* Wilson and Hilferty */
  const struct target target = target_at(p);
  for (int step = 0; step < STEPS; step++) {
    const struct tails at = gamma_tails(a, x, 0);
    if (!quantile_move(&x, &low, &high, target_step(target, at, a * gamma_head(a, x, 0)))) break;
  }
  return x;
}

double real_gamma_quantile(double p, double shape, double scale) {
  if (!(p >= 0 && p < 1 && are_shapes(shape, scale))) return OUTSIDE;
  return p == 0 ? 0 : scale * gamma_unit(p, shape);
}

/* ---- beta ---- */

/* A point of the unit interval with its complement, both beyond double precision. */
struct share {
  double x, x_low, y, y_low;
};

static struct share share_of(double x) {
  const struct pair rest = add_exactly(1, -x);
  return (struct share){ x, 0, rest.high, rest.low };
}

static struct share share_turned(struct share s) {
  return (struct share){ s.y, s.y_low, s.x, s.x_low };
}

/* x^a y^b Gamma(a+b+1) / (Gamma(a+1) Gamma(b+1)): Loader's binomial term. */
static double beta_head(double a, double b, struct share s) {
  const struct pair n = add_exactly(a, b);
  const struct pair nx = multiply_exactly(n.high, s.x), ny = multiply_exactly(n.high, s.y);
  const double nx_low = nx.low + (n.low * s.x + n.high * s.x_low);
  const double ny_low = ny.low + (n.low * s.y + n.high * s.y_low);
  const double error = stirling_error(n.high) - stirling_error(a) - stirling_error(b);
  const double away = real_deviance(a, nx.high, nx_low) + real_deviance(b, ny.high, ny_low);
  return real_exp(error - away) * sqrt(n.high / a / b / TWO_PI);
}

/* The lower tail over beta_head * a b / (a+b): the continued fraction of DiDonato and Morris (1992)
   by Lentz's method, quick for x < (a+1) / (a+b+2). It takes x as a distance from the mean, so that
   nothing cancels where x or its complement is tiny. */
static double beta_fraction(double a, double b, struct share s) {
  const double distance = a * s.y - b * s.x + 1;
  double c = 1 / TINY, d = (a + 1) / (a * distance), value = d;
  for (int n = 1; n < TERMS; n++) {
    const double odd = a + 2.0 * n, w = n * (b - n) * s.x;
    const double top = (a + n - 1) / (odd - 1) * ((a + b + n - 1) / (odd - 1)) * w * s.x;
    const double bottom = n + w / (odd - 1) + (a + n) / (odd + 1) * (distance + n * (1 + s.y));
    d = 1 / (top * d + bottom);
    c = bottom + top / c;
    value *= d * c;
    if (fabs(d * c - 1) <= 0x1p-52) break;
  }
  return value;
}

/* The part below x, for x on the lower side of the mode, by quadrature. */
static double beta_below(double a, double b, struct share s, double head) {
  const double fall = ((a - 1) * s.y - (b - 1) * s.x) / (s.x * s.y);
  const struct descent d = {
    .a = a - 1, .a_slope = -1 / s.x, .b = b - 1, .b_slope = 1 / s.y, .fall = fall, .end = s.x
  };
  return head * (a / s.x) * (b / s.y) / (a + b) * descent_integral(&d);
}

/* The lower tail at a point that is not far above the mode. */
static double beta_lower(double a, double b, struct share s) {
  const double head = beta_head(a, b, s);
  if (!(head > 0)) return 0;
  const int large = a >= LARGE && b >= LARGE;
  const double part =
      large ? beta_below(a, b, s, head) : head * (b / (a + b)) * (a * beta_fraction(a, b, s));
  return smaller(part, 1);
}

/* Both tails of the beta distribution. */
static struct tails beta_tails(double a, double b, struct share s) {
  if (!(s.x > 0 && s.y > 0)) return s.x > 0 ? (struct tails){ 1, 0 } : (struct tails){ 0, 1 };
  const double shift =
      a >= LARGE && b >= LARGE ? -1 : 1; /* from the mode, or where the fraction is quick */
  if ((a + shift) * s.y < (b + shift) * s.x) {
    const double upper = beta_lower(b, a, share_turned(s));
    return (struct tails){ 1 - upper, upper };
  }
  const double lower = beta_lower(a, b, s);
  return (struct tails){ lower, 1 - lower };
}

/* log B(a, b) with an error of rounding a log b, also where b is so large that log Gamma(b) would
   swallow it. */
static double log_beta(double one, double other) {
  const double a = smaller(one, other), b = one < other ? other : one, u = a / b;
  if (b < 10) return real_lgamma(a) + real_lgamma(b) - real_lgamma(a + b);
  const double grown = (a + b - 0.5) * (real_log1pmx(u) + u) + a * (real_log(b) - 1);
  return real_lgamma(a) - grown + (stirling_series(b) - stirling_series(a + b));
}

/* Where the first term of the series for the lower tail is p; below 1/2 the quantile is never under
   that of p / 2. */
static double beta_small(double p, double a, double b) {
  return real_exp((real_log(p) + real_log(a) + log_beta(a, b)) / a);
}

/* A start for the x with lower tail p: Abramowitz and Stegun 26.5.22 where it holds. */
static double beta_start(double p, double a, double b) {
  if (!(a >= 1 && b >= 1 && p > 1e-20)) return beta_small(p, a, b);
  const double z = -normal_unit(p), r = 1 / (2 * a - 1), s = 1 / (2 * b - 1);
  const double h = 2 / (r + s), l = (z * z - 3) / 6;
  const double w = z * sqrt(h + l > 0 ? h + l : 0) / h - (s - r) * (l + 5.0 / 6 - 2 / (3 * h));
  return a / (a + b * real_exp(smaller(2 * w, 600)));
}

/* The x <= 1/2 with lower tail p, which `target` states by its smaller side. */
static double beta_unit(double p, struct target target, double a, double b) {
  const double small = beta_small(p, a, b), start = beta_start(p, a, b);
  if (small < DBL_MIN) return small;
  const double least = 0.9 * beta_small(0.5 * p, a, b);
  double low = smaller(least > DBL_TRUE_MIN ? least : DBL_TRUE_MIN, 0.25), high = 0.5000001;
  double x = start > low && start < high ? start : sqrt(low) * sqrt(high);
  for (int step = 0; step < STEPS; step++) {
    const struct share s = share_of(x);
    const struct tails at = beta_tails(a, b, s);
    const double density = beta_head(a, b, s) * (a / (a + b)) * b / s.y;
    if (!quantile_move(&x, &low, &high, target_step(target, at, density))) break;
  }
  return x;
}

double real_beta_quantile(double p, double a, double b) {
  if (!(p > 0 && p <= 1 && are_shapes(a, b))) return OUTSIDE;
  if (p == 1) return 1;
  struct target target = target_at(p);
  const struct tails middle = beta_tails(a, b, share_of(0.5));
  const int low_half = target.upper ? middle.upper < target.p : middle.lower > target.p;
  if (low_half) return beta_unit(p, target, a, b);
  target.upper = !target.upper;
  return 1 - beta_unit(1 - p, target, b, a);
}

double real_binomial_cdf(double k, double n, double p) {
  const double hits = whole_below(k), tries = whole_below(n);
  if (!(hits >= 0 && hits <= tries && is_finite(tries) && p >= 0 && p <= 1)) return OUTSIDE;
  if (hits == tries) return 1;
  return beta_tails(tries - hits, hits + 1, share_turned(share_of(p))).lower;
}
