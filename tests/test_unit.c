/* Units: rows to factors and dimensions, expressions, and the rules of "Units" in docs/language.md,
   each with what it allows and what it refuses. */
#include "ask.h"
#include "limits.h"
#include "told.h"

Suite *suite_unit(void);

/* ---- rows and expressions ---- */

static struct told told;
static struct names names;
static struct units units;

static const char rows[] =
    "unit,definition,kind,differs,note\nkW,1000 W,,,\nW,1 J/s,,,\nJ,1 kg*m^2/s^2,,,\nkg,,base,,\n"
    "m,,base,,\ns,,base,,\nB,,base,,\nUSD,,base,,\ntoken,,count,,\nGPU,,count,,\n%,0.01,,,\nms,1e-"
    "3 s,,,\n"
    "h,3600 s,,,\nGB,1e9 B,,,\nGiB,1_073_741_824 B,,,\nrate,2 token/s,,,\n";

static void open_units(void) {
  struct csv csv;
  told_open(&told);
  names_open(&names, &told.memory);
  ck_assert_int_eq(units_open(&units, &told.memory, &names), MLS_OK);
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, "u.csv", rows, sizeof rows - 1, &csv),
                   MLS_OK);
  ck_assert_int_eq(units_load(&units, &csv, &told.fails), MLS_OK);
}

static void close_units(void) { told_close(&told); }

static const struct unit *parse(const char *text) {
  const struct unit *unit = NULL;
  struct place place = { "t", 1, 1 };
  mls_status status = unit_parse(&units, slice_of(text), place, &told.fails, &unit);
  ck_assert_msg(status == MLS_OK, "[%s]: %s", text, told_lines(&told, &told.fails));
  return unit;
}

static const struct {
  const char *text, *base;
  double factor;
} expressions[] = {
  { "s", "s", 1 },
  { "ms", "s", 1e-3 },
  { "1/s", "1/s", 1 },
  { "s^-1", "1/s", 1 },
  { "m*s/m", "s", 1 },
  { "1", "", 1 },
  { "%", "", 0.01 },
  { "%/h", "1/s", 0.01 / 3600 },
  { "kW*h", "kg*m^2/s^2", 3.6e6 },
  { "GB/s", "B/s", 1e9 },
  { "1/ms", "1/s", 1000 },
  { "ms^2", "s^2", 1e-6 },
  { "ms^-2", "1/s^2", 1e6 },
  { "s/ms", "", 1000 },
  { "B*token/s^2", "B*token/s^2", 1 },
  { "rate", "token/s", 2 },
  { "1/rate", "s/token", 0.5 },
  { "rate^2", "token^2/s^2", 4 },
  { "s^(1/2)", "s^(1/2)", 1 },
  { "s^(-1/2)", "1/s^(1/2)", 1 },
  { "s^(2/4)*s^(1/2)", "s", 1 },
  { "s^(1/3)*s^(1/6)", "s^(1/2)", 1 },
  { "m^0", "", 1 },
  { "1^3/s", "1/s", 1 },
  { "USD/GPU/h", "USD/s/GPU", 1.0 / 3600 },
  { "GiB", "B", 1073741824 },
  { " GB ", "B", 1e9 },
  { "s*1*1", "s", 1 },
  { "m^99", "m^99", 1 },
};

START_TEST(test_expressions) {
  for (size_t i = 0; i < COUNT_OF(expressions); i++) {
    const struct unit *unit = parse(expressions[i].text);
    const char *base = dims_text(&units, unit->strict, unit->count);
    ck_assert_msg(unit->factor == expressions[i].factor, "[%s] has %g", expressions[i].text,
                  unit->factor);
    ck_assert_msg(strcmp(base, expressions[i].base) == 0, "[%s] is %s", expressions[i].text, base);
    ck_assert_ptr_eq(parse(expressions[i].text), unit);
    /* what is printed reads back to the same dimensions */
    const struct unit *back = parse(base);
    ck_assert(back->strict == unit->strict && back->count == unit->count);
    struct unit read;
    ck_assert_int_eq(unit_read(&units, &told.memory, slice_of(expressions[i].text),
                               (struct place){ "t", 1, 1 }, &told.fails, &read),
                     MLS_OK);
    ck_assert(read.factor == unit->factor && dims_same(read.strict, unit->strict) &&
              dims_same(read.count, unit->count));
  }
}
END_TEST

START_TEST(test_algebra) {
  const struct unit *second = parse("s"), *meter = parse("m"), *token = parse("token");
  const struct dims *both = dims_multiply(&units, second->strict, meter->strict);
  ck_assert_ptr_eq(both, parse("m*s")->strict);
  ck_assert_ptr_eq(dims_divide(&units, both, meter->strict), second->strict);
  ck_assert_ptr_eq(dims_divide(&units, both, both), units.none);
  ck_assert_ptr_eq(dims_power(&units, second->strict, 1, 2), parse("s^(1/2)")->strict);
  ck_assert_ptr_eq(dims_power(&units, second->strict, 0, 1), units.none);
  ck_assert_ptr_eq(dims_power(&units, dims_power(&units, second->strict, 1, 3), 3, 1),
                   second->strict);
  ck_assert_ptr_null(dims_power(&units, second->strict, 100, 1));
  ck_assert_ptr_null(dims_power(&units, second->strict, 1, 100));
  ck_assert_ptr_null(dims_multiply(&units, NULL, second->strict));
  struct type a = { KIND_NUMBER, false, false, second->strict, token->count }, b = a, c = a, z = a,
              w = a;
  b.count = units.none;
  c.strict = meter->strict;
  z.zero = true;
  w.wild = true, w.kind = KIND_TEXT;
  ck_assert(type_compatible(a, a) && type_compatible(a, b) && type_compatible(b, a));
  ck_assert(!type_compatible(a, c) && type_compatible(c, z) && type_compatible(w, c));
  struct type text = { KIND_TEXT, false, false, units.none, units.none }, truth = text;
  truth.kind = KIND_TRUTH;
  ck_assert(!type_compatible(text, a) && !type_compatible(text, truth) &&
            !type_compatible(text, z));
  ck_assert_str_eq(type_words(&units, a), "s*token");
  ck_assert_str_eq(type_words(&units, text), "a text");
  ck_assert_str_eq(type_words(&units, truth), "a truth");
  struct type watt = { KIND_NUMBER, false, false, parse("kW")->strict, units.none };
  ck_assert_str_eq(type_words(&units, watt), "kg*m^2/s^3 (W)");
  struct unit_view view;
  ck_assert(units_row(&units, 0, &view) && strcmp(view.name, "kW") == 0 && view.factor == 1000);
  ck_assert(!units_row(&units, 1000, &view));
}
END_TEST

static mls_status load_more(const char *text) {
  struct csv csv;
  const char *file = memory_text(&told.memory, "more.csv", 8);
  fail_clear(&told.fails);
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, file, text, strlen(text), &csv), MLS_OK);
  return units_load(&units, &csv, &told.fails);
}

#define HEAD "unit,definition,kind,differs,note\n"

START_TEST(test_later_files) {
  ck_assert_int_eq(load_more(HEAD "h,3601 s,,,\nms,1e-3 s,,,\ns,,base,,\n"), MLS_OK);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "more.csv:2:1: warning: unit h replaces the one of u.csv:14\n");
  ck_assert(parse("h/s")->factor == 3601);
  ck_assert_int_eq(load_more(HEAD "token,,base,,\n"), MLS_NAME);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "more.csv:2:1: name: token is a count in u.csv and a base unit here\n");
  ck_assert_int_eq(load_more(HEAD "kW,,base,,\n"), MLS_NAME);
  ck_assert_int_eq(load_more(HEAD "USD,1 B,,,\n"), MLS_NAME);
}
END_TEST

START_TEST(test_deep_definitions) {
  struct buffer text;
  buffer_open(&text, &told.memory);
  buffer_text(&text, HEAD);
  char name[16], other[16];
  for (int i = 0; i < LIMIT_DEPTH + 10; i++) {
    for (int j = 0, a = i, b = i + 1; j < 4; j++, a /= 26, b /= 26)
      name[j] = (char)('a' + a % 26), other[j] = (char)('a' + b % 26);
    name[4] = other[4] = 0;
    buffer_print(&text, "x%s,2 x%s,,,\n", name, other);
  }
  buffer_print(&text, "x%s,1 s,,,\n", other);
  ck_assert_int_eq(load_more(text.bytes), MLS_LIMIT);
  ck_assert_has(told_lines(&told, &told.fails), "more than 500 deep (LIMIT_DEPTH)");
  buffer_close(&text);
}
END_TEST

START_TEST(test_many_bases) {
  struct buffer text;
  buffer_open(&text, &told.memory);
  buffer_text(&text, HEAD);
  for (int i = 0; i < LIMIT_BASES + 1; i++)
    buffer_print(&text, "x%c%c%c,,count,,\n", 'a' + i / 676, 'a' + i / 26 % 26, 'a' + i % 26);
  ck_assert_int_eq(load_more(text.bytes), MLS_LIMIT);
  ck_assert_has(told_lines(&told, &told.fails),
                "more than 4096 base units and counts (LIMIT_BASES)");
  buffer_close(&text);
}
END_TEST

/* ---- rules: cells that are accepted ---- */

#define INPUTS                                                                                     \
  "input time [s] = 2 in 0..9\ninput size [B] = 3 in 0..9\ninput work [FLOP] = 4 in 0..9\n"        \
  "input cost [USD] = 5 in 0..9\ninput toks [token] = 6 in 0..9\ninput reqs [request] = 7 in "     \
  "0..9\n"                                                                                         \
  "input plain = 8 in 0..9\ninput word = red in red, blue\n"                                       \
  "table plan for month in 1..4\n  bill [USD] = month * 1 [USD]\n  odd = mod(month, 2) == 1\n"     \
  "  name = if(odd, \"odd\", \"even\")\n  share = 1 / month\n"

static const char *const accepted[] = {
  /* "exponents add", "a declaration, bind or input replaces it" */
  "x [B*s] = size * time",
  "x [B/s] = size / time",
  "x [1/s] = 1 / time",
  "x = time / time",
  "x [s^2] = time ^ 2",
  "x [1/s] = time ^ -1",
  "x [s^(1/2)] = time ^ (1/2)",
  "x [1/s^(2/3)] = time ^ -(2/3)",
  "x [s^(1/2)] = sqrt(time)",
  "x [token^(1/2)] = sqrt(toks)",
  "x [token^2] = toks ^ 2",
  "x = time ^ 0",
  "x [h] = time",
  "x [GB] = size",
  "x [1/h] = 1 / time",
  /* counts: "compatible when ... equal or one of them is empty" */
  "x [token] = toks + plain",
  "x [token] = plain",
  "x = toks",
  "x [token/s] = toks / time",
  "x [B/token] = size",
  "x [B] = size * toks",
  "x [token/s] = 1 / time",
  "x [token] = toks + 1",
  "x = toks < plain",
  "x [USD/token] = cost",
  "x = toks / toks",
  "x [token] = min(toks, plain, 3)",
  "x [token] = if(plain > 1, toks, plain)",
  "x [token] = default(plain, toks)",
  /* the literal 0 */
  "x [USD] = 0",
  "x [USD] = cost + 0",
  "x [USD] = max(cost, 0)",
  "x = cost > 0",
  "x = cost >= -0",
  "x [USD] = if(plain > 1, cost, 0)",
  "x [USD] = default(cost, (0))",
  "x [USD] = 0 - cost",
  "x [USD] = min(0, 0)",
  "x [USD] = abs(0)",
  "x [USD] = -0",
  "x [USD] = if(plain > 1, 0, missing(\"no\"))",
  "x = 0 * 5",
  "x = mod(plain, 1)",
  "x [USD] = 0.0",
  "x [USD] = 0e5",
  /* missing takes its partner's, or the declared one */
  "x [USD] = missing(\"no\")",
  "x [USD] = cost + missing(\"no\")",
  "x = missing(\"no\")",
  "x = if(plain > 1, \"a\", missing(\"no\"))",
  "x = if(plain > 1, plain > 2, missing(\"no\"))",
  /* plain numbers: "a count is accepted and dropped" */
  "x = exp(toks)",
  "x = floor(toks)",
  "x = round(toks, plain)",
  "x = 2 ^ toks",
  "x = log2(reqs)",
  "x = poisson_cdf(toks, reqs)",
  /* text and truth */
  "x = word == \"red\"",
  "x = word",
  "x = if(word == \"red\", \"a\", word)",
  "x = known(word)",
  "x = known(cost > 1 [USD])",
  "x = default(word, \"red\")",
  "x = and(plain > 1, word != \"red\")",
  "x = if(plain > 1, plain > 2, plain > 3)",
  "x = toks == plain",
  "x = toks != 3",
  /* columns */
  "x [USD] = sum(plan.bill)",
  "x [USD] = sum(plan.bill, plan.odd)",
  "x [USD] = mean(plan.bill)",
  "x [USD] = last(plan.bill)",
  "x = count(plan.bill)",
  "x = count(plan.name)",
  "x = last(plan.name)",
  "x = first(plan.odd)",
  /* kinds of columns that need each other, whichever stands first */
  "table t for k in 1..3\n  state = if(k > 2, \"a\", carried)\n  carried = prior(state, "
  "missing(\"none\"))",
  "table t for k in 1..3\n  carried = prior(state, missing(\"none\"))\n  state = if(k > 2, \"a\", "
  "carried)",
  "table t for k in 1..3\n  on = or(k > 2, was)\n  was = prior(on, missing(\"none\"))\n  third = "
  "and(was, prior(third, on))",
  ("table t for k in 1..3\n  a_a = prior(b_b, missing(\"n\"))\n  b_b = prior(c_c, missing(\"n\"))\n"
   "  c_c = prior(a_a, prior(d_d, missing(\"n\")))\n  d_d = if(k > 1, \"x\", a_a)\nx = t.a_a(3) == "
   "\"x\""),
  "x = irr(plan.bill)",
  "x = product(plan.share)",
  "x [USD] = min(plan.bill)",
  "x [USD] = max(plan.bill, plan.odd)",
  "x = sum(plan.month)",
  "x = plan.name(2)",
  "x [USD] = plan.bill(toks)",
  "x = plan.odd(0)",
};

START_TEST(test_accepted) {
  char text[4096];
  snprintf(text, sizeof text, INPUTS "%s\n", accepted[_i]);
  ask_accepted(text);
}
END_TEST

static const char *const refused[][2] = {
  { "x [USD/token] = cost / reqs", "its formula gives USD/request" },
  { "x [token/s] = reqs / time", "its formula gives request/s" },
  { "x [token] = toks + reqs", "\"+\" joins token and request" },
  { "x [USD] = cost + size", "\"+\" joins USD and B" },
  { "x [B] = size + work", "\"+\" joins B and FLOP" },
  { "x [EUR] = cost", "its formula gives USD" },
  { "x = cost", "declare its unit in brackets, such as x [USD]" },
  { "x [USD] = cost + 1", "joins USD and a plain number" },
  { "x = time ^ plain", "must be a literal whole number or quotient" },
  { "x = toks ^ 0.5", "must be a literal whole number or quotient" },
  { "x = exp(time)", "\"exp\" needs a plain number, found s" },
  { "x = round(time, 1)", "\"round\" needs a plain number" },
  { "x = round(1, time)", "\"round\" needs a plain number" },
  { "x = log10(size)", "\"log10\" needs a plain number" },
  { "x = 2 ^ time", "\"^\" needs a plain number" },
  { "x = cost == 5 [USD]", "would ask for equal last digits" },
  { "x = cost != 0", "would ask for equal last digits" },
  { "x = word < \"z\"", "\"<\" needs a number, found a text" },
  { "x = (plain > 1) == (plain > 2)", "(of truths write and, or, not)" },
  { "x = and(plain, plain > 1)", "\"and\" needs a truth" },
  { "x = not(word)", "\"not\" needs a truth" },
  { "x = if(plain, 1, 2)", "\"if\" needs a truth" },
  { "x = if(plain > 1, 1, \"a\")", "joins a plain number and a text" },
  { "x = if(plain > 1, 0, \"a\")", "joins 0 and a text" },
  { "x = default(cost, time)", "joins USD and s" },
  { "x = sum(plan.name)", "\"sum\" needs a column of numbers" },
  { "x = sum(plan.bill, plan.share)", "\"sum\" needs a truth" },
  { "x = product(plan.bill)", "\"product\" needs a plain number" },
  { "x = min(plan.name)", "\"min\" needs a column of numbers" },
  { "x = sum(plan.odd)", "\"sum\" needs a column of numbers" },
  { "x [USD] = word", "x is a text and takes no brackets" },
  { "x [USD] = cost > 1 [USD]", "x is a truth and takes no brackets" },
  { "x = -word", "\"-\" needs a number" },
  { "x = mod(cost, 0)", "joins USD and a plain number" },
  { "x [s] = 0 [USD]", "its formula gives USD" },
  { "x [s] = 0 * 5", "its formula gives a plain number" },
  { "check x = plain", "a check is a truth" },
  { "x = missing(word)", "its reason as a text in quotes" },
  { "x = plan.name(\"a\")", "the key is a plain number" },
  { "x = plan.bill(time)", "the key is a plain number" },
  { "table t for k in 1..3\n  a_a = prior(b_b, missing(\"n\"))\n  b_b = prior(a_a, "
    "missing(\"n\"))\nx = t.a_a(2) == \"x\"",
    "joins a plain number and a text" },
  { "table t for k in 1..3\n  carried = prior(state, missing(\"none\"))\n  state = if(k > 2, "
    "\"a\", carried)\nx = t.carried(2) + 1",
    "\"+\" needs a number, found a text" },
};

START_TEST(test_refused) {
  char text[4096];
  snprintf(text, sizeof text, INPUTS "%s\n", refused[_i][0]);
  ask_refused(text, refused[_i][1]);
}
END_TEST

/* "One error a line and cause; cells that depend on a wrong cell are not reported again" */
START_TEST(test_cascade) {
  ask_refused(INPUTS "x = cost + size\ny [USD] = x * 2\nz [USD] = y + x\nw [USD] = z\n",
              "joins USD and B");
  ask_refused(INPUTS "y [USD] = x * 2\nx = oops\ntable q_q for k in 1..2\n  v = x\n"
                     "w = sum(q_q.v)\n",
              "unknown name oops");
}
END_TEST

Suite *suite_unit(void) {
  Suite *suite = suite_create("unit");
  TCase *table = tcase_create("table"), *rules = tcase_create("rules");
  tcase_add_checked_fixture(table, open_units, close_units);
  tcase_set_timeout(table, 60);
  tcase_add_test(table, test_expressions);
  tcase_add_test(table, test_algebra);
  tcase_add_test(table, test_later_files);
  tcase_add_test(table, test_deep_definitions);
  tcase_add_test(table, test_many_bases);
  tcase_add_loop_test(rules, test_accepted, 0, (int)COUNT_OF(accepted));
  tcase_add_loop_test(rules, test_refused, 0, (int)COUNT_OF(refused));
  tcase_add_test(rules, test_cascade);
  suite_add_tcase(suite, table);
  suite_add_tcase(suite, rules);
  return suite;
}
