/* Rows, lines and messages of CSV files. */
#include "csv.h"

#include "limits.h"
#include "told.h"

Suite *suite_csv(void);

static struct told told;
static struct csv csv;

static void open_told(void) { told_open(&told); }
static void close_told(void) { told_close(&told); }

static mls_status read_bytes(const char *bytes, size_t size) {
  told_close(&told);
  told_open(&told);
  return csv_read(&told.memory, &told.fails, "f.csv", bytes, size, &csv);
}

/* Rows as "line:field|field/" with ~ after a field that held a newline. */
static const char *rows_text(void) {
  told.text.size = 0;
  buffer_text(&told.text, "");
  for (size_t i = 0; i < csv.count; i++) {
    buffer_print(&told.text, "%d:", csv.rows[i].line);
    for (size_t j = 0; j < csv.rows[i].count; j++)
      buffer_print(&told.text, "%s%s%s", j > 0 ? "|" : "", csv.rows[i].fields[j],
                   csv.rows[i].newlines[j] ? "~" : "");
    buffer_char(&told.text, '/');
  }
  return told.text.bytes;
}

struct example {
  const char *bytes;
  size_t size;
  const char *expected;
};
#define EXAMPLE(bytes, expected)                                                                   \
  { bytes, sizeof(bytes) - 1, expected }

START_TEST(test_rows) {
  static const struct example examples[] = {
    EXAMPLE("a,b\n1,2\n", "1:a|b/2:1|2/"),
    EXAMPLE("a,b\n1,2", "1:a|b/2:1|2/"),
    EXAMPLE("\xEF\xBB\xBF"
            "a,b\r\n1,2\r\n",
            "1:a|b/2:1|2/"),
    EXAMPLE("\xEF\xBB\xBF\"a\",b\n", "1:a|b/"),
    EXAMPLE("a,b\r\n\r\n\n1,2\r\n", "1:a|b/4:1|2/"),
    EXAMPLE("\n\r\n \t\n a\n", "4: a/"),
    EXAMPLE("a,b\r1,2\r", "1:a|b/2:1|2/"),
    EXAMPLE("a,b\n\"1\r\n2\n3\",4\n5,6\n", "1:a|b/2:1\r\n2\n3~|4/5:5|6/"),
    EXAMPLE("a\n\"x\r\ry\"\nz\n", "1:a/2:x\r\ry~/5:z/"),
    EXAMPLE("a,b\n\"say \"\"so\"\"\",\n", "1:a|b/2:say \"so\"|/"),
    EXAMPLE("a,b\n 1 , 2 \n", "1:a|b/2: 1 | 2 /"),
    EXAMPLE("a,b\n\"x,y\",z\n", "1:a|b/2:x,y|z/"),
    EXAMPLE("a,b\n,\n", "1:a|b/2:|/"),
    EXAMPLE("a,b\n\xC3\xA9,\xF0\x9F\x98\x80\n", "1:a|b/2:\xC3\xA9|\xF0\x9F\x98\x80/"),
    EXAMPLE("a\n\"\"\n1\n", "1:a/3:1/"),
    EXAMPLE("a,b,c\n1\n1,2,3,4\n", "1:a|b|c/2:1/3:1|2|3|4/"),
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    ck_assert_int_eq(read_bytes(examples[i].bytes, examples[i].size), MLS_OK);
    ck_assert_str_eq(rows_text(), examples[i].expected);
    ck_assert_uint_eq(told.fails.count, 0);
  }
}
END_TEST

START_TEST(test_short_rows_are_filled_up) {
  ck_assert_int_eq(read_bytes("a,b,c\n1\n", 8), MLS_OK);
  ck_assert_uint_eq(csv.rows[1].count, 1);
  ck_assert_str_eq(csv.rows[1].fields[2], "");
  ck_assert(!csv.rows[1].newlines[2]);
}
END_TEST

#define SAVE "expected a CSV: save it as \"CSV UTF-8\"\n"
#define SEPARATED "; expected \",\" (and a point in numbers: 0.5)\n"
#define INSIDE                                                                                     \
  "a quote stands inside a field that does not begin with one; write the field as "                \
  "\"... \"\" ...\"\n"
#define FOLLOWS "text follows a closing quote; expected a comma (a quote inside quotes is \"\")\n"

START_TEST(test_wrong_bytes) {
  static const struct example examples[] = {
    EXAMPLE("", "f.csv:1:1: syntax: the file is empty; expected a header line\n"),
    EXAMPLE("\xEF\xBB\xBF", "f.csv:1:1: syntax: the file is empty; expected a header line\n"),
    EXAMPLE("\n \r\n\n", "f.csv:1:1: syntax: the file is empty; expected a header line\n"),
    EXAMPLE("\xFF\xFE"
            "a\0",
            "f.csv:1:1: syntax: the file is UTF-16 text; " SAVE),
    EXAMPLE("\xFE\xFF\0a", "f.csv:1:1: syntax: the file is UTF-16 text; " SAVE),
    EXAMPLE("a\0,\0b\0", "f.csv:1:1: syntax: the file is UTF-16 text or not a text; " SAVE),
    EXAMPLE("PK\x03\x04...", "f.csv:1:1: syntax: the file is an Excel workbook; " SAVE),
    EXAMPLE("\xD0\xCF\x11\xE0...", "f.csv:1:1: syntax: the file is an Excel workbook; " SAVE),
    EXAMPLE("a;b\n0,5;1\n", "f.csv:1:1: syntax: fields are separated by \";\"" SEPARATED),
    EXAMPLE("\"a\";\"b\"\n", "f.csv:1:1: syntax: fields are separated by \";\"" SEPARATED),
    EXAMPLE("a\tb\n", "f.csv:1:1: syntax: fields are separated by tabs" SEPARATED),
    EXAMPLE("a,b\n1,\"x", "f.csv:2:2: syntax: the quote that opens this field is never closed\n"),
    EXAMPLE("a,b\n\"1\n2\",\"x\n\n",
            "f.csv:3:2: syntax: the quote that opens this field is never closed\n"),
    EXAMPLE("a,b\n1,x\"y\n", "f.csv:2:2: syntax: " INSIDE),
    EXAMPLE("a,b\n1, \"y\"\n", "f.csv:2:2: syntax: " INSIDE),
    EXAMPLE("a,b\n\"1\r\n2\"x,3\n", "f.csv:3:1: syntax: " FOLLOWS),
    EXAMPLE("a,b\n1,\"2\" \n", "f.csv:2:2: syntax: " FOLLOWS),
    EXAMPLE("a,b\n\n1,caf\xE9\n",
            "f.csv:3:2: syntax: byte 0xE9 is not UTF-8; the file looks like Windows-1252: save the "
            "file as \"CSV UTF-8\"\n"),
    EXAMPLE("a,b\n\xC3\xA9,caf\xE9\n",
            "f.csv:2:2: syntax: byte 0xE9 is not UTF-8: save the file as \"CSV UTF-8\"\n"),
    EXAMPLE("a,b\n1,\x81\n",
            "f.csv:2:2: syntax: byte 0x81 is not UTF-8: save the file as \"CSV UTF-8\"\n"),
    EXAMPLE("a,b\n1,\xE2\x82\n",
            "f.csv:2:2: syntax: byte 0xE2 is not UTF-8: save the file as \"CSV UTF-8\"\n"),
    EXAMPLE("a,b\n\"x\ny\x07\",1\n",
            "f.csv:3:1: syntax: a control character (byte 0x07) stands in this field: delete it\n"),
    EXAMPLE("a,b\n1,x\xE2\x80\xAEy\n",
            "f.csv:2:2: syntax: an invisible control character stands in this field: delete it\n"),
    EXAMPLE("a,b\n1,x\xC2\x85y\n",
            "f.csv:2:2: syntax: an invisible control character stands in this field: delete it\n"),
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    ck_assert_int_eq(read_bytes(examples[i].bytes, examples[i].size), MLS_SYNTAX);
    ck_assert_str_eq(told_lines(&told, &told.fails), examples[i].expected);
  }
}
END_TEST

/* `head`, then `count` times `byte`, then `tail`. */
static mls_status read_long(const char *head, size_t count, char byte, const char *tail) {
  size_t before = strlen(head), after = strlen(tail), size = before + count + after;
  char *bytes = malloc(size + 1);
  ck_assert_ptr_nonnull(bytes);
  memcpy(bytes, head, before);
  memset(bytes + before, byte, count);
  memcpy(bytes + before + count, tail, after + 1);
  mls_status status = read_bytes(bytes, size);
  free(bytes);
  return status;
}

START_TEST(test_bounds) {
  const char *too_long =
      ": limit: this field is longer than 32767 bytes (LIMIT_TEXT); is a quote left open?\n";
  char expected[200];
  ck_assert_int_eq(read_long("a,b\n1,", LIMIT_TEXT, 'x', "\n"), MLS_OK);
  ck_assert_uint_eq(strlen(csv.rows[1].fields[1]), LIMIT_TEXT);
  ck_assert_int_eq(read_long("a,b\n1,\"", LIMIT_TEXT, 'x', "\"\n"), MLS_OK);
  ck_assert_int_eq(read_long("a,b\n1,", LIMIT_TEXT + 1, 'x', "\n"), MLS_LIMIT);
  snprintf(expected, sizeof expected, "f.csv:2:2%s", too_long);
  ck_assert_str_eq(told_lines(&told, &told.fails), expected);
  ck_assert_int_eq(read_long("a,b\n1,\"", 10 * LIMIT_TEXT, '\n', "\n"), MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails), expected);
  ck_assert_int_eq(read_long("", LIMIT_COLUMNS - 1, ',', "\n"), MLS_OK);
  ck_assert_uint_eq(csv.rows[0].count, LIMIT_COLUMNS);
  ck_assert_int_eq(read_long("", LIMIT_COLUMNS, ',', "\n"), MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.csv:1:10001: limit: this line has more than 10000 fields (LIMIT_COLUMNS)\n");
  ck_assert_int_eq(read_bytes("", (size_t)LIMIT_FILE + 1), MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.csv:1:1: limit: the file is larger than 250 MB (LIMIT_FILE)\n");
}
END_TEST

START_TEST(test_many_short_rows) {
  size_t size = 4 + 2 * (LIMIT_ERRORS + 1);
  char *bytes = malloc(size);
  ck_assert_ptr_nonnull(bytes);
  memcpy(bytes, "a,b\n", 4);
  for (size_t i = 4; i < size; i += 2) memcpy(bytes + i, "1\n", 2);
  ck_assert_int_eq(read_bytes(bytes, size - 2), MLS_OK);
  ck_assert_int_eq(read_bytes(bytes, size), MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.csv:1002:1: limit: more than 1000 lines have fewer fields than the header "
                   "(LIMIT_ERRORS)\n");
  free(bytes);
}
END_TEST

static char *short_rows(size_t count) {
  char *bytes = malloc(2 * count);
  ck_assert_ptr_nonnull(bytes);
  for (size_t i = 0; i < count; i++) memcpy(bytes + 2 * i, "1\n", 2);
  return bytes;
}

START_TEST(test_many_lines) {
  size_t count = LIMIT_FACTS + 2;
  char *bytes = short_rows(count);
  ck_assert_int_eq(read_bytes(bytes, 2 * count - 2), MLS_OK);
  ck_assert_int_eq(read_bytes(bytes, 2 * count), MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.csv:500002:1: limit: the file has more than 500000 lines (LIMIT_FACTS)\n");
  free(bytes);
}
END_TEST

/* Takes 2 GB and a few seconds, so only where it is asked for. */
START_TEST(test_many_rows) {
  if (!getenv("MLSYSIM_SLOW")) return;
  size_t count = (size_t)LIMIT_ROWS + 2;
  char *bytes = short_rows(count);
  told_close(&told);
  told_open(&told);
  ck_assert_int_eq(
      csv_read_as(&told.memory, &told.fails, "f.csv", bytes, 2 * count, CSV_STANDARD, &csv),
      MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.csv:20000002:1: limit: the file has more than 20000000 lines (LIMIT_ROWS)\n");
  free(bytes);
}
END_TEST

static const char *const header[] = { "item", "value", "unit" };

static const char *header_told(const char *bytes, bool open) {
  ck_assert_int_eq(read_bytes(bytes, strlen(bytes)), MLS_OK);
  csv_header(&csv, &told.fails, header, 3, open);
  return told_lines(&told, &told.fails);
}

START_TEST(test_header) {
  ck_assert_str_eq(header_told("item,value,unit\n", false), "");
  ck_assert_str_eq(header_told("item,value,unit,more\n", true), "");
  ck_assert_str_eq(header_told("item,value,unit,more\n", false),
                   "f.csv:1:4: syntax: found \"more\" in the header; expected the end of the line "
                   "(the header is item,value,unit)\n");
  ck_assert_str_eq(header_told("\n\nitem,value\n", false),
                   "f.csv:3:3: syntax: found the end of the line in the header; expected \"unit\" "
                   "(the header is item,value,unit)\n");
  ck_assert_str_eq(header_told("item, value,unit\n", false),
                   "f.csv:1:2: syntax: found \" value\" in the header; expected \"value\" (the "
                   "header is item,value,unit)\n");
}
END_TEST

static const char *row_told(const char *bytes, int note) {
  ck_assert_int_eq(read_bytes(bytes, strlen(bytes)), MLS_OK);
  csv_check_row(&csv, &csv.rows[1], note, &told.fails);
  return told_lines(&told, &told.fails);
}

START_TEST(test_row) {
  ck_assert_str_eq(row_told("a,b,note\n1,2,\"x\ny\"\n", 2), "");
  ck_assert_str_eq(row_told("a,b,note\n\"1\n\",2,\"x\ny\"\n", 2),
                   "f.csv:2:1: syntax: this field holds a line break; only a note may\n");
  ck_assert_str_eq(row_told("a,b,c\n1,\"2\r\n\",3\n", CSV_NOWHERE),
                   "f.csv:2:2: syntax: this field holds a line break; only a note may\n");
  ck_assert_str_eq(row_told("a,b,c\n1\n", CSV_NOWHERE),
                   "f.csv:2:2: syntax: this line has 1 field, the header 3\n");
  ck_assert_str_eq(row_told("a,b,c\n1,2\n", CSV_NOWHERE),
                   "f.csv:2:3: syntax: this line has 2 fields, the header 3\n");
  ck_assert_str_eq(row_told("a,b\n1,2,3\n", CSV_NOWHERE),
                   "f.csv:2:3: syntax: this line has 3 fields, the header 2 (a field that holds a "
                   "comma stands in quotes)\n");
}
END_TEST

START_TEST(test_shown) {
  char out[CSV_SHOWN], text[80];
  ck_assert_str_eq(csv_shown(out, SLICE("H100")), "\"H100\"");
  ck_assert_str_eq(csv_shown(out, SLICE("")), "\"\"");
  ck_assert_str_eq(csv_shown(out, SLICE("a\r\nb")), "\"a  b\"");
  memset(text, 'x', sizeof text);
  csv_shown(out, (struct slice){ text, 64 });
  ck_assert_uint_eq(strlen(out), 66);
  csv_shown(out, (struct slice){ text, 65 });
  ck_assert_uint_eq(strlen(out), 69);
  memcpy(text + 62, "\xF0\x9F\x98\x80", 4); /* is not cut in its middle */
  csv_shown(out, (struct slice){ text, 80 });
  ck_assert_uint_eq(strlen(out), 1 + 62 + 4);
}
END_TEST

START_TEST(test_number_advice) {
  static const char *const examples[][2] = {
    { "1,000", ": write 1000, or 1.000 if the comma is a decimal one" },
    { "-1,000", ": write -1000, or -1.000 if the comma is a decimal one" },
    { "1,234,567", ": write 1234567 without separators" },
    { "1.234.567", ": write 1234567 without separators" },
    { "12,34,567", ": write 1234567 without separators" },
    { "1,234.5", ": write 1234.5 without separators" },
    { "1.234,5", ": write 1234.5 without separators" },
    { "1 000", ": write 1000 without separators" },
    { "1 000,5", ": write 1000.5 without separators" },
    { "1'000.5", ": write 1000.5 without separators" },
    { "1\xC2\xA0"
      "000",
      ": write 1000 without separators" },
    { "1\xE2\x80\xAF"
      "000",
      ": write 1000 without separators" },
    { "1\xE2\x80\x99"
      "000",
      ": write 1000 without separators" },
    { "0,8", ": write 0.8 with a decimal point" },
    { "-0,85", ": write -0.85 with a decimal point" },
    { "1000,5", ": write 1000.5 with a decimal point" },
    { "5 GB", ": write the unit in brackets, 5 [GB]" },
    { "5%", ": write the unit in brackets, 5 [%]" },
    { "1e3B/s", ": write the unit in brackets, 1e3 [B/s]" },
    { "+5", ": write it without the +" },
    { ".5", ": write a digit before the point" },
    { "5.", ": write a digit after the point, or no point" },
    { "$5", ": write the currency as a unit, 5 [USD]" },
    { "\xE2\x82\xAC"
      "5",
      ": write the currency as a unit, 5 [EUR]" },
    { "\xC2\xA3"
      "5",
      ": write the currency as a unit, 5 [GBP]" },
    { "(5)", ": write a negative number with -" },
    { "\xE2\x88\x92"
      "5",
      ": write its sign as -" },
    { "\xE2\x80\x93"
      "5",
      ": write its sign as -" },
    { "#N/A", ": the spreadsheet could not calculate it" },
    { "=1+1", ": a spreadsheet formula; save the file with its values" },
    { "12.5.2026", "" },
    { "1,2,3", "" },
    { "abc", "" },
    { "", "" },
    { "-", "" },
    { "5 x y", "" },
    { "1,", "" },
    { ",5", "" },
    { "1,,5", "" },
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
    ck_assert_str_eq(csv_number_advice(&told.memory, slice_of(examples[i][0])), examples[i][1]);
}
END_TEST

START_TEST(test_pin) {
  struct place inside = { "f.csv", 3, 9 }, field = { "f.csv", 3, 4 };
  fail_add(&told.fails, MLS_NAME, inside, "first");
  struct fail *last = told.fails.last;
  fail_add(&told.fails, MLS_NAME, inside, "second");
  csv_pin(&told.fails, last, field);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.csv:3:9: name: first\nf.csv:3:4: name: second\n");
  csv_pin(&told.fails, NULL, field);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.csv:3:4: name: first\nf.csv:3:4: name: second\n");
}
END_TEST

START_TEST(test_sort) {
  static const int places[][2] = { { 5, 1 }, { 3, 2 }, { 3, 1 }, { 9, 1 }, { 3, 2 }, { 4, 7 } };
  fail_add(&told.fails, MLS_NAME, (struct place){ "f.csv", 7, 1 }, "first");
  struct fail *last = told.fails.last;
  csv_sort(&told.fails, last);
  ck_assert_ptr_eq(told.fails.last, last);
  for (int i = 0; i < 6; i++) {
    struct place place = { "f.csv", places[i][0], places[i][1] };
    fail_add(&told.fails, MLS_NAME, place, "%d", i);
  }
  csv_sort(&told.fails, last);
  ck_assert_int_eq(told.fails.last->place.line, 9);
  ck_assert_str_eq(
      told_lines(&told, &told.fails),
      "f.csv:7:1: name: first\nf.csv:3:1: name: 2\nf.csv:3:2: name: 1\n"
      "f.csv:3:2: name: 4\nf.csv:4:7: name: 5\nf.csv:5:1: name: 0\nf.csv:9:1: name: 3\n");
  csv_sort(&told.fails, NULL);
  ck_assert_int_eq(told.fails.first->place.line, 3);
}
END_TEST

/* ---- memory ---- */

struct scarce {
  size_t left;
};

static void *scarce_resize(void *context, void *old, size_t size) {
  struct scarce *scarce = context;
  if (scarce->left == 0) return NULL;
  scarce->left--;
  return realloc(old, size);
}

static void scarce_release(void *context, void *block) {
  (void)context;
  free(block);
}

START_TEST(test_memory) {
  static char bytes[100000];
  size_t size = 0;
  while (size + 40 < sizeof bytes)
    size += (size_t)snprintf(bytes + size, 40, "%zu,\"x\ny\",%zu\n", size, size * 7);
  for (size_t n = 0;; n++) {
    struct scarce scarce = { n };
    mls_allocator allocator = { scarce_resize, scarce_release, &scarce };
    struct memory memory;
    memory_open(&memory, &allocator);
    struct fails fails = { .memory = &memory };
    mls_status status = csv_read(&memory, &fails, "f.csv", bytes, size, &csv);
    memory_close(&memory);
    if (status == MLS_OK) break;
    ck_assert_int_eq(status, MLS_MEMORY);
    ck_assert_int_eq(fails.status, MLS_MEMORY);
  }
}
END_TEST

Suite *suite_csv(void) {
  Suite *suite = suite_create("csv");
  TCase *tests = tcase_create("csv");
  tcase_add_checked_fixture(tests, open_told, close_told);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, test_rows);
  tcase_add_test(tests, test_short_rows_are_filled_up);
  tcase_add_test(tests, test_wrong_bytes);
  tcase_add_test(tests, test_bounds);
  tcase_add_test(tests, test_many_short_rows);
  tcase_add_test(tests, test_many_lines);
  tcase_add_test(tests, test_many_rows);
  tcase_add_test(tests, test_header);
  tcase_add_test(tests, test_row);
  tcase_add_test(tests, test_shown);
  tcase_add_test(tests, test_number_advice);
  tcase_add_test(tests, test_pin);
  tcase_add_test(tests, test_sort);
  tcase_add_test(tests, test_memory);
  suite_add_tcase(suite, tests);
  return suite;
}
