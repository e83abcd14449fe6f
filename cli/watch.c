/* run --watch: the run again whenever a file that it reads has changed. Files are looked at, not
   listened to, because that works alike on all file systems, and editors replace files anyway. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "session.h"

enum { PAUSE = 300 }; /* milliseconds */

struct watched {
  char *path;
  struct stamp stamp;
};

struct watch {
  const struct options *options;
  struct watched *files;
  size_t count, room;
};

static bool add(struct watch *watch, const char *folder, const char *below) {
  if (watch->count == watch->room) {
    size_t room = watch->room ? watch->room * 2 : 64;
    struct watched *more = realloc(watch->files, room * sizeof *more);
    if (!more) return false;
    watch->files = more;
    watch->room = room;
  }
  size_t size = strlen(folder) + strlen(below) + 2;
  char *path = malloc(size);
  if (!path) return false;
  snprintf(path, size, "%s%s%s", folder, below[0] ? "/" : "", below);
  struct watched *file = &watch->files[watch->count++];
  *file = (struct watched){ .path = path };
  file_stamp(path, &file->stamp);
  return true;
}

static void forget_all(struct watch *watch) {
  for (size_t i = 0; i < watch->count; i++) free(watch->files[i].path);
  watch->count = 0;
}

/* ---- what is watched ---- */

static bool add_found(struct watch *watch, struct session *session, const char *kind) {
  size_t count;
  mls_found found;
  if (!session->book || mls_find_all(session->book, kind, &count) != MLS_OK) return true;
  for (size_t i = 0; mls_found_at(session->book, i, &found, sizeof found) == MLS_OK; i++)
    if (!add(watch, found.folder, found.below)) return false;
  return true;
}

/* The files named, and all that names may lead to. What is wrong just now is watched too. */
static bool add_all(struct watch *watch) {
  const struct options *options = watch->options;
  struct session session;
  bool good = true;
  forget_all(watch);
  for (size_t i = 0; i < options->words.count && good; i++)
    if (i > 0 || session_is_path(options->words.at[i])) good = add(watch, options->words.at[i], "");
  for (size_t i = 0; i < options->rows.count && good; i++) {
    const char *equals = strchr(options->rows.at[i], '=');
    good = !equals || add(watch, equals + 1, "");
  }
  session_open_anyway(&session, options);
  good = good && add_found(watch, &session, "sheet") && add_found(watch, &session, "registry");
  session_close(&session);
  return good;
}

/* The first file that is another one now. One that is away is waited for: editors remove a file and
   put another in its place. */
static const char *changed(const struct watch *watch) {
  for (size_t i = 0; i < watch->count; i++) {
    const struct stamp *old = &watch->files[i].stamp;
    struct stamp now;
    if (!file_stamp(watch->files[i].path, &now)) continue;
    bool same = now.size == old->size && now.seconds == old->seconds &&
                now.fraction == old->fraction && now.number == old->number;
    if (!same) return watch->files[i].path;
  }
  return NULL;
}

/* ---- again and again ---- */

static bool read_most(const char *text, unsigned long *most) {
  char *end;
  *most = 0;
  if (!text[0]) return true;
  *most = strtoul(text, &end, 10);
  return text[0] >= '1' && text[0] <= '9' && !*end && *most <= 1000000000;
}

static void head(unsigned long number, const char *path) {
  if (terminal_width() && print_in_color()) fputs("\033[2J\033[H", stdout);
  fflush(stdout);
  if (path) say_error("run %lu: %s has changed; Ctrl-C ends", number, path_name(path));
  else say_error("run %lu; it runs again when a file changes; Ctrl-C ends", number);
}

/* What is watched is looked at before it is read, so that no change is lost. */
static int run_until(struct watch *watch, unsigned long most,
                     int (*once)(const struct options *options)) {
  int status = DONE;
  const char *path = NULL;
  for (unsigned long number = 1;; number++) {
    char name[256] = "";
    if (path) snprintf(name, sizeof name, "%s", path);
    if (!add_all(watch)) return SYSTEM_FAILS;
    head(number, path ? name : NULL);
    status = once(watch->options);
    if (number == most) return status;
    stop_gently(); /* again: writing a file has its own way to be ended */
    while (!(path = changed(watch)))
      if (!wait_for(PAUSE)) return status;
    if (!wait_for(PAUSE / 6)) return status; /* who writes one file writes two */
  }
}

static bool reads_standard_input(const struct options *options) {
  bool reads = false;
  for (size_t i = 0; i < options->words.count; i++)
    reads = reads || strcmp(options->words.at[i], "-") == 0;
  for (size_t i = 0; i < options->rows.count; i++) {
    const char *equals = strchr(options->rows.at[i], '=');
    reads = reads || (equals && strcmp(equals + 1, "-") == 0);
  }
  return reads;
}

int watch_run(const struct options *options, int (*once)(const struct options *options)) {
  struct watch watch = { .options = options };
  unsigned long most;
  if (!read_most(options->watch, &most)) {
    say_error("--watch=N needs a number of runs, found %s", options->watch);
    return BAD_INPUT;
  }
  if (reads_standard_input(options)) {
    say_error("--watch watches files; standard input (-) cannot be read again");
    return BAD_INPUT;
  }
  stop_gently();
  int status = run_until(&watch, most, once);
  forget_all(&watch);
  free(watch.files);
  return status;
}
