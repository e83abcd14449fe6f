/* Numbers at the speed of the memory that holds them: plain decimals to the nearest double, and
   doubles to their shortest decimal. text_read_number and text_number are the same for one text. */
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

/* Reads a plain number at `start`: digits, a point with digits, an exponent, a minus before it all.
   Returns where it ends, or NULL when none begins here or when it is one of the rare texts that
   text_read_number must read (underscores, more than 19 digits, an undecided rounding); NUMBER_PAD
   bytes past it can be read. */
const char *number_scan(const char *start, char point, double *out);

/* Many of them: words of eight bytes, each beginning with a text of so many bytes that should be a
   number. What is not one of eight bytes at most, digits and perhaps a point and a minus, is odd,
   not 0, and for number_scan; the others give the same. `set` is one of LANES_ANY ... */
struct number_texts {
  uint64_t *words, *sizes, *odd;
};
/* True when one is odd. */
bool number_read(unsigned set, const struct number_texts *texts, size_t count, char point,
                 double *out);

/* The same of 9 to 24 bytes and perhaps a minus before them, which begin with a digit: the last 24
   of them in three words, whatever is before them, and the size with the highest bit for a minus.
   What is odd is for number_scan. */
enum { NUMBER_LONG = 128 };
struct number_long {
  uint64_t words[3][NUMBER_LONG], sizes[NUMBER_LONG], odd[NUMBER_LONG];
  uint64_t whole[NUMBER_LONG], places[NUMBER_LONG]; /* what was read: whole / 10^places */
  double values[NUMBER_LONG];
};
void number_read_long(unsigned set, struct number_long *texts, size_t count, char point);

/* The places of bytes that may end a field, the separator, LF and CR, among `size`, fewer than
   2^32; returns how many. Behind them NUMBER_SPARE more may be written over. */
enum { NUMBER_SPARE = 12 };
size_t number_ends(unsigned set, const char *bytes, size_t size, char separator, uint32_t *out);

/* Writes the shortest decimal that reads back to a finite double, as text_number does, without a 0
   at the end; returns its length, less than TEXT_NUMBER. */
size_t number_put(char *out, double value);

/* The same of a whole number. */
size_t number_put_count(char *out, size_t count);

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

/* Prepares numbers for number_put_at, which prints one of them: together they do for many what
   number_put does for one, at half its cost. Nothing is printed of what is not finite. `set` is one
   of LANES_ANY ... */
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
   each (`eight` ^ 0x30...); what stands behind the first of them is not to be relied on. */
static inline uint64_t number_odd(uint64_t eight) {
  return ((eight + 0x7676767676767676u) | eight) & 0x8080808080808080u;
}

/* The place of the lowest bit that is set; one is. */
static inline unsigned number_lowest(uint64_t bits) {
#ifdef __GNUC__
  return (unsigned)__builtin_ctzll(bits);
#else
  unsigned place = 0;
  for (; !(bits & 1); bits >>= 1) place++;
  return place;
#endif
}

/* How many bits are set. */
static inline unsigned number_bits(uint64_t bits) {
#ifdef __POPCNT__
  return (unsigned)__builtin_popcountll(bits);
#else
  bits -= bits >> 1 & 0x5555555555555555u;
  bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
  return (unsigned)(((bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0Fu) * 0x0101010101010101u >> 56);
#endif
}

/* Bytes before the first of these bits. */
static inline unsigned number_before(uint64_t odd) { return odd ? number_lowest(odd) >> 3 : 8; }

/* The number that eight digits make: pairs, then fours, then all. */
static inline uint64_t number_join(uint64_t eight) {
  uint64_t pairs = 0x000000FF000000FFu;
  eight = eight * 10 + (eight >> 8);
  return ((eight & pairs) * 0x000F424000000064u + ((eight >> 16) & pairs) * 0x0000271000000001u) >>
         32;
}

#endif
