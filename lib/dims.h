/* Dimensions from the inside: lists of parts, merged and interned. For unit.c; everything above
   uses the calls of unit.h. */
#ifndef MLS_DIMS_H
#define MLS_DIMS_H

#include "unit.h"

/* out = a * b^(num/den), merged in order of base; false when a bound is met. `out` has room for
   LIMIT_FACTORS parts and is neither a nor b. */
bool parts_merge(struct part *out, size_t *count, const struct part *a, size_t a_count,
                 const struct part *b, size_t b_count, int num, int den);
/* The one pointer for these parts, or NULL without memory. */
const struct dims *dims_intern(struct units *units, const struct part *parts, size_t count);
/* Dims of their own, to be compared by dims_same. */
struct dims *dims_make(struct memory *memory, const struct part *parts, size_t count);

#endif
