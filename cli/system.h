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

/* An mls_write over standard output. */
mls_status print_write(void *context, const void *bytes, size_t size);
/* All that was printed has arrived; false with a message. */
bool print_finish(void);
/* Colours are wanted: a terminal, and NO_COLOR is not set. */
bool print_in_color(void);
/* Standard error is a terminal that wants more than plain lines. */
bool error_is_terminal(void);
/* Columns of the terminal that standard output is; 0 when it is none. */
size_t terminal_width(void);
/* A person reads standard output and types into standard input. */
bool person_is_there(void);

/* What tells one state of a file from another; false when it is not there. */
struct stamp {
  long long size, seconds, fraction, number;
};
bool file_stamp(const char *path, struct stamp *stamp);
/* From now on a signal that would end the program is remembered instead. */
void stop_gently(void);
/* Holds back a signal that would end the program, the first of them; the next one ends it. */
void signals_hold(void);
bool signal_is_held(void);
/* Ends the holding: a signal that came is delivered now. */
void signals_release(void);
/* Of a clock that only goes forward. */
double seconds(void);
/* Waits; false when such a signal came. */
bool wait_for(int milliseconds);

#endif
