/* The function table: its rows are sane, its values are what the language says, its derivatives are
   those of its values. Spellings are tried by function_excel.py, examples by the engine's test. */
#include <check.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/function.h"
#include "../lib/system.h"

Suite *suite_function(void);

enum { MOST = 3, LONG = 600 };

static const double E = NAN; /* stands for the error value in the tables below */

static const struct function *row_of(const char *name, enum function_form form) {
  const struct function *row = function_find(slice_of(name), form);
  ck_assert_msg(row != NULL, "no row %s", name);
  return row;
}

/* As the tape does it: non-finite results become the error. */
static double value_at(const struct function *row, const double *x, size_t count) {
  const double *in[8];
  double out;
  for (size_t k = 0; k < count; k++) in[k] = &x[k];
  out = row->value.one(in, count);
  return isfinite(out) ? out : FUNCTION_ERROR;
}

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static bool same(double a, double b) { return a == b || (a != a && b != b); }

static bool near(double a, double b, double tolerance) {
  return same(a, b) || fabs(a - b) <= tolerance * fmax(fabs(a), fabs(b));
}

/* ---- the table ---- */

START_TEST(every_name_of_the_language) {
  static const char *const calls[] = {
    "and",
    "or",
    "not",
    "if",
    "min",
    "max",
    "abs",
    "floor",
    "ceil",
    "round",
    "mod",
    "sqrt",
    "exp",
    "ln",
    "log2",
    "log10",
    "default",
    "known",
    "missing",
    "prior",
    "sum",
    "mean",
    "count",
    "product",
    "last",
    "first",
    "irr",
    "normal_cdf",
    "normal_quantile",
    "poisson_pmf",
    "poisson_cdf",
    "gamma_cdf",
    "gamma_quantile",
    "beta_quantile",
    "binomial_cdf",
    "erf",
    "lgamma",
  };
  static const char *const infix[] = { "+", "-", "*", "/", "^", "<", "<=", ">", ">=", "==", "!=" };
  size_t count = 0;
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++, count++) row_of(calls[i], FORM_CALL);
  for (size_t i = 0; i < sizeof infix / sizeof *infix; i++, count++) row_of(infix[i], FORM_INFIX);
  row_of("-", FORM_PREFIX), count++;
  ck_assert_ptr_nonnull(function_row(count - 1));
  ck_assert_ptr_null(function_row(count));
  ck_assert_ptr_null(function_find(SLICE("sine"), FORM_CALL));
  ck_assert_ptr_null(function_find(SLICE("+"), FORM_PREFIX));
  ck_assert_ptr_null(function_find(SLICE("mi"), FORM_CALL));
}
END_TEST

START_TEST(rows_are_sane) {
  for (size_t i = 0; function_row(i); i++) {
    const struct function *row = function_row(i);
    ck_assert_ptr_eq(function_find(slice_of(row->name), row->form), row);
    ck_assert_msg(row->least >= 1 && row->least <= row->most, "%s", row->name);
    ck_assert_msg((row->form == FORM_CALL) == (row->level == 0), "%s", row->name);
    ck_assert_msg(row->level <= 5, "%s", row->name);
    ck_assert_msg(!row->value.one || row->most <= 3 || function_folds(row), "%s", row->name);
    ck_assert_msg(row->form != FORM_INFIX || row->most == 2, "%s", row->name);
    ck_assert_msg(row->value.one || row->total || row->rule == RULE_PRIOR, "%s", row->name);
    ck_assert_msg(function_is_aggregate(row) == (row->total && !row->value.one), "%s", row->name);
    ck_assert_msg(!row->total == !row->excel_where, "%s", row->name);
    ck_assert_msg(row->total || (!row->array && !row->total_slope), "%s", row->name);
    ck_assert_msg(row->tolerance >= 1e-12 && row->tolerance <= 1e-9, "%s", row->name);
    ck_assert_msg(row->example && strstr(row->example, row->name), "%s", row->name);
    ck_assert_msg(row->meaning && row->meaning[strlen(row->meaning) - 1] == '.', "%s", row->name);
  }
}
END_TEST

/* Only 0 and 1 as literals, placeholders within the arguments, constants that exist. */
static void spelling_is_sane(const struct function *row, const char *text) {
  int depth = 0;
  for (const char *at = text; *at; at++) {
    depth += (*at == '(') - (*at == ')');
    ck_assert_msg(depth >= 0, "%s", text);
    if (*at == '$') {
      at++;
      ck_assert_msg(*at == '*' || (*at >= '1' && *at - '0' <= row->most), "%s", text);
    } else if (strncmp(at, "k_", 2) == 0) {
      size_t i = 0, size = strspn(at, "abcdefghijklmnopqrstuvwxyz_");
      while (function_constant_row(i) && (strlen(function_constant_row(i)->name) != size ||
                                          strncmp(function_constant_row(i)->name, at, size) != 0))
        i++;
      ck_assert_msg(function_constant_row(i) != NULL, "%s", text);
      at += size - 1;
    } else if (*at >= 'A' && *at <= 'Z') {
      at += strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") - 1;
    } else if (*at >= '0' && *at <= '9') {
      ck_assert_msg(*at <= '1' && strspn(at, "0123456789.") == 1, "%s", text);
    }
  }
  ck_assert_msg(depth == 0, "%s", text);
}

START_TEST(spellings_are_sane) {
  for (size_t i = 0; function_row(i); i++) {
    const struct function *row = function_row(i);
    ck_assert_msg(!row->excel == (row->rule == RULE_PRIOR), "%s", row->name);
    if (row->excel) spelling_is_sane(row, row->excel);
    if (row->excel_other) spelling_is_sane(row, row->excel_other);
    if (row->excel_where) spelling_is_sane(row, row->excel_where);
    if (row->excel_where) ck_assert_ptr_nonnull(strstr(row->excel_where, "$2"));
  }
}
END_TEST

START_TEST(one_error_value) {
  ck_assert_uint_eq(bits_of(FUNCTION_ERROR), 0x7ff8000000000000u);
  ck_assert(value_is_error(FUNCTION_ERROR));
  ck_assert(!value_is_error(0) && !value_is_error(-1e308));
}
END_TEST

START_TEST(names_are_offered) {
  struct nearest nearest = { .wanted = SLICE("flor") };
  function_offer_all(&nearest);
  ck_assert_str_eq(nearest.best, "floor");
}
END_TEST

/* ---- values ---- */

struct sample {
  const char *name;
  enum function_form form;
  size_t count;
  double x[MOST];
  double expected;
};

static const struct sample samples[] = {
  { "+", FORM_INFIX, 2, { 2, -5 }, -3 },
  { "+", FORM_INFIX, 2, { 1e308, 1e308 }, E },
  { "-", FORM_INFIX, 2, { 2, -5 }, 7 },
  { "-", FORM_PREFIX, 1, { -2 }, 2 },
  { "*", FORM_INFIX, 2, { -2, 5 }, -10 },
  { "*", FORM_INFIX, 2, { 1e-200, 1e-200 }, 0 },
  { "/", FORM_INFIX, 2, { 1, -4 }, -0.25 },
  { "/", FORM_INFIX, 2, { 1, 0 }, E },
  { "/", FORM_INFIX, 2, { 0, 0 }, E },
  { "^", FORM_INFIX, 2, { -2, 3 }, -8 },
  { "^", FORM_INFIX, 2, { -3, 2 }, 9 },
  { "^", FORM_INFIX, 2, { 2, -2 }, 0.25 },
  { "^", FORM_INFIX, 2, { 0, 2 }, 0 },
  { "^", FORM_INFIX, 2, { 0, 0 }, E },
  { "^", FORM_INFIX, 2, { 0, -1 }, E },
  { "^", FORM_INFIX, 2, { 0, 0.5 }, 0 },
  { "^", FORM_INFIX, 2, { -8, 1.0 / 3 }, E },
  { "^", FORM_INFIX, 2, { -4, 0.5 }, E },
  { "^", FORM_INFIX, 2, { 5, 0 }, 1 },
  { "^", FORM_INFIX, 2, { -5, 0 }, 1 },
  { "^", FORM_INFIX, 2, { 10, 400 }, E },
  { "^", FORM_INFIX, 2, { 10, -400 }, 0 },
  { "^", FORM_INFIX, 2, { 1, E }, E },
  { "^", FORM_INFIX, 2, { E, 0 }, E },
  { "^", FORM_INFIX, 2, { E, 2 }, E },
  { "and", FORM_CALL, 3, { 1, 1, 1 }, 1 },
  { "and", FORM_CALL, 3, { 1, 1, 0 }, 0 },
  { "and", FORM_CALL, 3, { 0, 1, E }, E },
  { "and", FORM_CALL, 2, { 0, E }, E },
  { "or", FORM_CALL, 3, { 0, 0, 1 }, 1 },
  { "or", FORM_CALL, 3, { 0, 0, 0 }, 0 },
  { "or", FORM_CALL, 2, { 1, E }, E },
  { "or", FORM_CALL, 2, { E, 1 }, E },
  { "not", FORM_CALL, 1, { 1 }, 0 },
  { "not", FORM_CALL, 1, { 0 }, 1 },
  { "not", FORM_CALL, 1, { E }, E },
  { "if", FORM_CALL, 3, { 1, -5, E }, -5 },
  { "if", FORM_CALL, 3, { 0, E, -7 }, -7 },
  { "if", FORM_CALL, 3, { 1, E, 7 }, E },
  { "if", FORM_CALL, 3, { E, 5, 5 }, E },
  { "default", FORM_CALL, 2, { -3, E }, -3 },
  { "default", FORM_CALL, 2, { E, 4 }, 4 },
  { "default", FORM_CALL, 2, { E, E }, E },
  { "known", FORM_CALL, 1, { 0 }, 1 },
  { "known", FORM_CALL, 1, { E }, 0 },
  { "missing", FORM_CALL, 1, { 3 }, E },
  { "min", FORM_CALL, 3, { 3, -2, 5 }, -2 },
  { "min", FORM_CALL, 3, { 3, E, 5 }, E },
  { "min", FORM_CALL, 2, { E, 5 }, E },
  { "min", FORM_CALL, 2, { 5, E }, E },
  { "max", FORM_CALL, 3, { -3, -2, -5 }, -2 },
  { "max", FORM_CALL, 3, { 3, E, 5 }, E },
  { "max", FORM_CALL, 3, { 3, 5, E }, E },
  { "abs", FORM_CALL, 1, { -2.5 }, 2.5 },
  { "floor", FORM_CALL, 1, { -2.5 }, -3 },
  { "floor", FORM_CALL, 1, { 2.5 }, 2 },
  { "floor", FORM_CALL, 1, { 2.9999999995 }, 3 },
  { "floor", FORM_CALL, 1, { 2.999999998 }, 2 },
  { "floor", FORM_CALL, 1, { -3.0000000005 }, -3 },
  { "floor", FORM_CALL, 1, { -3.000000002 }, -4 },
  { "floor", FORM_CALL, 1, { 4.35 * 100 }, 435 },
  { "ceil", FORM_CALL, 1, { -2.5 }, -2 },
  { "ceil", FORM_CALL, 1, { 2.5 }, 3 },
  { "ceil", FORM_CALL, 1, { 3.0000000005 }, 3 },
  { "ceil", FORM_CALL, 1, { 3.000000002 }, 4 },
  { "ceil", FORM_CALL, 1, { 1.1 * 10 }, 11 },
  { "ceil", FORM_CALL, 1, { 2.0000000000000004 }, 2 },
  { "round", FORM_CALL, 2, { 2.5, 1 }, 3 },
  { "round", FORM_CALL, 2, { -2.5, 1 }, -3 },
  { "round", FORM_CALL, 2, { 0.49999999999999994, 1 }, 0 },
  { "round", FORM_CALL, 2, { 4503599627370495.5, 1 }, 4503599627370496 },
  { "round", FORM_CALL, 2, { 1250, -100 }, 1300 },
  { "round", FORM_CALL, 2, { 1249, 100 }, 1200 },
  { "round", FORM_CALL, 2, { 1, 0 }, E },
  { "mod", FORM_CALL, 2, { 7, 3 }, 1 },
  { "mod", FORM_CALL, 2, { -7, 3 }, 2 },
  { "mod", FORM_CALL, 2, { 7, -3 }, -2 },
  { "mod", FORM_CALL, 2, { -7, -3 }, -1 },
  { "mod", FORM_CALL, 2, { 7, 0 }, E },
  { "mod", FORM_CALL, 2, { 0, 0 }, E },
  { "sqrt", FORM_CALL, 1, { 9 }, 3 },
  { "sqrt", FORM_CALL, 1, { -1 }, E },
  { "exp", FORM_CALL, 1, { 0 }, 1 },
  { "exp", FORM_CALL, 1, { 1 }, 2.718281828459045 },
  { "exp", FORM_CALL, 1, { 710 }, E },
  { "exp", FORM_CALL, 1, { -800 }, 0 },
  { "ln", FORM_CALL, 1, { 10 }, 2.302585092994046 },
  { "ln", FORM_CALL, 1, { 0 }, E },
  { "ln", FORM_CALL, 1, { -1 }, E },
  { "log2", FORM_CALL, 1, { 0.125 }, -3 },
  { "log2", FORM_CALL, 1, { 0 }, E },
  { "log10", FORM_CALL, 1, { 1000 }, 3 },
  { "log10", FORM_CALL, 1, { -10 }, E },
  /* probability: to 17 digits */
  { "normal_cdf", FORM_CALL, 3, { -1.5, 0, 2 }, 0.22662735237686821 },
  { "normal_cdf", FORM_CALL, 3, { 1, 0, 0 }, E },
  { "normal_quantile", FORM_CALL, 3, { 0.975, 1, 2 }, 4.9199279690801083 },
  { "normal_quantile", FORM_CALL, 3, { 0, 0, 1 }, E },
  { "normal_quantile", FORM_CALL, 3, { 1, 0, 1 }, E },
  { "poisson_pmf", FORM_CALL, 2, { 2, 3 }, 0.22404180765538774 },
  { "poisson_pmf", FORM_CALL, 2, { 2.7, 3 }, 0.22404180765538774 },
  { "poisson_pmf", FORM_CALL, 2, { -1, 3 }, E },
  { "poisson_cdf", FORM_CALL, 2, { 2, 3 }, 0.42319008112684353 },
  { "poisson_cdf", FORM_CALL, 2, { 2, -3 }, E },
  { "gamma_cdf", FORM_CALL, 3, { 3, 1, 2 }, 0.77686983985157018 },
  { "gamma_cdf", FORM_CALL, 3, { -3, 1, 2 }, E },
  { "gamma_quantile", FORM_CALL, 3, { 0.5, 1, 2 }, 1.3862943611198906 },
  { "gamma_quantile", FORM_CALL, 3, { 1, 1, 2 }, E },
  { "beta_quantile", FORM_CALL, 3, { 0.25, 1, 1 }, 0.25 },
  { "beta_quantile", FORM_CALL, 3, { 0.5, 2, -1 }, E },
  { "binomial_cdf", FORM_CALL, 3, { 1, 2, 0.5 }, 0.75 },
  { "binomial_cdf", FORM_CALL, 3, { 3, 2, 0.5 }, E },
  { "erf", FORM_CALL, 1, { -1 }, -0.84270079294971487 },
  { "lgamma", FORM_CALL, 1, { 0.5 }, 0.57236494292470009 },
  { "lgamma", FORM_CALL, 1, { 0 }, E },
};

START_TEST(values_of_the_language) {
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    const struct sample *s = &samples[i];
    const double found = value_at(row_of(s->name, s->form), s->x, s->count);
    ck_assert_msg(near(found, s->expected, 1e-15), "%s(%g, %g, %g): %.17g, not %.17g", s->name,
                  s->x[0], s->x[1], s->x[2], found, s->expected);
  }
}
END_TEST

/* Only these can have a value although an argument is an error. */
static bool forgives(const struct function *row) {
  return row->rule == RULE_CHOOSE || row->rule == RULE_EITHER || row->rule == RULE_KNOWN;
}

START_TEST(errors_pass_on) {
  for (size_t i = 0; function_row(i); i++) {
    const struct function *row = function_row(i);
    if (!row->value.one || forgives(row)) continue;
    for (size_t k = 0; k < row->least; k++) {
      double x[MOST] = { 0.5, 0.5, 0.5 };
      x[k] = FUNCTION_ERROR;
      ck_assert_msg(value_is_error(value_at(row, x, row->least)), "%s, argument %zu", row->name, k);
    }
  }
}
END_TEST

static double compared(const char *operator, double a, double b) {
  return value_at(row_of(operator, FORM_INFIX), (const double[]){ a, b }, 2);
}

static void check_equal(double a, double b, bool equal) {
  ck_assert(value_equal(a, b) == equal);
  ck_assert(compared("==", a, b) == equal && compared("!=", a, b) == !equal);
  ck_assert(compared("<", a, b) == (!equal && a < b) && compared(">", a, b) == (!equal && a > b));
  ck_assert(compared("<=", a, b) == (equal || a < b) && compared(">=", a, b) == (equal || a > b));
}

START_TEST(comparison_at_its_tolerance) {
  static const double sizes[] = { 1, 1e-300, 1e300, 12345.678 };
  for (int side = 0; side < 2; side++)
    for (size_t i = 0; i < 4; i++) {
      const double a = side ? -sizes[i] : sizes[i];
      check_equal(a, a, true);
      check_equal(a, a * (1 + 0x1p-50), true), check_equal(a * (1 + 0x1p-50), a, true);
      check_equal(a, a * (1 + 0x1p-49), true), check_equal(a * (1 + 0x1p-49), a, true);
      check_equal(a, a * (1 + 0x1p-47), false), check_equal(a * (1 + 0x1p-47), a, false);
      check_equal(a, -a, false), check_equal(a, 0, false), check_equal(0, a, false);
    }
  check_equal(1, 1 - 0x1p-48, true); /* exactly 2^-48 of the larger */
  check_equal(1, 1 - 0x1p-48 - 0x1p-53, false);
  check_equal(0, -0.0, true);
  check_equal(1e308, -1e308, false); /* the difference overflows */
  check_equal(0x1p-1074, 0x1p-1073, false);
  ck_assert(!value_equal(FUNCTION_ERROR, FUNCTION_ERROR));
}
END_TEST

/* ---- lanes ---- */

static double random_of(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (double)(*state >> 11) * 0x1p-53;
}

/* Errors, whole numbers, plain numbers, and now and then any finite number at all. */
static double drawn(uint64_t *seed) {
  const double u = random_of(seed);
  if (u < 0.1) return FUNCTION_ERROR;
  if (u < 0.4) return floor(u * 30) - 5;
  if (u < 0.9) return 30 * u - 18;
  const double any = ldexp(random_of(seed) - 0.5, (int)(2000 * random_of(seed)) - 1000);
  return u < 0.95 ? any : fmod(any, 800);
}

static void fill(double x[MOST][LONG], uint64_t seed) {
  for (size_t k = 0; k < MOST; k++)
    for (size_t i = 0; i < LONG; i++) x[k][i] = drawn(&seed);
}

/* Lane i is what one lane alone gives on any machine, to the bit; `ones` as in function.h. */
static void check_lanes(const struct function *row, unsigned set, size_t count, size_t n,
                        unsigned ones) {
  static double x[MOST][LONG], out[LONG];
  const double *in[MOST] = { x[0], x[1], x[2] };
  fill(x, 7 * n + count);
  const bool told = row->value.lanes[set](n, out, in, count, ones);
  bool broken = false;
  for (size_t i = 0; i < n; i++) {
    double one[MOST];
    for (size_t k = 0; k < MOST; k++) one[k] = x[k][ones >> k & 1 ? 0 : i];
    const double alone = value_at(row, one, count);
    const double found = isfinite(out[i]) ? out[i] : FUNCTION_ERROR;
    broken = broken || !isfinite(out[i]);
    ck_assert_msg(bits_of(found) == bits_of(alone),
                  "%s lane %zu of %zu, set %u, ones %u: %a, alone %a", row->name, i, n, set, ones,
                  found, alone);
  }
  ck_assert_msg(told == broken, "%s of %zu, set %u", row->name, n, set);
}

/* The instruction sets that this processor has. */
static unsigned last_set(void) {
  return system_vectors() >= 512 ? LANES_512 : system_vectors() >= 256 ? LANES_256 : LANES_ANY;
}

/* A build that has wider bodies uses them: a library that does not is right all the same, and slow.
 */
START_TEST(vectors_are_as_wide_as_the_processor_has) {
  bool wide = false;
#if defined(__x86_64__) && defined(__linux__)
  __builtin_cpu_init();
  wide = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  ck_assert_uint_ge(system_vectors(), wide ? 256 : 128);
}
END_TEST

START_TEST(lanes_do_not_depend_on_each_other) {
  static const size_t sizes[] = { 0, 1, 3, 8, 65, LONG };
  for (size_t i = 0; function_row(i); i++) {
    const struct function *row = function_row(i);
    for (size_t s = 0; row->value.one && s < sizeof sizes / sizeof *sizes; s++)
      for (size_t count = row->least; count <= MOST && count <= row->most; count++)
        for (unsigned set = LANES_ANY; set <= last_set(); set++)
          for (unsigned ones = 0; ones == 0 || (sizes[s] == 65 && ones + 1 < 1u << count); ones++)
            check_lanes(row, set, count, sizes[s], count > 2 && function_folds(row) ? 0 : ones);
  }
}
END_TEST

static double alone(const struct function *row, const double *x, size_t count) {
  const double *in[MOST] = { &x[0], &x[1], &x[2] };
  return function_sound(row->value.one(in, count));
}

static unsigned arguments_of(const struct function *row) {
  return function_folds(row) ? 2 : row->least;
}

/* One after the other: the arguments of the inner function, then the others of the outer. */
static double one_by_one(const struct function *outer, const struct function *inner, unsigned at,
                         const double *x) {
  double second[MOST];
  size_t next = arguments_of(inner);
  for (unsigned k = 0; k < arguments_of(outer); k++)
    second[k] = k == at ? alone(inner, x, arguments_of(inner)) : x[next++];
  return alone(outer, second, arguments_of(outer));
}

/* Of a function, or of a pair: x are the arguments of a lane. */
static double expected_of(const struct function *outer, const struct function *inner, unsigned at,
                          const double *x) {
  return inner ? one_by_one(outer, inner, at, x) : alone(outer, x, arguments_of(outer));
}

enum { MOST_JOINED = 2 * MOST };

/* The bits of one after the other; where nobody looks for errors any value that is not finite. */
static void check_block(unsigned set, unsigned code, bool seen, const struct function *outer,
                        const struct function *inner, unsigned at, unsigned count, unsigned ones) {
  static double x[MOST_JOINED][FUNCTION_BLOCK], out[FUNCTION_BLOCK];
  const double *in[MOST_JOINED];
  uint64_t seed = 11 + ones;
  bool any = false;
  for (unsigned k = 0; k < MOST_JOINED; k++) {
    in[k] = x[k];
    for (size_t i = 0; i < FUNCTION_BLOCK; i++) x[k][i] = i == 1 ? 1e200 : drawn(&seed);
  }
  bool told = function_block_run(set)(code, out, in);
  for (size_t i = 0; i < FUNCTION_BLOCK; i++) {
    double lane[MOST_JOINED];
    for (unsigned k = 0; k < count; k++) lane[k] = x[k][ones >> k & 1 ? 0 : i];
    const double expected = expected_of(outer, inner, at, lane);
    any = any || value_is_error(expected);
    ck_assert_msg(bits_of(function_sound(out[i])) == bits_of(expected),
                  "%s over %s at %u, lane %zu, ones %u: %a, one by one %a", outer->name,
                  inner ? inner->name : "nothing", at, i, ones, out[i], expected);
  }
  ck_assert_msg(told == (seen && any), "%s", outer->name);
}

/* All that may be one number; how many bodies there are. */
static size_t check_blocks(unsigned set, const struct function *outer, const struct function *inner,
                           unsigned at) {
  unsigned count = arguments_of(outer) + (inner ? arguments_of(inner) - 1u : 0);
  unsigned first = inner ? (1u << arguments_of(inner)) - 1 : (1u << count) - 1;
  size_t checked = 0;
  for (unsigned ones = 0; ones < 1u << count; ones++)
    for (unsigned seen = 0; seen < 2 && (ones & first) != first; seen++) {
      unsigned code =
          function_block(set, &outer->value, inner ? &inner->value : NULL, at, ones, seen == 1);
      if (code == 0) continue;
      check_block(set, code, seen == 1, outer, inner, at, count, ones);
      checked++;
    }
  return checked;
}

START_TEST(blocks_of_one_and_two) {
  for (unsigned set = LANES_ANY; set <= last_set(); set++) {
    size_t one = 0, two = 0;
    for (size_t i = 0; function_row(i); i++) {
      if (!function_row(i)->value.one) continue;
      one += check_blocks(set, function_row(i), NULL, 0);
      for (size_t j = 0; function_row(j); j++)
        for (unsigned at = 0; at < MOST && function_row(j)->value.one; at++)
          two += check_blocks(set, function_row(i), function_row(j), at);
    }
    ck_assert_uint_eq(one, 2 * (4 + 13 * 3 + 6));
    ck_assert_uint_eq(two, 2 * (6 * (4 * 12 + 2 * 9) + 4 * 8));
  }
}
END_TEST

/* What is not finite stays so where the row says that it passes: no argument beside it helps. */
START_TEST(what_passes_stays) {
  enum { BROKEN = 3, BESIDE = 7 };
  static const double broken[BROKEN] = { INFINITY, -INFINITY, NAN };
  static const double beside[BESIDE] = { 0, -0.0, 1, -2, 1e308, INFINITY, -INFINITY };
  size_t checked = 0;
  for (size_t i = 0; function_row(i); i++)
    for (unsigned k = 0; k < MOST; k++)
      for (size_t b = 0; b < BROKEN; b++)
        for (size_t z = 0; z < BESIDE; z++) {
          if (!(function_row(i)->value.passes >> k & 1)) continue;
          double x[MOST] = { beside[z], beside[z], beside[z] };
          x[k] = broken[b];
          ck_assert_msg(value_is_error(alone(function_row(i), x, arguments_of(function_row(i)))),
                        "%s", function_row(i)->name);
          checked++;
        }
  ck_assert_uint_eq(checked, (2 + 2 + 2 + 1 + 3) * BROKEN * BESIDE);
}
END_TEST

/* A library built without its wider bodies gives the same bits, only slower: LANES_BUILT is how
   many instruction sets lib/meson.build compiles them for. */
START_TEST(wider_bodies_are_used) {
  for (size_t i = 0; function_row(i); i++) {
    const struct bodies *value = &function_row(i)->value;
    if (!value->one) continue;
    ck_assert_int_eq(value->lanes[LANES_256] != value->lanes[LANES_ANY], LANES_BUILT > 1);
    ck_assert_int_eq(value->lanes[LANES_512] != value->lanes[LANES_256], LANES_BUILT > 1);
  }
}
END_TEST

/* ---- totals ---- */

struct total {
  const char *name;
  size_t n;
  double x[6];
  bool chosen; /* with these truths */
  double truth[6];
  double expected;
};

static const struct total totals[] = {
  { "sum", 4, { 1, -2, 3, 4 }, false, { 0 }, 6 },
  { "sum", 4, { 1, E, 3, 4 }, false, { 0 }, E },
  { "sum", 4, { 1, E, 3, 4 }, true, { 1, 0, 1, 0 }, 4 },
  { "sum", 4, { 1, E, 3, 4 }, true, { 1, 1, 0, 0 }, E },
  { "sum", 4, { 1, 2, 3, 4 }, true, { 1, 1, 0, E }, E },
  { "sum", 4, { 1, 2, 3, 4 }, true, { 0, 0, 0, 0 }, 0 },
  { "sum", 2, { 1e308, 1e308 }, false, { 0 }, E },
  { "mean", 4, { 1, -2, 3, 4 }, false, { 0 }, 1.5 },
  { "mean", 4, { 1, E, 3, 4 }, true, { 1, 0, 1, 0 }, 2 },
  { "mean", 4, { 1, E, 3, 4 }, false, { 0 }, E },
  { "mean", 3, { 1, 2, 3 }, true, { 0, 0, 0 }, E },
  { "mean", 3, { 1, 2, 3 }, true, { 1, 1, E }, E },
  { "min", 4, { 1, -2, 3, 4 }, false, { 0 }, -2 },
  { "min", 4, { 1, -2, 3, E }, true, { 1, 0, 1, 0 }, 1 },
  { "min", 4, { 1, -2, 3, E }, false, { 0 }, E },
  { "min", 4, { 1, -2, 3, 4 }, true, { 0, 0, 0, 0 }, E },
  { "min", 4, { 1, -2, 3, 4 }, true, { 1, 0, 0, E }, E },
  { "max", 4, { -1, -2, -3, -4 }, false, { 0 }, -1 },
  { "max", 4, { E, -2, -3, -4 }, true, { 0, 0, 1, 1 }, -3 },
  { "max", 4, { E, -2, -3, -4 }, true, { 1, 0, 1, 1 }, E },
  { "max", 4, { 1, -2, 3, 4 }, true, { 0, 0, 0, 0 }, E },
  { "count", 4, { 1, 2, 3, 4 }, false, { 0 }, 4 },
  { "count", 4, { 0, 0, 1, 0 }, true, { 1, 0, 1, 1 }, 3 },
  { "count", 4, { E, 0, 1, 0 }, true, { 0, 0, 1, 1 }, 2 },
  { "count", 4, { E, 0, 1, 0 }, true, { 1, 0, 1, 1 }, E },
  { "count", 4, { E, 0, 1, 0 }, false, { 0 }, E },
  { "count", 4, { 1, 2, 3, 4 }, true, { 0, 0, 0, 0 }, 0 },
  { "count", 4, { 1, 2, 3, 4 }, true, { 0, E, 0, 0 }, E },
  { "product", 4, { 1, -2, 3, 4 }, false, { 0 }, -24 },
  { "product", 4, { 1, -2, E, 4 }, true, { 1, 1, 0, 1 }, -8 },
  { "product", 4, { 1, -2, E, 4 }, true, { 1, 1, 1, 1 }, E },
  { "product", 2, { 1, -2 }, true, { 0, 0 }, E },
  { "product", 2, { 1, -2 }, true, { 1, E }, E },
  { "product", 2, { 1e200, 1e200 }, false, { 0 }, E },
  { "first", 4, { 1, -2, 3, 4 }, false, { 0 }, 1 },
  { "first", 4, { E, -2, E, 4 }, true, { 0, 1, 1, 1 }, -2 },
  { "first", 4, { E, -2, 3, 4 }, true, { 1, 1, 1, 1 }, E },
  { "first", 2, { 1, 2 }, true, { 0, 0 }, E },
  { "first", 2, { 1, 2 }, true, { 1, E }, E },
  { "last", 4, { 1, -2, 3, -4 }, false, { 0 }, -4 },
  { "last", 4, { E, -2, 3, E }, true, { 1, 1, 1, 0 }, 3 },
  { "last", 4, { 1, -2, 3, E }, true, { 1, 1, 1, 1 }, E },
  { "last", 2, { 1, 2 }, true, { 0, 0 }, E },
  { "last", 2, { 1, 2 }, true, { E, 1 }, E },
  { "irr", 2, { -100, 110 }, false, { 0 }, 0.1 },
  { "irr", 3, { -100, 0, 121 }, false, { 0 }, 0.1 },
  { "irr", 4, { -100, 7, E, 110 }, true, { 1, 0, 0, 1 }, 0.1 },
  { "irr", 4, { 7, -100, 110, E }, true, { 0, 1, 1, 0 }, 0.1 },
  { "irr", 3, { -100, 60, E }, false, { 0 }, E },
  { "irr", 3, { -100, -60, -5 }, false, { 0 }, E },
  { "irr", 3, { 100, 60, 5 }, false, { 0 }, E },
  { "irr", 2, { -100, 110 }, true, { 0, 0 }, E },
  { "irr", 3, { -100, 110, 1 }, true, { 1, 1, E }, E },
  { "sum", 0, { 0 }, false, { 0 }, 0 },
  { "count", 0, { 0 }, false, { 0 }, 0 },
  { "mean", 0, { 0 }, false, { 0 }, E },
  { "min", 0, { 0 }, false, { 0 }, E },
  { "max", 0, { 0 }, false, { 0 }, E },
  { "product", 0, { 0 }, false, { 0 }, E },
  { "first", 0, { 0 }, false, { 0 }, E },
  { "last", 0, { 0 }, false, { 0 }, E },
  { "irr", 0, { 0 }, false, { 0 }, E },
};

START_TEST(totals_of_columns) {
  for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
    const struct total *t = &totals[i];
    const double found = row_of(t->name, FORM_CALL)->total(t->n, t->x, t->chosen ? t->truth : NULL);
    ck_assert_msg(near(found, t->expected, 1e-14), "total %zu, %s: %g, not %g", i, t->name, found,
                  t->expected);
    ck_assert(!value_is_error(found) || bits_of(found) == bits_of(FUNCTION_ERROR));
  }
}
END_TEST

/* Long enough for every path over blocks, against plain loops. */
START_TEST(totals_of_long_columns) {
  enum { N = 1003 };
  static double x[N], truth[N];
  uint64_t seed = 5;
  for (size_t i = 0; i < N; i++) {
    x[i] = floor(2001 * random_of(&seed)) - 1000;
    truth[i] = random_of(&seed) < 0.5;
  }
  for (size_t n = 1; n <= N; n += n < 40 ? 1 : 37) {
    double sum = 0, count = 0, least = INFINITY, most = -INFINITY;
    for (size_t i = 0; i < n; i++) {
      if (truth[i] == 0) continue;
      sum += x[i], count++;
      least = fmin(least, x[i]), most = fmax(most, x[i]);
    }
    ck_assert(row_of("sum", FORM_CALL)->total(n, x, truth) == sum);
    ck_assert(row_of("count", FORM_CALL)->total(n, x, truth) == count);
    if (count == 0) continue;
    ck_assert(row_of("mean", FORM_CALL)->total(n, x, truth) == sum / count);
    ck_assert(row_of("min", FORM_CALL)->total(n, x, truth) == least);
    ck_assert(row_of("max", FORM_CALL)->total(n, x, truth) == most);
  }
  for (size_t at = 0; at < N; at += 7) {
    const double kept = x[at];
    x[at] = FUNCTION_ERROR;
    ck_assert(value_is_error(row_of("min", FORM_CALL)->total(N, x, NULL)));
    ck_assert(value_is_error(row_of("max", FORM_CALL)->total(N, x, truth)) == (truth[at] != 0));
    x[at] = kept;
  }
}
END_TEST

/* ---- derivatives ---- */

struct point {
  const char *name;
  enum function_form form;
  size_t count;
  double x[MOST];
};

static const struct point points[] = {
  { "+", FORM_INFIX, 2, { 2, -5 } },
  { "-", FORM_INFIX, 2, { 2, -5 } },
  { "-", FORM_PREFIX, 1, { 2 } },
  { "*", FORM_INFIX, 2, { 2, -5 } },
  { "/", FORM_INFIX, 2, { 2, -5 } },
  { "/", FORM_INFIX, 2, { -3e10, 7e-5 } },
  { "^", FORM_INFIX, 2, { 2, 3 } },
  { "^", FORM_INFIX, 2, { 2, -1.5 } },
  { "^", FORM_INFIX, 2, { 0.3, 2 } },
  { "^", FORM_INFIX, 2, { 7, 0 } },
  { "^", FORM_INFIX, 2, { 1e3, 0.5 } },
  { "abs", FORM_CALL, 1, { -2 } },
  { "abs", FORM_CALL, 1, { 3 } },
  { "if", FORM_CALL, 3, { 1, 4, 5 } },
  { "if", FORM_CALL, 3, { 0, 4, 5 } },
  { "default", FORM_CALL, 2, { 4, 5 } },
  { "min", FORM_CALL, 3, { 3, -2, 5 } },
  { "max", FORM_CALL, 3, { 3, -2, 5 } },
  { "max", FORM_CALL, 2, { 3, 7 } },
  { "floor", FORM_CALL, 1, { -2.4 } },
  { "ceil", FORM_CALL, 1, { 2.4 } },
  { "round", FORM_CALL, 2, { 12.4, 1 } },
  { "mod", FORM_CALL, 2, { 7.3, 3 } },
  { "mod", FORM_CALL, 2, { -7.3, 3.1 } },
  { "sqrt", FORM_CALL, 1, { 7 } },
  { "exp", FORM_CALL, 1, { -2 } },
  { "ln", FORM_CALL, 1, { 0.2 } },
  { "log2", FORM_CALL, 1, { 12 } },
  { "log10", FORM_CALL, 1, { 12 } },
  { "normal_cdf", FORM_CALL, 3, { -1.5, 0.3, 2 } },
  { "normal_cdf", FORM_CALL, 3, { 9, 1, 1.5 } },
  { "normal_quantile", FORM_CALL, 3, { 0.1, 3, 2 } },
  { "normal_quantile", FORM_CALL, 3, { 0.999, -3, 0.5 } },
  { "poisson_pmf", FORM_CALL, 2, { 2.4, 3 } },
  { "poisson_pmf", FORM_CALL, 2, { 80.4, 70 } },
  { "poisson_cdf", FORM_CALL, 2, { 2.4, 3 } },
  { "poisson_cdf", FORM_CALL, 2, { 80.4, 70 } },
  { "gamma_cdf", FORM_CALL, 3, { 3, 2.5, 1.5 } },
  { "gamma_cdf", FORM_CALL, 3, { 0.1, 0.4, 2 } },
  { "gamma_cdf", FORM_CALL, 3, { 95, 90, 1.1 } },
  { "gamma_quantile", FORM_CALL, 3, { 0.3, 2.5, 1.5 } },
  { "gamma_quantile", FORM_CALL, 3, { 0.9, 30, 0.2 } },
  { "gamma_quantile", FORM_CALL, 3, { 0.4, 0.6, 5 } },
  { "beta_quantile", FORM_CALL, 3, { 0.3, 2.5, 1.5 } },
  { "beta_quantile", FORM_CALL, 3, { 0.9, 30, 50 } },
  { "beta_quantile", FORM_CALL, 3, { 0.6, 0.7, 0.4 } },
  { "binomial_cdf", FORM_CALL, 3, { 3.4, 10.4, 0.3 } },
  { "binomial_cdf", FORM_CALL, 3, { 50.4, 100.4, 0.45 } },
  { "binomial_cdf", FORM_CALL, 3, { 5.4, 5.4, 0.45 } },
  { "erf", FORM_CALL, 1, { -0.7 } },
  { "lgamma", FORM_CALL, 1, { 0.3 } },
  { "lgamma", FORM_CALL, 1, { 1.4616 } },
  { "lgamma", FORM_CALL, 1, { 25 } },
};

/* Central differences with steps h and h/2, extrapolated: good to about 1e-9. */
static double difference(const struct function *row, const struct point *p, size_t k, double h) {
  double x[MOST], made[4];
  static const double steps[] = { -1, -0.5, 0.5, 1 };
  memcpy(x, p->x, sizeof x);
  for (int i = 0; i < 4; i++) {
    x[k] = p->x[k] + steps[i] * h;
    made[i] = value_at(row, x, p->count);
  }
  return (8 * (made[2] - made[1]) - (made[3] - made[0])) / (6 * h);
}

static void check_slope(const struct point *p) {
  const struct function *row = row_of(p->name, p->form);
  double slope[MOST] = { 0 };
  const double value = value_at(row, p->x, p->count);
  if (row->slope) row->slope(value, p->x, p->count, slope);
  for (size_t k = 0; k < p->count; k++) {
    if (row->rule == RULE_CHOOSE && k == 0) continue; /* a truth cannot move */
    const double x = p->x[k];
    const bool chance = x > 0 && x < 1; /* stays in 0..1 */
    const double size = x == 0 ? 1 : chance ? fmin(x, 1 - x) : fabs(x);
    const double found = difference(row, p, k, 1e-3 * size);
    const double scale = fmax(fabs(found), 1e-6 * fabs(value / size));
    ck_assert_msg(fabs(slope[k] - found) <= 1e-7 * scale,
                  "%s(%g, %g, %g) by argument %zu: %.12g, differences %.12g", p->name, p->x[0],
                  p->x[1], p->x[2], k + 1, slope[k], found);
  }
}

START_TEST(slopes_are_differences) {
  for (size_t i = 0; i < sizeof points / sizeof *points; i++) check_slope(&points[i]);
}
END_TEST

START_TEST(every_slope_is_tried) {
  for (size_t i = 0; function_row(i); i++) {
    const struct function *row = function_row(i);
    bool tried = !row->slope;
    for (size_t k = 0; k < sizeof points / sizeof *points; k++)
      tried |= points[k].form == row->form && strcmp(points[k].name, row->name) == 0;
    ck_assert_msg(tried, "%s", row->name);
  }
}
END_TEST

START_TEST(slopes_at_ends) {
  double slope[MOST];
  row_of("^", FORM_INFIX)->slope(0, (const double[]){ 0, 2 }, 2, slope);
  ck_assert(slope[0] == 0 && slope[1] == 0);
  row_of("^", FORM_INFIX)->slope(0, (const double[]){ 0, 1 }, 2, slope);
  ck_assert(slope[0] == 1);
  row_of("^", FORM_INFIX)->slope(-8, (const double[]){ -2, 3 }, 2, slope);
  ck_assert(slope[0] == 12 && slope[1] == 0);
  row_of("binomial_cdf", FORM_CALL)->slope(1, (const double[]){ 0, 4, 0 }, 3, slope);
  ck_assert(slope[2] == -4);
  row_of("binomial_cdf", FORM_CALL)->slope(1, (const double[]){ 2, 4, 0 }, 3, slope);
  ck_assert(slope[2] == 0);
  row_of("binomial_cdf", FORM_CALL)->slope(0, (const double[]){ 3, 4, 1 }, 3, slope);
  ck_assert(slope[2] == -4);
  row_of("min", FORM_CALL)->slope(2, (const double[]){ 3, 2, 2 }, 3, slope);
  ck_assert(slope[0] == 0 && slope[1] == 1 && slope[2] == 0);
  row_of("default", FORM_CALL)->slope(2, (const double[]){ E, 2 }, 2, slope);
  ck_assert(slope[0] == 0 && slope[1] == 1);
}
END_TEST

static void check_span_slope(const struct function *row, const double *column,
                             const double *truth) {
  enum { N = 5 };
  double x[N], slope[N] = { 0 };
  memcpy(x, column, sizeof x);
  const double value = row->total(N, x, truth);
  if (row->total_slope) row->total_slope(value, N, x, truth, slope);
  for (size_t i = 0; i < N; i++) {
    const double h = 0x1p-12;
    x[i] = column[i] + h;
    const double above = row->total(N, x, truth);
    x[i] = column[i] - h;
    const double below = row->total(N, x, truth);
    x[i] = column[i];
    ck_assert_msg(fabs(slope[i] - (above - below) / (2 * h)) <= 1e-6 * fmax(1, fabs(slope[i])),
                  "%s row %zu: %.12g, differences %.12g", row->name, i, slope[i],
                  (above - below) / (2 * h));
  }
}

START_TEST(slopes_of_totals) {
  static const double column[] = { -10, 3, 4, 2, 7.5 }, truth[] = { 1, 0, 1, 1, 0 };
  for (size_t i = 0; function_row(i); i++) {
    if (!function_row(i)->total) continue;
    check_span_slope(function_row(i), column, NULL);
    check_span_slope(function_row(i), column, truth);
  }
}
END_TEST

Suite *suite_function(void) {
  Suite *suite = suite_create("function");
  TCase *table = tcase_create("table");
  tcase_add_test(table, every_name_of_the_language);
  tcase_add_test(table, rows_are_sane);
  tcase_add_test(table, spellings_are_sane);
  tcase_add_test(table, one_error_value);
  tcase_add_test(table, names_are_offered);
  suite_add_tcase(suite, table);
  TCase *values = tcase_create("values");
  tcase_set_timeout(values, 60);
  tcase_add_test(values, values_of_the_language);
  tcase_add_test(values, errors_pass_on);
  tcase_add_test(values, comparison_at_its_tolerance);
  tcase_add_test(values, vectors_are_as_wide_as_the_processor_has);
  tcase_add_test(values, lanes_do_not_depend_on_each_other);
  tcase_add_test(values, blocks_of_one_and_two);
  tcase_add_test(values, what_passes_stays);
  tcase_add_test(values, wider_bodies_are_used);
  tcase_add_test(values, totals_of_columns);
  tcase_add_test(values, totals_of_long_columns);
  suite_add_tcase(suite, values);
  TCase *slopes = tcase_create("slopes");
  tcase_add_test(slopes, slopes_are_differences);
  tcase_add_test(slopes, every_slope_is_tried);
  tcase_add_test(slopes, slopes_at_ends);
  tcase_add_test(slopes, slopes_of_totals);
  suite_add_tcase(suite, slopes);
  return suite;
}
