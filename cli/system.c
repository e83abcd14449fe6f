/* Files, standard streams and the terminal, as far as all systems are alike; what each does in its
   own way is in os_posix.c and os_windows.c. Nothing else of the program calls the
   operating system, but for crew.c, which makes threads. */
#include "system.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "os.h"
#include "say.h"

static bool failed(const char *path, const char *what) {
  say_file(path, what, strerror(errno));
  return false;
}

char *system_copy_text(const char *text) {
  char *copy = malloc(strlen(text) + 1);
  return copy ? strcpy(copy, text) : NULL;
}

/* Names to remove when a signal ends the program. Fixed room: a handler must not allocate. */
enum { PENDING_MOST = 16 };
static const char *volatile pending[PENDING_MOST];

static void end_by_signal(int number) {
  for (int i = 0; i < PENDING_MOST; i++)
    if (pending[i]) os_remove(pending[i]);
  signal(number, SIG_DFL);
  raise(number);
}

/* During a long call a signal cancels it first. */
static bool holding;

void system_remember(const char *name) {
  if (!holding) os_handle_signals(end_by_signal);
  for (int i = 0; i < PENDING_MOST; i++) {
    if (pending[i]) continue;
    pending[i] = name;
    return;
  }
}

static void forget(const char *name) {
  for (int i = 0; i < PENDING_MOST; i++)
    if (pending[i] == name) pending[i] = NULL;
}

/* ---- reading ---- */

/* One byte more than the library takes tells it that the file is too large. */
static bool read_all(int descriptor, struct bytes *out) {
  size_t room = 0;
  while (out->size <= MLS_FILE_MOST) {
    if (out->size + 1 >= room) {
      room = room ? room * 2 : 1 << 16;
      char *more = realloc(out->at, room);
      if (!more) return false;
      out->at = more;
    }
    size_t wanted = room - out->size - 1;
    if (wanted > MLS_FILE_MOST + 1 - out->size) wanted = MLS_FILE_MOST + 1 - out->size;
    long long got = os_read(descriptor, out->at + out->size, wanted);
    if (got < 0) return false;
    out->at[out->size + (size_t)got] = 0;
    if (got == 0) return true;
    out->size += (size_t)got;
  }
  out->at[out->size] = 0;
  return true;
}

bool file_read(const char *path, struct bytes *out) {
  bool standard = strcmp(path, "-") == 0;
  *out = (struct bytes){ NULL, 0 };
  int descriptor = standard ? 0 : os_open(path);
  if (descriptor < 0) return failed(path, "cannot be read");
  bool done = read_all(descriptor, out);
  if (!done) failed(standard ? "standard input" : path, "cannot be read");
  if (!standard) os_close(descriptor);
  if (done && standard && out->size == 0) {
    say_error("standard input is empty");
    done = false;
  }
  if (!done) free(out->at);
  return done;
}

bool folder_exists(const char *path) { return os_kind(path) == FILE_FOLDER; }

bool folder_make(const char *path) {
  size_t size = strlen(path);
  char *above = malloc(size + 1);
  bool made = above != NULL;
  for (size_t i = 1; made && i <= size; i++) {
    if (path[i] && path[i] != '/' && path[i] != '\\') continue;
    memcpy(above, path, i);
    above[i] = 0;
    if (os_kind(above) != FILE_FOLDER) made = os_make_folder(above);
  }
  free(above);
  return made && folder_exists(path) ? true : failed(path, "cannot be made");
}

static char *joined(const char *start, const char *end) {
  char *text = malloc(strlen(start) + strlen(end) + 1);
  return text ? strcat(strcpy(text, start), end) : NULL;
}

char *folder_of_user(void) {
  char *given = environment_text(os_user_data);
  if (given && *given) return given;
  free(given);
  char *above = environment_text(os_home);
  char *path = above && *above ? joined(above, os_below_home) : NULL;
  free(above);
  return path;
}

/* ---- writing ---- */

static bool is_replaceable(const char *path, const char *place) {
  enum file_kind kind = os_kind(place);
  if (kind == FILE_NONE || kind == FILE_PLAIN) return true;
  const char *why = kind == FILE_FOLDER ? "it is a folder" : "it is not a plain file";
  say_file(path, "cannot be written", why);
  return false;
}

bool output_open(struct output *output, const char *path) {
  static const char ending[] = ".part-XXXXXX";
  *output = (struct output){ .path = path, .descriptor = -1 };
  output->place = os_follow(path);
  size_t size = output->place ? strlen(output->place) : 0;
  output->temporary = output->place ? malloc(size + sizeof ending) : NULL;
  if (!output->temporary) return failed(path, "cannot be written");
  memcpy(output->temporary, output->place, size);
  memcpy(output->temporary + size, ending, sizeof ending);
  if (!is_replaceable(path, output->place)) return false;
  output->descriptor = os_make_temporary(output->temporary);
  if (output->descriptor < 0) return failed(path, "cannot be written");
  output->made = true;
  if (!os_permit(output->descriptor, output->place)) return failed(path, "cannot be written");
  return true;
}

mls_status output_write(void *context, const void *bytes, size_t size) {
  struct output *output = context;
  const char *at = bytes;
  while (size > 0) {
    long long done = os_write(output->descriptor, at, size);
    if (done < 0) {
      failed(output->path, "cannot be written");
      return MLS_FILE;
    }
    at += done;
    size -= (size_t)done;
  }
  return MLS_OK;
}

bool output_finish(struct output *output) {
  bool stored = os_store(output->descriptor);
  if (!stored) failed(output->path, "cannot be written");
  bool closed = os_close(output->descriptor) == 0;
  output->descriptor = -1;
  if (stored && !closed) failed(output->path, "cannot be written");
  return stored && closed;
}

bool output_publish(struct output *output) {
  if (!os_move(output->temporary, output->place)) return failed(output->path, "cannot be written");
  forget(output->temporary);
  free(output->temporary);
  output->temporary = NULL;
  return true;
}

void output_close(struct output *output) {
  if (output->descriptor >= 0) os_close(output->descriptor);
  if (output->made && output->temporary) os_remove(output->temporary);
  if (output->temporary) forget(output->temporary);
  free(output->temporary);
  free(output->place);
  *output = (struct output){ .descriptor = -1 };
}

/* ---- files in pieces ---- */

static volatile sig_atomic_t stopped; /* the signal that asked to stop, or 0 */

bool source_open(struct source *source, const char *path) {
  bool standard = strcmp(path, "-") == 0;
  *source = (struct source){ standard ? "standard input" : path, 0, -1 };
  if (!standard) source->descriptor = os_open(path);
  if (source->descriptor < 0) return failed(path, "cannot be read");
  source->size = os_size(source->descriptor);
  return true;
}

bool source_read(struct source *source, char *to, size_t size, size_t *got) {
  for (*got = 0; *got < size && !stopped;) {
    long long some = os_read_once(source->descriptor, to + *got, size - *got);
    if (some < 0 && errno == EINTR) continue;
    if (some < 0) return failed(source->path, "cannot be read");
    if (some == 0) return true;
    *got += (size_t)some;
  }
  return true;
}

void source_close(struct source *source) {
  if (source->descriptor > 0) os_close(source->descriptor);
  source->descriptor = -1;
}

/* An earlier part is cut to what is kept, which must be there. */
static bool cut_part(const struct partial *part, long long keep) {
  if (os_size(part->descriptor) < keep) {
    say_file(part->temporary, "cannot be continued", "it is shorter than its manifest says");
    return false;
  }
  return os_cut(part->descriptor, keep) ? true : failed(part->path, "cannot be written");
}

bool part_open(struct partial *part, const char *path, long long keep) {
  bool standard = strcmp(path, "-") == 0;
  *part = (struct partial){ .path = standard ? "standard output" : path, .descriptor = 1 };
  if (standard) return true;
  part->descriptor = -1;
  part->place = os_follow(path);
  part->temporary = part->place ? joined(part->place, ".part") : NULL;
  if (!part->temporary) return failed(path, "cannot be written");
  if (!is_replaceable(path, part->place) || !is_replaceable(part->temporary, part->temporary))
    return false;
  part->descriptor = os_open_more(part->temporary);
  if (part->descriptor < 0) return failed(path, "cannot be written");
  return cut_part(part, keep);
}

bool part_write(struct partial *part, const void *bytes, size_t size) {
  struct output output = { .path = part->path, .descriptor = part->descriptor };
  return output_write(&output, bytes, size) == MLS_OK;
}

bool part_store(struct partial *part) {
  if (!part->temporary || os_store(part->descriptor)) return true;
  return failed(part->path, "cannot be written");
}

bool part_publish(struct partial *part) {
  if (!part->temporary) return true;
  bool closed = os_close(part->descriptor) == 0;
  part->descriptor = -1;
  if (closed && os_move(part->temporary, part->place)) return true;
  return failed(part->path, "cannot be written");
}

void part_close(struct partial *part) {
  if (part->temporary && part->descriptor >= 0) os_close(part->descriptor);
  free(part->temporary);
  free(part->place);
  *part = (struct partial){ .descriptor = -1 };
}

bool file_exists(const char *path) { return os_kind(path) != FILE_NONE; }

void file_remove(const char *path) { os_remove(path); }

bool file_replace(const char *path, const char *bytes, size_t size) {
  char *other = joined(path, "~");
  int file = other ? os_open_more(other) : -1;
  bool good = file >= 0 && os_cut(file, 0) && os_write(file, bytes, size) == (long long)size &&
              os_store(file);
  if (file >= 0 && os_close(file) != 0) good = false;
  good = good && os_move(other, path);
  if (!good && file >= 0) os_remove(other);
  free(other);
  return good;
}

/* ---- standard output ---- */

mls_status print_write(void *context, const void *bytes, size_t size) {
  (void)context;
  return fwrite(bytes, 1, size, stdout) == size ? MLS_OK : MLS_FILE;
}

bool print_finish(void) {
  bool good = fflush(stdout) == 0 && !ferror(stdout);
  return good ? true : failed("standard output", "cannot be written");
}

/* A terminal that takes escape sequences, and nobody who wants none. */
static bool is_rich(FILE *stream) {
  const char *off = getenv("NO_COLOR");
  return !(off && off[0]) && os_has_colors(stream);
}

bool print_in_color(void) { return is_rich(stdout); }

bool error_is_terminal(void) { return is_rich(stderr); }

size_t terminal_width(void) {
  if (!os_is_terminal(stdout)) return 0;
  size_t columns = os_columns();
  return columns ? columns : 80;
}

bool person_is_there(void) { return os_is_terminal(stdin) && os_is_terminal(stdout); }

/* ---- signals during a long call ---- */

static volatile sig_atomic_t held;

static void hold(int number) {
  if (held) end_by_signal(number);
  held = number;
}

void signals_hold(void) {
  holding = true;
  os_handle_signals(hold);
}

bool signal_is_held(void) { return held != 0; }

void signals_release(void) {
  int number = held;
  holding = false;
  held = 0;
  os_handle_signals(end_by_signal);
  if (number) raise(number);
}

/* ---- waiting for changes ---- */

static void stop(int number) { stopped = number; }

void stop_gently(void) { os_handle_signals(stop); }

bool wait_for(int milliseconds) {
  if (!stopped) os_rest(milliseconds);
  return !stopped;
}

bool stop_is_asked(void) { return stopped != 0; }

void stop_now(void) {
  signal(stopped, SIG_DFL);
  raise(stopped);
}
