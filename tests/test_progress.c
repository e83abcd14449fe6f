/* The progress hook: every long call is cancelled at the first, second, third ... call of its hook
   until it is not any more. Each time the message is told, what is promised of the handle holds,
   and the call then succeeds with the values it always had. Sanitizers see what is lost. */
#include "fixture.h"

#include "open.h"

Suite *suite_progress(void);

/* Cancels at the n-th call. */
struct ear {
  size_t calls, cancel_at; /* 0: never */
  char stage[16];
  double done;
};

static int hear(void *context, const char *stage, double done) {
  struct ear *ear = context;
  ck_assert_uint_lt(strlen(stage), sizeof ear->stage);
  ck_assert_msg(done == -1 || (done >= 0 && done <= 1), "%s is done by %g", stage, done);
  strcpy(ear->stage, stage);
  ear->done = done;
  return ++ear->calls == ear->cancel_at;
}

static void expect_cancelled(mls_status status, const mls_message *message, const struct ear *ear,
                             const char *stage) {
  ck_assert_int_eq(status, MLS_CANCELLED);
  ck_assert_str_eq(mls_status_word(status), "cancelled");
  ck_assert_ptr_nonnull(message);
  ck_assert_int_eq(message->status, MLS_CANCELLED);
  ck_assert_str_eq(message->text, "cancelled");
  ck_assert_str_eq(ear->stage, stage);
  ck_assert_uint_eq(ear->calls, ear->cancel_at);
}

/* ---- a model with all that takes time ---- */

#define SHEET                                                                                      \
  "sheet long\n"                                                                                   \
  "input rate [%] = 3 in 0..100\n"                                                                 \
  "input hw = H in device\n"                                                                       \
  "use job = part(size = hw.memory)\n"                                                             \
  "table plan for month in 1..700\n"                                                               \
  "  input cost [USD] = 2 in 0..1000\n"                                                            \
  "  output spent [USD] = cost * month * (1 + rate)\n"                                             \
  "  debt [USD] = prior(debt + paid, 1 [USD]) * (1 + rate / 100)\n"                                \
  "  paid [USD] = debt / 2\n"                                                                      \
  "output all [USD] = sum(plan.spent) + last(plan.debt)\n"                                         \
  "check enough = all > job.each / 1 [GB] * 1 [USD]\n"

static mls_rows rows_of(const char *text) {
  return (mls_rows){ "plan", "rows.csv", text, strlen(text), NULL };
}

/* A book that tells every piece of work. */
static void open_ear(struct world *world, struct ear *ear) {
  mls_options options = { .size = sizeof options, .find = world_find, .find_context = world };
  options.progress = hear;
  options.progress_context = ear;
  ck_assert_int_eq(mls_open(&options, &world->book), MLS_OK);
  world->book->progress.every = 1;
  ear->calls = 0;
}

static mls_status open_long(struct world *world, const mls_rows *rows) {
  return mls_model_open_bytes(world->book, "long.sheet", SHEET, strlen(SHEET), rows, rows != NULL,
                              &world->model);
}

/* With values that tell every piece of work. */
static void open_values(struct world *world, struct ear *ear) {
  world_open(world, "long", SHEET);
  mls_values_progress(world->values, hear, ear);
  world->values->progress.every = 1;
  ear->calls = 0;
}

/* ---- opening ---- */

START_TEST(opening_a_book) {
  struct world world = { .extra = NULL };
  struct ear ear = { .cancel_at = 1 };
  mls_options options = { .size = sizeof options, .find = world_find, .find_context = &world };
  options.progress = hear;
  options.progress_context = &ear;
  mls_status status = mls_open(&options, &world.book);
  expect_cancelled(status, mls_book_message(world.book, 0), &ear, "open");
  ck_assert_int_eq(open_long(&world, NULL), MLS_CANCELLED);
  ck_assert_str_eq(mls_book_message(world.book, 0)->text,
                   "the book was not opened: its units or sources could not be read");
  mls_close(world.book);
}
END_TEST

/* Opens with or without rows; how often the hook was called. */
static size_t opening(const char *text) {
  mls_rows rows = rows_of(text ? text : "");
  for (size_t n = 1;; n++) {
    struct world world = { .extra = NULL };
    struct ear ear = { .cancel_at = 0 };
    open_ear(&world, &ear);
    ear.cancel_at = n;
    mls_status status = open_long(&world, text ? &rows : NULL);
    if (status == MLS_CANCELLED) {
      ck_assert_ptr_null(world.model);
      expect_cancelled(status, mls_book_message(world.book, 0), &ear, "open");
      ck_assert_ptr_null(mls_book_message(world.book, 1));
      ear.cancel_at = 0;
      status = open_long(&world, text ? &rows : NULL);
    }
    ck_assert_int_eq(status, MLS_OK);
    ck_assert_ptr_null(mls_book_message(world.book, 0));
    ck_assert_int_eq(mls_values_new(world.model, NULL, &world.values), MLS_OK);
    double all = 0;
    size_t cell;
    ck_assert_int_eq(mls_cell_find(world.model, "all", &cell), MLS_OK);
    ck_assert_int_eq(mls_get(world.values, cell, 0, &all), MLS_OK);
    ck_assert_double_gt(all, 0);
    bool last = ear.calls < n;
    world_close(&world);
    if (last) return n;
  }
}

START_TEST(opening_a_model) { ck_assert_uint_gt(opening(NULL), 50); }
END_TEST

START_TEST(opening_with_rows) {
  ck_assert_uint_gt(opening("month,cost [USD]\n1,5\n2,6\n3,7\n4,8\n"), 60);
}
END_TEST

/* ---- settling ---- */

static void expect_same_values(const struct world *world, const double *expected) {
  size_t size = world->model->value_count * sizeof *expected;
  ck_assert_msg(memcmp(world->values->value, expected, size) == 0, "other values");
}

static double *settled_values(struct world *world) {
  ck_assert_int_eq(mls_settle(world->values), MLS_OK);
  double *copy = malloc(world->model->value_count * sizeof *copy);
  ck_assert_ptr_nonnull(copy);
  return memcpy(copy, world->values->value, world->model->value_count * sizeof *copy);
}

static size_t count_changed(const struct world *world) {
  size_t count = 0;
  for (size_t cell = (size_t)-1; mls_changed_next(world->values, &cell);) count++;
  return count;
}

START_TEST(settling) {
  struct world world = { .extra = NULL };
  struct ear ear = { .cancel_at = 0 };
  open_values(&world, &ear);
  double *before = settled_values(&world);
  ck_assert_int_eq(mls_set(world.values, "rate", "7"), MLS_OK);
  double *after = settled_values(&world);
  size_t changed = count_changed(&world), n = 0;
  ck_assert_uint_gt(changed, 5);
  do {
    mls_reset(world.values);
    ear.cancel_at = 0;
    ck_assert_int_eq(mls_settle(world.values), MLS_OK);
    expect_same_values(&world, before);
    ck_assert_int_eq(mls_set(world.values, "rate", "7"), MLS_OK);
    ear = (struct ear){ .cancel_at = ++n };
    mls_status status = mls_settle(world.values);
    if (status != MLS_OK) {
      expect_cancelled(status, mls_values_message(world.values, 0), &ear, "settle");
      double si;
      ear = (struct ear){ .cancel_at = 1 }; /* a value that is asked for is settled first */
      bool stale = bits_next(&world.values->stale, 0) < world.model->cell_count;
      ck_assert_int_eq(mls_get(world.values, 0, 0, &si), stale ? MLS_CANCELLED : MLS_OK);
      ear.cancel_at = 0;
      ck_assert_int_eq(mls_settle(world.values), MLS_OK);
      ear.calls = n;
    }
    expect_same_values(&world, after);
    ck_assert_uint_eq(count_changed(&world), changed);
  } while (ear.calls >= n);
  ck_assert_uint_gt(n, 10); /* columns and recurrences tell every block of rows */
  ck_assert_double_eq_tol(ear.done, 1, 0.05);
  free(before);
  free(after);
  world_close(&world);
}
END_TEST

/* Setting something else between a cancelled settling and the next one is no different. */
START_TEST(setting_after_a_cancelled_settling) {
  struct world world = { .extra = NULL };
  struct ear ear = { .cancel_at = 0 };
  open_values(&world, &ear);
  ck_assert_int_eq(mls_set(world.values, "rate", "9"), MLS_OK);
  double *expected = settled_values(&world);
  for (size_t n = 1; n <= 10; n++) {
    ck_assert_int_eq(mls_set(world.values, "rate", "7"), MLS_OK);
    ear = (struct ear){ .cancel_at = n };
    ck_assert_int_eq(mls_settle(world.values), MLS_CANCELLED);
    ck_assert_int_eq(mls_set(world.values, "rate", "9"), MLS_OK);
    ear.cancel_at = 0;
    ck_assert_int_eq(mls_settle(world.values), MLS_OK);
    expect_same_values(&world, expected);
  }
  free(expected);
  world_close(&world);
}
END_TEST

/* ---- inputs ---- */

static void reading(const char *text, size_t least) {
  struct world world = { .extra = NULL };
  struct ear ear = { .cancel_at = 0 };
  open_values(&world, &ear);
  double *defaults = settled_values(&world);
  size_t n = 0;
  for (mls_status status = MLS_CANCELLED; status != MLS_OK;) {
    mls_scenarios *scenarios = NULL;
    ear = (struct ear){ .cancel_at = ++n };
    status = mls_scenarios_read(world.model, world.values, "in", text, strlen(text), &scenarios);
    if (status != MLS_OK) {
      ck_assert_ptr_null(scenarios);
      expect_cancelled(status, mls_values_message(world.values, 0), &ear, "inputs");
    } else {
      ck_assert_uint_eq(mls_scenarios_count(scenarios), 2);
    }
    mls_scenarios_free(scenarios);
    ear.cancel_at = 0;
    ck_assert_int_eq(mls_settle(world.values), MLS_OK);
    expect_same_values(&world, defaults);
  }
  ck_assert_uint_gt(n, least);
  free(defaults);
  world_close(&world);
}

START_TEST(reading_names_down) { reading("name,a,b\nrate,1,2\nhw.memory,70,80\n", 8); }
END_TEST

START_TEST(reading_rows_of_scenarios) { reading("scenario,rate\na,1\nb,2\n", 5); }
END_TEST

START_TEST(reading_json) {
  reading("{\"scenarios\": [{\"name\": \"a\", \"inputs\": {\"rate\": 1, \"hw\": \"B\"}}, "
          "{\"name\": \"b\", \"inputs\": {\"rate\": 2}}]}",
          10);
}
END_TEST

START_TEST(applying) {
  struct world world = { .extra = NULL };
  struct ear ear = { .cancel_at = 0 };
  const char *text = "name,a\nrate,1\nhw,B\nhw.memory,70\n";
  mls_scenarios *scenarios;
  open_values(&world, &ear);
  double *defaults = settled_values(&world);
  ck_assert_int_eq(
      mls_scenarios_read(world.model, world.values, "in", text, strlen(text), &scenarios), MLS_OK);
  size_t n = 0;
  for (mls_status status = MLS_CANCELLED; status != MLS_OK;) {
    ear = (struct ear){ .cancel_at = ++n };
    status = mls_scenarios_apply(scenarios, 0, world.values);
    if (status == MLS_OK) break;
    expect_cancelled(status, mls_values_message(world.values, 0), &ear, "inputs");
    ear.cancel_at = 0;
    ck_assert_int_eq(mls_settle(world.values), MLS_OK);
    expect_same_values(&world, defaults);
  }
  ck_assert_uint_gt(n, 3);
  free(defaults);
  mls_scenarios_free(scenarios);
  world_close(&world);
}
END_TEST

/* ---- reports ---- */

static const char *const forms[] = { "text", "json", "csv", "md", "xlsx" };

/* What is written before a report is cancelled is its beginning, and never all of it. */
START_TEST(reports) {
  struct world world = { .extra = NULL };
  struct ear ear = { .cancel_at = 0 };
  open_values(&world, &ear);
  mls_run run = { "base", world.values };
  mls_report report = {
    .size = sizeof report, .form = forms[_i], .all = 1, .runs = &run, .run_count = 1
  };
  char *whole = world_report(&world, report.form, true);
  size_t calls = ear.calls, step = calls / 60 + 1;
  ck_assert_uint_gt(calls, 10);
  for (size_t n = 1; n <= calls; n += n < 10 ? 1 : step) {
    struct sink sink = { NULL, 0 };
    ear = (struct ear){ .cancel_at = n };
    mls_status status = mls_export(world.model, &report, sink_write, &sink);
    expect_cancelled(status, mls_values_message(world.values, 0), &ear, "export");
    ck_assert_msg(sink.size == 0 || memcmp(sink.text, whole, sink.size) == 0, "another report");
    free(sink.text);
  }
  free(whole);
  world_close(&world);
}
END_TEST

START_TEST(nobody_listens) {
  struct world world = { .extra = NULL };
  struct ear ear = { .cancel_at = 1 };
  open_values(&world, &ear);
  mls_values_progress(world.values, NULL, NULL);
  ck_assert_int_eq(mls_set(world.values, "rate", "7"), MLS_OK);
  ck_assert_int_eq(mls_settle(world.values), MLS_OK);
  ck_assert_uint_eq(ear.calls, 0);
  mls_values_progress(NULL, hear, &ear);
  world_close(&world);
}
END_TEST

Suite *suite_progress(void) {
  Suite *suite = suite_create("progress");
  TCase *tests = tcase_create("progress");
  tcase_set_timeout(tests, 120);
  tcase_add_test(tests, opening_a_book);
  tcase_add_test(tests, opening_a_model);
  tcase_add_test(tests, opening_with_rows);
  tcase_add_test(tests, settling);
  tcase_add_test(tests, setting_after_a_cancelled_settling);
  tcase_add_test(tests, reading_names_down);
  tcase_add_test(tests, reading_rows_of_scenarios);
  tcase_add_test(tests, reading_json);
  tcase_add_test(tests, applying);
  tcase_add_loop_test(tests, reports, 0, sizeof forms / sizeof *forms);
  tcase_add_test(tests, nobody_listens);
  suite_add_tcase(suite, tests);
  return suite;
}
