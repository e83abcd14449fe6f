/* The function table: one row a function or operator. Parser, unit check, tape, derivatives, Excel
   export, manual and tests read a row and nothing else. */
#ifndef MLS_FUNCTION_H
#define MLS_FUNCTION_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stddef.h>
#include <string.h>

#include "sets.h"
#include "text.h"

/* How the units of arguments make the unit of the result. "Compatible" is type_compatible of
   unit.h; of compatible arguments the result has the non-empty count part. The literal 0 takes its
   partner's unit only where a line says "compatible". */
enum unit_rule {
  RULE_SAME,     /* numbers, all compatible -> their unit: + - min max abs and the sign */
  RULE_MOD,      /* as RULE_SAME, but the literal 0 is a plain number */
  RULE_COMPARE,  /* two compatible numbers -> truth: < <= > >= */
  RULE_EQUAL,    /* two compatible numbers without a strict unit, or two texts -> truth: == != */
  RULE_MULTIPLY, /* two numbers: exponents add */
  RULE_DIVIDE,   /* two numbers: exponents subtract */
  RULE_POWER,    /* number ^ literal whole number or quotient; else as RULE_PLAIN */
  RULE_ROOT,     /* one number: all exponents halved, those of counts too */
  RULE_PLAIN,    /* numbers without a strict unit (counts dropped) -> plain number */
  RULE_TRUTH,    /* truths -> truth: and or not */
  RULE_CHOOSE,   /* if: a truth, then two compatible numbers, two texts or two truths -> theirs */
  RULE_EITHER,   /* default: two compatible numbers, two texts or two truths -> theirs */
  RULE_KNOWN,    /* one of anything -> truth */
  RULE_MISSING,  /* a text in quotes -> the partner's unit or kind, or the declared one */
  RULE_PRIOR,    /* prior(x, first[, n]): x, first as RULE_EITHER; n a literal whole number >= 1 */
  RULE_COLUMN,   /* aggregate of a column of numbers -> its unit: sum mean (and min, max) */
  RULE_COLUMN_ANY,    /* aggregate of any column -> its unit or kind: first last */
  RULE_COLUMN_COUNT,  /* aggregate of any column -> plain number: count */
  RULE_COLUMN_NUMBER, /* aggregate of a column of numbers of any unit -> plain number: irr */
  RULE_COLUMN_PLAIN   /* aggregate of a column without a strict unit -> plain number: product */
};

/* Values over lanes: out[i] = f(in[0][i], in[1][i] ...) for i < n. `out` is none of the inputs. Bit
   k of `ones` says that argument k of at most three is one number, in[k][0], for all lanes; not all
   are, unless n is 1. Errors are the one NaN (FUNCTION_ERROR). True when some result is
   not finite: the caller turns those into it. */
typedef bool (*lanes)(size_t n, double *restrict out, const double *const *in, size_t count,
                      unsigned ones);

/* The same of the FUNCTION_BLOCK lanes of a batch, by the code that function_block gives. */
enum { FUNCTION_BLOCK = 128 };
typedef bool (*block_run)(unsigned code, double *restrict out, const double *const *in);

/* The functions with values over lanes, with commas between. A number stands for each: a step of
   the tape has it. */
#define FUNCTION_BODIES(F)                                                                         \
  F(add), F(subtract), F(multiply), F(divide), F(power), F(negate), F(less), F(less_equal),        \
      F(more), F(more_equal), F(equal), F(unequal), F(and), F(or), F(if), F(invert), F(default),   \
      F(known), F(missing), F(min), F(max), F(abs), F(floor), F(ceil), F(round), F(mod), F(sqrt),  \
      F(exp), F(ln), F(log2), F(log10), F(erf), F(lgamma), F(normal_cdf), F(normal_quantile),      \
      F(poisson_pmf), F(poisson_cdf), F(gamma_cdf), F(gamma_quantile), F(beta_quantile),           \
      F(binomial_cdf)
#define FUNCTION_NUMBER(name) BODY_##name
enum function_body { FUNCTION_BODIES(FUNCTION_NUMBER), BODY_COUNT };

/* A function by each of them, and of one value: one(in) is the one lane of in[0][0], in[1][0] ...
 */
struct bodies {
  lanes lanes[LANES_SETS];
  double (*one)(const double *const *in, size_t count);
  unsigned char number; /* enum function_body */
  unsigned char passes; /* bit k: where argument k is not finite, nor is the result */
};

/* Aggregates over a whole column, `truth` NULL or a column of truths. The result is finite or
   FUNCTION_ERROR. An error in the truths passes on, one in a row not selected does not count. */
typedef double (*span)(size_t n, const double *column, const double *truth);

/* Partial derivatives at one point: slope[k] = d f / d in[k], not finite where it does not exist.
   `value` is f there. At a kink it is that of the side or argument taken. */
typedef void (*partials)(double value, const double *in, size_t count, double *slope);

/* The same of an aggregate: slope[i] = d total / d column[i], 0 for rows not selected. */
typedef void (*span_partials)(double value, size_t n, const double *column, const double *truth,
                              double *slope);

enum function_form { FORM_CALL, FORM_INFIX, FORM_PREFIX };

/* Excel spellings. $1 $2 ... are the arguments, $* all of them with commas, k_NAME a named
   constant; functions of Excel 2007 that LibreOffice 7.4 knows, no literals but 0, 1 and -1. Truths
   are the numbers 1 and 0. Rows of level 2 to 4 are spelled bare ($1+$2, -$1): the exporter puts
   brackets round such an argument unless the template has a bracket or comma on both of its sides,
   or (inside another bare one) `level` makes them needless. All others are closed: a call, or in
   brackets. */
struct function {
  const char *name; /* "+", "-" (twice: infix and prefix), "if", "normal_cdf" */
  enum function_form form;
  unsigned char level; /* of an infix or prefix operator: 1 comparison, 2 + -, 3 * /, 4 sign, 5 ^ */
  unsigned char least, most; /* arguments */
  enum unit_rule rule;       /* of min and max as an aggregate: RULE_COLUMN */
  struct bodies value;       /* NULL for aggregates and prior */
  span total;                /* for aggregates over a column, or NULL; min and max have both */
  partials slope;            /* NULL: flat (0) or not differentiable */
  span_partials total_slope; /* NULL: as above */
  const char *excel;         /* NULL for prior: the exporter refers to the row above */
  const char *excel_other;   /* of == and != between texts; of ^ by a literal whole number but 0 (no
                                guard needed); NULL: none */
  const char *excel_where;   /* aggregate with a truth column: $1 the column, $2 the truths */
  bool adds;                 /* total adds its rows in the order of real_sum, and does no more */
  bool slow;                 /* its value is searched, or summed term by term */
  bool array;                /* excel_where must be entered as an array formula */
  double tolerance;          /* agreement with a spreadsheet, relative to result and operands */
  const char *example;       /* a formula that is true; may use function_example_table */
  const char *meaning;       /* one sentence */
};

/* The one error value: the quiet NaN with sign 0 and payload 0, 0x7ff8000000000000: what NAN is,
   and what numpy and Arrow write. (x86 makes 0xfff8000000000000 of 0/0: the caller turns it.) */
extern const double FUNCTION_ERROR;
static inline bool value_is_error(double value) { return value != value; }

/* What is not finite becomes the error value. */
static inline void function_mend(size_t n, double *out) {
  for (size_t i = 0; i < n; i++) out[i] = out[i] - out[i] == 0 ? out[i] : FUNCTION_ERROR;
}

/* Calculates lanes. */
static inline void function_run(lanes body, size_t n, double *restrict out, const double *const *in,
                                size_t count, unsigned ones) {
  if (body(n, out, in, count, ones)) function_mend(n, out);
}

/* What is not finite is the error value: its exponent is all ones. */
static inline double function_sound(double made) {
  uint64_t bits;
  memcpy(&bits, &made, sizeof bits);
  return bits << 1 < (uint64_t)0x7ff << 53 ? made : FUNCTION_ERROR;
}

/* NULL past the last row. */
const struct function *function_row(size_t index);
/* By name and form (FORM_CALL for a name before parentheses); NULL when there is none. */
const struct function *function_find(struct slice name, enum function_form form);
/* Takes any number of arguments from left to right: f(f(x, y), z) is f(x, y, z), to the bit. */
bool function_folds(const struct function *function);
/* The code of a body for blocks, by the instruction set `set`: of `outer`, or with `inner`, which
   makes argument `at` of it, of both in one pass over the arguments of `inner`, then the others of
   `outer`. Bit k of `ones` says that the k-th of these is one number; not all are. The same bits as
   one value after the other. With `seen` the body tells whether some result is not finite, as those
   of lanes do; without it says false, and an infinity or any NaN may stand for an error. 0: there
   is none. */
unsigned function_block(unsigned set, const struct bodies *outer, const struct bodies *inner,
                        unsigned at, unsigned ones, bool seen);
/* What runs them. Processors foresee jumps that depend on a number better than calls of what a
   pointer leads to: with a pointer a step that was another one before waited 4 ns. */
block_run function_block_run(unsigned set);
/* Offers the names of all calls. */
void function_offer_all(struct nearest *nearest);
/* Takes a column, always; false for min and max, which may. */
bool function_is_aggregate(const struct function *function);

/* Lines of a sheet with the table `demo` that examples of aggregates use; the example of prior is
   true in every row of a further column of it. */
const char *function_example_table(void);

/* Named constants that Excel spellings use: k_tiny ... NULL past the last. */
struct function_constant {
  const char *name;
  double value;
  const char *meaning;
};
const struct function_constant *function_constant_row(size_t index);

/* The language's comparison tolerance: equal within 2^-48 of the larger. False for errors. */
static inline bool value_equal(double a, double b) {
  const double x = fabs(a), y = fabs(b);
  return fabs(a - b) <= 0x1p-48 * (x > y ? x : y);
}

/* The language's floor: a value within 1e-9 below a whole number is that number. */
static inline double value_floor(double x) { return floor(x + 1e-9); }

/* Half a unit goes away from zero and nothing else is mended: LibreOffice's ROUND(x, 0) is C's
   round (its correction of decimal noise, as in 1.005 * 100, is for decimal places only). The
   remainder is exact, so that 0.5 less its last bit goes down. */
static inline double value_nearest(double x) {
  const double size = fabs(x), whole = floor(size);
  return copysign(whole + (size - whole >= 0.5 ? 1.0 : 0.0), x);
}

#endif
