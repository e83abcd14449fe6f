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
