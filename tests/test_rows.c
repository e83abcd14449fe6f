/* Tables given with --rows: keys, columns, values and their places. */
#include "rows.h"

#include "limits.h"
#include "told.h"

Suite *suite_rows(void);

static struct told told;
static struct names names;
static struct units units;
static struct rows_csv rows;

static void open_units(void) {
  static const char text[] =
      "unit,definition,kind,differs,note\nB,,base,,\nGB,1e9 B,,,\n%,0.01,,,\n";
  struct csv csv;
  told_open(&told);
  names_open(&names, &told.memory);
  ck_assert_int_eq(units_open(&units, &told.memory, &names), MLS_OK);
  ck_assert_int_eq(csv_read(&told.memory, &told.fails, "u.csv", text, sizeof text - 1, &csv),
                   MLS_OK);
  ck_assert_int_eq(units_load(&units, &csv, &told.fails), MLS_OK);
}

static void close_units(void) { told_close(&told); }

static mls_status read_text(const char *text) {
  fail_clear(&told.fails);
  return rows_read(&told.memory, &told.fails, &units, "r.csv", text, strlen(text), &rows);
}

START_TEST(test_table) {
  ck_assert_int_eq(read_text("\xEF\xBB\xBFmonth,load [%],size,memory [ GB ]\r\n"
                             "0,80, 5 [GB] ,1\r\n\r\n H100 ,90,7,2\r\n"),
                   MLS_OK);
  ck_assert_str_eq(rows.key, "month");
  ck_assert_uint_eq(rows.count, 2);
  ck_assert_uint_eq(rows.column_count, 3);
  ck_assert_str_eq(rows.columns[0].name, "load");
  ck_assert(rows.columns[0].has_unit && !rows.columns[1].has_unit && rows.columns[2].has_unit);
  ck_assert(rows.columns[0].unit.factor == 0.01 && rows.columns[2].unit.factor == 1e9);
  ck_assert_str_eq(rows.columns[2].name, "memory");
  ck_assert_str_eq(rows.columns[2].unit.text, "GB");
  ck_assert_int_eq(rows.columns[2].place.column, 4);
  ck_assert(slice_is(rows_key(&rows, 1), "H100"));
  ck_assert(slice_is(rows_value(&rows, 0, 1), "5 [GB]"));
  ck_assert(slice_is(rows_value(&rows, 1, 2), "2"));
  ck_assert_int_eq(rows_key_place(&rows, 1).line, 4);
  ck_assert_int_eq(rows_key_place(&rows, 1).column, 1);
  struct place place = rows_value_place(&rows, 1, 2);
  ck_assert_str_eq(place.file, "r.csv");
  ck_assert_int_eq(place.line, 4);
  ck_assert_int_eq(place.column, 4);
  ck_assert_int_eq(read_text("month\n1\n2\n"), MLS_OK);
  ck_assert_uint_eq(rows.column_count, 0);
}
END_TEST

struct example {
  const char *text, *expected;
};

START_TEST(test_wrong) {
  static const struct example examples[] = {
    { "", "r.csv:1:1: syntax: the file is empty; expected a header line\n" },
    { "month,load\n",
      "r.csv:1:1: syntax: the file has a header alone; expected at least one row\n" },
    { "month,,load\n1,2,3\n",
      "r.csv:1:2: syntax: found \"\" in the header; expected a name, as load or load [%]\n" },
    { "month,[%]\n1,2\n",
      "r.csv:1:2: syntax: found \"[%]\" in the header; expected a name, as load or load [%]\n" },
    { "month,load [%\n1,2\n",
      "r.csv:1:2: syntax: found \"load [%\" in the header; expected a unit in brackets at its end, "
      "as "
      "load [%]\n" },
    { "month,load [%] x\n1,2\n",
      "r.csv:1:2: syntax: found \"load [%] x\" in the header; expected a unit in brackets at its "
      "end, "
      "as load [%]\n" },
    { "month,load []\n1,2\n",
      "r.csv:1:2: syntax: found \"load []\" in the header; expected a unit in brackets at its end, "
      "as "
      "load [%]\n" },
    { "month,load [gb]\n1,2\n", "r.csv:1:2: name: unknown unit gb (did you mean GB?)\n" },
    { "month [GB],load\n1,2\n", "r.csv:1:1: syntax: the key month has a unit; expected none\n" },
    { "month,load,load [%]\n1,2,3\n", "r.csv:1:3: name: column load stands in field 2 already\n" },
    { "\"mon\nth\",load\n1,2\n",
      "r.csv:1:1: syntax: this field holds a line break; only a note may\n" },
    { ",a,a,b [x]\n1,2,3,4\n",
      "r.csv:1:1: syntax: found \"\" in the header; expected a name, as load or load [%]\n"
      "r.csv:1:3: name: column a stands in field 2 already\n"
      "r.csv:1:4: name: unknown unit x (did you mean B?)\n" },
    { "month,load\n1,2\n2\n3,4,5\n",
      "r.csv:3:2: syntax: this line has 1 field, the header 2\n"
      "r.csv:4:3: syntax: this line has 3 fields, the header 2 (a field that holds a comma stands "
      "in "
      "quotes)\n" },
    { "month,load\n1,2\n ,3\n",
      "r.csv:3:1: syntax: the key is empty; expected a number or a word\n" },
    { "month,load\n1,2\n2,3\n 1,4\n", "r.csv:4:1: name: key \"1\" stands in line 2 already\n" },
    { "month,load,size\n1, ,\n",
      "r.csv:2:2: syntax: no value for load; expected a number or a word\n"
      "r.csv:2:3: syntax: no value for size; expected a number or a word\n" },
    { "month,load\n1,\"2\n3\"\n",
      "r.csv:2:2: syntax: this field holds a line break; only a note may\n" },
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    mls_status status = read_text(examples[i].text);
    ck_assert_str_eq(told_lines(&told, &told.fails), examples[i].expected);
    ck_assert_int_eq(status, told.fails.first->status);
  }
}
END_TEST

START_TEST(test_long_key) {
  char text[LIMIT_WORD + 50], expected[200];
  char key[LIMIT_WORD + 2];
  memset(key, 'k', sizeof key - 1);
  key[LIMIT_WORD + 1] = 0;
  snprintf(text, sizeof text, "month,load\n%s,1\n", key);
  ck_assert_int_eq(read_text(text), MLS_LIMIT);
  snprintf(expected, sizeof expected,
           "r.csv:2:1: limit: key \"%.64s...\" is longer than 255 bytes (LIMIT_WORD)\n", key);
  ck_assert_str_eq(told_lines(&told, &told.fails), expected);
  key[LIMIT_WORD] = 0;
  snprintf(text, sizeof text, "month,load\n%s,1\n", key);
  ck_assert_int_eq(read_text(text), MLS_OK);
}
END_TEST

START_TEST(test_seen) {
  struct rows_seen seen;
  size_t first;
  bool again;
  rows_seen_open(&seen, &told.memory);
  ck_assert_int_eq(rows_seen_add(&seen, SLICE("a"), 7, &first, &again), MLS_OK);
  ck_assert(!again);
  ck_assert_int_eq(rows_seen_add(&seen, SLICE("a"), 8, &first, &again), MLS_OK);
  ck_assert(again && first == 7);
  rows_seen_close(&seen);
}
END_TEST

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

START_TEST(test_memory) {
  static char text[40000];
  size_t size = (size_t)snprintf(text, sizeof text, "month,load [%%],size [GB]\n");
  for (int i = 0; i < 2000; i++)
    size += (size_t)snprintf(text + size, sizeof text - size, "%d,80,%d\n", i, i);
  for (size_t n = 0;; n++) {
    mls_allocator allocator = { scarce_resize, scarce_release, NULL };
    struct memory memory;
    left = n;
    memory_open(&memory, &allocator);
    struct fails fails = { .memory = &memory };
    mls_status status = rows_read(&memory, &fails, &units, "r.csv", text, size, &rows);
    memory_close(&memory);
    if (status == MLS_OK) break;
    ck_assert_int_eq(status, MLS_MEMORY);
  }
}
END_TEST

Suite *suite_rows(void) {
  Suite *suite = suite_create("rows");
  TCase *tests = tcase_create("rows");
  tcase_add_checked_fixture(tests, open_units, close_units);
  tcase_add_test(tests, test_table);
  tcase_add_test(tests, test_wrong);
  tcase_add_test(tests, test_long_key);
  tcase_add_test(tests, test_seen);
  tcase_add_test(tests, test_memory);
  suite_add_tcase(suite, tests);
  return suite;
}
