/* Origins of errors, verdicts of checks, reasons and evidence. */
#include <stdio.h>

#include "fixture.h"

Suite *suite_trace(void);

/* ---- where an error began ---- */

static const char errors[] =
    "sheet errors\n"
    "input hw                 = H in device\n"
    "input precision          = fp64 in fp16, fp64\n"
    "input servers            = 0 in 0..10\n"
    "input queue              = 6 in 0..10\n"
    "input low                = -4 in -10..10\n"
    "input huge               = 1e300 in 0..1e308\n"
    "input big                = 1e308 in 0..1e308\n"
    "speed [TFLOP/s]          = hw.flops(precision)\n"
    "named [TFLOP/s]          = hw.flops.fp64\n"
    "twice [TFLOP/s]          = 2 * speed\n"
    "wait                     = queue / servers\n"
    "both                     = (1 + wait) + sqrt(low)\n"
    "root                     = sqrt(low)\n"
    "too_large                = huge * big\n"
    "rest                     = mod(queue, servers)\n"
    "raised                   = servers ^ low\n"
    "no_answer                = if(low < 0, missing(\"never pays back\"), 1)\n"
    "other_branch             = if(low < 0, queue, wait)\n"
    "chosen                   = if(wait > 0, 1, 2)\n"
    "either                   = default(wait, root)\n"
    "saved                    = default(wait, 7)\n"
    "table plan for month in 1..5\n"
    "  share                  = 6 / (month - 3)\n"
    "  late                   = month > 3\n"
    "  never                  = month > 9\n"
    "  on_time                = month > 4\n"
    "  run                    = prior(run + share, 0)\n"
    "  far                    = prior(share, wait, 2)\n"
    "  two                    = if(month == 2, wait, if(month == 5, sqrt(low), 1))\n"
    "all                      = sum(plan.share)\n"
    "some                     = sum(plan.share, plan.late)\n"
    "none                     = max(plan.share, plan.never)\n"
    "row                      = plan.share(9)\n"
    "third_row                     = plan.share(3)\n"
    "last_run                 = last(plan.run)\n"
    "last_two                 = last(plan.two)\n"
    "late_two                 = first(plan.two, plan.on_time)\n"
    "check enough             = wait <= 5  # Must be quick\n";

struct expected {
  const char *path, *kind, *origin, *message;
};

static const struct expected origins[] = {
  { "wait", "division", "wait", "queue / servers with servers = 0" },
  { "both", "division", "wait", "queue / servers with servers = 0" },
  { "root", "range", "root", "sqrt(low) with low = -4 is not defined" },
  { "too_large", "range", "too_large",
    "huge * big with huge = 1e300, big = 1e308 is too large for a number" },
  { "rest", "division", "rest", "mod(queue, servers) with servers = 0" },
  { "raised", "division", "raised", "servers ^ low with servers = 0, low = -4" },
  { "no_answer", "missing", "no_answer", "never pays back" },
  { "chosen", "division", "wait", "queue / servers with servers = 0" },
  { "either", "range", "root", "sqrt(low) with low = -4 is not defined" },
  { "plan.share(3)", "division", "plan.share(3)", "6 / (month - 3) with month - 3 = 0" },
  { "plan.run(5)", "division", "plan.share(3)", "6 / (month - 3) with month - 3 = 0" },
  { "plan.far(1)", "division", "wait", "queue / servers with servers = 0" },
  { "plan.far(5)", "division", "plan.share(3)", "6 / (month - 3) with month - 3 = 0" },
  { "all", "division", "plan.share(3)", "6 / (month - 3) with month - 3 = 0" },
  { "none", "missing", NULL, "max(plan.share, plan.never) selects no row" },
  { "row", "missing", "row", "plan.share has no row 9" },
  { "third_row", "division", "plan.share(3)", "6 / (month - 3) with month - 3 = 0" },
  { "last_run", "division", "plan.share(3)", "6 / (month - 3) with month - 3 = 0" },
  { "last_two", "range", "plan.two(5)", "sqrt(low) with low = -4 is not defined" },
  { "late_two", "range", "plan.two(5)", "sqrt(low) with low = -4 is not defined" },
  { "enough", "division", "wait", "queue / servers with servers = 0" },
};

static void same_origin(struct world *world, const struct expected *want) {
  size_t row;
  struct origin origin;
  struct buffer path;
  unsigned cell = world_cell(world, want->path, &row);
  ck_assert_int_eq(trace_error(world->values, cell, row, &origin), MLS_OK);
  ck_assert_msg(origin.kind != NULL, "%s has no error", want->path);
  ck_assert_str_eq(origin.kind, want->kind);
  ck_assert_str_eq(origin.message, want->message);
  buffer_open(&path, &world->values->memory);
  show_path(world->model, origin.cell, origin.row, &path);
  if (want->origin) ck_assert_str_eq(path.bytes, want->origin);
  buffer_close(&path);
}

START_TEST(errors_begin_somewhere) {
  struct world world = { 0 };
  world_open(&world, "errors", errors);
  for (size_t i = 0; i < sizeof origins / sizeof *origins; i++) same_origin(&world, &origins[i]);
  world_close(&world);
}
END_TEST

START_TEST(absent_facts_name_item_and_registry) {
  static const struct expected absent[] = {
    { "speed", "missing", "hw.flops.fp64", "B has no fact flops.fp64 (device)" },
    { "named", "missing", "hw.flops.fp64", "B has no fact flops.fp64 (device)" },
    { "twice", "missing", "hw.flops.fp64", "B has no fact flops.fp64 (device)" },
  };
  struct world world = { 0 };
  world_open(&world, "errors", errors);
  world_set(&world, "hw", "B");
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) same_origin(&world, &absent[i]);
  world_close(&world);
}
END_TEST

START_TEST(sound_cells_have_no_origin) {
  static const char *const sound[] = { "other_branch", "saved", "plan.run(3)",
                                       "plan.far(4)",  "some",  "speed" };
  struct world world = { 0 };
  struct origin origin;
  size_t row;
  world_open(&world, "errors", errors);
  for (size_t i = 0; i < sizeof sound / sizeof *sound; i++) {
    unsigned cell = world_cell(&world, sound[i], &row);
    ck_assert_int_eq(trace_error(world.values, cell, row, &origin), MLS_OK);
    ck_assert_msg(origin.kind == NULL, "%s: %s", sound[i], origin.kind);
  }
  world_close(&world);
}
END_TEST

START_TEST(a_long_chain_is_walked) {
  enum { LENGTH = 20000 };
  struct world world = { 0 };
  struct origin origin;
  char *text = malloc(LENGTH * 40 + 100), *at = text;
  ck_assert_ptr_nonnull(text);
  at += sprintf(at, "sheet chain\ninput zero = 0 in 0..1\nc_0_x = 1 / zero\n");
  for (int i = 1; i < LENGTH; i++) at += sprintf(at, "c_%d_x = c_%d_x + 1\n", i, i - 1);
  world_open(&world, "chain", text);
  char last[32];
  sprintf(last, "c_%d_x", LENGTH - 1);
  ck_assert_int_eq(trace_error(world.values, world_cell(&world, last, NULL), 0, &origin), MLS_OK);
  ck_assert_str_eq(origin.message, "1 / zero with zero = 0");
  free(world_why(&world, last, "text"));
  free(world_why(&world, last, "json"));
  world_close(&world);
  free(text);
}
END_TEST

/* ---- verdicts ---- */

static const char checks[] = "sheet checks\n"
                             "input weights [GB]       = 100 in 0..1000\n"
                             "input cache [GB]         = 54.6 in 0..1000\n"
                             "input memory [TB]        = 0.0859 in 0..1\n"
                             "input sure [%]           = 90 in 0..100\n"
                             "input gpus [GPU]         = 128 in 1..1000\n"
                             "input mode               = fast in fast, slow\n"
                             "zero                     = 0 * sure\n"
                             "use job                  = part(size = weights, n = gpus)\n"
                             "check fits               = weights + cache <= memory  # Must fit\n"
                             "check enough             = sure >= 0.95\n"
                             "check holds              = weights < 200 [GB]\n"
                             "check limit              = weights <= 100 [GB]\n"
                             "check above              = memory >= weights\n"
                             "check equal              = zero == 0\n"
                             "check unequal            = zero == 3\n"
                             "check both               = and(weights > 1 [GB], cache > 100 [GB])\n"
                             "check quick              = mode == \"slow\"\n"
                             "check near               = weights <= 99.999 [GB]\n"
                             "check count              = gpus <= 64\n"
                             "check broken             = 1 / zero > 2\n";

struct said {
  const char *path, *message;
  int holds;
};

static const struct said verdicts[] = {
  { "fits", "fits: weights + cache <= memory is false: 154.6 GB against 85.9 GB, over by 68.7 GB",
    0 },
  { "enough", "enough: sure >= 0.95 is false: 90 % against 95 %, short by 5 %", 0 },
  { "holds", "holds: weights < 200 [GB] is true: 100 GB against 200 GB, 100 GB to spare", 1 },
  { "limit", "limit: weights <= 100 [GB] is true: 100 GB against 100 GB, exactly at the limit", 1 },
  { "above", "above: memory >= weights is false: 0.0859 TB against 0.1 TB, short by 0.0141 TB", 0 },
  { "equal", "equal: zero == 0 is true: 0 against 0", 1 },
  { "unequal", "unequal: zero == 3 is false: 0 against 3, apart by 3", 0 },
  { "both", "both: and(weights > 1 [GB], cache > 100 [GB]) is false", 0 },
  { "quick", "quick: mode == \"slow\" is false: \"fast\" against \"slow\"", 0 },
  { "near", "near: weights <= 99.999 [GB] is false: 100 GB against 99.999 GB, over by 0.001 GB",
    0 },
  { "count", "count: gpus <= 64 is false: 128 GPU against 64 GPU, over by 64 GPU", 0 },
  { "broken", "broken: 1 / zero > 2 cannot be decided: division: 1 / zero with zero = 0", -1 },
  { "job.n in 1..64", "job.n in 1..64 is false: 128 is outside", 0 },
  { "job.size in 0..100", "job.size in 0..100 is true: 100 is inside", 1 },
};

START_TEST(checks_say_what_they_compare) {
  struct world world = { 0 };
  struct verdict verdict;
  world_open(&world, "checks", checks);
  for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
    unsigned cell = world_cell(&world, verdicts[i].path, NULL);
    ck_assert_int_eq(trace_check(world.values, cell, &verdict), MLS_OK);
    ck_assert_str_eq(verdict.message, verdicts[i].message);
    ck_assert_int_eq(verdict.holds, verdicts[i].holds);
    if (verdict.compares) ck_assert((verdict.gap <= 0) == (verdict.holds == 1));
    else ck_assert(value_is_error(verdict.gap));
  }
  world_close(&world);
}
END_TEST

START_TEST(sides_are_in_base_units) {
  struct world world = { 0 };
  struct verdict verdict;
  world_open(&world, "checks", checks);
  unsigned cell = world_cell(&world, "fits", NULL);
  ck_assert_int_eq(trace_check(world.values, cell, &verdict), MLS_OK);
  ck_assert_double_eq_tol(verdict.left, 154.6e9, 1);
  ck_assert_double_eq_tol(verdict.right, 85.9e9, 1);
  ck_assert_double_eq_tol(verdict.gap, 68.7e9, 1);
  world_close(&world);
}
END_TEST

/* ---- reasons ---- */

static const char plan[] =
    "sheet plan_of\n"
    "input hw                 = H in device\n"
    "input word               = fp16 in fp16, fp64\n"
    "input n [GPU]            = 3 in 1..10\n"
    "table plan for month in 1..4\n"
    "  cost [USD]             = hw.price * n / 1 [GPU]\n"
    "  total [USD]            = prior(total, 5 [USD] * n / 1 [GPU]) + cost\n"
    "  open                   = month <= 2\n"
    "rate [TFLOP/s]           = hw.flops(word) * n / 1 [GPU] * 3  # Of all @book_q\n"
    "spent [USD]              = sum(plan.cost, plan.open) + plan.total(2) + spare\n"
    "spare [USD]              = 77 [USD]\n";

static void same_reasons(struct world *world, const char *path, const char *wanted) {
  struct reason *list;
  size_t count, row;
  struct buffer text;
  unsigned cell = world_cell(world, path, &row);
  ck_assert_int_eq(trace_reasons(world->values, cell, row, &list, &count), MLS_OK);
  buffer_open(&text, &world->values->memory);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) buffer_char(&text, ' ');
    show_path(world->model, list[i].cell, list[i].row, &text);
    ck_assert(list[i].whole == (list[i].row == ROWS_ALL));
  }
  ck_assert_str_eq(text.size ? text.bytes : "", wanted);
  buffer_close(&text);
}

START_TEST(reasons_are_direct_precedents) {
  struct world world = { 0 };
  world_open(&world, "plan_of", plan);
  same_reasons(&world, "rate", "hw.flops.fp16 word n");
  same_reasons(&world, "plan.cost(2)", "hw.price n");
  same_reasons(&world, "plan.total(1)", "n plan.cost(1)");
  same_reasons(&world, "plan.total(3)", "plan.total(2) plan.cost(3)");
  same_reasons(&world, "plan.total", "plan.total n plan.cost");
  same_reasons(&world, "spent", "plan.cost plan.open plan.total(2) spare");
  same_reasons(&world, "hw.price", "hw");
  same_reasons(&world, "hw", "");
  world_close(&world);
}
END_TEST

START_TEST(evidence_is_counted_once) {
  struct world world = { 0 };
  struct evidence evidence;
  world_open(&world, "plan_of", plan);
  ck_assert_int_eq(trace_evidence(world.values, world_cell(&world, "rate", NULL), &evidence),
                   MLS_OK);
  ck_assert_uint_eq(evidence.count[STATE_CITED], 2); /* the fact and the constant */
  ck_assert_uint_eq(evidence.count[STATE_ESTIMATE], 0);
  ck_assert_int_eq(trace_evidence(world.values, world_cell(&world, "spent", NULL), &evidence),
                   MLS_OK);
  ck_assert_uint_eq(evidence.count[STATE_ESTIMATE], 3); /* the price, 5 [USD] and 77 [USD] */
  ck_assert_uint_eq(evidence.count[STATE_VERIFIED], 0);
  world_set(&world, "hw.price", "20 [kUSD]");
  ck_assert_int_eq(trace_evidence(world.values, world_cell(&world, "spent", NULL), &evidence),
                   MLS_OK);
  ck_assert_uint_eq(evidence.count[STATE_ASSUMED], 1);
  ck_assert_uint_eq(evidence.count[STATE_ESTIMATE], 2);
  world_close(&world);
}
END_TEST

/* ---- paths of a person ---- */

START_TEST(paths_are_found) {
  static const char *const same[] = { "rate", "plan.cost(2)", "hw.flops.fp16", "hw.price" };
  static const char *const wrong[][2] = {
    { "rat", "plan_of has no cell rat (did you mean rate?)" },
    { "plan.cost(9)", "plan.cost has no row 9" },
    { "plan.cost(x)", "plan.cost has no row x" },
    { "rate(1)", "rate is one value and has no rows" },
    { "plan.cost(", "plan_of has no cell plan.cost(" },
    { "", "plan_of has no cell " },
    { "()", "plan_of has no cell " },
  };
  struct world world = { 0 };
  unsigned cell;
  size_t row;
  world_open(&world, "plan_of", plan);
  for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
    struct buffer path;
    cell = world_cell(&world, same[i], &row);
    buffer_open(&path, &world.values->memory);
    show_path(world.model, cell, row, &path);
    ck_assert_str_eq(path.bytes, same[i]);
    buffer_close(&path);
  }
  world_cell(&world, "hw.flops(fp64)", &row);
  world_cell(&world, " plan.cost( 3 ) ", &row);
  ck_assert_uint_eq(row, 2);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct fails *fails = &world.values->fails;
    fail_clear(fails);
    ck_assert_int_eq(show_find(world.model, wrong[i][0], fails, &cell, &row), MLS_NAME);
    ck_assert_has(fails->first->text, wrong[i][1]);
  }
  world_close(&world);
}
END_TEST

Suite *suite_trace(void) {
  Suite *suite = suite_create("trace");
  TCase *all = tcase_create("all");
  tcase_set_timeout(all, 60);
  tcase_add_test(all, errors_begin_somewhere);
  tcase_add_test(all, absent_facts_name_item_and_registry);
  tcase_add_test(all, sound_cells_have_no_origin);
  tcase_add_test(all, a_long_chain_is_walked);
  tcase_add_test(all, checks_say_what_they_compare);
  tcase_add_test(all, sides_are_in_base_units);
  tcase_add_test(all, reasons_are_direct_precedents);
  tcase_add_test(all, evidence_is_counted_once);
  tcase_add_test(all, paths_are_found);
  suite_add_tcase(suite, all);
  return suite;
}
