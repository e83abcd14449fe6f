/* Reports as text and JSON, the tree of reasons, the description of sheets. JSON is read back by a
   real reader in cli.py; here only what stands in it. */
#include "fixture.h"

Suite *suite_export(void);

static const char fleet[] =
    "sheet fleet  # A small fleet @book_q\n"
    "## Inputs\n"
    "input hw                 = H in device                      # Accelerator\n"
    "input gpus [GPU]         = 8 in 1..1e6 by 1                 # Accelerators owned\n"
    "input load [%]           = 80 likely 60..90 in 0..100       # Mean load\n"
    "input budget [kUSD]      = 200 in 0..1e6                    # Money\n"
    "## Cost\n"
    "price [kUSD]             = hw.price * gpus / 1 [GPU]        # All of them\n"
    "table plan for month in 1..3  # By month\n"
    "  cash [kUSD]            = if(month == 1, price, 0)         # Paid\n"
    "  output total [kUSD]    = prior(total, 0) + cash           # Paid so far\n"
    "output cost [kUSD]       = last(plan.total)                 # Cost of the plan\n"
    "output speed [TFLOP/s]   = hw.flops.fp64 * gpus / 1 [GPU] * load\n"
    "                           # Speed of all\n"
    "output bound             = if(load > 0.5, \"busy\", \"idle\")  # What it is\n"
    "use job                  = part(size = 0.5 * hw.memory, n = gpus / 1 [GPU])  # The part\n"
    "check affordable         = cost <= budget                   # Within the budget\n"
    "check fast               = speed >= 1 [TFLOP/s]             # Not slow\n";

START_TEST(text_shows_answers_and_checks) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  char *text = world_report(&world, "text", false);
  ck_assert_has(text, "fleet  A small fleet\nscenario base, as of 2026-03-04\n");
  ck_assert_has(text, "\nResults\n");
  ck_assert_has(text, "  cost     240  kUSD     estimate  Cost of the plan\n");
  ck_assert_has(text, "  speed  428.8  TFLOP/s  cited     Speed of all\n");
  ck_assert_has(text, "  bound   busy           input     What it is\n");
  ck_assert_has(text, "affordable  FAILS  240 kUSD against 200 kUSD, over by 40 kUSD");
  ck_assert_has(text, "fast        holds  428.8 TFLOP/s against 1 TFLOP/s, 427.8 TFLOP/s to spare");
  ck_assert_has(text, "  1 check of used sheets holds, 2 bound inputs are within range\n");
  ck_assert_lacks(text, "budget  ");
  ck_assert_lacks(text, "\033");
  ck_assert_lacks(text, " \n");
  ck_assert_lacks(text, "Missing");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(text_of_everything_has_inputs_and_tables) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  world_set(&world, "budget", "0.3 [kUSD]");
  char *text = world_report(&world, "text", true);
  ck_assert_has(text, "\nInputs\n");
  ck_assert_has(text, "hw.price");
  ck_assert_has(text, "Data sheet of H");
  ck_assert_has(text, "0.3  kUSD");
  ck_assert_has(text, "\nplan  By month\n");
  ck_assert_has(text, "\n      1   240    240\n");
  ck_assert_has(text, "\njob (part)  A used part\n");
  ck_assert_has(text, "job.n in 1..64");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(text_tells_why_something_is_missing) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  world_set(&world, "hw", "B");
  char *text = world_report(&world, "text", false);
  ck_assert_has(text, "\nMissing\n");
  ck_assert_has(text, "cost, affordable: B has no fact price (device) (in hw.price)\n");
  ck_assert_has(text, "speed, fast: B has no fact flops.fp64 (device) (in hw.flops.fp64)\n");
  ck_assert_has(text, "speed  missing");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(scenarios_stand_side_by_side) {
  struct world world = { 0 };
  mls_values *other;
  struct sink sink = { NULL, 0 };
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_values_new(world.model, NULL, &other), MLS_OK);
  ck_assert_int_eq(mls_set(other, "gpus", "4"), MLS_OK);
  mls_run runs[] = { { "base", world.values }, { "half", other } };
  mls_report report = { .size = sizeof report, .form = "text", .runs = runs, .run_count = 2 };
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_OK);
  ck_assert_has(sink.text, "          base   half\n");
  ck_assert_has(sink.text, "  speed  428.8  214.4  TFLOP/s");
  ck_assert_has(sink.text, "affordable  FAILS  holds");
  ck_assert_has(sink.text, "  base: affordable: cost <= budget is false: 240 kUSD");
  ck_assert_has(sink.text, "(half)");
  free(sink.text);
  mls_values_free(other);
  world_close(&world);
}
END_TEST

START_TEST(colour_is_for_terminals) {
  struct world world = { 0 };
  struct sink sink = { NULL, 0 };
  world_open(&world, "fleet", fleet);
  mls_run run = { "base", world.values };
  mls_report report = {
    .size = sizeof report, .form = "text", .color = 1, .runs = &run, .run_count = 1
  };
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_OK);
  ck_assert_has(sink.text, "\033[1;31mFAILS\033[0m");
  free(sink.text);
  world_close(&world);
}
END_TEST

START_TEST(json_has_answers_and_checks) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  char *text = world_report(&world, "json", false);
  ck_assert_has(text, "{\"mlsysim\": \"" MLS_VERSION "\", \"schema\": 1, \"sheet\": \"fleet\", "
                      "\"date\": \"2026-03-04\"");
  ck_assert_has(text, "{\"path\": \"cost\", \"kind\": \"output\", \"value\": 240, \"unit\": "
                      "\"kUSD\", \"si\": 240000, \"state\": \"estimate\", \"error\": null}");
  ck_assert_has(text, "{\"path\": \"plan.total\", \"row\": 1, \"kind\": \"output\", ");
  ck_assert_has(text, "{\"path\": \"bound\", \"kind\": \"output\", \"value\": \"busy\", "
                      "\"unit\": null, \"si\": null, ");
  ck_assert_has(text, "{\"path\": \"affordable\", \"holds\": false, \"left\": 240000, "
                      "\"right\": 200000, \"gap\": 40000, \"unit\": \"USD\", \"error\": null, "
                      "\"message\": \"affordable: cost <= budget is false");
  ck_assert_has(text, "{\"path\": \"job.n in 1..64\", \"holds\": true, \"left\": null, ");
  ck_assert_lacks(text, "\"path\": \"budget\"");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(json_of_everything_has_sources) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  world_set(&world, "budget", "0.3 [kUSD]");
  char *text = world_report(&world, "json", true);
  ck_assert_has(text, "{\"path\": \"hw\", \"kind\": \"input\", \"value\": \"H\"");
  ck_assert_has(text, "{\"path\": \"hw.memory\", \"kind\": \"fact\", \"value\": 80, \"unit\": "
                      "\"GB\", \"si\": 80000000000, \"state\": \"verified\", \"error\": null, "
                      "\"source\": \"sheet_h\", \"accessed\": \"2026-01-02\"}");
  ck_assert_has(text, "\"path\": \"hw.flops.fp64\"");
  ck_assert_has(text, "{\"path\": \"budget\", \"kind\": \"input\", \"value\": 0.3, \"unit\": "
                      "\"kUSD\", \"si\": 300, ");
  ck_assert_has(text, "{\"path\": \"plan.month\", \"row\": 3, \"kind\": \"key\"");
  ck_assert_has(text, "{\"path\": \"job.size\", \"kind\": \"bound\"");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(json_errors_have_kind_and_origin) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  world_set(&world, "hw", "B");
  char *text = world_report(&world, "json", false);
  ck_assert_has(text, "\"value\": null, \"unit\": \"kUSD\", \"si\": null, ");
  ck_assert_has(text, "\"error\": {\"kind\": \"missing\", \"origin\": \"hw.price\", "
                      "\"message\": \"B has no fact price (device)\"}");
  ck_assert_has(text, "{\"path\": \"affordable\", \"holds\": null, \"left\": null, ");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(why_is_a_tree) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  char *text = world_why(&world, "cost", "text");
  ck_assert_has(text, "cost = 240 kUSD  # Cost of the plan\n  = last(plan.total)\n");
  ck_assert_has(text, "\n  plan.total = 3 rows, each 240 kUSD  # Paid so far");
  ck_assert_has(text, "price = 240 kUSD  # All of them\n");
  ck_assert_has(text, "= 30 [kUSD] * 8 [GPU] / 1 [GPU]\n");
  ck_assert_has(text, "hw.price = 30 kUSD  estimate: a guess, read 2026-03-04\n");
  ck_assert_has(text, "Weakest state: estimate.");
  free(text);
  text = world_why(&world, "plan.total(3)", "text");
  ck_assert_has(text, "plan.total(3) = 240 kUSD");
  ck_assert_has(text, "plan.total(2) = 240 kUSD  (in the same way, from the first row on)\n");
  ck_assert_has(text, "plan.total(1) = 240 kUSD");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(why_shows_sources_and_errors) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  char *text = world_why(&world, "speed", "text");
  ck_assert_has(text, "hw.flops.fp64 = 67 TFLOP/s  cited\n    from @sheet_h Data sheet of H "
                      "<https://maker.example/h>, page 2, read 2026-01-02\n");
  ck_assert_has(text, "gpus = 8 GPU  input, default of the sheet  # Accelerators owned\n");
  free(text);
  world_set(&world, "hw", "B");
  text = world_why(&world, "speed", "text");
  ck_assert_has(text, "speed = missing  # Speed of all\n");
  ck_assert_has(text, "hw.flops.fp64 = missing: B has no fact flops.fp64 (device)");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(why_as_json_is_a_list) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  char *text = world_why(&world, "cost", "json");
  ck_assert_has(text, "\"path\": \"cost\",\n \"cells\": [");
  ck_assert_has(text, "\"reasons\": [\"hw.price\", \"gpus\"]}");
  ck_assert_has(text, "\"formula\": \"last(plan.total)\"");
  ck_assert_has(text, "\"evidence\": {\"input\": ");
  free(text);
  world_close(&world);
}
END_TEST

START_TEST(description_has_trees_and_units) {
  struct world world = { 0 };
  struct sink sink = { NULL, 0 };
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_describe(world.model, sink_write, &sink), MLS_OK);
  ck_assert_has(sink.text, "\"sheets\": [\n  {\"name\": \"fleet\", \"file\": \"fleet.sheet\"");
  ck_assert_has(sink.text, "{\"name\": \"part\"");
  ck_assert_has(sink.text, "\"name\": \"price\", \"unit\": {\"text\": \"kUSD\", \"factor\": 1000, "
                           "\"bases\": \"USD\"}");
  ck_assert_has(sink.text, "\"formula\": \"hw.price * gpus / 1 [GPU]\", \"tree\": "
                           "{\"call\": \"/\"");
  ck_assert_has(sink.text, "{\"path\": \"hw.price\", \"means\": {\"ref\": \"cell\", \"sheet\": "
                           "\"fleet\", \"slot\": \"fact\", \"line\": \"hw\", \"registry\": "
                           "\"device\", \"field\": \"price\", \"family\": false, "
                           "\"unit\": {\"text\": \"kUSD\", \"factor\": 1000, \"bases\": "
                           "\"USD\"}}, \"type\": {\"kind\": \"number\", \"strict\": "
                           "\"USD\", \"count\": \"\"}}");
  ck_assert_has(sink.text, "\"binds\": [{\"name\": \"size\", \"formula\": ");
  ck_assert_has(sink.text, "\"likely\": [60, 90]");
  free(sink.text);
  world_close(&world);
}
END_TEST

/* ---- memory that runs out ---- */

struct ration {
  size_t left; /* requests until one fails */
};

static void *ration_resize(void *context, void *old, size_t size) {
  struct ration *ration = context;
  if (ration->left == 0) return NULL;
  ration->left--;
  return realloc(old, size);
}

static void ration_release(void *context, void *block) {
  (void)context;
  free(block);
}

static mls_status ignore(void *context, const void *bytes, size_t size) {
  (void)context, (void)bytes, (void)size;
  return MLS_OK;
}

static mls_status report_once(struct world *world, mls_values *values, size_t form) {
  static const char *const forms[] = { "text", "json" };
  mls_run run = { "base", values };
  mls_report report = {
    .size = sizeof report, .form = forms[form % 2], .all = 1, .runs = &run, .run_count = 1
  };
  if (form < 2) return mls_export(world->model, &report, ignore, NULL);
  return mls_why(values, form < 4 ? "cost" : "speed", &report, ignore, NULL);
}

/* Every request fails once; each time the call says so, and nothing leaks or breaks. */
START_TEST(reports_survive_without_memory) {
  struct world world = { 0 };
  struct ration ration = { (size_t)-1 };
  mls_allocator allocator = { ration_resize, ration_release, &ration };
  mls_values *values;
  world_open(&world, "fleet", fleet);
  ck_assert_int_eq(mls_values_new(world.model, &allocator, &values), MLS_OK);
  ck_assert_int_eq(mls_set(values, "hw", "B"), MLS_OK);
  ck_assert_int_eq(mls_settle(values), MLS_OK);
  for (size_t form = 0; form < 6; form++) {
    mls_status status = MLS_MEMORY;
    for (size_t n = 0; status == MLS_MEMORY; n++) {
      ration.left = n;
      status = report_once(&world, values, form);
      ck_assert(status == MLS_OK || status == MLS_MEMORY);
      ck_assert_uint_lt(n, 10000);
    }
    ck_assert_int_eq(status, MLS_OK);
  }
  ration.left = (size_t)-1;
  mls_values_free(values);
  world_close(&world);
}
END_TEST

static mls_status refuse(void *context, const void *bytes, size_t size) {
  (void)context, (void)bytes, (void)size;
  return MLS_FILE;
}

START_TEST(a_sink_may_refuse) {
  struct world world = { 0 };
  world_open(&world, "fleet", fleet);
  mls_run run = { "base", world.values };
  mls_report report = { .size = sizeof report, .form = "text", .runs = &run, .run_count = 1 };
  ck_assert_int_eq(mls_export(world.model, &report, refuse, NULL), MLS_FILE);
  report.form = "json";
  ck_assert_int_eq(mls_export(world.model, &report, refuse, NULL), MLS_FILE);
  ck_assert_int_eq(mls_why(world.values, "cost", &report, refuse, NULL), MLS_FILE);
  ck_assert_int_eq(mls_describe(world.model, refuse, NULL), MLS_FILE);
  world_close(&world);
}
END_TEST

Suite *suite_export(void) {
  Suite *suite = suite_create("export");
  TCase *all = tcase_create("all");
  tcase_add_test(all, text_shows_answers_and_checks);
  tcase_add_test(all, text_of_everything_has_inputs_and_tables);
  tcase_add_test(all, text_tells_why_something_is_missing);
  tcase_add_test(all, scenarios_stand_side_by_side);
  tcase_add_test(all, colour_is_for_terminals);
  tcase_add_test(all, json_has_answers_and_checks);
  tcase_add_test(all, json_of_everything_has_sources);
  tcase_add_test(all, json_errors_have_kind_and_origin);
  tcase_add_test(all, why_is_a_tree);
  tcase_add_test(all, why_shows_sources_and_errors);
  tcase_add_test(all, why_as_json_is_a_list);
  tcase_add_test(all, description_has_trees_and_units);
  tcase_add_test(all, reports_survive_without_memory);
  tcase_add_test(all, a_sink_may_refuse);
  suite_add_tcase(suite, all);
  return suite;
}
