/* Inputs in JSON: inputs, scenarios, an earlier run; every message; run, JSON, run gives the same
   bytes; memory that runs out; runs with bytes changed. The reader of JSON itself is in
   test_json.c. */
#include "forms.h"

Suite *suite_scenario_json(void);

START_TEST(json_inputs) {
  mls_run runs[RUNS_MOST];
  mls_scenarios *read =
      read_inputs("in.json",
                  "{\"sheet\": \"fleet\", \"schema\": 1, \"note\": [1, {\"any\": \"thing\"}],\n"
                  " \"inputs\": {\"hw.price\": {\"unit\": \"USD\", \"value\": 500}, \"hw\": \"B\", "
                  "\"gpus\": 16,\n"
                  "  \"load\": {\"value\": 0.5, \"unit\": \"1\"}, \"budget\": \"0.3 [USD]\", "
                  "\"mode\": \"serve\",\n"
                  "  \"job.size\": {\"value\": \"0.02 [TB]\", \"unit\": null}}}",
                  NULL);
  size_t count = make_runs(read, runs);
  ck_assert_uint_eq(count, 1);
  ck_assert_str_eq(runs[0].name, "base");
  mls_values *values = runs[0].values;
  ck_assert(number_of(values, "gpus") == 16);
  ck_assert(number_of(values, "load") == 0.5);
  ck_assert(number_of(values, "budget") == 0.3);
  ck_assert(number_of(values, "hw.price") == 500);
  ck_assert(number_of(values, "job.size") == 2e10);
  free_runs(runs, count);
  mls_scenarios_free(read);
  free(report_on("-", " {\"inputs\": {}}", NULL, "csv", false));
}
END_TEST

START_TEST(json_scenarios) {
  mls_run runs[RUNS_MOST];
  mls_scenarios *read =
      read_inputs("x",
                  "{\"scenarios\": [{\"name\": \"low\", \"inputs\": {\"gpus\": 1}},\n"
                  " {\"inputs\": {\"gpus\": 2}, \"note\": \"no name\"},\n"
                  " {\"name\": \"'=h\\u00f6her\", \"inputs\": {}}]}",
                  NULL);
  size_t count = make_runs(read, runs);
  ck_assert_uint_eq(count, 3);
  ck_assert_str_eq(runs[0].name, "low");
  ck_assert_str_eq(runs[1].name, "2");
  ck_assert_str_eq(runs[2].name, "'=h\xC3\xB6her");
  ck_assert(number_of(runs[0].values, "gpus") == 1 && number_of(runs[1].values, "gpus") == 2);
  ck_assert(number_of(runs[2].values, "gpus") == 8);
  free_runs(runs, count);
  mls_scenarios_free(read);
}
END_TEST

/* run, its JSON, run: the same bytes; whatever was typed in which unit, and whether at all. */
START_TEST(json_round_trip) {
  static const char *const inputs[] = {
    "{\"inputs\": {}}",
    "name,base\ngpus,8\nhw,H\n", /* what was set to the default stays what was set */
    "scenario,hw,gpus,load,budget,mode,job.size,hw.flops.fp64\n"
    "a,B,7,0.07 [1],0.1 [USD],serve,1 [B],3 [FLOP/s]\n"
    "\"b, \"\"=\"\"\",H,1e3,3_3.3,1e-300,train,0.1 [ TB ],1e3\n",
    "name,x\nhw.price,1 [USD]\nhw.memory,5 [TB]\n",
    "name,x\nload,1e-5\nbudget,123456.7890123\njob.size,0.30000000000000004\n",
  };
  for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
    const char *const forms[] = { "json", "csv", "md" };
    char *first = report_on("in", inputs[i], NULL, "json", true);
    bool digits = i == 2; /* 1e3 comes back as 1000, which is another spelling for people only */
    for (size_t k = 0; k < (digits ? 2 : 3); k++) {
      char *before = report_on("in", inputs[i], NULL, forms[k], true);
      char *after = report_on("run.json", first, NULL, forms[k], true);
      expect_same(after, before);
      free(after);
      free(before);
    }
    free(first);
  }
}
END_TEST

/* A sheet whose default has changed since: the run's own value holds. */
START_TEST(json_of_an_older_sheet) {
  char *text = report_on("in.csv", "name,a\nload,50\n", NULL, "json", true);
  char *gpus = strstr(text, "\"path\": \"gpus\"");
  ck_assert_ptr_nonnull(gpus);
  char *value = strstr(gpus, "\"value\": 8,");
  ck_assert_ptr_nonnull(value);
  value[strlen("\"value\": ")] = '9';
  mls_run runs[RUNS_MOST];
  mls_scenarios *read = read_inputs("run.json", text, NULL);
  size_t count = make_runs(read, runs);
  ck_assert(number_of(runs[0].values, "gpus") == 9 && number_of(runs[0].values, "load") == 0.5);
  free_runs(runs, count);
  mls_scenarios_free(read);
  free(text);
}
END_TEST

#define BOTH "either \"inputs\" or \"scenarios\" in this object\n"
#define EITHER "1:16: syntax: expected either \"inputs\" or \"cells\" in this scenario\n"

START_TEST(json_messages) {
  static const struct {
    const char *text;
    mls_status status;
    const char *told;
  } examples[] = {
    { "[]", MLS_SYNTAX,
      "1:1: syntax: found a list; expected an object, as {\"inputs\": {\"gpus\": 8}}\n" },
    { "{}", MLS_SYNTAX, "1:1: syntax: expected " BOTH },
    { "{\"inputs\": {}, \"scenarios\": []}", MLS_SYNTAX, "1:1: syntax: expected " BOTH },
    { "{\"input\": {}}", MLS_NAME,
      "1:2: name: \"input\" has no meaning here (did you mean inputs?)\n" },
    { "{\"inputs\": 5}", MLS_SYNTAX,
      "1:12: syntax: found a number; expected an object, as {\"gpus\": 8}\n" },
    { "{\"schema\": 2, \"inputs\": {}}", MLS_LIMIT,
      "1:12: limit: schema 2 is newer than this program reads (1)\n" },
    { "{\"schema\": \"1\", \"inputs\": {}}", MLS_SYNTAX,
      "1:12: syntax: found a text; expected 1, the schema of this form\n" },
    { "{\"schema\": 0.5, \"inputs\": {}}", MLS_SYNTAX,
      "1:12: syntax: found a number; expected 1, the schema of this form\n" },
    { "{\"sheet\": \"training\", \"inputs\": {}}", MLS_NAME,
      "1:11: name: this file is of the sheet \"training\", not of fleet\n" },
    { "{\"sheet\": 1, \"inputs\": {}}", MLS_SYNTAX,
      "1:11: syntax: found a number; expected the name of a sheet\n" },
    { "{\"inputs\": {\"gpu\": 5,\n \"laod\": 1}}", MLS_NAME,
      "1:13: name: \"gpu\" is not an input of fleet (did you mean gpus?)\nin.json:2:2: name: "
      "\"laod\" is not an input of fleet (did you mean load?)\n" },
    { "{\"inputs\": {\"\": 5}}", MLS_SYNTAX,
      "1:13: syntax: the name is empty; expected an input, as load\n" },
    { "{\"inputs\": {\"price\": 5}}", MLS_NAME,
      "1:13: name: \"price\" is calculated in fleet.sheet:7; only inputs, and facts of items "
      "that inputs choose, are set\n" },
    { "{\"inputs\": {\"plan.share\": 5}}", MLS_NAME,
      "1:13: name: plan.share is a column; give its table rows with --rows plan=FILE.csv\n" },
    { "{\"inputs\": {\"gpus\": true}}", MLS_SYNTAX,
      "1:21: syntax: found true; expected a number, a word, or {\"value\": 5, \"unit\": "
      "\"TB/s\"}\n" },
    { "{\"inputs\": {\"gpus\": null}}", MLS_SYNTAX,
      "1:21: syntax: found null; expected a number, a word, or {\"value\": 5, \"unit\": "
      "\"TB/s\"}\n" },
    { "{\"inputs\": {\"gpus\": [8]}}", MLS_SYNTAX,
      "1:21: syntax: found a list; expected a number, a word, or {\"value\": 5, \"unit\": "
      "\"TB/s\"}\n" },
    { "{\"inputs\": {\"gpus\": {}}}", MLS_SYNTAX,
      "1:21: syntax: there is no \"value\" for gpus\n" },
    { "{\"inputs\": {\"gpus\": {\"value\": [1]}}}", MLS_SYNTAX,
      "1:31: syntax: found a list; expected a number\n" },
    { "{\"inputs\": {\"hw\": {\"value\": {}}}}", MLS_SYNTAX,
      "1:29: syntax: found an object; expected a word\n" },
    { "{\"inputs\": {\"gpus\": {\"value\": 1, \"units\": \"GPU\"}}}", MLS_NAME,
      "1:34: name: \"units\" has no meaning here (did you mean unit?)\n" },
    { "{\"inputs\": {\"gpus\": {\"value\": 1, \"unit\": 5}}}", MLS_SYNTAX,
      "1:42: syntax: found a number; expected a unit in double quotes\n" },
    { "{\"inputs\": {\"gpus\": {\"value\": 1, \"unit\": \"GB\"}}}", MLS_UNIT,
      "1:42: unit: found the unit GB; expected one that converts to GPU, the unit of gpus\n" },
    { "{\"inputs\": {\"gpus\": {\"value\": 1, \"unit\": \"XB\"}}}", MLS_NAME, "1:42: name: " },
    { "{\"inputs\": {\"hw\": {\"value\": \"H\", \"unit\": \"GB\"}}}", MLS_UNIT,
      "1:42: unit: found the unit GB; hw is a word and has none\n" },
    { "{\"inputs\": {\"hw\": \"X\"}}", MLS_RANGE, "1:19: range: X is not in device" },
    { "{\"inputs\": {\"hw\": 5}}", MLS_RANGE,
      "1:19: range: 5 is not in device (did you mean H?)\n" },
    { "{\"inputs\": {\"gpus\": \"many\"}}", MLS_SYNTAX,
      "1:21: syntax: \"many\" is not a number; expected one for gpus\n" },
    { "{\"inputs\": {\"gpus\": \"1,5\"}}", MLS_SYNTAX,
      "1:21: syntax: \"1,5\" is not a number: write 1.5 with a decimal point; expected one for "
      "gpus\n" },
    { "{\"inputs\": {\"gpus\": \" \"}}", MLS_SYNTAX,
      "1:21: syntax: no value for gpus; expected a number\n" },
    { "{\"inputs\": {\"gpus\": 0}}", MLS_RANGE, "1:21: range: 0 GPU is outside 1..1e6 by 1\n" },
    { "{\"inputs\": {\"gpus\": 1e999}}", MLS_RANGE, "1:21: range: the number is too large\n" },
    { "{\"inputs\": {\"gpus\": 1, \"gpus\": 2}}", MLS_NAME,
      "1:24: name: key \"gpus\" stands in line 1 already\n" },
    { "{\"scenarios\": {}}", MLS_SYNTAX,
      "1:15: syntax: found an object; expected a list of scenarios\n" },
    { "{\"scenarios\": []}", MLS_SYNTAX, "1:15: syntax: the list has no scenario; expected one\n" },
    { "{\"scenarios\": [5]}", MLS_SYNTAX,
      "1:16: syntax: found a number; expected an object, as {\"name\": \"base\", \"inputs\": "
      "{\"gpus\": 8}}\n" },
    { "{\"scenarios\": [{}]}", MLS_SYNTAX, EITHER },
    { "{\"scenarios\": [{\"inputs\": {}, \"cells\": []}]}", MLS_SYNTAX, EITHER },
    { "{\"scenarios\": [{\"name\": 5, \"inputs\": {}}]}", MLS_SYNTAX,
      "1:25: syntax: found a number; expected a name in double quotes\n" },
    { "{\"scenarios\": [{\"name\": \"\", \"inputs\": {}}]}", MLS_SYNTAX,
      "1:25: syntax: the name of this scenario is empty; expected a word or a text\n" },
    { "{\"scenarios\": [{\"name\": \"a\\nb\", \"inputs\": {}}]}", MLS_SYNTAX,
      "1:25: syntax: a control character stands in the name of this scenario: delete it\n" },
    { "{\"scenarios\": [{\"name\": \"a\", \"inputs\": {}},\n{\"name\": \"a\", "
      "\"inputs\": {}}]}",
      MLS_NAME, "2:10: name: scenario \"a\" stands in line 1 already\n" },
    { "{\"scenarios\": [{\"nam\": \"a\", \"inputs\": {}}]}", MLS_NAME,
      "1:17: name: \"nam\" has no meaning here (did you mean name?)\n" },
    { "{\"scenarios\": [{\"cells\": {}}]}", MLS_SYNTAX,
      "1:26: syntax: found an object; expected a list of cells\n" },
    { "{\"scenarios\": [{\"cells\": []}]}", MLS_VALUE,
      "1:26: value: this run lists its results alone, without inputs; write it with --all\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\"}]}]}", MLS_SYNTAX,
      "1:27: syntax: expected \"path\" and \"value\" in this cell\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\"}, 5]}]}", MLS_SYNTAX,
      "1:27: syntax: expected \"path\" and \"value\" in this cell\nin.json:1:46: syntax: found "
      "a number; expected an object, a cell\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\", \"path\": \"old\", "
      "\"value\": 5}]}]}",
      MLS_NAME, "1:53: name: \"old\" is not an input of fleet\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\", \"path\": \"load\", "
      "\"value\": null, \"unit\": \"%\"}]}]}",
      MLS_SYNTAX, "1:70: syntax: found null; expected a number\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\", \"path\": \"cost\", "
      "\"row\": 1}]}]}",
      MLS_NAME, "1:53: name: \"cost\" is not an input column of fleet\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\", \"path\": \"plan.share\", "
      "\"row\": 9, \"si\": 1}]}]}",
      MLS_VALUE,
      "1:27: value: the sheet has no such row of plan.share; give the table its rows with "
      "--rows plan=FILE.csv\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\", \"path\": \"plan.share\", "
      "\"row\": 1, \"si\": 0.5}]}]}",
      MLS_VALUE,
      "1:26: value: there are fewer rows than in the sheet of plan.share; give the table its "
      "rows with --rows plan=FILE.csv\n" },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\", \"path\": \"plan.share\", "
      "\"row\": 1, \"si\": 0.25}]}]}",
      MLS_VALUE,
      "1:27: value: the sheet has another value in this row of plan.share; give the table its "
      "rows with --rows plan=FILE.csv\n" },
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char expected[600] = "in.json:";
    mls_scenarios *scenarios;
    const char *text = examples[i].text;
    strcat(expected, examples[i].told);
    mls_status status =
        mls_scenarios_read(world.model, world.values, "in.json", text, strlen(text), &scenarios);
    const char *lines = told_lines(&told, &world.values->fails);
    bool whole = expected[strlen(expected) - 1] == '\n';
    if (whole) ck_assert_str_eq(lines, expected);
    else ck_assert_has(lines, expected);
    ck_assert_msg(status == examples[i].status, "%s: %d", text, status);
    ck_assert_ptr_null(scenarios);
  }
}
END_TEST

START_TEST(json_of_a_million_inputs) {
  enum { MANY = LIMIT_SETTINGS + 1, ROOM = 16 };
  char *text = malloc((size_t)MANY * ROOM + 32);
  ck_assert_ptr_nonnull(text);
  size_t size = (size_t)sprintf(text, "{\"inputs\": {");
  for (int i = 0; i < MANY; i++)
    size += (size_t)sprintf(text + size, "%s\"a%d\":1", i ? "," : "", i);
  size += (size_t)sprintf(text + size, "}}");
  mls_inputs inputs = { .size = sizeof inputs, .file = "-", .bytes = text, .length = size };
  mls_scenarios *read = NULL;
  ck_assert_int_eq(mls_inputs_read(world.model, world.values, &inputs, &read), MLS_LIMIT);
  ck_assert_str_eq(mls_values_message(world.values, 0)->text,
                   "more than 1048576 inputs (LIMIT_SETTINGS)");
  free(text);
}
END_TEST

/* Tables whose rows were given when the sheet was opened: the same rows must be given again. */
START_TEST(json_compares_rows) {
  mls_run run = { "base", world.values };
  char *text = report_of(&run, 1, "json", NULL, true);
  free(report_on("run.json", text, NULL, "csv", false));
  char *row = strstr(text, "\"plan.share\", \"row\": 2");
  ck_assert_ptr_nonnull(row);
  char *si = strstr(row, "\"si\": 0.305");
  ck_assert_ptr_nonnull(si);
  si[strlen("\"si\": 0.")] = '4';
  mls_scenarios *scenarios;
  ck_assert_int_eq(
      mls_scenarios_read(world.model, world.values, "run.json", text, strlen(text), &scenarios),
      MLS_VALUE);
  ck_assert_has(told_lines(&told, &world.values->fails), "another value in this row of plan.share");
  free(text);
}
END_TEST

/* ---- memory ---- */

static size_t left;

static void *scarce_resize(void *context, void *old, size_t size) {
  (void)context;
  if (left == 0) return NULL;
  left--;
  return realloc(old, size);
}

static void scarce_release(void *context, void *block) {
  (void)context;
  free(block);
}

static mls_status no_sink(void *context, const void *bytes, size_t size) {
  (void)context, (void)bytes, (void)size;
  return MLS_OK;
}

static mls_status work_scarce(const char *text, const char *csv, const char *form, size_t n) {
  mls_allocator allocator = { scarce_resize, scarce_release, NULL };
  mls_scenarios *read = NULL;
  mls_run run = { "base", NULL };
  left = (size_t)-1;
  ck_assert_int_eq(mls_values_new(world.model, &allocator, &run.values), MLS_OK);
  left = n;
  mls_inputs inputs = {
    .size = sizeof inputs, .file = "in", .bytes = text, .length = strlen(text), .csv = csv
  };
  mls_report report = {
    .size = sizeof report, .form = form, .all = 1, .runs = &run, .run_count = 1, .csv = csv
  };
  mls_status status = mls_inputs_read(world.model, run.values, &inputs, &read);
  if (status == MLS_OK) status = mls_scenarios_apply(read, 0, run.values);
  if (status == MLS_OK) status = mls_export(world.model, &report, no_sink, NULL);
  mls_scenarios_free(read);
  mls_values_free(run.values);
  return status;
}

START_TEST(memory_that_runs_out) {
  static const struct {
    const char *text, *csv, *form;
    mls_status status;
  } examples[] = {
    { "name;unit;a;b\nload;%;0,5;1,25\nhw;;B;H\n", "excel-eu", "csv", MLS_OK },
    { "{\"inputs\": {\"gpus\": 5, \"load\": {\"value\": 1, \"unit\": \"1\"}, \"hw\": \"B\"}}", NULL,
      "md", MLS_OK },
    { "{\"scenarios\": [{\"cells\": [{\"kind\": \"input\", \"path\": \"load\", \"value\": 5, "
      "\"unit\": \"%\"}]}]}",
      NULL, "csv", MLS_OK },
    { "{\"scenarios\": [{\"nam\\u00e9\": 1, \"cells\": [{\"kind\": \"input\", \"path\": "
      "\"plan.share\", "
      "\"row\": 9, \"si\": 1}]}]}",
      NULL, "csv", MLS_NAME },
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    for (size_t n = 0;; n++) {
      mls_status status = work_scarce(examples[i].text, examples[i].csv, examples[i].form, n);
      ck_assert_msg(status == examples[i].status || (left == 0 && status == MLS_MEMORY), "%zu: %d",
                    i, status);
      if (left > 0) break;
    }
}
END_TEST

/* A sound run with bytes changed: read or refused with a message, never more. */
START_TEST(changed_runs) {
  static unsigned long state = 7;
  char *text = report_on("in.csv", "name,a\nload,50\nhw.price,5\n", NULL, "json", true);
  size_t size = strlen(text);
  for (int round = 0; round < 1500; round++) {
    char *copy = malloc(size);
    mls_scenarios *scenarios;
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, size);
    for (int i = 0; i < 3; i++) {
      static const char bytes[] = "{}[]\",:0a\\ -";
      state = state * 6364136223846793005ul + 1442695040888963407ul;
      copy[(state >> 20) % size] = bytes[(state >> 50) % (sizeof bytes - 1)];
    }
    mls_status status =
        mls_scenarios_read(world.model, world.values, "r.json", copy, size, &scenarios);
    ck_assert(status == MLS_OK || world.values->fails.first);
    mls_scenarios_free(scenarios);
    free(copy);
  }
  free(text);
}
END_TEST

Suite *suite_scenario_json(void) {
  Suite *suite = suite_create("scenario_json");
  TCase *tests = tcase_create("scenario_json");
  tcase_add_checked_fixture(tests, open_all, close_all);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, json_inputs);
  tcase_add_test(tests, json_scenarios);
  tcase_add_test(tests, json_round_trip);
  tcase_add_test(tests, json_of_an_older_sheet);
  tcase_add_test(tests, json_messages);
  tcase_add_test(tests, json_of_a_million_inputs);
  tcase_add_test(tests, json_compares_rows);
  tcase_add_test(tests, memory_that_runs_out);
  tcase_add_test(tests, changed_runs);
  suite_add_tcase(suite, tests);
  return suite;
}
