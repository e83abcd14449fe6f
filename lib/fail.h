/* Messages: what went wrong or deserves a warning, and where a person must edit. A list of them
   belongs to the handle whose call failed (book or values); the library prints nothing. */
#ifndef MLS_FAIL_H
#define MLS_FAIL_H

#include <stdbool.h>
#include <stddef.h>
#include "mlsysim.h"
#include "system.h"

struct memory;
struct progress;

/* Where in a file, counted from 1; 0 is unknown. `file` is NULL for what was not read from a file.
 */
struct place {
  const char *file;
  int line;
  int column;
};

struct fail {
  mls_status status;
  bool warning;
  struct place place;
  const char *text;
  size_t rank; /* fail_sort: place of its file */
  struct fail *next;
};

/* A list in order of arrival; `status` is the status of the first error (not warning). */
struct fails {
  struct memory *memory;
  struct fail *first;
  struct fail *last;
  size_t count;
  size_t errors;
  mls_status status;
  struct progress *progress; /* who listens to the calls of this handle, or NULL */
};

/* Nothing more is tried: there is no memory, or the caller cancelled. */
static inline bool fail_ends(mls_status status) {
  return status == MLS_MEMORY || status == MLS_CANCELLED;
}

/* Runs EXPRESSION; when it does not give MLS_OK, returns its status from the calling function. */
#define TRY(expression)                                                                            \
  do {                                                                                             \
    mls_status try_status_ = (expression);                                                         \
    if (try_status_ != MLS_OK) return try_status_;                                                 \
  } while (0)

/* Adds an error and returns `status`. The text is formatted as printf does, without its locale
   dependent conversions (%f, %g): numbers are printed by text_number first. */
SYSTEM_PRINTS(4, 5)
mls_status fail_add(struct fails *fails, mls_status status, struct place place, const char *format,
                    ...);

/* Adds a warning: kept in the list, never changes a status. */
SYSTEM_PRINTS(3, 4)
void fail_warn(struct fails *fails, struct place place, const char *format, ...);

/* Out of memory: recorded without allocating. */
mls_status fail_memory(struct fails *fails);

/* The caller cancelled: recorded without allocating, and above all that went wrong before. */
mls_status fail_cancel(struct fails *fails);

/* The word for a status in messages and JSON: "syntax", "name", "unit" ... */
const char *fail_word(mls_status status);

/* Puts the messages into order of file (the first told first), line and column. */
void fail_sort(struct fails *fails);

/* The message at `index` in the form that users get, in `shown`; NULL past the last. */
const mls_message *fail_message(const struct fails *fails, size_t index, mls_message *shown);

/* Forgets all messages (their memory stays with the arena). */
void fail_clear(struct fails *fails);

#endif
