/* Sets of numbers from 0 to count * 64. */
#ifndef MLS_BITS_H
#define MLS_BITS_H

#include <stddef.h>

struct bits {
  unsigned long long *words; /* a bit a number */
  unsigned long long *top;   /* a bit a word: it is not 0 */
  size_t count;              /* words */
};

/* Words that `numbers` take, top included. */
static inline size_t bits_words(size_t numbers) {
  size_t words = numbers / 64 + 1;
  return words + words / 64 + 1;
}

/* The set in so many words, which are zero at first. */
static inline struct bits bits_at(unsigned long long *words, size_t numbers) {
  size_t count = numbers / 64 + 1;
  return (struct bits){ words, words + count, count };
}

static inline void bits_set(struct bits *bits, size_t index) {
  bits->words[index / 64] |= 1ull << (index % 64);
  bits->top[index / 4096] |= 1ull << (index / 64 % 64);
}

/* Sets all numbers of word `at` that `word` has. */
static inline void bits_add(struct bits *bits, size_t at, unsigned long long word) {
  if (word == 0) return;
  bits->words[at] |= word;
  bits->top[at / 64] |= 1ull << (at % 64);
}

static inline void bits_clear(struct bits *bits, size_t index) {
  unsigned long long *word = &bits->words[index / 64];
  *word &= ~(1ull << (index % 64));
  if (*word == 0) bits->top[index / 4096] &= ~(1ull << (index / 64 % 64));
}

/* The lowest set bit of a word that is not 0. */
static inline unsigned bits_lowest(unsigned long long word) {
#if defined(__GNUC__)
  return (unsigned)__builtin_ctzll(word);
#else
  unsigned bit = 0;
  for (unsigned step = 32; step > 0; step /= 2)
    if (!(word & ((1ull << step) - 1))) {
      word >>= step;
      bit += step;
    }
  return bit;
#endif
}

void bits_clear_all(struct bits *bits);
static inline int bits_has(const struct bits *bits, size_t index) {
  return (int)(bits->words[index / 64] >> (index % 64) & 1);
}
/* The first set bit at or after `index`, or count * 64 and more. */
size_t bits_next(const struct bits *bits, size_t index);
/* The first set bit in [index, until), or `until` or more. */
size_t bits_before(const struct bits *bits, size_t index, size_t until);
/* Sets [from, until). */
void bits_fill(struct bits *bits, size_t from, size_t until);
/* Clears [from, until). */
void bits_drop(struct bits *bits, size_t from, size_t until);
/* Clears the set bits from `from` up to the first that is clear, or `until`; returns that one. */
size_t bits_take(struct bits *bits, size_t from, size_t until);

#endif
