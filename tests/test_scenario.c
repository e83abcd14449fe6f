/* Inputs from CSV: both forms, and what they set. Wrong files are in tests/bad, see test_bad.c. */
#include <check.h>
#include <stdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "mlsysim.h"

Suite *suite_scenario(void);

static const char *const files[][2] = {
  { "units",
    "unit,definition,kind,differs,note\ns,,base,,\nkg,,base,,\nm,,base,,\nB,,base,,\nFLOP,,base,,\n"
    "GPU,,count,,\n%,0.01,,,\nGB,1e9 B,,,\nTB,1e12 B,,,\nW,1 kg*m^2/s^3,,,\nkW,1000 W,,,\n" },
  { "sources", "key,kind,title,authors,year,url,accessed\n" },
  { "hardware",
    "item,field,value,unit,low,high,source,locator,accessed,state,note\n"
    "H100,tdp,700,W,,,,,,estimate,\nH100,memory,80,GB,,,,,,estimate,\n"
    "H100,flops.fp16,989,FLOP/s,,,,,,estimate,\nH100,flops.fp8,1979,FLOP/s,,,,,,estimate,\n"
    "H100,maker,NVIDIA,,,,,,,estimate,\n"
    "H200,tdp,600,W,,,,,,estimate,\nH200,memory,141,GB,,,,,,estimate,\n"
    "H200,flops.fp16,900,FLOP/s,,,,,,estimate,\nH200,maker,nobody,,,,,,,estimate,\n" },
  { "part", "sheet part\n"
            "input hw = H100 in hardware\n"
            "input batch = 4 in 1..100\n"
            "memory [GB] = hw.memory * batch\n" },
  { "plan", "sheet plan\n"
            "input hw = H100 in hardware\n"
            "input gpus [GPU] = 8 in 1..1024 by 1\n"
            "input load [%] = 80 in 0..100\n"
            "input size [GB] = 1 in 0..1e6\n"
            "input mode = train in train, serve\n"
            "power [kW] = gpus * hw.tdp * load\n"
            "speed [FLOP/s] = hw.flops(\"fp8\")\n"
            "half [FLOP/s] = hw.flops.fp16\n"
            "maker = hw.maker\n"
            "use job = part(hw = hw)\n" },
};

static mls_status find(void *context, const char *kind, const char *name, size_t nth,
                       const char **bytes, size_t *size, const char **shown) {
  (void)context;
  (void)kind;
  if (nth > 0) return MLS_NAME;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    if (strcmp(files[i][0], name) != 0) continue;
    *bytes = files[i][1];
    *size = strlen(files[i][1]);
    *shown = files[i][0];
    return MLS_OK;
  }
  return MLS_NAME;
}

static mls_book *book;
static mls_model *model;
static mls_values *values;
static mls_scenarios *scenarios;

static void open_plan(void) {
  mls_options options = { .size = sizeof options, .find = find };
  ck_assert_int_eq(mls_open(&options, &book), MLS_OK);
  mls_status status = mls_model_open(book, "plan", &model);
  const mls_message *message = mls_book_message(book, 0);
  ck_assert_msg(status == MLS_OK, "%s", message ? message->text : "");
  ck_assert_int_eq(mls_values_new(model, NULL, &values), MLS_OK);
  scenarios = NULL;
}

static void close_plan(void) {
  mls_scenarios_free(scenarios);
  mls_values_free(values);
  mls_close(book);
}

static void read_csv(const char *text) {
  mls_scenarios_free(scenarios);
  mls_status status = mls_scenarios_read(model, values, "in.csv", text, strlen(text), &scenarios);
  const mls_message *message = mls_values_message(values, 0);
  ck_assert_msg(status == MLS_OK, "%d: %s", message ? message->line : 0,
                message ? message->text : "");
}

static void apply(size_t index) {
  ck_assert_int_eq(mls_scenarios_apply(scenarios, index, values), MLS_OK);
  ck_assert_int_eq(mls_settle(values), MLS_OK);
}

static double number(const char *path) {
  size_t cell;
  double si;
  ck_assert_msg(mls_cell_find(model, path, &cell) == MLS_OK, "no cell %s", path);
  ck_assert_msg(mls_get(values, cell, 0, &si) == MLS_OK, "%s has no value", path);
  return si;
}

static const char *word(const char *path) {
  size_t cell;
  const char *text;
  ck_assert_msg(mls_cell_find(model, path, &cell) == MLS_OK, "no cell %s", path);
  ck_assert_msg(mls_get_word(values, cell, 0, &text) == MLS_OK, "%s has no value", path);
  return text;
}

static bool near(double a, double b) { return a - b <= 1e-12 * b && b - a <= 1e-12 * b; }

START_TEST(test_names_down) {
  read_csv("\xEF\xBB\xBFname,unit,base, up side ,note\r\n"
           "gpus,,16,32,\"two\r\nlines\"\r\n\r\n"
           "load,%, 50 ,0.4 [1],\r\n"
           "size,TB,2,500 [GB],a value may have its own unit\r\n"
           "mode,,serve,train,\r\n"
           "job.batch,,7,8,\r\n");
  ck_assert_uint_eq(mls_scenarios_count(scenarios), 2);
  ck_assert_str_eq(mls_scenarios_name(scenarios, 0), "base");
  ck_assert_str_eq(mls_scenarios_name(scenarios, 1), "up side");
  apply(0);
  ck_assert(number("gpus") == 16 && number("load") == 0.5 && number("size") == 2e12);
  ck_assert_str_eq(word("mode"), "serve");
  ck_assert(near(number("power"), 16 * 700 * 0.5));
  ck_assert(near(number("job.memory"), 80e9 * 7));
  apply(1);
  ck_assert(number("gpus") == 32 && number("load") == 0.4 && number("size") == 500e9);
  ck_assert_str_eq(word("mode"), "train");
  ck_assert(near(number("power"), 32 * 700 * 0.4));
}
END_TEST

/* Items are chosen before facts are set, whatever the order of lines; the next scenario begins at
   the defaults. */
START_TEST(test_facts) {
  read_csv("name,a,b,unit\n"
           "hw.tdp,1,2,kW\n"
           "hw.flops.fp8,10,20,\n"
           "hw.maker,NVIDIA,nobody,\n"
           "hw,H200,H100,\n");
  apply(0);
  ck_assert_str_eq(word("hw"), "H200");
  ck_assert(near(number("power"), 8 * 1000 * 0.8));
  ck_assert(number("speed") == 10);
  ck_assert(number("half") == 900);
  ck_assert_str_eq(word("maker"), "NVIDIA");
  ck_assert(near(number("job.memory"), 141e9 * 4));
  apply(1);
  ck_assert(near(number("power"), 8 * 2000 * 0.8));
  ck_assert(number("speed") == 20 && number("half") == 989);
  ck_assert_str_eq(word("maker"), "nobody");
  read_csv("gpus\n8\n");
  apply(0);
  ck_assert(near(number("power"), 8 * 700 * 0.8));
  ck_assert(number("speed") == 1979);
  ck_assert_str_eq(word("maker"), "NVIDIA");
}
END_TEST

/* The last scenario read is not left behind in the values that tried it. */
START_TEST(test_reading_sets_nothing) {
  read_csv("name,a\ngpus,99\nhw.tdp,1\n");
  ck_assert(number("gpus") == 8);
  ck_assert(near(number("power"), 8 * 700 * 0.8));
}
END_TEST

START_TEST(test_rows) {
  read_csv("hw.memory [GB],load [%], hw ,gpus,size [TB]\n"
           "100,50,H200,2,3\n"
           "\n"
           "200 [TB],\"60\",H100,4,5 [GB]\n");
  ck_assert_uint_eq(mls_scenarios_count(scenarios), 2);
  ck_assert_str_eq(mls_scenarios_name(scenarios, 0), "1");
  ck_assert_str_eq(mls_scenarios_name(scenarios, 1), "2");
  apply(1);
  ck_assert_str_eq(word("hw"), "H100");
  ck_assert(number("load") == 0.6 && number("gpus") == 4 && number("size") == 5e9);
  ck_assert(near(number("job.memory"), 200e12 * 4));
  apply(0);
  ck_assert_str_eq(word("hw"), "H200");
  ck_assert(number("load") == 0.5 && number("gpus") == 2 && number("size") == 3e12);
  ck_assert(near(number("job.memory"), 100e9 * 4));
}
END_TEST

START_TEST(test_row_names) {
  read_csv("gpus,scenario,load [%]\n8,small,10\n9, tall one ,20\n");
  ck_assert_uint_eq(mls_scenarios_count(scenarios), 2);
  ck_assert_str_eq(mls_scenarios_name(scenarios, 0), "small");
  ck_assert_str_eq(mls_scenarios_name(scenarios, 1), "tall one");
  apply(1);
  ck_assert(number("gpus") == 9 && number("load") == 0.2);
  read_csv("scenario\nnothing set\n");
  apply(0);
  ck_assert(number("gpus") == 8);
}
END_TEST

START_TEST(test_no_settings) {
  read_csv("name,unit,base\n");
  ck_assert_uint_eq(mls_scenarios_count(scenarios), 1);
  apply(0);
  ck_assert(number("gpus") == 8);
}
END_TEST

/* A fact that no formula reads is accepted with one warning for the line, not one a scenario. */
START_TEST(test_unread_fact) {
  read_csv("name,a,b\nhw.flops.fp16,1,2\ngpus,1,2\n");
  ck_assert_ptr_null(mls_values_message(values, 0));
  read_csv("hw,job.batch\nH100,2\n");
  ck_assert_ptr_null(mls_values_message(values, 0));
}
END_TEST

static const char *first_message(mls_status expected, const char *bytes, size_t size, int *line,
                                 int *column) {
  mls_scenarios_free(scenarios);
  ck_assert_int_eq(mls_scenarios_read(model, values, "in.csv", bytes, size, &scenarios), expected);
  ck_assert_ptr_null(scenarios);
  const mls_message *message = mls_values_message(values, 0);
  ck_assert_ptr_nonnull(message);
  ck_assert_str_eq(message->file, "in.csv");
  *line = message->line;
  *column = message->column;
  return message->text;
}

START_TEST(test_too_many_names) {
  size_t head = strlen("name,a\n"), size = head + 4 * ((size_t)LIMIT_SETTINGS + 1);
  char *bytes = malloc(size);
  int line, column;
  ck_assert_ptr_nonnull(bytes);
  memcpy(bytes, "name,a\n", head);
  for (size_t i = head; i < size; i += 4) memcpy(bytes + i, "x,1\n", 4);
  ck_assert_str_eq(first_message(MLS_LIMIT, bytes, size, &line, &column),
                   "the file has more than 1048576 names (LIMIT_SETTINGS)");
  ck_assert_int_eq(line, 1);
  ck_assert_int_eq(column, 1);
  free(bytes);
}
END_TEST

/* Messages come in the order of the file, though values are tried a scenario at a time. */
START_TEST(test_order) {
  static const char text[] = "name,a,b,c\ngpus,0,1,5000\nload,80,500,x\nlaod,1,2,3\nsize,-1,1,-2\n";
  static const int places[][2] = { { 2, 2 }, { 2, 4 }, { 3, 3 }, { 3, 4 },
                                   { 4, 1 }, { 5, 2 }, { 5, 4 } };
  int line, column;
  first_message(MLS_SYNTAX, text, sizeof text - 1, &line, &column);
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const mls_message *message = mls_values_message(values, i);
    ck_assert_ptr_nonnull(message);
    ck_assert_int_eq(message->line, places[i][0]);
    ck_assert_int_eq(message->column, places[i][1]);
  }
  ck_assert_ptr_null(mls_values_message(values, 7));
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

static mls_status read_scarce(const char *text, size_t n) {
  mls_allocator allocator = { scarce_resize, scarce_release, NULL };
  mls_values *scarce;
  mls_scenarios *read = NULL;
  left = (size_t)-1;
  ck_assert_int_eq(mls_values_new(model, &allocator, &scarce), MLS_OK);
  left = n;
  mls_status status = mls_scenarios_read(model, scarce, "in.csv", text, strlen(text), &read);
  if (status == MLS_OK) status = mls_scenarios_apply(read, 0, scarce);
  mls_scenarios_free(read);
  mls_values_free(scarce);
  return status;
}

START_TEST(test_memory) {
  static const char *const texts[] = {
    "name,unit,a,b\ngpus,,1,2\nload,%,5,6\nhw,,H100,H200\nhw.tdp,kW,1,2 [W]\nmode,,train,serve\n",
    "scenario,gpus,load [%],hw,mode\na,1,5,H100,train\nb,2,6,H200,serve\n",
    "gpus,load [%]\n1,5\n2,6\n",
    "name,unit,a\nlaod,,1\njob.hw,,H100\nload,kW,1\ngpus,,\"1,0\"\nhw.tpd,,1\npower,,1\n",
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    for (size_t n = 0;; n++) {
      mls_status status = read_scarce(texts[i], n);
      if (left > 0) {
        ck_assert_int_eq(status, i < 3 ? MLS_OK : MLS_NAME);
        break;
      }
      ck_assert_msg(status == MLS_MEMORY || status == (i < 3 ? MLS_OK : MLS_NAME), "%d", status);
    }
}
END_TEST

Suite *suite_scenario(void) {
  Suite *suite = suite_create("scenario");
  TCase *tests = tcase_create("scenario");
  tcase_add_checked_fixture(tests, open_plan, close_plan);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, test_names_down);
  tcase_add_test(tests, test_facts);
  tcase_add_test(tests, test_reading_sets_nothing);
  tcase_add_test(tests, test_rows);
  tcase_add_test(tests, test_row_names);
  tcase_add_test(tests, test_no_settings);
  tcase_add_test(tests, test_unread_fact);
  tcase_add_test(tests, test_too_many_names);
  tcase_add_test(tests, test_order);
  tcase_add_test(tests, test_memory);
  suite_add_tcase(suite, tests);
  return suite;
}
