/* Numbers read and printed exactly, names, maps, distances, clean text, the growing buffer. */
#define _POSIX_C_SOURCE 200809L
#include <locale.h>
#include <stdint.h>

#include "ask.h"
#include "name.h"
#include "told.h"

Suite *suite_text(void);

/* ---- numbers ---- */

static uint64_t state = 0x9e3779b97f4a7c15u;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static double of_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void same(const char *text, double expected) {
  double got = -1;
  bool read = text_read_number(slice_of(text), &got);
  ck_assert_msg(read && memcmp(&got, &expected, sizeof got) == 0, "%s: %.17g, expected %.17g", text,
                got, expected);
}

/* Shortest: one digit fewer does not read back. */
static void check_printed(const char *text, double value) {
  char fewer[64];
  same(text, value);
  int digits = 0;
  for (const char *at = text; *at && *at != 'e'; at++) digits += *at >= '0' && *at <= '9';
  while (digits > 1 && text[0] != '0') break;
  for (int few = 1; few < 15; few++) {
    snprintf(fewer, sizeof fewer, "%.*e", few - 1, value);
    if (strtod(fewer, NULL) != value) continue;
    ck_assert_msg((int)strlen(text) <= 24, "%s", text);
    break;
  }
}

START_TEST(test_round_trip) {
  char text[TEXT_NUMBER], full[64];
  for (int i = 0; i < 100000; i++) {
    double value = of_bits(next());
    if (value - value != 0) continue;
    check_printed(text_number(text, value), value == 0 ? 0 : value);
    snprintf(full, sizeof full, "%.17g", value);
    same(full, value);
    snprintf(full, sizeof full, "%.*e", (int)(next() % 17), value);
    double expected = strtod(full, NULL);
    if (expected - expected == 0) same(full, expected);
  }
}
END_TEST

/* What people type: few digits, and decimals exactly half way between two doubles. */
START_TEST(test_typed) {
  char text[1200];
  for (int i = 0; i < 100000; i++) {
    int places = (int)(next() % 12);
    snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)(next() % 1000000), places + 1,
             (unsigned long long)(next() % 1000));
    same(text, strtod(text, NULL));
    snprintf(text, sizeof text, "%llue%d", (unsigned long long)(next() % 100000),
             (int)(next() % 600) - 300);
    same(text, strtod(text, NULL));
  }
  for (int i = 0; i < 2000; i++) {
    double low = of_bits(next() & 0x7fffffffffffffffu);
    double high = of_bits(next() % 2 ? 1 : 0x3ff0000000000000u | (next() >> 12));
    (void)low;
    /* exactly between `high` and the next double: more digits than a double holds */
    uint64_t bits;
    memcpy(&bits, &high, sizeof bits);
    long double middle = ((long double)high + (long double)of_bits(bits + 1)) / 2;
    snprintf(text, sizeof text, "%.1100Lf", middle);
    same(text, strtod(text, NULL));
    size_t size = strlen(text);
    text[size - 1] = '1';
    same(text, strtod(text, NULL));
  }
  static const char *const hard[] = {
    "2.2250738585072011e-308",
    "2.2250738585072012e-308",
    "4.9406564584124654e-324",
    "2.4703282292062328e-324",
    "2.4703282292062327e-324",
    "1.7976931348623157e308",
    "1.7976931348623158e308",
    "9007199254740993",
    "9007199254740992.9999999999999999999999",
    "0.1",
    "123456789012345678901234567890",
    "1e23",
    "8.5e22",
    "6.02214076e23",
    "0.000000000000000000000000000000000000000000000000000000000000000001e66",
    "179769313486231580793728971405301e276",
    "5e-324",
    "3e-324",
    "2e-324",
    "0e999",
    "0.0e-999",
  };
  for (size_t i = 0; i < COUNT_OF(hard); i++) same(hard[i], strtod(hard[i], NULL));
}
END_TEST

static const char *const no_numbers[] = {
  "",    "-",    ".",     ".5", "5.",  "+5",   "1,5",  "1 000", "1__0",     "_1",
  "1_",  "1._5", "1.5_",  "1e", "1e+", "e5",   "0x10", "nan",   "inf",      "1e5.5",
  "--1", "1-",   "1.2.3", " 1", "1 ",  "1e 5", "1_e5", "1d5",   "\xD9\xA1",
};

START_TEST(test_no_number) {
  double value;
  for (size_t i = 0; i < COUNT_OF(no_numbers); i++)
    ck_assert_msg(!text_read_number(slice_of(no_numbers[i]), &value), "\"%s\" was read",
                  no_numbers[i]);
  same("-0", -0.0);
  same("1_000_000", 1e6);
  same("1e9999999999", (double)INFINITY);
  same("-1e400", -(double)INFINITY);
  same("1e-9999999999", 0);
}
END_TEST

static const struct {
  double value;
  const char *text;
} shown[] = {
  { 0, "0" },
  { -0.0, "0" },
  { 1, "1" },
  { -1, "-1" },
  { 0.1, "0.1" },
  { 1e6, "1000000" },
  { 1e21, "1e21" },
  { 1e-7, "1e-7" },
  { 123456789, "123456789" },
  { 0.30000000000000004, "0.30000000000000004" },
  { 1.7976931348623157e308, "1.7976931348623157e308" },
  { 5e-324, "5e-324" },
  { 1e100, "1e100" },
  { 100, "100" },
  { 1.5e300, "1.5e300" },
  { 9007199254740993.0, "9007199254740992" },
};

static const struct {
  double value;
  int digits;
  const char *text;
} person[] = {
  { 1234567, 4, "1,234,567" },
  { 1234.5678, 4, "1,235" },
  { 0.00012345678, 4, "0.0001235" },
  { 12.3456, 4, "12.35" },
  { 1e15, 4, "1e15" },
  { 1.23456e-9, 4, "1.235e-9" },
  { 0, 4, "0" },
  { -1234567.8, 4, "-1,234,568" },
  { 999.96, 4, "1,000" },
  { 0.5, 4, "0.5" },
  { 100, 4, "100" },
  { -0.0, 4, "0" },
  { 999999999999999, 4, "999,999,999,999,999" },
  { -0.0000001, 4, "-1e-7" },
  { 1e300, 4, "1e300" },
};

static void show_all(void) {
  char text[TEXT_NUMBER];
  for (size_t i = 0; i < COUNT_OF(shown); i++)
    ck_assert_str_eq(text_number(text, shown[i].value), shown[i].text);
  for (size_t i = 0; i < COUNT_OF(person); i++)
    ck_assert_str_eq(text_person(text, person[i].value, person[i].digits), person[i].text);
  ck_assert_str_eq(text_number(text, NAN), "nan");
  ck_assert_str_eq(text_number(text, (double)INFINITY), "inf");
  same("0.5", 0.5);
}

START_TEST(test_shown) { show_all(); }
END_TEST

START_TEST(test_locale) {
  static const char *const locales[] = {
    "de_DE.UTF-8", "de_DE.utf8",  "de_DE",       "fr_FR.UTF-8",
    "fr_FR.utf8",  "ar_EG.UTF-8", "ps_AF.UTF-8", "hi_IN.UTF-8"
  };
  int found = 0;
  for (size_t i = 0; i < COUNT_OF(locales); i++) {
    if (!setlocale(LC_ALL, locales[i])) continue;
    found++;
    show_all();
  }
  setlocale(LC_ALL, "C");
  if (!found)
    printf("test_locale: skipped, none of de_DE, fr_FR, ar_EG, ps_AF, hi_IN is installed\n");
}
END_TEST

/* ---- names, maps ---- */

START_TEST(test_names) {
  struct told told;
  struct names names;
  struct map map;
  char text[32];
  size_t value;
  told_open(&told);
  names_open(&names, &told.memory);
  map_open(&map, &told.memory);
  ck_assert_ptr_null(names_find(&names, SLICE("a")));
  ck_assert(!map_get(&map, text, &value));
  const char *first = names_add(&names, SLICE("name 7"));
  for (size_t i = 0; i < 5000; i++) {
    snprintf(text, sizeof text, "name %zu", i);
    const char *name = names_add(&names, slice_of(text));
    ck_assert_str_eq(name, text);
    ck_assert_int_eq(map_put(&map, name, i), MLS_OK);
  }
  ck_assert_ptr_eq(names_find(&names, SLICE("name 7")), first);
  ck_assert_ptr_eq(names_find(&names, (struct slice){ "name 77", 6 }), first);
  ck_assert(map_get(&map, first, &value) && value == 7);
  ck_assert_int_eq(map_put(&map, first, 99), MLS_OK);
  ck_assert(map_get(&map, first, &value) && value == 99);
  ck_assert_ptr_nonnull(names_add(&names, (struct slice){ "", 0 }));
  told_close(&told);
}
END_TEST

static int distance(const char *a, const char *b) {
  return text_distance(slice_of(a), slice_of(b), 9);
}

START_TEST(test_nearest) {
  struct told told;
  told_open(&told);
  ck_assert_int_eq(distance("load", "load"), 0);
  ck_assert_int_eq(distance("load", "laod"), 1);
  ck_assert_int_eq(distance("load", "loads"), 1);
  ck_assert_int_eq(distance("H100", "h100"), 0);
  ck_assert_int_eq(distance("", "abc"), 3);
  ck_assert_int_eq(distance("kitten", "sitting"), 3);
  ck_assert_int_eq(text_distance(SLICE("kitten"), SLICE("sitting"), 1), 2);
  char long_name[100];
  memset(long_name, 'a', 99);
  long_name[99] = 0;
  ck_assert_int_eq(distance(long_name, "a"), 10);
  struct nearest nearest = { .wanted = SLICE("lod") };
  nearest_offer(&nearest, "gpus");
  ck_assert_str_eq(nearest_hint(&told.memory, &nearest), "");
  nearest_offer(&nearest, "load");
  nearest_offer(&nearest, "lad");
  ck_assert_str_eq(nearest_hint(&told.memory, &nearest), " (did you mean load?)");
  told_close(&told);
}
END_TEST

/* ---- what may be a name or a word ---- */

START_TEST(test_name_rules) {
  static const char *const sound[] = { "a", "a_b", "a1_", "abcd1", "a__" };
  static const char *const unsound[] = { "", "A", "_a", "1a", "a-b", "a.b", "a b", "\xC3\xA9" };
  static const char *const addresses[] = { "tp8", "p99",        "r",  "c",  "r1c1", "rc",
                                           "a1",  "xfd1048576", "r1", "c2", "rc1",  "AB12" };
  static const char *const free_names[] = { "p99_wait", "abcd1", "rcx", "a",    "x",
                                            "tp_8",     "r_c",   "ra",  "log2x" };
  static const char *const words[] = { "H100",  "none", "US_Avg", "a-b", "x",
                                       "MAYBE", "jan",  "E",      "e5x", "True" };
  static const char *const no_words[] = { "",         "1a",  "-a",  "a b",    "TRUE",
                                          "FALSE",    "E5",  "e12", "JAN-25", "may1",
                                          "Dec-2026", "a.b", "a\"b" };
  for (size_t i = 0; i < COUNT_OF(sound); i++) ck_assert(name_is_sound(slice_of(sound[i])));
  for (size_t i = 0; i < COUNT_OF(unsound); i++) ck_assert(!name_is_sound(slice_of(unsound[i])));
  for (size_t i = 0; i < COUNT_OF(addresses); i++)
    ck_assert_msg(name_is_address(slice_of(addresses[i])), "%s", addresses[i]);
  for (size_t i = 0; i < COUNT_OF(free_names); i++)
    ck_assert_msg(!name_is_address(slice_of(free_names[i])), "%s", free_names[i]);
  for (size_t i = 0; i < COUNT_OF(words); i++)
    ck_assert_msg(word_is_sound(slice_of(words[i])), "%s", words[i]);
  for (size_t i = 0; i < COUNT_OF(no_words); i++)
    ck_assert_msg(!word_is_sound(slice_of(no_words[i])), "%s", no_words[i]);
  char name[62];
  memset(name, 'a', 61);
  ck_assert(name_is_sound((struct slice){ name, 60 }) &&
            !name_is_sound((struct slice){ name, 61 }));
}
END_TEST

/* ---- clean text ---- */

static const struct {
  const char *text;
  int where; /* -1: clean */
} clean[] = {
  { "plain", -1 },
  { "tab\there", -1 },
  { "caf\xC3\xA9", -1 },
  { "\xE2\x82\xAC", -1 },
  { "\xF0\x9F\x98\x80", -1 },
  { "a\x01", 1 },
  { "a\n", 1 },
  { "\x7F", 0 },
  { "a\xC3", 1 },
  { "a\xE9z", 1 },
  { "\xC0\xAF", 0 },
  { "\xE0\x80\x80", 0 },
  { "\xED\xA0\x80", 0 },
  { "\xF4\x90\x80\x80", 0 },
  { "\xF5\x80\x80\x80", 0 },
  { "\xF0\x80\x80\x80", 0 },
  { "ab\xE2\x80\xAE", 2 },
  { "\xE2\x81\xA6", 0 },
  { "\xC2\x85", 0 },
  { "\xC2\xA0", -1 },
  { "\x80", 0 },
  { "\xE2\x82", 0 },
};

START_TEST(test_clean) {
  for (size_t i = 0; i < COUNT_OF(clean); i++) {
    size_t where = 99;
    bool sound = text_is_clean(slice_of(clean[i].text), &where);
    ck_assert_msg(sound == (clean[i].where < 0), "%zu", i);
    if (!sound) ck_assert_uint_eq(where, (size_t)clean[i].where);
  }
}
END_TEST

/* ---- the buffer ---- */

START_TEST(test_buffer) {
  struct told told;
  struct buffer buffer;
  told_open(&told);
  buffer_open(&buffer, &told.memory);
  buffer_json(&buffer, "a\"b\\c\n\x01z\xC3\xA9");
  ck_assert_str_eq(buffer.bytes, "\"a\\\"b\\\\c\\u000a\\u0001z\xC3\xA9\"");
  buffer.size = 0;
  buffer_json(&buffer, NULL);
  buffer_char(&buffer, ' ');
  buffer_number(&buffer, 0.1);
  buffer_print(&buffer, " %d%s", 5, "x");
  ck_assert_str_eq(buffer.bytes, "null 0.1 5x");
  for (int i = 0; i < 5000; i++) buffer_text(&buffer, "0123456789");
  ck_assert_uint_eq(buffer.size, 50011);
  ck_assert_uint_eq(strlen(buffer_keep(&buffer, &told.memory)), 50011);
  buffer_close(&buffer);
  ck_assert(slice_is(slice_trim(SLICE(" \t a b \t")), "a b"));
  ck_assert_uint_eq(slice_trim(SLICE("  ")).size, 0);
  ck_assert(!slice_is(SLICE("ab"), "a") && slice_is(slice_of(NULL), ""));
  told_close(&told);
}
END_TEST

Suite *suite_text(void) {
  Suite *suite = suite_create("text");
  TCase *tests = tcase_create("text");
  tcase_set_timeout(tests, 300);
  tcase_add_test(tests, test_round_trip);
  tcase_add_test(tests, test_typed);
  tcase_add_test(tests, test_no_number);
  tcase_add_test(tests, test_shown);
  tcase_add_test(tests, test_locale);
  tcase_add_test(tests, test_names);
  tcase_add_test(tests, test_nearest);
  tcase_add_test(tests, test_name_rules);
  tcase_add_test(tests, test_clean);
  tcase_add_test(tests, test_buffer);
  suite_add_tcase(suite, tests);
  return suite;
}
