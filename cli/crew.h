/* Threads that share work. */
#ifndef CLI_CREW_H
#define CLI_CREW_H

#include <stdbool.h>
#include <stddef.h>

enum { CREW_MOST = 256 }; /* threads */

/* Work that threads take in the order in which it is given. */
struct job {
  void (*work)(struct job *job);
  bool done;
  struct job *next;
};

/* With one thread, or when none can be made, crew_give does the work itself. NULL without memory.
 */
struct crew;
struct crew *crew_start(size_t threads);
void crew_give(struct crew *crew, struct job *job);
bool crew_is_done(struct crew *crew, const struct job *job);
void crew_wait(struct crew *crew, const struct job *job);
/* After all that was given is done. */
void crew_stop(struct crew *crew);

#endif
