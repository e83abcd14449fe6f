/* Numbers at the speed of the memory that holds them: a plain decimal to the nearest double, and a
   double to its shortest decimal. text_read_number and text_number are the same for one text. */
#ifndef MLS_NUMBER_H
#define MLS_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { NUMBER_PAD = 32 }; /* bytes past a text that number_scan may look at */

/* whole * 10^exponent as the nearest double, exactly; false when 128 bits do not tell, or when the
   double is not a normal one. */
bool number_scale(uint64_t whole, int exponent, double *out);

/* A decimal of up to 19 digits with an exponent, read from behind its whole part: where number_scan
   goes when the short way does not do. */
const char *number_scan_long(const char *start, char point, double *out);

/* Writes the shortest decimal that reads back to a finite double, as text_number does, without a 0
   at the end; returns its length, less than TEXT_NUMBER. */
size_t number_put(char *out, double value);

/* The seventeen digits of a decimal as text, the first one lowest: eight, eight and, in the lowest
   byte of `rest`, one; zeros fill up a shorter decimal. Above it a byte counts digits without them,
   then comes the power of ten that the first digit stands for, plus NUMBER_BIAS, and the sign is
   the highest bit. */
struct number_digits {
  uint64_t first, second, rest;
};
enum { NUMBER_BIAS = 342 };

/* The same of a column of numbers, one of each side by side. */
struct number_column {
  uint64_t *first, *second, *rest;
};

/* Prepares finite numbers for number_put_at, which prints one of them: together they do for many
   what number_put does for one, at half its cost. `set` is one of LANES_ANY ... */
void number_prepare(unsigned set, const double *values, size_t count,
                    const struct number_column *out);
size_t number_put_at(char *out, const struct number_column *column, size_t index);

/* Eight bytes as a number, the first one lowest, and back. */
static inline uint64_t number_eight(const char *at) {
  uint64_t eight = 0;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy(&eight, at, sizeof eight);
#else
  for (int i = 0; i < 8; i++) eight |= (uint64_t)(unsigned char)at[i] << (8 * i);
#endif
  return eight;
}

static inline void number_put_eight(char *out, uint64_t eight) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  memcpy(out, &eight, sizeof eight);
#else
  for (int i = 0; i < 8; i++) out[i] = (char)(eight >> (8 * i) & 0xFF);
#endif
}

/* The highest bit of each byte that is no digit, of eight bytes from which '0' was taken away in
   each
   (`eight` ^ 0x30...); what stands behind the first of them is not to be relied on. */
static inline uint64_t number_odd(uint64_t eight) {
  return ((eight + 0x7676767676767676u) | eight) & 0x8080808080808080u;
}

/* Bytes before the first of these bits. */
static inline unsigned number_before(uint64_t odd) {
#ifdef __GNUC__
  return odd ? (unsigned)__builtin_ctzll(odd) >> 3 : 8;
#else
  unsigned count = 0;
  for (; count < 8 && !(odd & 0x80); odd >>= 8) count++;
  return count;
#endif
}

/* The number that the first `count` (1 to 8) of eight digits make: pairs, then fours, then all. */
static inline uint64_t number_join(uint64_t eight, unsigned count) {
  uint64_t pairs = 0x000000FF000000FFu;
  eight <<= 64 - 8 * count;
  eight = eight * 10 + (eight >> 8);
  return ((eight & pairs) * 0x000F424000000064u + ((eight >> 16) & pairs) * 0x0000271000000001u) >>
         32;
}

/* Reads a plain number at `at`: digits, a point with digits, an exponent, a minus before it all.
   Returns where it ends, or NULL when none begins here or when it is one of the rare texts that
   text_read_number must read (underscores, more than 19 digits, an undecided rounding); NUMBER_PAD
   bytes past it can be read. Eight bytes hold most numbers: a point among them is taken out, and
   what is left is one whole number. In a header because a call for each field of a file costs a
   tenth of reading it. */
static inline const char *number_scan(const char *at, char point, double *out) {
  static const double powers[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7 };
  const char *start = at;
  at += *start == '-';
  uint64_t eight = number_eight(at) ^ 0x3030303030303030u, odd = number_odd(eight);
  unsigned whole = number_before(odd), size = whole, fraction = 0;
  if (whole - 1 > 6) return number_scan_long(start, point, out);
  if (at[whole] == point) {
    uint64_t before = ((uint64_t)1 << 8 * whole) - 1, behind = eight >> 8 & ~before;
    eight = (eight & before) | behind;
    size = number_before(number_odd(eight & ~((uint64_t)0xFF << 56)) | (uint64_t)0x80 << 56) + 1;
    fraction = size - whole - 1;
    if (fraction == 0) return number_scan_long(start, point, out);
  }
  bool more = (unsigned char)(at[size] - '0') < 10 || (at[size] | 0x20) == 'e';
  if (more) return number_scan_long(start, point, out);
  uint64_t digits = number_join(eight, size - (fraction > 0));
  double value = (double)digits / powers[fraction]; /* both exact, so rounded once */
  *out = *start == '-' ? -value : value;
  return at + size;
}

#endif
