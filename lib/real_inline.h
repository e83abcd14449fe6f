/* Elementary functions as straight-line code: they choose with ?: and never branch on data, so that
   a loop over lanes becomes vector code. Written in a header because lanes.c is compiled once for
   each instruction set; real.c makes functions of them. What they promise stands in real.h.

   All helpers work on doubles cut to 26 bits (`high_part`): a product of two such is exact, which
   is how pairs of doubles are kept without a fused multiply-add. */
#ifndef MLS_REAL_INLINE_H
#define MLS_REAL_INLINE_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

_Static_assert(FLT_RADIX == 2 && DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "IEEE doubles");

static inline uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/* The leading 26 bits of x, cut towards 0; x - high_part(x) is exact and has at most 27. */
static inline double high_part(double x) { return from_bits(bits_of(x) & ~(uint64_t)0x7ffffff); }

/* Adding this rounds |x| < 2^51 to a whole number, which then stands in the low bits. */
static const double SHIFT = 0x1.8p52;

static const double LN2 = 0x1.62e42fefa39efp-1;
static const double LN2_HIGH = 0x1.62e42fefa3800p-1; /* 42 bits: times 11 bits exact */
static const double LN2_LOW = 0x1.ef35793c76730p-45;

/* ---- exp ---- */

/* (e^r - 1 - r) / r^2 for |r| <= ln2 / 2, to 2^-61 of the result, in Estrin's order. */
static inline double exp_tail(double r) {
  const double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
  const double a =
      (0.5 + r * 0.1666666666666667) + r2 * (0.04166666666666667 + r * 0.008333333333326136);
  const double b = (0.0013888888888883748 + r * 0.00019841269874820627) +
                   r2 * (2.4801587325547743e-05 + r * 2.7557255400206422e-06);
  const double c =
      (2.75572736431103e-07 + r * 2.5105217004720745e-08) + r2 * 2.0914686968086876e-09;
  return (a + r4 * b) + r8 * c;
}

/* x * 2^k for |k| <= 1200 in two factors, so that a subnormal result is rounded once. `k` stands in
   the low bits of a double to which SHIFT was added. */
static inline double scale_by(double x, double shifted) {
  const uint64_t k = bits_of(shifted) - bits_of(SHIFT) + 2400; /* above 0, so >> is a division */
  const uint64_t half = k >> 1;
  return x * from_bits((half - 1200 + 1023) << 52) * from_bits((k - half - 1200 + 1023) << 52);
}

/* e^(high + low); |low| is small against 1, |high| <= 750 has at most 44 bits below the point. */
static inline double exp_pair(double high, double low) {
  const double shifted = high * (1 / LN2) + SHIFT, k = shifted - SHIFT;
  const double rough = high - k * LN2_HIGH, rest = low - k * LN2_LOW;
  const double r = rough + rest, below = rest - (r - rough);
  const double one = 1 + r, lost = r - (one - 1);
  return scale_by(one + (lost + (below * one + r * r * exp_tail(r))), shifted);
}

static inline double lane_exp(double x) {
  const double low = x < -750 ? -750 : x; /* NaN stays NaN */
  return exp_pair(low > 750 ? 750 : low, 0);
}

/* ---- log ---- */

/* x = 2^k m with m from `least` (given as bits) up to twice that. */
struct split {
  double k, m;
};

static inline struct split split_at(double x, uint64_t least) {
  const int tiny = x < DBL_MIN;
  const uint64_t bits = bits_of(tiny ? x * 0x1p54 : x);
  const uint64_t moved = bits - least + ((uint64_t)1023 << 52);
  const uint64_t k = moved >> 52;
  const double shifted = from_bits(bits_of(0x1p52) | (k & 0xfff));
  return (struct split){ .k = shifted - (tiny ? 0x1p52 + 1023 + 54 : 0x1p52 + 1023),
                         .m = from_bits(bits - (k << 52) + ((uint64_t)1023 << 52)) };
}

static const uint64_t BITS_ROOT_HALF = 0x3fe6a09e667f3bcd; /* sqrt(1/2) */

/* 2 (atanh(s) - s) / s for z = s^2 <= 0.02945, to 2^-60. */
static inline double atanh_tail(double z) {
  const double w = z * z;
  const double a = 0.6666666666666666 + z * 0.4000000000000088;
  const double b = 0.28571428570801954 + z * 0.22222222392089008;
  const double c = 0.18181795600060793 + z * 0.15386241881938595;
  const double d = 0.13268714792348096 + z * 0.1308723619665962;
  return z * ((a + w * b) + w * w * (c + w * d));
}

/* log(1 + f) as high + low for sqrt(1/2) <= 1 + f < sqrt(2); f^2 / 2 is in two parts, since it is
   all that would cost bits. */
struct pair {
  double high, low;
};

static inline struct pair log_near_one(double f) {
  const double head = high_part(f), half = 0.5 * head * head;
  const double s = f / (2 + f), high = f - half;
  const double low = ((f - high) - half) - 0.5 * (f - head) * (f + head);
  return (struct pair){ high, low + s * (0.5 * f * f + atanh_tail(s * s)) };
}

/* The value for x <= 0, inf and NaN, else y. */
static inline double log_edge(double x, double y) {
  const double above = x > DBL_MAX ? x : y;
  const double below = x == 0 ? -(double)INFINITY : (double)NAN;
  return x > 0 ? above : below;
}

static inline double lane_log(double x) {
  const struct split at = split_at(x, BITS_ROOT_HALF);
  const struct pair log_m = log_near_one(at.m - 1);
  const double base = at.k * LN2_HIGH, sum = base + log_m.high;
  const double lost = log_m.high - (sum - base); /* |base| is 0 or the larger */
  return log_edge(x, sum + (lost + (log_m.low + at.k * LN2_LOW)));
}

/* log(x) / log(base): `unit` is 1 / log(base), `step` log(2) / log(base), each as two parts. */
static inline double log_in_base(double x, struct pair unit, struct pair step) {
  const struct split at = split_at(x, BITS_ROOT_HALF);
  const struct pair log_m = log_near_one(at.m - 1);
  const double head = high_part(log_m.high), tail = (log_m.high - head) + log_m.low;
  const double product = head * unit.high;
  const double rest = head * unit.low + tail * (unit.high + unit.low);
  const double base = at.k * step.high, sum = base + product;
  const double lost = product - (sum - base);
  return log_edge(x, sum + (lost + (rest + at.k * step.low)));
}

static inline double lane_log2(double x) {
  return log_in_base(x, (struct pair){ 0x1.715476p+0, 0x1.4ae0bf85ddf44p-26 },
                     (struct pair){ 1, 0 });
}

static inline double lane_log10(double x) {
  return log_in_base(x, (struct pair){ 0x1.bcb7b1p-2, 0x1.49b9438ca9aaep-28 },
                     (struct pair){ 0x1.34413509f7800p-2, 0x1.fef311f12b358p-46 });
}

/* ---- pow ---- */

/* 3 (atanh(s)/s - 1 - z/3) / z^2 for z = s^2 <= 0.01022, to 2^-70 of atanh. */
static inline double cubic_tail(double z) {
  const double w = z * z;
  const double a = 0.4285714285714263 + z * 0.33333333333681214;
  const double b = 0.2727272706868707 + z * 0.23076980022552573;
  const double c = 0.19991852799110632 + z * 0.18223121958266233;
  return 0.6 + z * ((a + w * b) + w * w * c);
}

static const uint64_t BITS_ROOT_THREE_QUARTERS = 0x3febb67ae8584caa; /* sqrt(3/4) */

/* log x to about 2^-68 relative for x > 0, high cut to 26 bits. With s = (m-c)/(m+c), c = 1 or 1.5
   so that |s| <= 0.101, log m = log c + 2/3 s (3 + s^2 + s^4 tail); s, 3 + s^2, 2/3 are pairs. */
static inline struct pair log_pair(double x) {
  const struct split at = split_at(x, BITS_ROOT_THREE_QUARTERS);
  const double m = at.m, c = m < 1.224744871391589 ? 1 : 1.5;
  const double c_high = m < 1.224744871391589 ? 0 : 0x1.9f323ec8p-2;
  const double c_low = m < 1.224744871391589 ? 0 : 0x1.fcc25f95b46bbp-33;

  const double f = m - c, d = m + c, inverse = 1 / d, s = f * inverse;
  const double s_high = high_part(s), d_high = high_part(d), d_low = m - (d_high - c);
  const double s_low = inverse * ((f - s_high * d_high) - s_high * d_low);

  /* High parts are cut from plain doubles, so that they need not wait for the low parts. */
  const double z = s * s, tail = z * z * cubic_tail(z), t = 3 + (z + tail), p = s * t;
  const double t_high = high_part(t), p_high = high_part(p), z_high = s_high * s_high;
  const double t_low = (tail + s_low * (s_high + s)) - ((t_high - 3) - z_high);
  const double p_low = (s_low * t_high + t_low * s) - (p_high - s_high * t_high);

  const double q = 0x1.555555p-1 * p_high;
  const double q_low = 0x1.5555555555555p-27 * p_high + p_low * 0x1.5555555555555p-1;
  const double base = at.k * LN2_HIGH;
  const double high = high_part((p * 0x1.5555555555555p-1 + c_high) + base);
  const double low = (q_low + (c_low + at.k * LN2_LOW)) - (((high - base) - c_high) - q);
  return (struct pair){ high, low };
}

/* y * log as a pair whose high part is exact. */
static inline struct pair times(double y, struct pair log) {
  const double head = high_part(y);
  return (struct pair){ head * log.high, (y - head) * log.high + y * log.low };
}

/* 1 when y is a whole number, else 0; flags are doubles so that lanes stay of one width. */
static inline double is_whole(double y) {
  const double size = fabs(y), near = (size + 0x1p52) - 0x1p52;
  return size >= 0x1p52 ? 1 : (near == size ? 1 : 0);
}

/* |x|^y where x is 0 or infinite or y is infinite, else `power`. */
static inline double pow_edge(double size, double y, double power) {
  const double far = y > 0 ? (size > 1 ? (double)INFINITY : 0) : (size > 1 ? 0 : (double)INFINITY);
  const double zeroth = size == 0 ? (double)NAN : 1;
  const double edge = y == 0 ? zeroth : (size == 1 ? 1 : far);
  const double out_y = fabs(y) > DBL_MAX ? edge : power;
  const double out_x = size > DBL_MAX ? edge : out_y;
  return size == 0 ? edge : out_x;
}

/* x^y for finite x > 0 and finite y. */
static inline double pow_plain(double x, double y) {
  const struct pair product = times(y, log_pair(x));
  const double sum = product.high + product.low;
  const double high = sum < -750 ? -750 : product.high, low = sum < -750 ? 0 : product.low;
  return exp_pair(sum > 750 ? 750 : high, sum > 750 ? 0 : low);
}

/* x^y for all x and y; pow_plain's bits where that holds. */
static inline double lane_pow(double x, double y) {
  const double size = fabs(x), positive = pow_edge(size, y, pow_plain(size, y));
  const double whole = is_whole(y), odd = whole * (1 - is_whole(0.5 * y));
  const double broken = size > DBL_MAX ? positive : (whole > 0 ? positive : (double)NAN);
  const double real = x < 0 ? broken : positive;
  const uint64_t sign = bits_of(x) & (uint64_t)1 << 63;
  const double signed_power = from_bits(bits_of(real) ^ (odd > 0 ? sign : 0));
  const double nan_x = x == x ? signed_power : x;
  return y == y ? nan_x : y;
}

#endif
