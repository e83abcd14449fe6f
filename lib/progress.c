/* The hook of long calls. Apart from fail.c, which tells what went wrong: this tells what goes on.
 */
#include "progress.h"

void progress_open(struct progress *progress, mls_progress hear, void *context) {
  *progress = (struct progress){
    .hear = hear, .context = context, .stage = "open", .every = PROGRESS_WORK
  };
}

void progress_begin(struct progress *progress, const char *stage) {
  progress->stage = stage;
  progress->work = progress->every;
}

mls_status progress_tell(struct fails *fails, size_t part, size_t whole) {
  struct progress *progress = fails->progress;
  double done = whole > 0 ? (double)part / (double)whole : -1;
  progress->work = 0;
  if (progress->hear(progress->context, progress->stage, done) == 0) return MLS_OK;
  return fail_cancel(fails);
}
