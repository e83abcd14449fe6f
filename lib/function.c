/* The function table: everything the language, the workbook and the manual know of a function
   stands in its one row here. Bodies are in lanes.c; look-up at the end. */
#include <string.h>

#include "function.h"
#include "lanes.h"
#include "limits.h"

const double FUNCTION_ERROR = NAN;

enum { MANY = LIMIT_ARGUMENTS };
#define AGREES 1e-12 /* the usual tolerance against a spreadsheet */
#define SEARCHED 1e-9 /* where the spreadsheet searches for the value, and ends earlier */

static const struct function rows[] = {
  /* ---- operators ---- */
  { .name = "+", .form = FORM_INFIX, .level = 2, .least = 2, .most = 2, .rule = RULE_SAME,
    .value = lanes_add, .slope = slope_add, .excel = "$1+$2", .tolerance = AGREES,
    .example = "-2 + (3 + -1) == 0",
    .meaning = "The sum of two quantities of one unit." },
  { .name = "-", .form = FORM_INFIX, .level = 2, .least = 2, .most = 2, .rule = RULE_SAME,
    .value = lanes_subtract, .slope = slope_subtract, .excel = "$1-$2", .tolerance = AGREES,
    .example = "5 - 2 - (-1 - 3) == 7",
    .meaning = "The first quantity less the second, of one unit." },
  { .name = "*", .form = FORM_INFIX, .level = 3, .least = 2, .most = 2, .rule = RULE_MULTIPLY,
    .value = lanes_multiply, .slope = slope_multiply, .excel = "$1*$2", .tolerance = AGREES,
    .example = "-2 * (3 * -4) == 24",
    .meaning = "The product of two quantities; their units multiply." },
  { .name = "/", .form = FORM_INFIX, .level = 3, .least = 2, .most = 2, .rule = RULE_DIVIDE,
    .value = lanes_divide, .slope = slope_divide, .excel = "$1/$2", .tolerance = AGREES,
    .example = "12 / -2 / 3 == -2",
    .meaning = "The first quantity over the second; their units divide; over 0 is an error." },
  { .name = "^", .form = FORM_INFIX, .level = 5, .least = 2, .most = 2, .rule = RULE_POWER,
    .value = lanes_power, .slope = slope_power,
    .excel = "IF(OR($1>0,IF($1=0,$2>0,INT($2)=$2)),POWER($1,$2),NA())",
    .excel_other = "POWER($1,$2)", .tolerance = AGREES,
    .example = "2 ^ 3 ^ 2 - 2 ^ -1 == -2 ^ 2 + 515.5",
    .meaning = "The base raised to a power; 0 ^ 0 and a negative base with a broken power are "
               "errors." },
  { .name = "-", .form = FORM_PREFIX, .level = 4, .least = 1, .most = 1, .rule = RULE_SAME,
    .value = lanes_negate, .slope = slope_negate, .excel = "-$1", .tolerance = AGREES,
    .example = "-(-3) - -2 ^ 2 == 7",
    .meaning = "The quantity with the other sign; it binds less than a power." },
  { .name = "<", .form = FORM_INFIX, .level = 1, .least = 2, .most = 2, .rule = RULE_COMPARE,
    .value = lanes_less, .excel = "IF($1<$2,1,0)", .tolerance = AGREES,
    .example = "-2 [ms] < -1 [us]",
    .meaning = "True when the first is less, and not equal within 2^-48." },
  { .name = "<=", .form = FORM_INFIX, .level = 1, .least = 2, .most = 2, .rule = RULE_COMPARE,
    .value = lanes_less_equal, .excel = "IF($1<=$2,1,0)", .tolerance = AGREES,
    .example = "0.1 + 0.2 <= 0.3",
    .meaning = "True when the first is less, or equal within 2^-48." },
  { .name = ">", .form = FORM_INFIX, .level = 1, .least = 2, .most = 2, .rule = RULE_COMPARE,
    .value = lanes_more, .excel = "IF($1>$2,1,0)", .tolerance = AGREES,
    .example = "not(0.1 + 0.2 > 0.3)",
    .meaning = "True when the first is more, and not equal within 2^-48." },
  { .name = ">=", .form = FORM_INFIX, .level = 1, .least = 2, .most = 2, .rule = RULE_COMPARE,
    .value = lanes_more_equal, .excel = "IF($1>=$2,1,0)", .tolerance = AGREES,
    .example = "-1 >= 2 - 3",
    .meaning = "True when the first is more, or equal within 2^-48." },
  { .name = "==", .form = FORM_INFIX, .level = 1, .least = 2, .most = 2, .rule = RULE_EQUAL,
    .value = lanes_equal, .excel = "IF($1=$2,1,0)", .excel_other = "IF(EXACT($1,$2),1,0)",
    .tolerance = AGREES, .example = "0.1 + 0.2 == 0.3",
    .meaning = "True when two numbers without a strict unit are equal within 2^-48 of the larger, "
               "or two texts letter for letter." },
  { .name = "!=", .form = FORM_INFIX, .level = 1, .least = 2, .most = 2, .rule = RULE_EQUAL,
    .value = lanes_unequal, .excel = "IF($1=$2,0,1)", .excel_other = "IF(EXACT($1,$2),0,1)",
    .tolerance = AGREES, .example = "-2 != 2",
    .meaning = "True when == is false." },

  /* ---- truths and choice ---- */
  { .name = "and", .least = 2, .most = MANY, .rule = RULE_TRUTH, .value = lanes_and,
    .excel = "IF(AND($*),1,0)", .tolerance = AGREES,
    .example = "and(1 < 2, not(and(2 < 1, 1 < 2)))",
    .meaning = "True when all are true; an error among them is an error." },
  { .name = "or", .least = 2, .most = MANY, .rule = RULE_TRUTH, .value = lanes_or,
    .excel = "IF(OR($*),1,0)", .tolerance = AGREES, .example = "or(2 < 1, or(2 < 1, -1 < 1))",
    .meaning = "True when at least one is true; an error among them is an error." },
  { .name = "not", .least = 1, .most = 1, .rule = RULE_TRUTH, .value = lanes_not,
    .excel = "IF($1,0,1)", .tolerance = AGREES, .example = "not(not(-1 < 1))",
    .meaning = "True when the argument is false." },
  { .name = "if", .least = 3, .most = 3, .rule = RULE_CHOOSE, .value = lanes_if,
    .slope = slope_if, .excel = "IF($1,$2,$3)", .tolerance = AGREES,
    .example = "if(-1 > 0, missing(\"unused\"), if(2 > 1, -5, 4)) == -5",
    .meaning = "The second argument when the first is true, else the third; the other one is not "
               "looked at." },
  { .name = "default", .least = 2, .most = 2, .rule = RULE_EITHER, .value = lanes_default,
    .slope = slope_default, .excel = "IFERROR($1,$2)", .tolerance = AGREES,
    .example = "default(sqrt(-1), default(-3, 2)) == -3",
    .meaning = "The first argument, or the second where the first is an error." },
  { .name = "known", .least = 1, .most = 1, .rule = RULE_KNOWN, .value = lanes_known,
    .excel = "IF(ISERROR($1),0,1)", .tolerance = AGREES,
    .example = "and(known(-1), not(known(sqrt(-1))))",
    .meaning = "True when the argument is no error." },
  { .name = "missing", .least = 1, .most = 1, .rule = RULE_MISSING, .value = lanes_missing,
    .excel = "NA()", .tolerance = AGREES,
    .example = "not(known(-missing(\"never pays back\")))",
    .meaning = "An error with the author's own reason." },
  { .name = "prior", .least = 2, .most = 3, .rule = RULE_PRIOR, .tolerance = AGREES,
    .example = "prior(step, -1) == if(step == 1, -1, step - 1)",
    .meaning = "The first argument n rows above (1 unless said); in the first n rows the second." },

  /* ---- numbers ---- */
  { .name = "min", .least = 1, .most = MANY, .rule = RULE_SAME, .value = lanes_min,
    .total = span_min, .slope = slope_min, .total_slope = span_slope_extreme,
    .excel = "MIN($*)", .excel_where = "(MIN(IF($2=1,$1))/(SUM($2)>0))", .array = true,
    .tolerance = AGREES,
    .example = "min(3, -2, min(demo.flow, demo.open)) == -100",
    .meaning = "The least of its arguments, or of the (selected) rows of a column." },
  { .name = "max", .least = 1, .most = MANY, .rule = RULE_SAME, .value = lanes_max,
    .total = span_max, .slope = slope_max, .total_slope = span_slope_extreme,
    .excel = "MAX($*)", .excel_where = "(MAX(IF($2=1,$1))/(SUM($2)>0))", .array = true,
    .tolerance = AGREES, .example = "max(-3, -2, max(demo.flow, demo.open)) == 60",
    .meaning = "The greatest of its arguments, or of the (selected) rows of a column." },
  { .name = "abs", .least = 1, .most = 1, .rule = RULE_SAME, .value = lanes_abs,
    .slope = slope_abs, .excel = "ABS($1)", .tolerance = AGREES,
    .example = "abs(-2 [ms]) <= abs(-0.002 [s])",
    .meaning = "The quantity without its sign." },
  { .name = "floor", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_floor,
    .excel = "INT($1+k_tiny)", .tolerance = AGREES,
    .example = "floor(-2.5) + floor(4.35 * 100) == 432",
    .meaning = "The whole number at or below, taking what is within 1e-9 below one as that one." },
  { .name = "ceil", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_ceil,
    .excel = "(-INT(-($1-k_tiny)))", .tolerance = AGREES,
    .example = "ceil(-2.5) + ceil(1.1 * 10) == 9",
    .meaning = "The whole number at or above, taking what is within 1e-9 above one as that one." },
  { .name = "round", .least = 2, .most = 2, .rule = RULE_PLAIN, .value = lanes_round,
    .slope = slope_round, .excel = "(ROUND($1/$2,0)*$2)", .tolerance = AGREES,
    .example = "round(-2.5, 1) + round(1234, 100) == 1197",
    .meaning = "The nearest multiple of the second argument, halves away from zero." },
  { .name = "mod", .least = 2, .most = 2, .rule = RULE_MOD, .value = lanes_mod,
    .slope = slope_mod, .excel = "($1-$2*INT($1/$2+k_tiny))", .tolerance = AGREES,
    .example = "mod(-7, 3) + mod(7, -3) == 0",
    .meaning = "What is left of a over b: a - b * floor(a / b), with the sign of b." },
  { .name = "sqrt", .least = 1, .most = 1, .rule = RULE_ROOT, .value = lanes_sqrt,
    .slope = slope_sqrt, .excel = "SQRT($1)", .tolerance = AGREES,
    .example = "and(sqrt(4 [m^2]) <= 2 [m], not(known(sqrt(-4))))",
    .meaning = "The square root; below 0 an error." },
  { .name = "exp", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_exp,
    .slope = slope_exp, .excel = "EXP($1)", .tolerance = AGREES,
    .example = "exp(-ln(2)) == 0.5",
    .meaning = "e raised to the argument." },
  { .name = "ln", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_ln,
    .slope = slope_ln, .excel = "LN($1)", .tolerance = AGREES,
    .example = "and(ln(exp(-3)) == -3, not(known(ln(-1))))",
    .meaning = "The natural logarithm; at and below 0 an error." },
  { .name = "log2", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_log2,
    .slope = slope_log2, .excel = "LOG($1,k_two)", .tolerance = AGREES,
    .example = "log2(log2(16)) + log2(0.125) == -1",
    .meaning = "The logarithm to base 2; at and below 0 an error." },
  { .name = "log10", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_log10,
    .slope = slope_log10, .excel = "LOG10($1)", .tolerance = AGREES,
    .example = "log10(0.001) == -3",
    .meaning = "The logarithm to base 10; at and below 0 an error." },

  /* ---- columns ---- */
  { .name = "sum", .least = 1, .most = 2, .rule = RULE_COLUMN, .total = span_sum,
    .total_slope = span_slope_sum, .excel = "SUM($1)",
    .excel_where = "(SUMIF($2,1,$1)+0*SUM($2))", .tolerance = AGREES,
    .example = "and(sum(demo.flow) == 25, sum(demo.flow, demo.open) == 20)",
    .meaning = "The sum of the (selected) rows of a column; 0 when none is." },
  { .name = "mean", .least = 1, .most = 2, .rule = RULE_COLUMN, .total = span_mean,
    .total_slope = span_slope_mean, .excel = "AVERAGE($1)",
    .excel_where = "(SUMIF($2,1,$1)/SUM($2))", .tolerance = AGREES,
    .example = "mean(demo.flow) - mean(demo.flow, demo.shut) == 1.25",
    .meaning = "The mean of the (selected) rows of a column." },
  { .name = "count", .least = 1, .most = 2, .rule = RULE_COLUMN_COUNT, .total = span_count,
    .excel = "(ROWS($1)+0*SUM($1))", .excel_where = "(SUM($2)+0*SUMIF($2,1,$1))",
    .tolerance = AGREES,
    .example = "count(demo.flow) - count(demo.flow, demo.open) == 1",
    .meaning = "The number of (selected) rows of a column." },
  { .name = "product", .least = 1, .most = 2, .rule = RULE_COLUMN_PLAIN, .total = span_product,
    .total_slope = span_slope_product, .excel = "PRODUCT($1)",
    .excel_where = "(PRODUCT(IF($2=1,$1,1))/(SUM($2)>0))", .array = true, .tolerance = AGREES,
    .example = "product(demo.flow, demo.open) == -360000",
    .meaning = "The product of the (selected) rows of a column of plain numbers." },
  { .name = "last", .least = 1, .most = 2, .rule = RULE_COLUMN_ANY, .total = span_last,
    .total_slope = span_slope_last, .excel = "INDEX($1,ROWS($1))",
    .excel_where = "LOOKUP(k_two+0*SUM($2),1/($2=1),$1)", .tolerance = AGREES,
    .example = "last(demo.flow) - last(demo.flow, demo.shut) == 55",
    .meaning = "The last (selected) row of a column." },
  { .name = "first", .least = 1, .most = 2, .rule = RULE_COLUMN_ANY, .total = span_first,
    .total_slope = span_slope_first, .excel = "INDEX($1,1)",
    .excel_where = "INDEX($1,MATCH(1,$2,0)+0*SUM($2))", .tolerance = AGREES,
    .example = "first(demo.flow) + first(demo.flow, demo.shut) == -95",
    .meaning = "The first (selected) row of a column." },
  { .name = "irr", .least = 1, .most = 2, .rule = RULE_COLUMN_NUMBER, .total = span_irr,
    .total_slope = span_slope_irr,
    /* Excel may end at a root below -1, and from 0 it misses great losses: then from a guess. */
    .excel = "IFERROR(IRR($1,0)/(IRR($1,0)>-1),EXP(LN(1+"
             "IRR($1,POWER(-SUMIF($1,\">0\")/SUMIF($1,\"<0\"),k_two/ROWS($1))-1)))-1)",
    .excel_where = "IFERROR(IRR(IF($2=1,$1),0)/(IRR(IF($2=1,$1),0)>-1),EXP(LN(1+"
                   "IRR(IF($2=1,$1),POWER(-SUMIFS($1,$2,1,$1,\">0\")/SUMIFS($1,$2,1,$1,\"<0\"),"
                   "k_two/SUM($2))-1)))-1)",
    .array = true, .tolerance = SEARCHED,
    .example = "abs(irr(demo.flow, demo.open) - (sqrt(0.69) - 0.7)) <= 1e-12",
    .meaning = "The rate per (selected) row, above -1 and nearest to 0, at which the present value "
               "of the flows is 0." },

  /* ---- probability: Excel's order of arguments ---- */
  { .name = "normal_cdf", .least = 3, .most = 3, .rule = RULE_PLAIN, .value = lanes_normal_cdf,
    .slope = slope_normal_cdf, .excel = "NORMDIST($1,$2,$3,1)", .tolerance = AGREES,
    .example = "normal_cdf(-1.5, 0, 2) + normal_cdf(1.5, 0, 2) == 1",
    .meaning = "The chance that a normal variable of this mean and deviation is at most x." },
  { .name = "normal_quantile", .least = 3, .most = 3, .rule = RULE_PLAIN,
    .value = lanes_normal_quantile, .slope = slope_normal_quantile, .excel = "NORMINV($1,$2,$3)",
    .tolerance = AGREES,
    .example = "abs(normal_quantile(normal_cdf(-3, 1, 2), 1, 2) - -3) <= 1e-12",
    .meaning = "The value that a normal variable of this mean and deviation stays below with "
               "chance p." },
  { .name = "poisson_pmf", .least = 2, .most = 2, .rule = RULE_PLAIN, .value = lanes_poisson_pmf,
    .slope = slope_poisson_pmf, .excel = "POISSON(INT($1+k_tiny),$2,0)", .tolerance = AGREES,
    .example = "and(poisson_pmf(1, 2) == 2 * exp(-2), not(known(poisson_pmf(-1, 2))))",
    .meaning = "The chance of exactly k events where so many are expected." },
  { .name = "poisson_cdf", .least = 2, .most = 2, .rule = RULE_PLAIN, .value = lanes_poisson_cdf,
    .slope = slope_poisson_cdf, .excel = "POISSON(INT($1+k_tiny),$2,1)", .tolerance = AGREES,
    .example = "poisson_cdf(1, 2) == 3 * exp(-2)",
    .meaning = "The chance of at most k events where so many are expected." },
  { .name = "gamma_cdf", .least = 3, .most = 3, .rule = RULE_PLAIN, .value = lanes_gamma_cdf,
    .slope = slope_gamma_cdf, .excel = "IF($1<0,NA(),GAMMADIST($1,$2,$3,1))",
    .tolerance = AGREES,
    .example = "gamma_cdf(3, 1, 2) == 1 - exp(-1.5)",
    .meaning = "The chance that a gamma variable of this shape and scale is at most x." },
  { .name = "gamma_quantile", .least = 3, .most = 3, .rule = RULE_PLAIN,
    .value = lanes_gamma_quantile, .slope = slope_gamma_quantile, .excel = "GAMMAINV($1,$2,$3)",
    .tolerance = SEARCHED,
    .example = "abs(gamma_quantile(0.5, 1, 2) - -2 * ln(0.5)) <= 1e-12",
    .meaning = "The value that a gamma variable of this shape and scale stays below with chance "
               "p." },
  { .name = "beta_quantile", .least = 3, .most = 3, .rule = RULE_PLAIN,
    .value = lanes_beta_quantile, .slope = slope_beta_quantile,
    .excel = "IF($1>0,BETAINV($1,$2,$3),NA())", .tolerance = SEARCHED,
    .example = "abs(beta_quantile(0.5, 2, 2) - 0.5) <= 1e-12",
    .meaning = "The share that a beta variable of these two shapes stays below with chance p." },
  { .name = "binomial_cdf", .least = 3, .most = 3, .rule = RULE_PLAIN,
    .value = lanes_binomial_cdf, .slope = slope_binomial_cdf,
    .excel = "BINOMDIST(INT($1+k_tiny),INT($2+k_tiny),$3,1)", .tolerance = AGREES,
    .example = "binomial_cdf(1, 2, 0.5) == 0.75",
    .meaning = "The chance of at most k successes in n trials of chance p." },
  { .name = "erf", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_erf,
    .slope = slope_erf, .excel = "(SIGN($1)*ERF(ABS($1)))", .tolerance = AGREES,
    .example = "abs(erf(-1) + 2 * normal_cdf(sqrt(2), 0, 1) - 1) <= 1e-12",
    .meaning = "The error function." },
  { .name = "lgamma", .least = 1, .most = 1, .rule = RULE_PLAIN, .value = lanes_lgamma,
    .slope = slope_lgamma, .excel = "GAMMALN($1)", .tolerance = AGREES,
    .example = "abs(lgamma(5) - ln(24)) <= 1e-12",
    .meaning = "The logarithm of the gamma function, above 0." },
};

enum { ROWS = sizeof rows / sizeof *rows };

const struct function *function_row(size_t index) { return index < ROWS ? &rows[index] : NULL; }

const struct function *function_find(struct slice name, enum function_form form) {
  for (size_t i = 0; i < ROWS; i++)
    if (rows[i].form == form && name.size > 0 && rows[i].name[0] == name.at[0] &&
        slice_is(name, rows[i].name))
      return &rows[i];
  return NULL;
}

void function_offer_all(struct nearest *nearest) {
  for (size_t i = 0; i < ROWS; i++)
    if (rows[i].form == FORM_CALL) nearest_offer(nearest, rows[i].name);
}

bool function_is_aggregate(const struct function *function) {
  return function->total && !function->value;
}

const char *function_example_table(void) {
  return "table demo for step in 1..4\n"
         "  input flow = -100, 60, 5, 60 in -1000..1000\n"
         "  open = step != 3\n"
         "  shut = step == 3\n";
}

static const struct function_constant constants[] = {
  { "k_tiny", 1e-9, "What floor and ceil forgive, so that 0.1 * 3 / 0.1 is 3" },
  { "k_two", 2, "The number 2" },
};

const struct function_constant *function_constant_row(size_t index) {
  return index < sizeof constants / sizeof *constants ? &constants[index] : NULL;
}
