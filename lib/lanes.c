/* Values over lanes: one body serves a cell, a column of a million rows and a batch of scenarios.
   Compiled once for each instruction set that LANES_SET names (see sets.h): lanes are branch-free,
   so that compilers use vectors, and made of + - * / and sqrt alone, so that their bits do not
   depend on the set. Apart from function.c so that the table can be read without them. */
#include "lanes.h"
#include "lanes_inline.h"
#include "real.h"
#include "real_inline.h"

/* ---- shapes of bodies: x, y, z are the arguments of one lane ----
   `out` is none of the inputs. An argument whose bit is set in `ones` is one number for all lanes;
   with more lanes than one not all are. Each body tells whether some result is not finite: counting
   on the way costs less than a second look at the results. */

/* The top bit is set for infinities and NaN: their exponent alone is all ones. */
static inline uint64_t unsound(double made) {
  return (bits_of(made) & ~((uint64_t)1 << 63)) + ((uint64_t)1 << 52);
}

/* The same for one value, by the instructions of any machine. */
#ifdef LANES_ANY_MACHINE
#define LANES_ONE(name, load, expression)                                                          \
  double LANES_ONE_OF(name) {                                                                      \
    load;                                                                                          \
    (void)count;                                                                                   \
    return (expression);                                                                           \
  }
#else
#define LANES_ONE(name, load, expression)
#endif

#define LANES_HEAD(name)                                                                           \
  bool LANES_NAME(name)(size_t n, double *restrict out, const double *const *in, size_t count,     \
                        unsigned ones)

#define LANES_EACH(load, expression)                                                               \
  for (size_t i = 0; i < n; i++) {                                                                 \
    load;                                                                                          \
    const double made = (expression);                                                              \
    out[i] = made;                                                                                 \
    wrong |= unsound(made);                                                                        \
  }

#define LANES_1(name, expression)                                                                  \
  LANES_HEAD(name) {                                                                               \
    const double *restrict const a = in[0];                                                        \
    uint64_t wrong = 0;                                                                            \
    (void)count, (void)ones;                                                                       \
    LANES_EACH(const double x = a[i], expression)                                                  \
    return wrong >> 63;                                                                            \
  }                                                                                                \
  LANES_ONE(name, const double x = in[0][0], expression)

#define LANES_TWO(name, expression)                                                                \
  LANES_HEAD(name) {                                                                               \
    const double *restrict const a = in[0], *restrict const b = in[1];                             \
    uint64_t wrong = 0;                                                                            \
    (void)count;                                                                                   \
    if (ones & 1) {                                                                                \
      const double x = *a;                                                                         \
      LANES_EACH(const double y = b[i], expression)                                                \
    } else if (ones & 2) {                                                                         \
      const double y = *b;                                                                         \
      LANES_EACH(const double x = a[i], expression)                                                \
    } else {                                                                                       \
      LANES_EACH(const double x = a[i]; const double y = b[i], expression)                         \
    }                                                                                              \
    return wrong >> 63;                                                                            \
  }

#define LANES_2(name, expression)                                                                  \
  LANES_TWO(name, expression)                                                                      \
  LANES_ONE(name, const double x = in[0][0]; const double y = in[1][0], expression)

/* Of functions that are no vectors anyway. */
#define LANES_3(name, expression)                                                                  \
  LANES_HEAD(name) {                                                                               \
    const size_t a = ~ones & 1, b = ~ones >> 1 & 1, c = ~ones >> 2 & 1;                            \
    uint64_t wrong = 0;                                                                            \
    (void)count;                                                                                   \
    LANES_EACH(const double x = in[0][i * a]; const double y = in[1][i * b];                       \
               const double z = in[2][i * c], expression)                                          \
    return wrong >> 63;                                                                            \
  }                                                                                                \
  LANES_ONE(name, const double x = in[0][0]; const double y = in[1][0];                            \
            const double z = in[2][0], expression)

/* From left to right over any number of arguments; of more than two all are lanes. */
#define LANES_FOLD(name, expression)                                                               \
  static LANES_TWO(name##_of_two, expression)                                                      \
                                                                                                   \
      LANES_HEAD(name) {                                                                           \
    uint64_t wrong = 0;                                                                            \
    if (count == 2) return LANES_NAME(name##_of_two)(n, out, in, count, ones);                     \
    for (size_t i = 0; i < n; i++) out[i] = in[0][i];                                              \
    for (size_t k = 1; k < count; k++)                                                             \
      for (size_t i = 0; i < n; i++) {                                                             \
        const double x = out[i], y = in[k][i];                                                     \
        out[i] = (expression);                                                                     \
      }                                                                                            \
    for (size_t i = 0; i < n; i++) wrong |= unsound(out[i]);                                       \
    return wrong >> 63;                                                                            \
  }                                                                                                \
  LANES_ONE(                                                                                       \
      name, double x = in[0][0]; for (size_t k = 1; k < count; k++) {                              \
        const double y = in[k][0];                                                                 \
        x = (expression);                                                                          \
      },                                                                                           \
                                 x)

/* ---- arithmetic ---- */

LANES_2(add, lane_add(x, y))
LANES_2(subtract, lane_subtract(x, y))
LANES_2(multiply, lane_multiply(x, y))
LANES_2(divide, lane_divide(x, y))
LANES_1(negate, lane_negate(x))
LANES_1(abs, lane_abs(x))
LANES_1(sqrt, lane_sqrt(x))

/* Squares are most of the powers that people write, and one product is exact to the last bit. */
static LANES_TWO(any_power, y == 2 ? x * x : lane_pow(x, y))

    LANES_HEAD(power) {
  const double *const same[] = { in[0], in[0] };
  const size_t step = ones & 2 ? 0 : 1;
  size_t squares = 0;
  for (size_t i = 0; i < n; i++) squares += in[1][i * step] == 2;
  if (squares == n && !(ones & 1)) return LANES_NAME(multiply)(n, out, same, count, 0);
  return LANES_NAME(any_power)(n, out, in, count, ones);
}

LANES_ONE(power, const double x = in[0][0];
          const double y = in[1][0], y == 2 ? x * x : real_pow(x, y))

LANES_1(floor, value_floor(x))
LANES_1(ceil, -floor(-(x - 1e-9)))
LANES_2(round, value_nearest(x / y) * y)
LANES_2(mod, x - y * value_floor(x / y))

/* ---- comparison and choice ---- */

LANES_2(less, lane_less(x, y))
LANES_2(less_equal, lane_less_equal(x, y))
LANES_2(more, lane_more(x, y))
LANES_2(more_equal, lane_more_equal(x, y))
LANES_2(equal, judged(x, y, value_equal(x, y) ? 1 : 0))
LANES_2(unequal, judged(x, y, value_equal(x, y) ? 0 : 1))

static inline double truth(double x) { return x != 0 ? 1 : 0; }

LANES_FOLD(and, truth(x) * truth(y) + fault(x, y))
LANES_FOLD(or, truth(x) + truth(y) - truth(x) * truth(y) + fault(x, y))
LANES_1(invert, 1 - truth(x) + fault(x, x))

LANES_HEAD(if) {
  const double *restrict const a = in[0], *restrict const b = in[1], *restrict const c = in[2];
  const double x = *a, y = *b, z = *c;
  uint64_t wrong = 0;
  (void)count;
  switch (n > 1 ? ones : 0) {
    case 0: LANES_EACH((void)0, lane_if(a[i], b[i], c[i])) break;
    case 1: LANES_EACH((void)0, lane_if(x, b[i], c[i])) break;
    case 2: LANES_EACH((void)0, lane_if(a[i], y, c[i])) break;
    case 3: LANES_EACH((void)0, lane_if(x, y, c[i])) break;
    case 4: LANES_EACH((void)0, lane_if(a[i], b[i], z)) break;
    case 5: LANES_EACH((void)0, lane_if(x, b[i], z)) break;
    default: LANES_EACH((void)0, lane_if(a[i], y, z)) break;
  }
  return wrong >> 63;
}
LANES_ONE(if, (void)0, lane_if(in[0][0], in[1][0], in[2][0]))
LANES_2(default, x == x ? x : y)
LANES_1(known, x == x ? 1.0 : 0.0)

LANES_1(missing, FUNCTION_ERROR + fault(x, x))

LANES_FOLD(min, lane_min(x, y))
LANES_FOLD(max, lane_max(x, y))

/* ---- elementary functions and probability ---- */

LANES_1(exp, lane_exp(x))
LANES_1(ln, lane_log(x))
LANES_1(log2, lane_log2(x))
LANES_1(log10, lane_log10(x))
LANES_1(erf, real_erf(x))
LANES_1(lgamma, real_lgamma(x))
LANES_3(normal_cdf, real_normal_cdf(x, y, z))
LANES_3(normal_quantile, real_normal_quantile(x, y, z))
LANES_2(poisson_pmf, real_poisson_pmf(x, y))
LANES_2(poisson_cdf, real_poisson_cdf(x, y))
LANES_3(gamma_cdf, real_gamma_cdf(x, y, z))
LANES_3(gamma_quantile, real_gamma_quantile(x, y, z))
LANES_3(beta_quantile, real_beta_quantile(x, y, z))
LANES_3(binomial_cdf, real_binomial_cdf(x, y, z))

/* ---- two in one ---- */

/* An inner result that is not finite is an error; what does not hand that on itself must see it. */
static inline double sound(double made) { return made - made == 0 ? made : FUNCTION_ERROR; }

/* Lanes of an argument, or one number for all of them. */
#define MANY(k) in[k][i]
#define ONCE(k) in[k][0]
#define JOINED_EACH(x_at, y_at, z_at, expression)                                                  \
  {                                                                                                \
    LANES_EACH(const double x = x_at(0); const double y = y_at(1);                                 \
               const double z = z_at(2), expression)                                               \
    break;                                                                                         \
  }

/* x and y are the arguments of the inner function, z the other one of the outer. */
#define JOINED(name, expression)                                                                   \
  static bool name(size_t n, double *restrict out, const double *const *in, size_t count,          \
                   unsigned ones) {                                                                \
    uint64_t wrong = 0;                                                                            \
    (void)count;                                                                                   \
    switch (ones) {                                                                                \
      case 0: JOINED_EACH(MANY, MANY, MANY, expression)                                            \
      case 1: JOINED_EACH(ONCE, MANY, MANY, expression)                                            \
      case 2: JOINED_EACH(MANY, ONCE, MANY, expression)                                            \
      case 4: JOINED_EACH(MANY, MANY, ONCE, expression)                                            \
      case 5: JOINED_EACH(ONCE, MANY, ONCE, expression)                                            \
      default: JOINED_EACH(MANY, ONCE, ONCE, expression)                                           \
    }                                                                                              \
    return wrong >> 63;                                                                            \
  }

/* Outer functions over one inner one: over least and most, those of arithmetic that people write.
 */
#define JOINED_OFTEN(inner, made)                                                                  \
  JOINED(add_##inner, (made) + z)                                                                  \
  JOINED(multiply_##inner, (made)*z)                                                               \
  JOINED(divide_##inner, (made) / z)                                                               \
  JOINED(min_##inner, lane_min(sound(made), z))                                                    \
  JOINED(min_of_##inner, lane_min(z, sound(made)))                                                 \
  JOINED(max_##inner, lane_max(sound(made), z))                                                    \
  JOINED(max_of_##inner, lane_max(z, sound(made)))

#define JOINED_OVER(inner, made)                                                                   \
  JOINED_OFTEN(inner, made)                                                                        \
  JOINED(subtract_##inner, (made)-z)                                                               \
  JOINED(subtract_from_##inner, z - (made))                                                        \
  JOINED(divide_by_##inner, z / sound(made))

/* `if` over a comparison: its other arguments are lanes or one number each. */
#define CHOICE_EACH(y_at, z_at, w_at, made)                                                        \
  {                                                                                                \
    LANES_EACH(const double x = in[0][i]; const double y = y_at(1); const double z = z_at(2);      \
               const double w = w_at(3), judged(x, y, made))                                       \
    break;                                                                                         \
  }
#define CHOICE_BETWEEN(y_at, made)                                                                 \
  case 0: CHOICE_EACH(y_at, MANY, MANY, made)                                                      \
  case 4: CHOICE_EACH(y_at, ONCE, MANY, made)                                                      \
  case 8: CHOICE_EACH(y_at, MANY, ONCE, made)                                                      \
  default:                                                                                         \
    CHOICE_EACH(y_at, ONCE, ONCE, made)

#define CHOICE(name, made)                                                                         \
  static bool name(size_t n, double *restrict out, const double *const *in, size_t count,          \
                   unsigned ones) {                                                                \
    uint64_t wrong = 0;                                                                            \
    (void)count;                                                                                   \
    if (ones & 2) switch (ones & 12) {                                                             \
        CHOICE_BETWEEN(ONCE, made)                                                                 \
      }                                                                                            \
    else switch (ones & 12) {                                                                      \
        CHOICE_BETWEEN(MANY, made)                                                                 \
      }                                                                                            \
    return wrong >> 63;                                                                            \
  }

JOINED_OVER(add, lane_add(x, y))
JOINED_OVER(subtract, lane_subtract(x, y))
JOINED_OVER(multiply, lane_multiply(x, y))
JOINED_OVER(divide, lane_divide(x, y))
JOINED_OFTEN(min, lane_min(x, y))
JOINED_OFTEN(max, lane_max(x, y))

CHOICE(if_less, less(x, y) ? z : w)
CHOICE(if_less_equal, less(y, x) ? w : z)
CHOICE(if_more, less(y, x) ? z : w)
CHOICE(if_more_equal, less(x, y) ? w : z)

#define PAIR(outer, inner, at, body)                                                               \
  { LANES_NAME(outer), LANES_NAME(inner), at, body }
#define PAIRS_OFTEN(inner)                                                                         \
  PAIR(add, inner, 0, add_##inner), PAIR(add, inner, 1, add_##inner),                              \
      PAIR(multiply, inner, 0, multiply_##inner), PAIR(multiply, inner, 1, multiply_##inner),      \
      PAIR(divide, inner, 0, divide_##inner), PAIR(min, inner, 0, min_##inner),                    \
      PAIR(min, inner, 1, min_of_##inner), PAIR(max, inner, 0, max_##inner),                       \
      PAIR(max, inner, 1, max_of_##inner)
#define PAIRS_OVER(inner)                                                                          \
  PAIRS_OFTEN(inner), PAIR(subtract, inner, 0, subtract_##inner),                                  \
      PAIR(subtract, inner, 1, subtract_from_##inner), PAIR(divide, inner, 1, divide_by_##inner)

lanes LANES_NAME(joined)(lanes outer, lanes inner, unsigned at, unsigned ones) {
  static const struct {
    lanes outer, inner;
    unsigned at;
    lanes body;
  } pairs[] = {
    PAIRS_OVER(add),
    PAIRS_OVER(subtract),
    PAIRS_OVER(multiply),
    PAIRS_OVER(divide),
    PAIRS_OFTEN(min),
    PAIRS_OFTEN(max),
    PAIR(if, less, 0, if_less),
    PAIR(if, less_equal, 0, if_less_equal),
    PAIR(if, more, 0, if_more),
    PAIR(if, more_equal, 0, if_more_equal)
  };
  if (outer == LANES_NAME(if) && ones & 1) return NULL;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    if (pairs[i].outer == outer && pairs[i].inner == inner && pairs[i].at == at)
      return pairs[i].body;
  return NULL;
}

/* ---- bounds ---- */

/* Adding this rounds |x| < 2^51 to a whole number. */
#define WHOLE 0x1.8p52

/* Bits of numbers from 0 up are in the order of the numbers, and those of NaN above and of negative
   ones below all of them: where a difference of bits is negative x is outside. */
static inline uint64_t off(uint64_t x, uint64_t low, uint64_t high) {
  return (x - low) | (high - x);
}

static bool outside_from_0(size_t n, const double *x, double low, double high, bool whole) {
  const uint64_t from = bits_of(low), until = bits_of(high);
  uint64_t outside = 0, broken = 0;
  if (!whole)
    for (size_t i = 0; i < n; i++) outside |= off(bits_of(x[i]), from, until);
  else
    for (size_t i = 0; i < n; i++) {
      outside |= off(bits_of(x[i]), from, until);
      broken |= bits_of((x[i] + WHOLE) - WHOLE) ^ bits_of(x[i]);
    }
  return outside >> 63 || broken;
}

bool LANES_NAME(outside)(size_t n, const double *x, double low, double high, bool whole) {
  uint64_t outside = 0;
  if (low >= 0) return outside_from_0(n, x, low + 0, high, whole);
  for (size_t i = 0; i < n; i++) outside |= ((x[i] >= low) & (x[i] <= high)) ? 0 : 1;
  for (size_t i = 0; whole && i < n; i++) outside |= (x[i] + WHOLE) - WHOLE == x[i] ? 0 : 1;
  return outside != 0;
}
