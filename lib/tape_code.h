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
  CODE_NUMBER = 0x3f,     /* enum function_body, or one of those below */
  CODE_FIRST = 1 << 6,    /* operand 0 is what the step before made; */
  CODE_SECOND = 2 << 6,   /* operand 1 is; */
  CODE_REACHES = 3 << 6,  /* some operand of a call is CODE_FAR */
  CODE_CASE = 0xff,       /* all of this: what a step does with one row */
  CODE_LAST = 1 << 8,     /* its result is the value of the cell */
  CODE_ONE = 1 << 9,      /* op.one */
  CODE_FOLLOWS = 1 << 10, /* op.follows */
  CODE_COUNT = 12,        /* from this bit: two of op.count, */
  CODE_ONES = 14          /* then TAPE_OPERANDS of op.ones */
};

/* Steps that are no function of the table. */
enum { CODE_LOOKUP = BODY_COUNT, CODE_PRIOR, CODE_COPY, CODE_NUMBERS };
_Static_assert((int)CODE_NUMBERS <= (int)CODE_NUMBER + 1, "a number takes six bits");

/* An operand is a place: the values stand first, then the constants, then the registers. Rows of a
   column have CODE_ROWS beside the place of row 0; of rows that do not stand side by side, or above
   this one, there is the index of a struct far_rows beside CODE_FAR. */
#define CODE_ROWS (1u << 31)
#define CODE_FAR (1u << 30)
#define CODE_PLACE (CODE_FAR - 1)
_Static_assert(LIMIT_VALUES <= CODE_PLACE / 2, "there is room for the places of constants");

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
