/* Formulas: precedence, literals, comparisons, errors and choice, canonical text, and the examples
   of the function table. Sentences in quotes are of docs/language.md. */
#include "ask.h"
#include "formula.h"
#include "told.h"

Suite *suite_formula(void);

/* ---- values ---- */

static const char *const truths[] = {
  /* "-2 ^ 2 is -4, 2 ^ 3 ^ 2 is 512" */
  "-2 ^ 2 == -4",
  "2 ^ 3 ^ 2 == 512",
  "(-2) ^ 2 == 4",
  "2 ^ -1 == 0.5",
  "2 ^ -2 ^ 2 == 0.0625",
  "-(2) ^ 2 == -4",
  "--2 == 2",
  "- -2 == 2",
  "3 - -2 == 5",
  "3--2 == 5",
  /* products before sums, from the left */
  "2 + 3 * 4 == 14",
  "2 * 3 + 4 == 10",
  "10 - 4 - 3 == 3",
  "10 - (4 - 3) == 9",
  "24 / 4 / 2 == 3",
  "24 / (4 / 2) == 12",
  "2 * 3 ^ 2 == 18",
  "-3 * 2 == -6",
  "2 * -3 == -6",
  "1 - 2 * 3 < -4",
  "2+3*4==14",
  " ( ( 2 ) ) == 2",
  /* numbers */
  "1_000 == 1000",
  "1e3 == 1000",
  "1E+3 == 1000",
  "1.5e-3 == 0.0015",
  "0.1 + 0.2 == 0.3",
  "00012 == 12",
  "1_0.2_5 == 10.25",
  /* units of amounts */
  "1 [GB] <= 1000 * 1 [kB] * 1000",
  "1 [h] >= 3600 [s]",
  "50 [%] == 0.5",
  "8 [bit] <= 1 [B]",
  "1[ms]<=0.001[s]",
  "2 * 1 [month] <= 1460 [h]",
  /* "comparisons take two numbers as equal within 2^-48 of the larger" */
  "1 + 3e-15 == 1",
  "1 + 4e-15 != 1",
  "not(1 + 3e-15 > 1)",
  "1 + 4e-15 > 1",
  "1 + 3e-15 <= 1",
  "1 >= 1 + 3e-15",
  "not(1 < 1 + 3e-15)",
  "1 < 1 + 4e-15",
  "1e300 == 1e300 * (1 + 3e-15)",
  "0 != 1e-300",
  "-0 == 0",
  "0 == -0",
  "not(0 < -0)",
  /* "floor(x) is INT(x+1E-9), ceil(x) is -INT(-(x-1E-9))" */
  "floor(2.9999999995) == 3",
  "floor(2.999999998) == 2",
  "ceil(3.0000000005) == 3",
  "ceil(3.000000002) == 4",
  "floor(-0.5) == -1",
  "ceil(-0.5) == 0",
  "mod(7, 3) == 1",
  "mod(-7, 3) == 2",
  "mod(7, -3) == -2",
  "mod(0.3, 0.1) == 0.3 - 0.1 * 3",
  "round(2.5, 1) == 3",
  "round(-2.5, 1) == -3",
  "round(17, 5) == 15",
  "round(0.25, 0.1) == 0.3",
  /* truths */
  "and(1 < 2, 2 < 3)",
  "not(and(1 < 2, 3 < 2))",
  "or(1 < 2, 3 < 2)",
  "not(or(2 < 1, 3 < 2))",
  "and(1 < 2, 2 < 3, 3 < 4, not(4 < 3))",
  /* "if looks only at the branch it took" */
  "if(1 < 2, 3, missing(\"no\")) == 3",
  "if(2 < 1, 1 / 0, 3) == 3",
  "not(known(if(1 < 2, missing(\"no\"), 3)))",
  "not(known(if(known(1 / 0), 1, 1 / 0)))",
  "not(known(if(1 / 0 < 1, 1, 2)))",
  /* "default(x, y), known(x) test for any error" */
  "default(1 / 0, 2) == 2",
  "default(3, 1 / 0) == 3",
  "not(known(default(1 / 0, 0 / 0)))",
  "known(0)",
  "not(known(missing(\"x\")))",
  "not(known(sqrt(0 - 1)))",
  "not(known(1e300 * 1e300))",
  "not(known(0 ^ 0))",
  "not(known((-8) ^ (1/3)))",
  "known((-8) ^ 3)",
  /* "comparisons, min max, if conditions, and or and aggregates pass it on" */
  "not(known(1 / 0 < 1))",
  "not(known(1 < 1 / 0))",
  "not(known(min(1, 1 / 0)))",
  "not(known(max(1 / 0, 1)))",
  "not(known(and(2 < 1, 1 / 0 < 1)))",
  "not(known(or(1 < 2, 1 / 0 < 1)))",
  "not(known(not(1 / 0 < 1)))",
  "not(known(-(1 / 0)))",
  "not(known(0 * (1 / 0)))",
  "not(known((1 / 0) ^ 0))",
  "not(known(1 ^ (1 / 0)))",
  /* "overflow a range error, underflow 0" */
  "1e-300 * 1e-300 == 0",
  "exp(-1000) == 0",
  "not(known(exp(1000)))",
  "not(known(10 ^ 400))",
  /* "comparison of text is case-sensitive" */
  "\"a\" == \"a\"",
  "\"a\" != \"A\"",
  "not(\"a\" == \"b\")",
  "if(1 < 2, \"a\", \"b\") == \"a\"",
  "default(missing(\"x\"), \"b\") == \"b\"",
  "\"# no label\" == \"# no label\"",
  "\"(\" != \")\"",
};

START_TEST(test_true) { ask_holds("", truths[_i]); }
END_TEST

static const struct {
  const char *formula, *kind;
} wrong[] = {
  { "1 / 0", "division" },
  { "0 / 0", "division" },
  { "mod(1, 0)", "division" },
  { "0 ^ -1", "division" },
  { "0 ^ 0", "range" },
  { "(-8) ^ 0.5", "range" },
  { "sqrt(-1)", "range" },
  { "ln(0)", "range" },
  { "log2(-1)", "range" },
  { "10 ^ 400", "range" },
  { "1e300 * 1e300", "range" },
  { "1e308 + 1e308", "range" },
  { "exp(1000)", "range" },
  { "normal_quantile(2, 0, 1)", "range" },
  { "missing(\"never\")", "missing" },
  { "1 + missing(\"never\")", "missing" },
  /* "Of two errors the leftmost in the formula is the origin" */
  { "1 / 0 + sqrt(-1)", "division" },
  { "sqrt(-1) + 1 / 0", "range" },
  { "missing(\"x\") * (1 / 0)", "missing" },
  { "min(1, sqrt(-1), 1 / 0)", "range" },
  { "if(1 > 2, 1 / 0, sqrt(-1))", "range" },
  { "default(1 / 0, sqrt(-1))", "range" },
};

START_TEST(test_error) { ask_wrong("", wrong[_i].formula, wrong[_i].kind); }
END_TEST

/* ---- examples of the function table ---- */

START_TEST(test_example) {
  const struct function *function = function_row((size_t)_i);
  char text[4096];
  struct world world;
  bool prior = function->rule == RULE_PRIOR;
  if (prior)
    snprintf(text, sizeof text, "%s  holds = %s\n", function_example_table(), function->example);
  else
    snprintf(text, sizeof text, "%scheck holds = %s\n", function_example_table(),
             function->example);
  ask_open(&world, text);
  unsigned cell = world_cell(&world, prior ? "demo.holds" : "holds", NULL);
  mls_cell about;
  ck_assert_int_eq(mls_cell_about(world.model, cell, &about, sizeof about), MLS_OK);
  for (size_t row = 0; row < about.rows; row++) {
    double value;
    ck_assert_int_eq(mls_get(world.values, cell, row, &value), MLS_OK);
    ck_assert_msg(value == 1, "%s: %s, row %zu", function->name, function->example, row);
  }
  world_close(&world);
}
END_TEST

/* ---- canonical text ---- */

static const char *const printed[][2] = {
  { "1+2*3", "1 + 2 * 3" },
  { "(1+2)*3", "(1 + 2) * 3" },
  { "((1))", "1" },
  { "1-(2-3)", "1 - (2 - 3)" },
  { "(1-2)-3", "1 - 2 - 3" },
  { "2^3^2", "2 ^ 3 ^ 2" },
  { "(2^3)^2", "(2 ^ 3) ^ 2" },
  { "-2^2", "-2 ^ 2" },
  { "(-2)^2", "(-2) ^ 2" },
  { "2^-1", "2 ^ -1" },
  { "-(1+2)", "-(1 + 2)" },
  { "-(2*3)", "-(2 * 3)" },
  { "-a*b", "-a * b" },
  { "a/(b*c)", "a / (b * c)" },
  { "a/b*c", "a / b * c" },
  { "a-(-b)", "a - -b" },
  { "--a", "--a" },
  { "1 [ GB ]", "1 [GB]" },
  { "min( a,b )", "min(a, b)" },
  { "a<b", "a < b" },
  { "not((a<b))", "not(a < b)" },
  { "a.b( 3 )", "a.b(3)" },
  { "a . b", NULL },
  { "\"x\"==a", "\"x\" == a" },
  { "1_000.50", "1_000.50" },
  { "(a<b)==(c<d)", "(a < b) == (c < d)" },
  { "x^(1/2)", "x ^ (1 / 2)" },
  { "2^(3^2)", "2 ^ 3 ^ 2" },
  { "a\n +\tb", "a + b" },
};

static const char *print(struct told *told, struct names *names, struct units *units,
                         const char *text) {
  struct formulas formulas;
  struct node *node;
  struct place place = { "t", 1, 1 };
  struct buffer out;
  fail_clear(&told->fails);
  formulas_open(&formulas, &told->memory, names, units, &told->fails);
  mls_status status = formula_parse(&formulas, place, slice_of(text), &node);
  formulas_close(&formulas);
  if (status != MLS_OK) return NULL;
  buffer_open(&out, &told->memory);
  formula_print(&out, node);
  const char *kept = buffer_keep(&out, &told->memory);
  buffer_close(&out);
  return kept;
}

START_TEST(test_print) {
  struct told told;
  struct names names;
  struct units units;
  static const char rows[] = "unit,definition,kind,differs,note\nB,,base,,\nGB,1e9 B,,,\n";
  struct csv csv;
  told_open(&told);
  names_open(&names, &told.memory);
  ck_assert_int_eq(units_open(&units, &told.memory, &names), MLS_OK);
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, "u", rows, sizeof rows - 1, &csv), MLS_OK);
  ck_assert_int_eq(units_load(&units, &csv, &told.fails), MLS_OK);
  for (size_t i = 0; i < COUNT_OF(printed); i++) {
    const char *once = print(&told, &names, &units, printed[i][0]);
    if (!printed[i][1]) {
      ck_assert_ptr_null(once);
      continue;
    }
    ck_assert_msg(once != NULL, "%s: %s", printed[i][0], told_lines(&told, &told.fails));
    ck_assert_str_eq(once, printed[i][1]);
    ck_assert_str_eq(print(&told, &names, &units, once), once);
  }
  told_close(&told);
}
END_TEST

/* ---- bounds ---- */

static char *repeat(const char *head, const char *part, size_t times, const char *middle,
                    const char *end, size_t ends) {
  size_t size = strlen(head) + times * strlen(part) + strlen(middle) + ends * strlen(end) + 1;
  char *text = malloc(size), *at = text;
  ck_assert_ptr_nonnull(text);
  at += sprintf(at, "%s", head);
  for (size_t i = 0; i < times; i++) at += sprintf(at, "%s", part);
  at += sprintf(at, "%s", middle);
  for (size_t i = 0; i < ends; i++) at += sprintf(at, "%s", end);
  return text;
}

static const struct {
  const char *head, *part, *middle, *end, *bound;
  size_t times, ends;
} hostile[] = {
  { "x = ", "(", "1", ")", "LIMIT_LINE", 1000000, 1000000 },
  { "x = ", "(", "1", ")", "LIMIT_DEPTH", 30000, 30000 },
  { "x = ", "(", "", "", "LIMIT_DEPTH", 60000, 0 },
  { "x = ", "-", "1", "", "LIMIT_DEPTH", 60000, 0 },
  { "x = ", "2^", "2", "", "LIMIT_DEPTH", 30000, 0 },
  { "x = ", "2^-", "2", "", "LIMIT_DEPTH", 20000, 0 },
  { "x = ", "1+", "1", "", "LIMIT_DEPTH", 30000, 0 },
  { "x = ", "1+", "1", "", "LIMIT_LINE", 100000, 0 },
  { "x = ", "abs(", "1", ")", "LIMIT_DEPTH", 13000, 13000 },
  { "x = ", "a.b(", "1", ")", "LIMIT_DEPTH", 13000, 13000 },
  { "x = min(1", ",1", ")", "", "LIMIT_ARGUMENTS", 20000, 0 },
  { "x = a", ".a", "", "", "LIMIT_PATH", 20000, 0 },
  { "x = 1  # ", "a", "", "", "LIMIT_LINE", 1000000, 0 },
  { "x [s^", "9", "] = 1", "", "LIMIT_EXPONENT", 6, 0 },
  { "x [s", "*s", "] = 1", "", "LIMIT_FACTORS", 20000, 0 },
  { "x", "x", " = 1", "", "LIMIT_NAME", 60000, 0 },
};

START_TEST(test_hostile) {
  char *text = repeat(hostile[_i].head, hostile[_i].part, hostile[_i].times, hostile[_i].middle,
                      hostile[_i].end, hostile[_i].ends);
  ask_refused(text, hostile[_i].bound);
  free(text);
}
END_TEST

START_TEST(test_long_numbers) {
  char *text = repeat("x = 0.", "0", 60000, "1", "", 0);
  ask_accepted(text);
  free(text);
  text = repeat("x = 1", "0", 308, "", "", 0);
  ask_accepted(text);
  free(text);
  text = repeat("x = 1", "0", 309, "", "", 0);
  ask_refused(text, "too large for a number");
  free(text);
  ask_refused("x = 1e999999999999999999999", "too large for a number");
  ask_accepted("x = 1e-999999999999999999999");
}
END_TEST

Suite *suite_formula(void) {
  Suite *suite = suite_create("formula");
  TCase *tests = tcase_create("formula");
  int functions = 0;
  while (function_row((size_t)functions)) functions++;
  tcase_set_timeout(tests, 60);
  tcase_add_loop_test(tests, test_true, 0, (int)COUNT_OF(truths));
  tcase_add_loop_test(tests, test_error, 0, (int)COUNT_OF(wrong));
  tcase_add_loop_test(tests, test_example, 0, functions);
  tcase_add_test(tests, test_print);
  tcase_add_loop_test(tests, test_hostile, 0, (int)COUNT_OF(hostile));
  tcase_add_test(tests, test_long_numbers);
  suite_add_tcase(suite, tests);
  return suite;
}
