/* Doubles to decimals whatever the locale: the shortest for programs (Schubfach, Giulietti 2020,
   and number_digits.h for what needs no more), a rounded one for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "number_digits.h"
#include "sets.h"
#include "text.h"

/* ---- the shortest ---- */

/* digits * 10^exponent */
struct short_decimal {
  uint64_t digits;
  int exponent;
};

/* The whole part of power * scaled / 2^128, with its lowest bit set when something was cut: enough
   for every comparison with a multiple of 2. */
static uint64_t round_to_odd(struct power power, uint64_t scaled) {
  uint64_t low, rest, carry = power_multiply(power.low, scaled, &rest);
  uint64_t high = power_multiply(power.high, scaled, &low);
  low += carry;
  high += low < carry;
  return high | (low > 1);
}

/* A power that is not below the true one, as the proof wants. */
static struct power power_above(int n) {
  struct power power = power_of(n);
  if (n >= 0 && n <= POWER_EXACT) return power;
  power.low++;
  power.high += power.low == 0;
  return power;
}

/* Of the decimals inside the interval that rounds to mantissa * 2^power: one digit less when that
   is enough, else the nearer of the two around the value. `quadruple` has two more binary places.
 */
static struct short_decimal choose(uint64_t lower, uint64_t quadruple, uint64_t upper,
                                   int exponent) {
  uint64_t whole = quadruple / 4, tenth = whole / 10;
  if (whole >= 10) {
    bool below = lower <= 40 * tenth, above = 40 * tenth + 40 <= upper;
    if (below != above) return (struct short_decimal){ tenth + above, exponent + 1 };
  }
  bool below = lower <= 4 * whole, above = 4 * whole + 4 <= upper;
  uint64_t middle = 4 * whole + 2;
  bool up = quadruple > middle || (quadruple == middle && (whole & 1));
  return (struct short_decimal){ whole + (below != above ? above : up), exponent };
}

/* Of a positive finite double, given as its bits without the sign. */
static struct short_decimal shortest(uint64_t bits) {
  uint64_t mantissa = bits & 0xFFFFFFFFFFFFFu;
  int power = (int)(bits >> 52);
  bool near = mantissa == 0 && power > 1; /* the next double below is only half as far */
  if (power > 0) mantissa |= (uint64_t)1 << 52;
  power = (power > 0 ? power : 1) - 1075;
  if (power <= 0 && power > -53 && !(mantissa & (((uint64_t)1 << -power) - 1)))
    return (struct short_decimal){ mantissa >> -power, 0 };
  bool odd = mantissa & 1;
  int exponent = (power * 1262611 - (near ? 524031 : 0)) >> 22; /* floor of a logarithm */
  int shift = power + power_exponent(-exponent) + 1;
  struct power above = power_above(-exponent);
  uint64_t lower = round_to_odd(above, (4 * mantissa - 2 + near) << shift) + odd;
  uint64_t value = round_to_odd(above, 4 * mantissa << shift);
  uint64_t upper = round_to_odd(above, (4 * mantissa + 2) << shift) - odd;
  return choose(lower, value, upper, exponent);
}

/* What digits_quick leaves undone: 0 too, which has no sign. */
static struct number_digits digits_exactly(uint64_t bits) {
  uint64_t sign = bits & (uint64_t)1 << 63;
  if (bits == sign) return digits_write(0, 0, NUMBER_BIAS);
  struct short_decimal decimal = shortest(bits - sign);
  int exponent = decimal.exponent + 16;
  for (; decimal.digits < 10000000000000000u; exponent--) decimal.digits *= 10;
  struct number_digits digits =
      digits_write(decimal.digits / 10, decimal.digits % 10, (uint64_t)(exponent + NUMBER_BIAS));
  digits.rest |= sign;
  return digits;
}

/* ---- its text ---- */

/* "e-7", "e6" */
static char *put_exponent(char *out, int exponent) {
  *out++ = 'e';
  if (exponent < 0) *out++ = '-', exponent = -exponent;
  if (exponent >= 100) *out++ = (char)('0' + exponent / 100);
  if (exponent >= 10) *out++ = (char)('0' + exponent / 10 % 10);
  *out++ = (char)('0' + exponent % 10);
  return out;
}

static void put_all(char *out, const struct number_digits *digits) {
  number_put_eight(out, digits->first);
  number_put_eight(out + 8, digits->second);
  out[16] = (char)digits->rest;
}

/* Eight digits with a point behind the first `whole`, fewer than eight: but for the ninth byte. */
static void put_point(char *out, uint64_t eight, int whole) {
  uint64_t before = ((uint64_t)1 << 8 * whole) - 1;
  number_put_eight(out, (eight & before) | (uint64_t)'.' << 8 * whole | (eight & ~before) << 8);
}

/* `count` digits with a point behind the first `whole`, from 1 to 17. What stands behind it is
   written first, a place further, and then what stands before it. */
static char *put_digits(char *out, const struct number_digits *digits, int count, int whole) {
  put_all(out + 1, digits);
  if (whole < 8) put_point(out, digits->first, whole);
  else {
    number_put_eight(out, digits->first);
    if (whole < 16) put_point(out + 8, digits->second, whole - 8);
    else number_put_eight(out + 8, digits->second), out[16] = '.';
    if (whole > 16) out[16] = (char)digits->rest;
  }
  return out + (count <= whole ? whole : count + 1);
}

/* As printf's %g lays them out for 15 digits or as many as there are. Bytes past the end are
   written too: copies of fixed size are cheaper. */
static size_t put_decimal(char *out, const struct number_digits *digits) {
  char *start = out;
  int count = (int)(digits->rest >> 8 & 0xFF);
  int exponent = (int)(digits->rest >> 16 & 0xFFFF) - NUMBER_BIAS;
  *out = '-';
  out += digits->rest >> 63;
  if (exponent < -4 || (exponent >= 15 && exponent >= count))
    out = put_exponent(put_digits(out, digits, count, 1), exponent);
  else if (exponent >= 0) out = put_digits(out, digits, count, exponent + 1);
  else {
    memcpy(out, "0.000000", 8);
    put_all(out + 1 - exponent, digits);
    out += 1 - exponent + count;
  }
  return (size_t)(out - start);
}

size_t number_put(char *out, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  struct number_digits digits = digits_quick(bits, power_multiply);
  if (!digits.rest) digits = digits_exactly(bits);
  return put_decimal(out, &digits);
}

size_t number_put_count(char *out, size_t count) {
  const size_t most = 100000000;
  if (count >= most) {
    size_t before = number_put_count(out, count / most);
    number_put_eight(out + before, digits_eight(count % most));
    return before + 8;
  }
  uint64_t digits = digits_eight(count), odd = digits ^ 0x3030303030303030u;
  unsigned zeros = number_lowest(odd | (uint64_t)1 << 56) / 8;
  number_put_eight(out, digits >> 8 * zeros);
  return 8 - zeros;
}

/* ---- many ---- */

typedef void lanes_digits(const double *values, size_t count, uint64_t *restrict first,
                          uint64_t *restrict second, uint64_t *restrict rest);
lanes_digits LANES_NAMES(digits);

void number_prepare(unsigned set, const double *values, size_t count,
                    const struct number_column *out) {
  static lanes_digits *const digits[LANES_SETS] = LANES_SETS_OF(digits);
  digits[set](values, count, out->first, out->second, out->rest);
  for (size_t i = 0; i < count; i++) {
    if (out->rest[i] || values[i] - values[i] != 0) continue;
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    struct number_digits exact = digits_exactly(bits);
    out->first[i] = exact.first, out->second[i] = exact.second, out->rest[i] = exact.rest;
  }
}

size_t number_put_at(char *out, const struct number_column *column, size_t index) {
  struct number_digits digits = { column->first[index], column->second[index],
                                  column->rest[index] };
  return digits.rest ? put_decimal(out, &digits) : 0;
}

const char *text_number(char out[TEXT_NUMBER], double value) {
  if (value != value) return strcpy(out, "nan");
  if (value - value != 0) return strcpy(out, value > 0 ? "inf" : "-inf");
  out[number_put(out, value)] = 0;
  return out;
}

/* ---- for people ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static const double powers[] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                 1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* printf's decimal point follows the locale; whatever it is becomes '.'. */
static void neutral_point(char *text) {
  char *to = text;
  bool pointed = false;
  for (char *from = text; *from; from++) {
    bool plain = is_digit(*from) || *from == 'e' || *from == '+' || *from == '-';
    if (plain) *to++ = *from;
    else if (!pointed) *to++ = '.', pointed = true;
  }
  *to = 0;
}

/* "1e+06" to "1e6", "1e-07" to "1e-7". */
static void short_exponent(char *text) {
  char *e = strchr(text, 'e');
  if (!e) return;
  char *from = e + 1, *to = e + 1;
  if (*from == '-') *to++ = *from++;
  else if (*from == '+') from++;
  while (*from == '0' && from[1]) from++;
  while (*from) *to++ = *from++;
  *to = 0;
}

/* Commas between groups of three in the whole part. */
static void group(char out[TEXT_NUMBER], const char *plain) {
  size_t sign = plain[0] == '-';
  size_t whole = strcspn(plain + sign, ".");
  size_t to = 0;
  for (size_t i = 0; plain[i]; i++) {
    bool inside = i > sign && i < sign + whole;
    if (inside && (sign + whole - i) % 3 == 0) out[to++] = ',';
    out[to++] = plain[i];
  }
  out[to] = 0;
}

static void drop_zeros(char *text) {
  if (!strchr(text, '.')) return;
  char *end = text + strlen(text);
  while (end[-1] == '0') *--end = 0;
  if (end[-1] == '.') *--end = 0;
}

const char *text_person(char out[TEXT_NUMBER], double value, int digits) {
  double size = fabs(value);
  if (!(size < 1e15) || (size != 0 && size < 1e-4)) {
    if (value != value || value - value != 0) return text_number(out, value);
    snprintf(out, TEXT_NUMBER, "%.*e", digits - 1, value);
    neutral_point(out);
    char mantissa[TEXT_NUMBER];
    size_t e = strcspn(out, "e");
    memcpy(mantissa, out, e);
    mantissa[e] = 0;
    drop_zeros(mantissa);
    char tail[TEXT_NUMBER];
    strcpy(tail, out + e);
    snprintf(out, TEXT_NUMBER, "%.16s%.8s", mantissa, tail);
    short_exponent(out);
    return out;
  }
  int whole = 0, lead = 0;
  while (whole < 22 && size >= powers[whole]) whole++;
  while (size > 0 && size * powers[lead + 1] < 1) lead++;
  int places = size > 0 ? digits - whole + lead : 0;
  if (places < 0) places = 0;
  char plain[TEXT_NUMBER];
  snprintf(plain, sizeof plain, "%.*f", places, value);
  neutral_point(plain);
  drop_zeros(plain);
  group(out, strcmp(plain, "-0") == 0 ? "0" : plain);
  return out;
}
