/* CSV that commands write themselves, in both dialects (docs/formats.md). */
#ifndef CLI_FIELDS_H
#define CLI_FIELDS_H

#include "system.h"

struct fields {
  mls_write write;
  void *context;
  bool european; /* semicolons, 0,5 */
  bool begun;    /* a field stands in this line */
  bool good;     /* what was written has arrived */
};

/* The byte order mark of the dialect. */
void fields_open(struct fields *to, mls_write write, void *context, bool european);
/* The next field. A text that a spreadsheet would calculate gets an apostrophe. */
void fields_text(struct fields *to, const char *text);
/* The shortest digits that read back to the same number; `unit` in brackets behind it, or NULL. */
void fields_number(struct fields *to, double number, const char *unit);
void fields_line(struct fields *to);

#endif
