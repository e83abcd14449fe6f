/* Sheet text to lines: what a line is, labels and sources, notes, continuation, tables, line ends.
 */
#include "ask.h"
#include "sheet.h"
#include "told.h"

Suite *suite_sheet(void);

static struct told told;
static struct names names;
static struct units units;
static struct sheet *sheet;

static void open_names(void) {
  static const char rows[] = "unit,definition,kind,differs,note\ns,,base,,\n%,0.01,,,\n";
  struct csv csv;
  told_open(&told);
  names_open(&names, &told.memory);
  ck_assert_int_eq(units_open(&units, &told.memory, &names), MLS_OK);
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, "u", rows, sizeof rows - 1, &csv), MLS_OK);
  ck_assert_int_eq(units_load(&units, &csv, &told.fails), MLS_OK);
}

static void close_names(void) { told_close(&told); }

static void read_bytes(const char *text, size_t size) {
  mls_status status =
      sheet_read(&told.memory, &names, &units, &told.fails, "t.sheet", text, size, &sheet);
  ck_assert_msg(status == MLS_OK, "%s", told_lines(&told, &told.fails));
}

static void read_text(const char *text) { read_bytes(text, strlen(text)); }

static const struct line *line_called(const char *name) {
  for (size_t i = 0; i < sheet->line_count; i++)
    if (sheet->lines[i].name && strcmp(sheet->lines[i].name, name) == 0) return &sheet->lines[i];
  ck_abort_msg("no line %s", name);
}

START_TEST(test_kinds) {
  read_text("sheet t  # What it is @one @two\n"
            "# a note\n"
            "## A heading @three\n"
            "\n"
            "input load [%] = 80 likely 60..90 in 0..100 by 5  # Load @four\n"
            "input mode = red in red, green\n"
            "input hw = H100 in hardware\n"
            "x [s] = 1 [s] # no key: mail@host\n"
            "output y = x\n"
            "output z [s] = x\n"
            "check fits = 1 < 2  # Must fit\n"
            "use job = part(a_a = min(1, 2), b_b = \"x,)\")\n"
            "use other = part()\n"
            "table plan for month in 0..4 by 2\n"
            "  input n_n = 1, 2, 3 in -5..5\n"
            "  # an indented comment belongs to the line above\n"
            "# a note in the table\n"
            "\n"
            "  output w = n_n\n"
            "last_line = 2");
  ck_assert_str_eq(sheet->name, "t");
  ck_assert_str_eq(sheet->label, "What it is");
  ck_assert_uint_eq(sheet->cite_count, 2);
  ck_assert_str_eq(sheet->cites[0], "one");
  ck_assert_str_eq(sheet->cites[1], "two");
  ck_assert(sheet->lines[0].kind == LINE_NOTE && !sheet->lines[0].heading);
  ck_assert_str_eq(sheet->lines[0].label, "a note");
  ck_assert(sheet->lines[1].kind == LINE_NOTE && sheet->lines[1].heading);
  ck_assert_str_eq(sheet->lines[1].label, "A heading");
  const struct line *load = line_called("load");
  ck_assert(load->kind == LINE_INPUT && load->domain->likely && load->domain->value_count == 1);
  ck_assert(load->domain->likely->low == 60 && load->domain->likely->high == 90 &&
            load->domain->values[0].number == 80);
  ck_assert(load->domain->set->kind == SET_RANGE && load->domain->set->low == 0 &&
            load->domain->set->high == 100 && load->domain->set->step == 5);
  ck_assert_str_eq(load->domain->set->text, "0..100 by 5");
  ck_assert_str_eq(load->unit->text, "%");
  ck_assert_str_eq(load->label, "Load");
  ck_assert_str_eq(load->cites[0], "four");
  ck_assert_int_eq(load->line, 5);
  ck_assert_int_eq(load->column, 7);
  const struct line *mode = line_called("mode");
  ck_assert(mode->domain->set->kind == SET_WORDS && mode->domain->set->count == 2 && !mode->unit);
  ck_assert_str_eq(mode->domain->values[0].word, "red");
  ck_assert(line_called("hw")->domain->set->kind == SET_REGISTRY);
  ck_assert_str_eq(line_called("hw")->domain->set->name, "hardware");
  ck_assert_str_eq(line_called("x")->label, "no key: mail@host");
  ck_assert(!line_called("x")->output && line_called("y")->output && line_called("z")->output);
  ck_assert(line_called("fits")->kind == LINE_CHECK);
  const struct line *job = line_called("job");
  ck_assert(job->kind == LINE_USE && job->use->bind_count == 2 &&
            line_called("other")->use->bind_count == 0);
  ck_assert_str_eq(job->use->sheet, "part");
  ck_assert_str_eq(job->use->binds[1].name, "b_b");
  ck_assert_str_eq(job->use->binds[1].formula->text, "x,)");
  const struct line *plan = line_called("plan");
  ck_assert(plan->kind == LINE_TABLE && plan->domain->set->step == 2);
  ck_assert_str_eq(plan->domain->key, "month");
  ck_assert_str_eq(line_called("n_n")->label, "an indented comment belongs to the line above");
  /* "Blank lines and column-0 notes do not end a table; the first line that is not indented does"
   */
  ck_assert_int_ge(line_called("w")->table, 0);
  ck_assert_int_eq(line_called("last_line")->table, -1);
}
END_TEST

/* A note that names the language; what is newer is refused (tests/reject). Elsewhere, and in other
   words, it is a note as any other. */
START_TEST(test_language) {
  static const char *const texts[] = {
    "sheet t\n# language 1\nx = 1\n",           "sheet t\n# language 2\nx = 1\n",
    "sheet t\n\n#language 0.9\nx = 1\n",        "sheet t\n# language two\nx = 1\n",
    "# language 3\nsheet t\nx = 1\n",           "sheet t\nx = 1\n# language 3\n",
    "sheet t\n# a note\n# language 3\nx = 1\n", "sheet t\n# languages 3\nx = 1\n",
  };
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    read_text(texts[i]);
    ck_assert_str_eq(line_called("x")->name, "x");
  }
  const char *newer = "sheet t\n# language 2.5\nx = 1\n";
  mls_status status = sheet_read(&told.memory, &names, &units, &told.fails, "t.sheet", newer,
                                 strlen(newer), &sheet);
  ck_assert_int_eq(status, MLS_LIMIT);
  ck_assert_ptr_null(sheet);
}
END_TEST

START_TEST(test_labels) {
  read_text("sheet t\n"
            "                           # of the sheet @key\n"
            "long = 1\n"
            "                           # alone on the next line @a.b-c\n"
            "two = 1  # first\n"
            "                           # second\n"
            "text = \"a # b\"  # label # more\n"
            "none = 2\n"
            "empty = 3  #\n"
            "keys = 4  # @one @two\n");
  ck_assert_str_eq(sheet->label, "of the sheet");
  ck_assert_str_eq(line_called("long")->label, "alone on the next line");
  ck_assert_str_eq(line_called("long")->cites[0], "a.b-c");
  ck_assert_str_eq(line_called("two")->label, "first second");
  ck_assert_str_eq(line_called("text")->formula->text, "a # b");
  ck_assert_str_eq(line_called("text")->label, "label # more");
  ck_assert_str_eq(line_called("none")->label, "");
  ck_assert_str_eq(line_called("empty")->label, "");
  ck_assert_str_eq(line_called("keys")->label, "");
  ck_assert_uint_eq(line_called("keys")->cite_count, 2);
}
END_TEST

/* "A line goes on while a parenthesis is open" */
START_TEST(test_continuation) {
  read_text("sheet t\r\n"
            "x = max(1,\r\n"
            "        2,\r\n"
            "3)  # the label\r\n"
            "use job = part(\n"
            "  a_a = 1,\n"
            "\n"
            "  b_b = 2\n"
            ")\n"
            "y = (\"(\")\n"
            "z = 3\n");
  ck_assert_str_eq(line_called("x")->label, "the label");
  ck_assert_uint_eq(line_called("x")->formula->count, 3);
  ck_assert_int_eq(line_called("x")->formula->arguments[2]->line, 4);
  ck_assert_int_eq(line_called("x")->formula->arguments[2]->column, 1);
  ck_assert_int_eq(line_called("x")->formula->arguments[1]->line, 3);
  ck_assert_uint_eq(line_called("job")->use->bind_count, 2);
  ck_assert_int_eq(line_called("z")->line, 11);
}
END_TEST

START_TEST(test_bytes) {
  static const char text[] =
      "\xEF\xBB\xBFsheet t\r\nx\t=\t1\r\n\r\ny = 2 # caf\xC3\xA9\r\n   \r\n\t\r\nz [ s ] = 3 [s]";
  read_bytes(text, sizeof text - 1);
  ck_assert_str_eq(line_called("y")->label, "caf\xC3\xA9");
  ck_assert_str_eq(line_called("z")->unit->text, "s");
  ck_assert_uint_eq(sheet->line_count, 3);
}
END_TEST

/* Columns of messages count characters, not bytes. */
START_TEST(test_columns) {
  static const char text[] = "sheet t\nx = \"\xC3\xA9\xE2\x82\xAC\" * ?\n";
  ck_assert_int_eq(sheet_read(&told.memory, &names, &units, &told.fails, "t.sheet", text,
                              sizeof text - 1, &sheet),
                   MLS_SYNTAX);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "t.sheet:2:12: syntax: expected a number, a name, a text or (, found \"?\"\n");
}
END_TEST

/* ---- through the whole library ---- */

static const char *const accepted[] = {
  "input x = 3 likely 2..2 in 0..5",
  "input x = 3 likely 7..9 in 0..5",
  "input x = -1 likely -3..-2 in -5..-1",
  "input x = 0 in 0..0",
  "input x = 0.3 in 0..1 by 0.1",
  "input x = 100 in 0..100 by 0.1",
  "input x = 0.30000000000000004 in 0.1..0.3",
  "input x = no in yes, no",
  "input x = a in a, b, c-d, E",
  "input x = 1_000 in 0..10_000",
  "input x = 1e3 in 0..1e6",
  "input x = Big in chips",
  "table plan for k in -3..3\n  x = k",
  "table plan for k in 5..5\n  x = k",
  "table plan for k in big, small\n  x = 1",
  "table plan for k in chips\n  x [W] = k.tdp",
  "table plan for k in 0..10 by 3\n  x = k",
  /* "In a column a bare name is the row's key, then a column of this table, then a cell of the
     sheet" */
  "x = 1\nk = 2\ntable plan for k in 1..3\n  x = k\n  y = x + z\nz = 3",
  /* function names are not reserved */
  "max = 3\nx = max(max, 2)",
  "sum = 1\nabs = sum",
  "log_two = 1",
  "prior_art = 1\nin_stock = 2\nuses = 3\noutput_power = 4",
  "use a_a = job()\nuse b_b = job(gpus = a_a.gpus)",
  "output x = 1",
  "table t for k in 1..2\n  output x = k",
};

START_TEST(test_accepted) { ask_accepted(accepted[_i]); }
END_TEST

static const char *const refused[][2] = {
  { "input x = 6 in 0..5", "6 is outside 0..5" },
  { "input x = 0.35 in 0..1 by 0.1", "0.35 is outside 0..1 by 0.1" },
  { "input x = 0.3000000000001 in 0.1..0.3", "is outside 0.1..0.3" },
  { "input x = 1 in yes", "no registry yes" },
  { "input x = maybe in yes, no", "maybe is not in yes, no" },
  { "input x = 3 likely 4..2 in 0..5", "P10 is above P90" },
  { "input x = yes likely 1..2 in yes, no", "likely needs a range of numbers" },
  { "table t for k in 1..2\n  input x = 1, 2 likely 1..2 in 0..5\n  y = k",
    "likely needs one value, found 2" },
  { "table t for k in 1..2\n  use a = job()\n  x = k", "a sheet can not be used inside a table" },
  { "table t for k in 1..2\n  x = k\n  check y = x > 1", "a table has no checks" },
  { "table t for k in 1..2\n", "table t has no column" },
  { "use a = try_it()", "sheet try_it uses itself" },
  { "x = 1\nx = 2", "x stands in line 2 already" },
  { "x = 1\ninput x = 2 in 0..3", "x stands in line 2 already" },
  { "x = 1\nuse x = job()", "x stands in line 2 already" },
  { "in = 1", "in is a reserved word" },
  { "prior = 1", "prior is a reserved word" },
  { "tp8 = 1", "call it tp8_value, say" },
  { "a_name_of_sixty_one_characters_which_is_one_more_than_allowed = 1", "(LIMIT_NAME)" },
  { "table t for k in 0..1.5\n  x = k", "rows are counted in whole numbers" },
  { "table t for k in 0..3 by 0.5\n  x = k", "rows are counted in whole numbers" },
  { "table t for k in 1..1e12\n  x = k", "(LIMIT_ROWS)" },
  { "x = 1\n  y = 2", "an indented line belongs to a table" },
  { "x = 1 # @nobody", "unknown source @nobody" },
  { "table t for k in 1..3\n  k = 2", "k is the key of the table already" },
};

START_TEST(test_refused) { ask_refused(refused[_i][0], refused[_i][1]); }
END_TEST

/* What opens a parenthesis and does not close it takes nothing else with it. */
START_TEST(test_unclosed) {
  ask_refused("x = (1 + 2\ny = 3\nz = y + 1\n", "found the end of the line");
  ask_refused("x = max(1, # a comment ends the line\n        2)\nz = 1\n",
              "found the end of the line");
  ask_refused("z = 1\nx = (1 +\n\n\n\ny = z\n", "found the end of the line");
}
END_TEST

Suite *suite_sheet(void) {
  Suite *suite = suite_create("sheet");
  TCase *reader = tcase_create("reader"), *whole = tcase_create("whole");
  tcase_add_checked_fixture(reader, open_names, close_names);
  tcase_add_test(reader, test_kinds);
  tcase_add_test(reader, test_language);
  tcase_add_test(reader, test_labels);
  tcase_add_test(reader, test_continuation);
  tcase_add_test(reader, test_bytes);
  tcase_add_test(reader, test_columns);
  tcase_add_loop_test(whole, test_accepted, 0, (int)COUNT_OF(accepted));
  tcase_add_loop_test(whole, test_refused, 0, (int)COUNT_OF(refused));
  tcase_add_test(whole, test_unclosed);
  suite_add_tcase(suite, reader);
  suite_add_tcase(suite, whole);
  return suite;
}
