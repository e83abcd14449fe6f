/* What the operating system does for the commands: files in, whole files out, the terminal. */
#ifndef CLI_SYSTEM_H
#define CLI_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include "mlsysim.h"

struct bytes {
  char *at;
  size_t size;
};

/* Reads a file, or standard input for "-". False with a message on stderr. Free with free(). */
bool file_read(const char *path, struct bytes *out);
bool folder_exists(const char *path);
/* Two paths that lead to the same existing file. */
bool file_same(const char *a, const char *b);

/* A file that appears whole or not at all: written beside its place under another name, then
   renamed over it. All of these say on stderr what failed. */
struct output {
  const char *path; /* as given */
  char *place;      /* links followed */
  char *temporary;
  int descriptor;
  bool made; /* the temporary file exists */
};
bool output_open(struct output *output, const char *path);
/* An mls_write over a struct output. */
mls_status output_write(void *context, const void *bytes, size_t size);
/* Everything on the disk, under the temporary name. */
bool output_finish(struct output *output);
/* Under its own name. */
bool output_publish(struct output *output);
/* Gives up what was not published; safe in any state after output_open. */
void output_close(struct output *output);

/* ---- files in pieces ---- */

/* A file read from front to back; "-" is standard input. These say on stderr what failed. */
struct source {
  const char *path;
  int descriptor;
  long long size; /* of a plain file, else -1 */
};
bool source_open(struct source *source, const char *path);
/* Fills `size` bytes, fewer only at the end of the file or when a signal asked to stop. */
bool source_read(struct source *source, char *to, size_t size, size_t *got);
void source_close(struct source *source);

/* A file that grows under another name, PATH.part, and stays there when the program ends before it
   is whole. "-" is standard output, which has no other name. */
struct partial {
  const char *path;
  char *place;     /* links followed */
  char *temporary; /* place.part */
  int descriptor;
};
/* Begins with the first `keep` bytes of what is there. False, said, when they are not there. */
bool part_open(struct partial *part, const char *path, long long keep);
bool part_write(struct partial *part, const void *bytes, size_t size);
/* What was written is on the disk; not asked of standard output. */
bool part_store(struct partial *part);
/* Under its own name. */
bool part_publish(struct partial *part);
void part_close(struct partial *part);

/* Replaces a small file as a whole; false without a message. */
bool file_replace(const char *path, const char *bytes, size_t size);
bool file_exists(const char *path);
void file_remove(const char *path);

/* ---- standard output ---- */

/* An mls_write over standard output. */
mls_status print_write(void *context, const void *bytes, size_t size);
/* All that was printed has arrived; false with a message. */
bool print_finish(void);
/* Colours are wanted: a terminal, and NO_COLOR is not set. */
bool print_in_color(void);
/* Columns of the terminal that standard output is; 0 when it is none. */
size_t terminal_width(void);
/* A person reads standard output and types into standard input. */
bool person_is_there(void);

/* Messages go to a terminal. */
bool messages_on_terminal(void);

/* What tells one state of a file from another; false when it is not there. */
struct stamp {
  long long size, seconds, fraction, number;
};
bool file_stamp(const char *path, struct stamp *stamp);
/* From now on a signal that would end the program is remembered instead. */
void stop_gently(void);
/* Waits; false when such a signal came. */
bool wait_for(int milliseconds);
/* Such a signal came. */
bool stop_is_asked(void);
/* Ends the program by that signal. */
void stop_now(void);

/* ---- time and threads ---- */

double seconds_now(void); /* from some start */
size_t processor_count(void);

/* Work that threads take in the order in which it is given. */
struct job {
  void (*work)(struct job *job);
  bool done;
  struct job *next;
};
struct crew;
/* With one thread (or when none can be made) crew_give does the work itself. NULL without memory.
 */
struct crew *crew_start(size_t threads);
void crew_give(struct crew *crew, struct job *job);
void crew_wait(struct crew *crew, const struct job *job);
bool crew_is_done(struct crew *crew, const struct job *job);
/* After all that was given is done. */
void crew_stop(struct crew *crew);

#endif
