/* Setting, settling, reading: what changed and what did not, states, arguments that are wrong. */
#include "ask.h"
#include "limits.h"
#include "values.h"

Suite *suite_values(void);

#define SHEET                                                                                      \
  "input gpus [GPU] = 4 in 1..64 by 1\ninput load [%] = 80 in 0..100\ninput size [GB] = 500 in "   \
  "0..1e6\n"                                                                                       \
  "input mode = fast in fast, slow\ninput hw = Big in chips\nuse j = job(gpus = gpus / 1 [GPU], "  \
  "hw = hw)\n"                                                                                     \
  "table plan for month in 0..9\n  input cost [USD] = 1 in 0..9\n  total [USD] = prior(total, 0) " \
  "+ cost * load\n"                                                                                \
  "  large = total > 3 [USD]\n  name = if(large, mode, \"small\")\n"                               \
  "power [W] = hw.tdp * gpus / 1 [GPU] * load\nspeed [FLOP/s] = hw.flops(\"fp16\")\nhigh = load "  \
  "> 50 [%]\n"                                                                                     \
  "label = if(high, \"high\", \"low\")\nafter = if(label == \"high\", 1, 0) * 10\nbill [USD] = "   \
  "sum(plan.total, plan.large)\n"                                                                  \
  "at [USD] = plan.total(gpus)\nroot = sqrt(load - 50 [%])\nsafe = default(root, -1)\ncheck fits " \
  "= size <= j.memory\n"

static struct world world;

static void open_world(void) { ask_open(&world, SHEET); }
static void close_world(void) { world_close(&world); }

static mls_status set(const char *path, const char *text) {
  return mls_set(world.values, path, text);
}

static size_t cell(const char *path) {
  size_t found;
  ck_assert_msg(mls_cell_find(world.model, path, &found) == MLS_OK, "%s", path);
  return found;
}

/* The paths that the last settling changed, with spaces. */
static const char *changed(void) {
  static char text[4096];
  size_t at = (size_t)-1, used = 0;
  text[0] = 0;
  while (mls_changed_next(world.values, &at))
    used += mls_cell_path(world.model, at, text + used, sizeof text - used), text[used++] = ' ',
                                                                             text[used] = 0;
  return text;
}

/* ---- text to values ---- */

static const struct {
  const char *path, *text;
  double si;
} given[] = {
  { "gpus", "8", 8 },
  { "gpus", "8 [GPU]", 8 },
  { "gpus", "8 [1]", 8 },
  { "load", "50", 0.5 },
  { "load", "0.5 [1]", 0.5 },
  { "load", " 50 [ % ] ", 0.5 },
  { "size", "1 [TB]", 1e12 },
  { "size", "1e12 [B]", 1e12 },
  { "size", "1_000", 1e12 },
  { "hw.tdp", "1 [kW]", 1000 },
  { "hw.tdp", "250", 250 },
  { "hw.flops.fp16", "5", 5e12 },
  { " gpus ", "64", 64 },
  { "j.load", "25", 0.25 },
  { "hw.memory", "5 [TB]", 5e12 },
  { "load", "100.00000000000001", 1.0000000000000002 },
};

START_TEST(test_given) {
  ck_assert_msg(set(given[_i].path, given[_i].text) == MLS_OK, "%s = %s: %s", given[_i].path,
                given[_i].text, mls_values_message(world.values, 0)->text);
  char path[32];
  snprintf(path, sizeof path, "%s", given[_i].path + strspn(given[_i].path, " "));
  path[strcspn(path, " ")] = 0;
  double si = ask(&world, path);
  ck_assert_msg(fabs(si - given[_i].si) <= 1e-15 * si, "%s = %s is %.17g", path, given[_i].text,
                si);
}
END_TEST

static const struct {
  const char *path, *text;
  mls_status status;
} bad[] = {
  { "gpus", "0", MLS_RANGE },
  { "gpus", "65", MLS_RANGE },
  { "gpus", "1.5", MLS_RANGE },
  { "gpus", "x", MLS_SYNTAX },
  { "gpus", "", MLS_SYNTAX },
  { "gpus", "8 [s]", MLS_UNIT },
  { "gpus", "8 [server]", MLS_UNIT },
  { "gpus", "8 [zz]", MLS_NAME },
  { "gpus", "8 GPU", MLS_SYNTAX },
  { "gpus", "1,000", MLS_SYNTAX },
  { "load", "1,5", MLS_SYNTAX },
  { "load", "nan", MLS_SYNTAX },
  { "load", "1e999", MLS_RANGE },
  { "load", "101", MLS_RANGE },
  { "load", "2 [1]", MLS_RANGE },
  { "mode", "fats", MLS_RANGE },
  { "mode", "Fast", MLS_RANGE },
  { "mode", "5", MLS_RANGE },
  { "hw", "big", MLS_RANGE },
  { "hw", "H", MLS_RANGE },
  { "gpu", "8", MLS_NAME },
  { "power", "8", MLS_NAME },
  { "fits", "1", MLS_NAME },
  { "j.gpus", "8", MLS_NAME },
  { "j.hw", "Small", MLS_NAME },
  { "j.hw.tdp", "8", MLS_NAME },
  { "j", "8", MLS_NAME },
  { "plan", "8", MLS_NAME },
  { "plan.cost", "8", MLS_NAME },
  { "plan.cost(3)", "8", MLS_NAME },
  { "plan.month", "8", MLS_NAME },
  { "hw.tpd", "8", MLS_NAME },
  { "hw.flops", "8", MLS_NAME },
  { "hw.flops.fp9", "8", MLS_NAME },
  { "hw.tdp", "8 [s]", MLS_UNIT },
  { "hw.tdp", "x", MLS_SYNTAX },
  { "", "8", MLS_SYNTAX },
  { ".", "8", MLS_NAME },
  { "j.gpus in 1..64 by 1", "1", MLS_NAME },
  { "sum(plan.cost)", "1", MLS_NAME },
};

/* "A failed call changes nothing" */
START_TEST(test_bad) {
  struct mls_values *v = world.values;
  size_t bytes = world.model->value_count * sizeof *v->value;
  double *before = malloc(bytes);
  memcpy(before, v->value, bytes);
  mls_status status = set(bad[_i].path, bad[_i].text);
  const mls_message *message = mls_values_message(v, 0);
  ck_assert_msg(status == bad[_i].status, "%s = %s: %d %s", bad[_i].path, bad[_i].text, (int)status,
                message ? message->text : "");
  ck_assert(message && message->status == status && !message->warning && message->text[0]);
  ck_assert_ptr_null(mls_values_message(v, 1));
  ck_assert_int_eq(mls_settle(v), MLS_OK);
  ck_assert(memcmp(before, v->value, bytes) == 0);
  ck_assert_ptr_null(mls_values_message(v, 0));
  free(before);
}
END_TEST

/* A field that the registry has and no formula reads is accepted with a warning. */
START_TEST(test_unread) {
  ck_assert_int_eq(set("hw.price", "5 [kUSD]"), MLS_OK);
  const mls_message *message = mls_values_message(world.values, 0);
  ck_assert(message && message->warning);
}
END_TEST

/* A fact of words takes a word that some item has. */
START_TEST(test_words) {
  struct world other;
  ask_open(&other, "input hw = Big in chips\nx = hw.maker\n");
  ck_assert_int_eq(mls_set(other.values, "hw.maker", "Nobody"), MLS_RANGE);
  ck_assert_str_eq(ask_word(&other, "x"), "Acme");
  ck_assert_int_eq(mls_set(other.values, "hw.maker", "Zeta"), MLS_OK);
  ck_assert_str_eq(ask_word(&other, "x"), "Zeta");
  mls_reset(other.values);
  ck_assert_str_eq(ask_word(&other, "x"), "Acme");
  world_close(&other);
  /* "also fields that the item lacks, never fields that the registry lacks" */
  ask_open(&other, "input hw = Small in chips\nx [USD] = default(hw.price, 1 [USD])\n");
  ck_assert(ask(&other, "x") == 1);
  world_set(&other, "hw.price", "5 [kUSD]");
  ck_assert(ask(&other, "x") == 5000);
  ck_assert_int_eq(mls_set(other.values, "hw.prize", "5"), MLS_NAME);
  world_close(&other);
}
END_TEST

/* ---- settling ---- */

START_TEST(test_early_stop) {
  /* "stop where a value did not change": high stays true, so nothing below label is calculated */
  world_set(&world, "load", "70");
  const char *list = changed();
  ck_assert_has(list, "load ");
  ck_assert_has(list, "power ");
  ck_assert_has(list, "root ");
  ck_assert_lacks(list, "high ");
  ck_assert_lacks(list, "label ");
  ck_assert_lacks(list, "after ");
  ck_assert_lacks(list, "gpus ");
  size_t steps = world.values->steps;
  ck_assert_uint_lt(steps, world.model->cell_count);
  world_set(&world, "load", "40");
  list = changed();
  ck_assert_has(list, "high ");
  ck_assert_has(list, "label ");
  ck_assert_has(list, "after ");
  /* the same value again changes nothing */
  world_set(&world, "load", "40");
  ck_assert(ask(&world, "after") == 0);
}
END_TEST

START_TEST(test_changed_order) {
  world_set(&world, "load", "10");
  size_t at = (size_t)-1, last = 0, count = 0;
  for (; mls_changed_next(world.values, &at); last = at, count++)
    ck_assert(count == 0 || at > last);
  ck_assert_uint_gt(count, 5);
  ck_assert_int_eq(mls_changed_next(NULL, &at), 0);
  ck_assert_int_eq(mls_changed_next(world.values, NULL), 0);
  at = world.model->cell_count + 5;
  ck_assert_int_eq(mls_changed_next(world.values, &at), 0);
  /* what was changed is told until something is set again */
  mls_reset(world.values);
  ck_assert_int_eq(mls_settle(world.values), MLS_OK);
  const char *list = changed();
  ck_assert_has(list, "load ");
  ck_assert_lacks(list, "speed ");
}
END_TEST

/* The first settling changes every cell, also those whose value is 0 or false. */
START_TEST(test_first_settling) {
  struct mls_values *values;
  ck_assert_int_eq(mls_values_new(world.model, NULL, &values), MLS_OK);
  ck_assert_int_eq(mls_settle(values), MLS_OK);
  size_t at = (size_t)-1, count = 0;
  while (mls_changed_next(values, &at)) count++;
  ck_assert_uint_eq(count, world.model->cell_count);
  mls_values_free(values);
}
END_TEST

START_TEST(test_reset) {
  struct mls_values *v = world.values;
  size_t bytes = world.model->value_count * sizeof *v->value;
  double *before = malloc(bytes);
  memcpy(before, v->value, bytes);
  world_set(&world, "load", "10");
  world_set(&world, "hw", "Small");
  world_set(&world, "hw.tdp", "5");
  world_set(&world, "mode", "slow");
  ck_assert_int_eq(mls_set_number(v, cell("plan.cost"), 4, 7), MLS_OK);
  ck_assert_int_eq(mls_settle(v), MLS_OK);
  ck_assert(memcmp(before, v->value, bytes) != 0);
  mls_reset(v);
  ck_assert_int_eq(mls_settle(v), MLS_OK);
  ck_assert(memcmp(before, v->value, bytes) == 0);
  ck_assert_uint_eq(v->setting_count, 0);
  mls_reset(NULL);
  free(before);
}
END_TEST

/* A what-if over a fact stays when another item is chosen; an item's own facts follow. */
START_TEST(test_what_if) {
  world_set(&world, "hw.tdp", "1000");
  world_set(&world, "hw", "Small");
  ck_assert(ask(&world, "hw.tdp") == 1000 && ask(&world, "speed") == 1e14);
  ck_assert_str_eq(mls_state(world.values, cell("power")), "assumed");
  mls_reset(world.values);
  ck_assert(ask(&world, "hw.tdp") == 700);
}
END_TEST

/* ---- "settle after random sequences of sets equals a fresh calculation bit for bit" ---- */

static unsigned long long seed = 88172645463325252ull;

static unsigned pick(unsigned below) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (unsigned)(seed >> 33) % below;
}

struct move {
  int kind;
  char text[32];
  size_t row;
};

static void play(mls_values *v, const struct move *move) {
  static const char *const paths[] = { "gpus",   "load",          "size",   "mode",  "hw",
                                       "hw.tdp", "hw.flops.fp16", "j.load", "j.mode" };
  if (move->kind == 9)
    ck_assert_int_eq(mls_set_number(v, cell("plan.cost"), move->row, atof(move->text)), MLS_OK);
  else ck_assert_int_eq(mls_set(v, paths[move->kind], move->text), MLS_OK);
}

static struct move make_move(void) {
  struct move move = { .kind = (int)pick(10), .row = pick(10) };
  switch (move.kind) {
    case 0: sprintf(move.text, "%u", 1 + pick(12)); break;
    case 3:
    case 8: strcpy(move.text, pick(2) ? "fast" : "slow"); break;
    case 4: strcpy(move.text, pick(2) ? "Big" : "Small"); break;
    case 9: sprintf(move.text, "%u", pick(9)); break;
    default: sprintf(move.text, "%u.%u", pick(100), pick(1000)); break;
  }
  return move;
}

START_TEST(test_random_sets) {
  enum { MOVES = 2000 };
  static struct move moves[MOVES];
  size_t bytes = world.model->value_count * sizeof(double);
  int begin = 0;
  for (int i = 0; i < MOVES; i++) {
    moves[i] = make_move();
    play(world.values, &moves[i]);
    if (pick(40) == 0) mls_reset(world.values), begin = i + 1;
    if (pick(3)) continue;
    ck_assert_int_eq(mls_settle(world.values), MLS_OK);
    mls_values *fresh;
    ck_assert_int_eq(mls_values_new(world.model, NULL, &fresh), MLS_OK);
    for (int j = begin; j <= i; j++) play(fresh, &moves[j]);
    ck_assert_int_eq(mls_settle(fresh), MLS_OK);
    ck_assert_msg(memcmp(fresh->value, world.values->value, bytes) == 0, "after %d moves", i + 1);
    mls_values_free(fresh);
  }
}
END_TEST

/* The same of recurrences with several lags, in long columns: intervals of stale rows. */
START_TEST(test_random_intervals) {
  struct world w;
  ask_open(
      &w,
      "table t for k in 1..2000\n  input x = 1 in 0..9\n  input y = 2 in 0..9\n"
      "  a_a = floor(prior(b_b, 1, 3) / 2) + x\n  b_b = floor(prior(a_a, 0) / 3) + prior(y, 0, 2)\n"
      "  c_c = min(a_a, 4) + prior(x, 0, 300)\n  d_d = prior(prior(c_c, 0), 0, 2) + if(e_e, 1, "
      "0)\n  e_e = y > 5\n"
      "  g_g = if(x > 5, x, y)\ntable u for k in 1..2000\n  z = t.a_a(2001 - k)\n  w = prior(w, 0) "
      "+ z\n"
      "s_s = sum(t.d_d) + default(max(t.a_a, t.e_e), 0) + last(u.w)\n");
  size_t x, y, bytes = w.model->value_count * sizeof(double);
  ck_assert_int_eq(mls_cell_find(w.model, "t.x", &x), MLS_OK);
  ck_assert_int_eq(mls_cell_find(w.model, "t.y", &y), MLS_OK);
  for (int round = 0; round < 150; round++) {
    for (unsigned i = 1 + pick(4); i-- > 0;)
      ck_assert_int_eq(mls_set_number(w.values, pick(2) ? x : y, pick(2000), pick(10)), MLS_OK);
    ck_assert_int_eq(mls_settle(w.values), MLS_OK);
    mls_values *fresh;
    ck_assert_int_eq(mls_values_new(w.model, NULL, &fresh), MLS_OK);
    for (size_t row = 0; row < 2000; row++) {
      double value;
      ck_assert_int_eq(mls_get(w.values, x, row, &value), MLS_OK);
      ck_assert_int_eq(mls_set_number(fresh, x, row, value), MLS_OK);
      ck_assert_int_eq(mls_get(w.values, y, row, &value), MLS_OK);
      ck_assert_int_eq(mls_set_number(fresh, y, row, value), MLS_OK);
    }
    ck_assert_int_eq(mls_settle(fresh), MLS_OK);
    ck_assert_msg(memcmp(fresh->value, w.values->value, bytes) == 0, "round %d", round);
    mls_values_free(fresh);
  }
  world_close(&w);
}
END_TEST

/* The tree walk that traces use gives the same bits as the tape. */
START_TEST(test_evaluate) {
  for (int i = 0; i < 50; i++) {
    struct move move = make_move();
    play(world.values, &move);
    ck_assert_int_eq(mls_settle(world.values), MLS_OK);
    for (unsigned k = 0; k < world.model->cell_count; k++) {
      const struct cell *at = &world.model->cells[k];
      for (size_t row = 0; at->formula && row < at->rows; row++) {
        double walked =
            values_evaluate(world.values, model_home(world.model, at), row, at->formula);
        double taped = values_get(world.values, k, row);
        ck_assert_msg(memcmp(&walked, &taped, sizeof walked) == 0, "cell %u row %zu", k, row);
      }
    }
  }
}
END_TEST

/* ---- states ---- */

static const struct {
  const char *lines, *path, *state;
} states[] = {
  { "input x = 1 in 0..2", "x", "input" },
  { "input x = 1 in 0..2  # X @book_q", "x", "cited" },
  { "x = 2 * 3  # Constant", "x", "estimate" },
  { "x = 2 * 3  # Constant @book_q", "x", "cited" },
  { "x = 1 + 2 - 0.5 * 0", "x", "input" },
  { "input hw = Big in chips\nx [W] = hw.tdp", "x", "verified" },
  { "input hw = Big in chips\nx [W] = hw.tdp * 2", "x", "derived" },
  { "input hw = Big in chips\nx [GB] = hw.memory", "x", "cited" },
  { "input hw = Big in chips\nx [USD] = hw.price", "x", "estimate" },
  { "input hw = Big in chips\nx [GB] = hw.memory + 3 [GB]", "x", "estimate" },
  /* "The weakest state of a cell is over all its precedents, whichever branch was taken" */
  { "input hw = Big in chips\nx = if(1 > 2, hw.price / 1 [USD], hw.tdp / 1 [W])", "x", "estimate" },
  { "input hw = Big in chips\nx [FLOP/s] = hw.flops(\"fp16\")", "x", "verified" },
  { "input hw = Big in chips\nx [FLOP/s] = hw.flops.fp8", "x", "estimate" },
  { "input hw = Big in chips\nuse j = job(hw = hw)\nx [W] = j.power", "x", "derived" },
  { "input hw = Big in chips\nuse j = job(hw = hw, gpus = 7)\nx [W] = j.power", "x", "estimate" },
  { "table t for d in chips\n  x [W] = d.tdp\ny [W] = sum(t.x)", "y", "derived" },
  { "table t for k in 1..3\n  x = prior(x, 0, 3) + 1\ny = t.x(3)", "y", "input" },
};

START_TEST(test_state) {
  struct world w;
  size_t at;
  ask_open(&w, states[_i].lines);
  ck_assert_int_eq(mls_cell_find(w.model, states[_i].path, &at), MLS_OK);
  ck_assert_msg(strcmp(mls_state(w.values, at), states[_i].state) == 0, "%s: %s", states[_i].lines,
                mls_state(w.values, at));
  world_close(&w);
}
END_TEST

/* ---- checks and errors ---- */

START_TEST(test_check) {
  mls_verdict verdict;
  ck_assert_int_eq(mls_check(world.values, cell("fits"), &verdict), MLS_OK);
  ck_assert(verdict.holds == 0 && verdict.left == 5e11 && verdict.right == 3.2e11 &&
            verdict.gap == 1.8e11);
  ck_assert_str_eq(verdict.unit, "B");
  ck_assert_has(verdict.message, "fits");
  world_set(&world, "size", "100");
  ck_assert_int_eq(mls_check(world.values, cell("fits"), &verdict), MLS_OK);
  ck_assert(verdict.holds == 1 && verdict.gap <= 0);
  ck_assert_int_eq(mls_check(world.values, cell("j.gpus in 1..64 by 1"), &verdict), MLS_OK);
  ck_assert(verdict.holds == 1);
  ck_assert_int_eq(mls_check(world.values, cell("gpus"), &verdict), MLS_NAME);
  ck_assert_has(mls_values_message(world.values, 0)->text, "is no check");
  ck_assert_int_eq(mls_check(world.values, 99999, &verdict), MLS_NAME);
  ck_assert_int_eq(mls_check(world.values, 0, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_check(NULL, 0, &verdict), MLS_VALUE);
  /* "A check over an error is an error, not false" */
  struct world w;
  ask_open(&w, "x = 1 / 0\ncheck c_c = x > 1\n");
  size_t at;
  ck_assert_int_eq(mls_cell_find(w.model, "c_c", &at), MLS_OK);
  ck_assert_int_eq(mls_check(w.values, at, &verdict), MLS_OK);
  ck_assert_int_eq(verdict.holds, -1);
  world_close(&w);
}
END_TEST

START_TEST(test_bound_outside) {
  struct world w;
  mls_verdict verdict;
  size_t at;
  ask_open(
      &w,
      "use j = job(gpus = 100, load = missing(\"none\"), mode = if(1 > 0, \"other\", \"fast\"))\n");
  ck_assert_int_eq(mls_cell_find(w.model, "j.gpus in 1..64 by 1", &at), MLS_OK);
  ck_assert_int_eq(mls_check(w.values, at, &verdict), MLS_OK);
  ck_assert_int_eq(verdict.holds, 0);
  ck_assert_int_eq(mls_cell_find(w.model, "j.load in 0..100", &at), MLS_OK);
  ck_assert_int_eq(mls_check(w.values, at, &verdict), MLS_OK);
  ck_assert_int_eq(verdict.holds, -1);
  ck_assert_int_eq(mls_cell_find(w.model, "j.mode in fast, slow", &at), MLS_OK);
  ck_assert_int_eq(mls_check(w.values, at, &verdict), MLS_OK);
  ck_assert_int_eq(verdict.holds, 0);
  world_close(&w);
}
END_TEST

START_TEST(test_error) {
  mls_cell_error error;
  double si;
  world_set(&world, "load", "20");
  ck_assert_int_eq(mls_get(world.values, cell("root"), 0, &si), MLS_VALUE);
  ck_assert_int_eq(mls_error(world.values, cell("root"), 0, &error), MLS_OK);
  ck_assert_str_eq(error.kind, "range");
  ck_assert_str_eq(error.origin, "root");
  ck_assert_int_eq(mls_error(world.values, cell("safe"), 0, &error), MLS_OK);
  ck_assert_ptr_null(error.kind);
  ck_assert_int_eq(mls_error(world.values, cell("at"), 0, &error), MLS_OK);
  ck_assert_int_eq(mls_error(world.values, 99999, 0, &error), MLS_NAME);
  ck_assert_int_eq(mls_error(world.values, 0, 9, &error), MLS_NAME);
  ck_assert_int_eq(mls_error(world.values, 0, 0, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_error(NULL, 0, 0, &error), MLS_VALUE);
  world_set(&world, "gpus", "20");
  ck_assert_int_eq(mls_error(world.values, cell("at"), 0, &error), MLS_OK);
  ck_assert_str_eq(error.kind, "missing");
}
END_TEST

/* ---- arguments ---- */

START_TEST(test_arguments) {
  double si;
  const char *word;
  mls_values *values;
  ck_assert_int_eq(mls_values_new(NULL, NULL, &values), MLS_VALUE);
  ck_assert_int_eq(mls_values_new(world.model, NULL, NULL), MLS_VALUE);
  mls_values_free(NULL);
  ck_assert_ptr_null(mls_values_message(NULL, 0));
  ck_assert_int_eq(mls_set(NULL, "gpus", "3"), MLS_VALUE);
  ck_assert_int_eq(mls_set(world.values, NULL, "3"), MLS_VALUE);
  ck_assert_int_eq(mls_set(world.values, "gpus", NULL), MLS_VALUE);
  ck_assert_int_eq(mls_settle(NULL), MLS_VALUE);
  ck_assert_int_eq(mls_get(NULL, 0, 0, &si), MLS_VALUE);
  ck_assert_int_eq(mls_get(world.values, 0, 0, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_get(world.values, 99999, 0, &si), MLS_NAME);
  ck_assert_int_eq(mls_get(world.values, cell("gpus"), 1, &si), MLS_NAME);
  ck_assert_int_eq(mls_get(world.values, (size_t)-1, 0, &si), MLS_NAME);
  ck_assert_int_eq(mls_get(world.values, cell("plan.cost"), (size_t)-1, &si), MLS_NAME);
  ck_assert_int_eq(mls_get(world.values, cell("mode"), 0, &si), MLS_NAME);
  ck_assert_int_eq(mls_get_word(world.values, cell("gpus"), 0, &word), MLS_NAME);
  ck_assert_int_eq(mls_get_word(world.values, cell("mode"), 0, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_get_word(world.values, cell("mode"), 0, &word), MLS_OK);
  ck_assert_str_eq(word, "fast");
  ck_assert_int_eq(mls_get_word(world.values, cell("plan.name"), 9, &word), MLS_OK);
  ck_assert_str_eq(word, "fast");
  ck_assert_ptr_nonnull(mls_state(NULL, 0));
  ck_assert_ptr_nonnull(mls_state(world.values, 99999));
}
END_TEST

START_TEST(test_set_number) {
  mls_values *v = world.values;
  ck_assert_int_eq(mls_set_number(v, cell("gpus"), 0, 8), MLS_OK);
  ck_assert(ask(&world, "gpus") == 8);
  ck_assert_int_eq(mls_set_number(v, cell("plan.cost"), 9, 2), MLS_OK);
  ck_assert(ask(&world, "plan.cost(9)") == 2 && ask(&world, "plan.cost(8)") == 1);
  static const struct {
    const char *path;
    size_t row;
    double si;
    mls_status status;
  } wrong[] = {
    { "gpus", 0, 65, MLS_RANGE },     { "gpus", 0, 1.5, MLS_RANGE },
    { "gpus", 0, NAN, MLS_RANGE },    { "gpus", 0, (double)INFINITY, MLS_RANGE },
    { "gpus", 1, 8, MLS_NAME },       { "power", 0, 8, MLS_NAME },
    { "mode", 0, 1, MLS_UNIT },       { "plan.cost", 10, 1, MLS_NAME },
    { "plan.total", 0, 1, MLS_NAME }, { "plan.cost", 0, 10, MLS_RANGE },
    { "load", 0, 80, MLS_RANGE },     { "hw", 0, 1, MLS_UNIT },
    { "j.gpus", 0, 8, MLS_NAME },     { "plan.month", 0, 1, MLS_NAME },
    { "fits", 0, 1, MLS_NAME },
  };
  for (size_t i = 0; i < COUNT_OF(wrong); i++) {
    mls_status status = mls_set_number(v, cell(wrong[i].path), wrong[i].row, wrong[i].si);
    ck_assert_msg(status == wrong[i].status, "%s[%zu] = %g: %d", wrong[i].path, wrong[i].row,
                  wrong[i].si, (int)status);
    ck_assert_ptr_nonnull(mls_values_message(v, 0));
  }
  ck_assert_int_eq(mls_set_number(NULL, 0, 0, 1), MLS_VALUE);
  ck_assert_int_ne(mls_set_number(v, (size_t)-1, 0, 1), MLS_OK);
  ck_assert_int_eq(mls_set_number(v, 99999, 0, 1), MLS_NAME);
}
END_TEST

static mls_status refuse(void *context, const void *bytes, size_t size) {
  (void)bytes, (void)size;
  ++*(int *)context;
  return MLS_FILE;
}

START_TEST(test_reports) {
  struct sink sink = { NULL, 0 };
  mls_run run = { "base", world.values }, runs[2] = { run, { NULL, world.values } };
  mls_report report = { .size = sizeof report, .form = "json", .runs = &run, .run_count = 1 };
  int calls = 0;
  size_t count;
  ck_assert_int_eq(mls_export(world.model, &report, refuse, &calls), MLS_FILE);
  ck_assert_int_ge(calls, 1);
  ck_assert_int_eq(mls_export(NULL, &report, sink_write, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_export(world.model, NULL, sink_write, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_export(world.model, &report, NULL, &sink), MLS_VALUE);
  report.form = "zzz";
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_NAME);
  ck_assert_has(mls_values_message(world.values, 0)->text, "there is no report form \"zzz\"");
  report.form = NULL;
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_VALUE);
  report = (mls_report){ .size = sizeof report, .form = "json", .runs = runs, .run_count = 2 };
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_VALUE);
  ck_assert_has(mls_values_message(world.values, 0)->text,
                "all runs of a report are of one model, and named");
  report.size = 3;
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_VALUE);
  report = (mls_report){ .size = sizeof report, .form = "text" };
  ck_assert_int_eq(mls_why(world.values, "zzz", &report, sink_write, &sink), MLS_NAME);
  ck_assert_int_eq(mls_why(world.values, "power", NULL, sink_write, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_why(NULL, "power", &report, sink_write, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_why(world.values, NULL, &report, sink_write, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_why(world.values, "power", &report, NULL, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_why(world.values, "power", &report, refuse, &calls), MLS_FILE);
  ck_assert_int_eq(mls_describe(NULL, sink_write, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_describe(world.model, NULL, &sink), MLS_VALUE);
  ck_assert_int_eq(mls_describe(world.model, refuse, &calls), MLS_FILE);
  ck_assert_int_eq(mls_strict(NULL, world.model, &count), MLS_VALUE);
  ck_assert_int_eq(mls_strict(world.book, NULL, &count), MLS_VALUE);
  ck_assert_int_eq(mls_strict(world.book, world.model, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_strict(world.book, world.model, &count), MLS_OK);
  ck_assert_uint_gt(count, 0);
  free(sink.text);
}
END_TEST

START_TEST(test_scenarios) {
  mls_scenarios *scenarios;
  mls_values *other;
  static const char csv[] = "name,unit,base,high\nhw,,Small,Big\nhw.tdp,W,50,60\nload,,10,20\n";
  ck_assert_int_eq(
      mls_scenarios_read(world.model, world.values, "s.csv", csv, sizeof csv - 1, &scenarios),
      MLS_OK);
  ck_assert_uint_eq(mls_scenarios_count(scenarios), 2);
  ck_assert_str_eq(mls_scenarios_name(scenarios, 1), "high");
  ck_assert_ptr_null(mls_scenarios_name(scenarios, 2));
  ck_assert_ptr_null(mls_scenarios_name(NULL, 0));
  ck_assert_uint_eq(mls_scenarios_count(NULL), 0);
  /* "--set wins over CSV": what is set after a scenario is applied holds */
  ck_assert_int_eq(mls_scenarios_apply(scenarios, 0, world.values), MLS_OK);
  ck_assert_int_eq(set("load", "30"), MLS_OK);
  ck_assert(ask(&world, "load") == 0.3 && ask(&world, "hw.tdp") == 50);
  ck_assert_str_eq(ask_word(&world, "hw"), "Small");
  /* and applying one puts everything else back */
  ck_assert_int_eq(mls_scenarios_apply(scenarios, 1, world.values), MLS_OK);
  ck_assert(ask(&world, "load") == 0.2 && ask(&world, "hw.tdp") == 60);
  ck_assert_int_eq(mls_scenarios_apply(scenarios, 2, world.values), MLS_NAME);
  ck_assert_int_eq(mls_scenarios_apply(NULL, 0, world.values), MLS_VALUE);
  ck_assert_int_eq(mls_scenarios_apply(scenarios, 0, NULL), MLS_VALUE);
  ck_assert_int_eq(mls_values_new(world.model, NULL, &other), MLS_OK);
  ck_assert_int_eq(mls_scenarios_apply(scenarios, 1, other), MLS_OK);
  mls_values_free(other);
  mls_scenarios_free(scenarios);
  mls_scenarios_free(NULL);
  mls_inputs inputs = {
    .size = sizeof inputs, .file = "s.csv", .bytes = csv, .length = sizeof csv - 1, .csv = "zzz"
  };
  ck_assert_int_eq(mls_inputs_read(world.model, world.values, &inputs, &scenarios), MLS_NAME);
  ck_assert_has(mls_values_message(world.values, 0)->text, "there is no form of CSV called zzz");
  ck_assert_int_eq(mls_scenarios_read(world.model, world.values, NULL, csv, 3, &scenarios),
                   MLS_VALUE);
  ck_assert_int_eq(mls_scenarios_read(world.model, NULL, "s", csv, 3, &scenarios), MLS_VALUE);
  ck_assert_int_eq(mls_scenarios_read(NULL, world.values, "s", csv, 3, &scenarios), MLS_VALUE);
}
END_TEST

Suite *suite_values(void) {
  Suite *suite = suite_create("values");
  TCase *tests = tcase_create("values"), *own = tcase_create("own");
  tcase_add_checked_fixture(tests, open_world, close_world);
  tcase_set_timeout(tests, 120);
  tcase_set_timeout(own, 120);
  tcase_add_loop_test(tests, test_given, 0, (int)COUNT_OF(given));
  tcase_add_loop_test(tests, test_bad, 0, (int)COUNT_OF(bad));
  tcase_add_test(tests, test_unread);
  tcase_add_test(own, test_words);
  tcase_add_test(tests, test_early_stop);
  tcase_add_test(tests, test_changed_order);
  tcase_add_test(tests, test_first_settling);
  tcase_add_test(tests, test_reset);
  tcase_add_test(tests, test_what_if);
  tcase_add_test(tests, test_random_sets);
  tcase_add_test(own, test_random_intervals);
  tcase_add_test(tests, test_evaluate);
  tcase_add_loop_test(own, test_state, 0, (int)COUNT_OF(states));
  tcase_add_test(tests, test_check);
  tcase_add_test(own, test_bound_outside);
  tcase_add_test(tests, test_error);
  tcase_add_test(tests, test_arguments);
  tcase_add_test(tests, test_set_number);
  tcase_add_test(tests, test_reports);
  tcase_add_test(tests, test_scenarios);
  suite_add_tcase(suite, tests);
  suite_add_tcase(suite, own);
  return suite;
}
