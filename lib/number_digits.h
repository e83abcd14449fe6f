/* The shortest decimal of a double as two words of digits, by one product and without a jump: for
   number_print.c, and for number_lanes.c, which does many side by side. After Schubfach (Giulietti
   2020), whose bounds are for any double; nearly all need only one of its three products.
 */
#ifndef MLS_NUMBER_DIGITS_H
#define MLS_NUMBER_DIGITS_H

#include "number.h"
#include "power.h"

/* ---- digits from numbers ---- */

/* Eight digits of a number below 10^8, one a byte, the first one lowest: the number is cut in
   halves, these in pairs and those in digits, all parts at once. A product and a shift divide. */
static inline uint64_t digits_eight(uint64_t number) {
  uint64_t half = number * 3518437209u >> 45;
  uint64_t halves = half | (number - half * 10000) << 32;
  uint64_t hundreds = halves * 10486 >> 20 & 0x0000007F0000007Fu;
  uint64_t pairs = (halves << 16) - hundreds * ((100 << 16) - 1);
  uint64_t tens = pairs * 103 >> 10 & 0x000F000F000F000Fu;
  return ((pairs << 8) - tens * ((10 << 8) - 1)) | 0x3030303030303030u;
}

/* All bits set, or none. */
static inline uint64_t digits_all_if(bool condition) { return (uint64_t)0 - condition; }

/* How many of the eight there are up to the last that is not 0, of digits that are not all 0. */
static inline uint64_t digits_count(uint64_t eight) {
  uint64_t odd = ((eight ^ 0x3030303030303030u) + 0x7F7F7F7F7F7F7F7Fu) >> 7 & 0x0101010101010101u;
  odd |= odd >> 8;
  odd |= odd >> 16;
  odd |= odd >> 32;
  return odd * 0x0101010101010101u >> 56;
}

/* Sixteen digits of which the first is not 0, one more, and the exponent of the first. */
static inline struct number_digits digits_write(uint64_t sixteen, uint64_t last,
                                                uint64_t exponent) {
  uint64_t high = (sixteen >> 22) * 2882303761u >> 36, low = sixteen - high * 100000000;
  uint64_t over = digits_all_if(low >= 100000000); /* the quotient is one too small, or right */
  high -= over;
  low -= over & 100000000;
  uint64_t first = digits_eight(high), second = digits_eight(low);
  uint64_t more = digits_all_if(low > 0), all = digits_all_if(last > 0);
  uint64_t count = digits_count((second & more) | (first & ~more)) + (more & 8);
  count = (count & ~all) | (17 & all);
  return (struct number_digits){ first, second, exponent << 16 | count << 8 | '0' | last };
}

/* ---- the shortest decimal ---- */

/* Logarithms of 2 and 10 as multiplications, of numbers without a sign: floor(log10(2^(a - 1075)))
   + 342 and floor(log2(10^(342 - b))) + 1137. */
static inline uint64_t digits_tens(uint64_t a) {
  return (a * 1262611 + ((uint64_t)342 << 22) - (uint64_t)1075 * 1262611) >> 22;
}

static inline uint64_t digits_twos(uint64_t b) {
  return (((uint64_t)1137 << 16) + (uint64_t)342 * 217706 - b * 217706) >> 16;
}

/* Of a double, given as its bits with any sign. It is cut after a ten, of which there are 15 or 16
   digits; `at` is what is left, in 2^-60ths of one. What is nearer than half the distance to the
   next double reads back to it: the ten below or above, or else the nearest one. `rest` is 0 when
   one of these is as near to its limit as the cut bits are worth, and for powers of two, what
   is no normal number, and 0. Of the lower half of the power 32 bits do: what is cut is
   worth less than 2^34 in `low`, less than `near` in `at`, and less than 10 in `half`. `multiply`
   is power_multiply, or for lanes what it is without 128 bits. */
static inline struct number_digits
digits_quick(uint64_t bits, uint64_t (*multiply)(uint64_t, uint64_t, uint64_t *)) {
  const uint64_t one = (uint64_t)1 << 60, middle = one / 2, near = (uint64_t)1 << 26;
  uint64_t binary = bits >> 52 & 0x7FF, fraction = bits & 0xFFFFFFFFFFFFFu;
  uint64_t exponent = digits_tens(binary) + 1, shift = binary + digits_twos(exponent) - 2203;
  struct power power = power_table[342 - POWER_LEAST - exponent];
  uint64_t scaled = (fraction | (uint64_t)1 << 52) << shift, low;
  uint64_t high = multiply(power.high, scaled, &low), more = (power.low >> 32) * (scaled >> 32);
  low += more;
  high += low < more;
  uint64_t tens = high >> 8, at = ((high << 52 & (one - 1)) | low >> 12) * 10;
  uint64_t half = (power.high >> (13 - shift)) * 10;
  uint64_t up = digits_all_if(at >= 5 * one), beside = (at ^ up) + (up & (10 * one + 1));
  uint64_t odd = digits_all_if(beside - half + near < 2 * near) | digits_all_if(binary == 0) |
                 digits_all_if(((at + middle + near) & (one - 1)) < 2 * near) |
                 digits_all_if(fraction == 0) | digits_all_if(binary == 0x7FF);
  uint64_t inside = digits_all_if(beside < half), last = (at + middle) >> 60 & ~inside;
  tens += up & inside & 1;
  uint64_t fewer = digits_all_if(tens < 1000000000000000u);
  struct number_digits digits =
      digits_write(tens + ((9 * tens + last) & fewer), last & ~fewer, exponent + 15 + fewer);
  digits.rest = (digits.rest | (bits & (uint64_t)1 << 63)) & ~odd;
  return digits;
}

#endif
