/* Sets of numbers as bits, with a bit above for each word of 64 that holds one, so that the next
   number of a large and nearly empty set is found at once. */
#include "bits.h"

size_t bits_before(const struct bits *bits, size_t index, size_t until) {
  if (index >= until) return until;
  size_t at = index / 64, count = (until - 1) / 64 + 1;
  unsigned long long word = bits->words[at] >> (index % 64);
  if (word) return index + bits_lowest(word);
  for (at++; at < count;) {
    unsigned long long top = bits->top[at / 64] >> (at % 64);
    if (top) {
      at += bits_lowest(top);
      return at * 64 + bits_lowest(bits->words[at]);
    }
    at = (at / 64 + 1) * 64;
  }
  return until;
}

size_t bits_next(const struct bits *bits, size_t index) {
  return bits_before(bits, index, bits->count * 64);
}

void bits_clear_all(struct bits *bits) {
  for (size_t i = bits_next(bits, 0); i < bits->count * 64; i = bits_next(bits, i)) {
    bits->words[i / 64] = 0;
    bits_clear(bits, i);
  }
}

/* Bits [from, until) of a word, until <= 64. */
static unsigned long long part_of_word(size_t from, size_t until) {
  unsigned long long below = until == 64 ? ~0ull : (1ull << until) - 1;
  return below & ~((1ull << from) - 1);
}

void bits_fill(struct bits *bits, size_t from, size_t until) {
  for (size_t at = from / 64; from < until; at++) {
    size_t end = (at + 1) * 64 < until ? (at + 1) * 64 : until;
    bits->words[at] |= part_of_word(from - at * 64, end - at * 64);
    bits->top[at / 64] |= 1ull << (at % 64);
    from = end;
  }
}

void bits_drop(struct bits *bits, size_t from, size_t until) {
  for (size_t at = from / 64; from < until; at++) {
    size_t end = (at + 1) * 64 < until ? (at + 1) * 64 : until;
    bits->words[at] &= ~part_of_word(from - at * 64, end - at * 64);
    if (bits->words[at] == 0) bits->top[at / 64] &= ~(1ull << (at % 64));
    from = end;
  }
}

size_t bits_take(struct bits *bits, size_t from, size_t until) {
  while (from < until) {
    size_t at = from / 64, end = (at + 1) * 64 < until ? (at + 1) * 64 : until;
    unsigned long long part = part_of_word(from - at * 64, end - at * 64);
    unsigned long long gap = ~bits->words[at] & part;
    if (gap) {
      end = at * 64 + bits_lowest(gap);
      part = end > from ? part_of_word(from - at * 64, end - at * 64) : 0;
    }
    bits->words[at] &= ~part;
    if (bits->words[at] == 0) bits->top[at / 64] &= ~(1ull << (at % 64));
    from = end;
    if (gap) break;
  }
  return from;
}
