/* Old names: each kind works where it can be written, with its warning to the letter; and names
   that are both old and alive, or new and nowhere, are refused. (Wrong lines of the file:
   tests/bad.) */
#include "fixture.h"

#include "told.h"

Suite *suite_renamed(void);

#define RENAMED                                                                                    \
  "old,new,since,kind,note\n"                                                                      \
  "piece,part,0.2.0,sheet,\n"                                                                      \
  "device/H100,device/H,0.2.0,item,one name for all of them\n"                                     \
  "device/size,device/memory,0.3.0,field,\n"                                                       \
  "device/rate,device/flops,0.3.0,field,\n"                                                        \
  "device/rate.fp16,device/flops.fp16,0.3.0,field,\n"                                              \
  "part/bytes,part/size,0.2.0,input,\n"                                                            \
  "part/share,part/each,0.2.0,input,\n"                                                            \
  "whole/machine,whole/hw,0.2.0,input,\n"                                                          \
  "whole/plan.expense,whole/plan.cost,0.2.0,input,\n"

#define WHOLE                                                                                      \
  "sheet whole\n"                                                                                  \
  "input hw = H in device\n"                                                                       \
  "use job = part(size = hw.memory)\n"                                                             \
  "table plan for month in 1..3\n"                                                                 \
  "  input cost [USD] = 2 in 0..1000\n"                                                            \
  "output spent [USD] = sum(plan.cost)\n"                                                          \
  "output speed [TFLOP/s] = hw.flops.fp16\n"

static const struct text_file files[] = {
  { "registry", "renamed", RENAMED },
  { "sheet", "whole", WHOLE },
};

static struct world world;

static void open_book(const struct text_file *extra, size_t count) {
  world = (struct world){ .extra = extra, .extra_count = count };
  mls_options options = { .size = sizeof options, .find = world_find, .find_context = &world };
  ck_assert_int_eq(mls_open(&options, &world.book), MLS_OK);
}

static void setup(void) { open_book(files, sizeof files / sizeof *files); }

static void teardown(void) { world_close(&world); }

/* All messages of a handle, a line each: "file:line:column: text". */
static void tell(char *out, size_t size, const mls_message *message) {
  size_t used = strlen(out);
  snprintf(out + used, size - used, "%s:%d:%d: %s%s\n", message->file ? message->file : "-",
           message->line, message->column, message->warning ? "" : "error: ", message->text);
}

static void expect_book(const char *expected) {
  char found[2048] = "";
  for (size_t i = 0; mls_book_message(world.book, i); i++)
    tell(found, sizeof found, mls_book_message(world.book, i));
  ck_assert_str_eq(found, expected);
}

static void expect_values(const char *expected) {
  char found[2048] = "";
  for (size_t i = 0; mls_values_message(world.values, i); i++)
    tell(found, sizeof found, mls_values_message(world.values, i));
  ck_assert_str_eq(found, expected);
}

static mls_status open_text(const char *text) {
  return mls_model_open_bytes(world.book, "user.sheet", text, strlen(text), NULL, 0, &world.model);
}

static void open_whole(void) {
  ck_assert_int_eq(mls_model_open(world.book, "whole", &world.model), MLS_OK);
  expect_book("");
  ck_assert_int_eq(mls_values_new(world.model, NULL, &world.values), MLS_OK);
}

/* ---- sheets that use old names ---- */

START_TEST(sheet_by_name) {
  ck_assert_int_eq(mls_model_open(world.book, "piece", &world.model), MLS_OK);
  expect_book("-:0:0: sheet piece is called part since 0.2.0\n");
  mls_sheet about;
  ck_assert_int_eq(mls_sheet_about(world.model, &about, sizeof about), MLS_OK);
  ck_assert_str_eq(about.name, "part");
}
END_TEST

/* Warnings of opening a model are kept in the book, and every report carries them. */
START_TEST(old_names_in_a_sheet) {
  ck_assert_int_eq(open_text("sheet user\n"
                             "input hw = H100 in device\n"
                             "use a = piece(bytes = hw.size)\n"
                             "use b = part(size = 3 [GB])\n"
                             "use w = whole(hw = \"H100\")\n"
                             "output x [GB] = a.share + b.each\n"
                             "output y [TFLOP/s] = hw.rate.fp16 + hw.rate(\"fp16\")\n"
                             "output z [USD] = max(w.plan.expense)\n"
                             "table each for d in device\n"
                             "  room [GB] = d.memory * if(d == \"H100\", 1, 2)\n"
                             "output same = and(hw == \"H100\", each.room(\"H100\") > 0 [GB])\n"),
                   MLS_OK);
  expect_book("user.sheet:2:12: item H100 is called H since 0.2.0: one name for all of them\n"
              "user.sheet:3:5: sheet piece is called part since 0.2.0\n"
              "user.sheet:3:15: input bytes is called size since 0.2.0\n"
              "user.sheet:3:23: field size is called memory since 0.3.0\n"
              "user.sheet:5:20: item H100 is called H since 0.2.0: one name for all of them\n"
              "user.sheet:6:17: input share is called each since 0.2.0\n"
              "user.sheet:7:22: field rate.fp16 is called flops.fp16 since 0.3.0\n"
              "user.sheet:7:37: field rate is called flops since 0.3.0\n"
              "user.sheet:8:22: input plan.expense is called plan.cost since 0.2.0\n"
              "user.sheet:10:34: item H100 is called H since 0.2.0: one name for all of them\n"
              "user.sheet:11:25: item H100 is called H since 0.2.0: one name for all of them\n"
              "user.sheet:11:43: item H100 is called H since 0.2.0: one name for all of them\n");
  ck_assert_int_eq(mls_values_new(world.model, NULL, &world.values), MLS_OK);
  char *json = world_report(&world, "json", true);
  ck_assert_has(json, "{\"path\": \"hw\", \"kind\": \"input\", \"value\": \"H\"");
  ck_assert_has(json, "{\"path\": \"same\", \"kind\": \"output\", \"value\": true");
  ck_assert_has(json, "\"message\": \"sheet piece is called part since 0.2.0\"");
  free(json);
}
END_TEST

/* A sheet knows its own names: an old one is unknown inside it. */
START_TEST(own_names_are_present_names) {
  const struct text_file own[] = { { "registry", "renamed", RENAMED },
                                   { "sheet", "whole", WHOLE "more = machine\n" } };
  mls_close(world.book);
  open_book(own, 2);
  ck_assert_int_eq(mls_model_open(world.book, "whole", &world.model), MLS_NAME);
  expect_book("whole.sheet:8:8: error: unknown name machine\n");
}
END_TEST

/* ---- inputs ---- */

START_TEST(setting) {
  open_whole();
  ck_assert_int_eq(mls_set(world.values, "machine", "H100"), MLS_OK);
  expect_values("-:0:0: input machine is called hw since 0.2.0\n"
                "-:0:0: item H100 is called H since 0.2.0: one name for all of them\n");
  size_t cell;
  const char *word;
  ck_assert_int_eq(mls_cell_find(world.model, "machine", &cell), MLS_OK);
  ck_assert_int_eq(mls_get_word(world.values, cell, 0, &word), MLS_OK);
  ck_assert_str_eq(word, "H");
  ck_assert_int_eq(mls_set(world.values, "machine.size", "7 [GB]"), MLS_OK);
  expect_values("-:0:0: input machine is called hw since 0.2.0\n"
                "-:0:0: field size is called memory since 0.3.0\n");
  ck_assert_int_eq(mls_cell_find(world.model, "job.share", &cell), MLS_OK);
  double si;
  ck_assert_int_eq(mls_get(world.values, cell, 0, &si), MLS_OK);
  ck_assert_double_eq(si, 3.5e9);
  char *why = world_why(&world, "job.share", "text");
  expect_values("-:0:0: input share is called each since 0.2.0\n");
  ck_assert_has(why, "job.each");
  free(why);
}
END_TEST

static void read_inputs(const char *file, const char *text, const char *expected) {
  mls_scenarios *scenarios;
  open_whole();
  mls_status status =
      mls_scenarios_read(world.model, world.values, file, text, strlen(text), &scenarios);
  expect_values(expected);
  ck_assert_int_eq(status, MLS_OK);
  ck_assert_int_eq(mls_scenarios_apply(scenarios, 0, world.values), MLS_OK);
  char *json = world_report(&world, "json", true);
  ck_assert_has(json, "\"path\": \"hw.memory\", \"kind\": \"fact\", \"value\": 70, ");
  free(json);
  mls_scenarios_free(scenarios);
}

START_TEST(names_down) {
  read_inputs("in.csv", "name,unit,a\nmachine,,H100\nhw.size,GB,70\n",
              "in.csv:2:1: input machine is called hw since 0.2.0\n"
              "in.csv:2:3: item H100 is called H since 0.2.0: one name for all of them\n"
              "in.csv:3:1: field size is called memory since 0.3.0\n");
}
END_TEST

START_TEST(scenarios_a_row) {
  read_inputs("in.csv", "scenario,machine,machine.size [GB]\na,H,70\n",
              "in.csv:1:2: input machine is called hw since 0.2.0\n"
              "in.csv:1:3: input machine is called hw since 0.2.0\n"
              "in.csv:1:3: field size is called memory since 0.3.0\n");
}
END_TEST

START_TEST(json) {
  read_inputs("in.json", "{\"inputs\": {\"machine\": \"H\", \"hw.memory\": \"70 [GB]\"}}",
              "in.json:1:13: input machine is called hw since 0.2.0\n");
}
END_TEST

START_TEST(json_of_a_renamed_sheet) {
  mls_scenarios *scenarios;
  const char *text = "{\"sheet\": \"piece\", \"inputs\": {\"bytes\": 5}}";
  ck_assert_int_eq(mls_model_open(world.book, "part", &world.model), MLS_OK);
  ck_assert_int_eq(mls_values_new(world.model, NULL, &world.values), MLS_OK);
  ck_assert_int_eq(
      mls_scenarios_read(world.model, world.values, "in.json", text, strlen(text), &scenarios),
      MLS_OK);
  expect_values("in.json:1:11: sheet piece is called part since 0.2.0\n"
                "in.json:1:31: input bytes is called size since 0.2.0\n");
  mls_scenarios_free(scenarios);
}
END_TEST

START_TEST(rows_of_a_table) {
  const char *text = "month,expense [USD]\n1,5\n2,6\n";
  mls_rows rows = { "plan", "rows.csv", text, strlen(text), NULL };
  ck_assert_int_eq(mls_model_open_bytes(world.book, "whole", NULL, 0, &rows, 1, &world.model),
                   MLS_OK);
  expect_book("rows.csv:1:2: input plan.expense is called plan.cost since 0.2.0\n");
}
END_TEST

START_TEST(rows_of_items) {
  const char *text = "key,chosen\nH100,H100\nB,B\n";
  const char *sheet = "sheet user\ntable plan for key in device\n  input chosen = H in device\n"
                      "  output size [GB] = key.memory\noutput all [GB] = sum(plan.size)\n";
  mls_rows rows = { "plan", "rows.csv", text, strlen(text), NULL };
  ck_assert_int_eq(
      mls_model_open_bytes(world.book, "user.sheet", sheet, strlen(sheet), &rows, 1, &world.model),
      MLS_OK);
  expect_book("rows.csv:2:1: item H100 is called H since 0.2.0: one name for all of them\n"
              "rows.csv:2:2: item H100 is called H since 0.2.0: one name for all of them\n");
}
END_TEST

/* ---- names that cannot be ---- */

struct wrong {
  const char *line, *sheet, *message;
};
static const struct wrong wrongs[] = {
  { "device/B,device/H,0.2.0,item,", "sheet user\ninput hw = H in device\n",
    "renamed.csv:2:2: error: item B is renamed to H here, but B is there in device too; "
    "expected one of them\n" },
  { "device/A,device/HH,0.2.0,item,", "sheet user\ninput hw = H in device\n",
    "renamed.csv:2:2: error: there is no item HH in device, the new name of A; expected its "
    "present one (did you mean H?)\n" },
  { "device/price,device/memory,0.2.0,field,", "sheet user\ninput hw = H in device\n",
    "renamed.csv:2:2: error: field price is renamed to memory here, but price is there in device "
    "too; "
    "expected one of them\n" },
  { "device/cost,device/pric,0.2.0,field,", "sheet user\ninput hw = H in device\n",
    "renamed.csv:2:2: error: there is no field pric in device, the new name of cost; expected its "
    "present one (did you mean price?)\n" },
  { "part/n,part/size,0.2.0,input,", "sheet user\nuse a = part()\n",
    "renamed.csv:2:2: error: input n is renamed to size here, but n is there in part too; "
    "expected one of them\n" },
  { "part/bytes,part/sizes,0.2.0,input,", "sheet user\nuse a = part()\n",
    "renamed.csv:2:2: error: there is no input sizes in part, the new name of bytes; expected its "
    "present one (did you mean size?)\n" },
  { "part,whole,0.2.0,sheet,", "sheet user\nuse a = part()\n",
    "renamed.csv:2:2: error: sheet part is renamed to whole here, but part is there too; "
    "expected one of them\n" },
  { "piece,pieces,0.2.0,sheet,", "sheet user\nuse a = piece()\n",
    "user.sheet:2:5: sheet piece is called pieces since 0.2.0\n"
    "renamed.csv:2:2: error: there is no sheet pieces, the new name of piece; expected its "
    "present one\n" },
};

START_TEST(cannot_be) {
  const struct wrong *wrong = &wrongs[_i];
  char text[256];
  snprintf(text, sizeof text, "old,new,since,kind,note\n%s\n", wrong->line);
  const struct text_file own[] = { { "registry", "renamed", text } };
  mls_close(world.book);
  open_book(own, 1);
  ck_assert_int_eq(open_text(wrong->sheet), MLS_NAME);
  expect_book(wrong->message);
}
END_TEST

START_TEST(no_registry) {
  ck_assert_int_eq(open_text("sheet user\ninput x = a in renamed\n"), MLS_NAME);
  expect_book("user.sheet:2:7: error: renamed.csv holds no facts to choose from\n");
}
END_TEST

Suite *suite_renamed(void) {
  Suite *suite = suite_create("renamed");
  TCase *tests = tcase_create("renamed");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_test(tests, sheet_by_name);
  tcase_add_test(tests, old_names_in_a_sheet);
  tcase_add_test(tests, own_names_are_present_names);
  tcase_add_test(tests, setting);
  tcase_add_test(tests, names_down);
  tcase_add_test(tests, scenarios_a_row);
  tcase_add_test(tests, json);
  tcase_add_test(tests, json_of_a_renamed_sheet);
  tcase_add_test(tests, rows_of_a_table);
  tcase_add_test(tests, rows_of_items);
  tcase_add_loop_test(tests, cannot_be, 0, sizeof wrongs / sizeof *wrongs);
  tcase_add_test(tests, no_registry);
  suite_add_tcase(suite, tests);
  return suite;
}
