/* How steps stand in the code of a tape: words of 32 bits. Known to what writes them (tape.c),
   reads them (tape_run.c) and runs them for one row (tape_row.c).

   A step: its head; its operands; of a look-up the cell and the shift, of prior the lag and the
   shift; the register that it writes. After the last step of a cell: the cell, then where row 0 of
   its values stands. */
#ifndef MLS_TAPE_CODE_H
#define MLS_TAPE_CODE_H

#include "limits.h"
#include "tape.h"

/* In a head. */
enum {
  CODE_NUMBER = 0x7f,     /* enum function_body, or one of those below */
  CODE_REACHES = 0x80,    /* some operand of a call is CODE_FAR */
  CODE_LAST = 1 << 8,     /* its result is the value of the cell */
  CODE_ONE = 1 << 9,      /* op.one */
  CODE_FOLLOWS = 1 << 10, /* op.follows */
  CODE_COUNT = 12,        /* from this bit: two of op.count, */
  CODE_ONES = 14          /* then TAPE_OPERANDS of op.ones */
};

/* Steps that are no function of the table. */
enum { CODE_LOOKUP = BODY_COUNT, CODE_PRIOR, CODE_COPY, CODE_NUMBERS };
_Static_assert((int)CODE_NUMBERS <= (int)CODE_NUMBER + 1, "a number takes seven bits");

/* In an operand: the kind stands above the index. Of rows that do not stand side by side, or above
   this one, the index is that of a struct far_rows. */
enum { CODE_KIND = 28 };
#define CODE_INDEX ((1u << CODE_KIND) - 1)
#define CODE_FAR (4u << CODE_KIND)
_Static_assert(LIMIT_VALUES <= CODE_INDEX, "an index of a value fits");

/* In the cell after the last step: something outside of its block reads it. */
#define CODE_TOLD (1u << 31)
_Static_assert(LIMIT_CELLS < CODE_TOLD, "a number of a cell fits");

/* Words of a step with this head, up to the register that it writes. */
static inline size_t code_size(uint32_t head) {
  const uint32_t number = head & CODE_NUMBER;
  const bool beside = number == CODE_LOOKUP || number == CODE_PRIOR;
  return 1 + (head >> CODE_COUNT & 3) + (beside ? 2 : 0);
}

struct far_rows {
  unsigned index, lag, fill;
  unsigned short stride;
};

#endif
