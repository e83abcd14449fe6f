/* One line on the terminal, drawn over itself and taken away at the end: after a second of work,
   five times a second, and never where standard error is a file or nobody wants escape sequences.
 */
#include "working.h"

#include <stdio.h>
#include <string.h>

#include "system.h"

static struct {
  bool show, drawn;
  double begun, next; /* of all calls; when to draw again */
} line;

void working_begin(bool show) {
  double now = seconds();
  if (line.begun == 0) line.begun = now, line.next = now + 1;
  line.show = show && error_is_terminal();
  signals_hold();
}

void working_end(void) {
  if (line.drawn) fputs("\r\033[K", stderr);
  line.drawn = line.show = false;
  signals_release();
}

static const char *words_of(const char *stage) {
  static const char *const words[][2] = { { "open", "opening" },
                                          { "inputs", "reading inputs" },
                                          { "settle", "calculating" } };
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i][0], stage) == 0) return words[i][1];
  return "writing";
}

static void draw(const char *stage, double done) {
  double now = seconds();
  if (now < line.next) return;
  line.next = now + 0.2;
  line.drawn = true;
  fprintf(stderr, "\rmlsysim: %s", words_of(stage));
  if (done >= 0) fprintf(stderr, " %.0f %%", 100 * done);
  fprintf(stderr, ", %.0f s\033[K", now - line.begun);
  fflush(stderr);
}

int working_hear(void *context, const char *stage, double done) {
  (void)context;
  if (line.show) draw(stage, done);
  return signal_is_held();
}
