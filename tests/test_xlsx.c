/* The workbook: the same bytes twice, what a spreadsheet accepts, bounds that are refused, and a
   writer that fails. Whether its formulas are right is asked of a spreadsheet, in excel_live.py. */
#define _POSIX_C_SOURCE 200809L
#include "fixture.h"

#include <locale.h>
#include "xlsx.h"

Suite *suite_xlsx(void);

static const char small[] =
    "sheet small  # =A small & <simple> sheet @book_q\n"
    "# - a note\n"
    "## + a heading\n"
    "input hw                 = H in device                      # @odd label\n"
    "input n                  = 3 likely 2..5 in 1..64 by 1      # 12\n"
    "input mode               = none in none, some               # _x0041_ word\n"
    "print_area               = n + 2                            # A name that is kept\n"
    "k_tiny                   = n * 2                            # A name that a constant has\n"
    "need [GB]                = hw.memory * floor(n / 2)         # Memory\n"
    "table plan for month in 1..3  # By month\n"
    "  paid [kUSD]            = prior(paid, 0) + hw.price / 1 [GPU] * 1 [GPU]  # Money\n"
    "output total [kUSD]      = last(plan.paid)                  # All of it\n"
    "output lost [TFLOP/s]    = hw.flops.fp16 * (n / (n - 3))    # Impossible\n"
    "check fits               = need <= hw.memory                # Fits\n"
    "chart tornado swing      = need, n                          # Swing\n";

static mls_status export_to(struct world *world, mls_write write, void *context) {
  mls_run run = { "base", world->values };
  mls_report report = {
    .size = sizeof report, .form = "xlsx", .date = "2026-03-04", .runs = &run, .run_count = 1
  };
  return mls_export(world->model, &report, write, context);
}

static struct sink export_small(void) {
  struct world world = { 0 };
  struct sink sink = { NULL, 0 };
  world_open(&world, "small", small);
  ck_assert_int_eq(export_to(&world, sink_write, &sink), MLS_OK);
  world_close(&world);
  return sink;
}

START_TEST(same_bytes_twice) {
  struct sink first = export_small(), second = export_small();
  ck_assert_uint_gt(first.size, 1000);
  ck_assert_int_eq(memcmp(first.text, "PK", 2), 0);
  ck_assert_uint_eq(first.size, second.size);
  ck_assert_int_eq(memcmp(first.text, second.text, first.size), 0);
  free(first.text);
  free(second.text);
}
END_TEST

/* The name of a picture, which the head of a page can hold, is a name here. */
START_TEST(no_pictures) {
  struct world world = { 0 };
  struct sink sink = { NULL, 0 };
  world_open(&world, "small", "sheet small  # R&G, &[Picture], &G, && & A\nx_y = 1\n");
  ck_assert_int_eq(export_to(&world, sink_write, &sink), MLS_OK);
  ck_assert_uint_gt(sink.size, 1000);
  free(sink.text);
  world_close(&world);
}
END_TEST

/* A locale with a decimal comma, where there is one, changes nothing, and is still there after. */
START_TEST(locale_does_not_matter) {
  static const char *const commas[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", NULL };
  struct sink plain = export_small();
  const char *set = NULL;
  for (size_t i = 0; commas[i] && !set; i++) set = setlocale(LC_NUMERIC, commas[i]);
  struct sink comma = export_small();
  if (set) ck_assert_str_eq(localeconv()->decimal_point, ",");
  setlocale(LC_NUMERIC, "C");
  ck_assert_uint_eq(plain.size, comma.size);
  ck_assert_int_eq(memcmp(plain.text, comma.text, plain.size), 0);
  free(plain.text);
  free(comma.text);
}
END_TEST

/* ---- failures ---- */

struct failing {
  size_t left;
};

static mls_status fail_later(void *context, const void *bytes, size_t size) {
  struct failing *failing = context;
  (void)bytes;
  if (failing->left < size) return MLS_FILE;
  failing->left -= size;
  return MLS_OK;
}

START_TEST(failed_write_is_passed_on) {
  struct world world = { 0 };
  world_open(&world, "small", small);
  struct failing at_once = { 0 };
  ck_assert_int_eq(export_to(&world, fail_later, &at_once), MLS_FILE);
  world_close(&world);
}
END_TEST

START_TEST(no_folder_for_the_file) {
  struct world world = { 0 };
  struct sink sink = { NULL, 0 };
  const char *before = getenv("TMPDIR");
  char *kept = before ? strdup(before) : NULL;
  world_open(&world, "small", small);
  setenv("TMPDIR", "/nowhere/at/all", 1);
  ck_assert_int_eq(export_to(&world, sink_write, &sink), MLS_FILE);
  ck_assert_has(mls_values_message(world.values, 0)->text, "temporary file");
  if (kept) setenv("TMPDIR", kept, 1);
  else unsetenv("TMPDIR");
  free(kept);
  ck_assert_ptr_null(sink.text);
  world_close(&world);
}
END_TEST

/* Every request for memory through the hook fails once. */
struct hook {
  size_t left;
};

static void *hook_resize(void *context, void *old, size_t size) {
  struct hook *hook = context;
  if (hook->left == 0) return NULL;
  hook->left--;
  return realloc(old, size);
}

static void hook_release(void *context, void *block) {
  (void)context;
  free(block);
}

START_TEST(no_memory_is_told) {
  struct world world = { 0 };
  world_open(&world, "small", small);
  struct hook hook = { 1000000 };
  mls_allocator allocator = { hook_resize, hook_release, &hook };
  mls_values *values;
  ck_assert_int_eq(mls_values_new(world.model, &allocator, &values), MLS_OK);
  ck_assert_int_eq(mls_settle(values), MLS_OK);
  mls_values *own = world.values;
  world.values = values;
  mls_status status = MLS_MEMORY;
  for (size_t n = 0; status == MLS_MEMORY && n < 5000; n = n < 60 ? n + 1 : n + 37) {
    struct sink sink = { NULL, 0 };
    hook.left = n;
    status = export_to(&world, sink_write, &sink);
    if (status != MLS_OK) ck_assert_ptr_null(sink.text);
    free(sink.text);
  }
  ck_assert_int_eq(status, MLS_OK);
  hook.left = 1000;
  mls_values_free(values);
  world.values = own;
  world_close(&world);
}
END_TEST

static void refused(const char *name, const char *text, const char *why) {
  struct world world = { 0 };
  struct sink sink = { NULL, 0 };
  world_open(&world, name, text);
  ck_assert_int_eq(export_to(&world, sink_write, &sink), MLS_LIMIT);
  ck_assert_has(mls_values_message(world.values, 0)->text, why);
  ck_assert_ptr_null(sink.text);
  world_close(&world);
}

START_TEST(too_many_rows_are_refused) {
  refused(
      "rows",
      "sheet rows\n"
      "table t for k in 1..1048575\n"
      "  x = k * 2\n",
      "table t has 1048575 rows, a worksheet holds 1048570 below its headings; export it as CSV");
  refused("cells",
          "sheet cells\n"
          "table t for k in 1..1000000\n"
          "  x = k\n  y = k\n  z = k\n  u = k\n  v = k\n",
          "the workbook would have more than 8000000 filled cells; export a table of this size as "
          "CSV");
}
END_TEST

/* A sheet of `count` lines, each by `line` with its number. */
static char *many_lines(const char *head, const char *line, int count, const char *tail) {
  size_t room = strlen(head) + (strlen(line) + 12) * (size_t)count + strlen(tail) + 1;
  char *text = malloc(room), *at = text;
  ck_assert_ptr_nonnull(text);
  at += sprintf(at, "%s", head);
  for (int i = 0; i < count; i++) at += sprintf(at, line, i);
  sprintf(at, "%s", tail);
  return text;
}

/* A run takes a column, and a cell for each row that its input changes. */
START_TEST(too_long_runs_are_refused) {
  refused("runs",
          "sheet runs\ninput load = 1 likely 0..2 in 0..9\ntable plan for k in 1..8000\n"
          "  x = load * k\ntotal = sum(plan.x)\nchart tornado t = total, load\n",
          "the runs of chart t would take 24006 cells, at most 20000 are written: name fewer "
          "inputs, or shorten the tables that they change");
}
END_TEST

START_TEST(too_many_columns_are_refused) {
  char *text = many_lines("sheet wide\ntable t for k in 1..2\n", "  x_%d = k\n", 8300, "");
  refused("wide", text,
          "table t has more columns than a worksheet (16384, two a column); export it as CSV");
  free(text);
}
END_TEST

START_TEST(too_many_links_are_refused) {
  char *text = many_lines("sheet links\n", "x_%d = 1  # @book_q\n", 65530, "");
  refused(
      "links", text,
      "worksheet links would have more than 65530 links to sources and places; export as CSV or "
      "JSON, or spread its lines over sheets that are used");
  free(text);
}
END_TEST

/* Names as long as they may be, which can not be cut into parts. */
START_TEST(too_long_a_formula_is_refused) {
  static const char name[] = "a_name_of_sixty_characters_for_a_formula_that_is_long_x%05d";
  char one[200];
  sprintf(one, "%s = 1\n", name);
  char *cells = many_lines("sheet long\n", one, 200, "most = max(");
  sprintf(one, "%s, ", name);
  char *text = many_lines(cells, one, 200, "0)\n");
  refused("long", text,
          "a spreadsheet formula has at most 8192 characters; that of long!I205 would have");
  refused("long", text, ": put parts of it into cells of their own");
  free(cells);
  free(text);
}
END_TEST

static mls_status export_runs(struct world *world, const mls_run *runs, size_t count) {
  struct sink sink = { NULL, 0 };
  mls_report report = {
    .size = sizeof report, .form = "xlsx", .date = "2026-03-04", .runs = runs, .run_count = count
  };
  mls_status status = mls_export(world->model, &report, sink_write, &sink);
  ck_assert(status == MLS_OK ? sink.size > 1000 : sink.text == NULL);
  free(sink.text);
  return status;
}

START_TEST(too_many_scenarios_are_refused) {
  enum { COUNT = 16381 };
  struct world world = { 0 };
  mls_run *runs = calloc(COUNT, sizeof *runs);
  ck_assert_ptr_nonnull(runs);
  world_open(&world, "small", small);
  for (size_t i = 0; i < COUNT; i++) runs[i] = (mls_run){ "same", world.values };
  ck_assert_int_eq(export_runs(&world, runs, COUNT), MLS_LIMIT);
  ck_assert_has(mls_values_message(world.values, 0)->text,
                "16381 scenarios do not fit on a worksheet, at most 16380 do; export them as CSV, "
                "or split the file of inputs");
  free(runs);
  world_close(&world);
}
END_TEST

/* A spreadsheet does not tell cases apart when it looks a name up. */
START_TEST(names_of_scenarios_differ) {
  struct world world = { 0 };
  world_open(&world, "small", small);
  mls_run runs[] = { { "a", world.values }, { "run 3: a", world.values }, { "A", world.values } };
  ck_assert_int_eq(export_runs(&world, runs, 2), MLS_OK);
  ck_assert_int_eq(export_runs(&world, runs, 3), MLS_NAME);
  ck_assert_has(mls_values_message(world.values, 0)->text,
                "two scenarios are called run 3: A in a workbook; rename one");
  world_close(&world);
}
END_TEST

/* The rows of a table stand once in a workbook. */
START_TEST(other_rows_are_refused) {
  struct world world = { 0 };
  world_open(&world, "rows", "sheet rows\ntable t for k in 1..2\n  input x = 1, 2 in 0..9\n");
  mls_values *other;
  ck_assert_int_eq(mls_values_new(world.model, NULL, &other), MLS_OK);
  size_t column;
  ck_assert_int_eq(mls_cell_find(world.model, "t.x", &column), MLS_OK);
  mls_run runs[] = { { "one", world.values }, { "two", other } };
  ck_assert_int_eq(export_runs(&world, runs, 2), MLS_OK);
  ck_assert_int_eq(mls_set_number(other, column, 1, 5), MLS_OK);
  ck_assert_int_eq(export_runs(&world, runs, 2), MLS_VALUE);
  ck_assert_has(mls_values_message(world.values, 0)->text,
                "scenario two has other rows in column x than scenario one; a workbook holds one "
                "table: export them apart");
  mls_values_free(other);
  world_close(&world);
}
END_TEST

/* ---- what a spreadsheet accepts ---- */

START_TEST(names) {
  static const char *const legal[] = { "traffic",      "hw.memory_bandwidth",
                                       "in.job.batch", "k_1_month",
                                       "k_0.01_USD",   "rate",
                                       "abcd1",        "_a",
                                       "rate_1",       "cost" };
  static const char *const refused_names[] = { "",     "H100",       "tp8",    "XFD1048576", "r",
                                               "C",    "rc",         "R1C1",   "r2",         "c5x",
                                               "true", "FALSE",      "2x",     "a b",        "a-b",
                                               "x?",   "Print_Area", "_xlfoo", "a\xc3\xa9" };
  for (size_t i = 0; i < sizeof legal / sizeof *legal; i++)
    ck_assert_msg(xlsx_name_is_legal(legal[i]), "%s", legal[i]);
  for (size_t i = 0; i < sizeof refused_names / sizeof *refused_names; i++)
    ck_assert_msg(!xlsx_name_is_legal(refused_names[i]), "%s", refused_names[i]);
  char long_name[300];
  memset(long_name, 'a', sizeof long_name);
  long_name[256] = 0;
  ck_assert(!xlsx_name_is_legal(long_name));
}
END_TEST

START_TEST(addresses) {
  char letters[8];
  ck_assert_str_eq(xlsx_letters(letters, 0), "A");
  ck_assert_str_eq(xlsx_letters(letters, 25), "Z");
  ck_assert_str_eq(xlsx_letters(letters, 26), "AA");
  ck_assert_str_eq(xlsx_letters(letters, 701), "ZZ");
  ck_assert_str_eq(xlsx_letters(letters, 702), "AAA");
  ck_assert_str_eq(xlsx_letters(letters, 16383), "XFD");
}
END_TEST

START_TEST(links) {
  char far[XLSX_URL + 10] = "https://a.example/";
  memset(far + 18, 'a', sizeof far - 19);
  ck_assert(xlsx_url_is_safe("https://maker.example/h?x=1#y"));
  ck_assert(xlsx_url_is_safe("http://a.b/"));
  ck_assert(!xlsx_url_is_safe("javascript:alert(1)"));
  ck_assert(!xlsx_url_is_safe("file:///etc/passwd"));
  ck_assert(!xlsx_url_is_safe("https://no host"));
  ck_assert(!xlsx_url_is_safe("https://localhost/"));
  ck_assert(!xlsx_url_is_safe("https://a.b/\"x"));
  ck_assert(!xlsx_url_is_safe(far));
  ck_assert(!xlsx_url_is_safe(""));
}
END_TEST

/* An exporter that only has what text needs. */
static void open_texts(struct xlsx *x, struct report *report, struct fails *fails) {
  *x = (struct xlsx){ .report = report };
  memory_open(&x->memory, NULL);
  memory_open(&x->scratch, NULL);
  *fails = (struct fails){ .memory = &x->memory };
  *report = (struct report){ .fails = fails };
  names_open(&x->names, &x->memory);
  map_open(&x->taken, &x->memory);
}

static void close_texts(struct xlsx *x) {
  memory_close(&x->scratch);
  memory_close(&x->memory);
}

START_TEST(texts) {
  static const char *const pairs[][2] = {
    { "plain", "plain" },
    { "", "" },
    { "=1+1", "'=1+1" },
    { "-x", "'-x" },
    { "+x", "'+x" },
    { "@x", "'@x" },
    { "\tx", "' x" },
    { "12", "'12" },
    { " 1e5", "' 1e5" },
    { "a\x01z", "a z" },
    { "a\xff"
      "b",
      "a b" },
    { "caf\xc3\xa9", "caf\xc3\xa9" },
    { "_x0041_", "_x005F_x0041_" },
    { "_x004_", "_x004_" },
    { "\xef\xbf\xbf", "   " },
  };
  struct xlsx x;
  struct report report;
  struct fails fails;
  open_texts(&x, &report, &fails);
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    ck_assert_str_eq(xlsx_safe(&x, pairs[i][0]), pairs[i][1]);
  char *much = malloc(100000);
  memset(much, 'a', 99999);
  much[99999] = 0;
  ck_assert_uint_lt(strlen(xlsx_safe(&x, much)), 32767);
  ck_assert_has(xlsx_safe(&x, much), "... (cut)");
  free(much);
  close_texts(&x);
}
END_TEST

START_TEST(choices) {
  static const char *const pairs[][2] = {
    { "base", "base" },    { "BASE", "run 2: BASE" }, { "=1", "run 3: =1" },
    { "12", "run 4: 12" }, { "a*b?~", "a_b__" },      { "", "run 6: " },
  };
  struct xlsx x;
  struct report report;
  struct fails fails;
  open_texts(&x, &report, &fails);
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
    ck_assert_str_eq(xlsx_choice(&x, pairs[i][0], i + 1), pairs[i][1]);
  close_texts(&x);
}
END_TEST

/* A source that was read long before the as-of date is weaker than cited, stronger than estimated.
 */
START_TEST(stale_facts) {
  struct xlsx x;
  struct report report;
  struct fails fails;
  open_texts(&x, &report, &fails);
  report.date = "2026-03-04";
  struct fact fact = { .state = STATE_VERIFIED, .accessed = "2025-03-04" };
  ck_assert_int_eq(xlsx_rank_of_fact(&x, &fact), RANK_VERIFIED);
  fact.accessed = "2025-03-03";
  ck_assert_int_eq(xlsx_rank_of_fact(&x, &fact), RANK_STALE);
  fact.state = STATE_ESTIMATE;
  ck_assert_int_eq(xlsx_rank_of_fact(&x, &fact), RANK_ESTIMATE);
  fact.state = STATE_CITED, fact.accessed = NULL;
  ck_assert_int_eq(xlsx_rank_of_fact(&x, &fact), RANK_CITED);
  ck_assert_int_eq(xlsx_day("1970-01-01"), 0);
  ck_assert_int_eq(xlsx_day("2000-03-01") - xlsx_day("2000-02-28"), 2);
  close_texts(&x);
}
END_TEST

START_TEST(tabs) {
  struct xlsx x;
  struct report report;
  struct fails fails;
  open_texts(&x, &report, &fails);
  const char *path = "a_rather_long_name.of_an_instance.deep";
  ck_assert_str_eq(xlsx_tab(&x, "plan"), "plan");
  ck_assert_str_eq(xlsx_tab(&x, "plan"), "plan~2");
  ck_assert_str_eq(xlsx_tab(&x, "PLAN"), "PLAN~3");
  ck_assert_str_eq(xlsx_tab(&x, path), "a_rather_long_name.of_an_instan");
  ck_assert_str_eq(xlsx_tab(&x, path), "a_rather_long_name.of_an_inst~2");
  struct buffer out;
  buffer_open(&out, &x.memory);
  xlsx_quote(&out, "own.cap");
  xlsx_quote(&out, "plan~2");
  xlsx_quote(&out, "cover");
  ck_assert_str_eq(out.bytes, "'own.cap'!'plan~2'!cover!");
  buffer_close(&out);
  close_texts(&x);
}
END_TEST

/* Two rows say what the others are; a number that stays, or that is no number of a row, stays. */
START_TEST(formulas_are_copied_down) {
  static const struct {
    const char *here, *below, *later; /* later: 992 rows below; NULL: not to be copied */
  } cases[] = {
    { "IF(ISNUMBER(B9),B9*AH$3,NA())", "IF(ISNUMBER(B10),B10*AH$3,NA())",
      "IF(ISNUMBER(B1001),B1001*AH$3,NA())" },
    { "A8+B7", "A9+B8", "A1000+B999" },
    { "1", "1", "1" },
    { "", "", "" },
    { "k!$I$41*1.5E+16", "k!$I$41*1.5E+16", "k!$I$41*1.5E+16" },
    { "A8", "B9", NULL },
    { "A8", "A10", NULL },
    { "A8", "A9+1", NULL },
    { "A8+1", "A9", NULL },
    { "A8", "A", NULL },
    { "A", "A9", NULL },
    { "A9999999999", "A10000000000", NULL },
  };
  struct xlsx x;
  struct report report;
  struct fails fails;
  open_texts(&x, &report, &fails);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct down down;
    bool made = xlsx_down_make(&x, &down, cases[i].here, cases[i].below);
    ck_assert_msg(made == (cases[i].later != NULL), "%s", cases[i].here);
    if (!made) continue;
    ck_assert_str_eq(xlsx_down(&down, 992), cases[i].later);
    ck_assert_str_eq(xlsx_down(&down, 1), cases[i].below);
    ck_assert_str_eq(xlsx_down(&down, 0), cases[i].here);
  }
  close_texts(&x);
}
END_TEST

START_TEST(typed_numbers) {
  static const double factors[] = { 1, 0.01, 1e-3, 1e9, 3600, 730 * 3600.0, 1e12, 0x1p30 };
  static const double typed[] = { 0, 1, 0.055, 194.95, 38, 1.7e-5, -0.25, 15.6e12 };
  for (size_t i = 0; i < sizeof factors / sizeof *factors; i++)
    for (size_t k = 0; k < sizeof typed / sizeof *typed; k++) {
      double si = typed[k] * factors[i];
      ck_assert(xlsx_typed(si, factors[i]) * factors[i] == si);
    }
}
END_TEST

START_TEST(number_formats) {
  ck_assert_str_eq(xlsx_number_format(0, true), XLSX_PLAIN);
  ck_assert_str_eq(xlsx_number_format(12, true), XLSX_PLAIN);
  ck_assert_str_eq(xlsx_number_format(1234567, true), "#,##0");
  ck_assert_str_eq(xlsx_number_format(1234.5, false), "#,##0.0");
  ck_assert_str_eq(xlsx_number_format(12.345, false), "#,##0.00");
  ck_assert_str_eq(xlsx_number_format(-1.5, false), "0.000");
  ck_assert_str_eq(xlsx_number_format(0.25, false), "0.0000");
  ck_assert_str_eq(xlsx_number_format(3.5e-7, false), "0.000E+00");
  ck_assert_str_eq(xlsx_number_format(2.5e10, false), "0.000E+00");
}
END_TEST

Suite *suite_xlsx(void) {
  Suite *suite = suite_create("xlsx");
  TCase *text = tcase_create("text"), *book = tcase_create("workbook");
  tcase_add_test(text, names);
  tcase_add_test(text, addresses);
  tcase_add_test(text, links);
  tcase_add_test(text, texts);
  tcase_add_test(text, tabs);
  tcase_add_test(text, choices);
  tcase_add_test(text, stale_facts);
  tcase_add_test(text, formulas_are_copied_down);
  tcase_add_test(text, typed_numbers);
  tcase_add_test(text, number_formats);
  tcase_set_timeout(book, 120);
  tcase_add_test(book, same_bytes_twice);
  tcase_add_test(book, no_pictures);
  tcase_add_test(book, locale_does_not_matter);
  tcase_add_test(book, failed_write_is_passed_on);
  tcase_add_test(book, no_folder_for_the_file);
  tcase_add_test(book, no_memory_is_told);
  tcase_add_test(book, too_many_rows_are_refused);
  tcase_add_test(book, too_long_runs_are_refused);
  tcase_add_test(book, too_many_columns_are_refused);
  tcase_add_test(book, too_many_links_are_refused);
  tcase_add_test(book, too_long_a_formula_is_refused);
  tcase_add_test(book, too_many_scenarios_are_refused);
  tcase_add_test(book, names_of_scenarios_differ);
  tcase_add_test(book, other_rows_are_refused);
  suite_add_tcase(suite, text);
  suite_add_tcase(suite, book);
  return suite;
}
