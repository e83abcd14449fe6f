/* Tables, look-ups, prior, aggregates, instances, rows from outside, and hostile sizes: what cells
   are worth, and the order in which they are calculated. */
#include "ask.h"
#include "limits.h"

Suite *suite_graph(void);

/* ---- what cells are worth ---- */

#define PLAN                                                                                       \
  "table plan for month in 0..4\n  input cost [USD] = 5, 4, 3, 2, 1 in 0..9\n"                     \
  "  total [USD] = prior(total, 0) + cost\n  odd = mod(month, 2) == 1\n  none = month > 9\n"       \
  "  odds = if(odd, month, missing(\"even\"))\n  word = if(odd, \"odd\", \"even\")\n"

static const char *const holds[][2] = {
  { PLAN, "abs(sum(plan.cost) - 15 [USD]) <= 0" },
  { PLAN, "plan.total(2) >= 12 [USD]" },
  { PLAN, "abs(last(plan.total) - 15 [USD]) <= 0" },
  { PLAN, "count(plan.cost) == 5" },
  /* "a truth column of the same table: an error in a row not selected does not count" */
  { PLAN, "sum(plan.odds, plan.odd) == 4" },
  { PLAN, "not(known(sum(plan.odds)))" },
  { PLAN, "count(plan.odds, plan.odd) == 2" },
  { PLAN, "max(plan.odds, plan.odd) == 3" },
  { PLAN, "mean(plan.odds, plan.odd) == 2" },
  { PLAN, "product(plan.odds, plan.odd) == 3" },
  { PLAN, "first(plan.odds, plan.odd) == 1" },
  { PLAN, "last(plan.odds, plan.odd) == 3" },
  /* "count is the number of (selected) rows, not of trues" */
  { PLAN, "count(plan.odd) == 5" },
  { PLAN, "count(plan.word) == 5" },
  /* "An empty selection: sum and count 0, the others missing" */
  { PLAN, "sum(plan.cost, plan.none) <= 0" },
  { PLAN, "count(plan.cost, plan.none) == 0" },
  { PLAN, "not(known(mean(plan.cost, plan.none)))" },
  { PLAN, "not(known(min(plan.cost, plan.none)))" },
  { PLAN, "not(known(max(plan.cost, plan.none)))" },
  { PLAN, "not(known(first(plan.cost, plan.none)))" },
  { PLAN, "not(known(last(plan.cost, plan.none)))" },
  { PLAN, "not(known(product(plan.month, plan.none)))" },
  { PLAN, "not(known(irr(plan.cost, plan.none)))" },
  { PLAN, "not(known(irr(plan.cost)))" },
  /* "a key is also a column" */
  { PLAN, "plan.month(3) == 3" },
  { PLAN, "min(plan.month, plan.odd) == 1" },
  { PLAN, "sum(plan.month) == 10" },
  /* "the row whose key equals, else missing" */
  { PLAN, "not(known(plan.cost(5)))" },
  { PLAN, "not(known(plan.cost(1.5)))" },
  { PLAN, "not(known(plan.cost(-1)))" },
  { PLAN, "plan.month(2 + 1e-15) == 2" },
  { PLAN, "plan.month(0.1 * 3 / 0.1) == 3" },
  { PLAN, "plan.word(1) == \"odd\"" },
  { PLAN, "not(known(plan.cost(1 / 0)))" },
  { PLAN, "not(known(plan.cost(1e300)))" },
  { "table t for k in big, small\n  x = if(k == \"big\", 2, 1)", "t.x(\"big\") == 2" },
  { "table t for k in big, small\n  x = 1", "not(known(t.x(\"none\")))" },
  { "table t for k in big, small\n  x = 1",
    "and(t.k(\"big\") == \"big\", first(t.k) == \"big\", last(t.k) == \"small\")" },
  { "table t for k in 0..100 by 25\n  x = k",
    "and(count(t.x) == 5, t.x(75) == 75, not(known(t.x(80))))" },
  { "table t for k in 0..10 by 3\n  x = k", "and(count(t.x) == 4, last(t.k) == 9)" },
  { "table t for k in -2..2\n  x = k ^ 2", "sum(t.x) == 10" },
  { "table t for k in 7..7\n  x = k", "and(first(t.x) == 7, count(t.x) == 1)" },
  /* prior: "x is evaluated n rows above with that row's key, `first` in the asking row" */
  { "table t for k in 1..5\n  x = prior(k, 100 + k, 2)",
    "and(t.x(1) == 101, t.x(2) == 102, t.x(3) == 1, t.x(5) == 3)" },
  { "table t for k in 1..5\n  x = prior(prior(k, 10), 20)",
    "and(t.x(1) == 20, t.x(2) == 10, t.x(3) == 1)" },
  { "table t for k in 1..5\n  x = prior(k * 10 + prior(k, 7), 0)",
    "and(t.x(1) == 0, t.x(2) == 17, t.x(3) == 21)" },
  { "table t for k in 1..5\n  x = prior(x, 1) + prior(y, 0)\n  y = prior(x, 2)",
    "and(t.x(1) == 1, t.x(2) == 3, t.x(3) == 4, t.x(4) == 7, t.x(5) == 11)" },
  { "table t for k in 1..5\n  x = prior(x, 1, 2) + prior(x, 1)",
    "and(t.x(1) == 2, t.x(2) == 3, t.x(3) == 5, t.x(5) == 13)" },
  { "table t for k in 1..3\n  x = prior(k, missing(\"none\"), 5)", "not(known(t.x(3)))" },
  { "table t for k in 1..3\n  x = prior(k, 0, 20000000)", "sum(t.x) == 0" },
  /* "only the chosen one is looked at" */
  { "table t for k in 1..3\n  x = prior(missing(\"no\"), 5)\n  y = prior(1, missing(\"no\"))",
    "and(t.x(1) == 5, t.y(2) == 1)" },
  { "table t for k in 1..3\n  w = prior(w, \"a\")\n  z = prior(z, 1 > 0)",
    "and(t.w(3) == \"a\", t.z(3))" },
  /* a column, a constant and a cell in a column formula */
  { "table t for k in 1..1000\n  x = 7\n  y = a_a\n  z = y + x\na_a = 3", "sum(t.z) == 10000" },
  { "table t for k in 1..1000\n  x = prior(x, 0) + k\n  y = two.y(k) + x\ntable two for k in "
    "1..1000\n  y = k",
    "t.y(1000) == 501500" },
  /* names: the row's key, then a column, then a cell */
  { "k = 100\nx = 50\ntable t for k in 1..3\n  x = k\n  y = x + z\nz = 7",
    "and(t.y(2) == 9, k == 100, x == 50)" },
  /* instances */
  { "use a = job()\nuse b = job(gpus = a.gpus * 2, hw = \"Small\")",
    "and(a.gpus == 4, b.gpus == 8, b.power <= a.power)" },
  { "use a = job()\ntable t for k in 0..3\n  x [USD] = a.plan.cash(k) + 1 [USD]",
    "abs(sum(t.x) - 14 [USD]) <= 0" },
  { "input hw = Small in chips\nuse a = job(hw = hw)",
    "and(a.hw == \"Small\", a.hw.tdp <= hw.tdp)" },
  { "use a = job(mode = \"slow\")", "a.mode == \"slow\"" },
  { "use a = job(load = 0.5)\nx = a.load", "x == 0.5" },
  /* "The set is checked where a value is typed (an error) and where a formula is bound (a check)"
   */
  { "use a = job(gpus = 100)", "a.gpus == 100" },
  /* facts */
  { "input hw = Big in chips", "and(hw.tdp <= 700 [W], hw.maker == \"Acme\", known(hw.price))" },
  { "input hw = Small in chips",
    "and(not(known(hw.price)), default(hw.price, 30 [kUSD]) >= 30 [kUSD])" },
  { "input hw = Small in chips", "and(not(known(hw.flops.fp8)), known(hw.flops.fp16))" },
  { "input hw = Big in chips\ninput p_p = fp8 in fp8, fp16, int4",
    "and(hw.flops(p_p) > hw.flops(\"fp16\"), not(known(hw.flops(\"int4\"))))" },
  { "table t for d in chips\n  x [W] = d.tdp\n  y [FLOP/s] = d.flops(\"fp16\") + "
    "prior(d.flops.fp16, 0)",
    "and(count(t.x) == 2, t.x(\"Small\") <= 100 [W], t.y(\"Small\") >= 1100 [TFLOP/s])" },
};

START_TEST(test_holds) { ask_holds(holds[_i][0], holds[_i][1]); }
END_TEST

/* ---- cycles: "reported when the sheet opens, whatever the values" ---- */

static const char *const cycles[][2] = {
  { "a_a = a_a", "a_a needs a_a" },
  { "a_a = b_b\nb_b = a_a", "a_a needs b_b needs a_a" },
  { "a_a = if(1 > 2, a_a, 3)", "a_a needs a_a" },
  { "a_a = default(b_b, 1)\nb_b = a_a", "a_a needs b_b needs a_a" },
  { "table t for k in 1..3\n  x = y\n  y = x", "t.x needs t.y needs t.x" },
  { "table t for k in 1..3\n  x = t.x(k - 1)", "t.x needs t.x" },
  { "table t for k in 1..3\n  x = sum(t.x)", "t.x needs sum(t.x) needs t.x" },
  { "table t for k in 1..3\n  x = prior(last(t.x), 0)", "t.x needs last(t.x) needs t.x" },
  { "table t for k in 1..3\n  x = prior(0, x)", "t.x needs t.x" },
  { "table t for k in 1..3\n  x = k + a_a\na_a = t.x(2)", "t.x needs a_a needs t.x" },
  { "table t for k in 1..3\n  x = u.y(k)\ntable u for k in 1..3\n  y = prior(t.x(k), 0)",
    "t.x needs u.y needs t.x" },
  { "table t for k in 1..3\n  x = y + prior(z, 0)\n  y = z + prior(x, 0)\n  z = y",
    "t.y needs t.z needs t.y" },
  { "use a = job(gpus = b.gpus)\nuse b = job(gpus = a.gpus)", "a.gpus needs b.gpus needs a.gpus" },
  { "use a = job(hw = b.hw)\nuse b = job(hw = a.hw)\nx [W] = a.hw.tdp",
    "a.hw needs b.hw needs a.hw" },
};

START_TEST(test_cycle) { ask_refused(cycles[_i][0], cycles[_i][1]); }
END_TEST

/* What needs a cell and is not in the cycle is not told, nor what it needs. */
START_TEST(test_cycle_alone) {
  ask_refused("a_a = b_b + c_c\nb_b = a_a\nc_c = 1\nd_d = a_a\n", "a_a needs b_b needs a_a");
}
END_TEST

/* ---- order ---- */

START_TEST(test_order) {
  struct world world;
  ask_open(&world,
           "z = y + 1\ny = x + 1\ninput x = 1 in 0..9\nuse j = job(gpus = z)\nw [W] = j.power\n"
           "table t for k in 1..3\n  a_a = prior(b_b, 0)\n  b_b = a_a + c_c\n  c_c = k\n");
  size_t x, y, z, gpus, power, w, a, b, c;
  const struct {
    const char *path;
    size_t *cell;
  } cells[] = {
    { "x", &x }, { "y", &y },     { "z", &z },     { "j.gpus", &gpus }, { "j.power", &power },
    { "w", &w }, { "t.a_a", &a }, { "t.b_b", &b }, { "t.c_c", &c },
  };
  for (size_t i = 0; i < COUNT_OF(cells); i++)
    ck_assert_int_eq(mls_cell_find(world.model, cells[i].path, cells[i].cell), MLS_OK);
  ck_assert(x < y && y < z && z < gpus && gpus < power && power < w && a < b && c < b);
  world_close(&world);
}
END_TEST

/* Every cell has a path that finds it again, and is as its line says. */
START_TEST(test_paths) {
  struct world world;
  ask_open(&world,
           "input x [ms] = 1 in 0..9  # Label\nuse j = job(gpus = x / 1 [s], hw = hw)\ninput hw = "
           "Big in chips\n" PLAN "output y [USD] = sum(plan.cost)\ncheck fine = x < 1 [s]\n");
  for (size_t i = 0; i < mls_cell_count(world.model); i++) {
    char path[256], cut[4];
    size_t found, size = mls_cell_path(world.model, i, path, sizeof path);
    mls_cell about;
    ck_assert_uint_eq(strlen(path), size);
    ck_assert_uint_eq(mls_cell_path(world.model, i, cut, sizeof cut), size);
    ck_assert(strncmp(cut, path, 3) == 0 && strlen(cut) <= 3);
    ck_assert_uint_eq(mls_cell_path(world.model, i, NULL, 0), size);
    ck_assert_int_eq(mls_cell_about(world.model, i, &about, sizeof about), MLS_OK);
    ck_assert(about.rows > 0 && about.unit && about.label && about.sheet && about.factor > 0);
    if (strchr(path, '(')) continue; /* an aggregate: hidden */
    ck_assert_msg(mls_cell_find(world.model, path, &found) == MLS_OK, "%s", path);
    ck_assert_msg(found == i, "%s", path);
  }
  size_t cell;
  mls_cell about;
  ck_assert_int_eq(mls_cell_find(world.model, "x", &cell), MLS_OK);
  ck_assert_int_eq(mls_cell_about(world.model, cell, &about, sizeof about), MLS_OK);
  ck_assert(about.kind == MLS_INPUT && about.factor == 0.001 && about.line == 2 && about.rows == 1);
  ck_assert_str_eq(about.label, "Label");
  ck_assert_str_eq(about.unit, "ms");
  ck_assert_int_eq(mls_cell_find(world.model, "j.gpus in 1..64 by 1", &cell), MLS_OK);
  ck_assert_int_eq(mls_cell_about(world.model, cell, &about, sizeof about), MLS_OK);
  ck_assert(about.kind == MLS_CHECK && about.truth);
  static const char *const nothing[] = {
    "",          ".",     "x.",          ".x",       "j",          "plan",
    "j.",        "plan.", "x.y",         "plan.zzz", "hw.zzz",     "j.gpus in 1..63 by 1",
    "x in 0..9", " x",    "plan.cost.x", "j.j.j",    "j.gpus in ", " in "
  };
  for (size_t i = 0; i < COUNT_OF(nothing); i++)
    ck_assert_msg(mls_cell_find(world.model, nothing[i], &cell) == MLS_NAME, "\"%s\"", nothing[i]);
  ck_assert_int_eq(mls_cell_about(world.model, 9999, &about, sizeof about), MLS_NAME);
  ck_assert_int_eq(mls_cell_about(NULL, 0, &about, sizeof about), MLS_VALUE);
  ck_assert_int_eq(mls_cell_about(world.model, 0, NULL, 0), MLS_VALUE);
  ck_assert_int_eq(mls_cell_find(NULL, "x", &cell), MLS_VALUE);
  ck_assert_int_eq(mls_cell_find(world.model, NULL, &cell), MLS_VALUE);
  ck_assert_int_eq(mls_cell_find(world.model, "x", NULL), MLS_VALUE);
  ck_assert_uint_eq(mls_cell_path(world.model, 9999, NULL, 0), 0);
  ck_assert_uint_eq(mls_cell_path(NULL, 0, NULL, 0), 0);
  ck_assert_uint_eq(mls_cell_count(NULL), 0);
  world_close(&world);
}
END_TEST

/* A cell that is one of many: the facts of one chosen item are one cell, whoever reads them. */
START_TEST(test_shared_facts) {
  struct world world;
  ask_open(&world, "input hw = Big in chips\nuse a = job(hw = hw)\nuse b = job(hw = a.hw)\nuse c_c "
                   "= job(hw = \"Big\")\n"
                   "x [W] = hw.tdp + a.hw.tdp + b.hw.tdp + c_c.hw.tdp\n");
  size_t first, second, third, fourth;
  ck_assert_int_eq(mls_cell_find(world.model, "hw.tdp", &first), MLS_OK);
  ck_assert_int_eq(mls_cell_find(world.model, "a.hw.tdp", &second), MLS_OK);
  ck_assert_int_eq(mls_cell_find(world.model, "b.hw.tdp", &third), MLS_OK);
  ck_assert_int_eq(mls_cell_find(world.model, "c_c.hw.tdp", &fourth), MLS_OK);
  ck_assert(first == second && second == third && third != fourth);
  ck_assert(ask(&world, "x") == 2800);
  world_set(&world, "hw", "Small");
  ck_assert(ask(&world, "x") == 1000);
  world_set(&world, "hw.tdp", "200");
  ck_assert(ask(&world, "x") == 1300);
  ck_assert_int_eq(mls_set(world.values, "a.hw.tdp", "200"), MLS_NAME);
  ck_assert_int_eq(mls_set(world.values, "c_c.hw.tdp", "200"), MLS_NAME);
  world_close(&world);
}
END_TEST

/* ---- rows from outside ---- */

#define GIVEN                                                                                      \
  "table plan for month in 1..3\n  input cost [USD] = 5 in 0..9\n  input n = 1, 2, 3 in 0..99\n"   \
  "  total [USD] = prior(total, 0) + cost * n\n"                                                   \
  "table kinds for k in big, small\n  input x = 1 in 0..9\n  w = k\n"                              \
  "table d_d for d in chips\n  input gpus = 1 in 0..9\n  p_p [W] = d.tdp * gpus\n  f_f [FLOP/s] "  \
  "= d.flops(\"fp16\")\n"                                                                          \
  "use j = job()\n"

static void given(struct world *world, const char *table, const char *csv) {
  mls_rows rows = { .table = table, .file = "r.csv", .bytes = csv, .size = strlen(csv) };
  ask_rows(world, GIVEN, &rows, 1);
}

START_TEST(test_given_rows) {
  struct world world;
  given(&world, "plan", "month,n,cost\n10,1,2\n-3,10,3\n7.5,2,1\n");
  ck_assert(ask(&world, "plan.total(10)") == 2 && ask(&world, "plan.total(-3)") == 32 &&
            ask(&world, "plan.total(7.5)") == 34);
  ck_assert(ask(&world, "plan.month(7.5)") == 7.5 && ask(&world, "plan.cost(-3)") == 3);
  size_t cell;
  ck_assert_int_eq(mls_cell_find(world.model, "plan.n", &cell), MLS_OK);
  ck_assert_str_eq(mls_state(world.values, cell), "input");
  /* they are the defaults: a row can be set, and put back */
  ck_assert_int_eq(mls_set_number(world.values, cell, 1, 20), MLS_OK);
  ck_assert(ask(&world, "plan.total(-3)") == 62);
  mls_reset(world.values);
  ck_assert(ask(&world, "plan.total(-3)") == 32);
  world_close(&world);
  given(&world, "kinds", "anything,x\nhuge,3\nbig,4\n");
  ck_assert(ask(&world, "kinds.x(huge)") == 3);
  ck_assert_str_eq(ask_word(&world, "kinds.w(huge)"), "huge");
  ck_assert_str_eq(ask_word(&world, "kinds.w(big)"), "big");
  world_close(&world);
  given(&world, "d_d", "d,gpus\nSmall,3\n");
  ck_assert(ask(&world, "d_d.p_p(Small)") == 300 && ask(&world, "d_d.f_f(Small)") == 1e14);
  world_close(&world);
  given(&world, "d_d", "d\nSmall\nBig\n");
  ck_assert(ask(&world, "d_d.p_p(Small)") == 100 && ask(&world, "d_d.p_p(Big)") == 700);
  world_close(&world);
  given(&world, "j.plan", "month,share\n7,50\n8,25 [%]\n9,0.5 [1]\n");
  ck_assert(ask(&world, "j.plan.cash(7)") == 35 && ask(&world, "j.plan.cash(8)") == 20 &&
            ask(&world, "j.plan.cash(9)") == 45);
  world_close(&world);
}
END_TEST

START_TEST(test_given_form) {
  struct world world;
  char told[8192];
  mls_rows rows = { .table = "plan",
                    .file = "r.csv",
                    .bytes = "month;n;cost\n1;2;0,5\n",
                    .size = 21,
                    .csv = "excel-eu" };
  ask_rows(&world, GIVEN, &rows, 1);
  ck_assert(ask(&world, "plan.total(1)") == 1);
  world_close(&world);
  rows.csv = "zzz";
  ck_assert_int_eq(ask_try(&world, GIVEN, &rows, 1, told), MLS_NAME);
  ck_assert_has(told, "there is no form of CSV called zzz");
  mls_close(world.book);
}
END_TEST

/* Look-ups among many keys in any order. */
START_TEST(test_given_many) {
  struct world world;
  enum { ROWS = 5000 };
  char *csv = malloc(ROWS * 16 + 64);
  size_t used = (size_t)sprintf(csv, "k,v\n");
  for (unsigned i = 0; i < ROWS; i++)
    used += (size_t)sprintf(csv + used, "%u,%u\n", i * 7919u % ROWS * 3, i % 100);
  mls_rows rows = { .table = "t", .file = "r.csv", .bytes = csv, .size = used };
  ask_rows(&world,
           "table t for k in 1..3\n  input v = 1 in 0..99\n  up = v\ntable u for i in 0..14999\n  "
           "w = default(t.up(i), 0)\n  key = default(t.k(i), 0)\n"
           "s_s = sum(u.w)\nq_q = sum(u.key)\nr_r = sum(t.k)\n",
           &rows, 1);
  ck_assert(ask(&world, "s_s") == ROWS / 100 * 4950.0 && ask(&world, "q_q") == ask(&world, "r_r"));
  world_close(&world);
  free(csv);
}
END_TEST

/* ---- sizes ---- */

static char *lines(const char *format, unsigned count, unsigned step, const char *end) {
  size_t room = (size_t)count * 48 + 100, used = 0;
  char *text = malloc(room);
  ck_assert_ptr_nonnull(text);
  text[0] = 0;
  for (unsigned i = 0; i < count; i++)
    used += (size_t)snprintf(text + used, room - used, format, i, (i + step) % count);
  snprintf(text + used, room - used, "%s", end);
  return text;
}

START_TEST(test_long_chain) {
  struct world world;
  char *text = lines("x_%u = x_%u + 1\n", 100000, 1, "");
  char *last = strstr(text, "x_99999 =");
  strcpy(last, "x_99999 = 1\n");
  ask_open(&world, text);
  ck_assert(ask(&world, "x_0") == 100000);
  world_close(&world);
  free(text);
}
END_TEST

START_TEST(test_long_cycle) {
  char *text = lines("x_%u = x_%u + 1\n", 1000000, 1, "");
  ask_refused(text, "x_0 needs x_1 needs");
  free(text);
}
END_TEST

START_TEST(test_many_terms) {
  char *text = lines("  x_%u = k + %u\n", 10001, 1, "");
  char *table = malloc(strlen(text) + 64);
  sprintf(table, "table t for k in 1..3\n%s", text);
  ask_refused(table, "(LIMIT_COLUMNS)");
  free(table);
  free(text);
}
END_TEST

/* Columns that all need each other through prior. */
START_TEST(test_large_group) {
  struct world world;
  enum { COLUMNS = 2000 };
  char *text = malloc(COLUMNS * 64);
  size_t used = (size_t)sprintf(text, "table t for k in 1..3\n");
  for (int i = 0; i < COLUMNS; i++)
    used +=
        (size_t)sprintf(text + used, i ? "  x_%d = x_%d + 1\n" : "  x_%d = prior(x_%d, 0) + 1\n", i,
                        i ? i - 1 : COLUMNS - 1);
  ask_open(&world, text);
  ck_assert(ask(&world, "t.x_1999(3)") == 6000);
  world_close(&world);
  free(text);
}
END_TEST

START_TEST(test_wide_facts) {
  enum { LINES = 15000 };
  static char csv[LINES * 48 + 200], bytes[200];
  size_t used =
      (size_t)sprintf(csv, "item,field,value,unit,low,high,source,locator,accessed,state,note\n");
  for (int i = 0; i < LINES; i++)
    used += (size_t)sprintf(csv + used, "item_%d,f.w_%d,1,W,,,,,,estimate,\n", i, i);
  struct text_file files[COUNT_OF(ask_files) + 1] = { { "registry", "wide", csv } };
  memcpy(files + 1, ask_files, sizeof ask_files);
  struct world world = { .extra = files, .extra_count = COUNT_OF(files) };
  mls_options options = { .size = sizeof options, .find = world_find, .find_context = &world };
  ck_assert_int_eq(mls_open(&options, &world.book), MLS_OK);
  sprintf(bytes, "sheet t\ntable t for d in wide\n  x [W] = d.f(\"w_1\")\n");
  ck_assert_int_eq(
      mls_model_open_bytes(world.book, "t.sheet", bytes, strlen(bytes), NULL, 0, &world.model),
      MLS_LIMIT);
  ck_assert_has(mls_book_message(world.book, 0)->text, "(LIMIT_VALUES)");
  mls_close(world.book);
}
END_TEST

START_TEST(test_million_rows) {
  struct world world;
  ask_open(&world, "table t for k in 1..1000000\n  x = prior(x, 0) + 1\n  y = x * 2\nz = "
                   "sum(t.y)\nw = t.x(1000000)\n");
  ck_assert(ask(&world, "w") == 1e6 && ask(&world, "z") == 1e6 * (1e6 + 1));
  world_close(&world);
}
END_TEST

Suite *suite_graph(void) {
  Suite *suite = suite_create("graph");
  TCase *tests = tcase_create("graph");
  tcase_set_timeout(tests, 120);
  tcase_add_loop_test(tests, test_holds, 0, (int)COUNT_OF(holds));
  tcase_add_loop_test(tests, test_cycle, 0, (int)COUNT_OF(cycles));
  tcase_add_test(tests, test_cycle_alone);
  tcase_add_test(tests, test_order);
  tcase_add_test(tests, test_paths);
  tcase_add_test(tests, test_shared_facts);
  tcase_add_test(tests, test_given_rows);
  tcase_add_test(tests, test_given_form);
  tcase_add_test(tests, test_given_many);
  tcase_add_test(tests, test_long_chain);
  tcase_add_test(tests, test_long_cycle);
  tcase_add_test(tests, test_many_terms);
  tcase_add_test(tests, test_large_group);
  tcase_add_test(tests, test_wide_facts);
  tcase_add_test(tests, test_million_rows);
  suite_add_tcase(suite, tests);
  return suite;
}
