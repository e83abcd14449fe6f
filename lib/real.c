/* Elementary functions for one value (real_inline.h has them for lanes), rate of return and sums.
   Separate from the table of functions because every bit here is a promise: the same on every
   machine. */
#include "real.h"
#include "real_inline.h"

/* ---- elementary ---- */

double real_exp(double x) { return lane_exp(x); }
double real_log(double x) { return lane_log(x); }
double real_log2(double x) { return lane_log2(x); }
double real_log10(double x) { return lane_log10(x); }

double real_log1pmx(double u) {
  const double s = u / (2 + u);
  if (u > -0.292 && u < 0.414)
    return s * (atanh_tail(s * s) - u); /* log(1+u) = 2s + s tail, and 2s - u = -us */
  return lane_log(1 + u) - u;
}

double real_pow(double x, double y) {
  if (x > 0 && x <= DBL_MAX && fabs(y) <= DBL_MAX) /* what one cell nearly always asks */
    return pow_plain(x, y);
  return lane_pow(x, y);
}

/* ---- deviance ---- */

double real_deviance(double a, double high, double low) {
  const double ratio = high / a, r_head = high_part(ratio), a_head = high_part(a);
  const double exact = ratio * a;
  if (!(ratio > 0 && ratio <= DBL_MAX)) return ratio == ratio ? (double)INFINITY : ratio;
  const double below =
      ((r_head * a_head - exact) + r_head * (a - a_head) + (ratio - r_head) * a_head) +
      (ratio - r_head) * (a - a_head);
  struct pair log = log_pair(ratio);
  log.low += (((high - exact) - below) + low) / high; /* what the division rounded off */
  const struct pair product = times(a, log);
  const double gap = high - a, shadow = gap + a;
  const double gap_low = ((high - shadow) - (a - (shadow - gap))) + low;
  const double sum = gap - product.high, part = sum - gap;
  const double sum_low = (gap - (sum - part)) - (product.high + part);
  if (!(fabs(sum) <= DBL_MAX)) return a == a && low == low ? (double)INFINITY : a + low;
  return sum + (sum_low + (gap_low - product.low));
}

/* ---- internal rate of return ---- */

struct point {
  double value, slope;
};

/* Payments in order; where `truth` is given, rows with 0 in it are left out and later ones move up.
 */
struct flows {
  const double *flow, *truth;
  size_t n;
};

/* The present value at rate r and its derivative, times a positive number that keeps both finite:
   for r >= 0 in powers of 1/(1+r) from the first flow, for r < 0 in powers of 1+r from the last.
   Near 0 the factor is used as 1 - gap, which keeps the bits of r that 1 + r would drop. */
static struct point present_value(const struct flows *flows, double r) {
  const int up = r >= 0;
  const double grow = 1 + r, factor = up ? 1 / grow : grow, gap = up ? r / grow : -r;
  const double turn = up ? -factor * factor : 1; /* d factor / d r */
  const double keep = gap < 0.5 ? gap : 0, by = gap < 0.5 ? 1 : factor;
  struct point at = { 0, 0 };
  for (size_t i = 0; i < flows->n; i++) {
    const size_t row = up ? flows->n - 1 - i : i;
    if (flows->truth && flows->truth[row] == 0) continue;
    const double next = flows->flow[row];
    at.slope = (at.slope * by - at.slope * keep) + at.value;
    at.value = (at.value * by - at.value * keep) + next;
  }
  at.slope *= turn;
  return at;
}

/* The root between near and far, at which the present value has different signs. */
static double irr_refine(const struct flows *flows, double near, double far, double sign_near) {
  double r = 0.5 * (near + far);
  for (int step = 0; step < 200; step++) {
    const struct point at = present_value(flows, r);
    if (at.value == 0) return r;
    if ((at.value > 0) == (sign_near > 0)) near = r;
    else far = r;
    const double newton = r - at.value / at.slope;
    const int inside = (newton - near) * (newton - far) < 0;
    const double next = inside ? newton : 0.5 * (near + far);
    if (fabs(next - r) <= 0x1p-52 * fabs(next)) return next;
    r = next;
  }
  return r;
}

/* One side of 0 while it is searched. */
struct side {
  double sign;        /* +1 up, -1 down */
  double rate, value; /* the grid's last point */
  double root;        /* NaN until found */
};

static void irr_step(struct side *side, const struct flows *flows, double log_rate) {
  if (side->root == side->root) return;
  const double rate = real_exp(side->sign * log_rate) - 1;
  const double value = present_value(flows, rate).value;
  if (value == 0) side->root = rate;
  else if ((value > 0) != (side->value > 0))
    side->root = irr_refine(flows, side->rate, rate, side->value);
  side->rate = rate;
  side->value = value;
}

/* At the same |log(1+r)| the lower side is nearer to 0, so once it has a root nothing further out
   counts; a root above counts once the lower side has been searched as far out. */
static double irr_search(const struct flows *flows, double value) {
  struct side up = { 1, 0, value, (double)NAN }, down = { -1, 0, value, (double)NAN };
  double log_rate = 0;
  while (log_rate < 36) {
    log_rate = log_rate * 1.05 + 0.002;
    irr_step(&up, flows, log_rate);
    irr_step(&down, flows, log_rate);
    if (down.root == down.root)
      return -down.root < up.root || up.root != up.root ? down.root : up.root;
    if (up.root <= -down.rate) return up.root;
  }
  return up.root;
}

double real_irr_where(const double *flow, const double *truth, size_t n) {
  const struct flows flows = { flow, truth, n };
  int above = 0, below = 0;
  double size = 0;
  for (size_t i = 0; i < n; i++) {
    if (truth && truth[i] == 0) continue;
    if (!(fabs(flow[i]) <= DBL_MAX)) return (double)NAN;
    above |= flow[i] > 0;
    below |= flow[i] < 0;
    size += fabs(flow[i]);
  }
  if (!(above & below) || size > DBL_MAX) return (double)NAN;
  const double value = present_value(&flows, 0).value;
  return value == 0 ? 0 : irr_search(&flows, value);
}

double real_irr(const double *flow, size_t n) { return real_irr_where(flow, NULL, n); }

/* ---- sums ---- */

enum { LANES = 8, BLOCK = 256, LEVELS = 64 };

static inline double taken(const double *x, const double *truth, size_t i) {
  if (!truth) return x[i];
  const double t = truth[i];
  return t == 0 ? 0 : (t != t ? t : x[i]);
}

static inline double block_sum(const double *x, const double *truth, size_t n) {
  double lane[LANES] = { 0 };
  for (size_t j = 0; j < LANES && j < n; j++) lane[j] = taken(x, truth, j);
  size_t i = LANES;
  for (; i + LANES <= n; i += LANES)
    for (size_t j = 0; j < LANES; j++) lane[j] += taken(x, truth, i + j);
  for (size_t j = 0; i + j < n; j++) lane[j] += taken(x, truth, i + j);
  return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

/* The tree of blocks as a binary counter: tree[level] is a full sum of 2^level blocks for each 1 in
   the number of blocks so far; what is left at the end goes up, always as the right partner. */
static inline double tree_sum(const double *x, const double *truth, size_t n) {
  double tree[LEVELS];
  size_t blocks = 0;
  for (size_t at = 0; at < n; at += BLOCK, blocks++) {
    double sum = block_sum(x + at, truth ? truth + at : NULL, n - at < BLOCK ? n - at : BLOCK);
    int level = 0;
    for (; blocks >> level & 1; level++) sum = tree[level] + sum;
    tree[level] = sum;
  }
  double total = 0;
  int any = 0;
  for (int level = 0; level < LEVELS && blocks >> level; level++)
    if (blocks >> level & 1) {
      total = any ? tree[level] + total : tree[level];
      any = 1;
    }
  return total;
}

double real_sum(const double *x, size_t n) { return tree_sum(x, NULL, n); }

double real_sum_where(const double *x, const double *truth, size_t n) {
  return tree_sum(x, truth, n);
}
