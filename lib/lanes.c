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
LANES_2(equal, lane_equal(x, y))
LANES_2(unequal, judged(x, y, value_equal(x, y) ? 0 : 1))

static inline double truth(double x) { return x != 0 ? 1 : 0; }

static inline double both(double x, double y) { return truth(x) * truth(y) + fault(x, y); }
static inline double either(double x, double y) {
  return truth(x) + truth(y) - truth(x) * truth(y) + fault(x, y);
}

LANES_FOLD(and, both(x, y))
LANES_FOLD(or, either(x, y))
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

/* ---- whole blocks, for batches ---- */

/* Lanes of an argument, or one number for all of them. */
#define MANY(k) in[k][i]
#define ONCE(k) in[k][0]
#define LOAD_1(x_at) const double x = x_at(0)
#define LOAD_2(x_at, y_at)                                                                         \
  LOAD_1(x_at);                                                                                    \
  const double y = y_at(1)
#define LOAD_3(x_at, y_at, z_at)                                                                   \
  LOAD_2(x_at, y_at);                                                                              \
  const double z = z_at(2)
#define LOAD_4(x_at, y_at, z_at, w_at)                                                             \
  LOAD_3(x_at, y_at, z_at);                                                                        \
  const double w = w_at(3)

/* Two bodies: one for results in which nobody looks for errors, and one that tells of them. */
#define BLOCK(name, load, expression)                                                              \
  static bool name(double *restrict out, const double *const *in) {                                \
    for (size_t i = 0; i < FUNCTION_BLOCK; i++) {                                                  \
      load;                                                                                        \
      out[i] = (expression);                                                                       \
    }                                                                                              \
    return false;                                                                                  \
  }                                                                                                \
  static bool name##_seen(double *restrict out, const double *const *in) {                         \
    const size_t n = FUNCTION_BLOCK;                                                               \
    uint64_t wrong = 0;                                                                            \
    LANES_EACH(load, expression)                                                                   \
    return wrong >> 63;                                                                            \
  }

/* Bodies and rows of the table below for each way in which arguments can be one number: not all,
   and of a choice never the first. */
#define BLOCKS_1(name, expression) BLOCK(name##_0, LOAD_1(MANY), expression)
#define BLOCKS_2(name, expression)                                                                 \
  BLOCK(name##_0, LOAD_2(MANY, MANY), expression)                                                  \
  BLOCK(name##_1, LOAD_2(ONCE, MANY), expression)                                                  \
  BLOCK(name##_2, LOAD_2(MANY, ONCE), expression)
#define BLOCKS_3(name, expression)                                                                 \
  BLOCK(name##_0, LOAD_3(MANY, MANY, MANY), expression)                                            \
  BLOCK(name##_1, LOAD_3(ONCE, MANY, MANY), expression)                                            \
  BLOCK(name##_2, LOAD_3(MANY, ONCE, MANY), expression)                                            \
  BLOCK(name##_4, LOAD_3(MANY, MANY, ONCE), expression)                                            \
  BLOCK(name##_5, LOAD_3(ONCE, MANY, ONCE), expression)                                            \
  BLOCK(name##_6, LOAD_3(MANY, ONCE, ONCE), expression)
#define BLOCKS_4(name, expression)                                                                 \
  BLOCK(name##_0, LOAD_4(MANY, MANY, MANY, MANY), expression)                                      \
  BLOCK(name##_2, LOAD_4(MANY, ONCE, MANY, MANY), expression)                                      \
  BLOCK(name##_4, LOAD_4(MANY, MANY, ONCE, MANY), expression)                                      \
  BLOCK(name##_6, LOAD_4(MANY, ONCE, ONCE, MANY), expression)                                      \
  BLOCK(name##_8, LOAD_4(MANY, MANY, MANY, ONCE), expression)                                      \
  BLOCK(name##_10, LOAD_4(MANY, ONCE, MANY, ONCE), expression)                                     \
  BLOCK(name##_12, LOAD_4(MANY, MANY, ONCE, ONCE), expression)                                     \
  BLOCK(name##_14, LOAD_4(MANY, ONCE, ONCE, ONCE), expression)

/* Two functions in one pass: x and y are the arguments of the inner one, z the other of the outer.
   An inner result that is not finite is an error; what does not hand that on must see it. */
static inline double sound(double made) { return made - made == 0 ? made : FUNCTION_ERROR; }

/* All bodies: X takes how many arguments one has, its name, and what it makes. */
#define ALONE_BLOCKS(X, of)                                                                        \
  X(2, of##add, lane_add(x, y))                                                                    \
  X(2, of##subtract, lane_subtract(x, y))                                                          \
  X(2, of##multiply, lane_multiply(x, y))                                                          \
  X(2, of##divide, lane_divide(x, y))                                                              \
  X(1, of##negate, lane_negate(x))                                                                 \
  X(1, of##abs, lane_abs(x))                                                                       \
  X(1, of##sqrt, lane_sqrt(x))                                                                     \
  X(1, of##floor, value_floor(x))                                                                  \
  X(2, of##min, lane_min(x, y))                                                                    \
  X(2, of##max, lane_max(x, y))                                                                    \
  X(2, of##less, lane_less(x, y))                                                                  \
  X(2, of##less_equal, lane_less_equal(x, y))                                                      \
  X(2, of##more, lane_more(x, y))                                                                  \
  X(2, of##more_equal, lane_more_equal(x, y))                                                      \
  X(2, of##equal, lane_equal(x, y))                                                                \
  X(2, of##and, both(x, y))                                                                        \
  X(2, of## or, either(x, y))                                                                      \
  X(3, of##if, lane_if(x, y, z))
#define OFTEN_BLOCKS(X, inner, made)                                                               \
  X(3, add_##inner, (made) + z)                                                                    \
  X(3, multiply_##inner, (made)*z)                                                                 \
  X(3, divide_##inner, (made) / z)                                                                 \
  X(3, min_##inner, lane_min(sound(made), z))                                                      \
  X(3, min_of_##inner, lane_min(z, sound(made)))                                                   \
  X(3, max_##inner, lane_max(sound(made), z))                                                      \
  X(3, max_of_##inner, lane_max(z, sound(made)))
#define PAIR_BLOCKS(X, inner, made)                                                                \
  OFTEN_BLOCKS(X, inner, made)                                                                     \
  X(3, subtract_##inner, (made)-z)                                                                 \
  X(3, subtract_from_##inner, z - (made))                                                          \
  X(3, divide_by_##inner, z / sound(made))
#define CHOICE_BLOCKS(X)                                                                           \
  X(4, if_less, judged(x, y, less(x, y) ? z : w))                                                  \
  X(4, if_less_equal, judged(x, y, less(y, x) ? w : z))                                            \
  X(4, if_more, judged(x, y, less(y, x) ? z : w))                                                  \
  X(4, if_more_equal, judged(x, y, less(x, y) ? w : z))
#define ALL_BLOCKS(X)                                                                              \
  ALONE_BLOCKS(X, block_)                                                                          \
  PAIR_BLOCKS(X, add, lane_add(x, y))                                                              \
  PAIR_BLOCKS(X, subtract, lane_subtract(x, y))                                                    \
  PAIR_BLOCKS(X, multiply, lane_multiply(x, y))                                                    \
  PAIR_BLOCKS(X, divide, lane_divide(x, y))                                                        \
  OFTEN_BLOCKS(X, min, lane_min(x, y))                                                             \
  OFTEN_BLOCKS(X, max, lane_max(x, y))                                                             \
  CHOICE_BLOCKS(X)

#define BODIES(arguments, name, expression) BLOCKS_##arguments(name, expression)
ALL_BLOCKS(BODIES)

#define EACH_1(X, name) X(name##_0)
#define EACH_2(X, name) X(name##_0) X(name##_1) X(name##_2)
#define EACH_3(X, name) X(name##_0) X(name##_1) X(name##_2) X(name##_4) X(name##_5) X(name##_6)
#define EACH_4(X, name)                                                                            \
  X(name##_0) X(name##_2) X(name##_4) X(name##_6) X(name##_8) X(name##_10) X(name##_12) X(name##_14)

#define CODE(name) CODE_##name, CODE_##name##_seen,
#define CODES(arguments, name, expression) EACH_##arguments(CODE, name)
enum { CODE_NONE, ALL_BLOCKS(CODES) };

#define CASE(name)                                                                                 \
  case CODE_##name: return name(out, in);                                                          \
  case CODE_##name##_seen:                                                                         \
    return name##_seen(out, in);
#define CASES(arguments, name, expression) EACH_##arguments(CASE, name)

bool LANES_NAME(run)(unsigned code, double *restrict out, const double *const *in) {
  switch (code) { ALL_BLOCKS(CASES) }
  return false;
}

#define ROW_1(outer, inner, at, name)                                                              \
  {                                                                                                \
    outer, inner, at, { CODE_##name##_0 }                                                          \
  }
#define ROW_2(outer, inner, at, name)                                                              \
  {                                                                                                \
    outer, inner, at, { CODE_##name##_0, CODE_##name##_1, CODE_##name##_2 }                        \
  }
#define ROW_3(outer, inner, at, name)                                                              \
  {                                                                                                \
    outer, inner, at, {                                                                            \
      CODE_##name##_0, CODE_##name##_1, CODE_##name##_2, CODE_NONE, CODE_##name##_4,               \
          CODE_##name##_5, CODE_##name##_6                                                         \
    }                                                                                              \
  }
#define ROW_4(outer, inner, at, name)                                                              \
  {                                                                                                \
    outer, inner, at, {                                                                            \
      CODE_##name##_0, CODE_##name##_2, CODE_##name##_4, CODE_##name##_6, CODE_##name##_8,         \
          CODE_##name##_10, CODE_##name##_12, CODE_##name##_14                                     \
    }                                                                                              \
  }
#define ALONE(arguments, name, expression) ROW_##arguments(LANES_NAME(name), NULL, 0, block_##name),
#define PAIR(outer, inner, at, name) ROW_3(LANES_NAME(outer), LANES_NAME(inner), at, name##_##inner)
#define CHOICE(inner) ROW_4(LANES_NAME(if), LANES_NAME(inner), 0, if_##inner)
#define ROWS_OFTEN(inner)                                                                          \
  PAIR(add, inner, 0, add), PAIR(add, inner, 1, add), PAIR(multiply, inner, 0, multiply),          \
      PAIR(multiply, inner, 1, multiply), PAIR(divide, inner, 0, divide),                          \
      PAIR(min, inner, 0, min), PAIR(min, inner, 1, min_of), PAIR(max, inner, 0, max),             \
      PAIR(max, inner, 1, max_of)
#define ROWS(inner)                                                                                \
  ROWS_OFTEN(inner), PAIR(subtract, inner, 0, subtract), PAIR(subtract, inner, 1, subtract_from),  \
      PAIR(divide, inner, 1, divide_by)

unsigned LANES_NAME(block)(lanes outer, lanes inner, unsigned at, unsigned ones, bool seen) {
  static const struct {
    lanes outer, inner;
    unsigned at;
    unsigned short codes[8];
  } rows[] = { ALONE_BLOCKS(ALONE, ) ROWS(add),
               ROWS(subtract),
               ROWS(multiply),
               ROWS(divide),
               ROWS_OFTEN(min),
               ROWS_OFTEN(max),
               CHOICE(less),
               CHOICE(less_equal),
               CHOICE(more),
               CHOICE(more_equal) };
  const bool choice = inner && outer == LANES_NAME(if);
  unsigned code = CODE_NONE;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (rows[i].outer == outer && rows[i].inner == inner && rows[i].at == at)
      code = rows[i].codes[choice ? ones >> 1 : ones];
  return code == CODE_NONE || (choice && ones & 1) ? CODE_NONE : code + seen;
}

/* ---- bounds ---- */

/* Adding this rounds |x| < 2^51 to a whole number. */
#define WHOLE 0x1.8p52

/* Bits of numbers from 0 up are in the order of the numbers, and those of NaN above and of negative
   ones below all of them: where a difference of bits is negative x is outside. */
static inline uint64_t off(uint64_t x, uint64_t low, uint64_t high) {
  return (x - low) | (high - x);
}

static bool outside_from_0(const double *x, double low, double high, bool whole) {
  const uint64_t from = bits_of(low), until = bits_of(high);
  uint64_t outside = 0, broken = 0;
  if (!whole)
    for (size_t i = 0; i < FUNCTION_BLOCK; i++) outside |= off(bits_of(x[i]), from, until);
  else
    for (size_t i = 0; i < FUNCTION_BLOCK; i++) {
      outside |= off(bits_of(x[i]), from, until);
      broken |= bits_of((x[i] + WHOLE) - WHOLE) ^ bits_of(x[i]);
    }
  return outside >> 63 || broken;
}

bool LANES_NAME(outside)(const double *x, double low, double high, bool whole) {
  uint64_t outside = 0;
  if (low >= 0) return outside_from_0(x, low + 0, high, whole);
  for (size_t i = 0; i < FUNCTION_BLOCK; i++) outside |= ((x[i] >= low) & (x[i] <= high)) ? 0 : 1;
  for (size_t i = 0; whole && i < FUNCTION_BLOCK; i++)
    outside |= (x[i] + WHOLE) - WHOLE == x[i] ? 0 : 1;
  return outside != 0;
}
