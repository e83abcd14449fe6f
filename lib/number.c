/* Decimals to doubles, correctly rounded whatever the locale. What files hold is decided by one
   product of 64 and 128 bits (number_scale: the way of Clinger 1990 and Lemire 2021, with a bound
   of our own for what the cut power leaves open); an exact comparison of big integers does the
   rest. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "power.h"
#include "sets.h"
#include "text.h"

/* ---- reading ---- */

enum { MOST_DIGITS = 800, LIMBS = 160 };

/* A decimal: digits (no leading zeros) times ten to the power `exponent`. Digits beyond what can
   decide a rounding are folded into the last one. */
struct decimal {
  unsigned char digits[MOST_DIGITS + 1];
  int count;
  long exponent;
  bool negative;
};

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void add_digit(struct decimal *decimal, char c, bool fraction) {
  if (decimal->count == 0 && c == '0') {
    if (fraction) decimal->exponent--;
    return;
  }
  if (decimal->count < MOST_DIGITS) {
    decimal->digits[decimal->count++] = (unsigned char)(c - '0');
    if (fraction) decimal->exponent--;
    return;
  }
  if (c != '0') decimal->digits[MOST_DIGITS - 1] |= 1; /* sticky: never exactly half way */
  if (!fraction) decimal->exponent++;
}

/* Digits with single underscores between them; false when there is none or one is misplaced. */
static bool read_digits(struct slice text, size_t *at, struct decimal *decimal, bool fraction) {
  size_t start = *at;
  while (*at < text.size) {
    char c = text.at[*at];
    bool joins = c == '_' && *at > start && is_digit(text.at[*at - 1]) && *at + 1 < text.size &&
                 is_digit(text.at[*at + 1]);
    if (!is_digit(c) && !joins) break;
    if (is_digit(c)) add_digit(decimal, c, fraction);
    (*at)++;
  }
  return *at > start;
}

static bool read_exponent(struct slice text, size_t *at, struct decimal *decimal) {
  (*at)++;
  bool negative = false;
  if (*at < text.size && (text.at[*at] == '+' || text.at[*at] == '-'))
    negative = text.at[(*at)++] == '-';
  long exponent = 0;
  size_t start = *at;
  while (*at < text.size && is_digit(text.at[*at])) {
    if (exponent < 100000) exponent = exponent * 10 + (text.at[*at] - '0');
    (*at)++;
  }
  decimal->exponent += negative ? -exponent : exponent;
  return *at > start;
}

static bool read_decimal(struct slice text, struct decimal *decimal) {
  size_t at = 0;
  decimal->count = 0;
  decimal->exponent = 0;
  decimal->negative = text.size > 0 && text.at[0] == '-';
  if (decimal->negative) at++;
  if (!read_digits(text, &at, decimal, false)) return false;
  if (at < text.size && text.at[at] == '.') {
    at++;
    if (!read_digits(text, &at, decimal, true)) return false;
  }
  if (at < text.size && (text.at[at] == 'e' || text.at[at] == 'E'))
    if (!read_exponent(text, &at, decimal)) return false;
  return at == text.size;
}

/* A natural number of up to LIMBS 32-bit limbs, least first. Large enough for 800 digits times the
   powers of 5 and 2 that a double needs. */
struct natural {
  uint32_t limb[LIMBS];
  int count;
};

static void natural_multiply(struct natural *n, uint32_t factor, uint32_t carry) {
  uint64_t rest = carry;
  for (int i = 0; i < n->count; i++) {
    rest += (uint64_t)n->limb[i] * factor;
    n->limb[i] = (uint32_t)rest;
    rest >>= 32;
  }
  if (rest && n->count < LIMBS) n->limb[n->count++] = (uint32_t)rest;
}

static void natural_power(struct natural *n, uint32_t base, long times) {
  for (; times > 0; times--) natural_multiply(n, base, 0);
}

static void natural_shift(struct natural *n, long bits) {
  int limbs = (int)(bits / 32);
  natural_multiply(n, (uint32_t)1 << (bits % 32), 0);
  if (limbs == 0 || n->count == 0) return;
  if (n->count + limbs > LIMBS) limbs = LIMBS - n->count;
  memmove(n->limb + limbs, n->limb, (size_t)n->count * sizeof *n->limb);
  memset(n->limb, 0, (size_t)limbs * sizeof *n->limb);
  n->count += limbs;
}

static int natural_compare(const struct natural *a, const struct natural *b) {
  if (a->count != b->count) return a->count < b->count ? -1 : 1;
  for (int i = a->count - 1; i >= 0; i--)
    if (a->limb[i] != b->limb[i]) return a->limb[i] < b->limb[i] ? -1 : 1;
  return 0;
}

/* Compares the decimal with mantissa * 2^power exactly. */
static int compare_exact(const struct decimal *decimal, uint64_t mantissa, long power) {
  struct natural a = { .count = 0 }, b = { .count = 0 };
  for (int i = 0; i < decimal->count; i++) natural_multiply(&a, 10, decimal->digits[i]);
  b.limb[0] = (uint32_t)mantissa;
  b.limb[1] = (uint32_t)(mantissa >> 32);
  b.count = b.limb[1] ? 2 : 1;
  long five = decimal->exponent, two = decimal->exponent - power;
  natural_power(five >= 0 ? &a : &b, 5, labs(five));
  natural_shift(two >= 0 ? &a : &b, labs(two));
  return natural_compare(&a, &b);
}

/* mantissa * 2^power of a positive finite double. */
static void split(double value, uint64_t *mantissa, long *power) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  long exponent = (long)(bits >> 52 & 0x7FF);
  *mantissa = bits & 0xFFFFFFFFFFFFFu;
  if (exponent) *mantissa |= (uint64_t)1 << 52;
  *power = (exponent ? exponent : 1) - 1075;
}

static double step_up(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits++;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static double step_down(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  bits--;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Walks from a near guess to the double whose rounding interval holds the decimal. */
static double refine(const struct decimal *decimal, double guess) {
  for (int i = 0; i < 10000; i++) {
    uint64_t mantissa;
    long power;
    double below = guess > 0 ? step_down(guess) : 0;
    split(guess, &mantissa, &power);
    int over = compare_exact(decimal, mantissa * 2 + 1, power - 1); /* upper half way */
    if (over > 0 || (over == 0 && (mantissa & 1))) {
      if (guess >= DBL_MAX) return (double)INFINITY;
      guess = step_up(guess);
      continue;
    }
    if (guess <= 0) return guess;
    uint64_t low;
    long low_power;
    split(below, &low, &low_power);
    int under = compare_exact(decimal, low * 2 + 1, low_power - 1); /* lower half way */
    if (under > 0 || (under == 0 && !(mantissa & 1))) return guess;
    guess = below;
  }
  return guess;
}

static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

static double scale(double value, long exponent) {
  for (; exponent >= 22; exponent -= 22) value *= 1e22;
  for (; exponent <= -22; exponent += 22) value /= 1e22;
  return exponent >= 0 ? value * powers[exponent] : value / powers[-exponent];
}

static double decimal_value(const struct decimal *decimal) {
  if (decimal->count == 0) return 0;
  long top = decimal->count + decimal->exponent; /* value < 10^top */
  if (top > 310) return (double)INFINITY;
  if (top < -330) return 0;
  double leading = 0;
  int used = decimal->count < 19 ? decimal->count : 19;
  uint64_t whole = 0;
  for (int i = 0; i < used; i++) whole = whole * 10 + decimal->digits[i];
  long exponent = decimal->exponent + (decimal->count - used);
  leading = (double)whole;
  bool exact = used == decimal->count && whole <= (uint64_t)1 << 53;
  if (exact && exponent >= -22 && exponent <= 22) return scale(leading, exponent);
  /* keep the guess finite and normal while scaling, then let refine settle it */
  double guess =
      exponent > 280 ? scale(scale(leading, 280), exponent - 280) : scale(leading, exponent);
  if (!(guess <= DBL_MAX)) guess = DBL_MAX;
  return refine(decimal, guess);
}

static bool read_exactly(struct slice slice, double *out) {
  struct decimal decimal;
  if (!read_decimal(slice, &decimal)) return false;
  double value = decimal_value(&decimal);
  *out = decimal.negative ? -value : value;
  return true;
}

/* ---- the short ways ---- */

/* Normalised digits times a cut power: 128 bits of the product. What it is really is larger by less
   than 2, because less than 1 was cut from the power and from the product each. */
static struct power scaled(uint64_t whole, struct power power) {
  uint64_t low, middle, rest;
  uint64_t high = power_multiply(whole, power.high, &low);
  middle = power_multiply(whole, power.low, &rest);
  low += middle;
  return (struct power){ high + (low < middle), low };
}

bool number_scale(uint64_t whole, int exponent, double *out) {
  *out = 0;
  if (whole == 0) return true;
  if (whole <= (uint64_t)1 << 53 && exponent >= -22 && exponent <= 22) {
    *out = exponent < 0 ? (double)whole / powers[-exponent] : (double)whole * powers[exponent];
    return true;
  }
  if (exponent < POWER_LEAST || exponent > POWER_MOST) return false;
  int zeros = power_zeros(whole);
  struct power product = scaled(whole << zeros, power_of(exponent));
  int shift = 10 + (int)(product.high >> 63); /* to 53 bits */
  uint64_t half = (uint64_t)1 << (shift - 1), rest = product.high & (2 * half - 1);
  bool below = rest == half - 1 && product.low >= UINT64_MAX - 1;
  bool above = rest == half && product.low == 0;
  if (below || above) return false;
  int power = power_exponent(exponent) - zeros + shift + 1; /* of the lowest of the 53 bits */
  uint64_t mantissa = (product.high >> shift) + (rest >= half), bits;
  if (power < -1074 || power > 971) return false;
  bits = ((uint64_t)(power + 1074) << 52) + mantissa; /* whose highest bit adds 1 to the exponent */
  memcpy(out, &bits, sizeof bits);
  return true;
}

/* A run of digits behind those in `digits`; *count counts all that are significant. */
static const char *scan_digits(const char *at, uint64_t *digits, int *count) {
  static const uint32_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
  const uint64_t zeros = 0x3030303030303030u;
  uint64_t eight = number_eight(at) ^ zeros, odd = number_odd(eight);
  for (; !odd && *count < 24; odd = number_odd(eight)) {
    *digits = *digits * 100000000 + number_join(eight);
    *count += 8;
    at += 8;
    eight = number_eight(at) ^ zeros;
  }
  unsigned some = number_before(odd) % 8; /* of 24 and more all are too many */
  if (some > 0) *digits = *digits * tens[some] + number_join(eight << (64 - 8 * some));
  *count += (int)some;
  return at + some;
}

static const char *scan_zeros(const char *at) {
  while (*at == '0') at++;
  return at;
}

static const char *scan_exponent(const char *at, int *exponent) {
  uint64_t digits = 0;
  int count = 0;
  bool negative = *at == '-';
  at = scan_digits(at + (negative || *at == '+'), &digits, &count);
  if (count == 0 || count > 4) return NULL;
  *exponent += negative ? -(int)digits : (int)digits;
  return at;
}

const char *number_scan(const char *start, char point, double *out) {
  const char *at = start + (*start == '-'), *first = at;
  uint64_t digits = 0;
  int count = 0, exponent = 0;
  at = scan_digits(scan_zeros(at), &digits, &count);
  if (at == first) return NULL;
  if (*at == point) {
    const char *fraction = ++at;
    at = scan_digits(count > 0 ? at : scan_zeros(at), &digits, &count);
    if (at == fraction) return NULL;
    exponent = (int)(fraction - at);
  }
  if (count > 19 || exponent < -400) return NULL;
  if ((*at | 0x20) == 'e') at = scan_exponent(at + 1, &exponent);
  if (!at || !number_scale(digits, exponent, out)) return NULL;
  if (*start == '-') *out = -*out;
  return at;
}

/* ---- many ---- */

typedef uint64_t lanes_read(const uint64_t *restrict words, const uint64_t *restrict sizes,
                            size_t count, char point, double *restrict out, uint64_t *restrict odd);
lanes_read LANES_NAMES(read);
typedef size_t lanes_ends(const char *bytes, size_t size, char separator, uint32_t *out);
lanes_ends LANES_NAMES(ends);

bool number_read(unsigned set, const struct number_texts *texts, size_t count, char point,
                 double *out) {
  static lanes_read *const read[LANES_SETS] = LANES_SETS_OF(read);
  return read[set](texts->words, texts->sizes, count, point, out, texts->odd);
}

typedef void lanes_digits_of(struct number_long *texts, size_t count, char point);
lanes_digits_of LANES_NAMES(digits_of);

void number_read_long(unsigned set, struct number_long *texts, size_t count, char point) {
  static lanes_digits_of *const digits_of[LANES_SETS] = LANES_SETS_OF(digits_of);
  digits_of[set](texts, count, point);
  for (size_t i = 0; i < count; i++) {
    double *value = &texts->values[i];
    if (!texts->odd[i])
      texts->odd[i] = !number_scale(texts->whole[i], -(int)texts->places[i], value);
    if (!texts->odd[i] && texts->sizes[i] >> 63) *value = -*value;
  }
}

size_t number_ends(unsigned set, const char *bytes, size_t size, char separator, uint32_t *out) {
  static lanes_ends *const ends[LANES_SETS] = LANES_SETS_OF(ends);
  return ends[set](bytes, size, separator, out);
}

/* ---- one ---- */

bool text_read_number(struct slice slice, double *out) {
  enum { MOST = 40 };
  char padded[MOST + NUMBER_PAD] = "";
  if (slice.size < MOST) {
    if (slice.size > 0) memcpy(padded, slice.at, slice.size);
    double value;
    if (number_scan(padded, '.', &value) == padded + slice.size) {
      *out = value;
      return true;
    }
  }
  return read_exactly(slice, out);
}
