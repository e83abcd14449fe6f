/* Reports as CSV and Markdown to the letter; inputs with decimal commas; and round trips: the
   columns of inputs that a report holds, read again, give the same report. */
#include "forms.h"

Suite *suite_export_forms(void);

/* ---- CSV ---- */

#define HEAD                                                                                       \
  "scenario,row,plan.cash [kUSD],kind.part,cost [kUSD],speed [TFLOP/s],verdict,affordable,fast,"   \
  "job.n in 1..64,job.small,errors\n"

START_TEST(csv_of_results) {
  mls_run run = { "base", world.values };
  expect_report(&run, 1, "csv", NULL, false,
                HEAD "base,,,,210,536,busy,0,1,1,1,\n"
                     "base,1,120,,,,,,,,,\n"
                     "base,2,73.2,,,,,,,,,\n"
                     "base,3,16.8,,,,,,,,,\n"
                     "base,big,,1,,,,,,,,\n"
                     "base,small,,0,,,,,,,,\n");
}
END_TEST

/* An error is empty, and told at the end of its line; the item of another scenario lacks facts. */
START_TEST(csv_of_scenarios_and_errors) {
  mls_run runs[2] = { { "base", world.values } };
  runs[1].name = "other, \"quoted\"";
  ck_assert_int_eq(mls_values_new(world.model, NULL, &runs[1].values), MLS_OK);
  ck_assert_int_eq(mls_set(runs[1].values, "hw", "B"), MLS_OK);
  expect_report(runs, 2, "csv", NULL, false,
                HEAD "base,,,,210,536,busy,0,1,1,1,\n"
                     "base,1,120,,,,,,,,,\n"
                     "base,2,73.2,,,,,,,,,\n"
                     "base,3,16.8,,,,,,,,,\n"
                     "base,big,,1,,,,,,,,\n"
                     "base,small,,0,,,,,,,,\n"
                     "\"other, \"\"quoted\"\"\",,,,,,busy,,,1,1,"
                     "cost:missing;speed:missing;affordable:missing;fast:missing\n"
                     "\"other, \"\"quoted\"\"\",1,,,,,,,,,,plan.cash:missing\n"
                     "\"other, \"\"quoted\"\"\",2,,,,,,,,,,plan.cash:missing\n"
                     "\"other, \"\"quoted\"\"\",3,,,,,,,,,,plan.cash:missing\n"
                     "\"other, \"\"quoted\"\"\",big,,1,,,,,,,,\n"
                     "\"other, \"\"quoted\"\"\",small,,0,,,,,,,,\n");
  mls_values_free(runs[1].values);
}
END_TEST

START_TEST(csv_with_decimal_commas) {
  mls_run run = { "base", world.values };
  world_set(&world, "hw", "B");
  expect_report(&run, 1, "csv", "excel-eu", false,
                "\xEF\xBB\xBF"
                "scenario;row;plan.cash [kUSD];kind.part;cost [kUSD];speed [TFLOP/s];verdict;"
                "affordable;fast;job.n in 1..64;job.small;errors\n"
                "base;;;;;;busy;;;1;1;"
                "\"cost:missing;speed:missing;affordable:missing;fast:missing\"\n"
                "base;1;;;;;;;;;;plan.cash:missing\n"
                "base;2;;;;;;;;;;plan.cash:missing\n"
                "base;3;;;;;;;;;;plan.cash:missing\n"
                "base;big;;1;;;;;;;;\n"
                "base;small;;0;;;;;;;;\n");
  world_set(&world, "hw", "H");
  world_set(&world, "hw.price", "0.0305 [kUSD]");
  char *text = report_of(&run, 1, "csv", "excel-eu", false);
  ck_assert_has(text, "\nbase;;;;0,2135;536;busy;1;1;1;1;\n");
  ck_assert_has(text, "\nbase;2;0,07442;");
  free(text);
}
END_TEST

/* What a spreadsheet would calculate begins with an apostrophe, and so does what has one already.
 */
START_TEST(csv_of_texts_like_formulas) {
  static const char *const names[][2] = {
    { "=1+1", "'=1+1" },  { "+1", "'+1" },         { "-1", "'-1" },   { "@SUM(A1)", "'@SUM(A1)" },
    { "\tx", "'\tx" },    { "\r=1", "\"'\r=1\"" }, { "'=1", "''=1" }, { "'a", "'a" },
    { " a ", "\" a \"" }, { "a\nb", "\"a\nb\"" },  { "", "" },        { "a=1", "a=1" },
  };
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    mls_run run = { names[i][0], world.values };
    char expected[64] = "\n", *text = report_of(&run, 1, "csv", NULL, false);
    strcat(strcat(expected, names[i][1]), ",,,,210,");
    ck_assert_has(text, expected);
    free(text);
  }
}
END_TEST

/* A name that was guarded comes back as it was. */
START_TEST(guarded_names_are_read) {
  mls_scenarios *read =
      read_inputs("in.csv", "scenario,gpus\n'=1+1,1\n''=1,2\n'a,3\n'-x,4\n", NULL);
  static const char *const names[] = { "=1+1", "'=1", "'a", "-x" };
  for (size_t i = 0; i < 4; i++) ck_assert_str_eq(mls_scenarios_name(read, i), names[i]);
  mls_scenarios_free(read);
}
END_TEST

/* The columns of `wanted`, of the lines that are scenarios, as a person would cut them out. */
static char *cut_columns(const char *text, const char *const *wanted, size_t count) {
  struct csv csv;
  struct buffer out;
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, "r.csv", text, strlen(text), &csv), MLS_OK);
  buffer_open(&out, &told.memory);
  for (size_t line = 0; line < csv.count; line++) {
    const struct csv_row *row = &csv.rows[line];
    if (line > 0 && row->fields[1][0]) continue;
    for (size_t i = 0, cut = 0; i < row->count; i++)
      for (size_t k = 0; k < count; k++)
        if (strcmp(csv.rows[0].fields[i], wanted[k]) == 0)
          buffer_print(&out, "%s%s", cut++ ? "," : "", row->fields[i]);
    buffer_char(&out, '\n');
  }
  char *kept = malloc(out.size + 1);
  ck_assert_ptr_nonnull(kept);
  memcpy(kept, out.bytes, out.size + 1);
  buffer_close(&out);
  return kept;
}

/* --all as CSV, its columns of inputs as inputs, --all as CSV: the same file. */
START_TEST(csv_round_trip) {
  static const char *const wanted[] = { "scenario",      "row",           "hw",
                                        "gpus [GPU]",    "load [%]",      "mode",
                                        "budget [kUSD]", "job.size [GB]", "hw.price [kUSD]",
                                        "errors" };
  static const char inputs[] =
      "name,one,two\nhw,H,H\ngpus,7,16\nload,0.07 [1],33.3\nmode,serve,train\n"
      "budget,0.1 [USD],1e-3\njob.size,1 [B],0.1 [TB]\nhw.price,7 [USD],1_000 [USD]\n";
  char *first = report_on("in.csv", inputs, NULL, "csv", true);
  char *cut = cut_columns(first, wanted, sizeof wanted / sizeof *wanted);
  ck_assert_str_eq(cut, "scenario,row,hw,hw.price [kUSD],gpus [GPU],load [%],mode,budget [kUSD],"
                        "job.size [GB],errors\n"
                        "one,,H,0.007,7,7,serve,0.0001,1e-9,\n"
                        "two,,H,1,16,33.3,train,0.001,100,\n");
  char *second = report_on("in.csv", cut, NULL, "csv", true);
  expect_same(second, first);
  free(second);
  free(cut);
  free(first);
}
END_TEST

/* Fact columns stand between the inputs and the rest; families have a column a word. */
START_TEST(csv_of_everything) {
  mls_run run = { "base", world.values };
  char *text = report_of(&run, 1, "csv", NULL, true), *end = strchr(text, '\n');
  ck_assert_ptr_nonnull(end);
  *end = 0;
  ck_assert_str_eq(
      text,
      "scenario,row,hw,hw.price [kUSD],hw.flops.fp16 [TFLOP/s],"
      "hw.flops.fp64 [TFLOP/s],gpus [GPU],load [%],mode,budget [kUSD],price [kUSD],plan.share [%],"
      "plan.cash [kUSD],kind.part,cost [kUSD],speed [TFLOP/s],verdict,"
      "job.size [GB],job.n,job.each [GB],affordable,fast,job.n in 1..64,"
      "job.small,errors");
  ck_assert_has(end + 1, "\nbase,2,,,,,,,,,,30.5,73.2,,,,,,,,,,,,\n");
  free(text);
}
END_TEST

START_TEST(csv_forms_are_known) {
  mls_run run = { "base", world.values };
  struct sink sink = { NULL, 0 };
  mls_report report = {
    .size = sizeof report, .form = "csv", .runs = &run, .run_count = 1, .csv = "excel-us"
  };
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_NAME);
  ck_assert_str_eq(mls_values_message(world.values, 0)->text,
                   "there is no form of CSV called excel-us; there is excel-eu");
  expect_told("in.csv", "gpus\n8\n", "tsv", MLS_NAME,
              "-:0:0: name: there is no form of CSV called tsv; there is excel-eu\n");
  /* a program built before `csv` was a member */
  report.size = offsetof(mls_report, csv);
  ck_assert_int_eq(mls_export(world.model, &report, sink_write, &sink), MLS_OK);
  free(sink.text);
}
END_TEST

/* ---- decimal commas in ---- */

static double input_of(const char *text, const char *csv, const char *path) {
  mls_run runs[RUNS_MOST];
  mls_scenarios *scenarios = read_inputs("in.csv", text, csv);
  size_t count = make_runs(scenarios, runs);
  double si = number_of(runs[0].values, path);
  free_runs(runs, count);
  mls_scenarios_free(scenarios);
  return si;
}

START_TEST(decimal_commas_are_read) {
  ck_assert(input_of("load;gpus\n0,5;16\n", "excel-eu", "load") == 0.005);
  ck_assert(input_of("name;unit;base\nload;1;0,25\n", "excel-eu", "load") == 0.25);
  ck_assert(input_of("\xEF\xBB\xBFname;base;note\r\nload;\"12,5 [%]\";\"a;b\r\nc\"\r\n", "excel-eu",
                     "load") == 0.125);
  ck_assert(input_of("name;a\nbudget;1,5E+02\n", "excel-eu", "budget") == 150000);
  ck_assert(input_of("name;1,5\nload;7\n", "excel-eu", "load") == 7 * 0.01);
}
END_TEST

START_TEST(messages_of_decimal_commas) {
  static const struct {
    const char *text, *told;
  } examples[] = {
    { "load\n1.234\n",
      "2:1: syntax: \"1.234\" is not a number: write 1234, or 1,234 if the point is "
      "a decimal one; expected one for load\n" },
    { "load\n0.5\n",
      "2:1: syntax: \"0.5\" is not a number: write 0,5 with a decimal comma; expected "
      "one for load\n" },
    { "load\n1.234,5\n",
      "2:1: syntax: \"1.234,5\" is not a number: write 1234,5 without separators; "
      "expected one for load\n" },
    { "load\n1 234,5\n",
      "2:1: syntax: \"1 234,5\" is not a number: write 1234,5 without separators; "
      "expected one for load\n" },
    { "load\n,5\n", "2:1: syntax: \",5\" is not a number: write a digit before the comma; expected "
                    "one for load\n" },
    { "load\n5,\n",
      "2:1: syntax: \"5,\" is not a number: write a digit after the comma, or no comma; "
      "expected one for load\n" },
    { "load\n5,5%\n", "2:1: syntax: \"5,5%\" is not a number: write the unit in brackets, 5,5 [%]; "
                      "expected one for load\n" },
    { "name,base\nload,5\n",
      "1:1: syntax: fields are separated by \",\"; expected \";\" (and a comma "
      "in numbers: 0,5), as --csv excel-eu says\n" },
    { "\"name\",\"base\"\nload,5\n",
      "1:1: syntax: fields are separated by \",\"; expected \";\" (and "
      "a comma in numbers: 0,5), as --csv excel-eu says\n" },
    { "name\tbase\nload\t5\n", "1:1: syntax: fields are separated by tabs; expected \";\" (and a "
                               "comma in numbers: 0,5), as --csv excel-eu says\n" },
    { "load;gpus\n1;2;3\n",
      "2:3: syntax: this line has 3 fields, the header 2 (a field that holds a "
      "semicolon stands in quotes)\n" },
    { "load;gpus\n\"1\" ;2\n", "2:1: syntax: text follows a closing quote; expected a semicolon (a "
                               "quote inside quotes is \"\")\n" },
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    char expected[400] = "in.csv:";
    strcat(expected, examples[i].told);
    expect_told("in.csv", examples[i].text, "excel-eu", MLS_SYNTAX, expected);
  }
  expect_told("in.csv", "name;base\nload;0,5\n", NULL, MLS_SYNTAX,
              "in.csv:1:1: syntax: fields are separated by \";\"; expected \",\" (and a point in "
              "numbers: 0.5); --csv excel-eu reads this form\n");
  expect_told(
      "in.csv", "load\n\"1.234\"\n\"0,5\"\n", NULL, MLS_SYNTAX,
      "in.csv:3:1: syntax: \"0,5\" is not a number: write 0.5 with a decimal point; expected "
      "one for load\n");
}
END_TEST

START_TEST(decimal_commas_round_trip) {
  static const char inputs[] = "scenario;load;budget\na;0,25;1,5\nb;33,3;1000,125\n";
  static const char *const wanted[] = { "scenario", "load [%]", "budget [kUSD]" };
  struct csv csv;
  char *first = report_on("in.csv", inputs, "excel-eu", "csv", true);
  ck_assert_int_eq(
      csv_read_as(&told.memory, &told.fails, "r", first, strlen(first), CSV_EXCEL_EU, &csv),
      MLS_OK);
  struct buffer cut;
  buffer_open(&cut, &told.memory);
  for (size_t line = 0; line < csv.count; line++) {
    if (line > 0 && csv.rows[line].fields[1][0]) continue;
    for (size_t k = 0; k < 3; k++)
      for (size_t i = 0; i < csv.rows[0].count; i++)
        if (strcmp(csv.rows[0].fields[i], wanted[k]) == 0)
          buffer_print(&cut, "%s%s", k ? ";" : "", csv.rows[line].fields[i]);
    buffer_char(&cut, '\n');
  }
  ck_assert_str_eq(cut.bytes, "scenario;load [%];budget [kUSD]\na;0,25;1,5\nb;33,3;1000,125\n");
  char *second = report_on("in.csv", cut.bytes, "excel-eu", "csv", true);
  expect_same(second, first);
  buffer_close(&cut);
  free(second);
  free(first);
}
END_TEST

/* Rows of a table, in both forms. */
START_TEST(rows_with_decimal_commas) {
  static const char text[] = "month;share [%]\n1,5;0,5\n2;99,5\n";
  mls_rows rows = {
    .table = "plan", .file = "r.csv", .bytes = text, .size = sizeof text - 1, .csv = "excel-eu"
  };
  mls_model *model;
  size_t cell;
  mls_values *values;
  double si;
  ck_assert_int_eq(
      mls_model_open_bytes(world.book, "fleet.sheet", fleet, sizeof fleet - 1, &rows, 1, &model),
      MLS_OK);
  ck_assert_int_eq(mls_values_new(model, NULL, &values), MLS_OK);
  ck_assert_int_eq(mls_cell_find(model, "plan.share", &cell), MLS_OK);
  ck_assert_int_eq(mls_get(values, cell, 0, &si), MLS_OK);
  ck_assert(si == 0.005);
  ck_assert_int_eq(mls_cell_find(model, "plan.month", &cell), MLS_OK);
  ck_assert_int_eq(mls_get(values, cell, 0, &si), MLS_OK);
  ck_assert(si == 1.5);
  mls_values_free(values);
  rows.csv = NULL;
  ck_assert_int_eq(
      mls_model_open_bytes(world.book, "fleet.sheet", fleet, sizeof fleet - 1, &rows, 1, &model),
      MLS_SYNTAX);
  ck_assert_has(mls_book_message(world.book, 0)->text, "--csv excel-eu reads this form");
  rows.csv = "x";
  ck_assert_int_eq(
      mls_model_open_bytes(world.book, "fleet.sheet", fleet, sizeof fleet - 1, &rows, 1, &model),
      MLS_NAME);
}
END_TEST

/* ---- Markdown ---- */

START_TEST(markdown) {
  mls_run run = { "base", world.values };
  expect_report(
      &run, 1, "md", NULL, false,
      "# fleet: A small_fleet \\| &lt;b&gt;\\*all\\*&lt;/b&gt;\n\n"
      "As of 2026-03-04. Calculated by mlsysim " MLS_VERSION ".\n\n"
      "## Results\n\n"
      "| result | base | unit | state | source | meaning |\n"
      "|---|---:|---|---|---|---|\n"
      "| cost | 210 | kUSD | estimate | | Cost of the plan |\n"
      "| speed | 536 | TFLOP/s | cited | | Speed of all |\n"
      "| verdict | busy | | input | | What it is |\n\n"
      "## Checks\n\n"
      "| check | base | meaning |\n"
      "|---|---|---|\n"
      "| affordable | FAILS | Within \\`it\\` |\n"
      "| fast | holds | Not slow |\n\n"
      "- affordable: cost &lt;= budget is false: 210 kUSD against 200 kUSD, over by 10 kUSD\n\n"
      "1 check of used sheets holds, 1 bound input is within range.\n\n"
      "## Inputs\n\n"
      "| input | base | unit | state | source | meaning |\n"
      "|---|---:|---|---|---|---|\n"
      "| hw | H | | input | | Accelerator |\n"
      "| gpus | 8 | GPU | cited | sheet_h | Accelerators owned |\n"
      "| load | 80 | % | input | | Mean load |\n"
      "| mode | train | | input | | What it does |\n"
      "| budget | 200 | kUSD | input | | Money |\n"
      "| job.size | 4 | GB | input | | |\n\n"
      "## Tables\n\n"
      "### plan: By month\n\n"
      "| month | cash \\[kUSD\\] |\n|---:|---:|\n| 1 | 120 |\n| 2 | 73.2 |\n| 3 | 16.8 |\n\n"
      "### kind: By kind\n\n"
      "| name | part |\n|---|---:|\n| big | yes |\n| small | no |\n\n"
      "## Sources\n\n"
      "- **book_q**: Queues, Author, 1975, read on 2026-02-03\n"
      "- **sheet_h**: Data sheet of H, Maker, 2023, <https://maker.example/h>, read on "
      "2026-01-02\n");
}
END_TEST

/* Scenarios side by side, each with its own tables; facts, and cells of used sheets. */
START_TEST(markdown_of_everything) {
  mls_run runs[2] = { { "base", world.values } };
  runs[1].name = "a|b <i>`$x$`\n# _no_";
  ck_assert_int_eq(mls_values_new(world.model, NULL, &runs[1].values), MLS_OK);
  ck_assert_int_eq(mls_set(runs[1].values, "hw", "B"), MLS_OK);
  ck_assert_int_eq(mls_set(runs[1].values, "budget", "5 [USD]"), MLS_OK);
  char *text = report_of(runs, 2, "md", NULL, true);
  ck_assert_has(text, "| result | base | a\\|b &lt;i&gt;\\`\\$x\\$\\` \\# \\_no\\_ | unit |");
  ck_assert_has(text, "\n| cost | 210 | missing | kUSD |");
  ck_assert_has(text, "\n| budget | 200 | 5 USD | kUSD | input | | Money |\n");
  ck_assert_has(
      text, "\n## Missing\n\n- a\\|b &lt;i&gt;\\`\\$x\\$\\` \\# \\_no\\_: plan.cash(1): missing: "
            "B has no fact price (device) (in hw.price)\n");
  ck_assert_has(text, "\n| affordable | FAILS | missing |");
  ck_assert_has(text, "\n| job.n in 1..64 | holds | holds |");
  ck_assert_has(text, "\n## Facts\n\n| fact | base |");
  ck_assert_has(text, "\n| hw.price | 30 | missing | kUSD | estimate | | a guess |\n");
  ck_assert_has(text, "\n| hw.flops.fp16 | 989 | 2250 | TFLOP/s | cited | sheet_h | |\n");
  ck_assert_has(text, "\n## Other cells\n");
  ck_assert_has(text, "\n| job.n | 8 | 8 | | cited | | |\n");
  ck_assert_has(text, "\n#### base\n\n| month | share \\[%\\] | cash \\[kUSD\\] |\n");
  ck_assert_has(text, "\n#### a\\|b &lt;i&gt;");
  ck_assert_lacks(text, "\n\n\n");
  free(text);
  mls_values_free(runs[1].values);
}
END_TEST

Suite *suite_export_forms(void) {
  Suite *suite = suite_create("export_forms");
  TCase *tests = tcase_create("export_forms");
  tcase_add_checked_fixture(tests, open_all, close_all);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, csv_of_results);
  tcase_add_test(tests, csv_of_scenarios_and_errors);
  tcase_add_test(tests, csv_with_decimal_commas);
  tcase_add_test(tests, csv_of_texts_like_formulas);
  tcase_add_test(tests, guarded_names_are_read);
  tcase_add_test(tests, csv_round_trip);
  tcase_add_test(tests, csv_of_everything);
  tcase_add_test(tests, csv_forms_are_known);
  tcase_add_test(tests, decimal_commas_are_read);
  tcase_add_test(tests, messages_of_decimal_commas);
  tcase_add_test(tests, decimal_commas_round_trip);
  tcase_add_test(tests, rows_with_decimal_commas);
  tcase_add_test(tests, markdown);
  tcase_add_test(tests, markdown_of_everything);
  suite_add_tcase(suite, tests);
  return suite;
}
