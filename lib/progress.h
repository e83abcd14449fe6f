/* Long calls tell how far they are, and end when they are told to. Work is counted, not timed: the
   library reads no clock. */
#ifndef MLS_PROGRESS_H
#define MLS_PROGRESS_H

#include "fail.h"

/* Work between two calls of the hook, in pieces of roughly 0.1 us: a value that is calculated, a
   sixteenth of a line that is read. */
enum { PROGRESS_WORK = 100000 };

/* Who listens to the calls on a handle. */
struct progress {
  mls_progress hear; /* NULL: nobody */
  void *context;
  const char *stage; /* of the call under way */
  size_t work;       /* since the hook was called last */
  size_t every;      /* work between two calls */
};

void progress_open(struct progress *progress, mls_progress hear, void *context);
/* A call begins: the hook is asked at the first piece of work. */
void progress_begin(struct progress *progress, const char *stage);

mls_status progress_tell(struct fails *fails, size_t part, size_t whole);

/* `work` was done; `part` of `whole` of this step is over. MLS_CANCELLED, with the message, when
   the hook says so: whoever gets it ends at once, as when there is no memory. */
static inline mls_status progress_tick(struct fails *fails, size_t work, size_t part,
                                       size_t whole) {
  struct progress *progress = fails->progress;
  if (!progress || !progress->hear || (progress->work += work) < progress->every) return MLS_OK;
  return progress_tell(fails, part, whole);
}

/* The same where nobody knows how much there is to do. */
static inline mls_status progress_step(struct fails *fails, size_t work) {
  return progress_tick(fails, work, 0, 0);
}

#endif
