/* What the operating system does for the commands: files in, whole files out, the terminal. Paths
   are UTF-8 on all systems. */
#ifndef CLI_SYSTEM_H
#define CLI_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include "mlsysim.h"

/* A function that formats as printf does: which argument is the format, which the first it prints.
   MinGW has two printf, and says which one it takes. */
#if defined(__MINGW_PRINTF_FORMAT)
#define SYSTEM_PRINTS(at, first) __attribute__((format(__MINGW_PRINTF_FORMAT, at, first)))
#elif defined(__GNUC__)
#define SYSTEM_PRINTS(at, first) __attribute__((format(printf, at, first)))
#else
#define SYSTEM_PRINTS(at, first)
#endif

/* Before all else: arguments in UTF-8, and standard streams that pass bytes on as they are. False
   with a message. */
bool system_begin(int *count, char ***arguments);
/* A variable of the environment; NULL when it is not set. Free with free(). */
char *environment_text(const char *name);

/* ---- paths ---- */

/* What stands between folders in MLSYSIM_PATH. */
extern const char folder_separator[];
/* The part after the last separator: / everywhere, on Windows \ and : too. */
const char *path_name(const char *path);
bool path_is_absolute(const char *path);
/* Every separator as /. */
void path_straighten(char *path);

struct bytes {
  char *at;
  size_t size;
};

/* ---- files ---- */

/* Reads a file, or standard input for "-". False with a message on stderr. Free with free(). */
bool file_read(const char *path, struct bytes *out);
bool folder_exists(const char *path);
/* Makes a folder and those above it that are missing. False with a message on stderr. */
bool folder_make(const char *path);
/* The folder for data of the user, free() it; NULL when the system does not say. */
char *folder_of_user(void);
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
/* Colours are wanted: a terminal that has them, and NO_COLOR is not set. */
bool print_in_color(void);
/* Standard error is a terminal that wants more than plain lines. */
bool error_is_terminal(void);
/* Columns of the terminal that standard output is; 0 when it is none. */
size_t terminal_width(void);
/* A person reads standard output and types into standard input. */
bool person_is_there(void);

/* ---- waiting for changes ---- */

/* What tells one state of a file from another; false when it is not there. */
struct stamp {
  long long size, seconds, fraction, number;
};
bool file_stamp(const char *path, struct stamp *stamp);
/* From now on a signal that would end the program is remembered instead. */
void stop_gently(void);
/* Such a signal came; ends the program by it. */
bool stop_is_asked(void);
void stop_now(void);
/* Holds back a signal that would end the program, the first of them; the next one ends it. */
void signals_hold(void);
bool signal_is_held(void);
/* Ends the holding: a signal that came is delivered now. */
void signals_release(void);
/* Of a clock that only goes forward. */
double seconds(void);
size_t processor_count(void);
/* Waits; false when such a signal came. */
bool wait_for(int milliseconds);

#endif
