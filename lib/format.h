/* A sheet in its one layout. What a line looks like depends on that line alone, so a formatted
   sheet stays as it is, and a changed line changes no other. */
#ifndef MLS_FORMAT_H
#define MLS_FORMAT_H

#include "unit.h"

/* Writes the sheet in its layout, in one piece. Blanks and line ends alone are changed. A sheet
   that is not of the language is not written: all that is wrong with it is added to `fails`, and
   the status of the first error of syntax (or of a bound) is returned. Names and units need not be
   known. Nothing of `units` is changed; all memory comes from `allocator` and is given back. */
mls_status format_sheet(const struct units *units, const mls_allocator *allocator,
                        struct fails *fails, const char *file, const char *bytes, size_t size,
                        mls_write write, void *context);

#endif
