/* A branch: it begins with what was set, facts too, moves inputs alone, and leaves the values it
   came from as they are. */
#include "branch.h"
#include "fixture.h"

Suite *suite_branch(void);

static const char text[] =
    "sheet moved  # Moved\n"
    "input hw                 = H in device\n"
    "input gpus [GPU]         = 4 likely 2..100 in 1..64 by 1\n"
    "table plan for month in 1..3\n"
    "  input share            = 1, 2, 3 in 0..9\n"
    "  cost [kUSD]            = prior(cost, 0) + gpus * share * hw.price / 1 [GPU]\n"
    "total [kUSD]             = sum(plan.cost)\n";

static struct world world;
static struct mls_values branch;

static void open_all(void) {
  world = (struct world){ .extra = NULL };
  world_open(&world, "moved", text);
}

static void close_all(void) { world_close(&world); }

static double total_of(const struct mls_values *values) {
  return values_get(values, world_cell(&world, "total", NULL), 0);
}

START_TEST(test_begins) {
  world_set(&world, "gpus", "5");
  world_set(&world, "hw.price", "10 [kUSD]");
  ck_assert(total_of(world.values) == 500e3); /* 5 * 10 kUSD * (1 + 3 + 6) */
  ck_assert_int_eq(branch_open(&branch, world.values), MLS_OK);
  ck_assert(total_of(&branch) == 500e3);
  ck_assert_int_eq(branch_move(&branch, world_cell(&world, "gpus", NULL), 1), MLS_OK);
  ck_assert(total_of(&branch) == 100e3);
  ck_assert(total_of(world.values) == 500e3);
  branch_close(&branch);
  world_set(&world, "gpus", "6");
  ck_assert(total_of(world.values) == 600e3);
}
END_TEST

/* 100 is outside the set; the sheet calls it likely. */
START_TEST(test_outside) {
  unsigned gpus = world_cell(&world, "gpus", NULL);
  ck_assert_int_eq(branch_open(&branch, world.values), MLS_OK);
  ck_assert_int_eq(branch_move(&branch, gpus, 100), MLS_OK);
  ck_assert(total_of(&branch) == 100 * 30e3 * 10);
  ck_assert_int_eq(branch_move(&branch, gpus, 4), MLS_OK);
  ck_assert(total_of(&branch) == total_of(world.values));
  branch_close(&branch);
}
END_TEST

Suite *suite_branch(void) {
  Suite *suite = suite_create("branch");
  TCase *tests = tcase_create("branch");
  tcase_add_checked_fixture(tests, open_all, close_all);
  tcase_add_test(tests, test_begins);
  tcase_add_test(tests, test_outside);
  suite_add_tcase(suite, tests);
  return suite;
}
