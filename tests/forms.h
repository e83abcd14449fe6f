/* What suites of inputs and reports share: one small sheet, runs over inputs of any form, and
   reports of those runs. */
#ifndef TEST_FORMS_H
#define TEST_FORMS_H

#include "fixture.h"
#include "told.h"

static const char fleet[] =
    "sheet fleet  # A small_fleet | <b>*all*</b> @book_q\n"
    "input hw                 = H in device                      # Accelerator\n"
    "input gpus [GPU]         = 8 in 1..1e6 by 1                 # Accelerators owned @sheet_h\n"
    "input load [%]           = 80 in 0..100                     # Mean load\n"
    "input mode               = train in train, serve            # What it does\n"
    "input budget [kUSD]      = 200 in 0..1e6                    # Money\n"
    "price [kUSD]             = hw.price * gpus / 1 [GPU]        # All of them\n"
    "table plan for month in 1..3  # By month\n"
    "  input share [%]        = 50, 30.5, 7 in 0..100            # Paid in it\n"
    "  output cash [kUSD]     = price * share                    # Paid\n"
    "table kind for name in big, small  # By kind\n"
    "  output part            = if(name == \"big\", load > 0.5, load <= 0.5)  # Fits\n"
    "output cost [kUSD]       = sum(plan.cash)                   # Cost of the plan\n"
    "output speed [TFLOP/s]   = hw.flops.fp64 * gpus / 1 [GPU]   # Speed of all\n"
    "output verdict           = if(load > 0.5, \"busy\", \"idle\")  # What it is\n"
    "use job                  = part(n = gpus / 1 [GPU])         # The part\n"
    "check affordable         = cost <= budget                   # Within `it`\n"
    "check fast               = speed >= 1 [TFLOP/s]             # Not slow\n";

static struct world world;
static struct told told;

static inline void open_all(void) {
  world = (struct world){ .extra = NULL };
  world_open(&world, "fleet", fleet);
  told_open(&told);
}

static inline void close_all(void) {
  world_close(&world);
  told_close(&told);
}

/* A report over some runs; free what is returned. */
static inline char *report_of(const mls_run *runs, size_t count, const char *form, const char *csv,
                              bool all) {
  struct sink sink = { NULL, 0 };
  mls_report report = {
    .size = sizeof report, .form = form, .all = all, .runs = runs, .run_count = count, .csv = csv
  };
  mls_status status = mls_export(world.model, &report, sink_write, &sink);
  const mls_message *message = mls_values_message(runs[0].values, 0);
  ck_assert_msg(status == MLS_OK, "%s: %s", form, message ? message->text : "");
  return sink.text;
}

static inline void expect_report(const mls_run *runs, size_t count, const char *form,
                                 const char *csv, bool all, const char *expected) {
  char *text = report_of(runs, count, form, csv, all);
  ck_assert_str_eq(text, expected);
  free(text);
}

/* Long texts: only where they part is shown. */
static inline void expect_same(const char *found, const char *expected) {
  size_t at = 0;
  while (found[at] && found[at] == expected[at]) at++;
  ck_assert_msg(found[at] == expected[at], "at %zu: \"%.200s\" is not \"%.200s\"", at,
                found + (at > 80 ? at - 80 : 0), expected + (at > 80 ? at - 80 : 0));
}

/* ---- inputs of any form ---- */

static inline mls_scenarios *read_inputs(const char *file, const char *text, const char *csv) {
  mls_scenarios *scenarios;
  mls_inputs inputs = {
    .size = sizeof inputs, .file = file, .bytes = text, .length = strlen(text), .csv = csv
  };
  mls_status status = mls_inputs_read(world.model, world.values, &inputs, &scenarios);
  ck_assert_msg(status == MLS_OK, "%s: %s", text, told_lines(&told, &world.values->fails));
  return scenarios;
}

enum { RUNS_MOST = 4 };

/* Runs of all scenarios, settled; freed by free_runs. */
static inline size_t make_runs(const mls_scenarios *scenarios, mls_run *runs) {
  size_t count = mls_scenarios_count(scenarios);
  ck_assert_uint_le(count, RUNS_MOST);
  for (size_t i = 0; i < count; i++) {
    runs[i].name = mls_scenarios_name(scenarios, i);
    ck_assert_int_eq(mls_values_new(world.model, NULL, &runs[i].values), MLS_OK);
    ck_assert_int_eq(mls_scenarios_apply(scenarios, i, runs[i].values), MLS_OK);
  }
  return count;
}

static inline void free_runs(mls_run *runs, size_t count) {
  for (size_t i = 0; i < count; i++) mls_values_free(runs[i].values);
}

static inline char *report_on(const char *file, const char *text, const char *csv, const char *form,
                              bool all) {
  mls_run runs[RUNS_MOST];
  mls_scenarios *scenarios = read_inputs(file, text, csv);
  size_t count = make_runs(scenarios, runs);
  char *report = report_of(runs, count, form, csv, all);
  free_runs(runs, count);
  mls_scenarios_free(scenarios);
  return report;
}

static inline void expect_told(const char *file, const char *text, const char *csv,
                               mls_status expected, const char *lines) {
  mls_scenarios *scenarios;
  mls_inputs inputs = {
    .size = sizeof inputs, .file = file, .bytes = text, .length = strlen(text), .csv = csv
  };
  mls_status status = mls_inputs_read(world.model, world.values, &inputs, &scenarios);
  ck_assert_str_eq(told_lines(&told, &world.values->fails), lines);
  ck_assert_int_eq(status, expected);
  ck_assert_ptr_null(scenarios);
}

static inline double number_of(mls_values *values, const char *path) {
  size_t cell;
  double si = 0;
  ck_assert_msg(mls_cell_find(world.model, path, &cell) == MLS_OK, "no cell %s", path);
  ck_assert_msg(mls_get(values, cell, 0, &si) == MLS_OK, "%s has no value", path);
  return si;
}

#endif
