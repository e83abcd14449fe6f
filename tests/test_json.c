/* The JSON reader by itself: what it reads, every message, bounds, memory that runs out, and random
   bytes. What inputs in JSON mean is in test_scenario_json.c. */
#include "json.h"
#include "limits.h"
#include "told.h"

Suite *suite_json(void);

static struct told told;
static struct json_file json;

static void open_all(void) {
  told_open(&told);
  json = (struct json_file){ .values = NULL };
  memory_open(&json.memory, NULL);
}

static void close_all(void) {
  json_close(&json);
  told_close(&told);
}

static mls_status read_bytes(const char *bytes, size_t size) {
  json_close(&json);
  fail_clear(&told.fails);
  return json_read(&json, &told.fails, "f.json", bytes, size);
}

static const struct json *read_text(const char *text) {
  mls_status status = read_bytes(text, strlen(text));
  ck_assert_msg(status == MLS_OK, "%s: %s", text, told_lines(&told, &told.fails));
  return json.values;
}

static bool is_text(const struct json *value, const char *text) { return json_is(value, text); }

/* ---- what is read ---- */

START_TEST(values_of_each_kind) {
  const struct json *root =
      read_text("\xEF\xBB\xBF {\"n\": null, \"f\" : false,\"t\":true, \"x\": -12.50e+3 ,\r\n"
                " \"s\": \"a b\", \"l\": [1, [], {}], \"o\": {\"p\": [\"q\"]}}\n");
  ck_assert_int_eq(root->kind, JSON_OBJECT);
  ck_assert_uint_eq(root->count, 7);
  ck_assert_uint_eq(root->skip, json.count);
  ck_assert_int_eq(json_member(root, "n")->kind, JSON_NULL);
  ck_assert_int_eq(json_member(root, "f")->kind, JSON_FALSE);
  ck_assert_int_eq(json_member(root, "t")->kind, JSON_TRUE);
  const struct json *number = json_member(root, "x");
  ck_assert_int_eq(number->kind, JSON_NUMBER);
  ck_assert(slice_is(json_text(number), "-12.50e+3"));
  ck_assert(is_text(json_member(root, "s"), "a b"));
  const struct json *list = json_member(root, "l");
  ck_assert_uint_eq(list->count, 3);
  ck_assert_uint_eq(list->skip, 4);
  ck_assert_int_eq((list + 2)->kind, JSON_ARRAY);
  ck_assert_ptr_null(json_member(list, "x"));
  ck_assert_ptr_null(json_member(root, "missing"));
  const struct json *inner = json_member(json_member(root, "o"), "p");
  ck_assert(is_text(inner + 1, "q"));
}
END_TEST

START_TEST(places_count_characters_and_lines) {
  const struct json *root = read_text("{\"\xC3\xA9\": 1,\r\n  \"b\":\n\t[true,\r7]}");
  struct place key = json_key_place(&json, root + 2), place = json_place(&json, root + 2);
  ck_assert_str_eq(key.file, "f.json");
  ck_assert_int_eq(json_place(&json, root + 1).column, 7);
  ck_assert_int_eq(key.line, 2);
  ck_assert_int_eq(key.column, 3);
  ck_assert_int_eq(place.line, 3);
  ck_assert_int_eq(place.column, 2);
  place = json_place(&json, root + 4);
  ck_assert_int_eq(place.line, 4);
  ck_assert_int_eq(place.column, 1);
}
END_TEST

START_TEST(escapes) {
  static const struct {
    const char *json, *text;
  } examples[] = {
    { "\"\\\"\\\\\\/\"", "\"\\/" },
    { "\"\\b\\f\\n\\r\\t\"", "\b\f\n\r\t" },
    { "\"\\u0041\\u00e9\\u20AC\"", "A\xC3\xA9\xE2\x82\xAC" },
    { "\"\\ud83d\\uDE00!\"", "\xF0\x9F\x98\x80!" },
    { "\"a\\u0001b\"", "a\001b" },
    { "\"\xC3\xA9\\n\xF0\x9F\x98\x80\"", "\xC3\xA9\n\xF0\x9F\x98\x80" },
    { "\"\"", "" },
  };
  for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
    const struct json *root = read_text(examples[i].json);
    ck_assert_msg(is_text(root, examples[i].text), "%s", examples[i].json);
  }
  ck_assert_ptr_nonnull(json_member(read_text("{\"\\u0061\": 1}"), "a"));
}
END_TEST

START_TEST(numbers_follow_the_grammar) {
  static const char *const good[] = { "0", "-0", "10", "0.5", "1e5", "1E+5", "1.25e-07", "1e999" };
  static const char *const bad[] = { "01",       "+1",        ".5",    "1.",   "1e",  "1e+",
                                     "-",        "--1",       "1_000", "0x10", "1,5", "NaN",
                                     "Infinity", "-Infinity", "1.2.3", "1a" };
  for (size_t i = 0; i < sizeof good / sizeof *good; i++)
    ck_assert_int_eq(read_text(good[i])->kind, JSON_NUMBER);
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
    ck_assert_msg(read_bytes(bad[i], strlen(bad[i])) == MLS_SYNTAX, "%s", bad[i]);
}
END_TEST

START_TEST(words_for_messages) {
  static const char *const words[] = { "null",   "false",  "true",     "a number",
                                       "a text", "a list", "an object" };
  const struct json *one = read_text("[null, false, true, 1, \"\", [], {}]") + 1;
  for (size_t i = 0; i < 7; i++, one += one->skip) ck_assert_str_eq(json_word(one), words[i]);
}
END_TEST

/* ---- every message ---- */

#define VALUE "expected a text in double quotes, a number, true, false, null, [ or {\n"
#define NUMBER "expected a number as 0.5, -3 or 1e6\n"
#define ESCAPE                                                                                     \
  "this escape is none of \\\" \\\\ \\/ \\b \\f \\n \\r \\t, \\u0001 to \\uFFFF and their pairs\n"

static const struct {
  const char *text, *told;
} wrong[] = {
  { "", "1:1: syntax: the file ends here; " VALUE },
  { " \n ", "2:2: syntax: the file ends here; " VALUE },
  { "H100", "1:1: syntax: found \"H100\"; " VALUE },
  { "{'a': 1}", "1:2: syntax: found \"'a'\"; expected a name in double quotes\n" },
  { "{a: 1}", "1:2: syntax: found \"a\"; expected a name in double quotes\n" },
  { "{\"a\" 1}", "1:6: syntax: found \"1\"; expected \":\" after the name\n" },
  { "{\"a\": 1 \"b\": 2}", "1:9: syntax: found \"\"\"; expected \",\" or \"}\"\n" },
  { "{\"a\": 1,}", "1:9: syntax: found \"}\"; expected a further member after the comma\n" },
  { "[1,]", "1:4: syntax: found \"]\"; expected a further value after the comma\n" },
  { "[1 2]", "1:4: syntax: found \"2\"; expected \",\" or \"]\"\n" },
  { "[1}", "1:3: syntax: found \"}\"; expected \",\" or \"]\"\n" },
  { "[true}", "1:6: syntax: found \"}\"; expected \",\" or \"]\"\n" },
  { "[1", "1:3: syntax: the file ends here; expected \",\" or \"]\"\n" },
  { "{\"a\"", "1:5: syntax: the file ends here; expected \":\" after the name\n" },
  { "{\"a\":", "1:6: syntax: the file ends here; " VALUE },
  { "1 2", "1:3: syntax: found \"2\"; expected the end of the file\n" },
  { "// note\n{}", "1:1: syntax: found \"//\"; " VALUE },
  { "0123", "1:1: syntax: found \"0123\"; " NUMBER },
  { "[1.5.]", "1:2: syntax: found \"1.5.\"; " NUMBER },
  { "+1", "1:1: syntax: found \"+1\"; " VALUE },
  { "\"abc", "1:5: syntax: the file ends here; expected a quote that ends the text\n" },
  { "\"a\nb\"", "1:3: syntax: a control character (byte 0x0A) stands in this text; write it as "
                "\\u000A\n" },
  { "\"a\tb\"", "1:3: syntax: a control character (byte 0x09) stands in this text; write it as "
                "\\u0009\n" },
  { "\"a\\x\"", "1:3: syntax: " ESCAPE },
  { "\"\\u12\"", "1:2: syntax: " ESCAPE },
  { "\"\\u0000\"", "1:2: syntax: " ESCAPE },
  { "\"\\ud800\"", "1:2: syntax: " ESCAPE },
  { "\"\\ud800\\u0041\"", "1:2: syntax: " ESCAPE },
  { "\"\\udc00\"", "1:2: syntax: " ESCAPE },
  { "\"\\", "1:2: syntax: " ESCAPE },
  { "[\"G\xFCnstig\"]", "1:4: syntax: byte 0xFC is not UTF-8; the file looks like Windows-1252: "
                        "save the file as UTF-8\n" },
  { "[\"\xC3\x28\xC3\xA9\"]", "1:3: syntax: byte 0xC3 is not UTF-8: save the file as UTF-8\n" },
  { "[\"\xED\xA0\x80\"]", "1:3: syntax: byte 0xED is not UTF-8: save the file as UTF-8\n" },
  { "[\"\xC2\x85\"]",
    "1:3: syntax: an invisible control character stands in this text: delete it\n" },
  { "[\xC3\xA9]", "1:2: syntax: found \"\xC3\xA9\"; " VALUE },
  { "[\xFC]", "1:2: syntax: found byte 0xFC; " VALUE },
  { "\xFF\xFE{\"", "1:1: syntax: the file is UTF-16 text; expected JSON in UTF-8\n" },
  { "PK\x03\x04", "1:1: syntax: the file is an Excel workbook; expected JSON in UTF-8\n" },
  { "{\"a\": 1,\n \"b\": 2, \"\\u0061\": 3}", "2:10: name: key \"a\" stands in line 1 already\n" },
};

START_TEST(every_message) {
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char expected[512] = "f.json:";
    strcat(expected, wrong[i].told);
    ck_assert_int_ne(read_bytes(wrong[i].text, strlen(wrong[i].text)), MLS_OK);
    ck_assert_str_eq(told_lines(&told, &told.fails), expected);
  }
  ck_assert_int_eq(read_bytes("{}\0", 3), MLS_SYNTAX);
}
END_TEST

/* ---- bounds ---- */

static char *repeated(const char *text, size_t times, size_t *size) {
  size_t length = strlen(text);
  char *bytes = malloc(length * times + 1);
  ck_assert_ptr_nonnull(bytes);
  for (size_t i = 0; i < times; i++) memcpy(bytes + i * length, text, length);
  *size = length * times;
  return bytes;
}

START_TEST(a_million_deep_ends_at_once) {
  static const char *const openings[] = { "[", "{\"a\":", "[[{\"b\": [" };
  for (size_t i = 0; i < sizeof openings / sizeof *openings; i++) {
    size_t size;
    char *bytes = repeated(openings[i], 1000000, &size);
    ck_assert_int_eq(read_bytes(bytes, size), MLS_LIMIT);
    ck_assert_ptr_nonnull(strstr(told_lines(&told, &told.fails),
                                 "values stand more than 64 deep (LIMIT_JSON_DEPTH)"));
    ck_assert_uint_le(json.count, LIMIT_JSON_DEPTH + 1);
    free(bytes);
  }
  char deep[2 * LIMIT_JSON_DEPTH];
  memset(deep, '[', LIMIT_JSON_DEPTH);
  memset(deep + LIMIT_JSON_DEPTH, ']', LIMIT_JSON_DEPTH);
  ck_assert_int_eq(read_bytes(deep, sizeof deep), MLS_OK);
}
END_TEST

START_TEST(long_texts) {
  size_t size = LIMIT_TEXT + 2;
  char *bytes = malloc(size + 6);
  ck_assert_ptr_nonnull(bytes);
  memset(bytes, 'x', size + 6);
  bytes[0] = bytes[size - 1] = '"';
  ck_assert_int_eq(read_bytes(bytes, size), MLS_OK);
  bytes[size - 1] = 'x';
  bytes[size] = '"';
  ck_assert_int_eq(read_bytes(bytes, size + 1), MLS_LIMIT);
  ck_assert_str_eq(
      told_lines(&told, &told.fails),
      "f.json:1:1: limit: this text is longer than 32767 bytes (LIMIT_TEXT); is a quote "
      "left open?\n");
  memcpy(bytes + 1, "\\n", 2);
  ck_assert_int_eq(read_bytes(bytes, size + 1), MLS_OK);
  free(bytes);
  ck_assert_int_eq(read_bytes("", (size_t)LIMIT_FILE + 1), MLS_LIMIT);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.json:1:1: limit: the file is larger than 250 MB (LIMIT_FILE)\n");
}
END_TEST

START_TEST(many_values) {
  size_t size;
  char *bytes = repeated("0,", (size_t)LIMIT_JSON_VALUES + 10, &size);
  bytes[0] = '[';
  bytes[1] = ' ';
  bytes[size - 1] = ']';
  ck_assert_int_eq(read_bytes(bytes, size), MLS_LIMIT);
  ck_assert_ptr_nonnull(strstr(told_lines(&told, &told.fails),
                               "the file has more than 4194304 values (LIMIT_JSON_VALUES)"));
  free(bytes);
}
END_TEST

/* Far more keys than pairs could be compared in time, many of one hash chain or not. */
START_TEST(many_keys) {
  enum { KEYS = 200000 };
  struct buffer text;
  buffer_open(&text, &told.memory);
  buffer_char(&text, '{');
  for (int i = 0; i < KEYS; i++) buffer_print(&text, "%s\"key%d\":%d", i ? "," : "", i, i);
  buffer_char(&text, '}');
  ck_assert_int_eq(read_bytes(text.bytes, text.size), MLS_OK);
  ck_assert_uint_eq(json.values->count, KEYS);
  text.size--;
  buffer_text(&text, ",\n\"key77\":0}");
  ck_assert_int_eq(read_bytes(text.bytes, text.size), MLS_NAME);
  ck_assert_str_eq(told_lines(&told, &told.fails),
                   "f.json:2:1: name: key \"key77\" stands in line 1 already\n");
  buffer_close(&text);
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

START_TEST(memory_that_runs_out) {
  static const char text[] = "{\"a\\n\": [1, \"\\u00e9\"], "
                             "\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,"
                             "\"j\":1,\"k\":1,\"l\":1,\"m\":1,\"n\":1}";
  mls_allocator allocator = { scarce_resize, scarce_release, NULL };
  for (size_t n = 0;; n++) {
    struct memory memory;
    struct json_file file;
    memory_open(&memory, &allocator);
    struct fails fails = { .memory = &memory };
    left = n;
    mls_status status = json_read(&file, &fails, "f.json", text, sizeof text - 1);
    bool enough = left > 0;
    json_close(&file);
    memory_close(&memory);
    ck_assert_int_eq(status, enough ? MLS_OK : status == MLS_OK ? MLS_OK : MLS_MEMORY);
    if (enough) break;
  }
}
END_TEST

/* ---- random bytes ---- */

static unsigned long state = 20261123;

static unsigned random_below(unsigned most) {
  state = state * 6364136223846793005ul + 1442695040888963407ul;
  return (unsigned)(state >> 33) % most;
}

/* Every answer is a status with a message in it, and what was read is whole. */
static void check_random(const char *bytes, size_t size) {
  char *exact = malloc(size ? size : 1); /* so that a byte too far is found */
  ck_assert_ptr_nonnull(exact);
  memcpy(exact, bytes, size);
  mls_status status = read_bytes(exact, size);
  if (status == MLS_OK) {
    ck_assert_uint_eq(json.values->skip, json.count);
  } else {
    ck_assert_ptr_nonnull(told.fails.first);
    ck_assert_int_ge(told.fails.first->place.line, 1);
  }
  json_close(&json);
  free(exact);
}

START_TEST(random_bytes_and_tokens) {
  static const char *const tokens[] = {
    "{",    "}",  "[",  "]",        ",",    ":",     "\"a\"",
    "\"",   "\\", "1",  "-",        ".5",   "e9",    "true",
    "null", " ",  "\n", "\xC3\xA9", "\xFF", "\\u12", "\"\\ud83d\\ude00\"",
    "0"
  };
  enum { COUNT = sizeof tokens / sizeof *tokens, ROUNDS = 20000 };
  for (int round = 0; round < ROUNDS; round++) {
    char bytes[256];
    size_t size = 0, wanted = random_below(200);
    while (size < wanted) {
      const char *token = tokens[random_below(COUNT)];
      size_t length = strlen(token);
      if (round % 4 == 0) bytes[size++] = (char)random_below(256);
      else memcpy(bytes + size, token, length), size += length;
    }
    check_random(bytes, size);
  }
}
END_TEST

/* A sound file with one byte changed, cut off, or left out. */
START_TEST(changed_bytes) {
  static const char sound[] =
      "{\"mlsysim\": \"0.1.0\", \"schema\": 1,\n \"scenarios\": [{\"name\": \"b\\u00e4se\", "
      "\"cells\": [{\"path\": \"a.b\", \"value\": -1.5e-3, \"unit\": null, \"set\": true}]}]}\n";
  for (size_t at = 0; at < sizeof sound - 1; at++) {
    char bytes[sizeof sound];
    check_random(sound, at);
    for (int i = 0; i < 40; i++) {
      memcpy(bytes, sound, sizeof sound);
      bytes[at] = (char)random_below(256);
      check_random(bytes, sizeof sound - 1);
    }
    memcpy(bytes, sound, at);
    memcpy(bytes + at, sound + at + 1, sizeof sound - 1 - at);
    check_random(bytes, sizeof sound - 2);
  }
}
END_TEST

Suite *suite_json(void) {
  Suite *suite = suite_create("json");
  TCase *tests = tcase_create("json");
  tcase_add_checked_fixture(tests, open_all, close_all);
  tcase_set_timeout(tests, 60);
  tcase_add_test(tests, values_of_each_kind);
  tcase_add_test(tests, places_count_characters_and_lines);
  tcase_add_test(tests, escapes);
  tcase_add_test(tests, numbers_follow_the_grammar);
  tcase_add_test(tests, words_for_messages);
  tcase_add_test(tests, every_message);
  tcase_add_test(tests, a_million_deep_ends_at_once);
  tcase_add_test(tests, long_texts);
  tcase_add_test(tests, many_values);
  tcase_add_test(tests, many_keys);
  tcase_add_test(tests, memory_that_runs_out);
  tcase_add_test(tests, random_bytes_and_tokens);
  tcase_add_test(tests, changed_bytes);
  suite_add_tcase(suite, tests);
  return suite;
}
