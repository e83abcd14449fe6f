/* Numbers of a column, many side by side. Compiled once for each instruction set (see sets.h):
   branch-free, so that compilers use vectors. */
#include "number_digits.h"
#include "sets.h"

void LANES_NAME(digits)(const double *values, size_t count, uint64_t *restrict first,
                        uint64_t *restrict second, uint64_t *restrict rest) {
  for (size_t i = 0; i < count; i++) {
    uint64_t bits;
    memcpy(&bits, &values[i], sizeof bits);
    struct number_digits digits = digits_quick(bits, power_multiply_halves);
    first[i] = digits.first;
    second[i] = digits.second;
    rest[i] = digits.rest;
  }
}

/* ---- plain numbers ---- */

/* 10^places of a number of 1 to 8 bytes at the upper end of eight, from the byte where its point
   stands. */
static inline double tens_behind(uint64_t point) {
  return (point & 0xFF00FF00FF00FF00u ? 1.0 : 10.0) * (point & 0xFFFF0000FFFF0000u ? 1.0 : 100.0) *
         (point & 0xFFFFFFFF00000000u ? 1.0 : 10000.0);
}

/* A whole number below 2^52, for machines that turn only others into doubles. */
static inline double double_of(uint64_t whole) {
  uint64_t bits = whole | 0x4330000000000000u;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value - 4503599627370496.0;
}

/* The bytes move to the upper end, where those in front become digits 0; the first byte that is no
   digit must be the point, which is taken out, and there must be no second one. Whole number and
   power of ten are exact, so the quotient is rounded once. */
uint64_t LANES_NAME(read)(const uint64_t *restrict words, const uint64_t *restrict sizes,
                          size_t count, char point, double *restrict out, uint64_t *restrict odd) {
  const uint64_t ones = 0x0101010101010101u, mark = (unsigned char)point;
  uint64_t some = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t minus = digits_all_if((words[i] & 0xFF) == '-'), size = sizes[i] + minus;
    uint64_t word = (words[i] >> 8 & minus) | (words[i] & ~minus);
    uint64_t bytes = (word ^ '0' * ones) << ((64 - 8 * size) & 56);
    uint64_t others = bytes & 0x10 * ones, at = (others & (0 - others)) >> 4, byte = (at << 8) - at;
    uint64_t pointed = digits_all_if(at > 0), digits = bytes & ~byte, before = at + pointed;
    uint64_t more = ((digits + 0x76 * ones) | digits) & 0x80 * ones;
    more |= ((bytes ^ (mark ^ '0') * ones) & byte) | at >> 56; /* no point, or no digit behind it */
    odd[i] = digits_all_if(size - 1 > 7) | digits_all_if((word & 0xFF) == mark) | more;
    some |= odd[i];
    uint64_t whole = number_join((digits & before) << 8 | (digits & ~before));
    double value = double_of(whole) / tens_behind(at | (~pointed & (uint64_t)1 << 56));
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits |= minus & (uint64_t)1 << 63;
    memcpy(&out[i], &bits, sizeof bits);
  }
  return some;
}

/* ---- longer ones ---- */

/* Eight bytes of a number, perhaps with its point among them, which leaves a 0 among the digits. */
struct part {
  uint64_t digits, at; /* the lowest bit of the byte where the point stands, or 0 */
  uint64_t odd;
};

/* Of the last `size` of eight bytes, 0 to 8. */
static inline struct part part_of(uint64_t word, uint64_t size, uint64_t mark) {
  const uint64_t ones = 0x0101010101010101u;
  uint64_t kept = digits_all_if(size > 0) << ((64 - 8 * size) & 56);
  uint64_t bytes = (word ^ '0' * ones) & kept, others = bytes & 0x10 * ones;
  uint64_t at = (others & (0 - others)) >> 4, byte = (at << 8) - at, digits = bytes & ~byte;
  uint64_t odd = ((digits + 0x76 * ones) | digits) & 0x80 * ones;
  return (struct part){ digits, at, odd | ((bytes ^ (mark ^ '0') * ones) & byte) };
}

/* The digits before the point move up by one, the last of those in the part before behind them; all
   do when the point is in a part behind this one. */
static inline uint64_t close_up(struct part part, uint64_t behind, uint64_t part_before) {
  uint64_t here = digits_all_if(part.at > 0), before = (part.at + here) | behind;
  return (part.digits & before) << 8 | (part.digits & ~before) |
         (part_before >> 56 & (here | behind));
}

/* Digits of a part behind its point. */
static inline uint64_t places(uint64_t at) {
  return (digits_all_if((at & 0x00FF00FF00FF00FFu) > 0) & 1) +
         (digits_all_if((at & 0x0000FFFF0000FFFFu) > 0) & 2) +
         (digits_all_if((at & 0x00000000FFFFFFFFu) > 0) & 4);
}

void LANES_NAME(digits_of)(struct number_long *texts, size_t count, char point) {
  const uint64_t mark = (unsigned char)point;
  for (size_t i = 0; i < count; i++) {
    uint64_t size = texts->sizes[i] & 31, more = digits_all_if(size > 16);
    struct part a = part_of(texts->words[0][i], (size - 16) & more, mark);
    struct part b = part_of(texts->words[1][i], (8 & more) | ((size - 8) & ~more), mark);
    struct part c = part_of(texts->words[2][i], 8, mark);
    uint64_t in_a = digits_all_if(a.at > 0), in_b = digits_all_if(b.at > 0);
    uint64_t in_c = digits_all_if(c.at > 0);
    uint64_t high = number_join(close_up(a, in_b | in_c, 0));
    uint64_t middle = number_join(close_up(b, in_c, a.digits));
    uint64_t low = number_join(close_up(c, 0, b.digits));
    texts->whole[i] = high * 10000000000000000u + middle * 100000000 + low;
    texts->places[i] = places(a.at) + places(b.at) + places(c.at) + (in_a & 16) + (in_b & 8);
    texts->odd[i] = a.odd | b.odd | c.odd | (in_a & in_b) | (in_a & in_c) | (in_b & in_c) |
                    c.at >> 56 | digits_all_if(size - 9 > 15) | digits_all_if(high > 999);
  }
}

/* ---- ends of fields ---- */

enum {
  PIECE = 1 << 12, /* bytes whose marks stay in cache */
  CHUNK = 64       /* bytes whose ends are listed at once */
};

/* 1 for each byte that ends a field, 0 for any other. */
static void mark(const char *restrict bytes, size_t size, char separator,
                 unsigned char *restrict out) {
  for (size_t i = 0; i < size; i++)
    out[i] = bytes[i] == separator || bytes[i] == '\n' || bytes[i] == '\r';
}

/* One bit for each mark, eight a byte. */
static void pack(const unsigned char *restrict marks, unsigned char *restrict out) {
  for (size_t i = 0; i < PIECE / 8; i++)
    out[i] = (unsigned char)(number_eight((const char *)marks + 8 * i) * 0x0102040810204080u >> 56);
}

/* NUMBER_SPARE are written whether they are there or not: cheaper than to ask after each. */
static void list(uint64_t bits, uint32_t at, unsigned count, uint32_t *out) {
  const uint64_t last = (uint64_t)1 << (CHUNK - 1);
  for (unsigned some = 0; some < count; some += NUMBER_SPARE)
    for (unsigned i = 0; i < NUMBER_SPARE; i++) {
      out[some + i] = at + number_lowest(bits | last);
      bits &= bits - 1;
    }
}

size_t LANES_NAME(ends)(const char *bytes, size_t size, char separator, uint32_t *out) {
  unsigned char marks[PIECE], packed[PIECE / 8];
  size_t total = 0;
  for (size_t at = 0; at < size; at += PIECE) {
    size_t some = size - at < PIECE ? size - at : PIECE;
    mark(bytes + at, some, separator, marks);
    memset(marks + some, 0, PIECE - some);
    pack(marks, packed);
    for (size_t i = 0; i < some; i += CHUNK) {
      uint64_t bits = number_eight((const char *)packed + i / 8);
      unsigned count = number_bits(bits);
      list(bits, (uint32_t)(at + i), count, out + total);
      total += count;
    }
  }
  return total;
}
