/* Reading plain numbers out of a longer text, and printing into one: where they end, what they
   leave to the careful way, and that both ways agree. tests/number.py has the values by the
   million. */
#define _POSIX_C_SOURCE 200809L
#include <math.h>
#include <stdint.h>

#include "ask.h"
#include "number.h"
#include "power.h"
#include "sets.h"
#include "system.h"

Suite *suite_number(void);

static uint64_t state = 0x2545f4914f6cdd1du;

static uint64_t next(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

/* The number at the start of a text of any length, and how many bytes it takes; 0: none. */
static size_t scan(const char *text, char point, double *value) {
  char padded[256 + NUMBER_PAD] = "";
  strcpy(padded, text);
  const char *end = number_scan(padded, point, value);
  return end ? (size_t)(end - padded) : 0;
}

static const struct {
  const char *text;
  size_t size; /* 0: left to text_read_number, or no number */
} texts[] = {
  { "0", 1 },
  { "-0.5,", 4 },
  { "1.25;", 4 },
  { "12345678,", 8 },
  { "123456789012345678,", 18 },
  { "0.00000000000012345678901234567 ", 31 },
  { "1234567.1234567\r", 15 },
  { "12345678.12345678\n", 17 },
  { "1e5,", 3 },
  { "1.5E-7,", 6 },
  { "1e+22,", 5 },
  { "00000000000000000000000000001.5,", 31 },
  { "5 [GB]", 1 },
  { "1_000", 1 },
  { "1.", 0 },
  { "1.,", 0 },
  { ".5", 0 },
  { "-", 0 },
  { "+1", 0 },
  { "", 0 },
  { "e5", 0 },
  { "1e", 0 },
  { "1e-,", 0 },
  { "1e12345", 0 },
  { "12345678901234567890,", 0 },
  { "1e400", 0 },
  { "1e-320", 0 },
  { "1e23", 0 }, /* half way between two doubles as far as 128 bits tell */
  { "H100", 0 },
};

START_TEST(test_scan) {
  for (size_t i = 0; i < COUNT_OF(texts); i++) {
    double value, whole;
    size_t size = scan(texts[i].text, '.', &value);
    ck_assert_msg(size == texts[i].size, "\"%s\": %zu bytes", texts[i].text, size);
    if (size == 0) continue;
    ck_assert(text_read_number((struct slice){ texts[i].text, size }, &whole));
    ck_assert_msg(memcmp(&value, &whole, sizeof value) == 0, "%s", texts[i].text);
    ck_assert_msg(value == strtod(texts[i].text, NULL), "%s", texts[i].text);
  }
}
END_TEST

START_TEST(test_comma) {
  double value;
  ck_assert_uint_eq(scan("0,5;1", ',', &value), 3);
  ck_assert(value == 0.5);
  ck_assert_uint_eq(scan("1234567890,5;", ',', &value), 12);
  ck_assert(value == 1234567890.5);
  ck_assert_uint_eq(scan("0.5;1", ',', &value), 1); /* ends at the point: no field does */
}
END_TEST

/* Both ways of reading agree, and with the C library's. */
START_TEST(test_agree) {
  char text[64];
  size_t decided = 0;
  for (int i = 0; i < 200000; i++) {
    int digits = 1 + (int)(next() % 18), places = (int)(next() % 20);
    uint64_t whole = next() >> (next() % 64);
    double value;
    if (i % 2) snprintf(text, sizeof text, "%.*e", digits - 1, (double)whole / 1e7);
    else
      snprintf(text, sizeof text, "%llu.%0*llu", (unsigned long long)whole % 1000000, places + 1,
               (unsigned long long)(next() % 1000));
    if (scan(text, '.', &value) == 0) continue;
    decided++;
    ck_assert_msg(value == strtod(text, NULL), "%s read as %.17g", text, value);
  }
  ck_assert_uint_gt(decided, 150000); /* the rest is longer than 19 digits */
}
END_TEST

/* A table of powers, each within a unit of ten times the one before. */
START_TEST(test_powers) {
  for (int n = POWER_LEAST; n <= POWER_MOST; n++) {
    ck_assert(power_of(n).high >> 63);
    double logarithm = (double)n * 3.3219280948873626;
    ck_assert_int_eq(power_exponent(n), (int)floor(logarithm + 1e-12));
  }
  ck_assert(power_of(0).high == (uint64_t)1 << 63 && power_of(0).low == 0);
  ck_assert(power_of(55).low != 0 && (power_of(55).low & 1)); /* 5^55 fills 128 bits */
}
END_TEST

START_TEST(test_scale) {
  double value;
  ck_assert(number_scale(0, 5000, &value) && value == 0);
  ck_assert(number_scale(5, -1, &value) && value == 0.5);
  ck_assert(number_scale(17976931348623157u, 292, &value) && value == 1.7976931348623157e308);
  ck_assert(!number_scale(1, 309, &value)); /* no double is so large */
  ck_assert(!number_scale(1, POWER_MOST + 1, &value));
  ck_assert(!number_scale(1, -320, &value)); /* not a normal one */
  ck_assert(!number_scale(1, POWER_LEAST - 1, &value));
  ck_assert(!number_scale(9007199254740993u, 0, &value)); /* exactly half way */
  ck_assert(number_scale(9007199254740993u, 1, &value) && value == 90071992547409930.0);
}
END_TEST

static const struct {
  double value;
  const char *text;
} printed[] = {
  { 0, "0" },
  { -0.0, "0" },
  { 1, "1" },
  { -1.5, "-1.5" },
  { 100, "100" },
  { 1e14, "100000000000000" },
  { 1e15, "1e15" },
  { 1234567890123456, "1234567890123456" },
  { 123456789012345680, "1.2345678901234568e17" },
  { 9007199254740992, "9007199254740992" },
  { 0.0001, "0.0001" },
  { 0.00001, "1e-5" },
  { -0.00012345678901234567, "-0.00012345678901234567" },
  { 1.2345678901234568e-5, "1.2345678901234568e-5" },
  { 5e-324, "5e-324" },
  { 2.2250738585072014e-308, "2.2250738585072014e-308" },
  { -1.7976931348623157e308, "-1.7976931348623157e308" },
  { 5.684341886080802e-14, "5.684341886080802e-14" }, /* 2^-44: its 16 digits are not the nearest */
};

START_TEST(test_put) {
  for (size_t i = 0; i < COUNT_OF(printed); i++) {
    char text[TEXT_NUMBER];
    size_t size = number_put(text, printed[i].value);
    ck_assert_msg(size == strlen(printed[i].text) && memcmp(text, printed[i].text, size) == 0,
                  "%s printed as %.*s", printed[i].text, (int)size, text);
  }
}
END_TEST

/* What printf would give for the fewest digits that read back: the same layout, byte for byte. */
static void check_layout(double value) {
  char text[TEXT_NUMBER], expected[64], *e;
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(expected, sizeof expected, "%.*g", digits, value);
    if (strtod(expected, NULL) == value) break;
  }
  if ((e = strchr(expected, 'e'))) {
    int exponent = atoi(e + 1);
    sprintf(e + 1, "%d", exponent);
  }
  ck_assert_str_eq(text_number(text, value), expected);
}

START_TEST(test_layout) {
  for (int i = 0; i < 100000; i++) {
    int exponent = (int)(next() % 60) - 30;
    double digits = (double)(next() >> (11 + next() % 53));
    double value = ldexp(digits + 1, exponent);
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (bits << 12) check_layout(value); /* else a power of two */
  }
}
END_TEST

START_TEST(test_count) {
  static const size_t counts[] = {
    0, 1, 9, 10, 12345678, 99999999, 100000000, 100000001, 4294967295
  };
  for (size_t i = 0; i < COUNT_OF(counts); i++) {
    char text[TEXT_NUMBER], expected[32];
    size_t size = number_put_count(text, counts[i]);
    ck_assert_uint_eq(size, (size_t)sprintf(expected, "%zu", counts[i]));
    ck_assert(memcmp(text, expected, size) == 0);
  }
}
END_TEST

/* ---- columns ---- */

enum { ROWS = 512 };

static double drawn(int kind) {
  uint64_t bits = next();
  double value;
  if (kind == 1) bits = bits % 2046 << 52;                              /* powers of two */
  if (kind == 2) bits >>= 12 + bits % 52;                               /* subnormal */
  if (kind == 3) return (double)(int64_t)(bits >> bits % 64);           /* whole */
  if (kind == 4) return (double)(bits % 100000) / 1000;                 /* typed */
  if (kind == 5) return ldexp((double)(bits >> 11), -(int)(bits % 90)); /* near 1 */
  memcpy(&value, &bits, sizeof value);
  return value - value == 0 ? value : 0;
}

/* A prepared column prints as its numbers do one by one, whatever instructions prepare it. */
static void check_column(const double *values, size_t count, unsigned set) {
  static uint64_t first[ROWS], second[ROWS], rest[ROWS];
  struct number_column column = { first, second, rest };
  number_prepare(set, values, count, &column);
  for (size_t i = 0; i < count; i++) {
    char one[TEXT_NUMBER], many[TEXT_NUMBER];
    size_t size = number_put(one, values[i]);
    if (number_put_at(many, &column, i) == size && memcmp(one, many, size) == 0) continue;
    ck_abort_msg("%.17g by set %u: %.*s", values[i], set, (int)size, many);
  }
}

START_TEST(test_not_finite) {
  double values[3] = { NAN, -INFINITY, 2.5 };
  uint64_t first[3], second[3], rest[3];
  struct number_column column = { first, second, rest };
  char text[TEXT_NUMBER];
  number_prepare(LANES_ANY, values, 3, &column);
  ck_assert_uint_eq(number_put_at(text, &column, 0), 0);
  ck_assert_uint_eq(number_put_at(text, &column, 1), 0);
  ck_assert_uint_eq(number_put_at(text, &column, 2), 3);
}
END_TEST

START_TEST(test_columns) {
  unsigned widest = system_vectors();
  for (int i = 0; i < 300; i++) {
    static double values[ROWS];
    size_t count = 1 + next() % ROWS;
    for (size_t j = 0; j < count; j++) values[j] = drawn(i % 6);
    check_column(values, count, LANES_ANY);
    if (widest >= 256) check_column(values, count, LANES_256);
    if (widest >= 512) check_column(values, count, LANES_512);
  }
}
END_TEST

/* ---- fields ---- */

/* A number as files have it, or nearly. */
static size_t draw_text(char *out, size_t room) {
  static const char *const forms[] = { "%.*f",   "%.*e",   "-%.*f", "%.*f.",  ".%.*f",
                                       "%.*f,5", "-.%.*f", "%.*f ", "--%.*f", "%.*f.5" };
  size_t form = next() % 3 ? 0 : next() % COUNT_OF(forms);
  double value = (double)(next() >> (24 + next() % 40)) / (next() % 2 ? 1000 : 1);
  int size = snprintf(out, room, forms[form], (int)(next() % 5), value);
  if (next() % 8 == 0) out[next() % (size_t)size] = "0159.,-+eE \x80\xAE_:/"[next() % 17];
  return (size_t)size % room;
}

/* What is even is what the way for one field makes of it; what is short and plain is even. */
static void check_field(const char *text, size_t size, double got, uint64_t odd, char point) {
  double one;
  const char *end = number_scan(text, point, &one);
  bool whole = end == text + size;
  bool plain = size <= 8 && whole && !memchr(text, 'e', size) && !memchr(text, 'E', size);
  bool same = whole && memcmp(&one, &got, sizeof got) == 0;
  if (odd ? plain : !same)
    ck_abort_msg("%.*s, odd %d, read as %.17g", (int)size, text, odd > 0, got);
}

static void check_fields(unsigned set, char point, size_t *even) {
  enum { SOME = 37 };
  static char lines[SOME][64 + NUMBER_PAD];
  static uint64_t words[SOME], sizes[SOME], odd[SOME];
  struct number_texts fields = { words, sizes, odd };
  double values[SOME];
  bool some = false;
  for (size_t i = 0; i < SOME; i++) {
    sizes[i] = draw_text(lines[i], 64);
    for (size_t j = sizes[i]; j < sizeof lines[i]; j++) lines[i][j] = "7,.\n"[next() % 4];
    if (next() % 50 == 0) sizes[i] = 0;
    lines[i][sizes[i]] = ';'; /* where number_scan ends */
    words[i] = number_eight(lines[i]);
  }
  bool told = number_read(set, &fields, SOME, point, values);
  for (size_t i = 0; i < SOME; i++) {
    check_field(lines[i], sizes[i], values[i], odd[i], point);
    some |= odd[i] > 0;
    *even += odd[i] == 0;
  }
  ck_assert(told == some);
}

START_TEST(test_read) {
  unsigned widest = system_vectors();
  size_t even = 0;
  for (int i = 0; i < 3000; i++) {
    char point = i % 4 ? '.' : ',';
    check_fields(LANES_ANY, point, &even);
    if (widest >= 256) check_fields(LANES_256, point, &even);
    if (widest >= 512) check_fields(LANES_512, point, &even);
  }
  ck_assert_uint_gt(even, 40000);
}
END_TEST

/* A long one; what is before it is any byte. */
static size_t draw_long(char *out) {
  int whole = 1 + (int)(next() % 20), places = (int)(next() % 20), size = 0;
  size_t minus = next() % 4 == 0;
  for (int i = 0; i < 24; i++) out[i] = "7.,x"[next() % 4];
  if (minus) out[24] = '-';
  for (int i = 0; i < whole; i++) out[24 + minus + (size_t)size++] = (char)('0' + next() % 10);
  if (places > 0) out[24 + minus + (size_t)size++] = '.';
  for (int i = 0; i < places; i++) out[24 + minus + (size_t)size++] = (char)('0' + next() % 10);
  if (next() % 4 == 0)
    out[24 + minus + next() % (size_t)size] = "0159.,-+eE \x80\xAE_:/"[next() % 17];
  return minus + (size_t)size;
}

static void check_longs(unsigned set, size_t *even) {
  static char texts_of[NUMBER_LONG][24 + 48 + NUMBER_PAD];
  static struct number_long fields;
  size_t count = 1 + next() % NUMBER_LONG, sizes[NUMBER_LONG];
  for (size_t i = 0; i < count; i++) {
    char *text = texts_of[i];
    size_t size = sizes[i] = draw_long(text), minus = text[24] == '-';
    bool good = size - minus < 30 && text[24 + minus] >= '0' && text[24 + minus] <= '9';
    for (size_t j = 0; j < NUMBER_PAD; j++) text[24 + size + j] = "7,.\n"[next() % 4];
    text[24 + size] = ';';
    for (size_t j = 0; j < 3; j++) fields.words[j][i] = number_eight(text + size + 8 * j);
    fields.sizes[i] = good ? (size - minus) | (uint64_t)minus << 63 : 0;
  }
  number_read_long(set, &fields, count, '.');
  for (size_t i = 0; i < count; i++) {
    const char *text = texts_of[i] + 24;
    double one;
    size_t digits = sizes[i] - (*text == '-');
    bool whole = number_scan(text, '.', &one) == text + sizes[i];
    bool plain = whole && digits > 8 && digits < 20 && !memchr(text, 'e', sizes[i]) &&
                 !memchr(text, 'E', sizes[i]);
    bool same = whole && memcmp(&one, &fields.values[i], sizeof one) == 0;
    if (fields.odd[i] ? plain : !same)
      ck_abort_msg("%.*s, odd %d, read as %.17g", (int)sizes[i], text, fields.odd[i] > 0,
                   fields.values[i]);
    *even += !fields.odd[i];
  }
}

START_TEST(test_read_long) {
  unsigned widest = system_vectors(), last = widest >= 512 ? LANES_512 : widest >= 256;
  size_t even = 0;
  for (int i = 0; i < 1000; i++)
    for (unsigned set = LANES_ANY; set <= last; set++) check_longs(set, &even);
  ck_assert_uint_gt(even, 20000);
}
END_TEST

static void check_ends(unsigned set, const char *text, size_t size) {
  static uint32_t ends[9000 + NUMBER_SPARE];
  size_t count = number_ends(set, text, size, ';', ends), found = 0;
  for (size_t i = 0; i < size; i++)
    if (text[i] == ';' || text[i] == '\n' || text[i] == '\r')
      if (found >= count || ends[found++] != i) ck_abort_msg("%zu of %zu", i, size);
  ck_assert_uint_eq(found, count);
}

START_TEST(test_ends) {
  static const char *const kinds[] = { "0123456;", "0;,\n\r\xAC\x8A 5", ";;;;;;;\n", "12345678" };
  unsigned widest = system_vectors(), last = widest >= 512 ? LANES_512 : widest >= 256;
  for (size_t i = 0; i < 600; i++) {
    static char text[9000];
    size_t size = i < 200 ? i : next() % sizeof text;
    for (size_t j = 0; j < size; j++) text[j] = kinds[i % 4][next() % 8];
    for (unsigned set = LANES_ANY; set <= last; set++) check_ends(set, text, size);
  }
}
END_TEST

Suite *suite_number(void) {
  Suite *suite = suite_create("number");
  TCase *tests = tcase_create("all");
  tcase_add_test(tests, test_scan);
  tcase_add_test(tests, test_comma);
  tcase_add_test(tests, test_agree);
  tcase_add_test(tests, test_powers);
  tcase_add_test(tests, test_scale);
  tcase_add_test(tests, test_put);
  tcase_add_test(tests, test_layout);
  tcase_add_test(tests, test_count);
  tcase_add_test(tests, test_not_finite);
  tcase_add_test(tests, test_columns);
  tcase_add_test(tests, test_read);
  tcase_add_test(tests, test_read_long);
  tcase_add_test(tests, test_ends);
  suite_add_tcase(suite, tests);
  return suite;
}
