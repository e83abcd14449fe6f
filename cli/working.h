/* Long calls of the library: a line on the terminal that says how far they are, and Ctrl-C. */
#ifndef CLI_WORKING_H
#define CLI_WORKING_H

#include <stdbool.h>

/* Around a call that may take long. In between a signal that would end the program cancels the
   call, so that it removes what it made; afterwards the signal comes to whoever would have had it.
   A second one ends the program at once. `show`: the line may be drawn. */
void working_begin(bool show);
void working_end(void);
/* The hook (mls_progress) for books and values. */
int working_hear(void *context, const char *stage, double done);

#endif
