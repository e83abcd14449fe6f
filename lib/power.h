/* Powers of ten as binary fractions, and products of 64 bits: what turns decimals into doubles and
   back without big integers. */
#ifndef MLS_POWER_H
#define MLS_POWER_H

#include <stdint.h>

/* The leading 128 bits of a power, cut; the highest bit is set. */
struct power {
  uint64_t high, low;
};

enum { POWER_LEAST = -342, POWER_MOST = 324, POWER_EXACT = 55 }; /* 5^55 has 128 bits */
extern const struct power power_table[];

/* 10^n for n from POWER_LEAST to POWER_MOST; nothing was cut from 0 to POWER_EXACT. */
static inline struct power power_of(int n) { return power_table[n - POWER_LEAST]; }

/* The exponent of its highest bit: 2^power_exponent(n) <= 10^n < 2^(power_exponent(n) + 1). */
static inline int power_exponent(int n) { return (n * 217706) >> 16; }

/* a * b in full: what it returns is the high half. This way needs no numbers of 128 bits, and
   compilers make vectors of it. */
static inline uint64_t power_multiply_halves(uint64_t a, uint64_t b, uint64_t *low) {
  uint64_t half = 0xFFFFFFFF, least = (a & half) * (b & half);
  uint64_t cross = (a >> 32) * (b & half) + (least >> 32);
  uint64_t other = (a & half) * (b >> 32) + (cross & half);
  *low = (other << 32) | (least & half);
  return (a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32);
}

/* The same for one number. */
static inline uint64_t power_multiply(uint64_t a, uint64_t b, uint64_t *low) {
#ifdef __SIZEOF_INT128__
  __extension__ typedef unsigned __int128 wide;
  wide product = (wide)a * b;
  *low = (uint64_t)product;
  return (uint64_t)(product >> 64);
#else
  return power_multiply_halves(a, b, low);
#endif
}

/* Zero bits above the highest set bit; x is not 0. */
static inline int power_zeros(uint64_t x) {
#ifdef __GNUC__
  return __builtin_clzll(x);
#else
  int zeros = 0;
  for (; !(x >> 63); x <<= 1) zeros++;
  return zeros;
#endif
}

#endif
