/* Doubles to decimals whatever the locale: the shortest for programs (Schubfach, Giulietti 2020), a
   rounded one for people. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "power.h"
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

/* The decimal where one product tells, which is nearly always. The double stands `at` 2^-60ths
   behind a multiple of 10; what is nearer than half the distance to the next double reads back
   to it: that multiple, the next one, or else the nearest whole number. False when one of these is
   too near to its limit for the bits that were cut. */
static bool shortest_quick(uint64_t mantissa, int power, struct short_decimal *out) {
  const uint64_t ten = (uint64_t)10 << 60, near = 8;
  int exponent = (power * 1262611) >> 22; /* floor of a logarithm */
  int shift = power + ((-exponent * 1741647) >> 19) + 1;
  struct power above = power_above(-exponent);
  uint64_t fraction, rest, scaled = mantissa << shift;
  uint64_t carry = power_multiply(above.low, scaled, &rest);
  uint64_t whole = power_multiply(above.high, scaled, &fraction);
  fraction += carry;
  whole += fraction < carry;
  uint64_t last = whole % 10, at = last << 60 | fraction >> 4;
  uint64_t half = above.high >> (5 - shift), middle = (uint64_t)1 << 63;
  bool close = (at - half + near < 2 * near) | (at + half - ten + near < 2 * near) |
               (fraction - middle + near < 2 * near);
  if (close) return false;
  bool down = at<half, up = at + half> ten;
  uint64_t multiple = whole - last + (up ? 10 : 0);
  *out = (struct short_decimal){ (down | up) ? multiple : whole + (fraction > middle), exponent };
  return true;
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
  struct short_decimal quick;
  if (!near && shortest_quick(mantissa, power, &quick)) return quick;
  bool odd = mantissa & 1;
  int exponent = (power * 1262611 - (near ? 524031 : 0)) >> 22; /* floor of a logarithm */
  int shift = power + ((-exponent * 1741647) >> 19) + 1;
  struct power above = power_above(-exponent);
  uint64_t lower = round_to_odd(above, (4 * mantissa - 2 + near) << shift) + odd;
  uint64_t value = round_to_odd(above, 4 * mantissa << shift);
  uint64_t upper = round_to_odd(above, (4 * mantissa + 2) << shift) - odd;
  return choose(lower, value, upper, exponent);
}

/* ---- its digits ---- */

static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                            "25262728293031323334353637383940414243444546474849"
                            "50515253545556575859606162636465666768697071727374"
                            "75767778798081828384858687888990919293949596979899";

static void put_four(char *out, uint32_t four) {
  memcpy(out, pairs + four / 100 * 2, 2);
  memcpy(out + 2, pairs + four % 100 * 2, 2);
}

/* Twenty digits of any number, with zeros before it. */
static void put_twenty(char out[20], uint64_t number) {
  uint64_t high = number / 100000000, low = number % 100000000;
  uint32_t top = (uint32_t)(high / 100000000), middle = (uint32_t)(high % 100000000);
  put_four(out, top);
  put_four(out + 4, middle / 10000);
  put_four(out + 8, middle % 10000);
  put_four(out + 12, (uint32_t)low / 10000);
  put_four(out + 16, (uint32_t)low % 10000);
}

/* "e-7", "e6" */
static char *put_exponent(char *out, int exponent) {
  *out++ = 'e';
  if (exponent < 0) *out++ = '-', exponent = -exponent;
  if (exponent >= 100) *out++ = (char)('0' + exponent / 100);
  if (exponent >= 10) *out++ = (char)('0' + exponent / 10 % 10);
  *out++ = (char)('0' + exponent % 10);
  return out;
}

/* `count` digits whose first stands for a multiple of 10^exponent, as printf's %g lays them out for
   15 digits or as many as there are. Copies of fixed size: more than is kept is overwritten. */
static char *put_digits(char *out, const char *digits, int count, int exponent) {
  if (exponent < -4 || (exponent >= 15 && exponent >= count)) {
    *out = digits[0];
    out[1] = '.';
    memcpy(out + 2, digits + 1, 17);
    return put_exponent(out + (count > 1 ? count + 1 : 1), exponent);
  }
  if (exponent < 0) {
    memcpy(out, "0.000000", 8);
    memcpy(out + 1 - exponent, digits, 18);
    return out + 1 - exponent + count;
  }
  memcpy(out, digits, 18);
  if (count <= exponent + 1) return out + exponent + 1;
  memcpy(out + exponent + 2, digits + exponent + 1, 17);
  out[exponent + 1] = '.';
  return out + count + 1;
}

size_t number_put(char *out, double value) {
  uint64_t bits;
  char *start = out, digits[20 + 20];
  memcpy(&bits, &value, sizeof bits);
  *out = '-';
  out += bits >> 63;
  bits &= ~((uint64_t)1 << 63);
  if (bits == 0) return *start = '0', 1;
  struct short_decimal decimal = shortest(bits);
  put_twenty(digits, decimal.digits);
  memset(digits + 20, '0', 20);
  /* one step of each loop without a jump: whether there are 16 or 17 digits is like a coin */
  int first = 3 + (digits[3] == '0'), count = 20 - (digits[19] == '0');
  while (digits[first] == '0') first++;
  while (digits[count - 1] == '0') count--;
  out = put_digits(out, digits + first, count - first, 19 - first + decimal.exponent);
  return (size_t)(out - start);
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
